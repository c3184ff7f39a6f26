"""A pool comes back positive: every member is told by telephone and resampled singly, at once, where they live.

Until a single sample taken since then is negative, gates stop their passes: `sampling.holds.on_hold`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from muster.core import bulk, prepared
from muster.core.access import span
from muster.core.told import Touched, no_touch
from muster.domain.cases.models import Contact
from muster.domain.incidents import queries as incidents
from muster.domain.responders.models import Team
from muster.domain.responders.rules import TeamKind
from muster.domain.sampling.models import CatchUp
from muster.domain.sampling.rules import wanted_after_result
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import ItemKind, Want

SOURCE = "tube"
MEMBERS = """
select t.id, t.resulted_at, t.result, t.pool_size, coalesce(h.id, s.resident), coalesce(h.area, t.area), d.building_id,
    exists (select from people_identity i where i.resident = h.id and i.phone_x is not null),
    (select min(o.at) from sampling_sampletaken o
     where o.resident = s.resident and o.pool_size = 1 and o.at >= t.resulted_at
     and not exists (select from core_retraction r where r.target = o.id))
from sampling_tube t join sampling_sampletaken s on s.tube = t.id
left join people_resident p on p.id = s.resident left join people_resident h on h.id = p.canonical
left join places_dwelling d on d.id = h.dwelling
where t.id = any(%s::uuid[]) and t.result = 'positive'
    and not exists (select from core_retraction r where r.target = s.id) order by s.at, s.id
"""
POSITIVE = """
select distinct t.id from sampling_sampletaken s join sampling_sampletaken o on o.resident = s.resident
join sampling_tube t on t.id = o.tube and t.result = 'positive' where s.tube = any(%s)
"""


def asked_again(tubes: set[UUID]) -> Touched:
    """Contacts sampled in these tubes, and positive tubes that the same people sat in before."""
    touched = no_touch()
    with connection.cursor() as cursor:
        cursor.execute(POSITIVE, [list(tubes)])
        touched["sampling.tube"] |= {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "select distinct resident from sampling_sampletaken where tube = any(%s)", [list(tubes)]
        )
        residents = [row[0] for row in cursor.fetchall()]
    touched["cases.contact"] |= set(
        Contact.objects.filter(resident__in=residents).values_list("id", flat=True)
    )
    return touched


def wants(tubes: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """For each member of a positive pool a single resample in the pack's hours, and a call where there is a number."""
    rows = prepared.fetch(MEMBERS, [bulk.array(tubes)])
    if not rows:
        return []
    testing = incidents.pack_of(incident).testing
    hours = timedelta(hours=testing.resample_within_hours.value if testing else 0)
    found: dict[tuple[UUID, UUID, str], Want] = {}
    for tube, resulted_at, result, pool_size, person, area, building, has_phone, again_at in rows:
        work = wanted_after_result(result, tube, pool_size)
        if work is None:
            continue
        for kind in (work[0], *([ItemKind.VERIFY.value] if has_phone else [])):
            before = found.get((tube, person, kind))
            if before is not None and before.satisfied_at is not None:
                continue  # under another record this person was resampled already
            found[tube, person, kind] = Want(
                kind=kind,
                subject_kind="resident",
                subject=person,
                occasion=work[1],
                area=area,
                source_kind=SOURCE,
                source=tube,
                priority=1,
                satisfied_at=again_at,
                due_at=resulted_at + hours if resulted_at else None,
                building=building,
            )
    return list(found.values())


def give(wanted: Iterable[Want], incident: UUID) -> None:
    """Say where these people live now, and hand the resamples nobody has to the sampling team nearest to them."""
    asked = {one.item(incident): one for one in wanted if one.source_kind == SOURCE}
    if not asked:
        return
    bulk.update(WorkItem, ("id", "building"), [(item, one.building) for item, one in asked.items()])
    pairs = CatchUp.objects.filter(incident=incident, team__isnull=False).values("team")
    teams = Team.objects.filter(incident=incident, kind=TeamKind.SAMPLING).exclude(pk__in=pairs)
    reach = sorted(
        (high - low, team, low, high)
        for team, area in teams.values_list("id", "area")
        for low, high in [span(area)]
    )
    free = WorkItem.objects.filter(pk__in=asked, kind=ItemKind.RESAMPLE, state="open", assignee=None)
    given = [
        (item, next((team for _, team, low, high in reach if low <= area < high), None))
        for item, area in free.values_list("id", "area")
    ]
    bulk.update(WorkItem, ("id", "assignee"), [row for row in given if row[1]])
