"""What a phone at a site is given: the protocol's pools, the round in force, tubes that were begun near it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.models import Device
from muster.core.told import Told
from muster.domain.incidents.actions import DesignateZone, designate_zones
from muster.domain.places.models import Point
from muster.domain.worklists.models import WorkItem
from muster.fieldapp import lines, sections
from muster.fieldapp.holder import Holder
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, NOW
from tests.domain.sampling.cast import BUILDINGS, FAR_SITE, MEMBERS, ROUND, SITE, do, sample, settle_in, tell


@pytest.fixture
def site(incident: UUID, commander: Actor) -> UUID:
    settle_in()
    with scope(commander, incident):
        do(
            [
                tell(sample(MEMBERS[0], "A1"), commander),
                tell(sample(MEMBERS[1], "B1", site=FAR_SITE), commander),
            ],
            commander,
        )
    return incident


def holder(actor: Actor, incident: UUID, area: int = COMMUNITY) -> Holder:
    return Holder(actor, Device(id=new_id(), home_area=area), incident, NOW + timedelta(hours=1))


def test_pools_come_from_the_protocol_and_the_round_from_around(site: UUID, grid_worker: Actor) -> None:
    with scope(grid_worker, site):
        rules, *rounds = lines.line(holder(grid_worker, site))
        sizes = {one["code"]: one["size"] for one in rules["pools"]}
        assert sizes["usual"] > sizes["single"] == 1
        assert [one["id"] for one in rounds] == [str(ROUND)]
        assert [one["id"] for one in lines.line(holder(grid_worker, site, ELSEWHERE))] == ["rules"]


def test_tubes_of_a_site_in_a_zone_begin_with_its_rule(
    site: UUID, grid_worker: Actor, commander: Actor
) -> None:
    def pool() -> str | None:
        with scope(grid_worker, site):
            return {one["id"]: one for one in sections.points(holder(grid_worker, site))}[str(SITE)].get(
                "pool"
            )

    def zone(level: str, area: int, buildings: list[UUID]) -> None:
        told = Told(new_id(), NOW, commander.by, DesignateZone(new_id(), level, area, level, NOW, buildings))
        with scope(commander, site):
            done = designate_zones(told=[told], by=commander, incident=site, now=NOW)
        assert done.touched, "designated"

    with scope(system(), site):
        Point.objects.filter(pk=SITE).update(building=BUILDINGS[0])
    assert pool() is None, "outside zones the usual rule of the protocol"
    zone("precaution", DISTRICT, [])
    assert pool() == "precaution", "a zone without buildings is all of its area"
    zone("controlled", COMMUNITY, [])
    zone("precaution", DISTRICT, [])
    assert pool() == "controlled", "the narrowest area, not the latest"
    zone("sealed", COMMUNITY, [BUILDINGS[1]])
    assert pool() == "controlled", "another building's rule is not this one's"
    zone("sealed", COMMUNITY, [BUILDINGS[0]])
    assert pool() == "sealed", "its own building's"


def test_only_tubes_of_sites_near_are_on_the_phone(site: UUID, grid_worker: Actor, commander: Actor) -> None:
    for actor in (grid_worker, commander):
        with scope(actor, site):
            assert [one["code"] for one in lines.tubes(holder(actor, site))] == ["A1"]
            assert lines.tubes(holder(actor, site, ELSEWHERE)) == []


def test_tests_at_homes_come_with_their_round_and_door_and_mixed_tubes_are_named(
    site: UUID, grid_worker: Actor, commander: Actor
) -> None:
    said = {
        "incident": site,
        "area": COMMUNITY,
        "subject_kind": "resident",
        "subject": MEMBERS[4],
        "opened_at": NOW,
    }
    with scope(system(), site):
        for kind, occasion in (("test", f"round:{ROUND}"), ("resample", f"tube:{new_id()}"), ("verify", "")):
            WorkItem.objects.create(
                kind=kind, occasion=occasion, step="visit", assignee=grid_worker.by, **said
            )
    with scope(commander, site):
        do([tell(sample(one, "C1", one_household=True), commander) for one in MEMBERS[2:4]], commander)
    with scope(grid_worker, site):
        held = holder(grid_worker, site)
        rules = lines.line(held)[0]
        assert {one["standing"] for one in rules["excuses"]} >= {"exempt", "away"}
        found = {one["kind"]: one for one in sections.tasks(held)}
        assert "round" not in found["verify"]
        assert (found["test"]["round"], found["resample"]["round"]) == (str(ROUND), None)
        door = {"label": "101", "house": "2 栋", "building": str(BUILDINGS[1])}
        assert door.items() <= found["test"].items()
        assert door.items() <= found["resample"].items()
        assert {one["code"]: one.get("mixed") for one in lines.tubes(held)} == {"A1": None, "C1": True}


def test_who_may_not_sample_gets_nothing(site: UUID, tracer: Actor) -> None:
    with scope(tracer, site):
        assert lines.line(holder(tracer, site)) == []
        assert lines.tubes(holder(tracer, site)) == []
