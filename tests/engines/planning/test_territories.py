"""Territories: equal loads, compact ground, the same plan for the same seed."""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reference import territory_baselines
from muster.engines.planning.territories import Building, Problem, ProblemError, measure, metres, solve


def village(seed: int, count: int = 240, clusters: int = 5) -> tuple[Building, ...]:
    """Blocks of different density, as villages and estates lie beside each other."""
    rng = random.Random(seed)
    middles = [(rng.uniform(0, 1500), rng.uniform(0, 1500)) for _ in range(clusters)]
    found = []
    for n in range(count):
        x, y = rng.choice(middles)
        found.append(
            Building(str(n), rng.gauss(x, 110), rng.gauss(y, 110), rng.choice([4, 8, 12, 24, 36, 72]))
        )
    return tuple(found)


def test_a_square_of_equal_houses_is_quartered() -> None:
    houses = tuple(Building(f"{x},{y}", x * 10.0, y * 10.0) for x, y in itertools.product(range(8), repeat=2))
    split = solve(Problem(houses, 4))
    assert split.measures.balance == pytest.approx(1.0)
    assert split.measures.pieces == 4
    assert split.measures.metres < 22  # quarters: 15.2; strips would be 24.6


@pytest.mark.parametrize("seed", range(3))
def test_loads_are_even_where_k_means_is_not_and_ground_compacter_than_strips(seed: int) -> None:
    houses = village(seed)
    problem = Problem(houses, 6)
    ours = solve(problem, seed=seed).measures
    places, loads = [(one.x, one.y) for one in houses], [one.load for one in houses]
    strips = measure(problem, territory_baselines.strips(places, loads, 6))
    clusters = measure(problem, territory_baselines.k_means(places, loads, 6, seed))
    assert ours.balance <= 1.05
    assert clusters.balance > 1.15
    assert ours.metres < strips.metres * 0.95
    assert ours.metres < clusters.metres * 1.5


def test_the_same_seed_gives_the_same_plan() -> None:
    problem = Problem(village(7), 5)
    assert solve(problem, seed=3) == solve(problem, seed=3)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-5e3, 5e3, allow_nan=False), st.floats(-5e3, 5e3, allow_nan=False), st.integers(1, 200)
        ),
        min_size=1, max_size=40,
    ),
    st.integers(1, 8),
)  # fmt: skip
def test_every_building_goes_to_one_team_and_no_load_is_lost(
    rows: list[tuple[float, float, int]], teams: int
) -> None:
    houses = tuple(Building(str(n), x, y, load) for n, (x, y, load) in enumerate(rows))
    problem = Problem(houses, min(teams, len(houses)))
    split = solve(problem, starts=1)
    assert len(split.team_of) == len(houses)
    assert set(split.team_of) <= set(range(problem.teams))
    assert math.isclose(sum(split.measures.loads), sum(one.load for one in houses))
    heaviest = max(one.load for one in houses)
    mean = sum(one.load for one in houses) / problem.teams
    assert split.measures.balance >= 1 - 1e-9 or heaviest < mean


def test_houses_on_one_spot_are_split_all_the_same() -> None:
    houses = tuple(Building(str(n), 1.0, 1.0) for n in range(10))
    assert solve(Problem(houses, 3)).measures.loads in {
        loads for loads in itertools.product((3.0, 4.0), repeat=3) if sum(loads) == 10
    }


@pytest.mark.parametrize(
    ("houses", "teams"),
    [
        ((), 1),
        ((Building("a", 0, 0),), 2),
        ((Building("a", 0, 0),), 0),
        ((Building("a", 0, 0), Building("a", 1, 1)), 1),
        ((Building("a", math.nan, 0),), 1),
        ((Building("a", 0, 0, 0.0),), 1),
    ],
)
def test_a_problem_that_cannot_be_is_refused_in_both_languages(
    houses: tuple[Building, ...], teams: int
) -> None:
    with pytest.raises(ProblemError) as caught:
        Problem(houses, teams)
    assert caught.value.zh
    assert caught.value.en


def test_metres_of_a_degree() -> None:
    east, north = metres(22.64, 114.07, 22.63, 114.06)
    assert north == pytest.approx(1112, abs=1)
    assert east == pytest.approx(1026, abs=2)
