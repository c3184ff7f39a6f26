"""What a tube is follows from the set of its facts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import derive_id
from muster.domain.sampling.rules import (
    Flag,
    Home,
    Result,
    Step,
    TubeFact,
    TubeState,
    are_households,
    tube_id,
    tube_state,
    wanted_after_result,
)
from tests.cast import NOW

ADA, BEN, CAI = (derive_id("test", "person", name) for name in "abc")


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def fact(step: Step, minutes: int, name: str = "", **more: object) -> TubeFact:
    return TubeFact(step, at(minutes), derive_id("test", step, minutes, name), **more)  # type: ignore[arg-type]


def seated(person: UUID, minutes: int) -> TubeFact:
    return fact(Step.SAMPLE, minutes, str(person), person=person)


@pytest.mark.parametrize(
    ("homes", "several"),
    [
        ([], False),
        ([("a", "1"), ("b", "1"), ("c", "")], False),
        ([("a", "1"), ("b", "2", "a")], True),
        ([("a", "1", "x"), ("b", "", "x")], False),
        ([("a", ""), ("b", "", "a"), ("c", "", "b")], False),
        ([("a", "", "x"), ("c", ""), ("b", "", "y")], True),
        ([("a", "1"), ("b", "", "y")], False),
    ],
)
def test_households_are_two_only_when_that_is_certain(homes: list[tuple[str, ...]], several: bool) -> None:
    """Who, behind which door, registered with whom."""
    one = {name: derive_id("test", name) for name in "abc12xy"}
    known = [
        Home(frozenset({one[who]}), one.get(door), one.get(more[0]) if more else None)
        for who, door, *more in homes
    ]
    assert are_households(known) == are_households(known[::-1]) == several


def test_a_tube_nobody_sat_in_is_open_and_empty() -> None:
    stand = tube_state([], 10)
    assert (stand.state, stand.seats, stand.result, stand.flags) == (TubeState.OPEN, 0, None, ())


def test_the_furthest_step_is_the_state() -> None:
    facts = [seated(ADA, 0), fact(Step.SEAL, 1, number=1), fact(Step.COUNT, 2), fact(Step.HANDOVER, 3)]
    states = [tube_state(facts[:length], 10).state for length in range(1, 5)]
    assert states == [TubeState.OPEN, TubeState.SEALED, TubeState.COUNTED, TubeState.HANDED_OVER]
    assert tube_state([*facts, fact(Step.RESULT, 9, result=Result.NEGATIVE)], 10).flags == ()


@pytest.mark.parametrize(
    ("facts", "flag"),
    [
        ([seated(ADA, 0), seated(BEN, 1), seated(CAI, 2)], Flag.OVER_FULL),
        ([seated(ADA, 0), seated(ADA, 1)], Flag.SAME_PERSON_TWICE),
        ([seated(ADA, 0), fact(Step.SEAL, 1, number=2)], Flag.SEALED_COUNT_DIFFERS),
        ([seated(ADA, 5), fact(Step.SEAL, 1, number=1)], Flag.SAMPLE_AFTER_SEAL),
        (
            [
                seated(ADA, 0), fact(Step.SEAL, 9, number=1), fact(Step.HANDOVER, 2),
                fact(Step.RESULT, 3, result=Result.INVALID),
            ],
            Flag.RESULT_BEFORE_SEAL,
        ),
        (
            [
                seated(ADA, 0), fact(Step.SEAL, 1, number=1), fact(Step.HANDOVER, 2),
                fact(Step.RESULT, 3, result=Result.NEGATIVE), fact(Step.RESULT, 4, result=Result.POSITIVE),
            ],
            Flag.RESULTS_DISAGREE,
        ),
        (
            [seated(ADA, 0), fact(Step.SEAL, 1, number=1), fact(Step.RESULT, 3, result=Result.NEGATIVE)],
            Flag.NEVER_HANDED_OVER,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_is_odd_is_flagged_alone(facts: list[TubeFact], flag: Flag) -> None:
    assert tube_state(facts, 2).flags == (flag,)


def test_a_person_who_sits_in_another_tube_is_flagged_here_too() -> None:
    assert tube_state([seated(ADA, 0)], 10, {ADA}).flags == (Flag.SAME_PERSON_TWICE,)
    assert tube_state([seated(ADA, 0)], 10, {BEN}).flags == ()


def test_the_newest_result_counts_even_when_it_comes_first() -> None:
    wrong, right = fact(Step.RESULT, 1, result=Result.POSITIVE), fact(Step.RESULT, 2, result=Result.NEGATIVE)
    assert tube_state([right, wrong], 10).result == Result.NEGATIVE


def test_only_the_members_of_a_positive_pool_are_resampled() -> None:
    tube = tube_id(derive_id("test"), "A1")
    assert wanted_after_result("positive", tube) == ("resample", f"tube:{tube}")
    assert wanted_after_result("positive", tube, pool_size=1) is None
    assert [wanted_after_result(result, tube) for result in ("negative", "invalid", None)] == [None] * 3


def test_two_telephones_name_a_tube_alike() -> None:
    incident = derive_id("test")
    assert tube_id(incident, " a1 ") == tube_id(incident, "A1") != tube_id(incident, "A2")
    assert tube_id(derive_id("another"), "A1") != tube_id(incident, "A1")


minutes = st.integers(0, 3)
one_fact = st.one_of(
    st.builds(seated, st.sampled_from([ADA, BEN, CAI]), minutes),
    st.builds(lambda m, n: fact(Step.SEAL, m, str(n), number=n), minutes, st.integers(0, 3)),
    st.builds(lambda m: fact(Step.HANDOVER, m), minutes),
    st.builds(lambda m: fact(Step.COUNT, m), minutes),
    st.builds(lambda m, r: fact(Step.RESULT, m, r, result=r), minutes, st.sampled_from(Result)),
)


@given(facts=st.lists(one_fact, max_size=12), data=st.data())
def test_order_and_repetition_change_nothing(facts: list[TubeFact], data: st.DataObject) -> None:
    shuffled = data.draw(
        st.permutations(facts + data.draw(st.lists(st.sampled_from(facts)) if facts else st.just([])))
    )
    assert tube_state(shuffled, 2) == tube_state(facts, 2)
