"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.worklists.actions import (
    breeding,
    calls,
    desk,
    doors,
    giving,
    households,
    lists,
    photographs,
    taking,
)

COMMANDS: dict[str, tuple[type, Many]] = {
    "push_list": (lists.PushList, lists.push_lists),
    "record_attempt": (calls.RecordAttempt, calls.record_attempts),
    "record_visit": (doors.RecordVisit, doors.record_visits),
    "record_household": (households.RecordHousehold, households.record_households),
    "survey_containers": (breeding.SurveyContainers, breeding.survey_containers),
    "report_breeding_site": (breeding.ReportBreedingSite, breeding.report_breeding_sites),
    "inspect_breeding_site": (breeding.InspectBreedingSite, breeding.inspect_breeding_sites),
    "keep_photograph": (photographs.KeepPhotograph, photographs.keep_photographs),
    "give_buildings": (giving.GiveBuildings, giving.give_buildings),
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
    "worklists.householdcard": households.reconsider_cards,
    "worklists.containersurvey": breeding.reconsider_surveys,
    "worklists.breedingsiteseen": breeding.reconsider_sights,
    "worklists.photograph": photographs.nothing_derived,
    "worklists.buildinggiven": giving.reconsider_given,
    "worklists.closing": desk.reconsider_closings,
}
