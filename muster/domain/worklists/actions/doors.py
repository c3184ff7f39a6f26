"""Doors: visits during a sweep, and what doors and buildings are after them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.domain.worklists.actions.giving import given_among
from muster.domain.worklists.models import BuildingState, DwellingState, Visit
from muster.domain.worklists.rules import SETTLED_DOOR, DoorOutcome, Knock, door_state

FACT = ("id", "incident", "area", "at", "by", "device")
DOOR = (
    "id",
    "incident",
    "area",
    "building",
    "outcome",
    "visits",
    "persons",
    "last_at",
    "done_at",
    "was_shut",
    "doubled",
)


class RecordVisit(msgspec.Struct, frozen=True):
    """A visit at a door: how it ended, how many persons live there, who came along."""

    dwelling: UUID
    outcome: DoorOutcome
    persons: int = 0
    with_responder: UUID | None = None


def record_visits(*, told: Sequence[Told[RecordVisit]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store visits and derive doors and buildings again. Two teams at one door are both kept."""
    done = Done()
    found = prepared.fetch(
        "select id, area, building_id from places_dwelling where id = any(%s::uuid[])",
        [bulk.array(one.body.dwelling for one in told)],
    )
    doors = {row[0]: (row[1], row[2]) for row in found}
    allowed = by.allowed("worklists.record", (area for area, _ in doors.values()), incident)
    rows = []
    for one in told:
        body = one.body
        if body.dwelling not in doors:
            done.waiting[one.id] = NotVisibleYet()
        elif doors[body.dwelling][0] not in allowed:
            done.waiting[one.id] = NotAllowed(right="worklists.record")
        else:
            area, building = doors[body.dwelling]
            persons = max(0, min(body.persons, 32_000))
            said = (body.dwelling, building, body.outcome.value, persons, body.with_responder)
            rows.append((one.id, incident, area, one.at, one.by, one.device, *said))
    if rows:
        touched = {row[6] for row in rows}
        _lock_buildings({row[7]: row[2] for row in rows}, incident)
        bulk.insert(Visit, (*FACT, "dwelling", "building", "outcome", "persons", "with_responder"), rows)
        shut = recompute_doors({d: doors[d] for d in touched}, incident)
        area = min(row[2] for row in rows)
        journal.write(
            action="worklists.visit", by=by, incident=incident, area=area, subjects=touched, count=len(rows)
        )
        done.touch("worklists.dwelling", shut)
        done.touch("worklists.building", given_among(row[7] for row in rows))
    return done


def _lock_buildings(buildings: dict[UUID, int], incident: UUID) -> None:
    """Buildings first and in id order, so that two teams in one building count each other's doors."""
    prepared.run(
        "insert into worklists_buildingstate (id, incident, area, units, done, absent, refused, empty, persons)"
        " select b, %s, a, 0, 0, 0, 0, 0, 0 from unnest(%s::uuid[], %s::bigint[]) as x(b, a) order by b"
        " on conflict (id) do nothing",
        [incident, list(buildings), list(buildings.values())],
    )
    bulk.lock(BuildingState, buildings)


KNOCKS = """
select v.dwelling, v.at, v.id, v.outcome, v.persons, v.by, v.with_responder from worklists_visit v
where v.dwelling = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = v.id)
"""


def recompute_doors(doors: dict[UUID, tuple[int, UUID]], incident: UUID) -> set[UUID]:
    """Derive doors (id to area and building) from all their visits, then their buildings.

    Returns the doors that were found shut at any time: only these ever want a recheck.
    """
    knocks: dict[UUID, list[Knock]] = defaultdict(list)
    for dwelling, *fields in prepared.fetch(KNOCKS, [bulk.array(doors)]):
        knocks[dwelling].append(Knock(*fields))
    rows = []
    for dwelling, (area, building) in doors.items():
        s = door_state(knocks.get(dwelling, []))
        if s is not None:
            rows.append(
                (
                    dwelling,
                    incident,
                    area,
                    building,
                    s.outcome,
                    s.visits,
                    s.persons,
                    s.last_at,
                    s.done_at,
                    s.was_shut,
                    s.doubled,
                )
            )
    bulk.insert(DwellingState, DOOR, rows, update=DOOR[4:])
    unvisited = set(doors) - set(knocks)
    if unvisited:
        DwellingState.objects.filter(pk__in=unvisited).delete()
    recount_buildings({building for _, building in doors.values()})
    return {door for door, found in knocks.items() if any(k.outcome not in SETTLED_DOOR for k in found)}


BUILDINGS = """
update worklists_buildingstate b set units = u.units, done = s.done, absent = s.absent, refused = s.refused,
    empty = s.empty, persons = s.persons, last_at = s.last_at
from unnest(%s::uuid[]) as x(id)
cross join lateral (select count(*) as units from places_dwelling d where d.building_id = x.id) u
cross join lateral (
    select count(*) filter (where outcome = 'done') as done, count(*) filter (where outcome = 'absent') as absent,
        count(*) filter (where outcome = 'refused') as refused, count(*) filter (where outcome = 'empty') as empty,
        coalesce(sum(persons), 0) as persons, max(last_at) as last_at
    from worklists_dwellingstate d where d.building = x.id) s
where b.id = x.id
"""


def recount_buildings(buildings: set[UUID]) -> None:
    """Count the doors of buildings again; a building nobody visited has nothing to count."""
    prepared.run(BUILDINGS, [sorted(buildings)])


def reconsider_visits(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the doors of these visits again."""
    done = Done()
    rows = Visit.objects.filter(pk__in=facts).values_list("dwelling", "area", "building")
    doors = {dwelling: (area, building) for dwelling, area, building in rows}
    if doors:
        _lock_buildings({building: area for area, building in doors.values()}, incident)
        recompute_doors(doors, incident)
        done.touch("worklists.dwelling", doors)
        done.touch("worklists.building", given_among(building for _, building in doors.values()))
    return done
