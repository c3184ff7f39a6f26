"""Reading and writing buildings for territories: GeoJSON or CSV, standard library only."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from muster.engines.planning.territories import Building, ProblemError, metres

SQUARE_METRES_A_UNIT = 90.0
LOADS = ("load", "units", "households", "户数")
LEVELS = ("building:levels", "floors", "levels")
Row = tuple[str, float, float, float]


def read_buildings(path: Path) -> tuple[Building, ...]:
    """Buildings of a file, placed in metres round the first one.

    GeoJSON: the middle of the first ring; the load is `load` or `units`, else floor area over 90 square metres. CSV:
    columns `lat`, `lon`, and `id`, `load` or `units` when there are any. Raises `ProblemError` with the line.
    """
    try:
        rows = _geojson(path) if path.suffix.lower() in (".geojson", ".json") else _csv(path)
    except (ValueError, KeyError, TypeError, IndexError, UnicodeDecodeError) as error:
        raise ProblemError(
            f"{path.name} 无法读取：{error}", f"{path.name} cannot be read: {error}"
        ) from error
    if not rows:
        raise ProblemError(f"{path.name} 里没有楼栋", f"there is no building in {path.name}")
    _, lat, lon, _ = rows[0]
    return tuple(Building(one, *metres(y, x, lat, lon), load) for one, y, x, load in rows)


def _csv(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = []
        for number, row in enumerate(csv.DictReader(file), start=2):
            load = next((float(row[name]) for name in LOADS if row.get(name)), 1.0)
            found.append((row.get("id") or str(number), float(row["lat"]), float(row["lon"]), load))
    return found


def _geojson(path: Path) -> list[Row]:
    found = []
    for number, feature in enumerate(json.loads(path.read_text(encoding="utf-8"))["features"], start=1):
        said = feature.get("properties") or {}
        ring = _ring(feature["geometry"])
        lat, lon = sum(y for _, y in ring) / len(ring), sum(x for x, _ in ring) / len(ring)
        name = said.get("id") or said.get("osm_id") or number
        found.append((str(name), lat, lon, _load(said, ring)))
    return found


def _ring(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    listed = geometry["coordinates"]
    if geometry["type"] == "Point":
        listed = [listed]
    elif geometry["type"] == "Polygon":
        listed = listed[0]
    elif geometry["type"] == "MultiPolygon":
        listed = listed[0][0]
    else:
        raise ValueError(geometry["type"])
    return [(float(one[0]), float(one[1])) for one in listed]


def _load(said: dict[str, Any], ring: Sequence[tuple[float, float]]) -> float:
    for name in LOADS:
        if said.get(name):
            return float(said[name])
    floors = next((float(said[name]) for name in LEVELS if str(said.get(name) or "").isdecimal()), 0.0)
    floors = floors or float(said.get("height") or 3.0) / 3.0
    corners = [metres(y, x, ring[0][1], ring[0][0]) for x, y in ring]
    pairs = itertools.pairwise(corners)
    area = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2
    return max(1.0, float(round(area * max(floors, 1.0) / SQUARE_METRES_A_UNIT)))


def write_csv(path: Path, buildings: Iterable[Building], team_of: Sequence[int]) -> None:
    """One line a building: its id and its team, counted from one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        target = csv.writer(file)
        target.writerow(("id", "team"))
        target.writerows((one.id, team + 1) for one, team in zip(buildings, team_of, strict=True))
