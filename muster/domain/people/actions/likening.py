"""Two residents who may be one person: kept for somebody to decide, never joined by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, prepared
from muster.core.access import Actor, scope, system
from muster.core.errors import NotFound
from muster.core.ids import derive_id
from muster.domain.people.models import Likeness, Resident

COLUMNS = ("id", "incident", "area", "a", "b", "how", "probability", "why", "batch", "proposed_at")


class Pair(msgspec.Struct, frozen=True):
    """A record that came later, and one it may be; from linkage also how likely, and what each column weighed."""

    a: UUID
    b: UUID
    how: str
    probability: float | None = None
    why: tuple[tuple[str, float], ...] = ()


def propose(*, pairs: Sequence[Pair], batch: UUID | None, incident: UUID, now: datetime) -> int:
    """Put pairs before a person. A pair that was decided, or proposed before, is not asked again."""
    if not pairs:
        return 0
    ends = {end for pair in pairs for end in (pair.a, pair.b)}
    where = {one: (head, area) for one, head, area in Resident.objects.filter(pk__in=ends).values_list(
        "id", "canonical", "area")}  # fmt: skip
    rows = [
        (derive_id(incident, "likeness", *sorted((pair.a, pair.b))), incident, where[pair.a][1], pair.a, pair.b,
         pair.how, pair.probability, [list(part) for part in pair.why], batch, now)
        for pair in pairs
        if pair.a in where and pair.b in where and where[pair.a][0] != where[pair.b][0]
    ]  # fmt: skip
    fresh = bulk.insert(Likeness, COLUMNS, rows)
    settle_likeness({row[3] for row in rows if row[0] in fresh}, incident)
    return len(fresh)


# The newest decision between any record of one person and any record of the other; a retracted one is none.
DECIDED = """
update people_likeness l set decided = x.decision from (
  select p.id, coalesce((
    select d.decision from people_sameperson d
    join people_resident da on da.id = d.a join people_resident db on db.id = d.b
    where d.a = any(p.records) and d.b = any(p.records)
    and ((da.canonical = p.one and db.canonical = p.other) or (da.canonical = p.other and db.canonical = p.one))
    and not exists (select from core_retraction t where t.target = d.id)
    order by d.at desc, d.id desc limit 1), '') as decision
  from (
    select k.id, a.canonical as one, b.canonical as other, array(
      select r.id from people_resident r where r.canonical in (a.canonical, b.canonical)) as records
    from people_likeness k join people_resident a on a.id = k.a join people_resident b on b.id = k.b
    where k.a = any(%(ids)s::uuid[]) or k.b = any(%(ids)s::uuid[])
  ) p
) x where l.id = x.id and l.decided <> x.decision
"""


# All records of these residents' persons, one by one: the planner would gather everybody in scope.
RECORDS = """
select r.id from unnest(%s::uuid[]) one(id)
cross join lateral (select canonical from people_resident p where p.id = one.id offset 0) h
cross join lateral (select id from people_resident p where p.canonical = h.canonical offset 0) r
"""


def settle_likeness(residents: Iterable[UUID], incident: UUID) -> None:
    """Derive what is decided about the pairs of these residents' persons. Decisions of all areas count."""
    touched = set(residents)
    if not touched:
        return
    with scope(system(incident=incident), incident):
        touched |= {row[0] for row in prepared.fetch(RECORDS, [bulk.array(touched)])}
        with connection.cursor() as cursor:
            cursor.execute(DECIDED, {"ids": bulk.array(touched)})


def put_off(*, likeness: UUID, by: Actor, incident: UUID, now: datetime) -> None:
    """Look at a pair later: it goes to the end of those that wait."""
    found = Likeness.objects.filter(pk=likeness).first()
    if found is None:
        raise NotFound
    by.require("people.join", found.area, incident)
    Likeness.objects.filter(pk=likeness).update(later_at=now)
