"""The work list: open work of one's areas, decided many at once."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id
from muster.domain.places.models import Area
from muster.domain.worklists.actions import calls
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import Outcome
from tests.cast import COMMUNITY, ELSEWHERE
from tests.commandpost.desk import BASE, LANGUAGES, NAME, NONSENSE, PERSON, signed_in, tell, text

AWAY = "远处社区"
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


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        assert signed_in(commander).get(PAGE + query).status_code == 200


def decided(client: Client, verb: str, *items: UUID, **more: str) -> str:
    """One decision; the page that follows it."""
    asked = {"item": [str(one) for one in items], "verb": verb, **more}
    return text(client.post(f"{PAGE}decide/", asked, follow=True))


def test_a_decision_about_many_answers_for_each(night: UUID, commander: Actor) -> None:
    client, item = signed_in(commander, "en"), verify(commander, night)
    unknown = derive_id("test", "no such item")
    page = decided(client, "close", item.id, unknown, reason="moved to paper")
    assert verify(commander, night).state == "closed"
    assert "Left as they were" in page
    where = page.split('href="answers.xlsx"')
    assert len(where) == 2
    again = decided(client, "close", item.id)
    assert "done or closed" in again, "the reason is said in words"
    decided(client, "reopen", item.id)
    assert verify(commander, night).state == "open"


def test_the_answers_are_a_file_for_who_asked_alone(night: UUID, commander: Actor, desk: Actor) -> None:
    client, item = signed_in(commander), verify(commander, night)
    asked = {"item": [str(item.id), str(derive_id("test", "none"))], "verb": "assign"}
    where = client.post(f"{PAGE}decide/", asked)["Location"]
    book = client.get(f"{where}answers.xlsx")
    assert book["Content-Disposition"].startswith("attachment")
    sheet = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert [row[3] for row in sheet[2:]] == ["done", "access.not_found"]
    assert signed_in(desk).get(where).status_code == 404


def test_what_was_sent_away_shows_who_has_not_begun_and_comes_back(
    night: UUID, desk: Actor, commander: Actor
) -> None:
    item = verify(commander, night)
    client = signed_in(desk, "en")
    with scope(system(), night):
        Area.objects.create(
            code=ELSEWHERE, name=AWAY, level="community", parent=440307000000000, sort_key=b"z"
        )
    decided(client, "transfer", item.id, to=str(ELSEWHERE), reason="not ours")
    sent = text(client.get(f"{PAGE}?who=sent"))
    assert f"{item.id}/drawer/" in sent
    assert "has not begun" in sent
    shown = text(client.get(f"{PAGE}{item.id}/drawer/"))
    assert f"sent to {AWAY}" in shown
    assert "not ours" in shown, "with the reason"
    with scope(system(), night):
        WorkItem.objects.filter(pk=item.id).update(due_at=clock.now() - timedelta(hours=5))
    late = text(client.get(f"{PAGE}?who=sent&due=late"))
    assert f"{item.id}/drawer/" in late, "nobody answers: the sender sees that it is late"
    assert "chip-late" in late
    pushed = text(client.get(f"{BASE}lists/{derive_id('test', 'list')}/"))
    assert "王**" in pushed, "and it remains on the sender's list"
    with scope(system(), night):
        WorkItem.objects.filter(pk=item.id).update(from_area=ELSEWHERE, attempts=7)
    beyond = text(client.get(f"{BASE}lists/{derive_id('test', 'list')}/"))
    assert AWAY in beyond, "where it is, also when it was sent further on"
    assert '<td class="num wide-only">7</td>' in beyond
    with scope(system(), night):
        WorkItem.objects.filter(pk=item.id).update(from_area=COMMUNITY, attempts=0)
    decided(client, "recall", item.id)
    assert f"{item.id}/drawer/" not in text(client.get(f"{PAGE}?who=sent"))
    with scope(system(), night):
        assert WorkItem.objects.get(pk=item.id).area == COMMUNITY


@pytest.mark.parametrize("to", ["0", "9" * 15 + "0", "9" * 40, "x"])
def test_nothing_is_sent_to_an_area_that_cannot_be(
    night: UUID, desk: Actor, commander: Actor, to: str
) -> None:
    item = verify(commander, night)
    answer = signed_in(desk).post(f"{PAGE}decide/", {"item": [str(item.id)], "verb": "transfer", "to": to})
    assert answer.status_code == 422
    assert verify(commander, night).area == COMMUNITY


def test_a_list_shows_its_own_completion_and_who_remains(night: UUID, commander: Actor) -> None:
    client, pushed = signed_in(commander, "en"), derive_id("test", "list")
    assert "重点人员 1" in text(client.get(f"{BASE}lists/"))
    page = text(client.get(f"{BASE}lists/{pushed}/"))
    assert "王**" in page
    assert NAME not in page
    book = client.get(f"{BASE}lists/{pushed}/rows.xlsx?which=left")
    sheet = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert sheet[2][1] == "王**"
    with scope(commander, night):
        item = verify(commander, night)
        tell(calls.record_attempts, calls.RecordAttempt(item.id, Outcome.REACHED_VERIFIED), commander, night)
    assert "王**" not in text(client.get(f"{BASE}lists/{pushed}/"))
    assert "王**" in text(client.get(f"{BASE}lists/{pushed}/?which=done"))


def test_a_list_of_elsewhere_is_not_found(night: UUID, outsider: Actor) -> None:
    pushed = derive_id("test", "list")
    client = signed_in(outsider)
    assert client.get(f"{BASE}lists/{pushed}/").status_code == 404
    assert "重点人员 1" not in text(client.get(f"{BASE}lists/"))
