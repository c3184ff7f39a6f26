"""Whom a positive tube holds: their passes stop at gates until a single sample taken since is negative.

Nothing is stored: it follows from tubes, samples and results. A desk that closes somebody's single resample ends
the hold of that tube too. Served by `sampling_tube_positive`: gates ask every minute, and positive tubes are few.
"""

from __future__ import annotations

from uuid import UUID

from muster.core import prepared
from muster.core.access import scope, system

STANDS = "not exists (select from core_retraction g where g.target = {}.id)"
HELD = f"""
with seated as (
    select t.id as tube, t.resulted_at, coalesce(p.canonical, s.resident) as person,
        array(select s.resident union select r.id from people_resident r where r.canonical = p.canonical) as records
    from sampling_tube t join sampling_sampletaken s on s.tube = t.id
    left join people_resident p on p.id = s.resident
    where t.incident = %s and t.result = 'positive' and {STANDS.format("s")})
select distinct unnest(h.records) from seated h
where not exists (
    select from sampling_sampletaken o join sampling_tube n on n.id = o.tube
    where o.resident = any(h.records) and o.at >= h.resulted_at and n.pool_size = 1 and n.result = 'negative'
        and {STANDS.format("o")})
    and not exists (
        select from worklists_workitem w where w.subject = h.person and w.kind = 'resample'
            and w.occasion = 'tube:' || h.tube and w.state = 'closed')
"""  # noqa: S608


def on_hold(incident: UUID) -> set[UUID]:
    """Everybody whom a positive tube holds now, under all their records, wherever they live."""
    with scope(system(incident=incident), incident):
        return {row[0] for row in prepared.fetch(HELD, [incident])}
