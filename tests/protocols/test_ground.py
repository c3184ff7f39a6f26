"""Zones, tests, gates, sweeps and mosquito control, in the numbers of the shipped packs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.protocols import NoSuchCodeError, Valued, load
from muster.protocols.ground import Gates, Vector, ZoneTests

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGUN = datetime(2022, 2, 17, 15, 0, tzinfo=UTC)


def vector(pack: str = "chikungunya-2025") -> Vector:
    part = load(pack).vector
    assert part is not None
    return part


def test_a_controlled_zone_is_sealed_for_four_days_and_then_stays_in_the_building() -> None:
    zone = load("covid-cn-v8").zone("controlled")
    assert [zone.phase_on(day).movement.value for day in (1, 4, 5, 99)] == [
        "stay_in_dwelling",
        "stay_in_dwelling",
        "stay_in_building",
        "stay_in_building",
    ]


def test_a_zone_has_no_phase_before_its_first_day() -> None:
    with pytest.raises(NoSuchCodeError):
        load("covid-cn-v8").zone("controlled").phase_on(0)


def test_the_day_of_a_zone_changes_at_local_midnight() -> None:
    zone = load("covid-cn-v8").zone("sealed")
    days = [zone.day_at(BEGUN, BEGUN + timedelta(minutes=m), SHANGHAI) for m in (0, 59, 60, 24 * 60)]
    assert days == [1, 1, 2, 2]


@pytest.mark.parametrize(
    ("pack", "level", "days"),
    [
        ("covid-cn-v8", "sealed", 14),
        ("covid-cn-v9", "high", 7),
        ("covid-cn-v9", "medium", 3),
        ("covid-cn-20", "high", 5),
    ],
)
def test_a_zone_may_be_proposed_for_release_after_its_clear_days(pack: str, level: str, days: int) -> None:
    assert load(pack).zone(level).release.earliest_at(BEGUN) == BEGUN + timedelta(days=days)


def test_the_precaution_zone_waits_for_the_others_not_for_days() -> None:
    release = load("covid-cn-v8").zone("precaution").release
    assert release.earliest_at(BEGUN) is None
    assert release.after_zones == ("sealed", "controlled")


def test_a_positive_makes_a_controlled_zone_sealed() -> None:
    restart = load("covid-cn-v8").zone("controlled").restart
    assert restart is not None
    assert restart.becomes == "sealed"


def test_a_high_risk_area_becomes_medium_and_then_low() -> None:
    pack = load("covid-cn-v9")
    assert (pack.zone("high").release.becomes, pack.zone("medium").release.becomes) == ("medium", "low")


@pytest.mark.parametrize(
    ("level", "size"), [("sealed", 1), ("controlled", 10), ("precaution", 20), (None, 20)]
)
def test_pools_are_smaller_where_the_risk_is_higher(level: str | None, size: int) -> None:
    assert load("covid-cn-v8").pool_size(level) == size


def test_a_zone_without_tests_of_its_own_takes_the_size_outside_zones() -> None:
    assert load("covid-cn-20").pool_size("low") == load("covid-cn-20").pool_size(None)


def test_there_are_no_tubes_in_a_flood() -> None:
    with pytest.raises(NoSuchCodeError):
        load("flood").pool_size(None)


def test_an_unknown_zone_level_is_refused() -> None:
    with pytest.raises(NoSuchCodeError):
        load("covid-cn-v8").pool_size("locked")


def test_everybody_in_a_precaution_zone_is_tested_on_each_of_the_first_four_days() -> None:
    tests = load("covid-cn-v8").zone("precaution").tests
    assert isinstance(tests, ZoneTests)
    assert [day for day in range(1, 20) if tests.is_test_day(day)] == [1, 2, 3, 4]


def test_a_zone_may_go_on_testing_at_a_cadence(repeating: ZoneTests) -> None:
    assert [day for day in range(1, 13) if repeating.is_test_day(day)] == [1, 4, 7, 10]


@pytest.fixture
def repeating() -> ZoneTests:
    """Days 1 and 4, and then every third day."""
    days: Valued[tuple[int, ...]] = Valued(value=(1, 4), source="test", grade="M")
    one, three = (Valued(value=number, source="test", grade="M") for number in (1, 3))
    return ZoneTests(pool_size=one, days=days, then_every_days=three)


def test_children_and_the_old_may_show_paper_at_a_gate() -> None:
    gates = load("covid-cn-v8").gates
    assert isinstance(gates, Gates)
    assert [gates.may_show_paper(age) for age in (17, 18, 59, 60)] == [True, False, False, True]
    assert gates.order.value == ("ask", "measure", "check", "place")


def test_a_door_where_nobody_is_home_is_tried_again_and_then_passed_on() -> None:
    sweep = load("covid-cn-v8").sweep
    assert sweep.outcome("absent").recheck
    assert sweep.recheck_at(BEGUN) == BEGUN + timedelta(hours=12)
    assert [sweep.is_exhausted(visits) for visits in (2, 3)] == [False, True]


def test_a_refusal_brings_another_worker() -> None:
    refused = load("covid-cn-v8").sweep.outcome("refused")
    assert (refused.closes, refused.recheck, refused.other_worker) == (False, True, True)


@pytest.mark.parametrize(
    ("positive", "households", "band"),
    [
        (0, 50, "low"),
        (4, 100, "low"),
        (5, 100, "watch"),
        (10, 100, "high"),
        (20, 100, "severe"),
        (90, 60, "severe"),
    ],
)
def test_the_breteau_index_falls_into_its_band(positive: int, households: int, band: str) -> None:
    part = vector()
    index = part.breteau_index(positive, households)
    assert index == pytest.approx(positive / households * 100)
    assert part.band(index).code == band


def test_an_index_needs_surveyed_households() -> None:
    with pytest.raises(ValueError, match="surveyed"):
        vector().breteau_index(3, 0)
    with pytest.raises(NoSuchCodeError):
        vector().band(-1)


def test_adult_mosquitoes_are_treated_twice_a_day_for_three_days_and_daily_for_four() -> None:
    assert [vector().sprayings_on(day) for day in range(9)] == [0, 2, 2, 2, 1, 1, 1, 1, 0]


def test_a_door_in_a_mosquito_outbreak_is_rechecked_after_three_days() -> None:
    assert load("chikungunya-2025").sweep.recheck_at(BEGUN) == BEGUN + timedelta(days=3)


@pytest.mark.parametrize(("pack", "radius"), [("chikungunya-2025", 100), ("dengue", 200)])
def test_the_core_zone_is_a_circle_round_the_case_home(pack: str, radius: int) -> None:
    core = load(pack).zone("core")
    assert core.radius_m is not None
    assert (core.unit.value, core.radius_m.value) == ("radius", radius)
