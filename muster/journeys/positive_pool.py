"""A pool comes back positive: every member is resampled singly, at once, whichever other tubes name them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from muster.core.told import Touched, no_touch
from muster.domain.cases.models import Contact
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.sampling.rules import wanted_after_result
from muster.domain.worklists.rules import Want

MEMBERS = """
select t.id, t.area, t.resulted_at, t.result, t.pool_size, s.resident,
    (select min(o.at) from sampling_sampletaken o
     where o.resident = s.resident and o.pool_size = 1 and o.at >= t.resulted_at
     and not exists (select from core_retraction r where r.target = o.id))
from sampling_tube t join sampling_sampletaken s on s.tube = t.id
where t.id = any(%s) and t.result = 'positive'
    and not exists (select from core_retraction r where r.target = s.id)
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
    """One single resample per member of each positive tube, within the pack's hours."""
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, [list(tubes)])
        rows = cursor.fetchall()
    if not rows:
        return []
    testing = incidents.pack_of(incident).testing
    hours = testing.resample_within_hours.value if testing else 0
    heads = people.heads({row[5] for row in rows})
    found: dict[tuple[UUID, UUID], Want] = {}
    for tube, area, resulted_at, result, pool_size, resident, again_at in rows:
        work = wanted_after_result(result, tube, pool_size)
        if work is None:
            continue
        head = heads.get(resident, (resident, area))[0]
        found[tube, head] = Want(
            kind=work[0],
            subject_kind="resident",
            subject=head,
            occasion=work[1],
            area=area,
            source_kind="tube",
            source=tube,
            priority=1,
            satisfied_at=again_at,
            due_at=resulted_at + timedelta(hours=hours) if resulted_at else None,
        )
    return list(found.values())
