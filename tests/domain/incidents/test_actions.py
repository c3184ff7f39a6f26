"""Incidents and zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.incidents import actions
from muster.domain.incidents.models import Incident, Works, Zone
from muster.domain.incidents.rules import Change, WorksKind, zone_state
from tests.cast import COMMUNITY, ELSEWHERE


def tell(body: object, at: datetime, by: Actor) -> Told[Any]:
    return Told(new_id(), at, by.by, body)


def zone_body(now: datetime, zone: UUID) -> actions.DesignateZone:
    return actions.DesignateZone(
        id=zone, level="sealed", area=COMMUNITY, name="1 号", from_at=now, buildings=[new_id()]
    )


def test_a_commander_designates_and_releases_a_zone(in_scope: Actor, incident: UUID, now: datetime) -> None:
    zone = new_id()
    actions.designate_zones(
        told=[tell(zone_body(now, zone), now, in_scope)], by=in_scope, incident=incident, now=now
    )
    assert Zone.objects.get(pk=zone).level == "sealed"
    release = actions.ChangeZone(zone=zone, effective_at=now + timedelta(days=14), released=True)
    done = actions.change_zones(told=[tell(release, now, in_scope)], by=in_scope, incident=incident, now=now)
    assert not done.refused
    assert Zone.objects.get(pk=zone).released_at == now + timedelta(days=14)


def test_a_grid_worker_does_not_decide_on_zones(grid_worker: Actor, incident: UUID, now: datetime) -> None:
    with scope(grid_worker, incident):
        told = [tell(zone_body(now, new_id()), now, grid_worker)]
        done = actions.designate_zones(told=told, by=grid_worker, incident=incident, now=now)
        assert [r.code for r in done.refused.values()] == ["access.not_allowed"]
        assert not Zone.objects.exists()


def test_an_outsider_sees_no_zone(in_scope: Actor, outsider: Actor, incident: UUID, now: datetime) -> None:
    told = [tell(zone_body(now, new_id()), now, in_scope)]
    actions.designate_zones(told=told, by=in_scope, incident=incident, now=now)
    with scope(outsider, incident):
        assert Zone.objects.count() == 0
    assert Zone.objects.count() == 1


def test_the_state_of_a_zone_does_not_depend_on_the_order_of_its_notices(now: datetime) -> None:
    changes = [
        Change(now, "a", "sealed"),
        Change(now + timedelta(days=4), "b", "controlled"),
        Change(now + timedelta(days=9), "c", "", released=True),
    ]
    assert len({str(zone_state(order)) for order in permutations(changes)}) == 1


def test_works_outside_the_own_area_wait(in_scope: Actor, incident: UUID, now: datetime) -> None:
    told = [tell(actions.RecordWorks(WorksKind.CANOPY, ELSEWHERE), now, in_scope)]
    done = actions.record_works(told=told, by=in_scope, incident=incident, now=now)
    assert list(done.waiting) == [told[0].id]
    assert not Works.objects.exists()


@pytest.mark.parametrize("pack", ["no-such-pack"])
def test_an_unknown_pack_is_refused_with_the_known_ones(
    in_scope: Actor, incident: UUID, now: datetime, pack: str
) -> None:
    body = actions.OpenIncident(new_id(), "x", COMMUNITY, "一", "one", pack, now)
    done = actions.open_incidents(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    assert "covid-cn-v8" in next(iter(done.refused.values())).say("zh")
    assert Incident.objects.count() == 1
