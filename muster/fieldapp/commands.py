"""Every command the system understands: {name: (body type, action)}, things before observations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Many
from muster.domain.cases import commands as cases
from muster.domain.helpline import commands as helpline
from muster.domain.incidents import commands as incidents
from muster.domain.mobilising import commands as mobilising
from muster.domain.notices import commands as notices
from muster.domain.passes import commands as passes
from muster.domain.people import commands as people
from muster.domain.places import commands as places
from muster.domain.responders import commands as responders
from muster.domain.sampling import commands as sampling
from muster.domain.supplies import commands as supplies
from muster.domain.worklists import commands as worklists
from muster.reports import commands as reports

DOMAINS = (
    places,
    people,
    responders,
    incidents,
    cases,
    worklists,
    mobilising,
    sampling,
    passes,
    supplies,
    helpline,
    notices,
)

COMMANDS: dict[str, tuple[type, Many]] = (
    {name: row for domain in DOMAINS for name, row in domain.COMMANDS.items()}
    | {"retract_fact": (RetractBody, retract_facts)}
    | reports.COMMANDS
)

# What phones record by themselves: taken also when it arrives after the right to it has ended (sync.retry_late).
LATE = frozenset((
    "add_building", "add_doors", "begin_shift", "check_in_place", "count_tubes", "end_shift", "explain_untested",
    "hand_over", "hand_over_tube", "inspect_breeding_site", "keep_photograph", "open_exception", "record_attempt",
    "record_follow_up",
    "record_household", "record_visit", "record_works", "register_person", "report_breeding_site", "report_queue",
    "retract_fact", "scan_pass", "seal_tube", "survey_containers", "take_over", "take_sample",
))  # fmt: skip

ORDER = {name: place for place, name in enumerate(COMMANDS)}

Reconsider = Callable[[set[UUID], UUID, datetime], Done]
RETRACTED: dict[str, Reconsider] = {
    kind: again for domain in DOMAINS for kind, again in getattr(domain, "RETRACTED", {}).items()
}
