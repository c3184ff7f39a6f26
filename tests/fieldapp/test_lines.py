"""What a phone at a site is given: the protocol's pools, the round in force, tubes that were begun near it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.models import Device
from muster.fieldapp import lines
from muster.fieldapp.holder import Holder
from tests.cast import COMMUNITY, ELSEWHERE, NOW
from tests.domain.sampling.cast import FAR_SITE, MEMBERS, ROUND, do, sample, settle_in, tell


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


def test_only_tubes_of_sites_near_are_on_the_phone(site: UUID, grid_worker: Actor, commander: Actor) -> None:
    for actor in (grid_worker, commander):
        with scope(actor, site):
            assert [one["code"] for one in lines.tubes(holder(actor, site))] == ["A1"]
            assert lines.tubes(holder(actor, site, ELSEWHERE)) == []


def test_who_may_not_sample_gets_nothing(site: UUID, tracer: Actor) -> None:
    with scope(tracer, site):
        assert lines.line(holder(tracer, site)) == []
        assert lines.tubes(holder(tracer, site)) == []
