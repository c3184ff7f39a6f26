"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.worklists.actions import calls, desk, doors, lists

COMMANDS: dict[str, tuple[type, Many]] = {
    "push_list": (lists.PushList, lists.push_lists),
    "record_attempt": (calls.RecordAttempt, calls.record_attempts),
    "record_visit": (doors.RecordVisit, doors.record_visits),
    "assign_items": (desk.AssignItems, desk.assign_items),
    "transfer_items": (desk.TransferItems, desk.transfer_items),
    "return_items": (desk.ReturnItems, desk.return_items),
    "release_item": (calls.ReleaseItem, calls.release_items),
    "take_next": (calls.TakeNext, calls.take_next),
}
RETRACTED = {"worklists.attempt": calls.reconsider_attempts, "worklists.visit": doors.reconsider_visits}
