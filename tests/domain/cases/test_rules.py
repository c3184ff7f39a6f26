"""Investigations, contacts, transfers and tests as functions of the set of what was said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.domain.cases import rules
from muster.protocols import load

TZ = ZoneInfo("Asia/Shanghai")
START = datetime(2022, 2, 18, 1, 0, tzinfo=UTC)
CLOSE = next(
    one.follow_up
    for one in load("covid-cn-v8").contacts.classes  # type: ignore[union-attr]
    if one.code == "close"
)
RULES = rules.Rules(CLOSE, lost_after_misses=3, symptom_test_hours=24)


def at(days: float) -> datetime:
    return START + timedelta(days=days)


def seen(days: float, outcome: str, mark: str = "") -> rules.Seen:
    return rules.Seen(at(days), f"{days}{mark}{outcome}", outcome)


def state(*facts: rules.Seen, now: float = 5, ended: str = "") -> rules.ContactState:
    return rules.contact_state(RULES, START, facts, ended=ended, now=at(now), tz=TZ)


def test_three_missed_days_in_a_row_lose_a_contact_and_seeing_them_finds_them() -> None:
    misses = [seen(1, "missed"), seen(2, "missed"), seen(3, "missed")]
    assert state(*misses[:2]).state == "followed"
    assert state(*misses).state == "lost"
    assert state(*misses, seen(4, "seen_ok")).state == "followed"
    assert state(seen(0.5, "seen_ok"), *misses).misses == 3


def test_three_misses_on_one_day_are_one() -> None:
    found = state(seen(1, "missed"), seen(1.1, "missed"), seen(1.2, "missed"))
    assert (found.state, found.misses) == ("followed", 1)


def test_a_contact_is_released_when_the_days_of_the_class_are_over() -> None:
    assert state(now=20.9).state == "followed"
    assert state(now=21).state == "released"
    assert state(now=21).release_at == at(21)


def test_who_became_a_case_or_lost_their_case_is_not_followed() -> None:
    assert state(ended="case").state == "case"
    assert state(ended="withdrawn").next_change_at is None


@pytest.mark.parametrize("class_code", [one.code for one in load("covid-cn-v9").contacts.classes])  # type: ignore[union-attr]
def test_the_release_follows_the_class(class_code: str) -> None:
    plan = load("covid-cn-v9").contact_class(class_code).follow_up
    found = rules.contact_state(rules.Rules(plan), START, [], ended="", now=START, tz=TZ)
    days = plan.central_days.value + plan.home_days.value if plan else None
    assert found.release_at == (None if days is None else at(days))


def dues(*facts: rules.Seen, sampled: tuple[float, ...] = (), now: float = 5) -> dict[str, rules.Due]:
    taken = [at(one) for one in sampled]
    found = rules.due_today(RULES, START, START, facts, taken, now=at(now), tz=TZ)
    return {one.occasion: one for one in found if one.occasion.startswith("ill-")}


def test_falling_ill_wants_one_test_for_each_spell() -> None:
    ill = dues(seen(1, "seen_not_ok"), seen(2, "seen_not_ok"), seen(3, "seen_ok"), seen(4, "seen_not_ok"))
    assert list(ill) == ["ill-2022-02-19", "ill-2022-02-22"]
    assert ill["ill-2022-02-19"].due_at == at(2)


def test_a_sample_taken_after_the_symptoms_satisfies_it_and_one_before_does_not() -> None:
    (before,) = dues(seen(2, "seen_not_ok"), sampled=(1.9,)).values()
    (after,) = dues(seen(2, "seen_not_ok"), sampled=(1.9, 2.1)).values()
    assert before.satisfied_at is None
    assert after.satisfied_at == at(2.1)


def moved(days: float, stage: str, place: str | None = None, kind: str = "central") -> rules.Moved:
    return rules.Moved(at(days), f"{days}{stage}", stage, kind, place)


def test_a_transfer_goes_from_order_to_arrival_in_any_order_of_arrival() -> None:
    steps = [moved(1, "ordered", "hotel"), moved(1.1, "departed"), moved(1.2, "arrived", "hotel")]
    for told in permutations(steps):
        found = rules.transfer(told)
        assert (found.stays, found.place, found.stage) == ("central", "hotel", "arrived")
        assert found.arrived_at == at(1.2)
    ordered = rules.transfer(steps[:2])
    assert (ordered.stays, ordered.stage, ordered.arrived_at) == ("", "departed", None)


def test_a_second_transfer_begins_anew_and_the_stay_so_far_holds() -> None:
    found = rules.transfer(
        [moved(1, "ordered"), moved(1.2, "arrived", "hotel"), moved(3, "ordered", "other")]
    )
    assert (found.stage, found.place, found.ordered_at, found.arrived_at) == ("ordered", "hotel", at(3), None)


def test_an_investigation_begins_with_its_first_step_and_ends_with_the_report() -> None:
    steps = [
        rules.Done(at(0.1), "a", "started"),
        rules.Done(at(0.2), "b", "isolated", date(2022, 2, 15)),
        rules.Done(at(0.3), "c", "reported", date(2022, 2, 16)),
    ]
    told = [rules.Done(at(0.0), "z", "", date(2022, 2, 10))]
    assert rules.investigation([]).state == "open"
    assert rules.investigation(steps[:2]).state == "started"
    for order in permutations(steps):
        found = rules.investigation(order, told)
        assert (found.state, found.isolated_at, found.onset_date) == ("finished", at(0.2), date(2022, 2, 16))
    assert rules.investigation([], told).onset_date == date(2022, 2, 10)
    later = rules.Done(at(0.4), "y", "", date(2022, 2, 14))
    assert rules.investigation(steps, [later, *told]).onset_date == date(2022, 2, 14)


FACTS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(list(rules.Health)), st.integers(0, 3)), max_size=12
)


@given(FACTS, st.randoms())
def test_order_and_repetition_of_follow_ups_never_matter(
    facts: list[tuple[int, str, int]], dice: object
) -> None:
    told = list({seen(hours / 6, outcome, str(mark)) for hours, outcome, mark in facts})
    mixed = told * 2
    dice.shuffle(mixed)  # type: ignore[attr-defined]
    again = list(dict.fromkeys(mixed))
    assert state(*told) == state(*again)
    assert dues(*told) == dues(*again)
