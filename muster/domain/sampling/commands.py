"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.sampling import actions

COMMANDS: dict[str, tuple[type, Many]] = {
    "open_round": (actions.OpenRound, actions.open_rounds),
    "take_sample": (actions.TakeSample, actions.take_samples),
    "seal_tube": (actions.SealTube, actions.seal_tubes),
    "count_tubes": (actions.CountTubes, actions.count_tubes),
    "hand_over_tube": (actions.HandOverTube, actions.hand_over_tubes),
    "report_queue": (actions.ReportQueue, actions.report_queues),
    "report_result": (actions.ReportResult, actions.report_results),
}
RETRACTED = {
    "sampling.sampletaken": actions.reconsider_samples,
    "sampling.tubesealed": actions.reconsider_seals,
    "sampling.tubescounted": actions.reconsider_counts,
    "sampling.tubehandedover": actions.reconsider_handovers,
    "sampling.resultreported": actions.reconsider_results,
}
