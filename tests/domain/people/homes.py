"""What the tests of people need: a building with doors, and short ways to say a registration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Told
from muster.domain.people import actions as people
from muster.domain.people.models import Resident
from muster.domain.places import actions as places
from tests.cast import GRID

BUILDING = derive_id("test", "building")


def door(label: str, building: UUID = BUILDING) -> UUID:
    """The id of a dwelling."""
    return derive_id(building, label)


def build(incident: UUID, now: datetime, building: UUID = BUILDING, area: int = GRID) -> UUID:
    """A building of two floors with two doors each: 101, 102, 201, 202."""
    with scope(system(incident=incident), incident) as by:
        body = places.AddBuilding(
            id=building, area=area, name=f"{building.hex[:4]} 栋", floors=2, units_per_floor=2
        )
        done = places.add_buildings(
            told=[Told(new_id(), now, by.by, body)], by=by, incident=incident, now=now
        )
        assert not done.refused
        assert not done.waiting
    return building


def tell(body: Any, at: datetime, by: Actor, identity: UUID | None = None) -> Told[Any]:
    """One command."""
    return Told(identity or new_id(), at, by.by, body)


def register(told: Sequence[Told[Any]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Register, in the actor's own scope."""
    with scope(by, incident):
        return people.register_people(told=told, by=by, incident=incident, now=now)


def persons(incident: UUID) -> dict[UUID, UUID]:
    """Canonical ids of everybody, as the system sees them."""
    with scope(system(incident=incident), incident):
        return dict(Resident.objects.values_list("id", "canonical"))
