"""Compare people: side by side, masked, one key a decision, taken back, in both languages."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.told import Told
from muster.domain.people import actions as people
from muster.domain.people.models import Likeness, Resident, SamePerson
from muster.domain.people.rules import Row
from muster.domain.places import actions as places
from muster.domain.places import queries as where
from muster.domain.places.rules import Parts
from tests.cast import COMMUNITY
from tests.commandpost.desk import BASE, LANGUAGES, signed_in, text

PAGE = f"{BASE}matching/"
ROWS = (
    Row(name="欧阳震华", phone="13700001111", document="440307199001011234"),
    Row(name="欧阳振华", phone="13700001111"),
    Row(name="上官婉儿", phone="13700002222"),
    Row(name="上官宛儿", phone="13700002222"),
)


@pytest.fixture
def asked(night: UUID, commander: Actor, now: datetime) -> UUID:
    """Two pairs that wait."""
    origin = people.Origin(source="test", batch=UUID(int=9), area=COMMUNITY)
    with scope(commander, night):
        people.enrol_many(rows=ROWS, origin=origin, by=commander, incident=night, now=now)
        assert Likeness.objects.filter(decided="").count() == 2
    return night


def form(page: str) -> str:
    found = re.search(r'action="(/i/[^"]+/decide/[^"]*)"', page)
    assert found
    return found.group(1)


def press(client: Client, verb: str, page: str = "") -> str:
    """Decide the pair in view; the page that follows."""
    shown = page or text(client.get(PAGE))
    following = re.search(r'name="next" value="([^"]*)"', shown)
    answer = client.post(form(shown), {"verb": verb, "next": following.group(1) if following else ""})
    assert answer.status_code == 302, answer.content.decode()[:500]
    return text(client.get(answer["Location"]))


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "同音"), ("en", "sounds the same")])
def test_two_records_side_by_side_masked(asked: UUID, commander: Actor, language: str, words: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert words in page
    assert "欧阳震华" not in page
    assert "上官婉儿" not in page
    assert "13700001111" not in page
    for key in "123j":
        assert f'data-key="{key}"' in page


@pytest.mark.parametrize("verb", ["same", "different"])
def test_a_decision_is_a_fact_and_can_be_taken_back(asked: UUID, commander: Actor, verb: str) -> None:
    client = signed_in(commander)
    page = press(client, verb)
    with scope(commander, asked):
        fact = SamePerson.objects.get()
        assert fact.decision == verb
        heads = set(Resident.objects.filter(pk__in=(fact.a, fact.b)).values_list("canonical", flat=True))
        assert len(heads) == (1 if verb == "same" else 2)
        assert Likeness.objects.filter(decided="").count() == 1
    assert 'data-key="u"' in page
    assert client.post(f"{PAGE}undo/", {"fact": str(fact.id)}).status_code == 302
    with scope(commander, asked):
        heads = set(Resident.objects.filter(pk__in=(fact.a, fact.b)).values_list("canonical", flat=True))
        assert len(heads) == 2
        assert Likeness.objects.filter(decided="").count() == 2


def test_later_moves_on_and_comes_back(asked: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    first = form(text(client.get(PAGE)))
    second = form(press(client, "later"))
    assert second != first
    assert form(text(client.get(PAGE))) == second
    with scope(commander, asked):
        assert not SamePerson.objects.exists()


def test_names_in_full_need_a_reason_and_are_written_down(asked: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    pair = re.findall(r'name="resident" value="([^"]+)"', text(client.get(PAGE)))
    assert client.post(f"{PAGE}unmask/", {"resident": pair, "reason": " "}).status_code == 422
    page = text(client.post(f"{PAGE}unmask/", {"resident": pair, "reason": "核对同音姓名"}))
    assert re.search("<mark>[震振婉宛]</mark>", page)
    with scope(commander, asked):
        entry = Entry.objects.filter(action="people.unmask").latest("at")
        assert set(entry.subjects) == set(pair)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_may_not_join_sees_no_decision(
    asked: UUID, tracer: Actor, commander: Actor, language: str
) -> None:
    client = signed_in(tracer, language)
    page = text(client.get(PAGE))
    assert 'data-key="1"' not in page
    with scope(commander, asked):
        pair = Likeness.objects.first()
    assert pair is not None
    for verb in ("same", "later"):
        assert client.post(f"{PAGE}{pair.id}/decide/", {"verb": verb}).status_code in (403, 404)
    with scope(commander, asked):
        assert not SamePerson.objects.exists()


def test_nothing_happens_by_following_a_link(asked: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert client.get(form(text(client.get(PAGE)))).status_code == 302
    assert client.get(f"{PAGE}undo/").status_code == 302
    assert client.get(f"{PAGE}unmask/").status_code == 302
    with scope(commander, asked):
        assert not SamePerson.objects.exists()


def test_a_writing_that_somebody_resolved_is_known_from_then_on(
    night: UUID, commander: Actor, now: datetime
) -> None:
    """The written address of the later record becomes another name of the building; undoing forgets it."""
    building = new_id()
    with scope(commander, night):
        body = places.AddBuilding(
            id=building,
            area=COMMUNITY,
            name="荣华花园三号楼",
            floors=5,
            units_per_floor=2,
            compound="荣华花园",
            number="3",
        )
        told = [Told(new_id(), now, commander.by, body)]
        assert not places.add_buildings(told=told, by=commander, incident=night, now=now).refused
        rows = [
            Row(name="慕容复", phone="13700003333", dwelling=derive_id(building, "501")),
            Row(name="慕容富", phone="13700003333", address="荣华里3栋501"),
        ]
        origin = people.Origin(source="test", batch=UUID(int=9), area=COMMUNITY)
        people.enrol_many(rows=rows, origin=origin, by=commander, incident=night, now=now)
    client = signed_in(commander)
    page = text(client.get(PAGE))
    assert "荣华里3栋" in page
    assert "荣华里3栋501" not in page

    def known() -> bool:
        with scope(commander, night):
            return where.resolve_address(Parts(building="荣华里3栋"), (COMMUNITY,)).building == building

    assert not known()
    answer = client.post(form(page), {"verb": "same", "alias": "on"})
    assert known()
    fact = answer["Location"].rsplit("last=", 1)[1]
    client.post(f"{PAGE}undo/", {"fact": fact})
    assert not known()
