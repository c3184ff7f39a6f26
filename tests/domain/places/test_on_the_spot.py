"""What a door team finds when there is no list: buildings by walking, doors nobody had, a circle on the map."""

from __future__ import annotations

import itertools
import math
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Told
from muster.domain.places import actions, around, rules
from muster.domain.places.models import Building, Dwelling
from tests.cast import ELSEWHERE, GRID

HOUSE = derive_id("walked", 1)


def tell(body: Any, by: Actor, incident: UUID, now: datetime) -> Done:
    act = actions.add_doors if isinstance(body, actions.AddDoors) else actions.add_buildings
    with scope(by, incident):
        return act(told=[Told(new_id(), now, by.by, body)], by=by, incident=incident, now=now)


def test_eighteen_floors_of_four_without_the_fourth() -> None:
    labels = rules.door_labels(18, 4, skipped=(4, 13, 14))
    assert len(labels) == 15 * 4
    assert (labels[0], labels[-1]) == ("101", "1804")
    assert not any(label.startswith(("40", "130", "140")) for label in labels)


def test_a_walk_names_buildings_by_their_landmarks_in_order() -> None:
    found, wrong = rules.walked(
        "蓝色铁门对面 | 6×3\n\n井边小卖部｜1A、1B\n老榕树后面\n | 3x2\n怪屋 | 大约十户"
    )
    assert [(one.order, one.name, len(one.labels)) for one in found] == [
        (1, "蓝色铁门对面", 18), (2, "井边小卖部", 2), (3, "老榕树后面", 0),
    ]  # fmt: skip
    assert [(one.line, one.text) for one in wrong] == [(5, "| 3x2"), (6, "怪屋 | 大约十户")]


@pytest.mark.parametrize("size", ["18层4户", "18 x 4", "18*4", "18X4 units"])
def test_floors_and_units_as_people_write_them(size: str) -> None:
    (one,), wrong = rules.walked(f"a | {size}")
    assert (one.floors, one.units_per_floor, wrong) == (18, 4, [])


def test_the_place_in_the_walk_stays_with_the_building(
    grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    body = actions.AddBuilding(HOUSE, GRID, "蓝色铁门对面", walk=7, source="walk")
    assert not tell(body, grid_worker, incident, now).refused
    assert tell(actions.AddBuilding(new_id(), GRID, "x", walk=-1), grid_worker, incident, now).refused
    with scope(grid_worker, incident):
        assert Building.objects.get(pk=HOUSE).walk == 7


def test_doors_found_on_the_spot_are_added_once_in_any_order(
    grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    tell(actions.AddBuilding(HOUSE, GRID, "1栋", floors=1, units_per_floor=2), grid_worker, incident, now)
    for labels in (["103", "阁楼"], ["102", "103"], ["103"]):
        done = tell(actions.AddDoors(HOUSE, labels), grid_worker, incident, now)
        assert (done.refused, done.waiting) == ({}, {})
    with scope(grid_worker, incident):
        found = set(Dwelling.objects.filter(building=HOUSE).values_list("label", flat=True))
        assert found == {"101", "102", "103", "阁楼"}
        assert Building.objects.get(pk=HOUSE).units == 4


@pytest.mark.parametrize("labels", [[], [" "], ["x" * 41], ["a\0"]])
def test_doors_that_cannot_be_are_refused(
    grid_worker: Actor, incident: UUID, now: datetime, labels: list[str]
) -> None:
    tell(actions.AddBuilding(HOUSE, GRID, "1栋"), grid_worker, incident, now)
    assert tell(actions.AddDoors(HOUSE, labels), grid_worker, incident, now).refused


def test_doors_of_a_building_that_is_not_seen_wait(
    grid_worker: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    tell(actions.AddBuilding(HOUSE, GRID, "1栋"), grid_worker, incident, now)
    assert tell(actions.AddDoors(HOUSE, ["101"]), outsider, incident, now).waiting


def test_a_circle_finds_exactly_what_the_great_circle_says(
    commander: Actor, incident: UUID, now: datetime
) -> None:
    lat, lon = 22.63, 114.06
    spots = {
        derive_id("ring", x, y): (lat + x * 0.0003, lon + y * 0.0003)
        for x, y in itertools.product(range(-6, 7), repeat=2)
    }
    with scope(commander, incident):
        told = [
            Told(new_id(), now, commander.by, actions.AddBuilding(one, GRID, "x", lat=at[0], lon=at[1]))
            for one, at in spots.items()
        ]
        actions.add_buildings(told=told, by=commander, incident=incident, now=now)
        found = around.buildings_within(lat, lon, 100)
    by_hand = {one for one, at in spots.items() if great_circle((lat, lon), at) <= 100}
    assert {one.id for one in found} == by_hand
    assert 20 < len(by_hand) < 60
    assert [one.metres for one in found] == sorted(one.metres for one in found)
    assert all(abs(one.metres - great_circle((lat, lon), spots[one.id])) < 0.01 for one in found)


def test_a_circle_shows_nothing_of_other_areas(
    commander: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    tell(actions.AddBuilding(HOUSE, ELSEWHERE, "x", lat=22.6, lon=114.1), outsider, incident, now)
    with scope(commander, incident):
        assert around.buildings_within(22.6, 114.1, 100) == []


def great_circle(a: tuple[float, float], b: tuple[float, float]) -> float:
    """By the law of cosines on vectors, another way than the query's."""
    (p, q), (r, s) = (tuple(map(math.radians, one)) for one in (a, b))
    first = (math.cos(p) * math.cos(q), math.cos(p) * math.sin(q), math.sin(p))
    second = (math.cos(r) * math.cos(s), math.cos(r) * math.sin(s), math.sin(r))
    cross = math.dist(first, second)
    return 2 * 6_371_008.8 * math.asin(cross / 2)
