"""Who sweeps which building: a split that a person accepted becomes one piece of work for each building."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.worklists.actions.doorways import areas_of_buildings
from muster.domain.worklists.actions.reconciling import reconcile
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import ItemKind, Want, item_id
from muster.domain.worklists.sweep_models import BuildingGiven

FACT = ("id", "incident", "area", "at", "by", "device")
RIGHT = "worklists.assign"
MOST_GROUNDS, MOST_BUILDINGS = 200, 20_000


class Ground(msgspec.Struct, frozen=True):
    """The buildings of one team; without a team the buildings are taken back."""

    buildings: list[UUID]
    team: UUID | None = None


class GiveBuildings(msgspec.Struct, frozen=True):
    """Which team sweeps which buildings, until when."""

    grounds: list[Ground]
    due_at: datetime | None = None


def give_buildings(*, told: Sequence[Told[GiveBuildings]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give buildings to teams; the newest word for a building counts. The answer says how many each got."""
    done = Done()
    wanted = {one for command in told for ground in command.body.grounds for one in ground.buildings}
    areas = areas_of_buildings(wanted)
    allowed = by.allowed(RIGHT, areas.values(), incident)
    rows = []
    for one in told:
        buildings = {house for ground in one.body.grounds for house in ground.buildings}
        if not buildings or len(one.body.grounds) > MOST_GROUNDS or len(buildings) > MOST_BUILDINGS:
            done.refused[one.id] = BadInput(problem="grounds")
        elif buildings - areas.keys():
            done.waiting[one.id] = NotVisibleYet()
        elif {areas[house] for house in buildings} - allowed:
            done.refused[one.id] = NotAllowed(right=RIGHT)
        else:
            rows += [
                (derive_id(one.id, house), incident, areas[house], one.at, one.by, one.device, house, ground.team,
                 one.body.due_at)
                for ground in one.body.grounds
                for house in ground.buildings
            ]  # fmt: skip
            done.data[one.id] = {"buildings": len(buildings)}
    if rows:
        touched = {row[6] for row in rows}
        prepared.run(
            "select pg_advisory_xact_lock(n) from unnest(%s::bigint[]) n",
            [sorted(int.from_bytes(one.bytes[8:], signed=True) for one in touched)],
        )
        bulk.insert(BuildingGiven, (*FACT, "building", "team", "due_at"), rows)
        settle_given(touched, incident, now)
        area = min(row[2] for row in rows)
        journal.write(action="worklists.give", by=by, incident=incident, area=area, subjects=touched)
        done.touch("worklists.building", touched)
    return done


GIVEN = """
select distinct on (g.building) g.building, g.team, g.due_at, g.area from worklists_buildinggiven g
where g.building = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = g.id)
order by g.building, g.at desc, g.id desc
"""
SWEPT = """
select b.id, s.last_at from places_building b join worklists_buildingstate s on s.id = b.id
where b.id = any(%s::uuid[]) and b.units > 0 and s.done + s.empty >= b.units
"""


def wants_of_buildings(buildings: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A visit to every building that was given to a team, satisfied when all its doors are done."""
    given = [row for row in prepared.fetch(GIVEN, [bulk.array(buildings)]) if row[1] is not None]
    if not given:
        return []
    swept = dict(prepared.fetch(SWEPT, [bulk.array(row[0] for row in given)]))
    return [
        Want(
            kind=ItemKind.VISIT,
            subject_kind="building",
            subject=building,
            occasion="",
            area=area,
            source_kind="building",
            source=building,
            due_at=due_at,
            satisfied_at=swept.get(building),
            building=building,
        )
        for building, _team, due_at, area in given
    ]


def settle_given(buildings: set[UUID], incident: UUID, now: datetime) -> None:
    """Make the work of these buildings and hand it to their teams."""
    reconcile(
        incident=incident, wants=wants_of_buildings(buildings, incident, now), sources=buildings, now=now
    )
    teams = {row[0]: row[1] for row in prepared.fetch(GIVEN, [bulk.array(buildings)])}
    rows = [(item_id(incident, ItemKind.VISIT, one, ""), team) for one, team in teams.items() if team]
    bulk.update(WorkItem, ("id", "assignee"), rows)


def given_among(buildings: Iterable[UUID]) -> set[UUID]:
    """Those of the buildings that were ever given to a team: only these have work that visits finish."""
    sql = "select distinct building from worklists_buildinggiven where building = any(%s::uuid[])"
    return {row[0] for row in prepared.fetch(sql, [bulk.array(set(buildings))])}


def reconsider_given(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the word before it counts again."""
    done = Done()
    buildings = set(BuildingGiven.objects.filter(pk__in=facts).values_list("building", flat=True))
    if buildings:
        settle_given(buildings, incident, now)
        done.touch("worklists.building", buildings)
    return done
