"""Row security: a scope shows its own, a forgotten scope raises."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from muster.core.access import Actor, Grant, scope, span, system
from muster.core.ids import new_id
from muster.domain.incidents.models import Works, Zone
from tests.cast import CITY, COMMUNITY, DISTRICT, ELSEWHERE, GRID, NOW, SUBDISTRICT


def add_works(incident: UUID, area: int) -> None:
    Works.objects.create(incident=incident, area=area, at=NOW, by=new_id(), kind="canopy")


@pytest.mark.parametrize(
    ("area", "last"),
    [
        (GRID, GRID + 1),
        (COMMUNITY, COMMUNITY + 1_000),
        (SUBDISTRICT, SUBDISTRICT + 10**6),
        (DISTRICT, DISTRICT + 10**9),
        (CITY, CITY + 10**11),
        (0, 10**15),
    ],
)
def test_everything_inside_an_area_is_one_range_of_codes(area: int, last: int) -> None:
    assert span(area) == (area, last)


def test_a_forgotten_scope_raises_and_does_not_return_nothing(incident: UUID) -> None:
    with scope(system(), incident):
        add_works(incident, COMMUNITY)
    with pytest.raises(DatabaseError, match="no scope"), transaction.atomic():
        Works.objects.count()


def test_a_scope_without_any_right_sees_nothing(incident: UUID) -> None:
    with scope(system(), incident):
        add_works(incident, COMMUNITY)
    with scope(Actor(account=new_id(), grants=()), incident):
        assert Works.objects.count() == 0


def test_another_incident_is_another_world(incident: UUID, commander: Actor) -> None:
    with scope(system(), incident):
        add_works(incident, COMMUNITY)
    with scope(commander, new_id()):
        assert Works.objects.count() == 0


def test_scopes_nest_and_the_outer_one_comes_back(incident: UUID, commander: Actor, outsider: Actor) -> None:
    with scope(commander, incident):
        add_works(incident, COMMUNITY)
        with scope(outsider, incident):
            assert Works.objects.count() == 0
        assert Works.objects.count() == 1
        with pytest.raises(ZeroDivisionError), scope(outsider, incident):
            raise ZeroDivisionError
        assert Works.objects.count() == 1


def test_nobody_writes_outside_the_own_area(incident: UUID, outsider: Actor) -> None:
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        scope(outsider, incident),
        transaction.atomic(),
    ):
        add_works(incident, COMMUNITY)


def test_facts_are_never_changed_or_removed(incident: UUID) -> None:
    with scope(system(), incident):
        add_works(incident, COMMUNITY)
        for verb in (
            "update incidents_works set kind = 'x'",
            "delete from incidents_works",
            "truncate incidents_works",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(verb)
        assert Works.objects.get().kind == "canopy"


def test_rights_in_one_incident_do_not_reach_another(incident: UUID) -> None:
    other = new_id()
    actor = Actor(account=new_id(), grants=(Grant("commander", DISTRICT, other),))
    with scope(system(), incident):
        add_works(incident, COMMUNITY)
    with scope(actor, incident):
        assert Works.objects.count() == 0
    assert not actor.may("incidents.zone", COMMUNITY, incident)
    assert actor.may("incidents.zone", COMMUNITY, other)


def test_two_areas_at_once_are_two_ranges(incident: UUID) -> None:
    actor = Actor(account=new_id(), grants=(Grant("desk", COMMUNITY), Grant("desk", ELSEWHERE)))
    with scope(system(), incident):
        for area in (COMMUNITY, GRID, ELSEWHERE, SUBDISTRICT):
            add_works(incident, area)
    with scope(actor, incident):
        assert set(Works.objects.values_list("area", flat=True)) == {COMMUNITY, GRID, ELSEWHERE}
        assert Zone.objects.count() == 0
