"""Phones: joined once; sealed records kept whatever they are and whoever brings them; gaps seen; wiped, revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.core import telephones
from muster.core.access import EVERYWHERE, Actor, scope, system
from muster.core.errors import NotAllowed
from muster.core.models import Device, Parked, Receipt
from muster.core.telephones import gaps
from muster.domain.incidents.models import Works
from muster.fieldapp import clockwork
from tests.cast import COMMUNITY, INCIDENT, account_for, open_incident
from tests.fieldapp.telephones import Telephone, code_for, results, works


@pytest.fixture
def account(fresh_db: str, commander: Actor) -> UUID:
    open_incident()
    with scope(system(), INCIDENT):
        return account_for(commander)


@pytest.fixture
def phone(account: UUID) -> Telephone:
    return Telephone(code_for(account))


def stored() -> int:
    with scope(system(), INCIDENT):
        return Works.objects.count()


def seen() -> telephones.Phone:
    with scope(system(), INCIDENT) as by:
        return next(one for one in telephones.phones(by=by, incident=INCIDENT, bounds=EVERYWHERE) if one.made)


def test_sealed_records_are_stored_once_however_often_they_come(phone: Telephone) -> None:
    items = phone.seal(*(works() for _ in range(5)))
    assert results(phone.send(items)) == ["stored"] * 5
    assert results(phone.send(items)) == ["duplicate"] * 5
    assert (stored(), Receipt.objects.count()) == (5, 5)
    assert (seen().here, seen().made, seen().missing) == (5, 5, [])


def test_the_desk_sees_which_numbers_are_missing(phone: Telephone) -> None:
    items = phone.seal(*(works() for _ in range(9)))
    phone.send([items[0], items[1], items[4], items[7]])
    found = seen()
    assert (found.here, found.made, found.missing) == (4, 9, [(3, 4), (6, 7), (9, 9)])
    phone.send(items[2:])
    assert seen().missing == []


@pytest.mark.parametrize(
    ("ranges", "made", "found"),
    [
        ("{}", 0, (0, [])),
        ("{}", 3, (0, [(1, 3)])),
        ("{[1,4)}", 3, (3, [])),
        ("{[2,3),[5,7)}", 7, (3, [(1, 1), (3, 4), (7, 7)])),
        ("{[1,215)}", 214, (214, [])),
        ("{[-5,2)}", 2, (1, [(2, 2)])),
    ],
)
def test_gaps_are_the_numbers_between(
    ranges: str, made: int, found: tuple[int, list[tuple[int, int]]]
) -> None:
    assert gaps(ranges, made) == found


def test_one_broken_seal_spoils_no_other_and_is_kept_for_a_person(phone: Telephone) -> None:
    items = phone.seal(works(), works(), works())
    bad = {**items[1], "box": items[1]["box"][:-8] + "AAAAAAAA"}
    for _ in range(2):
        said = phone.send([items[0], bad, "rubbish", items[2]])
        by_id = {answer["id"]: (answer["result"], answer.get("code", "")) for answer in said["answers"]}
        assert by_id[items[1]["id"]] == ("refused", "seal.broken")
        assert by_id[None] == ("refused", "seal.broken")
    assert stored() == 2
    with scope(system(), INCIDENT):
        assert Parked.objects.filter(code="seal.broken").count() >= 2
        assert items[1]["box"][:40].encode() not in bytes(Parked.objects.first().sealed)  # type: ignore[union-attr]
    assert results(phone.send([items[1]])) == ["stored"]


def test_rubbish_of_every_kind_is_answered_and_kept(phone: Telephone) -> None:
    good = phone.seal(works())[0]
    wrong: list[object] = [
        None, 7, [], {}, "", {**good, "seq": 0}, {**good, "seq": -1}, {**good, "seq": 2**70}, {**good, "v": 2},
        {**good, "id": 5}, {**good, "device": "x"}, {**good, "epk": good["box"]}, {**good, "sig": ""},
        {**good, "kid": "\x00"}, {**good, "box": "A" * 100_000}, {**good, "prev": "\u202e"},
    ]  # fmt: skip
    said = phone.send(wrong)
    assert results(said) == ["refused"] * len(wrong)
    assert {one["code"] for one in said["answers"]} == {"seal.broken", "seal.foreign"}
    assert stored() == 0
    assert results(phone.send([good])) == ["stored"]


def test_a_record_under_a_strange_key_is_kept_as_foreign(phone: Telephone) -> None:
    phone.sealer.kid = "AAAAAAAAAAAA"
    said = phone.send(phone.seal(works()))
    assert [(one["result"], one["code"]) for one in said["answers"]] == [("refused", "seal.foreign")]
    with scope(system(), INCIDENT):
        assert Parked.objects.get().code == "seal.foreign"


def test_a_label_that_lies_about_what_is_inside_is_broken(phone: Telephone) -> None:
    one = works()
    sealed = phone.sealer.seal(json.dumps({**one, "seq": 7}).encode(), one["id"], 1)
    assert phone.send([sealed])["answers"][0]["code"] == "seal.broken"
    assert stored() == 0


def test_another_phone_may_carry_records_but_not_forge_them(phone: Telephone, account: UUID) -> None:
    other = Telephone(code_for(account))
    items = phone.seal(works(), works())
    forged = other.sealer
    forged.device = phone.device  # its own key, another's name
    lie = works()
    false = forged.seal(json.dumps({**lie, "seq": 3}).encode(), lie["id"], 3)
    said = other.send([*items, false])
    assert sorted(results(said)) == ["refused", "stored", "stored"]
    assert stored() == 2
    with scope(system(), INCIDENT):
        assert {str(one) for one in Works.objects.values_list("device", flat=True)} == {phone.device}
    assert seen().here == 2


def test_a_code_enrols_one_phone_within_ten_minutes(account: UUID) -> None:
    code = code_for(account)
    first = Telephone(code)
    again = first.join(code.lower().replace("0", "o"))  # its answer was lost, and somebody typed it
    assert (again.status_code, again.json()["phone"]["device"]) == (200, first.device)
    stranger = Telephone.__new__(Telephone)
    stranger.client, stranger.sign = Client(), type(first)(code_for(account)).sign
    assert stranger.join(code).status_code == 410
    old = code_for(account, now=datetime.now(UTC) - timedelta(minutes=11))
    assert stranger.join(old).json()["code"] == "phone.code_spent"
    assert stranger.join("NOSUCHCODE").status_code == 410


def test_nobody_enrols_a_phone_that_reaches_further_than_they_do(account: UUID, desk: Actor) -> None:
    with scope(desk, INCIDENT), pytest.raises(NotAllowed):
        telephones.invite(
            account=account, label="", by=desk, incident=INCIDENT, area=COMMUNITY, now=datetime.now(UTC)
        )


def test_a_public_key_that_is_none_is_refused(account: UUID) -> None:
    for key in ("", "AAAA", "%%%", "BAAA" + "A" * 84):
        body = {"code": code_for(account), "key": key}
        reply = Client().post("/sync/join", json.dumps(body), content_type="application/json")
        assert reply.status_code == 422, key


def test_a_phone_that_is_asked_to_forget_is_told_with_every_answer(phone: Telephone) -> None:
    assert phone.send([])["wipe"] is False
    with scope(system(), INCIDENT) as by:
        telephones.ask_wipe(devices=[UUID(phone.device)], by=by, incident=INCIDENT, now=datetime.now(UTC))
    said = phone.send(phone.seal(works()))
    assert (said["wipe"], results(said)) == (True, ["stored"])
    phone.send([], phone={"made": 1, "pack": False})
    assert seen().device.is_wiped


def test_a_revoked_phone_is_turned_away_and_what_it_brings_is_kept(phone: Telephone) -> None:
    with scope(system(), INCIDENT) as by:
        telephones.revoke(devices=[UUID(phone.device)], by=by, incident=INCIDENT, now=datetime.now(UTC))
    said = phone.send(phone.seal(works(), works()), status=401)
    assert (said["wipe"], said["code"], results(said)) == (True, "sync.revoked", ["quarantined"] * 2)
    assert stored() == 0
    clockwork.turn()
    assert stored() == 0, "a person has to look at it first"
    with scope(system(), INCIDENT):
        assert Parked.objects.filter(result="held").update(result="quarantined") == 2
    clockwork.turn()
    assert stored() == 2
    assert phone.bundle().status_code == 401


def test_an_unknown_token_is_turned_away(phone: Telephone) -> None:
    phone.token = "no such token"
    assert phone.send(phone.seal(works()), status=401)["code"] == "sync.revoked"


def outbox_file(phone: Telephone, **more: object) -> SimpleUploadedFile:
    content = {
        "muster": "outbox",
        "v": 1,
        "device": phone.device,
        "made": phone.made,
        "items": phone.items,
        **more,
    }
    return SimpleUploadedFile("outbox.json", json.dumps(content).encode())


def desk_of(account: UUID) -> Client:
    from muster.core.models import Account

    client = Client()
    client.force_login(Account.objects.get(pk=account))
    return client


def test_an_outbox_file_at_the_desk_is_taken_once(phone: Telephone, account: UUID) -> None:
    phone.seal(*(works() for _ in range(4)))
    desk = desk_of(account)
    for words in ("New: 4; known before: 0;", "New: 0; known before: 4;"):
        reply = desk.post(
            "/i/lg-0217/phones/import/", {"file": outbox_file(phone)}, headers={"Accept-Language": "en"}
        )
        assert reply.status_code == 302
        page = desk.get("/i/lg-0217/phones/", headers={"Accept-Language": "en"}).content.decode()
        assert f"Records in the file: 4. {words}" in page
        assert stored() == 4
    assert seen().missing == []


def test_times_in_a_file_are_corrected_by_the_clock_the_phone_knew(phone: Telephone, account: UUID) -> None:
    wrong = {**works(), "at": "1970-01-01T00:10:00Z"}
    phone.seal(wrong)
    offset = int((datetime.now(UTC) - datetime(1970, 1, 1, 0, 10, tzinfo=UTC)).total_seconds())
    desk_of(account).post("/i/lg-0217/phones/import/", {"file": outbox_file(phone, offset=offset)})
    with scope(system(), INCIDENT):
        assert abs((Works.objects.get().at - datetime.now(UTC)).total_seconds()) < 120


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[1]", b"\xff", b'{"muster": "pass", "items": []}', b"[" * 9000]
)
def test_something_else_than_an_outbox_is_refused(account: UUID, fresh_db: str, content: bytes) -> None:
    reply = desk_of(account).post(
        "/i/lg-0217/phones/import/", {"file": SimpleUploadedFile("x.json", content)}
    )
    assert reply.status_code == 302
    assert stored() == 0


def test_the_device_table_says_when_a_phone_was_heard(phone: Telephone) -> None:
    phone.send([], phone={"made": 0, "unsent": 0, "free": 812, "kept": True})
    held = Device.objects.get(pk=phone.device)
    assert held.last_seen_at is not None
    assert held.status == {"free": 812, "kept": True}
