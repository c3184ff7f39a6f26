"""A contact's own report: one link, one person, no name; wrong, ended and busy links are said in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.domain.cases import actions as cases
from muster.domain.cases.actions.links import token
from muster.domain.cases.models import Contact, FollowedUp
from muster.domain.worklists.models import WorkItem
from tests.cast import NOW
from tests.commandpost import desk as scene

CODE = "lg-0217"
ROOT = "/p/"


@pytest.fixture
def tonight(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that a test may move."""
    held = [NOW]
    monkeypatch.setattr(clock, "now", lambda: held[0])
    return held


@pytest.fixture
def link(incident: UUID, commander: Actor, desk: Actor, tonight: list[datetime]) -> str:
    """The address of a link for the contact of the night."""
    scene.play(incident, commander, [commander, desk])
    with scope(desk, incident):
        _, said = cases.make_link(contact=scene.CONTACT, by=desk, incident=incident, now=NOW)
    return f"{ROOT}r/{CODE}/{said}/"


def facts(incident: UUID) -> list[FollowedUp]:
    with scope(system(), incident):
        return list(FollowedUp.objects.order_by("at", "id"))


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-hans", "您今天感觉怎么样"), ("en", "How do you feel today?")]
)
def test_the_page_asks_one_question_and_shows_nobody(link: str, lang: str, words: str) -> None:
    page = Client().get(f"{link}?lang={lang}").content.decode()
    assert words in page
    for secret in ("李", scene.NAME, "139", "中兴路", str(scene.CONTACT), str(scene.CASE)):
        assert secret not in page


def test_feeling_well_is_a_follow_up_by_self_report(link: str, incident: UUID) -> None:
    answer = Client().post(link, {"answer": "well", "symptom": ["fever"]})
    assert answer.status_code == 200
    (fact,) = facts(incident)
    assert (fact.contact, fact.outcome, fact.channel, fact.symptoms) == (
        scene.CONTACT,
        "seen_ok",
        "self_report",
        [],
    )
    with scope(system(), incident):
        assert not WorkItem.objects.filter(kind="follow_up", state="open").exists()


def test_feeling_ill_wants_a_test_and_a_correction_counts(
    link: str, incident: UUID, tonight: list[datetime]
) -> None:
    Client().post(link, {"answer": "unwell", "symptom": ["fever", "nonsense"]})
    assert facts(incident)[0].symptoms == ["fever"]
    with scope(system(), incident):
        assert Contact.objects.get(pk=scene.CONTACT).state == "symptomatic"
        assert WorkItem.objects.filter(kind="test", state="open", occasion__startswith="ill-").count() == 1
    tonight[0] = NOW + timedelta(minutes=5)
    page = Client().get(f"{link}?lang=en").content.decode()
    assert "Your last report arrived" in page
    Client().post(link, {"answer": "well"})
    with scope(system(), incident):
        assert Contact.objects.get(pk=scene.CONTACT).state == "followed"


def test_an_empty_answer_is_asked_again(link: str, incident: UUID) -> None:
    assert Client().post(link, {}).status_code == 422
    assert facts(incident) == []


@pytest.mark.parametrize("change", ["shorter", "other letter", "other incident", "no base64"])
def test_a_damaged_address_tells_nothing(link: str, incident: UUID, change: str) -> None:
    wrong = {
        "shorter": link[:-6] + "/",
        "other letter": link[:-3] + ("A" if link[-3] != "A" else "B") + link[-2:],
        "other incident": link.replace(CODE, "lg-9999"),
        "no base64": f"{ROOT}r/{CODE}/%C3%A4%C3%B6!/",
    }[change]
    answer = Client().get(wrong)
    assert answer.status_code == 404
    assert facts(incident) == []


def test_a_link_of_another_contact_is_not_a_link_of_this_one(link: str, incident: UUID) -> None:
    """The signature covers the id: a made-up link with a real signature of another does not open."""
    from muster.core.ids import new_id

    with scope(system(incident=incident), incident):
        forged = token(new_id(), incident)
    assert Client().get(f"{ROOT}r/{CODE}/{forged}/").status_code == 404


def test_an_expired_a_revoked_and_a_released_link_end_in_words(
    link: str, incident: UUID, desk: Actor, tonight: list[datetime]
) -> None:
    tonight[0] = NOW + timedelta(days=7, minutes=1)
    answer = Client().get(f"{link}?lang=en")
    assert answer.status_code == 410
    assert "has ended" in answer.content.decode()
    tonight[0] = NOW
    with scope(desk, incident):
        cases.end_links(contact=scene.CONTACT, by=desk, incident=incident, now=NOW)
    assert Client().post(link, {"answer": "well"}).status_code == 410
    assert facts(incident) == []


def test_a_link_ends_with_the_case(link: str, incident: UUID, commander: Actor) -> None:
    with scope(commander, incident):
        scene.tell(cases.withdraw_cases, cases.WithdrawCase(scene.CASE), commander, incident)
    assert Client().get(link).status_code == 410


def test_making_a_new_link_ends_the_old_one(link: str, incident: UUID, desk: Actor) -> None:
    with scope(desk, incident):
        _, said = cases.make_link(contact=scene.CONTACT, by=desk, incident=incident, now=NOW)
    assert Client().get(link).status_code == 410
    assert Client().get(f"{ROOT}r/{CODE}/{said}/").status_code == 200


def test_a_flood_of_reports_and_of_guesses_is_turned_away(link: str, incident: UUID) -> None:
    answers = [Client().post(link, {"answer": "well"}).status_code for _ in range(8)]
    assert answers == [200] * 6 + [429] * 2
    assert len(facts(incident)) == 6
    guesses = [Client().get(f"{ROOT}r/{CODE}/{'A' * 43}/").status_code for _ in range(22)]
    assert guesses[:20] == [404] * 20
    assert guesses[20:] == [429] * 2
