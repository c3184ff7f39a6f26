"""POST /sync: one answer per command, nothing lost, nothing twice."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core import accounts
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.models import Device, Entry, Grant, Parked, Receipt
from muster.domain.incidents.models import Works
from muster.fieldapp import clockwork, shell
from muster.fieldapp.commands import COMMANDS, LATE
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, account_for, open_incident

Answers = list[dict[str, Any]]


class Phone:
    """A telephone as the server sees it."""

    def __init__(self, token: str) -> None:
        self.token, self.client = token, Client()

    def send(self, *commands: Any, **envelope: Any) -> Answers:
        body = {"batch": str(new_id()), "commands": list(commands), **envelope}
        reply = self.client.post(
            "/sync",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert reply.status_code == 200, reply.content
        answers: Answers = reply.json()["answers"]
        return answers


def works(area: int = COMMUNITY, at: datetime | None = None, **body: Any) -> dict[str, Any]:
    return {
        "id": str(new_id()),
        "name": "record_works",
        "at": (at or datetime.now(UTC)).isoformat(),
        "seq": 1,
        "body": {"kind": "canopy", "area": area, **body},
    }


@pytest.fixture
def phone(fresh_db: str, commander: Actor) -> Phone:
    """An enrolled telephone of the commander."""
    held = open_incident()
    with scope(system(), held):
        account = account_for(commander)
        _, token = accounts.enrol_device(
            account=account, label="1", by=system(), incident=held, area=DISTRICT, now=datetime.now(UTC)
        )
    return Phone(token)


def results(answers: Answers) -> list[str]:
    return [answer["result"] for answer in answers]


def stored() -> int:
    from muster.domain.incidents.models import Incident

    with scope(system()):
        incident = Incident.objects.get().id
    with scope(system(), incident):
        return Works.objects.count()


def test_a_batch_is_stored_and_its_repetition_is_known(phone: Phone) -> None:
    batch = [works() for _ in range(5)]
    assert results(phone.send(*batch)) == ["stored"] * 5
    assert results(phone.send(*batch)) == ["duplicate"] * 5
    assert (stored(), Receipt.objects.count()) == (5, 5)


def test_the_same_id_with_other_content_is_kept_as_a_conflict(phone: Phone) -> None:
    first = works()
    phone.send(first)
    assert results(phone.send(first | {"body": {"kind": "fencing", "area": COMMUNITY}})) == ["conflict"]
    with scope(system()):
        assert Parked.objects.get().code == "sync.conflict"
    assert stored() == 1


def test_one_bad_command_never_spoils_the_rest(phone: Phone) -> None:
    answers = phone.send(
        works(), {"id": "no id"}, works(kind="volcano"), works() | {"name": "no_such_command"}, 7, works()
    )
    assert sorted(results(answers)) == ["refused"] * 4 + ["stored"] * 2
    assert {answer["code"] for answer in answers if answer["result"] == "refused"} == {
        "input.unreadable",
        "sync.unknown_command",
    }
    with scope(system()):
        assert Parked.objects.count() == 4


def test_what_was_parked_is_sealed(phone: Phone) -> None:
    phone.send(works(place="李家大院", kind="volcano"))
    with scope(system()):
        assert "李家".encode() not in bytes(Parked.objects.get().sealed)


def test_an_observation_waits_for_its_right_and_is_then_taken(phone: Phone) -> None:
    now = datetime.now(UTC)
    one = works(ELSEWHERE, at=now.replace(year=1970, day=1))  # on a phone whose clock is wrong
    assert results(phone.send(one, sent_at=now.replace(year=1970, day=1).isoformat())) == ["quarantined"]
    assert results(phone.send(one)) == ["quarantined"]
    device = Device.objects.get()
    with scope(system()):
        Grant.objects.create(account=device.account, role="desk", area=ELSEWHERE, granted_by=device.account)
    clockwork.turn()
    assert stored() == 1
    with scope(system(), device.home_incident):
        kept = Works.objects.get()
        assert abs((kept.at - now).total_seconds()) < 60, "corrected like those that need not wait"
        assert kept.device == device.id
    assert results(phone.send(one)) == ["duplicate"]
    with scope(system()):
        assert Parked.objects.get().settled_at is not None


@pytest.mark.parametrize("year", [1970, 2001, 2038, 2090])
def test_a_wrong_clock_is_corrected_and_flagged_but_never_refused(phone: Phone, year: int) -> None:
    now = datetime.now(UTC)
    wrong = now.replace(year=year, day=1)
    phone.send(works(at=wrong - timedelta(hours=1)), sent_at=wrong.isoformat())
    receipt = Receipt.objects.get()
    assert abs(receipt.skew) > 300
    with scope(system(), Device.objects.get().home_incident):
        assert abs((Works.objects.get().at - (now - timedelta(hours=1))).total_seconds()) < 60


def test_a_revoked_telephone_is_told_so_and_stores_nothing(phone: Phone) -> None:
    Device.objects.update(revoked_at=datetime.now(UTC))
    reply = phone.client.post(
        "/sync",
        json.dumps({"commands": [works()]}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {phone.token}", "Accept-Language": "en"},
    )
    assert (reply.status_code, reply.json()["code"]) == (401, "sync.revoked")
    assert stored() == 0


def test_rights_that_ended_end_at_once(phone: Phone) -> None:
    with scope(system()):
        Grant.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    assert results(phone.send(works())) == ["quarantined"]


def test_what_was_made_under_a_right_is_taken_for_three_days_after_its_end_and_flagged(phone: Phone) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    with scope(system()):
        Grant.objects.update(starts_at=now - 9 * hour, until=now - 2 * hour)
    during, after, claim = works(at=now - 3 * hour), works(at=now - hour), works(at=now - 3 * hour)
    claim |= {"name": "take_next", "body": {}}
    assert results(phone.send(during, after)) == ["quarantined"] * 2
    assert results(phone.send(claim)) != ["stored"]
    clockwork.turn()
    assert stored() == 1
    assert {one.code for one in Receipt.objects.filter(result="stored")} == {"sync.late"}
    assert results(phone.send(during)) == ["duplicate"]
    with scope(system()):
        assert Entry.objects.get(action="sync.late").count == 1
        assert Parked.objects.filter(settled_at=None).exclude(result="refused").exists(), (
            "the later one waits"
        )
        Grant.objects.update(starts_at=now - 90 * hour, until=now - 73 * hour)
    phone.send(works(at=now - 80 * hour))
    clockwork.turn()
    assert stored() == 1, "after three days a person decides"


def test_phones_record_nothing_that_would_not_be_taken_late() -> None:
    app = Path(shell.ROOT) / "app"
    said = {
        name
        for path in app.rglob("*.js")
        for name in re.findall(r'record\("([a-z_]+)"', path.read_text("utf-8"))
    }
    assert len(said) > 15
    assert said <= LATE <= COMMANDS.keys()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"commands": 7}', b"\xff\xfe", b'{"commands": [' + b"[" * 500]
)
def test_what_is_no_batch_is_refused_in_words(phone: Phone, body: bytes) -> None:
    reply = phone.client.post(
        "/sync", body, content_type="application/json", headers={"Authorization": f"Bearer {phone.token}"}
    )
    assert (reply.status_code, reply.json()["code"]) == (422, "input.unreadable")


def test_a_session_needs_the_form_token(phone: Phone, commander: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.login(username=commander.username, password="night-shift-2022")
    body = {"commands": [works()], "incident": str(Device.objects.get().home_incident)}
    assert client.post("/sync", json.dumps(body), content_type="application/json").status_code == 403
    assert stored() == 0


def test_without_anything_nobody_gets_in(fresh_db: str) -> None:
    reply = Client().post("/sync", json.dumps({"commands": [works()]}), content_type="application/json")
    assert reply.status_code in (401, 403)


def test_gaps_can_be_seen(phone: Phone) -> None:
    phone.send(works() | {"seq": 1}, works() | {"seq": 4})
    device = Device.objects.get()
    assert (device.last_seq, device.received) == (4, 2)


def test_ids_of_answers_come_in_the_order_of_the_commands(phone: Phone) -> None:
    batch = [works() for _ in range(3)]
    assert [UUID(a["id"]) for a in phone.send(*batch)] == [UUID(one["id"]) for one in batch]


def test_a_waiting_command_that_no_column_holds_spoils_no_other(phone: Phone) -> None:
    assert results(phone.send(works(ELSEWHERE, place="\x00"), works(ELSEWHERE))) == ["quarantined"] * 2
    account = Device.objects.get().account
    with scope(system()):
        Grant.objects.create(account=account, role="desk", area=ELSEWHERE, granted_by=account)
    clockwork.turn()
    assert stored() == 1
