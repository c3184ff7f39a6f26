"""The work list: open work of one's areas, decided many at once."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.domain.worklists.models import WorkItem
from tests.cast import COMMUNITY
from tests.commandpost.desk import BASE, LANGUAGES, NAME, NONSENSE, PERSON, signed_in, text

PAGE = f"{BASE}work/"


def verify(by: Actor, incident: UUID) -> WorkItem:
    """The one call of the night."""
    with scope(by, incident):
        return WorkItem.objects.get(kind="verify", subject=PERSON)


@pytest.mark.parametrize("language", LANGUAGES)
def test_open_work_is_listed_with_masked_names(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert f"{verify(commander, night).id}/drawer/" in page
    assert "王**" in page
    assert NAME not in page


def test_the_sentence_narrows_by_kind_list_and_purpose(night: UUID, commander: Actor) -> None:
    client, item = signed_in(commander), str(verify(commander, night).id)
    listed = derive_id("test", "list")
    for query in ("?kind=verify", f"?list={listed}", "?purpose=key_person", "?who=nobody"):
        assert item in text(client.get(PAGE + query)), query
    for query in ("?kind=test", "?purpose=contact", f"?list={night}", "?state=done", "?who=leased"):
        assert item not in text(client.get(PAGE + query)), query


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_drawer_says_why_it_is_asked(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(f"{PAGE}{verify(commander, night).id}/drawer/"))
    assert "重点人员 1" in page


def test_work_is_assigned_and_given_back(night: UUID, commander: Actor) -> None:
    client, item, team = signed_in(commander), verify(commander, night), derive_id("test", "team")
    for wanted in (team, None):
        sent = client.post(
            f"{PAGE}decide/", {"item": str(item.id), "verb": "assign", "team": str(wanted or "")}
        )
        assert sent.status_code == 302
        assert verify(commander, night).assignee == wanted


def test_nothing_selected_changes_nothing(night: UUID, commander: Actor) -> None:
    response = signed_in(commander, "en").post(f"{PAGE}decide/", {"verb": "assign"}, follow=True)
    assert "Nothing was selected" in text(response)


def test_an_unknown_verb_is_refused(night: UUID, commander: Actor) -> None:
    item = verify(commander, night)
    assert (
        signed_in(commander).post(f"{PAGE}decide/", {"item": str(item.id), "verb": "burn"}).status_code == 422
    )


def test_a_tracer_may_not_assign(night: UUID, tracer: Actor, commander: Actor) -> None:
    item = verify(commander, night)
    signed_in(tracer).post(f"{PAGE}decide/", {"item": str(item.id), "verb": "assign", "team": str(night)})
    assert verify(commander, night).assignee is None


def test_an_outsider_finds_nothing(night: UUID, outsider: Actor, commander: Actor) -> None:
    client, item = signed_in(outsider), verify(commander, night)
    assert str(item.id) not in text(client.get(f"{PAGE}?area={COMMUNITY}"))
    assert client.get(f"{PAGE}{item.id}/drawer/").status_code == 404


@pytest.mark.parametrize("query", NONSENSE)
def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor, query: str) -> None:
    assert signed_in(commander).get(PAGE + query).status_code == 200
