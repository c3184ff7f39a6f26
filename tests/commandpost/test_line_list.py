"""The line list goes out masked, or in full for a reason; every cell is text."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.models import Entry
from muster.domain.cases import actions as cases
from muster.domain.cases.rules import Health
from muster.interop.imports import kinds
from muster.interop.imports.line_words import STATUS
from tests.cast import NOW, account_for, person
from tests.commandpost.desk import BASE, CASE, CONTACT, LANGUAGES, NAME, signed_in, tell, text

PAGE = f"{BASE}cases/export/"


@pytest.fixture(autouse=True)
def _tonight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def sheet(client: Client, name: str, **more: str) -> list[dict[str, str]]:
    answer: Any = client.post(PAGE, {"form": "csv", "sheet": name, **more})
    assert answer.status_code == 200, answer.content.decode()[-500:]
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_goes_out(night: UUID, desk: Actor, language: str) -> None:
    page = text(signed_in(desk, language).get(PAGE))
    assert {"zh-hans": "导出什么内容", "en": "What goes out"}[language] in page


def test_names_are_masked_without_a_reason(night: UUID, desk: Actor) -> None:
    (row,) = sheet(signed_in(desk), "cases")
    assert (row["id"], row["name"], row["telephone"]) == (str(CASE), "王**", "138****8000")
    (row,) = sheet(signed_in(desk), "contacts")
    assert (row["id"], row["case_id"], row["class"], row["state"]) == (
        str(CONTACT),
        str(CASE),
        "close",
        "followed",
    )


def test_full_names_need_a_reason_which_is_kept(night: UUID, desk: Actor) -> None:
    (row,) = sheet(signed_in(desk), "cases", reason="移交区疾控")
    assert (row["name"], row["telephone"]) == (NAME, "13800138000")
    with scope(system(incident=night), night):
        actions = list(Entry.objects.filter(reason__isnull=False).values_list("action", flat=True))
    assert {"cases.export", "people.unmask"} <= set(actions)


def test_full_names_need_the_right(night: UUID) -> None:
    auditor = person("auditor", "auditor", 440307000000000)
    with scope(system(), night):
        account_for(auditor)
    client = signed_in(auditor)
    assert sheet(client, "cases")[0]["name"] == "王**"
    assert client.post(PAGE, {"form": "csv", "sheet": "cases", "reason": "因为"}).status_code == 403


def test_follow_ups_go_out_and_a_cell_is_never_a_formula(night: UUID, desk: Actor, commander: Actor) -> None:
    with scope(commander, night):
        tell(cases.record_follow_ups, cases.RecordFollowUp(CONTACT, Health.SEEN_OK), commander, night)
    (row,) = sheet(signed_in(desk), "follow_ups")
    assert (row["contact"], row["date"], row["status"]) == (str(CONTACT), "2022-02-18 20:00", "seen_ok")
    answer: Any = signed_in(desk).post(PAGE, {"form": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
    for one in sheets:
        assert "<f>" not in one
        assert "<v>" not in one.replace('t="s"><v>', "")


@pytest.mark.parametrize("dialect", ["godata", "sormas"])
def test_the_words_of_another_system_are_read_by_their_import(
    night: UUID, desk: Actor, commander: Actor, dialect: str
) -> None:
    """Their headers are those our import knows as theirs, whole names join again, codes mean the same."""
    with scope(commander, night):
        tell(cases.record_follow_ups, cases.RecordFollowUp(CONTACT, Health.MISSED), commander, night)
    client, why = signed_in(desk), {"dialect": dialect, "reason": "移交区疾控"}
    needed = {"cases": {"key", "name", "last_name", "phone", "classification", "positive", "onset"},
              "contacts": {"key", "name", "last_name", "phone", "last"},
              "relations": {"case", "contact", "last", "context"},
              "follow_ups": {"contact", "date", "status"}}  # fmt: skip
    if dialect == "sormas":
        del needed["relations"]
        needed["contacts"] |= {"case", "class"}
        assert client.post(PAGE, {"form": "csv", "sheet": "relations", **why}).status_code == 422
    read = {}
    for name, fields in needed.items():
        (row,) = sheet(client, name, **why)
        found = kinds.propose(kinds.KINDS[name], list(row))
        assert fields <= set(found), name
        read[name] = {field: list(row.values())[at] for field, at in found.items()}
    one = read["cases"]
    assert (one["key"], one["last_name"], one["name"]) == (str(CASE), NAME[0], NAME[1:])
    assert (one["phone"], one["classification"], one["positive"]) == (
        "13800138000",
        "CONFIRMED",
        "2022-02-18",
    )
    assert STATUS[read["follow_ups"]["status"].casefold()] == "missed"


def test_an_outsider_gets_empty_sheets_and_nonsense_is_refused(night: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    assert sheet(client, "contacts") == []
    assert client.post(PAGE, {"form": "exe"}).status_code == 422
    assert client.post(PAGE, {"form": "csv", "sheet": "secrets"}).status_code == 422
