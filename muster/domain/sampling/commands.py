"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.sampling import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "open_round": (actions.OpenRound, actions.open_rounds),
    "set_up_site": (actions.SetUpSite, actions.set_up_sites),
    "open_slots": (actions.OpenSlots, actions.open_slots),
    "book_slot": (actions.SlotBody, actions.book_slots),
    "cancel_slot": (actions.SlotBody, actions.cancel_slots),
    "catch_up": (actions.CatchUp, actions.catch_up),
    "end_catch_up": (actions.EndCatchUp, actions.end_catch_ups),
    "take_sample": (actions.TakeSample, actions.take_samples),
    "seal_tube": (actions.SealTube, actions.seal_tubes),
    "count_tubes": (actions.CountTubes, actions.count_tubes),
    "hand_over_tube": (actions.HandOverTube, actions.hand_over_tubes),
    "report_queue": (actions.ReportQueue, actions.report_queues),
    "report_result": (actions.ReportResult, actions.report_results),
    "explain_untested": (actions.ExplainUntested, actions.explain_untested),
}
RETRACTED = {
    "sampling.sampletaken": actions.reconsider_samples,
    "sampling.tubesealed": actions.reconsider_seals,
    "sampling.tubescounted": actions.reconsider_counts,
    "sampling.tubehandedover": actions.reconsider_handovers,
    "sampling.resultreported": actions.reconsider_results,
    "sampling.untestedexplained": actions.reconsider_explained,
}
