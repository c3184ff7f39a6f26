"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.cases import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "confirm_case": (actions.ConfirmCase, actions.confirm_cases),
    "withdraw_case": (actions.WithdrawCase, actions.withdraw_cases),
    "name_contact": (actions.NameContact, actions.name_contacts),
    "record_follow_up": (actions.RecordFollowUp, actions.record_follow_ups),
    "place_in_quarantine": (actions.PlaceInQuarantine, actions.place_in_quarantine),
}
RETRACTED = {
    "cases.followedup": actions.reconsider,
    "cases.quarantined": actions.reconsider,
    "cases.casewithdrawn": actions.reconsider,
}
