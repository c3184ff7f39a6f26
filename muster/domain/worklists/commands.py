"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.worklists.actions import calls, desk, doors, lists, taking

COMMANDS: dict[str, tuple[type, Many]] = {
    "push_list": (lists.PushList, lists.push_lists),
    "record_attempt": (calls.RecordAttempt, calls.record_attempts),
    "record_visit": (doors.RecordVisit, doors.record_visits),
    "assign_items": (desk.AssignItems, desk.assign_items),
    "transfer_items": (desk.TransferItems, desk.transfer_items),
    "return_items": (desk.ReturnItems, desk.return_items),
    "recall_items": (desk.RecallItems, desk.recall_items),
    "close_items": (desk.CloseItems, desk.close_items),
    "reopen_items": (desk.ReopenItems, desk.reopen_items),
    "release_item": (taking.ReleaseItem, taking.release_items),
    "hold_item": (taking.HoldItem, taking.hold_items),
    "take_item": (taking.TakeItem, taking.take_items),
    "take_next": (taking.TakeNext, taking.take_next),
}
RETRACTED = {
    "worklists.attempt": calls.reconsider_attempts,
    "worklists.visit": doors.reconsider_visits,
    "worklists.closing": desk.reconsider_closings,
}
