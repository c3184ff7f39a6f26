"""Items, doors: their state is a function of the set of facts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import new_id
from muster.domain.worklists.rules import (
    CallingRules,
    Cause,
    DoorOutcome,
    Knock,
    Outcome,
    Ruling,
    Step,
    Try,
    Wanted,
    door_state,
    item_id,
    item_state,
    wanted,
)
from tests.cast import INCIDENT, NOW

CALLING = CallingRules(
    next_try_at=lambda last, before: last + timedelta(hours=2),
    step_after=lambda tries: (
        "visit" if tries >= 6 else "other_caller" if tries and tries % 3 == 0 else "same_caller"
    ),
)
ASKED = wanted([Cause(due_at=NOW + timedelta(hours=24), priority=5, satisfied_at=None)])


def tries(*outcomes: Outcome, by: UUID | None = None) -> list[Try]:
    return [
        Try(NOW + timedelta(hours=n), UUID(int=n), outcome, by or new_id(), "phone")
        for n, outcome in enumerate(outcomes)
    ]


attempts = st.lists(
    st.builds(
        Try,
        at=st.integers(0, 50).map(lambda n: NOW + timedelta(minutes=n)),
        id=st.uuids(),
        outcome=st.sampled_from(list(Outcome)),
        by=st.uuids(),
        channel=st.just("phone"),
        callback_at=st.none() | st.just(NOW + timedelta(hours=9)),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


@given(attempts, st.randoms())
def test_any_order_of_attempts_gives_the_same_item(listed: list[Try], random: object) -> None:
    shuffled = list(listed)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert item_state(ASKED, listed, CALLING) == item_state(ASKED, shuffled, CALLING)


def test_an_investigation_is_done_by_its_report_and_not_by_a_call() -> None:
    said = tries(Outcome.NO_ANSWER, Outcome.REACHED_VERIFIED)
    state = item_state(ASKED, said, CALLING, kind="investigate")
    assert (state.state, state.next_try_at) == ("open", ASKED.due_at), "and nobody calls before it is due"
    reported = wanted([Cause(ASKED.due_at, 1, NOW + timedelta(hours=5))])
    assert item_state(reported, said, CALLING, kind="investigate").state == "done"


def test_a_verified_person_is_done_at_the_first_verification() -> None:
    state = item_state(
        ASKED, tries(Outcome.NO_ANSWER, Outcome.REACHED_VERIFIED, Outcome.ALREADY_VERIFIED), CALLING
    )
    assert (state.state, state.done_at, state.attempts) == ("done", NOW + timedelta(hours=1), 3)


@pytest.mark.parametrize(
    ("outcomes", "step"),
    [
        ([], Step.CALL),
        ([Outcome.NO_ANSWER], Step.CALL),
        ([Outcome.NO_ANSWER] * 3, Step.OTHER_CALLER),
        ([Outcome.NO_ANSWER] * 6, Step.VISIT),
        ([Outcome.REFUSED], Step.OTHER_CALLER),
        ([Outcome.REFUSED, Outcome.REFUSED], Step.VISIT),
        ([Outcome.WRONG_NUMBER], Step.VISIT),
        ([Outcome.NEEDS_INTERPRETER], Step.OTHER_CALLER),
    ],
)
def test_who_tries_next(outcomes: list[Outcome], step: Step) -> None:
    assert item_state(ASKED, tries(*outcomes), CALLING).step == step


def test_ten_causes_are_one_item_due_with_the_first() -> None:
    causes = [Cause(NOW + timedelta(hours=n), n, None) for n in range(3, 13)]
    asked = wanted(causes)
    assert (asked.causes, asked.due_at, asked.priority) == (10, NOW + timedelta(hours=3), 3)


def test_without_a_cause_work_is_withdrawn_unless_it_was_done() -> None:
    assert item_state(Wanted(), [], CALLING).state == "withdrawn"
    assert item_state(Wanted(), tries(Outcome.REACHED_VERIFIED), CALLING).state == "done"


def test_a_satisfied_cause_closes_the_item() -> None:
    assert item_state(wanted([Cause(None, 5, NOW)]), [], CALLING).done_at == NOW


def test_an_item_is_the_same_on_every_replay_and_another_for_every_occasion() -> None:
    person = new_id()
    assert item_id(INCIDENT, "test", person, "day-1") == item_id(INCIDENT, "test", person, "day-1")
    assert item_id(INCIDENT, "test", person, "day-1") != item_id(INCIDENT, "test", person, "day-4")


def knock(hour: int, outcome: DoorOutcome, persons: int = 0) -> Knock:
    return Knock(NOW + timedelta(hours=hour), UUID(int=hour), outcome, persons)


def test_an_opened_door_stays_done_when_a_late_absence_arrives() -> None:
    knocks = [knock(2, DoorOutcome.DONE, 3), knock(1, DoorOutcome.ABSENT), knock(5, DoorOutcome.ABSENT)]
    state = door_state(knocks)
    assert state is not None
    assert (state.outcome, state.visits, state.persons) == ("done", 3, 3)
    assert state == door_state(reversed(knocks))


def test_a_door_nobody_knocked_at_has_no_state() -> None:
    assert door_state([]) is None


def test_who_moved_within_reach_is_called_again_at_once_and_not_counted_as_unanswered() -> None:
    state = item_state(ASKED, tries(Outcome.MOVED_WITHIN), CALLING)
    assert (state.state, state.step, state.next_try_at) == ("open", Step.CALL, NOW)


def test_the_language_somebody_needs_stays_known() -> None:
    asked = [Try(NOW, UUID(int=1), Outcome.NEEDS_INTERPRETER, new_id(), "phone", language="yue")]
    later = Try(NOW + timedelta(hours=3), UUID(int=2), Outcome.NO_ANSWER, new_id(), "phone")
    assert item_state(ASKED, [later, *asked], CALLING).language == "yue"


def ruling(hour: int, *, closed: bool) -> Ruling:
    return Ruling(NOW + timedelta(hours=hour), UUID(int=900 + hour), closed)


def test_what_a_desk_closed_stays_closed_until_it_is_opened_or_done() -> None:
    unanswered, verified = tries(Outcome.NO_ANSWER), tries(Outcome.REACHED_VERIFIED)
    assert item_state(ASKED, unanswered, CALLING, [ruling(1, closed=True)]).state == "closed"
    assert item_state(ASKED, verified, CALLING, [ruling(1, closed=True)]).state == "done"
    reopened = [ruling(1, closed=True), ruling(2, closed=False)]
    assert item_state(ASKED, unanswered, CALLING, reopened).state == "open"


def test_what_was_said_before_an_item_was_opened_again_closes_it_no_more() -> None:
    verified = tries(Outcome.REACHED_VERIFIED)
    state = item_state(ASKED, verified, CALLING, [ruling(1, closed=False)])
    assert (state.state, state.attempts, state.next_try_at) == ("open", 1, None)
    again = Try(NOW + timedelta(hours=2), UUID(int=7), Outcome.REACHED_VERIFIED, new_id(), "phone")
    assert item_state(ASKED, [*verified, again], CALLING, [ruling(1, closed=False)]).state == "done"


rulings = st.lists(
    st.builds(
        Ruling,
        at=st.integers(0, 50).map(lambda n: NOW + timedelta(minutes=n)),
        id=st.uuids(),
        closed=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.id,
)


@given(attempts, rulings, st.randoms())
def test_any_order_of_decisions_gives_the_same_item(
    listed: list[Try], ruled: list[Ruling], random: object
) -> None:
    first = item_state(ASKED, listed, CALLING, ruled)
    random.shuffle(ruled)  # type: ignore[attr-defined]
    assert item_state(ASKED, listed, CALLING, ruled) == first
