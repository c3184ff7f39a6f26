"""The phone's share: signed, no more than it may hold, and only what changed."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from drill.seal import decode
from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.fieldapp import bundle
from muster.fieldapp.bundle import BUCKETS, Share, bucket_of
from tests.cast import COMMUNITY, ELSEWHERE, GRID, INCIDENT, NOW, account_for, open_incident
from tests.fieldapp.telephones import Telephone, code_for


@pytest.fixture
def phone(fresh_db: str, grid_worker: Actor) -> Telephone:
    open_incident()
    with scope(system(), INCIDENT) as by:
        account = account_for(grid_worker)
        for area, name in ((GRID, "1栋"), (ELSEWHERE, "外区楼")):
            body = places.AddBuilding(new_id(), area, name, floors=3, units_per_floor=2)
            places.add_buildings(told=[Told(body.id, NOW, by.by, body)], by=by, incident=INCIDENT, now=NOW)
    return Telephone(code_for(account))


def rows(content: dict[str, Any], section: str) -> list[dict[str, Any]]:
    return [row for part in content["sections"][section]["buckets"].values() for row in part]


def marks(content: dict[str, Any]) -> str:
    return ",".join(f"{name}:{part['marks']}" for name, part in content["sections"].items())


def test_it_is_signed_for_this_phone_and_holds_only_its_own_area(phone: Telephone) -> None:
    reply = phone.bundle()
    signer = Ed25519PublicKey.from_public_bytes(phone.signer)
    signer.verify(decode(reply["Muster-Signature"]), reply.content)
    with pytest.raises(InvalidSignature):
        signer.verify(decode(reply["Muster-Signature"]), reply.content.replace(b"1", b"2", 1))
    content = reply.json()
    assert (content["device"], content["incident"]) == (phone.device, str(INCIDENT))
    assert [one["name"] for one in rows(content, "buildings")] == ["1栋"]
    assert len(rows(content, "doors")) == 6
    assert "外区楼" not in reply.content.decode()


def test_the_same_is_not_sent_again(phone: Telephone) -> None:
    first = phone.bundle()
    assert phone.bundle(etag=first["ETag"]).status_code == 304
    assert phone.bundle(have=marks(first.json())).json()["sections"] == {}


def test_who_is_heard_every_day_keeps_the_share_though_nothing_changed(
    phone: Telephone, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = phone.bundle()
    with scope(system()):
        tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    again = phone.bundle(have=marks(first.json()), etag=first["ETag"])
    assert (again.status_code, again.json()["sections"]) == (200, {})
    assert again.json()["lease_until"] > first.json()["lease_until"]


def test_whom_a_gate_stops_has_room_before_whatever_may_be_cut() -> None:
    assert list(bundle.SECTIONS)[:2] == ["me", "gate"]


def test_one_door_costs_one_bucket(phone: Telephone) -> None:
    first = phone.bundle().json()
    door = rows(first, "doors")[0]
    visit = {
        "id": str(new_id()),
        "name": "record_visit",
        "at": NOW.isoformat(),
        "body": {"dwelling": door["id"], "outcome": "absent"},
    }
    assert phone.send(phone.seal(visit))["answers"][0]["result"] == "stored"
    second = phone.bundle(have=marks(first)).json()
    assert list(second["sections"]) == ["doors"]
    assert list(second["sections"]["doors"]["buckets"]) == [str(bucket_of(door["id"]))]
    assert any(row.get("outcome") == "absent" for row in rows(second, "doors"))


def test_what_went_away_goes_away() -> None:
    one, other = {"id": "a", "n": 1}, {"id": "b", "n": 2}
    before, after = Share(), Share()
    before.deal("x", [one, other])
    after.deal("x", [one])
    told = after.since({"x": before.marks["x"]})
    assert told["x"]["buckets"] == {str(bucket_of("b")): []}


def test_no_more_than_a_phone_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    share = Share()
    share.deal("few", [{"id": str(n)} for n in range(10)])
    share.deal("many", [{"id": str(n)} for n in range(6_000)])
    assert share.rows == bundle.MOST_ROWS
    assert share.cut == {"many": 1_010}
    monkeypatch.setattr(bundle, "MOST_BYTES", 1_000)
    small = Share()
    small.deal("wide", [{"id": str(n), "text": "x" * 100} for n in range(50)])
    assert small.size <= 1_000
    assert small.cut["wide"] == 50 - small.rows


@pytest.mark.parametrize(
    "have", ["", "doors", "doors:%%%", "doors:AAAA,,:", "nothing:AAAA", "doors:" + "A" * 400]
)
def test_a_wish_nobody_can_read_gets_everything(phone: Telephone, have: str) -> None:
    assert len(rows(phone.bundle(have=have).json(), "doors")) == 6


def test_a_bucket_is_found_by_the_phone_in_the_same_way() -> None:
    assert {bucket_of(str(n)) for n in range(2_000)} == set(range(BUCKETS))
    assert len(base64.b64encode(b"1234" * BUCKETS)) < 400, "the marks of a section fit a header"


def test_names_and_numbers_of_assigned_calls_are_entered_in_the_journal(
    phone: Telephone, grid_worker: Actor
) -> None:
    from muster.domain.worklists.actions import desk, lists
    from muster.domain.worklists.models import WorkItem
    from muster.journeys import settle

    with scope(system(), INCIDENT) as by:
        row = lists.ListRow(1, name="赵小明", phone="13800138001", area=GRID)
        body = lists.PushList(
            new_id(), COMMUNITY, "市", "verification", "名单", [row], NOW + timedelta(hours=3)
        )
        done = lists.push_lists(told=[Told(body.id, NOW, by.by, body)], by=by, incident=INCIDENT, now=NOW)
        settle.settle([done.touched], incident=INCIDENT, now=NOW)
        item: UUID = WorkItem.objects.values_list("id", flat=True).get()
    assert rows(phone.bundle().json(), "tasks") == [], "nobody gave it to this person"
    with scope(system(), INCIDENT) as by:
        give = desk.AssignItems([item], grid_worker.responder)
        desk.assign_items(told=[Told(new_id(), NOW, by.by, give)], by=by, incident=INCIDENT, now=NOW)
    first = phone.bundle().json()
    assert [(one["name"], one["phone"]) for one in rows(first, "tasks")] == [("赵小明", "13800138001")]
    phone.bundle(have=marks(first))
    with scope(system(), INCIDENT):
        assert Entry.objects.filter(action="people.numbers_out").count() == 1, "once: it was sent once"
    assert json.dumps(first, ensure_ascii=False).count("13800138001") == 1
