"""Territories: buildings split among teams so that loads are equal and every team's ground is compact.

Method: a centroidal power diagram. Each team has a centre and a weight; a building goes to the team with the least
squared distance minus weight. Weights are raised where a team has too little and lowered where it has too much;
centres move to the middle of what they got. Cells of a power diagram are convex, so ground stays in one piece.
At the end single buildings at the borders move until loads are as equal as whole buildings allow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
EARTH = 6_371_008.8
MOST_BUILDINGS, MOST_TEAMS = 20_000, 200
ROUNDS, WEIGHINGS = 40, 40
NEIGHBOURS = 6
SLACK = 0.02  # a team within two hundredths of the mean neither gives nor takes
FAR = 0.04  # beyond this the split is not equal: ground may then fall into pieces
SWAPPED = 400  # pairs are compared up to this many buildings


class ProblemError(ValueError):
    """The problem cannot be solved as it is stated; `zh` and `en` say why."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both texts."""
        super().__init__(f"{zh} / {en}")
        self.zh, self.en = zh, en


@dataclass(frozen=True)
class Building:
    """A building: where it is in metres, and how much work it is (units, or any positive number)."""

    id: str
    x: float
    y: float
    load: float = 1.0


@dataclass(frozen=True)
class Problem:
    """Buildings and the number of teams, checked once."""

    buildings: tuple[Building, ...]
    teams: int

    def __post_init__(self) -> None:
        """Refuse what no split can be made of."""
        if not 1 <= self.teams <= MOST_TEAMS or self.teams > len(self.buildings):
            raise ProblemError(
                f"队伍数须在 1 到 {min(MOST_TEAMS, len(self.buildings))} 之间",
                f"the number of teams must be between 1 and {min(MOST_TEAMS, len(self.buildings))}",
            )
        if len(self.buildings) > MOST_BUILDINGS:
            raise ProblemError(f"楼栋超过 {MOST_BUILDINGS}", f"more than {MOST_BUILDINGS} buildings")
        if len({one.id for one in self.buildings}) != len(self.buildings):
            raise ProblemError("楼栋编号重复", "two buildings have one id")
        for one in self.buildings:
            if not (math.isfinite(one.x) and math.isfinite(one.y) and 0 < one.load < math.inf):
                raise ProblemError(
                    f"{one.id} 的坐标或工作量不可用", f"{one.id}: place or load cannot be used"
                )


@dataclass(frozen=True)
class Measures:
    """How good a split is.

    `balance` is the heaviest load over the mean (1 is perfect); `metres` the mean distance of a unit of load from the
    middle of its team's ground; `pieces` how many pieces all grounds are in (the number of teams is perfect).
    """

    balance: float
    metres: float
    pieces: int
    loads: tuple[float, ...]


@dataclass(frozen=True)
class Split:
    """Which team (0, 1, …) each building goes to, in the order of the problem, and how good that is."""

    team_of: tuple[int, ...]
    measures: Measures


def metres(lat: float, lon: float, at_lat: float, at_lon: float) -> tuple[float, float]:
    """A place as metres east and north of another one near it."""
    east = math.radians(lon - at_lon) * math.cos(math.radians(at_lat)) * EARTH
    return east, math.radians(lat - at_lat) * EARTH


def solve(problem: Problem, *, seed: int = 1, starts: int | None = None) -> Split:
    """The best of several seeded starts: the most compact among those whose loads are equal."""
    starts = starts or (12 if len(problem.buildings) <= SWAPPED else 4)
    places = np.array([(one.x, one.y) for one in problem.buildings], dtype=np.float64)
    loads = np.array([one.load for one in problem.buildings], dtype=np.float64)
    best: tuple[tuple[float, float], Ints] | None = None
    for start in range(max(starts, 1)):
        team_of = _once(places, loads, problem.teams, np.random.default_rng([seed, start]))
        found = _measures(places, loads, team_of, problem.teams)
        # shares of what is perfect: distance, what is beyond the slack, and every piece too many
        over = max(found.balance - 1 - SLACK, 0.0)
        scattered = max(found.pieces - problem.teams, 0) / problem.teams
        rank = (found.metres * (1 + 2 * over) * (1 + scattered / 4), found.balance)
        if best is None or rank < best[0]:
            best = (rank, team_of)
    assert best is not None
    team_of = _named_by_place(places, best[1], problem.teams)
    return Split(tuple(int(team) for team in team_of), _measures(places, loads, team_of, problem.teams))


