"""What was written on paper arrives once: typed in, typed in again, and sent by a telephone as well."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.test import Client

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.passes.models import PassScanned
from muster.domain.sampling.models import SampleTaken
from muster.domain.worklists.models import Visit
from muster.fieldapp import sync
from muster.fieldapp.envelope import Envelope
from muster.interop.paper.rows import Form, Sheet, read_row, record_of
from tests.commandpost.desk import BASE, HOUSE, door, signed_in, text
from tests.commandpost.services import GATE, SITE, served

__all__ = ["served"]
AT = "2022-02-18T20:00:00+08:00"
PACK = 2202182312
ROW = re.compile(
    r'<tr data-record="([^"]+)" data-person="([^"]+)" data-resident="([^"]+)" data-dwelling="([^"]*)"'
)


def grid(client: Client, form: str, place: UUID) -> list[dict[str, str]]:
    """The rows of the first sheet as the page gives them to its script."""
    page = text(client.get(f"{BASE}paper/type/{form}/{place}/{PACK}/1/"))
    names = ("record", "person", "resident", "dwelling")
    return [dict(zip(names, found, strict=True)) for found in ROW.findall(page)]


def send(client: Client, incident: UUID, *commands: dict[str, Any]) -> list[str]:
    """As the page's script sends them; what became of each."""
    batch = {"batch": str(new_id()), "incident": str(incident), "commands": list(commands)}
    answer = client.post("/sync", json.dumps(batch), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return [one["result"] for one in answer.json()["answers"]]


def test_the_grid_holds_the_records_that_the_paper_names(served: UUID, commander: Actor) -> None:
    rows = grid(signed_in(commander), "S", SITE)
    sheet = Sheet(Form.SITE, SITE, PACK, 1)
    assert [row["record"] for row in rows] == [
        str(record_of(sheet.pack_id, sheet.code(n))) for n in range(1, 11)
    ]
    pack, code = read_row(sheet.row_text(4))
    assert str(record_of(pack, code)) == rows[3]["record"], "a row that is scanned is the same record"


def test_a_sheet_typed_twice_counts_once(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    row = grid(client, "S", SITE)[0]
    person = {
        "id": row["resident"],
        "area": 440307006005000,
        "name": "钱一",
        "document": "",
        "phone": "13700137000",
    }
    sample = {"resident": row["resident"], "code": "T9001", "site": str(SITE), "pool_size": 10, "seat": 1}
    told = (
        {"id": row["person"], "name": "register_person", "at": AT, "body": person},
        {"id": row["record"], "name": "take_sample", "at": AT, "body": sample},
    )
    assert send(client, served, *told) == ["stored", "stored"]
    assert send(client, served, *told) == ["duplicate", "duplicate"]
    with scope(commander, served):
        assert SampleTaken.objects.filter(pk=row["record"]).count() == 1


def test_the_second_clerk_who_reads_it_differently_is_asked_about(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    row = grid(client, "G", GATE)[2]
    body = {"gate": str(GATE), "verdict": "pass", "reason": "paper"}
    told = {"id": row["record"], "name": "scan_pass", "at": AT, "body": body}
    assert send(client, served, told) == ["stored"]
    assert send(client, served, told | {"body": body | {"verdict": "stop"}}) == ["conflict"]
    with scope(commander, served):
        assert PassScanned.objects.get(pk=row["record"]).verdict == "pass"


@pytest.mark.parametrize(("outcome", "result"), [("done", "duplicate"), ("absent", "conflict")])
def test_a_row_that_a_telephone_sent_as_well_is_one_visit(
    served: UUID, commander: Actor, outcome: str, result: str
) -> None:
    client = signed_in(commander)
    rows = {row["dwelling"]: row for row in grid(client, "B", HOUSE)}
    row = rows[str(door("301"))]
    told = {"id": row["record"], "name": "record_visit", "at": AT,
            "body": {"dwelling": row["dwelling"], "outcome": "done", "persons": 3}}  # fmt: skip

    def phone() -> tuple[Actor, UUID]:
        return commander, served

    _now, answers = sync.receive(phone, Envelope(commands=[msgspec.Raw(json.dumps(told).encode())]), "en")
    assert [one.result for one in answers] == ["stored"]
    typed = told | {"body": {"dwelling": row["dwelling"], "outcome": outcome, "persons": 3}}
    assert send(client, served, typed) == [result]
    with scope(commander, served):
        assert Visit.objects.filter(pk=row["record"]).count() == 1


def test_a_door_keeps_its_record_whatever_row_it_stands_in(served: UUID, commander: Actor) -> None:
    rows = {row["dwelling"]: row["record"] for row in grid(signed_in(commander), "B", HOUSE)}
    sheet = Sheet(Form.BUILDING, HOUSE, PACK, 1)
    for dwelling, record in rows.items():
        assert record == str(record_of(sheet.pack_id, sheet.code(UUID(dwelling))))
    assert len(set(rows.values())) == len(rows)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_lists_for_the_wall_are_printed(
    served: UUID, commander: Actor, tmp_path: Path, language: str
) -> None:
    client = signed_in(commander, language)
    assert "wall/passes/" in text(client.get(f"{BASE}paper/"))
    for what in ("contacts", "passes"):
        answer = client.get(f"{BASE}paper/wall/{what}/")
        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        if shutil.which("pdftotext") is None:
            continue
        (tmp_path / "x.pdf").write_bytes(answer.content)
        said = subprocess.run(
            ["pdftotext", str(tmp_path / "x.pdf"), "-"], capture_output=True, check=True
        ).stdout
        words = (
            ["南坑封控区", "0755-1234"]
            if what == "contacts"
            else ["Passes that hold" if language == "en" else "有效通行证名单"]
        )
        assert all(word in said.decode() for word in words)
    assert client.get(f"{BASE}paper/wall/other/").status_code == 404
