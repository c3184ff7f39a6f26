"""The end of an incident: closed, erased by two people, certified; killed in the middle it is finished."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
import pytest
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import transaction
from django.test import Client

from muster.core import accounts, journal, vault
from muster.core.access import scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Account, DataKey, Entry, Parked, Receipt
from muster.domain.incidents.models import Incident
from muster.domain.people.models import Identity, Resident
from muster.domain.people.sealing import opened
from muster.fieldapp import clockwork, sync
from muster.fieldapp.envelope import Answer, Envelope
from muster.project import erasure, erasure_tables, installation
from muster.project.commands_erase import close, erase
from muster.project.commands_import import import_file
from muster.reports import writing
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, account_for, open_incident, person
from tests.threats import canary
from tests.threats.browser import signed_in

CODE, OTHER_CODE = "lg-0217", "lg-0301"
OTHER = derive_id("test", "other incident")
PASSWORD = "night-shift-2022"
NAME, PHONE, DOCUMENT = "龘某某", "13812345678", "440307198801011233"
PIECES = (NAME, PHONE, DOCUMENT)


def tell(incident: UUID, **commands: dict[str, object]) -> list[Answer]:
    """Through the door of the telephones."""
    raw = [
        msgspec.Raw(msgspec.json.encode({"id": new_id(), "name": name, "at": NOW, "body": body}))
        for name, body in commands.items()
    ]
    with transaction.atomic():
        by = accounts.actor(accounts.by_username("wang"))
    return sync.receive(lambda: (by, incident), Envelope(commands=raw), "en")[1]


def registered(incident: UUID) -> Answer:
    who = {"id": new_id(), "area": COMMUNITY, "name": NAME, "phone": PHONE, "document": DOCUMENT}
    return tell(incident, register_person=who)[0]


@pytest.fixture
def city(fresh_db: str) -> Iterator[dict[str, object]]:
    """Two incidents, words of every kind in the first, a phone, and people with and without the right."""
    open_incident()
    with scope(system(), OTHER):
        vault.create_keys(OTHER)
        Incident.objects.create(
            id=OTHER, area=DISTRICT, code=OTHER_CODE, title_zh="龙岗 0301", title_en="Longgang 0301",
            pack="covid-cn-v8", opened_at=NOW,
        )  # fmt: skip
        by = canary.writer(COMMUNITY)
        Account.objects.create(id=by.account, username=by.username, password="!")
        chief = person("wang", "commander", DISTRICT)
        home = {name: account_for(person(name, "commander", DISTRICT)) for name in ("wang", "li")}
        home["desk"] = account_for(person("desk", "desk", DISTRICT))
        home["again"] = account_for(person("again", "commander", DISTRICT))
        Account.objects.filter(pk=home["again"]).update(responder=chief.responder)
    with scope(system(), INCIDENT) as every:
        _phone, token = accounts.enrol_device(
            account=home["desk"], label=NAME, by=every, incident=INCIDENT, area=COMMUNITY, now=NOW
        )
    world = canary.plant(COMMUNITY)
    assert registered(INCIDENT).result == registered(OTHER).result == "stored"
    jpeg = base64.b64encode(b"\xff\xd8\xff" + NAME.encode()).decode()
    tell(
        INCIDENT,
        record_attempt={"item": world.ids["item"][0], "outcome": "refused", "note": NAME},
        keep_photograph={"area": COMMUNITY, "about": world.ids["building"][0], "jpeg": jpeg},
        open_request={"id": new_id(), "area": COMMUNITY, "kind": "medicine", "note": NAME},
        no_such_command={"name": NAME},
    )
    yield {"token": token, "desk": home["wang"]}
    (installation.root() / "left behind.csv").unlink(missing_ok=True)


def run(command: object, *args: str, said: list[str] | None = None) -> Result:
    text = "\n".join(said or []) + "\n"
    return CliRunner().invoke(command, list(args), input=text)  # type: ignore[arg-type]


def approve(code: str, *people: str, password: str = PASSWORD, typed: str = "") -> Result:
    said = [line for one in people for line in (one, password)]
    return run(erase, code, said=[*said, typed or code])


def rows(query: str, *values: object) -> list[tuple[object, ...]]:
    with psycopg.connect(installation.owner_dsn(), autocommit=True) as owner:
        cursor = owner.execute(query.encode(), values)
        return cursor.fetchall() if cursor.description else []


def left() -> str:
    """All rows of all tables, and all files of the installation, as text."""
    tables = [str(one[0]) for one in rows("select tablename from pg_tables where schemaname = 'public'")]
    texts = [str(one[0]) for table in tables for one in rows(f'select t::text from "{table}" t')]
    files = [path.read_bytes().decode("latin-1") for path in installation.root().rglob("*") if path.is_file()]
    return "\n".join([*texts, *files])


def test_a_closed_incident_is_read_and_keeps_aside_what_comes(
    city: dict[str, object], tmp_path: Path
) -> None:
    assert run(close, CODE, "--as", "desk", "--reason", "over").exit_code == 1, "a desk may not"
    assert run(close, CODE, "--as", "wang", "--reason", "over").exit_code == 0
    late = registered(INCIDENT)
    assert late.id
    assert (late.result, late.code) == ("quarantined", "incidents.closed")
    assert registered(OTHER).result == "stored"
    with scope(system(), INCIDENT):
        assert Parked.objects.filter(command=late.id, settled_at=None).count() == 1
    client = signed_in(UUID(str(city["desk"])))
    for page in ("", "people/", "work/", "cases/", "journal/"):
        assert client.get(f"/i/{CODE}/{page}").status_code == 200, page
    assert client.post(f"/i/{CODE}/people/", {"words": PHONE}).status_code == 200, "a search is reading"
    assert client.post(f"/i/{CODE}/zones/new/", {}).status_code in (404, 409)
    refused = client.post(f"/i/{CODE}/people/decide/", {"verb": "join"})
    assert refused.status_code == 409
    assert "incidents.closed" in refused.content.decode()
    table = tmp_path / "list.csv"
    table.write_text(f"姓名,手机号码\n{NAME},{PHONE}\n", encoding="utf-8")
    said = run(
        import_file, "residents", str(table), "--incident", CODE, "--area", str(COMMUNITY), "--as", "wang"
    )
    assert "incidents.closed" in said.output
    clockwork.turn()
    assert registered(INCIDENT).result == "quarantined", "the clock does not take it up either"

    assert run(close, CODE, "--as", "wang", "--reason", "again", "--reopen").exit_code == 0
    assert clockwork.retry_parked(INCIDENT) == 2
    with scope(system(), INCIDENT):
        assert Receipt.objects.get(pk=late.id).result == "stored"
        told = [
            journal.reason(one)
            for one in Entry.objects.filter(action__in=["incidents.close", "incidents.reopen"])
        ]
    assert sorted(told) == ["again", "over"]


def test_two_people_erase_an_incident_and_nothing_of_it_can_be_read(city: dict[str, object]) -> None:
    assert "open" in approve(CODE, "wang", "li").output, "an open incident is not erased"
    run(close, CODE, "--as", "wang", "--reason", "over")
    for people, more in (
        (("wang", "li"), {"password": "wrong"}), (("wang", "wang"), {}), (("wang", "again"), {}),
        (("wang", "desk"), {}),
        (("wang", "li"), {"typed": "lg-02171"}),
    ):  # fmt: skip
        refused = approve(CODE, *people, **more)
        assert refused.exit_code == 1, (people, more)
    with scope(system(), INCIDENT):
        kept = (DataKey.objects.get(keyring=str(INCIDENT)), list(Identity.objects.filter(incident=INCIDENT)))
        opened(vault.vault(INCIDENT), kept[1][0])  # it could still be read
    decoy = installation.root() / "left behind.csv"
    decoy.write_text(f"{NAME},{PHONE}\n", encoding="utf-8")

    done = approve(CODE, "wang", "li")
    assert done.exit_code == 1, "a forgotten file is found"
    signed = msgspec.json.decode(erasure.path_of(CODE).read_bytes(), type=erasure.Signed)
    one = signed.certificate
    assert list(one.scan.found) == [str(decoy)], done.output
    assert one.scan.words > 3
    assert one.removed["people.identity"] == len(kept[1])
    assert [who["username"] for who in one.approved_by] == ["wang", "li"]
    assert len(one.key_files_destroyed) == 2
    assert len(one.key_fingerprint) == 32
    assert erasure.holds(erasure.path_of(CODE))
    path = erasure.path_of(CODE).with_name("forged.json")
    path.write_text(
        erasure.path_of(CODE).read_text(encoding="utf-8").replace("wang", "zhao"), encoding="utf-8"
    )
    assert not erasure.holds(path)

    decoy.unlink()
    nowhere(city, kept)
    again = approve(CODE, "wang", "li")
    assert again.exit_code == 0
    assert "erased already" in again.output


def nowhere(city: dict[str, object], kept: tuple[DataKey, list[Identity]]) -> None:
    """No row, no file, no page, no job; the journal holds, the other incident is as it was, a backup does not open."""
    text = left()
    forms = [form for word in PIECES for form in (word, word.encode().decode("latin-1"), word.encode().hex())]
    assert not [form for form in forms if form in text]
    with scope(system(), INCIDENT):
        assert not Resident.objects.filter(incident=INCIDENT).exists()
        assert not list(Path(settings.KEY_DIR).rglob(f"{INCIDENT}.key"))
        DataKey.objects.bulk_create([kept[0]])  # as a backup from before would bring them
        Identity.objects.bulk_create(kept[1])
        with pytest.raises(vault.KeyMissing):
            vault.vault(INCIDENT)
        DataKey.objects.filter(pk=kept[0].pk).delete()
    with scope(system()):
        assert journal.seal()
        assert journal.verify() == []
    with scope(system(), OTHER):
        row = Identity.objects.get(incident=OTHER)
        assert opened(vault.vault(OTHER), row).name == NAME
    client: Client = signed_in(UUID(str(city["desk"])))
    assert client.get(f"/i/{CODE}/people/").status_code == 410
    assert client.get(f"/i/{OTHER_CODE}/people/").status_code == 200
    assert b"lg" in writing.write(CODE, None, None, form="json", language="en").lower(), (
        "the last edition stays"
    )
    clockwork.turn()
    clockwork.forget()
    sealed = {"batch": str(new_id()), "commands": [], "phone": {"pack": True}, "sealed": []}
    bearer = {"Authorization": f"Bearer {city['token']}"}
    answer = client.post("/sync", json.dumps(sealed), content_type="application/json", headers=bearer)
    assert (answer.status_code, answer.json()["wipe"]) == (401, True)
    assert run(close, CODE, "--as", "wang", "--reason", "x", "--reopen").exit_code == 1


def test_killed_after_the_key_it_is_finished_by_running_again(
    city: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(close, OTHER_CODE, "--as", "wang", "--reason", "over")

    def die(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasure_tables, "remove", die)
        assert approve(OTHER_CODE, "wang", "li").exit_code == 1
    with scope(system(), OTHER):
        assert vault.is_destroyed(OTHER)
        assert Identity.objects.filter(incident=OTHER).exists()
    done = approve(OTHER_CODE, "li", "wang")
    assert done.exit_code == 0, done.output
    one = msgspec.json.decode(erasure.path_of(OTHER_CODE).read_bytes(), type=erasure.Signed).certificate
    assert (one.scan.words, one.scan.found) == (0, {})
    assert (one.removed["people.identity"], len(one.key_fingerprint)) == (1, 32)
    with scope(system(), INCIDENT):
        assert not Identity.objects.filter(incident=OTHER).exists()
        assert Identity.objects.filter(incident=INCIDENT).exists()
    with scope(system()):
        assert journal.verify() == []
