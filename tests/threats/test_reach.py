"""Nobody reaches further than their rights by a side door: a phone, somebody else's name, a second role."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import msgspec
import pytest

from muster.core import accounts
from muster.core.access import Actor, Grant, scope, system
from muster.core.errors import NotAllowed
from muster.core.ids import derive_id, new_id
from muster.core.models import Account
from muster.core.vault import create_keys
from muster.domain.incidents.models import Incident, Works
from muster.domain.mobilising.actions import seats
from muster.domain.mobilising.models import Seat
from muster.fieldapp import seals, sync
from muster.fieldapp.envelope import Envelope
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, SUBDISTRICT, account_for, person
from tests.domain.mobilising.scene import Scene
from tests.fieldapp.telephones import Telephone, code_for, works
from tests.threats.browser import signed_in
from tests.threats.canary import BESIDE, World

OTHER = derive_id("test", "another incident")


def said(actor: Actor, name: str, body: Mapping[str, object], **more: object) -> tuple[str, str]:
    """What /sync answers to one command."""
    one = {"id": new_id(), "name": name, "at": NOW, "body": body, **more}
    envelope = Envelope(commands=[msgspec.Raw(msgspec.json.encode(one))])
    _, (answer,) = sync.receive(lambda: (actor, INCIDENT), envelope, "en")
    return answer.result, answer.code


def test_a_phone_speaks_only_in_the_incident_it_was_enrolled_for(incident: UUID, commander: Actor) -> None:
    """Its records say by the key they are sealed with which incident they are for; the phone chooses that key."""
    with scope(system(), OTHER):
        create_keys(OTHER)
        Incident.objects.create(
            id=OTHER, area=DISTRICT, code="other", title_zh="别的", title_en="Other", pack="covid-cn-v8",
            opened_at=NOW,
        )  # fmt: skip
        public = seals.public_key(OTHER)
    with scope(system(), INCIDENT):
        account = account_for(replace(commander, grants=(Grant("commander", DISTRICT, OTHER),)))
    phone = Telephone(code_for(account))
    phone.sealer = replace(phone.sealer, server=public, kid=seals.key_id(public))
    (answer,) = phone.send(phone.seal(works()))["answers"]
    assert (answer["result"], answer["code"]) == ("refused", "seal.foreign")
    with scope(system(), OTHER):
        assert not Works.objects.exists()


def test_an_account_that_is_ended_ends_in_every_pocket(incident: UUID, commander: Actor) -> None:
    """The open page, the phone and the forms of Collect: at the next word nobody is there any more."""
    with scope(system(), INCIDENT):
        account = account_for(commander)
        client = signed_in(account)
    phone = Telephone(code_for(account))
    forms = f"/key/{phone.token}/formList"

    def ask() -> list[int]:
        said = phone.client.get(forms, headers={"X-OpenRosa-Version": "1.0"})
        return [client.get("/i/lg-0217/").status_code, phone.bundle().status_code, said.status_code]

    assert ask() == [200, 200, 200]
    Account.objects.filter(pk=account).update(is_active=False)
    assert ask() == [302, 401, 403]
    phone.send(phone.seal(works()), status=401)


def test_a_desk_enrols_no_phone_that_may_do_what_the_desk_may_not(
    incident: UUID, desk: Actor, commander: Actor
) -> None:
    """With the token of a commander's phone a desk would designate zones and publish reports in their name."""
    with scope(system(), INCIDENT):
        chief = account_for(person("chief", "commander", SUBDISTRICT))
        counsellor = account_for(person("listener", "counsellor", SUBDISTRICT))

    def enrol(account: UUID, by: Actor) -> UUID:
        told = {"label": "", "incident": INCIDENT, "area": SUBDISTRICT, "now": NOW}
        return accounts.enrol_device(account=account, by=by, **told)[0]  # type: ignore[arg-type]

    with scope(desk, INCIDENT):
        with pytest.raises(NotAllowed):
            enrol(chief, desk)
        assert enrol(counsellor, desk), "what only pages are for is no hindrance"
    with scope(commander, INCIDENT):
        assert enrol(chief, commander)


def test_nobody_gives_away_a_seat_in_the_name_of_who_holds_it(incident: UUID, commander: Actor) -> None:
    with scope(commander, incident):
        scene = Scene(commander, incident, NOW)
        shift, (worker,) = scene.shift(), scene.people(1)
        assert not scene.tell(seats.claim_seats, seats.SeatBody(shift, worker)).refused
    body = {"shift": str(shift), "responder": str(worker)}
    walker = person("walker", "grid_worker", COMMUNITY)
    assert said(walker, "release_seat", body, by=worker) == ("refused", "access.not_allowed")
    with scope(system(), incident):
        assert Seat.objects.get().claimed_at is not None
    assert said(replace(walker, responder=worker), "release_seat", body)[0] == "stored", "one's own"


