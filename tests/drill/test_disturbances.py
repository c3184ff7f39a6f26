"""Phones, residents and tubes go wrong at the given rates, the same way for the same seed, and lose nothing."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from drill.disturbances import Event, Sent, disturb, manners, mis_scans, phones, positive_pools
from drill.shape import Phones, Residents

START = datetime(2022, 2, 18, tzinfo=UTC)
RATES = Phones(offline_share=0.3, double_send=0.1, late_hours=(1, 30), wrong_clock=0.02, lost=0.005)


@pytest.fixture(scope="module")
def events() -> list[Event[int]]:
    return [Event(START + timedelta(minutes=n), f"phone-{n % 400:03d}", n) for n in range(8000)]


@pytest.fixture(scope="module")
def sent(events: list[Event[int]]) -> list[Sent[int]]:
    return disturb(events, RATES, 7)


def test_the_same_seed_sends_the_same(events: list[Event[int]], sent: list[Sent[int]]) -> None:
    assert disturb(reversed(events), RATES, 7) == sent
    assert disturb(events, RATES, 8) != sent


def test_every_command_arrives_once_besides_its_repeats(
    events: list[Event[int]], sent: list[Sent[int]]
) -> None:
    arrived = Counter(one.event.command for one in sent if not one.repeat)
    assert arrived == Counter(event.command for event in events)


def test_repeats_are_as_many_as_the_rate_says(events: list[Event[int]], sent: list[Sent[int]]) -> None:
    assert sum(one.repeat for one in sent) / len(events) == pytest.approx(0.1, abs=0.015)


def test_nothing_is_sent_before_it_is_made_and_late_ones_are_late_enough(sent: list[Sent[int]]) -> None:
    assert all(one.sent_at >= one.at >= one.event.at for one in sent)
    waits = [one.sent_at - one.at for one in sent if not one.repeat and not one.redone]
    assert max(waits) > timedelta(hours=1)
    assert max(waits) <= timedelta(hours=30)


def test_phone_rates_are_exact() -> None:
    spans = {f"phone-{n}": (START, START + timedelta(days=3)) for n in range(400)}
    fates = phones(spans, RATES, 3).values()
    assert sum(phone.offline_from is not None for phone in fates) == 120
    assert sum(phone.clock_error != timedelta(0) for phone in fates) == 8
    assert sum(phone.lost_at is not None for phone in fates) == 2
    assert all(
        timedelta(hours=1) <= phone.offline_to - phone.offline_from <= timedelta(hours=30)
        for phone in fates
        if phone.offline_from and phone.offline_to
    )


def test_a_wrong_clock_shows_in_both_times_of_a_message(sent: list[Sent[int]]) -> None:
    wrong = [one for one in sent if one.clock_error]
    assert wrong
    assert all(
        one.claimed_at - one.at == one.claimed_sent_at - one.sent_at == one.clock_error for one in wrong
    )


def test_what_a_lost_phone_held_is_done_again_on_another() -> None:
    events = [Event(START + timedelta(minutes=n), "only", n) for n in range(600)]
    rates = Phones(offline_share=1, late_hours=(30, 30), lost=1)
    sent = disturb(events, rates, 3)
    lost_at = phones({"only": (events[0].at, events[-1].at)}, rates, 3)["only"].lost_at
    assert lost_at is not None
    assert {one.event.command for one in sent} == set(range(600))
    assert all(one.sent_at < lost_at for one in sent if one.device == "only")
    redone = [one for one in sent if one.redone]
    assert redone
    assert all(one.device == "only-replacement" and one.at > lost_at for one in redone)


def test_without_disturbances_all_goes_straight_through(events: list[Event[int]]) -> None:
    sent = disturb(events, Phones(), 1)
    assert [one.event for one in sent] == events
    assert all(one.sent_at == one.claimed_at == one.event.at for one in sent)


def test_residents_are_absent_or_refuse_at_the_rates_and_never_both() -> None:
    met = manners(range(2000), Residents(absent=0.25, refuses_first=0.05), 5)
    assert sum(manner.absent for manner in met.values()) == 500
    assert sum(manner.refuses for manner in met.values()) == 100
    assert not any(manner.absent and manner.refuses for manner in met.values())
    assert met == manners(range(2000), Residents(absent=0.25, refuses_first=0.05), 5)


def test_tubes_are_mis_scanned_and_positive_as_often_as_said() -> None:
    tubes = [f"T{n:04d}" for n in range(1000)]
    assert len(mis_scans(tubes, 0.004, 1)) == 4
    positive = positive_pools(tubes, 3, 1, avoid={"T0001"})
    assert len(positive) == 3
    assert "T0001" not in positive
    assert positive == positive_pools(list(reversed(tubes)), 3, 1, avoid={"T0001"})
    assert len(positive_pools(tubes[:2], 3, 1)) == 2
