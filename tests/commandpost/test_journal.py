"""The journal: readable by those who may, whole by its chain."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from muster.commandpost import labels
from muster.core import journal
from muster.core.access import Actor, scope, system
from tests.commandpost.desk import BASE, NONSENSE, signed_in, text

PAGE = f"{BASE}journal/"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "确认感染者"), ("en", "case confirmed")])
def test_entries_are_said_in_words_newest_first(
    night: UUID, commander: Actor, language: str, words: str
) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    table = page[page.index("<tbody>") :]
    assert words in table
    assert {"zh-hans": "发布通告", "en": "notice published"}[language] in table


def test_the_sentence_narrows_by_action(night: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}?action=cases.confirm"))
    table = page[page.index("<tbody>") :]
    assert "case confirmed" in table
    assert "notice published" not in table


def test_pages_follow_one_another(night: UUID, commander: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from muster.commandpost import journal as screen

    monkeypatch.setattr(screen, "PAGE", 2)
    client = signed_in(commander)
    seen, url = 0, PAGE
    while url:
        page = text(client.get(url))
        seen += page.count("<tr data-row")
        found = page.split('rel="next" href="')[1:]
        url = found[0].split('"')[0].replace("&amp;", "&") if found else ""
    from muster.core.models import Entry

    with scope(commander, night):
        assert seen == Entry.objects.filter(incident=night).count()


def test_the_chain_is_checked_on_demand(night: UUID, commander: Actor) -> None:
    with scope(system()):
        journal.seal()
    page = text(signed_in(commander, "en").post(PAGE))
    assert "Every sealed segment holds" in page


@pytest.mark.parametrize("who", ["desk", "tracer"])
def test_who_may_not_read_it_is_told_so(night: UUID, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    for response in (client.get(PAGE), client.post(PAGE)):
        assert response.status_code == 403
        assert "access.not_allowed" in response.content.decode()


def test_an_outsider_reads_nothing_of_ours(night: UUID, outsider: Actor) -> None:
    assert "<tr data-row" not in text(signed_in(outsider).get(PAGE))


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        assert signed_in(commander).get(PAGE + query).status_code == 200


def test_every_action_in_the_journal_has_words() -> None:
    """An action nobody put into words would stand on the overview as a code."""
    source = Path(__file__).parents[2] / "muster"
    written = {
        action
        for path in source.rglob("*.py")
        if "migrations" not in path.parts
        for action in re.findall(r'action="([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(written) > 60
    assert sorted(written - labels.ACTION.keys()) == []
