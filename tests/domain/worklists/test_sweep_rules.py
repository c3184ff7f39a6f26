"""Marks, indices and breeding sites: numbers by hand, and any order of the same facts."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import derive_id
from muster.domain.worklists.rules import Knock, door_state
from muster.domain.worklists.sweep_rules import (
    Counts,
    Mark,
    Sight,
    Survey,
    counted,
    kinds_counted,
    mark_state,
    sight_state,
)

START = datetime(2025, 7, 20, 1, 0, tzinfo=UTC)
A, B, C = (derive_id("who", n) for n in range(3))


def survey(day: float, inspected: int, positive: int = 0, *, cleared: bool = True) -> Survey:
    at = START + timedelta(days=day)
    return Survey(at, derive_id(day, inspected, positive), inspected, positive, cleared)


def test_larvae_are_red_water_is_yellow_nothing_is_green() -> None:
    marks = [
        mark_state([one], 3)
        for one in (survey(0, 5, 2), survey(0, 5, cleared=False), survey(0, 5), survey(0, 0))
    ]
    assert [one.mark for one in marks if one] == [Mark.LARVAE, Mark.WATER, Mark.CLEAR, Mark.CLEAR]
    assert mark_state([], 3) is None


def test_larvae_want_a_clean_survey_on_the_third_day() -> None:
    found = mark_state([survey(0, 5, 2)], 3)
    assert found is not None
    assert (found.recheck_at, found.rechecked_at) == (START + timedelta(days=3), None)
    same_day = mark_state([survey(0, 5, 2), survey(0.1, 5)], 3)
    assert same_day is not None
    assert same_day.rechecked_at is None, "emptying at once is no recheck: eggs hatch in days"
    third = mark_state([survey(0, 5, 2), survey(0.1, 5), survey(3, 4)], 3)
    assert third is not None
    assert third.rechecked_at == START + timedelta(days=3)
    again = mark_state([survey(0, 5, 2), survey(3, 4), survey(6, 3, 1)], 3)
    assert again is not None
    assert (again.recheck_at, again.rechecked_at) == (START + timedelta(days=9), None)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6), st.integers(0, 3)), max_size=8), st.randoms())
def test_a_mark_does_not_depend_on_order_or_repetition(
    rows: list[tuple[int, int, int]], rng: random.Random
) -> None:
    surveys = [survey(day, max(inspected, positive), positive) for day, inspected, positive in rows]
    shuffled = surveys * 1
    rng.shuffle(shuffled)
    assert mark_state(shuffled, 3) == mark_state(surveys, 3)


def test_indices_by_hand() -> None:
    """Ten houses, two with larvae, in three of twenty-five containers."""
    block = Counts(houses=10, positive_houses=2, containers=25, positive_containers=3)
    assert (block.breteau, block.house_index, block.container_index) == (30.0, 20.0, 12.0)
    whole = block.plus(Counts(houses=90, positive_houses=1, containers=75, positive_containers=1))
    assert (whole.breteau, whole.house_index, whole.container_index) == (4.0, 3.0, 4.0)
    assert Counts().breteau is None


def test_counts_are_as_they_can_be() -> None:
    assert counted(3, 5) == (5, 5)
    assert counted(-1, -4) == (0, 0)
    assert kinds_counted({"vase": (2, 1), "nonsense": (1, 0), "junk": (3, 3)}, frozenset({"vase"})) == {
        "other": (4, 3), "vase": (2, 1),
    }  # fmt: skip


def sight(hour: int, state: str, photo: str = "") -> Sight:
    return Sight(START + timedelta(hours=hour), derive_id(hour, state), state, photo)


def test_a_breeding_site_shows_before_and_after_and_opens_again() -> None:
    looks = [sight(0, "open", "1.jpg"), sight(5, "cleared", "2.jpg"), sight(9, "cleared", "3.jpg")]
    done = sight_state(looks)
    assert done is not None
    assert (done.state, done.before, done.after) == ("cleared", "1.jpg", "3.jpg")
    assert done.cleared_at == START + timedelta(hours=5)
    back = sight_state([*looks, sight(50, "open")])
    assert back is not None
    assert (back.state, back.cleared_at) == ("open", None)
    assert sight_state([]) is None
    assert sight_state(looks[::-1]) == done


def knock(hour: int, outcome: str, by: object, beside: object = None) -> Knock:
    at = START + timedelta(hours=hour)
    return Knock(at, derive_id(hour, outcome, by), outcome, 2, by, beside)  # type: ignore[arg-type]


def test_two_teams_that_settled_one_door_are_flagged_and_a_return_visit_is_not() -> None:
    doubled = door_state([knock(1, "done", A), knock(2, "done", B)])
    one_pair = door_state([knock(1, "done", A, B), knock(2, "done", B, C)])
    returned = door_state([knock(1, "absent", A), knock(2, "done", B)])
    assert [state.doubled for state in (doubled, one_pair, returned) if state] == [True, False, False]
