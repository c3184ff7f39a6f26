"""Areas, buildings and points, and the history of set-up data."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Many, Told
from muster.domain.places import actions, queries, rules
from muster.domain.places import models as tables
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, GRID, SUBDISTRICT

ONE = derive_id("building", 1)


ACTIONS: dict[type, Many] = {
    actions.AddAreas: actions.add_areas,
    actions.AddBuilding: actions.add_buildings,
    actions.AddPoint: actions.add_points,
}


def add(body: Any, by: Actor, incident: UUID, now: datetime) -> Done:
    act = ACTIONS[type(body)]
    with scope(by, incident):
        return act(told=[Told(new_id(), now, by.by, body)], by=by, incident=incident, now=now)


def building(**words: Any) -> actions.AddBuilding:
    said: dict[str, Any] = {"id": ONE, "area": GRID, "name": "1栋", "compound": "翠湖花园", "number": "1栋"}
    return actions.AddBuilding(**(said | words))


def test_a_building_has_its_doors_once(grid_worker: Actor, incident: UUID, now: datetime) -> None:
    body = building(floors=12, units_per_floor=3)
    for _ in range(2):
        done = add(body, grid_worker, incident, now)
        assert not done.refused
        assert not done.waiting
    with scope(grid_worker, incident):
        doors = queries.dwellings_of(ONE)
        assert [(d.label, d.floor, d.unit) for d in doors][:4] == [
            ("101", 1, 1),
            ("102", 1, 2),
            ("103", 1, 3),
            ("201", 2, 1),
        ]
        assert len(doors) == 36
        assert doors[0].id == derive_id(ONE, "101")
        assert queries.dwellings_at([doors[0].id]) == {doors[0].id: (GRID, ONE)}
        assert tables.Building.objects.get().units == 36


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "}, {"name": "楼" * 121}, {"name": "a\0b"}, {"labels": [""]}, {"labels": ["x" * 41]},
        {"floors": 201},
        {"floors": -1}, {"floors": 100, "units_per_floor": 100}, {"lat": 22.0}, {"lat": 95.0, "lon": 1.0},
        {"outline": [(22.0, 114.0), (22.0, 214.0)]},
    ],
    ids=str,
)  # fmt: skip
def test_a_building_that_cannot_be_is_refused(
    grid_worker: Actor, incident: UUID, now: datetime, wrong: dict[str, Any]
) -> None:
    done = add(building(**wrong), grid_worker, incident, now)
    assert [refusal.code for refusal in done.refused.values()] == ["input.unreadable"]
    with scope(grid_worker, incident):
        assert not tables.Building.objects.exists()


def test_a_building_elsewhere_waits_and_an_outsider_sees_none(
    grid_worker: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    done = add(building(area=ELSEWHERE), grid_worker, incident, now)
    assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    add(building(floors=1, units_per_floor=1), grid_worker, incident, now)
    point = actions.AddPoint(id=new_id(), area=GRID, kind=rules.PointKind.SITE, name="广场")
    assert not add(point, grid_worker, incident, now).waiting
    with scope(outsider, incident):
        for model in (tables.Building, tables.Dwelling, tables.Alias, tables.Point):
            assert not model._default_manager.exists()
        assert queries.resolve_address(rules.Parts(compound="翠湖花园", number="1栋")) == rules.Found()
    done = add(building(area=ELSEWHERE), outsider, incident, now)
    assert [refusal.code for refusal in done.waiting.values()] == ["sync.not_visible_yet"]


def test_only_who_commands_an_area_adds_areas_and_all_read_them(
    commander: Actor, desk: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    new = [
        actions.NewArea(SUBDISTRICT, "吉华街道", "subdistrict"), actions.NewArea(COMMUNITY, "水径社区", "community"),
        actions.NewArea(GRID, "𠮷网格", "grid", generated=True),
    ]  # fmt: skip
    assert add(actions.AddAreas(new), desk, incident, now).refused
    assert add(
        actions.AddAreas([actions.NewArea(ELSEWHERE, "别处", "community")]), commander, incident, now
    ).refused
    for _ in range(2):
        assert not add(actions.AddAreas(new), commander, incident, now).refused
    with scope(outsider, incident):
        found = list(queries.areas_under(DISTRICT))
        assert [(area.code, area.parent) for area in found] == [
            (SUBDISTRICT, DISTRICT),
            (COMMUNITY, SUBDISTRICT),
            (GRID, COMMUNITY),
        ]
        assert queries.area_names([GRID, 5]) == {GRID: "𠮷网格", 5: "5"}
    for bad in (
        actions.NewArea(-1, "x", "grid"),
        actions.NewArea(GRID, "x", "moon"),
        actions.NewArea(GRID, " ", "grid"),
    ):
        assert add(actions.AddAreas([bad]), commander, incident, now).refused


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (rules.Parts(compound="翠湖花园", number="1栋", dwelling="101"), (ONE, "101")),
        (rules.Parts(compound="翠湖 花园", number="１号楼", dwelling="102"), (ONE, "102")),
        (rules.Parts(building="翠湖花园1栋", dwelling="999"), (ONE, None)),
        (rules.Parts(building="别的楼"), (None, None)),
    ],
)  # fmt: skip
def test_an_address_leads_to_a_door(
    desk: Actor, incident: UUID, now: datetime, parts: rules.Parts, found: tuple[UUID | None, str | None]
) -> None:
    add(building(floors=1, units_per_floor=2), desk, incident, now)
    with scope(desk, incident):
        got = queries.resolve_address(parts, [COMMUNITY])
        assert got.building == found[0]
        assert got.dwelling == (derive_id(ONE, found[1]) if found[1] else None)
        assert queries.resolve_address(parts, [ELSEWHERE]).building is None


def test_two_buildings_of_one_name_are_for_a_person(desk: Actor, incident: UUID, now: datetime) -> None:
    two = derive_id("building", 2)
    add(building(), desk, incident, now)
    add(building(id=two, compound="金桂园"), desk, incident, now)
    with scope(desk, incident):
        assert set(queries.resolve_address(rules.Parts(building="1栋")).candidates) == {ONE, two}
        assert queries.resolve_address(rules.Parts(compound="金桂园", number="1栋")).building == two
        first = queries.buildings_page(COMMUNITY, size=1)
        rest = queries.buildings_page(COMMUNITY, (first[0].area, first[0].id), size=5)
        assert {one.id for one in first + rest} == {ONE, two}


def test_the_history_of_a_building_stays_within_its_area(
    desk: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    add(building(), desk, incident, now)
    history = tables.BuildingEvent.objects  # type: ignore[attr-defined]
    with scope(desk, incident):
        tables.Building.objects.filter(pk=ONE).update(name="1号楼")
        tables.Building.objects.filter(pk=ONE).update(name="1号楼")
        assert list(history.order_by("pgh_id").values_list("pgh_label", "name", "pgh_by")) == [
            ("insert", "1栋", desk.account), ("update", "1号楼", desk.account),
        ]  # fmt: skip
        with (
            pytest.raises((ProgrammingError, InternalError)),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("delete from places_buildingevent")
        tables.Alias.objects.filter(building=ONE).delete()
        tables.Building.objects.filter(pk=ONE).delete()
        assert history.order_by("pgh_id").values_list("pgh_label", flat=True).last() == "delete"
    with scope(outsider, incident):
        assert not history.exists()
    with scope(system(), incident):
        assert history.count() == 3


def test_history_is_stamped_by_the_servers_clock(desk: Actor, incident: UUID, now: datetime) -> None:
    add(actions.AddPoint(id=new_id(), area=GRID, kind=rules.PointKind.GATE, name="东门"), desk, incident, now)
    with scope(desk, incident), connection.cursor() as cursor:
        cursor.execute("select pgh_created_at - muster_now() from places_pointevent")
        assert abs(cursor.fetchone()[0]) < timedelta(minutes=1)
