"""What a phone holds of the ground, and what it brings from there: in the wrong order, twice, with pictures."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Device
from muster.domain.passes import actions as passes
from muster.domain.passes import exceptions
from muster.domain.places import actions as places
from muster.domain.places.rules import PointKind
from muster.domain.worklists.actions import breeding, doors, households
from muster.domain.worklists.models import BuildingState, DwellingState
from muster.domain.worklists.rules import DoorOutcome
from muster.domain.worklists.sweep_models import BreedingSite, Photograph
from muster.domain.worklists.sweep_rules import Language
from muster.fieldapp import ground, sections, sync
from muster.fieldapp.holder import Holder
from tests.cast import COMMUNITY, GRID, INCIDENT, NOW, account_for, open_incident, person
from tests.domain.worklists.test_sweeps import DAY, door, house, tell
from tests.fieldapp.telephones import Telephone, code_for, results

__all__ = ["house"]
SHOP = derive_id("ground", "shop")


def holder(actor: Actor) -> Holder:
    phone = Device(id=derive_id("phone"), account=actor.account, home_area=COMMUNITY)
    return Holder(actor, phone, INCIDENT, NOW)


def test_a_door_tells_all_that_the_next_team_must_know_and_no_name(
    in_scope: Actor, house: UUID, incident: UUID
) -> None:
    for name in ("one", "two"):
        walker = person(name, "grid_worker", COMMUNITY)
        tell(doors.RecordVisit(door("101"), DoorOutcome.DONE, 2), walker, incident, NOW - DAY)
    tell(breeding.SurveyContainers(door("101"), 4, 1), in_scope, incident, NOW - DAY)
    card = households.RecordHousehold(
        door("101"), 2, [Language.HAKKA], needs=["medicine"], consent=True, note="三楼王阿姨"
    )
    tell(card, in_scope, incident, NOW)
    site = breeding.ReportBreedingSite(new_id(), COMMUNITY, "tyre", "修车铺后院", house, owner="李老板")
    tell(site, in_scope, incident, NOW)
    walker = person("three", "grid_worker", COMMUNITY)
    with scope(walker, incident):
        held = {row["label"]: row for row in sections.doors(holder(walker))}
        (rules,), (pool,) = ground.ground(holder(walker)), ground.breeding(holder(walker))
    assert held["101"] | {"doubled": True, "mark": "larvae", "persons": 2, "positive": 1} == held["101"]
    assert held["101"]["look_at"] == NOW + 2 * DAY
    assert held["101"]["card_at"] == NOW
    assert set(held["102"]) == {"id", "building", "label", "floor", "unit"}, "what is not known costs nothing"
    assert (rules["vector"]["days"], rules["recheck_hours"]) == (3, 72)
    assert (pool["place"], pool["state"]) == ("修车铺后院", "open")
    told = str([held, pool])
    assert not any(word in told for word in ("李老板", "王阿姨", "medicine", "hak"))


def test_only_the_administrator_of_a_place_gets_its_numbers(
    in_scope: Actor, house: UUID, incident: UUID
) -> None:
    def do(action: Any, body: Any) -> None:
        from muster.core.told import Told

        action(told=[Told(new_id(), NOW, in_scope.by, body)], by=in_scope, incident=incident, now=NOW)

    do(places.add_points, places.AddPoint(SHOP, COMMUNITY, PointKind.PLACE, "惠民超市"))
    keeper, other = (person(name, "grid_worker", COMMUNITY) for name in ("keeper", "other"))
    do(exceptions.name_administrators, exceptions.NameAdministrator(SHOP, keeper.by))
    for _ in range(3):
        do(passes.check_in_places, passes.CheckInPlace(SHOP))
    for actor, rows in ((keeper, [("惠民超市", 3)]), (other, [])):
        with scope(actor, incident):
            assert [(one["name"], one["today"]) for one in ground.places(holder(actor))] == rows


def said(verb: str, hours: int, /, **body: Any) -> dict[str, Any]:
    at = NOW + timedelta(hours=hours)
    return {"id": body.pop("own", str(new_id())), "name": verb, "at": at.isoformat(), "body": body}


def test_what_was_found_on_the_spot_may_arrive_in_any_order_and_twice(fresh_db: str) -> None:
    open_incident()
    walker = person("walker", "grid_worker", COMMUNITY)
    with scope(system(), INCIDENT):
        phone = Telephone(code_for(account_for(walker), GRID))
    building, site, photo = (str(new_id()) for _ in range(3))
    jpeg = base64.b64encode(b"\xff\xd8\xff" + bytes(59_000)).decode()
    found = [
        said("inspect_breeding_site", 3, site=site, state="cleared", photo=photo),
        said("record_visit", 2, dwelling=str(derive_id(building, "802")), outcome="done", persons=2),
        said("keep_photograph", 2, own=photo, area=GRID, about=site, jpeg=jpeg),
        said("add_building", 1, own=building, id=building, area=GRID, name="蓝色铁门", labels=["101", "802"],
             floors=8, units_per_floor=2, source="walk", walk=1),
        said("report_breeding_site", 1, own=site, id=site, area=GRID, kind="tyre", building=building),
    ]  # fmt: skip
    items = phone.seal(*found)
    assert max(len(str(one)) for one in items) < 120_000
    sent = [results(phone.send([one])) for one in items]
    assert sent == [["quarantined"], ["quarantined"], ["stored"], ["stored"], ["stored"]]
    with scope(system(), INCIDENT):
        device = Device.objects.get()
    assert sync.retry(Actor(device.account, walker.grants, walker.responder, device.id), INCIDENT) == 2
    assert set(results(phone.send(items[::-1]))) == {"duplicate"}
    with scope(system(), INCIDENT):
        pool = BreedingSite.objects.get()
        assert (pool.state, pool.looks, pool.photo_after) == ("cleared", 2, photo)
        assert Photograph.objects.get().size == 59_003
        assert DwellingState.objects.get().outcome == "done"
        assert BuildingState.objects.get().units == 2
