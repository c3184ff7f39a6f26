"""Who was where, derived from check-ins, gates, samples, shifts and rides where the protocol asks, and no longer.

One statement for each source and batch. A check-in is an instant: the pack says how long it is taken to last. A
stay longer than a piece is cut, see `PlaceVisit`. Who is named at the departure or the arrival of a batch rode with
it: in the vehicle that a roll-call names; as long as that is not known of somebody, the batch as a whole is a place
too (of the class `vehicle` when it has only one, else `batch`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from muster.core import bulk
from muster.core.told import Touched
from muster.domain.cases.queries.exposure import PIECE
from muster.domain.incidents import queries as incidents
from muster.protocols.people import ExposureRule

TRACES, SAMPLES, SHIFTS, RIDES = "passes.trace", "sampling.sample", "mobilising.shift", "mobilising.batch"
KINDS = (TRACES, SAMPLES, SHIFTS, RIDES)

GONE = """
delete from cases_placevisit v where v.origin = any(%(ids)s::uuid[]) and {gone}
"""
PIECES = """
insert into cases_placevisit (id, incident, area, person, place, source, origin, from_at, to_at, keep_until)
select md5(x.key || n)::uuid, x.incident, x.area, x.person, x.place, x.source, x.origin,
    x.from_at + n * %(piece)s::interval, least(x.to_at, x.from_at + (n + 1) * %(piece)s::interval), x.keep_until
from ({stays}) x, generate_series(0, ceil(extract(epoch from x.to_at - x.from_at)
    / extract(epoch from %(piece)s::interval))::int - 1) n
where x.to_at > x.from_at and x.keep_until > %(now)s
on conflict (id) do nothing
"""
STAYS = {
    TRACES: """
select t.id::text as key, t.incident, t.area, coalesce(t.resident, p.resident) person, t.point place,
    case when c.id is null then 'gate' else 'check_in' end source, t.id origin, t.at from_at,
    t.at + case when c.id is null then %(gate)s::interval else %(stay)s::interval end to_at, t.keep_until
from passes_trace t left join passes_pass p on p.id = t.pass_id left join passes_placecheckin c on c.id = t.id
where t.id = any(%(ids)s::uuid[]) and coalesce(t.resident, p.resident) is not null
""",
    SAMPLES: """
select s.id::text as key, s.incident, s.area, s.resident person, s.site place, 'site' source, s.id origin,
    s.at - %(queue)s::interval from_at, s.at to_at, s.at + %(keep)s::interval keep_until
from sampling_sampletaken s where s.id = any(%(ids)s::uuid[]) and s.site is not null and s.place = 'site'
    and not exists (select from core_retraction r where r.target = s.id)
""",
    SHIFTS: """
select s.id::text as key, s.incident, s.area, s.responder person, coalesce(o.point, o.id) place, 'shift' source,
    s.id origin, s.began_at from_at, coalesce(s.ended_at, greatest(s.to_at, s.began_at)) to_at,
    s.began_at + %(keep)s::interval keep_until
from mobilising_seat s join mobilising_shift h on h.id = s.shift_id join mobilising_post o on o.id = h.post_id
where s.shift_id = any(%(ids)s::uuid[]) and s.began_at is not null
""",
    RIDES: """
select b.id::text || y.person || y.place as key, b.incident, b.area, y.person, y.place, y.source, b.id origin,
    b.departed_at from_at, b.arrived_at to_at, b.departed_at + %(keep)s::interval keep_until
from mobilising_batch b
cross join lateral (
    with called as (
        select r.present, r.rides from mobilising_rollcall r
        where r.batch = b.id and r.stage in ('departed', 'arrived')
            and not exists (select from core_retraction x where x.target = r.id)
    ), rode as (
        select distinct unnest(present) person from called
    ), seated as (
        select distinct p.person::uuid person, v.key vehicle
        from called c, jsonb_each(c.rides) v, jsonb_array_elements_text(v.value) p(person)
    )
    select person, md5(b.id::text || '/' || vehicle)::uuid place, 'vehicle' source from seated
    union all
    select person, b.id, case when coalesce(b.vehicles_seen, b.vehicles) = 1 then 'vehicle' else 'batch' end
    from rode where exists (select from rode o where not exists (
        select from seated s where s.person = o.person))
) y
where b.id = any(%(ids)s::uuid[]) and b.departed_at is not null and b.arrived_at is not null
""",
}
# what no longer stands: a deleted trace, a sample taken back, every seat of a shift that changed
NO_LONGER = {
    TRACES: "not exists (select from passes_trace t where t.id = v.origin)",
    SAMPLES: "exists (select from core_retraction r where r.target = v.origin)",
    SHIFTS: "true",
    RIDES: "true",
}


def follow(touched: Touched, incident: UUID, now: datetime) -> None:
    """Write the visits of what was touched; nothing where the protocol has no rule for shared places."""
    if not any(touched.get(kind) for kind in KINDS):
        return
    pack = incidents.pack_of(incident)
    if pack.contacts is None or pack.contacts.exposure is None:
        return
    queue = pack.testing.max_queue_minutes.value if pack.testing else 0
    for kind in KINDS:
        if ids := touched.get(kind):
            _derive(kind, ids, pack.contacts.exposure, queue, now)


def _derive(kind: str, ids: set[UUID], rule: ExposureRule, queue: int, now: datetime) -> None:
    values: dict[str, Any] = {
        "ids": bulk.array(ids),
        "now": now,
        "piece": PIECE,
        "stay": _minutes(rule.stay_minutes.value),
        "gate": _minutes(rule.gate_minutes.value),
        "queue": _minutes(queue),
        "keep": f"{rule.keep_days.value} days",
    }
    with connection.cursor() as cursor:
        origins = values
        if kind == SHIFTS:
            cursor.execute("select id from mobilising_seat where shift_id = any(%(ids)s::uuid[])", values)
            origins = values | {"ids": bulk.array(row[0] for row in cursor.fetchall())}
        cursor.execute(GONE.format(gone=NO_LONGER[kind]), origins)
        cursor.execute(PIECES.format(stays=STAYS[kind]), values)


def _minutes(number: int) -> str:
    return f"{number} minutes"
