"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.cases import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "confirm_case": (actions.ConfirmCase, actions.confirm_cases),
    "withdraw_case": (actions.WithdrawCase, actions.withdraw_cases),
    "record_investigation": (actions.RecordInvestigation, actions.record_investigations),
    "note_investigation": (actions.NoteInvestigation, actions.note_investigations),
    "name_contact": (actions.NameContact, actions.name_contacts),
    "record_follow_up": (actions.RecordFollowUp, actions.record_follow_ups),
    "place_in_quarantine": (actions.PlaceInQuarantine, actions.place_in_quarantine),
    "record_transfer": (actions.RecordTransfer, actions.record_transfers),
    "state_quarantine_need": (actions.StateQuarantineNeed, actions.state_quarantine_needs),
}
RETRACTED = {
    "cases.contactnamed": actions.reconsider_names,
    "cases.followedup": actions.reconsider,
    "cases.quarantined": actions.reconsider,
    "cases.transferred": actions.reconsider,
    "cases.needstated": actions.reconsider,
    "cases.caseconfirmed": actions.reconsider_cases,
    "cases.casewithdrawn": actions.reconsider_cases,
    "cases.investigated": actions.reconsider_cases,
}
