"""Territories beside strips and k-means, on the buildings of files given or of a generated town.

    python -m bench.territories FILE.geojson --teams 12
    python -m bench.territories --generated 2000 --teams 20 --json

Prints for each way: heaviest load over the mean, mean metres to the middle of the ground, pieces, seconds.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.reference import territory_baselines
from muster.engines.planning.buildings_file import read_buildings
from muster.engines.planning.territories import Building, Problem, measure, solve

Way = Callable[[], Sequence[int]]


def town(count: int, seed: int) -> tuple[Building, ...]:
    """Estates of towers beside villages of small houses."""
    rng = random.Random(seed)
    blocks = [(rng.uniform(0, 2_000), rng.uniform(0, 2_000), rng.choice((2, 72))) for _ in range(20)]
    found = []
    for number in range(count):
        x, y, tall = rng.choice(blocks)
        found.append(Building(str(number), rng.gauss(x, 90), rng.gauss(y, 90), rng.randint(2, tall + 2)))
    return tuple(found)


def compare(problem: Problem, seed: int) -> list[dict[str, float | str]]:
    """Each way on one problem."""
    places, loads = [(one.x, one.y) for one in problem.buildings], [one.load for one in problem.buildings]
    ways: dict[str, Way] = {
        "ours": lambda: solve(problem, seed=seed).team_of,
        "strips": lambda: territory_baselines.strips(places, loads, problem.teams),
        "k-means": lambda: territory_baselines.k_means(places, loads, problem.teams, seed),
    }
    rows: list[dict[str, float | str]] = []
    for name, way in ways.items():
        began = time.perf_counter()
        team_of = way()
        seconds = time.perf_counter() - began
        found = measure(problem, team_of)
        rows.append(
            {
                "way": name, "balance": round(found.balance, 3), "metres": round(found.metres, 1),
                "pieces": found.pieces, "seconds": round(seconds, 2),
            }
        )  # fmt: skip
    return rows


def main() -> None:
    """Compare and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("files", nargs="*", type=Path)
    asked.add_argument("--generated", type=int, default=0)
    asked.add_argument("--teams", type=int, default=12)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--json", action="store_true")
    told = asked.parse_args()
    sets = {path.stem: read_buildings(path) for path in told.files}
    if told.generated or not sets:
        sets["generated"] = town(told.generated or 1_000, told.seed)
    for name, buildings in sets.items():
        rows = compare(Problem(buildings, told.teams), told.seed)
        if told.json:
            print(json.dumps({"buildings": name, "count": len(buildings), "teams": told.teams, "rows": rows}))
            continue
        print(f"{name}: {len(buildings)} buildings, {told.teams} teams")
        for row in rows:
            print("  " + "  ".join(f"{name} {value}" for name, value in row.items()))


if __name__ == "__main__":
    main()
