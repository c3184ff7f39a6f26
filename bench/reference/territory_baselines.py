"""Two plain ways to split buildings among teams: strips of a sorted list, and k-means. Neither imports muster.

Strips is what people do with a list: sort by position, cut when a team has its share of the load. K-means (Lloyd,
seeded, 50 rounds) is what a data scientist does first: compact, and blind to the load.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

Point = tuple[float, float]


def strips(places: Sequence[Point], loads: Sequence[float], teams: int) -> list[int]:
    """Sort along the longer side and cut into stretches of equal load."""
    wide = max(x for x, _ in places) - min(x for x, _ in places)
    high = max(y for _, y in places) - min(y for _, y in places)
    side = 0 if wide >= high else 1
    order = sorted(range(len(places)), key=lambda one: (places[one][side], places[one][1 - side]))
    share, so_far = sum(loads) / teams, 0.0
    given = [0] * len(places)
    for one in order:
        given[one] = min(int((so_far + loads[one] / 2) / share), teams - 1)
        so_far += loads[one]
    return given


def k_means(places: Sequence[Point], loads: Sequence[float], teams: int, seed: int = 1) -> list[int]:
    """Lloyd's rounds from k-means++ seeds; `loads` is not looked at."""
    rng = random.Random(seed)
    centres = [places[rng.randrange(len(places))]]
    while len(centres) < teams:
        far = [min(_square(one, centre) for centre in centres) for one in places]
        centres.append(rng.choices(places, weights=[one + 1e-12 for one in far])[0])
    given: list[int] = []
    for _ in range(50):
        nearest = [min(range(teams), key=lambda team: _square(one, centres[team])) for one in places]
        if nearest == given:
            break
        given = nearest
        for team in range(teams):
            mine = [places[one] for one in range(len(places)) if given[one] == team]
            if mine:
                centres[team] = (sum(x for x, _ in mine) / len(mine), sum(y for _, y in mine) / len(mine))
    return given


def _square(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
