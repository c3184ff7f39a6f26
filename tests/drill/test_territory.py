"""Buildings are generated, steady, and do not overlap."""

from itertools import combinations

import pytest

from drill import areas
from drill.areas import Area
from drill.territory import Building, buildings, centre, derived


@pytest.fixture(scope="module")
def community() -> Area:
    return areas.resolve("新雪", "community", ["440307013000000"])


@pytest.fixture(scope="module")
def village(community: Area) -> tuple[Building, ...]:
    return buildings("test", community, 84, urban_village=True)


def test_the_same_scenario_gives_the_same_buildings(community: Area, village: tuple[Building, ...]) -> None:
    assert buildings("test", community, 84, urban_village=True) == village
    assert buildings("other", community, 84, urban_village=True)[0].id != village[0].id


def test_ids_follow_from_scenario_area_and_name(village: tuple[Building, ...]) -> None:
    house = village[10]
    assert house.id == derived("drill", "test", house.area, house.name)
    assert house.dwellings[0].id == derived(house.id, "101")


def test_names_and_ids_are_given_once(community: Area) -> None:
    many = buildings("test", community, 900)
    assert len({house.name for house in many}) == len({house.id for house in many}) == 900


def test_every_building_is_marked_generated_and_stands_in_a_grid(
    community: Area, village: tuple[Building, ...]
) -> None:
    cells = {grid.code for grid in areas.grids(community)}
    assert all(house.generated for house in village)
    assert {house.area for house in village} == cells
    assert 3 <= len(cells) <= 6


def test_a_village_has_lanes_and_a_compound_has_numbered_blocks(
    community: Area, village: tuple[Building, ...]
) -> None:
    lanes = [house for house in village if house.kind == "urban_village"]
    assert len(lanes) > len(village) / 2
    assert all("巷" in house.name and house.name.endswith("号") for house in lanes)
    blocks = [h for h in buildings("test", community, 84) if h.kind == "compound"]
    assert blocks
    assert all(house.name.endswith("栋") for house in blocks)


def test_doors_are_floors_times_units(village: tuple[Building, ...]) -> None:
    for house in village:
        assert len(house.dwellings) == house.floors * house.units_per_floor
        assert house.dwellings[-1].label == f"{house.floors}{house.units_per_floor:02d}"


def test_outlines_never_overlap_and_hold_their_middle(village: tuple[Building, ...]) -> None:
    boxes = []
    for house in village:
        lats, lons = zip(*house.outline, strict=True)
        boxes.append((min(lats), max(lats), min(lons), max(lons)))
        assert min(lats) < house.lat < max(lats)
        assert min(lons) < house.lon < max(lons)
    assert not [
        1 for a, b in combinations(boxes, 2) if a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
    ]


def test_centres_are_steady_and_near_their_district(community: Area) -> None:
    lat, lon = centre(community)
    assert (lat, lon) == centre(community)
    assert abs(lat - 22.655) < 0.06
    assert abs(lon - 114.160) < 0.06