def test_what_only_some_decide_is_not_taken_back_by_others(worlds: list[World], commander: Actor) -> None:
    """A zone, a result and a revoked pass stand against who may record visits there; their own slip they take back."""
    here, laboratory = worlds[0], person("laboratory", "laboratory", COMMUNITY)
    lifted = {"zone": here.ids["zone"][0], "effective_at": NOW, "released": True}
    told: list[tuple[str, UUID]] = []
    for kind, name, by, body in (
        ("incidents.zonechange", "change_zone", commander, lifted),
        ("passes.passrevoked", "revoke_pass", commander, {"pass_id": here.ids["pass"][0]}),
        ("sampling.resultreported", "report_result", laboratory, {"code": "Zqxours-T1", "result": "negative"}),
    ):  # fmt: skip
        fact = new_id()
        assert said(by, name, body, id=fact) == ("stored", ""), name
        told.append((kind, fact))
    walker = person("walker", "field_team", COMMUNITY)
    for kind, fact in told:
        body = {"kind": kind, "target": fact}
        assert said(walker, "retract_fact", body) == ("quarantined", "access.not_allowed"), kind
        assert said(walker, "retract_fact", body, by=commander.by) == ("quarantined", "access.not_allowed"), (
            kind
        )
    visit = {"dwelling": here.ids["dwelling"][1], "outcome": "absent"}
    slip = new_id()
    assert said(walker, "record_visit", visit, id=slip)[0] == "stored"
    assert said(walker, "retract_fact", {"kind": "worklists.visit", "target": slip})[0] == "stored"
    assert said(laboratory, "retract_fact", {"kind": told[2][0], "target": told[2][1]})[0] == "stored", (
        "their own"
    )


def test_a_desk_of_one_area_reads_no_lists_of_another_where_it_has_other_work(worlds: list[World]) -> None:
    """Rights are not added up: what one may see at a desk ends where the right of the desk ends."""
    here, there = worlds[0], worlds[1]
    both = replace(
        person("both", "desk", BESIDE), grants=(Grant("desk", BESIDE), Grant("laboratory", COMMUNITY))
    )
    with scope(system(), INCIDENT):
        client = signed_in(account_for(both))
    pages = [
        "cases",
        "people",
        "work",
        "buildings",
        "stock",
        "zones",
        "cases/export",
        "requests",
        "sites",
        "imports",
    ]
    pages += [f"people/{here.ids['resident'][0]}/drawer", f"cases/{here.ids['case'][0]}/drawer"]
    pages += [f"bookings/{here.ids['resident'][0]}"]
    own = 0
    for page in pages:
        answer = client.get(f"/i/lg-0217/{page}/")
        text = answer.content.decode()
        assert [mark for mark in here.marks if mark in text] == [], page
        own += any(mark in text for mark in there.marks)
    assert own >= 4, "their own area they do see"
    assert client.get(f"/i/lg-0217/bookings/{there.ids['resident'][0]}/").status_code == 200
    asked = json.dumps([{"figure": "persons_registered", "params": {}}])
    counted = client.post("/i/lg-0217/figures.json", asked, content_type="application/json").json()
    assert [one["value"] for one in counted["figures"]] == [2]


def test_counselling_asked_for_elsewhere_is_no_line_of_the_board(worlds: list[World]) -> None:
    """A counsellor of one area who is a desk of two: of the other one the board says only how many."""
    for world in worlds[:2]:
        body = {
            "id": new_id(),
            "area": world.area,
            "kind": "counselling",
            "resident": world.ids["resident"][0],
        }
        chief = person(f"chief{world.area}", "commander", world.area)
        assert said(chief, "open_request", body)[0] == "stored"
    grants = (Grant("desk", COMMUNITY), Grant("desk", BESIDE), Grant("counsellor", BESIDE))
    with scope(system(), INCIDENT):
        client = signed_in(account_for(replace(person("listener", "desk", BESIDE), grants=grants)))
    text = client.get("/i/lg-0217/requests/?kind=counselling").content.decode()
    assert len(set(re.findall(r"[0-9a-f-]{36}/drawer/", text))) == 1


def test_names_of_accounts_are_told_to_nobody_who_enrols_no_phones(incident: UUID, commander: Actor) -> None:
    with scope(system(), INCIDENT):
        account_for(commander)
        client = signed_in(account_for(person("curious", "tracer", COMMUNITY)))
    told = []
    for name in ("commander", "nobody-of-this-name"):
        wish = json.dumps({"account": name, "incident": str(INCIDENT), "area": COMMUNITY})
        answers = [client.post("/sync/enrol", wish, content_type="application/json")]
        answers.append(client.post("/i/lg-0217/phones/invite/", {"account": name, "area": str(COMMUNITY)}))
        told.append([(one.status_code, b"device.enrol" in one.content) for one in answers])
    assert told == [[(403, True), (403, True)]] * 2
