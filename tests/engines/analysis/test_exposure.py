"""The exposure question against counting seconds, and its edges one by one."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.analysis import oracle
from tests.engines.analysis.asking import ask
from tests.engines.analysis.oracle import Asked, Case, Found, Visit

DAY = 40  # seconds in the small world
PEOPLE, PLACES, OPENS = st.integers(1, 6), st.integers(1, 3), st.integers(0, DAY)


@st.composite
def visits(draw: st.DrawFn) -> list[Visit]:
    """Stays that overlap, touch, repeat, are empty or backwards."""
    starts, lengths = st.integers(0, DAY), st.integers(-2, 15)
    rows = draw(
        st.lists(st.tuples(PEOPLE, PLACES, starts, lengths), min_size=draw(st.integers(0, 20)), max_size=25)
    )
    return [Visit(person, place, start, start + length) for person, place, start, length in rows]


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    """Up to four rows: persons, notices, notices that exclude a person; cases with several windows."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.none() | PEOPLE, st.none() | PLACES, OPENS, st.integers(1, 20)),
            min_size=1, max_size=4,
        )
    )  # fmt: skip
    return [
        Case(case, 1 if person is None and place is None else person, place, opens, opens + length)
        for case, person, place, opens, length in rows
    ]


few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@few
@given(visits(), cases(), st.integers(0, 8), st.integers(1, 3))
def test_rows_are_those_of_counting_seconds(
    stays: list[Visit], ill: list[Case], least: int, generations: int
) -> None:
    asked = Asked(least, generations)
    assert ask(stays, ill, asked) == oracle.trace(stays, ill, asked)


@few
@given(
    visits(), cases(), st.integers(0, 8), st.booleans(), st.none() | st.integers(1, 12), st.none() | st.integers(1, 12),
    st.none() | st.dictionaries(PLACES, st.integers(7, 8)),
)  # fmt: skip
def test_options_are_those_of_counting_seconds(
    stays: list[Visit],
    ill: list[Case],
    least: int,
    over_places: bool,
    within: int | None,
    stay: int | None,
    cells: dict[int, int] | None,
) -> None:
    asked = Asked(least, 2, over_places, within, stay)
    assert ask(stays, ill, asked, cells) == oracle.trace(stays, ill, asked, cells)


@pytest.mark.parametrize("seed", range(20))
def test_crowded_places(seed: int) -> None:
    """Many people in few places, so that every clause decides about some row."""
    chance = random.Random(seed)
    stays = [
        Visit(chance.randint(1, 12), chance.randint(1, 4), start, start + chance.randint(-1, 9))
        for start in (chance.randint(0, 80) for _ in range(70))
    ]
    ill = [Case(n, n, None, chance.randint(0, 30), chance.randint(40, 90)) for n in (1, 2, 3)]
    ill.append(Case(3, None, chance.randint(1, 4), 10, 50))
    plain = Asked(seed % 4, 3)
    assert (rows := ask(stays, ill, plain)) == oracle.trace(stays, ill, plain)
    assert rows
    rule = Asked(3 + seed % 3, 2, bool(seed % 2), (None, 6, 12)[seed % 3], (None, 8)[seed // 2 % 2])
    cells = {1: 7, 2: 7, 3: 8} if seed % 5 == 0 else None
    assert ask(stays, ill, rule, cells) == oracle.trace(stays, ill, rule, cells)


def test_what_happened_before_or_after_the_window_does_not_count() -> None:
    stays = [Visit(1, 1, 0, 30), Visit(2, 1, 0, 30), Visit(3, 1, 0, 10), Visit(4, 1, 20, 30)]
    assert ask(stays, [Case(1, 1, None, 10, 20)], Asked(0, 2)) == {Found(1, 2, 1, 1, 10, 20, 10)}


def test_who_leaves_when_the_other_comes_was_not_exposed() -> None:
    """Intervals are half-open: touching is not sharing."""
    assert not ask([Visit(1, 1, 0, 10), Visit(2, 1, 10, 20)], [Case(1, 1, None, 0, 50)], Asked(0, 1))


def test_one_person_scanned_twice_counts_once() -> None:
    stays = [Visit(1, 1, 0, 10), Visit(2, 1, 0, 6), Visit(2, 1, 4, 8), Visit(2, 1, 8, 9)]
    assert ask(stays, [Case(1, 1, None, 0, 50)], Asked(9, 1)) == {Found(1, 2, 1, 1, 0, 9, 9)}
    assert not ask(stays, [Case(1, 1, None, 0, 50)], Asked(10, 1))


def test_the_sum_reaches_the_minimum_though_no_stay_does() -> None:
    stays = [Visit(1, 1, 0, 30), Visit(2, 1, 0, 5), Visit(2, 1, 20, 25)]
    assert ask(stays, [Case(1, 1, None, 0, 50)], Asked(10, 1)) == {Found(1, 2, 1, 1, 0, 25, 10)}


def test_nobody_comes_back_in_a_later_generation() -> None:
    stays = [
        Visit(1, 1, 0, 10),
        Visit(2, 1, 0, 10),
        Visit(2, 2, 20, 30),
        Visit(3, 2, 20, 30),
        Visit(1, 2, 20, 30),
    ]
    rows = ask(stays, [Case(1, 1, None, 0, 15)], Asked(1, 2))
    assert rows == {Found(1, 2, 1, 1, 0, 10, 10)}, "the window of the contact ends with the case's"
    rows = ask(stays, [Case(1, 1, None, 0, 25)], Asked(1, 2))
    assert {(one.person, one.generation) for one in rows} == {(2, 1), (3, 1)}


def test_a_contact_of_one_case_who_is_a_case_as_well_stays_a_contact() -> None:
    stays = [Visit(1, 1, 0, 10), Visit(2, 1, 0, 10)]
    rows = ask(stays, [Case(1, 1, None, 0, 50), Case(2, 2, None, 0, 50)], Asked(1, 1))
    assert {(one.case, one.person) for one in rows} == {(1, 2), (2, 1)}


def test_a_notice_needs_no_person() -> None:
    rows = ask([Visit(2, 1, 0, 10), Visit(3, 1, 18, 30)], [Case(7, None, 1, 5, 20)], Asked(1, 1))
    assert rows == {Found(7, 2, 1, 1, 5, 10, 5), Found(7, 3, 1, 1, 18, 20, 2)}


def test_two_sources_that_each_fall_short_do_not_add_up() -> None:
    stays = [
        Visit(1, 1, 0, 20), Visit(2, 1, 0, 10), Visit(3, 1, 0, 10),
        Visit(2, 2, 10, 15), Visit(3, 2, 15, 20), Visit(4, 2, 11, 19),
    ]  # fmt: skip
    assert {one.person for one in ask(stays, [Case(1, 1, None, 0, 50)], Asked(5, 2))} == {2, 3}
    rows = ask(stays, [Case(1, 1, None, 0, 50)], Asked(4, 2))
    assert Found(1, 4, 2, 2, 11, 19, 8) in rows, "each reaches four seconds, and the row adds both"