def measure(problem: Problem, team_of: Sequence[int]) -> Measures:
    """Measure any split of a problem, whoever made it."""
    places = np.array([(one.x, one.y) for one in problem.buildings], dtype=np.float64)
    loads = np.array([one.load for one in problem.buildings], dtype=np.float64)
    return _measures(places, loads, np.asarray(team_of, dtype=np.int64), problem.teams)


def _once(places: Floats, loads: Floats, teams: int, rng: np.random.Generator) -> Ints:
    centres = _first_centres(places, loads, teams, rng)
    weights = np.zeros(teams)
    team_of = np.zeros(len(places), dtype=np.int64)
    for _ in range(ROUNDS):
        squares = _squares(places, centres)
        team_of, weights = _weigh(squares, loads, weights)
        moved = _middles(places, loads, team_of, centres)
        if float(np.abs(moved - centres).max()) < 0.5:
            break
        centres = moved
    return _even_out(places, loads, team_of, centres)


def _first_centres(places: Floats, loads: Floats, teams: int, rng: np.random.Generator) -> Floats:
    """k-means++: far from each other, where the load is."""
    first = rng.choice(len(places), p=loads / loads.sum())
    centres = [places[first]]
    nearest = ((places - centres[0]) ** 2).sum(axis=1)
    while len(centres) < teams:
        share = nearest * loads + 1e-9
        centres.append(places[rng.choice(len(places), p=share / share.sum())])
        nearest = np.minimum(nearest, ((places - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)


def _squares(places: Floats, centres: Floats) -> Floats:
    found: Floats = ((places[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return found


def _weigh(squares: Floats, loads: Floats, weights: Floats) -> tuple[Ints, Floats]:
    """Weights under which loads are nearly equal: raised where there is too little, ever more gently."""
    teams = squares.shape[1]
    mean = loads.sum() / teams
    scale = float(np.median(squares.min(axis=1))) + 1.0
    best_of, best_weights, best_off = None, weights, math.inf
    step = 1.0
    for _ in range(WEIGHINGS):
        team_of = np.argmin(squares - weights, axis=1)
        had = np.bincount(team_of, weights=loads, minlength=teams)
        off = float(np.abs(had - mean).max()) / mean
        if off < best_off:
            best_of, best_weights, best_off = team_of, weights, off
        if off < 0.02:
            break
        weights = weights + step * scale * np.clip((mean - had) / mean, -1.0, 1.0)
        step *= 0.96
    assert best_of is not None
    return best_of, best_weights


def _middles(places: Floats, loads: Floats, team_of: Ints, centres: Floats) -> Floats:
    had = np.bincount(team_of, weights=loads, minlength=len(centres))
    found = centres.copy()
    for axis in (0, 1):
        sums = np.bincount(team_of, weights=loads * places[:, axis], minlength=len(centres))
        found[had > 0, axis] = sums[had > 0] / had[had > 0]
    return found


def _even_out(places: Floats, loads: Floats, team_of: Ints, centres: Floats) -> Ints:
    """Equal loads by single buildings: first across borders only, then from anywhere while it is far from equal."""
    near = _neighbours(places)
    team_of = _pass_on(places, loads, team_of, centres, near)
    team_of = _swap(places, loads, team_of, _middles(places, loads, team_of, centres))
    mean = float(loads.sum()) / len(centres)
    if float(np.bincount(team_of, weights=loads, minlength=len(centres)).max()) > mean * (1 + FAR):
        team_of = _pass_on(places, loads, team_of, centres, None)
    return team_of


def _pass_on(places: Floats, loads: Floats, team_of: Ints, centres: Floats, near: Ints | None) -> Ints:
    """Move single buildings, the cheapest in distance first, until loads are as equal as whole buildings allow.

    Only teams out of bounds give or take; a move must leave its two teams more equal than before. With `near` a
    building goes only to a team of one of its neighbours.
    """
    teams = len(centres)
    mean = float(loads.sum()) / teams
    squares = _squares(places, centres)
    team_of = team_of.copy()
    had = np.bincount(team_of, weights=loads, minlength=teams)
    members = np.bincount(team_of, minlength=teams)
    rows = np.arange(len(places))
    for _ in range(4 * len(places)):
        mine = had[team_of]
        left = mine[:, None] - had[None, :] - loads[:, None]  # the difference that would be left
        outside = (mine[:, None] > mean * (1 + SLACK)) | (had[None, :] < mean * (1 - SLACK))
        good = outside & (left > 1e-9) & (members[team_of] > 1)[:, None]
        if near is not None:
            beside = np.zeros_like(good)
            beside[rows[:, None], team_of[near]] = True
            good &= beside
        if not good.any():
            break
        dearer = np.maximum(squares - squares[rows, team_of][:, None], 0.0) + 1.0
        one, to = np.unravel_index(
            int(np.argmin(np.where(good, dearer / loads[:, None], np.inf))), good.shape
        )
        had[team_of[one]] -= loads[one]
        members[team_of[one]] -= 1
        had[to] += loads[one]
        members[to] += 1
        team_of[one] = to
    return team_of


def _swap(places: Floats, loads: Floats, team_of: Ints, centres: Floats) -> Ints:
    """Exchange pairs of buildings that are both nearer to the other's ground, as far as loads stay as equal."""
    if len(places) > SWAPPED:
        return team_of
    team_of = team_of.copy()
    had = np.bincount(team_of, weights=loads, minlength=len(centres))
    limit = max(float(had.max()), float(loads.sum()) / len(centres) * (1 + SLACK))
    weighed = _squares(places, centres) * loads[:, None]
    for _ in range(SWAPPED):
        there = weighed[:, team_of]  # each building's cost at the ground of each other building
        own = np.diagonal(there)
        gain = own[:, None] + own[None, :] - there - there.T
        becomes = had[team_of][:, None] - loads[:, None] + loads[None, :]
        gain = np.where(np.maximum(becomes, becomes.T) <= limit, gain, 0.0)
        one, other = np.unravel_index(int(np.argmax(gain)), gain.shape)
        if gain[one, other] <= 1e-6:
            break
        a, b = int(team_of[one]), int(team_of[other])
        had[a] += loads[other] - loads[one]
        had[b] += loads[one] - loads[other]
        team_of[one], team_of[other] = b, a
    return team_of


def _neighbours(places: Floats) -> Ints:
    count = min(NEIGHBOURS + 1, len(places))
    found = cKDTree(places).query(places, k=count)[1]
    near: Ints = np.asarray(found, dtype=np.int64).reshape(len(places), count)[:, 1:]
    return near if near.shape[1] else np.arange(len(places), dtype=np.int64)[:, None]


def _named_by_place(places: Floats, team_of: Ints, teams: int) -> Ints:
    """Number the grounds from north-west to south-east, so that the same split has the same names."""
    middles = [
        (-float(np.round(places[team_of == team, 1].mean(), 3)), float(places[team_of == team, 0].mean()))
        if (team_of == team).any()
        else (math.inf, math.inf)
        for team in range(teams)
    ]
    rank = np.empty(teams, dtype=np.int64)
    rank[sorted(range(teams), key=lambda team: middles[team])] = np.arange(teams)
    named: Ints = rank[team_of]
    return named


def _measures(places: Floats, loads: Floats, team_of: Ints, teams: int) -> Measures:
    had = np.bincount(team_of, weights=loads, minlength=teams)
    centres = _middles(places, loads, team_of, np.zeros((teams, 2)))
    far = np.sqrt(((places - centres[team_of]) ** 2).sum(axis=1))
    return Measures(
        balance=float(had.max() / (loads.sum() / teams)),
        metres=float((far * loads).sum() / loads.sum()),
        pieces=_pieces(places, team_of),
        loads=tuple(float(one) for one in had),
    )


def _pieces(places: Floats, team_of: Ints) -> int:
    """Pieces of ground: buildings of one team that are among each other's nearest ones hang together."""
    near = _neighbours(places)
    rows = np.repeat(np.arange(len(places)), near.shape[1])
    columns = near.ravel()
    same = team_of[rows] == team_of[columns]
    links = coo_matrix((np.ones(int(same.sum())), (rows[same], columns[same])), shape=(len(places),) * 2)
    return int(connected_components(links, directed=False)[0])
