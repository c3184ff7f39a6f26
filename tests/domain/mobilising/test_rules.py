"""Batches, duty, rest and call-outs: the same facts give the same state, in any order."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.mobilising.rules import (
    Answer,
    Call,
    Duty,
    Engagement,
    Limits,
    Stage,
    batch_state,
    callout_state,
    duty_of,
    engagement,
    is_fit,
    is_plausible,
    overlap,
    rest_until,
    suggest_date,
    totals_differ,
)

NOW = datetime(2022, 2, 18, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHENZHEN = ZoneInfo("Asia/Shanghai")
LIMITS = Limits(rest=10 * HOUR, day=12 * HOUR, tz=SHENZHEN)

moments = st.integers(0, 300).map(lambda minutes: NOW + timedelta(minutes=minutes))
calls = st.builds(
    Call,
    at=moments,
    id=st.text("abcdef", min_size=4, max_size=4),
    stage=st.sampled_from([str(stage) for stage in Stage]),
    headcount=st.integers(0, 300),
    present=st.lists(st.sampled_from("pqrstuv"), max_size=5),
    vehicles=st.none() | st.integers(0, 9),
)
ROLLS = st.lists(calls, max_size=9, unique_by=lambda call: call.id)


def hours(start: float, length: float) -> Engagement:
    """Hours from a midnight in Shenzhen."""
    midnight = datetime(2022, 2, 18, tzinfo=SHENZHEN)
    return Engagement(midnight + start * HOUR, midnight + (start + length) * HOUR)


@given(ROLLS, st.randoms())
def test_roll_calls_late_twice_or_out_of_order_give_the_same_state(
    listed: list[Call], chance: object
) -> None:
    again = listed + listed[::2]
    chance.shuffle(again)  # type: ignore[attr-defined]
    assert batch_state(again, 100) == batch_state(listed, 100)


@given(ROLLS)
def test_names_count_once_however_often_they_are_called(listed: list[Call]) -> None:
    state = batch_state(listed, 100)
    named = {one for call in listed if call.stage == "arrived" for one in call.present}
    if named:
        assert state.arrived == len(named)
        assert state.shortfall == 100 - len(named)


def test_a_batch_goes_through_its_stages() -> None:
    rolls = [
        Call(NOW + 2 * HOUR, "c", "arrived", 48, vehicles=2), Call(NOW, "a", "mustered", 50, vehicles=3),
        Call(NOW + HOUR, "b", "departed", 49),
    ]  # fmt: skip
    state = batch_state(rolls, 50)
    assert (state.stage, state.mustered, state.departed, state.arrived, state.released) == (
        "arrived",
        50,
        49,
        48,
        None,
    )
    assert (state.shortfall, state.vehicles, state.uneven) == (2, 2, False)
    assert state.reached == {"mustered": NOW, "departed": NOW + HOUR, "arrived": NOW + 2 * HOUR}


def test_a_later_count_replaces_an_earlier_one_and_names_win_over_counts() -> None:
    counted = [Call(NOW, "a", "mustered", 50), Call(NOW + HOUR, "b", "mustered", 52)]
    assert batch_state(counted, 52).mustered == 52
    named = [*counted, Call(NOW - HOUR, "c", "mustered", 3, ["p", "q", "q"])]
    assert (batch_state(named, 52).mustered, batch_state(named, 52).uneven) == (2, True)


def test_nobody_called_means_planned_and_no_shortfall() -> None:
    state = batch_state([], 50)
    assert (state.stage, state.arrived, state.shortfall) == ("planned", None, None)


def test_a_printed_total_that_is_not_its_parts_is_noticed() -> None:
    assert totals_differ(300, [50, 100])
    assert not totals_differ(150, [50, 100])
    assert not totals_differ(None, [50, 100])


@pytest.mark.parametrize(
    ("printed", "planned", "suggested"),
    [
        (date(2022, 12, 18), date(2022, 2, 18), date(2022, 2, 18)),
        (date(2021, 2, 19), date(2022, 2, 18), date(2022, 2, 19)),
        (date(2002, 2, 18), date(2022, 2, 20), date(2022, 2, 18)),
        (date(2022, 8, 31), date(2022, 2, 18), date(2022, 1, 31)),
    ],
)
def test_an_implausible_date_gets_a_suggestion(printed: date, planned: date, suggested: date) -> None:
    opened = date(2022, 2, 17)
    assert not is_plausible(printed, opened)
    assert suggest_date(printed, opened, planned) == suggested
    assert is_plausible(suggested, opened)


@given(st.lists(moments, max_size=6), st.lists(moments, max_size=6), st.randoms())
def test_duty_does_not_depend_on_order_or_repeats(
    begun: list[datetime], ended: list[datetime], chance: object
) -> None:
    duty = duty_of(begun, ended)
    for listed in (begun, ended):
        chance.shuffle(listed)  # type: ignore[attr-defined]
    assert duty_of(begun + begun[:2], ended + ended[:2]) == duty
    assert 0 <= duty.minutes <= 300
    if duty.began_at is not None and duty.ended_at is not None:
        assert duty.minutes <= (max(duty.ended_at, duty.began_at) - duty.began_at).total_seconds() / 60


def test_two_stints_on_one_shift_are_added_up() -> None:
    duty = duty_of([NOW, NOW + 3 * HOUR], [NOW + 2 * HOUR, NOW + 4 * HOUR])
    assert duty == Duty(NOW, NOW + 4 * HOUR, 180)


def test_somebody_who_came_back_is_still_there() -> None:
    assert duty_of([NOW, NOW + 3 * HOUR], [NOW + 2 * HOUR]) == Duty(NOW, None, 120)


def test_an_end_without_a_beginning_waits_for_it() -> None:
    assert duty_of([], [NOW + HOUR]) == Duty(None, NOW + HOUR, 0)
    assert duty_of([NOW], [NOW + HOUR]) == Duty(NOW, NOW + HOUR, 60)


def test_work_past_the_planned_end_is_taken_until_now_but_not_for_ever() -> None:
    seat = Engagement(NOW, NOW + 8 * HOUR)
    working = Duty(NOW, None, 0)
    assert engagement(seat, working, NOW + 11 * HOUR).to_at == NOW + 11 * HOUR
    assert engagement(seat, working, NOW + 50 * HOUR).to_at == NOW + 8 * HOUR
    assert engagement(seat, Duty(NOW, NOW + 5 * HOUR, 300), NOW + 50 * HOUR).to_at == NOW + 5 * HOUR


def test_hours_that_touch_do_not_overlap() -> None:
    assert overlap(hours(8, 8), [hours(16, 8)]) is None
    assert overlap(hours(8, 8), [hours(15, 8)]) == hours(15, 8)


@pytest.mark.parametrize(
    ("wanted", "taken", "until"),
    [
        (hours(18, 4), [hours(0, 8)], None),  # ten hours after the last, twelve in the day
        (hours(17, 6), [hours(0, 8)], hours(18, 0).from_at),  # nine hours after
        (hours(0, 8), [hours(16, 8)], hours(34, 0).from_at),  # eight hours before the next
        (hours(18, 5.5), [hours(0, 8)], hours(24, 0).from_at),  # 13.5 hours in one day
    ],
)
def test_rest_before_and_after_and_hours_a_day(
    wanted: Engagement, taken: list[Engagement], until: datetime | None
) -> None:
    assert rest_until(wanted, taken, LIMITS) == until


def test_hours_past_midnight_belong_to_the_next_day() -> None:
    volunteer = Limits(rest=2 * HOUR, day=8 * HOUR, tz=SHENZHEN)
    assert rest_until(hours(20, 8), [hours(8, 4)], volunteer) is None
    assert rest_until(hours(20, 8), [hours(8, 5)], volunteer) == hours(24, 0).from_at
    assert rest_until(hours(20, 8), [hours(31, 5)], volunteer) == hours(48, 0).from_at


def test_fitness_is_about_the_post_and_the_night() -> None:
    assert is_fit(["sealed_area"], ["night"], at_night=False)
    assert not is_fit(["sealed_area"], ["night"], at_night=True)
    assert not is_fit(["sealed_area", "cold"], ["cold"], at_night=False)


def test_the_last_word_of_an_organisation_counts() -> None:
    answers = [
        Answer(NOW + HOUR, "b", "water", 36),
        Answer(NOW, "a", "water", 20),
        Answer(NOW, "c", "works", 88),
    ]
    state = callout_state(["water", "works", "school", "water"], reversed(answers))
    assert (state.sent, state.answered, state.people) == (3, 2, 124)
