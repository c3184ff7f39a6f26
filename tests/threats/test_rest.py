"""At rest: what people told is in no table, no cache and no job in words that anybody without the key can read."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.vault import KeyMissing, vault
from muster.fieldapp import sync
from muster.fieldapp.envelope import Envelope
from tests.cast import COMMUNITY, INCIDENT, NOW, account_for, person
from tests.threats.browser import signed_in
from tests.threats.canary import World

NAME, PHONE, DOCUMENT, DOOR = "龘某某", "13812345678", "440307198801011233", "阁楼里屋"
NOTE = f"{NAME} {PHONE} {DOCUMENT} {DOOR}"
SECRETS = (NAME, PHONE, DOCUMENT, DOOR)
IMPORTS = "/i/lg-0217/imports/"


def tell(by: Actor, **commands: Mapping[str, object]) -> None:
    """Each through the door of the telephones; one is refused, and kept for a person."""
    raw = [
        msgspec.Raw(msgspec.json.encode({"id": new_id(), "name": name, "at": NOW, "body": body}))
        for name, body in commands.items()
    ]
    _, answers = sync.receive(lambda: (by, INCIDENT), Envelope(commands=raw), "en")
    told = dict(zip(commands, [(one.result, one.code) for one in answers], strict=True))
    assert {name for name, said in told.items() if said != ("stored", "")} == {"no_such_command"}, told


def speak(world: World, by: Actor) -> str:
    """Everything that takes words about a person; whose they are."""
    known, who = world.ids, {"name": NAME, "phone": PHONE, "document": DOCUMENT, "address": DOOR}
    row = {"row": 1, **who, "name": f"{NAME}二"}
    here = {"id": new_id(), "area": COMMUNITY}
    tell(
        by,
        register_person={**here, **who},
        push_list={**here, "source": "市", "purpose": "verification", "title": "名单", "rows": [row]},
        note_investigation={"case": known["case"][0], "note": NOTE},
        record_attempt={"item": known["item"][0], "outcome": "refused", "note": NOTE},
        record_household={"dwelling": known["dwelling"][0], "persons": 1, "consent": True, "note": NOTE},
        report_breeding_site={**here, "kind": "tyre", "owner": NOTE},
        keep_photograph={
            "area": COMMUNITY,
            "about": known["building"][0],
            "jpeg": base64.b64encode(b"\xff\xd8\xff" + NOTE.encode()).decode(),
        },
        open_request={**here, "kind": "medicine", "note": NOTE},
        take_call={"line": known["line"][0], "kind": "other", "note": NOTE},
        enrol_responders={
            "responders": [{**here, "organisation": known["organisation"][0], "name": NAME}],
        },
        no_such_command=who,
    )
    return str(here["id"])


def click(client: Client, resident: str) -> None:
    """The same words by the desk: a search, a reason, a file that is looked at, one that is taken in."""
    assert client.post("/i/lg-0217/people/", {"words": NAME}).status_code == 200
    assert resident in client.post("/i/lg-0217/people/", {"words": PHONE}).content.decode()
    said = client.post("/i/lg-0217/people/unmask/", {"resident": resident, "reason": NOTE}).content.decode()
    assert DOCUMENT in said
    for name in ("one", "two"):
        table = f"姓名,手机号码,身份证号,地址\n{NAME}{name},{PHONE},{DOCUMENT},{DOOR}\n{NAME},{PHONE},123,{DOOR}\n"
        file = SimpleUploadedFile(f"{NAME}.csv", table.encode())
        page = client.post(IMPORTS, {"file": file, "kind": "residents", "area": str(COMMUNITY)})["Location"]
        columns = {f"column-{field}": at for at, field in enumerate(("name", "phone", "document", "address"))}
        assert client.post(f"{page}columns/", columns | {"accepted": "on"}).status_code == 302
        if name == "one":
            assert client.post(f"{page}run/").status_code == 302
    assert client.get(page).status_code == 200


def kept() -> Iterator[tuple[str, str]]:
    """All rows of all tables as text, and what the caches of files hold."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        for (table,) in cursor.fetchall():
            cursor.execute(f'select t::text from "{table}" t')
            yield table, "\n".join(row[0] for row in cursor.fetchall())
    for path in Path(settings.VAR, "cache").rglob("*.djcache"):
        yield path.name, path.read_bytes().decode("latin-1")


def spelled(word: str) -> set[str]:
    """A word as it may lie in a column: text, JSON, the bytes of a blob, base64 at any place."""
    raw = word.encode()
    blobs = {base64.b64encode(b"x" * shift + raw).decode()[4:-4] for shift in range(3)}
    return {
        word,
        ascii(word).strip("'"),
        raw.hex(),
        raw.decode("latin-1"),
        *(one for one in blobs if len(one) > 7),
    }


def test_what_people_told_stands_in_no_table_and_goes_with_the_key(
    worlds: list[World], commander: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scope(system(), INCIDENT):
        client = signed_in(account_for(commander))
    click(client, speak(worlds[0], person("writer", "commander", COMMUNITY)))
    cache.set("anything", 1)
    with scope(system(incident=INCIDENT), INCIDENT):
        found = [
            (table, word)
            for table, text in kept()
            for word in SECRETS
            if any(form in text for form in spelled(word))
        ]
        rows = sum(text.count("\n") for _table, text in kept())
    assert found == []
    assert rows > 100, "the tables were really read"
    monkeypatch.setattr(settings, "KEY_DIR", tmp_path)  # as when every copy of the keys is destroyed
    for page in ("people/", "cases/"):
        answer = client.get(f"/i/lg-0217/{page}")
        assert answer.status_code in (200, 503), page
        assert not [mark for mark in worlds[0].marks[:2] if mark in answer.content.decode()], page
    with scope(system(), INCIDENT), pytest.raises(KeyMissing):
        vault(INCIDENT)
