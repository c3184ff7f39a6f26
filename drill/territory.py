"""Compounds, urban villages, buildings and dwellings of a community: generated, seeded, and marked so."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from uuid import UUID, uuid5

from drill.areas import Area, grids, short

ID_SPACE = UUID("6d757374-6572-5000-8000-e99b86e7bb93")  # of the interface: the same parts, the same id
# Rough middles of the two districts; every community centre is made up around them.
DISTRICT_CENTRES = {"440303": (22.563, 114.141), "440307": (22.655, 114.160)}
CITY_CENTRE = (22.60, 114.06)
METRES_PER_DEGREE = 111_320.0
COMPOUNDS = ("中兴", "和兴", "荣华", "金桂", "翠湖", "东港", "新城", "锦绣", "嘉德", "文华", "福安", "丰泽")
STREETS = ("路", "苑", "花园", "小区")
LANES = ("东", "西", "南", "北")


@dataclass(frozen=True)
class Dwelling:
    """One dwelling; the label is what is written on its door."""

    id: UUID
    floor: int
    number: int
    label: str


@dataclass(frozen=True)
class Building:
    """One generated building in a grid, with a rectangle for an outline."""

    id: UUID
    area: str
    community: str
    compound: str
    name: str
    address: str
    kind: str
    number: str
    floors: int
    units_per_floor: int
    lat: float
    lon: float
    outline: tuple[tuple[float, float], ...]
    dwellings: tuple[Dwelling, ...]
    generated: bool = True


def derived(*parts: object) -> UUID:
    """The id the interface derives from parts: phones and paper packs follow the same published rule."""
    return uuid5(ID_SPACE, "\x1f".join(str(part) for part in parts))


def centre(area: Area) -> tuple[float, float]:
    """A made-up but steady centre of an area, near the middle of its district."""
    lat, lon = DISTRICT_CENTRES.get(area.code[:6], CITY_CENTRE)
    if area.level in ("city", "district"):
        return lat, lon
    lat, lon = _moved(lat, lon, Random(f"centre/{area.code[:9]}"), 0.035)
    if area.level in ("community", "grid"):
        lat, lon = _moved(lat, lon, Random(f"centre/{area.code[:12]}"), 0.012)
    if area.level == "grid":
        lat, lon = _moved(lat, lon, Random(f"centre/{area.code}"), 0.003)
    return round(lat, 6), round(lon, 6)


def _moved(lat: float, lon: float, rng: Random, reach: float) -> tuple[float, float]:
    """A point within `reach` degrees."""
    return lat + rng.uniform(-reach, reach), lon + rng.uniform(-reach, reach)


def buildings(
    scenario: str, community: Area, count: int, urban_village: bool = False
) -> tuple[Building, ...]:
    """`count` buildings of a community, spread evenly over its grids, on plots that never overlap."""
    rng = Random(f"buildings/{scenario}/{community.code}/{count}/{urban_village}")
    cells = grids(community)
    names = list(islice(_names(rng, community, urban_village), count))
    columns = math.ceil(math.sqrt(count))
    found = []
    for position, (compound, number, kind) in enumerate(names):
        grid = cells[position * len(cells) // count]
        shape = _shape(rng, kind)
        lat, lon, outline = _plot(rng, community, divmod(position, columns), shape)
        name = f"{compound}{number}"
        key = derived("drill", scenario, grid.code, name)
        found.append(
            Building(
                id=key,
                area=grid.code,
                community=community.code,
                compound=compound,
                name=name,
                address=f"{short(community.name)}社区{name}",
                kind=kind,
                number=number,
                floors=shape[0],
                units_per_floor=shape[1],
                lat=lat,
                lon=lon,
                outline=outline,
                dwellings=tuple(_dwellings(key, shape[0], shape[1])),
            )
        )
    return tuple(found)


def _names(rng: Random, community: Area, urban_village: bool) -> Iterator[tuple[str, str, str]]:
    """Compound, number and kind without end: 中兴路3栋 …, or 杨美村东三巷12号 … in a village."""
    village = f"{short(community.name)}村"
    roads = [name + street for street in STREETS for name in COMPOUNDS]
    rng.shuffle(roads)
    lanes = [f"{village}{side}{lane}巷" for lane in "一二三四五六七八九十" for side in LANES]
    rng.shuffle(lanes)
    block = 0
    while True:
        lane = rng.random() < (0.85 if urban_village else 0.15)
        names, kind = (lanes, "urban_village") if lane else (roads, "compound")
        turn, place = divmod(block, len(names))
        first = turn * 40 + 1
        for number in range(first, first + rng.randint(3, 7)):
            yield names[place], f"{number}号" if lane else f"{number}栋", kind
        block += 1


def _shape(rng: Random, kind: str) -> tuple[int, int]:
    """Floors and dwellings per floor."""
    return (rng.randint(5, 8), rng.randint(4, 6)) if kind == "urban_village" else (rng.randint(7, 18), 4)


def _plot(
    rng: Random,
    community: Area,
    cell: tuple[int, int],
    shape: tuple[int, int],
) -> tuple[float, float, tuple[tuple[float, float], ...]]:
    """Middle and corners of a rectangle in its own cell of 45 by 60 metres, slightly shifted."""
    south, west = centre(community)
    north_m = cell[0] * 45 + rng.uniform(-4, 4)
    east_m = cell[1] * 60 + rng.uniform(-5, 5)
    deep, wide = 6 + rng.uniform(0, 4), 3.0 * shape[1] + rng.uniform(0, 3)
    per_lon = METRES_PER_DEGREE * math.cos(math.radians(south))

    def point(north: float, east: float) -> tuple[float, float]:
        """Metres from the corner of the community as degrees."""
        return round(south + north / METRES_PER_DEGREE, 7), round(west + east / per_lon, 7)

    corners = ((-deep, -wide), (-deep, wide), (deep, wide), (deep, -wide))
    lat, lon = point(north_m, east_m)
    return lat, lon, tuple(point(north_m + n, east_m + e) for n, e in corners)


def _dwellings(building: UUID, floors: int, per_floor: int) -> Iterator[Dwelling]:
    """Every dwelling, labelled by floor and number: 501 is the first on the fifth floor."""
    for floor in range(1, floors + 1):
        for number in range(1, per_floor + 1):
            label = f"{floor}{number:02d}"
            yield Dwelling(derived(building, label), floor, number, label)


def doors(houses: Sequence[Building]) -> list[tuple[Building, Dwelling]]:
    """Every door of the buildings, in the order somebody would walk."""
    return [(house, dwelling) for house in houses for dwelling in house.dwellings]
