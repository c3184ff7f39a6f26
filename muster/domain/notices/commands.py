"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.notices import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "publish_notice": (actions.PublishNotice, actions.publish_notices),
    "withdraw_notice": (actions.WithdrawNotice, actions.withdraw_notices),
    "broadcast": (actions.RecordBroadcast, actions.broadcast),
}
