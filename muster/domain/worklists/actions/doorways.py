"""Where facts about doors and buildings belong: the area of the thing, and whether the right holds there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from muster.core import bulk, prepared
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.told import Done, Told

RIGHT = "worklists.record"


def doors_of(
    done: Done, told: Sequence[Told[Any]], by: Actor, incident: UUID
) -> dict[UUID, tuple[int, UUID]]:
    """Area and building of the doors that are named; those not visible or not allowed wait."""
    sql = "select id, area, building_id from places_dwelling where id = any(%s::uuid[])"
    found = prepared.fetch(sql, [bulk.array(one.body.dwelling for one in told)])
    doors = {row[0]: (row[1], row[2]) for row in found}
    allowed = by.allowed(RIGHT, (area for area, _ in doors.values()), incident)
    for one in told:
        if one.id in done.refused:
            continue
        if one.body.dwelling not in doors:
            done.waiting[one.id] = NotVisibleYet()
        elif doors[one.body.dwelling][0] not in allowed:
            done.waiting[one.id] = NotAllowed(right=RIGHT)
    return doors


def areas_of_buildings(buildings: Iterable[UUID]) -> dict[UUID, int]:
    """The area of each visible building."""
    sql = "select id, area from places_building where id = any(%s::uuid[])"
    return dict(prepared.fetch(sql, [bulk.array(set(buildings))]))


def hold(things: Iterable[UUID]) -> None:
    """Facts about one thing wait for each other, so that the second sees the first."""
    numbers = sorted(int.from_bytes(one.bytes[8:], signed=True) for one in things)
    prepared.run("select pg_advisory_xact_lock(n) from unnest(%s::bigint[]) n", [numbers])
