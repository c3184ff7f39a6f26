"""Follow-up, calling, promises and checks on residents, in the numbers of the shipped packs."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.protocols import NoSuchCodeError, load
from muster.protocols.people import Contacts, FollowUp, ResidentChecks

SHANGHAI = ZoneInfo("Asia/Shanghai")
# 23:30 on 17 February in Shenzhen is still the 17th there, and 15:30 of the 17th in UTC.
EXPOSED = datetime(2022, 2, 17, 15, 30, tzinfo=UTC)


def follow_up(pack: str, code: str) -> FollowUp:
    plan = load(pack).contact_class(code).follow_up
    assert plan is not None
    return plan


@pytest.mark.parametrize(
    ("pack", "code", "home_after", "released_after"),
    [
        ("covid-cn-v8", "close", 14, 21),
        ("covid-cn-v8", "contact_of_contact", 7, 7),
        ("covid-cn-v9", "close", 7, 10),
        ("covid-cn-v9", "contact_of_contact", 0, 7),
        ("covid-cn-v9", "from_high_risk", 7, 7),
        ("covid-cn-v9", "from_medium_risk", 0, 7),
        ("covid-cn-20", "close", 5, 8),
        ("covid-cn-20", "from_high_risk", 0, 7),
        ("chikungunya-2025", "co_exposed", 0, 12),
    ],
)
def test_a_contact_moves_home_and_is_released_on_the_plans_days(
    pack: str, code: str, home_after: int, released_after: int
) -> None:
    plan = follow_up(pack, code)
    assert plan.moves_home_at(EXPOSED) == EXPOSED + timedelta(days=home_after)
    assert plan.release_at(EXPOSED) == EXPOSED + timedelta(days=released_after)


@pytest.mark.parametrize(
    ("pack", "code", "days"),
    [
        ("covid-cn-v8", "close", [1, 4, 7, 14, 16, 21]),
        ("covid-cn-v8", "contact_of_contact", [1, 4, 7]),
        ("covid-cn-v9", "close", [1, 2, 3, 5, 7, 10]),
        ("covid-cn-v9", "contact_of_contact", [1, 4, 7]),
        ("covid-cn-20", "close", [1, 2, 3, 5, 6, 8]),
        ("covid-cn-20", "from_high_risk", [1, 3, 5, 7]),
        ("chikungunya-2025", "co_exposed", []),
    ],
)
def test_tests_fall_due_on_local_days(pack: str, code: str, days: list[int]) -> None:
    due = follow_up(pack, code).test_due_dates(EXPOSED, SHANGHAI)
    assert list(due) == [date(2022, 2, 17) + timedelta(days=day) for day in days]


def test_an_exposure_after_local_midnight_counts_for_the_next_day() -> None:
    due = follow_up("covid-cn-v8", "close").test_due_dates(EXPOSED + timedelta(hours=1), SHANGHAI)
    assert due[0] == date(2022, 2, 19)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    plan = follow_up("covid-cn-v8", "close")
    for ask in (plan.release_at, plan.next_check_at, plan.moves_home_at):
        with pytest.raises(ValueError, match="time zone"):
            ask(datetime(2022, 2, 17))  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        plan.test_due_dates(datetime(2022, 2, 17), SHANGHAI)  # noqa: DTZ001


def test_the_20_measures_no_longer_trace_contacts_of_contacts() -> None:
    one = load("covid-cn-20").contact_class("contact_of_contact")
    assert (one.traced.value, one.follow_up) == (False, None)


def test_one_looks_back_two_days_from_the_onset() -> None:
    contacts = load("covid-cn-v8").contacts
    assert isinstance(contacts, Contacts)
    assert contacts.look_back_start(EXPOSED) == EXPOSED - timedelta(days=2)


def test_a_contact_is_asked_again_the_next_day() -> None:
    assert follow_up("covid-cn-v8", "close").next_check_at(EXPOSED) == EXPOSED + timedelta(hours=24)


def test_an_unknown_class_is_refused_by_its_own_error() -> None:
    for pack in ("covid-cn-v8", "flood"):
        with pytest.raises(NoSuchCodeError) as caught:
            load(pack).contact_class("cousin")
        assert (caught.value.kind, caught.value.code) == ("contact class", "cousin")


def test_a_list_is_assigned_within_half_an_hour_and_answered_within_a_day() -> None:
    clocks = load("covid-cn-v8").clocks
    assert clocks["list_assigned"].deadline(EXPOSED) == EXPOSED + timedelta(minutes=30)
    assert clocks["list_answered"].deadline(EXPOSED) == EXPOSED + timedelta(hours=24)


def test_nobody_is_phoned_at_night() -> None:
    attempts = load("covid-cn-v8").attempts
    at = datetime(2022, 2, 17, 21, 59, tzinfo=SHANGHAI)
    assert attempts.is_decent(at, SHANGHAI)
    assert not attempts.is_decent(at + timedelta(minutes=1), SHANGHAI)
    assert not attempts.is_decent(datetime(2022, 2, 18, 7, 59, tzinfo=SHANGHAI), SHANGHAI)


@pytest.mark.parametrize(
    ("tried", "again"),
    [
        ((17, 9, 0), (17, 12, 0)),
        ((17, 12, 0), (17, 15, 0)),
        ((17, 21, 30), (18, 8, 0)),
        ((18, 3, 0), (18, 8, 0)),
        ((18, 6, 30), (18, 8, 30)),
    ],
)
def test_the_next_try_waits_for_the_gap_and_for_the_morning(
    tried: tuple[int, int, int], again: tuple[int, int, int]
) -> None:
    attempts = load("covid-cn-v8").attempts
    last = datetime(2022, 2, *tried, tzinfo=SHANGHAI).astimezone(UTC)
    assert attempts.next_try_at(last, SHANGHAI) == datetime(2022, 2, *again, tzinfo=SHANGHAI)


def test_tries_go_round_the_parts_of_the_day() -> None:
    attempts = load("covid-cn-v8").attempts
    tries = [datetime(2022, 2, 17, 9, 0, tzinfo=SHANGHAI)]
    for _ in range(6):
        tries.append(attempts.next_try_at(tries[-1], SHANGHAI, tries[:-1]))
    assert [(one.day, one.hour) for one in tries] == [
        (17, 9), (17, 12), (17, 15), (17, 18), (17, 20), (18, 8), (18, 12),
    ]  # fmt: skip


def test_without_parts_of_the_day_only_the_gap_counts() -> None:
    flood = load("flood").attempts
    last = datetime(2022, 2, 17, 9, 0, tzinfo=SHANGHAI)
    assert flood.next_try_at(last, SHANGHAI) == datetime(2022, 2, 17, 9, 30, tzinfo=SHANGHAI)


def test_after_three_tries_another_caller_and_after_two_callers_a_visit() -> None:
    attempts = load("covid-cn-v8").attempts
    steps = [attempts.step_after(tries) for tries in range(7)]
    assert steps == ["same_caller"] * 3 + ["other_caller"] + ["same_caller"] * 2 + ["visit"]


def test_somebody_who_was_reached_is_left_in_peace_for_a_while() -> None:
    attempts = load("covid-cn-v8").attempts
    assert attempts.may_call_again_at(EXPOSED) == EXPOSED + timedelta(hours=4)


def test_a_dialysis_patient_is_answered_before_others() -> None:
    helpline = load("covid-cn-v8").helpline
    assert helpline.answer_by(EXPOSED, "dialysis") < helpline.answer_by(EXPOSED)
    with pytest.raises(NoSuchCodeError):
        helpline.answer_by(EXPOSED, "giants")


def test_in_a_flood_households_at_risk_are_seen_first_and_on_their_cadence() -> None:
    checks = load("flood").checks
    assert isinstance(checks, ResidentChecks)
    first = checks.next_check_at("low_lying", started_at=EXPOSED, last_seen=None)
    assert first == EXPOSED + timedelta(hours=2)
    seen = EXPOSED + timedelta(hours=1)
    assert checks.next_check_at("low_lying", started_at=EXPOSED, last_seen=seen) == seen + timedelta(hours=6)
    with pytest.raises(NoSuchCodeError):
        checks.group("giants")
