"""Registering people at their doors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.people import actions as people
from muster.domain.people.models import Registration, Resident
from tests.cast import GRID
from tests.domain.people.homes import build, door, register, tell


@pytest.fixture
def built(incident: UUID, now: datetime) -> UUID:
    return build(incident, now)


def test_a_grid_worker_registers_a_person_at_a_door(built: UUID, grid_worker: Actor, incident: UUID, now: datetime) -> None:
    body = people.RegisterPerson(id=new_id(), dwelling=door("101"), name="王伟", phone="13812341234")
    done = register([tell(body, now, grid_worker)], grid_worker, incident, now)
    assert not done.waiting
    assert not done.refused
    assert body.id in done.touched["people.resident"]
    with scope(grid_worker, incident):
        resident = Resident.objects.get(pk=body.id)
        assert (resident.area, resident.dwelling, resident.canonical) == (GRID, door("101"), body.id)
        assert Registration.objects.get().area == GRID
