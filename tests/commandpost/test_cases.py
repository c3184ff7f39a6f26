"""Cases and contacts: who is due today, one case with its history."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core import clock
from muster.core.access import Actor
from tests.cast import NOW
from tests.commandpost.desk import BASE, CASE, CONTACT, LANGUAGES, NONSENSE, signed_in, text

PAGE = f"{BASE}cases/"


@pytest.fixture(autouse=True)
def _tonight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_cases_and_contacts_stand_on_one_page(night: UUID, tracer: Actor, language: str) -> None:
    page = text(signed_in(tracer, language).get(PAGE))
    assert f"{CASE}/drawer/" in page
    assert f"contacts/{CONTACT}/drawer/" in page
    assert {"zh-hans": "随访中", "en": "followed up"}[language] in page
    assert "王小明" not in page


def test_the_sentence_narrows_contacts(night: UUID, tracer: Actor) -> None:
    client = signed_in(tracer)
    assert str(CONTACT) in text(client.get(f"{PAGE}?state=followed&class=close&due=today&case={CASE}"))
    assert str(CONTACT) not in text(client.get(f"{PAGE}?state=released"))
    assert str(CONTACT) not in text(client.get(f"{PAGE}?class=contact_of_contact"))


def test_a_case_shows_its_contacts_and_history(night: UUID, tracer: Actor) -> None:
    page = text(signed_in(tracer, "en").get(f"{PAGE}{CASE}/drawer/"))
    assert "contact named" in page
    assert "confirmed" in page
    assert "李*" in page


def test_a_contact_shows_plan_and_what_is_due(night: UUID, tracer: Actor) -> None:
    page = text(signed_in(tracer, "en").get(f"{PAGE}contacts/{CONTACT}/drawer/"))
    assert "follow-up" in page
    assert "139****9000" in page


@pytest.mark.parametrize("tail", [f"{CASE}/drawer/", f"contacts/{CONTACT}/drawer/"])
def test_an_outsider_finds_nothing(night: UUID, outsider: Actor, tail: str) -> None:
    client = signed_in(outsider)
    assert client.get(PAGE + tail).status_code == 404
    page = text(client.get(PAGE))
    assert str(CASE) not in page
    assert str(CONTACT) not in page


def test_nonsense_in_the_address_changes_nothing(night: UUID, tracer: Actor) -> None:
    for query in NONSENSE:
        assert signed_in(tracer).get(PAGE + query).status_code == 200
