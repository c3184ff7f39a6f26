"""Notes of an investigation: sealed, opened by who traces the case, journalled, taken back by crossing out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.models import Account, Entry
from muster.domain.cases.models import InvestigationNote
from muster.interop import linelist
from tests.cast import NOW
from tests.commandpost.desk import BASE, CASE, LANGUAGES, signed_in, text

DRAWER = f"{BASE}cases/{CASE}/drawer/"
NOTES = f"{BASE}cases/{CASE}/notes/"
WORDS = "2 月 16 日 <晚上> 去过集市"


@pytest.fixture(autouse=True)
def _tonight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def write(client: Client, note: str, key: UUID | None = None) -> Any:
    return client.post(NOTES, {"id": key or new_id(), "note": note})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_note_is_sealed_opened_on_record_and_corrected_by_another(
    night: UUID, tracer: Actor, commander: Actor, language: str
) -> None:
    client, key = signed_in(tracer, language), new_id()
    assert write(client, WORDS, key)["Location"] == DRAWER
    write(client, WORDS, key)
    write(client, "更正：是 15 日")
    page = text(client.get(DRAWER))
    assert "集市" not in page, "nobody opened it"
    other = signed_in(commander, language)
    page = text(other.post(f"{NOTES}read/"))
    assert "&lt;晚上&gt; 去过集市" in page
    assert "更正" in page
    with scope(system(), night):
        kept = list(InvestigationNote.objects.order_by("at", "id"))
        reader = Account.objects.get(username=commander.username).pk
        opened = Entry.objects.get(action="cases.read_notes")
        assert (opened.actor, opened.count) == (reader, 2)
        assert not [one for one in Entry.objects.all() if "集市" in f"{one.detail}{one.action}"]
    assert len(kept) == 2, "the same form twice is one note"
    assert not [one for one in kept if "集市".encode() in bytes(one.note_c)]
    fact = next(one.id for one in kept if one.id == key)
    assert client.post(f"{NOTES}{fact}/take-back/").status_code == 302
    page = text(other.post(f"{NOTES}read/"))
    assert "集市" not in page, "what was taken back is not opened"
    assert "is-retracted" in page
    with scope(tracer, night):
        said = linelist.export(wish=linelist.Wish("csv", "cases", "移交"), by=tracer, incident=night, now=NOW)
    assert "更正" not in said.decode()


def test_who_does_not_trace_sees_neither_notes_nor_how_many(
    night: UUID, tracer: Actor, grid_worker: Actor, outsider: Actor
) -> None:
    write(signed_in(tracer), WORDS)
    with scope(system(), night):
        fact = InvestigationNote.objects.get().id
    for actor, status in ((grid_worker, 403), (outsider, 404)):
        client = signed_in(actor, "en")
        assert client.post(f"{NOTES}read/").status_code == status
        assert write(client, "x").status_code == status
        assert client.post(f"{NOTES}{fact}/take-back/").status_code in (403, 404)
        assert "Notes of the investigation" not in client.get(DRAWER).content.decode()
    with scope(system(), night):
        assert InvestigationNote.objects.count() == 1
        assert not Entry.objects.filter(action="cases.read_notes").exists()


@pytest.mark.parametrize("note", ["", " \n ", "a\0b", "长" * 4001])
def test_a_note_that_cannot_be_kept_is_refused(night: UUID, tracer: Actor, note: str) -> None:
    client = signed_in(tracer)
    assert write(client, note).status_code == 422
    assert client.get(NOTES).status_code == 405
    with scope(system(), night):
        assert not InvestigationNote.objects.exists()
