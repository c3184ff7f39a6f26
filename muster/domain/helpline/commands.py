"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.helpline import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "add_line": (actions.AddLine, actions.add_lines),
    "take_call": (actions.TakeCall, actions.take_calls),
    "open_request": (actions.OpenRequest, actions.open_requests),
    "update_request": (actions.UpdateRequest, actions.update_requests),
    "record_support": (actions.RecordSupport, actions.record_support),
}
RETRACTED = {
    "helpline.requestupdate": actions.reconsider_updates,
    "helpline.call": actions.reconsider_calls,
}
