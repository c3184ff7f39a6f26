"""Staffing, rest and supplies, in the numbers of the shipped packs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.protocols import NoSuchCodeError, load
from muster.protocols.means import SiteStaffing

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_population_gets_its_sites_desks_and_samplers() -> None:
    sites = load("covid-cn-v8").staffing.sites
    assert isinstance(sites, SiteStaffing)
    assert [sites.sites_for(people) for people in (0, 1, 3000, 3001)] == [0, 1, 1, 2]
    assert sites.desks_for(1601) == 3
    assert sites.samplers_for(3600) == 10


def test_a_flood_needs_no_testing_sites() -> None:
    assert load("flood").staffing.sites is None


def test_nobody_begins_again_before_the_rest_is_over() -> None:
    ended = datetime(2022, 2, 18, 6, 0, tzinfo=SHANGHAI)
    assert load("covid-cn-v8").staffing.may_begin_at(ended) == ended + timedelta(hours=10)


def test_night_runs_over_midnight() -> None:
    staffing = load("covid-cn-v8").staffing
    hours = [h for h in range(24) if staffing.is_night(datetime(2022, 2, 18, h, tzinfo=SHANGHAI), SHANGHAI)]
    assert hours == [0, 1, 2, 3, 4, 5, 22, 23]


def test_a_post_is_forbidden_by_a_limit_and_knows_no_medical_reason() -> None:
    staffing = load("covid-cn-v8").staffing
    assert staffing.post("sampler").is_forbidden({"exposed"})
    assert not staffing.post("sampler").is_forbidden({"night"})
    assert not staffing.post("phone_verifier").is_forbidden({"exposed", "standing", "cold"})
    with pytest.raises(NoSuchCodeError):
        staffing.post("jester")


@pytest.mark.parametrize(
    "code", ["rubber_boot", "raincoat", "winter_coat", "heat_pack", "water_barrier", "fence"]
)
def test_relief_goods_are_known_in_every_hazard(code: str) -> None:
    for name in ("covid-cn-v8", "dengue", "flood"):
        assert load(name).supplies.item(code).title.zh


def test_needs_hold_the_buffer_and_round_up_to_whole_things() -> None:
    needed = load("covid-cn-v8").supplies.needed("sampler", 10)
    assert needed["glove"] == 42
    assert needed["protective_suit"] == 28
    assert load("covid-cn-v8").supplies.needed("sampler", 1)["glove"] == 5
    assert load("covid-cn-v8").supplies.needed("jester", 10) == {}


@pytest.mark.parametrize(
    ("counts", "days"),
    [((100, 80), 4), ((100, 90, 60), 3), ((100,), None), ((80, 80), None), ((80, 90), None)],
)
def test_days_of_stock_follow_the_change_over_two_counts(
    counts: tuple[float, ...], days: float | None
) -> None:
    assert load("covid-cn-v8").supplies.days_left(counts) == days
