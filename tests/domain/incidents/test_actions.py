"""Incidents and zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from muster.core import retractions
from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.told import Many, Told
from muster.domain.incidents import actions, queries
from muster.domain.incidents.models import Incident, Works, Zone
from muster.domain.incidents.rules import Change, WorksKind, zone_state
from tests.cast import COMMUNITY, ELSEWHERE


def tell(body: object, at: datetime, by: Actor) -> Told[Any]:
    return Told(new_id(), at, by.by, body)


def decide(action: Many, body: object, by: Actor, incident: UUID, now: datetime) -> UUID:
    """One decision, taken; the id of its fact."""
    told = tell(body, now, by)
    done = action(told=[told], by=by, incident=incident, now=now)
    assert not done.refused
    return told.id


def take_back(kind: str, fact: UUID, by: Actor, incident: UUID, now: datetime) -> None:
    """The fact is marked, as every fact can be."""
    body = retractions.RetractBody(kind=kind, target=fact)
    decide(retractions.retract_facts, body, by, incident, now)


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
    assert Zone.objects.get(pk=zone).released_at is None
    assert actions.wake_zones(now + timedelta(days=14)) == 1
    assert Zone.objects.get(pk=zone).released_at == now + timedelta(days=14)
    assert actions.wake_zones(now + timedelta(days=15)) == 0


def test_what_is_dated_later_is_in_force_from_its_hour(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    zone, tomorrow, after = new_id(), now + timedelta(days=1), now + timedelta(days=2)
    body = zone_body(tomorrow, zone)
    building = body.buildings[0]
    decide(actions.designate_zones, body, in_scope, incident, now)
    raised = actions.ChangeZone(zone=zone, effective_at=after, level="controlled")
    decide(actions.change_zones, raised, in_scope, incident, now)
    assert queries.zone_at(building, now) is None
    assert queries.zone_of_buildings({building}, now) == {}
    for at, level in ((tomorrow, "sealed"), (after, "controlled")):
        assert actions.wake_zones(at) == 1
        assert queries.zone_of_buildings({building}, at) == {building: level}
        assert queries.levels_around([(COMMUNITY, building)], at) == [level]
    assert actions.wake_zones(after + timedelta(days=30)) == 0


def test_a_zone_whose_designation_is_taken_back_holds_nowhere(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    body = zone_body(now, new_id())
    fact = decide(actions.designate_zones, body, in_scope, incident, now)
    assert queries.zone_at(body.buildings[0], now)
    take_back("incidents.zonechange", fact, in_scope, incident, now)
    actions.reconsider_changes({fact}, incident, now)
    assert queries.zone_at(body.buildings[0], now) is None
    assert not queries.zones().exists()


def test_a_protocol_that_is_taken_back_leaves_the_one_before(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    opening = queries.get(incident).pack
    first, second = (
        decide(actions.change_packs, actions.ChangePack(pack), in_scope, incident, now)
        for pack in ("covid-cn-v9", "flood")
    )
    for fact, left in ((second, "covid-cn-v9"), (first, opening)):
        take_back("incidents.packchange", fact, in_scope, incident, now)
        actions.reconsider_packs({fact}, incident, now)
        assert (queries.get(incident).pack, queries.pack_of(incident).name) == (left, left)


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
    for days, level, released in ((0, "sealed", False), (4, "controlled", False), (30, "controlled", True)):
        at = now + timedelta(days=days)
        states = {zone_state(order, at) for order in permutations(changes)}
        assert [(one.level, one.released_at is not None) for one in states if one] == [(level, released)]


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
