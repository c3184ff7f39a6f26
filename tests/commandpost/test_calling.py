"""The cockpit: one held person at a time, one key, nothing of one person on another's page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.told import Told
from muster.domain.cases import actions as cases
from muster.domain.cases.models import Contact, FollowedUp
from muster.domain.helpline.models import Request
from muster.domain.people import actions as people
from muster.domain.places.models import Area
from muster.domain.worklists.actions import lists
from muster.domain.worklists.actions.desk import RecallItems, recall_items
from muster.domain.worklists.models import Attempt, WorkItem
from tests.cast import COMMUNITY, INCIDENT, account_for
from tests.commandpost.desk import BASE, CASE, CONTACT, NAME, OTHER, door, signed_in, tell, text

PAGE = f"{BASE}calling/"
SECOND, SECOND_NAME, SECOND_PHONE = derive_id("test", "second"), "欧阳第二", "13712345678"


@pytest.fixture
def caller(night: UUID) -> Actor:
    """Somebody who may record calls in the community, and has no desk."""
    actor = Actor(
        account=derive_id("test", "caller"), grants=(Grant("caller", COMMUNITY),),
        responder=derive_id("test", "caller-responder"), username="caller",
    )  # fmt: skip
    with scope(system(), INCIDENT):
        account_for(actor)
        WorkItem.objects.update(priority=5)  # nobody presses: the first deadline is the first call
    return actor


@pytest.fixture
def two(night: UUID, commander: Actor) -> None:
    """A second person on a second list, due later."""
    now = clock.now()
    with scope(commander, INCIDENT):
        body = people.RegisterPerson(
            id=SECOND,
            dwelling=door("102"),
            name=SECOND_NAME,
            phone=SECOND_PHONE,
            vulnerabilities=["dialysis"],
        )
        tell(people.register_people, body, commander, INCIDENT)
        rows = [lists.ListRow(1, resident=SECOND)]
        pushed = lists.PushList(
            derive_id("test", "list 2"), COMMUNITY, "卫健委", "verification", "第二份名单", rows, now
        )
        tell(lists.push_lists, pushed, commander, INCIDENT)


def take(client: Client) -> str:
    """The page of the next one."""
    answer = client.post(f"{PAGE}take/", {"kind": "verify", "speak": "zh"})
    assert answer.status_code == 302
    return str(answer["Location"]).split("?", maxsplit=1)[0]


def end(client: Client, page: str, outcome: str, **more: Any) -> str:
    answer = client.post(f"{page}outcome/", {"outcome": outcome, **more})
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def item() -> list[WorkItem]:
    with scope(system(), INCIDENT):
        return list(WorkItem.objects.filter(kind="verify").order_by("due_at"))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_caller_sees_whom_to_call_and_what_to_say(caller: Actor, language: str) -> None:
    client = signed_in(caller, language)
    page = take(client)
    shown = text(client.get(page))
    assert NAME in shown
    assert 'href="tel:13800138000"' in shown
    assert "重点人员 1" in shown, "the list that names the person"
    assert "係咪" in shown, "the script in Cantonese too"
    assert "Am I speaking to" in shown
    assert "/p/call/" in shown


def test_opening_a_call_is_journalled_with_the_lease(caller: Actor) -> None:
    client = signed_in(caller)
    client.get(take(client))
    with scope(system(), INCIDENT):
        assert Entry.objects.filter(action="worklists.open_call").count() == 1


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_nothing_of_one_person_is_on_anothers_page(caller: Actor, two: None) -> None:
    client = signed_in(caller)
    first = take(client)
    shown = text(client.get(first))
    phones = {NAME: "13800138000", SECOND_NAME: SECOND_PHONE, "李四": "13900139000"}
    (held,) = [name for name in phones if name in shown]
    assert not [word for name in phones if name != held for word in (name, phones[name]) if word in shown]
    end(client, first, "no_answer", note="canary-of-the-first")
    second = take(client)
    assert second != first
    canaries = (held, phones[held], "canary-of-the-first")
    assert not [word for word in canaries if word in text(client.get(second))]
    assert not [word for word in canaries if word in said(client.get(PAGE, follow=True))]
    again = client.get(first)
    assert again.status_code == 409, "going back shows nothing of the first"
    assert not [word for word in canaries if word in said(again)]
    assert {client.get(page)["Cache-Control"] for page in (first, second, PAGE)} == {"no-store"}


def test_a_note_is_sealed_and_read_again_by_who_calls_next(caller: Actor, tracer: Actor) -> None:
    client = signed_in(caller)
    page = take(client)
    end(client, page, "refused", note="怕是骗子，下午再说")
    with scope(system(), INCIDENT):
        attempt = Attempt.objects.get()
        assert attempt.note_c is not None
        assert "骗子".encode() not in bytes(attempt.note_c)
        WorkItem.objects.update(next_try_at=None)
    other = signed_in(tracer)
    assert "怕是骗子" in text(other.get(take(other)))


def test_the_page_of_another_callers_item_shows_nothing(caller: Actor, tracer: Actor) -> None:
    page = take(signed_in(caller))
    other = signed_in(tracer).get(page)
    assert other.status_code == 409
    assert NAME not in said(other)


def test_a_dead_browser_gives_the_item_back_and_its_call_still_counts(caller: Actor, tracer: Actor) -> None:
    page = take(signed_in(caller))
    with scope(system(), INCIDENT):
        WorkItem.objects.update(leased_until=clock.now() - timedelta(minutes=1))
    assert take(signed_in(tracer)) == page, "the next caller has it"
    end(signed_in(caller), page, "reached_verified", note="late, from paper")
    assert item()[0].state == "done"
    with scope(system(), INCIDENT):
        assert Attempt.objects.count() == 1


def test_a_slip_is_taken_back_at_one_key(caller: Actor) -> None:
    client = signed_in(caller)
    where = end(client, take(client), "reached_verified")
    assert item()[0].state == "done"
    fact = where.split("undo=")[1].split("&")[0]
    assert f"undo/{fact}/" in text(client.get(where))
    client.post(f"{PAGE}undo/{fact}/")
    assert item()[0].state == "open"


def test_help_becomes_a_request_with_what_was_said(caller: Actor) -> None:
    client = signed_in(caller)
    where = end(client, take(client), "needs_help", needs="medicine", verified="1", note="缺降压药")
    with scope(system(), INCIDENT):
        asked = Request.objects.get(kind="medicine")
        assert asked.resident is not None
        assert asked.note_c is not None
    assert item()[0].state == "done"
    client.post(f"{PAGE}undo/{where.split('undo=')[1].split('&')[0]}/")
    assert item()[0].state == "open", "both sentences of the call are taken back"


@pytest.mark.parametrize(
    ("ending", "health", "state", "misses"),
    [
        ("reached_verified", "seen_ok", "followed", 0),
        ("reached_verified", "seen_not_ok", "symptomatic", 0),
        ("needs_help", "seen_not_ok", "symptomatic", 0),
        ("no_answer", "", "followed", 1),
        ("refused", "", "followed", 0),
    ],
)
def test_a_follow_up_by_telephone_says_how_the_contact_is(
    caller: Actor, commander: Actor, ending: str, health: str, state: str, misses: int
) -> None:
    client, now = signed_in(caller, "en"), clock.now()
    with scope(commander, INCIDENT):
        body = cases.NameContact(CONTACT, CASE, OTHER, "close", now - timedelta(hours=1))
        tell(cases.name_contacts, body, commander, INCIDENT, now)
    with scope(system(), INCIDENT):
        asked = WorkItem.objects.filter(kind="follow_up", state="open").latest("due_at")
        WorkItem.objects.exclude(pk=asked.id).update(state="withdrawn")
    page = str(client.post(f"{PAGE}take/", {"kind": "follow_up", "speak": "zh"})["Location"]).split("?")[0]
    assert 'name="health"' in text(client.get(page))
    if ending == "reached_verified":
        assert client.post(f"{page}outcome/", {"outcome": ending}).status_code == 422, "they are asked"
    where = end(client, page, ending, health=health)
    with scope(system(), INCIDENT):
        contact = Contact.objects.get()
        said = list(FollowedUp.objects.values_list("outcome", "by"))
    assert (contact.state, contact.misses, contact.last_seen_at is None) == (state, misses, not health)
    assert said == ([(health or "missed", caller.by)] if ending != "refused" else [])
    client.post(f"{PAGE}undo/{where.split('undo=')[1].split('&')[0]}/")
    with scope(system(), INCIDENT):
        contact = Contact.objects.get()
        assert (contact.state, contact.misses, contact.last_seen_at) == ("followed", 0, None)


def updates(client: Client, asked: UUID) -> None:
    assert client.post(f"{BASE}requests/{asked}/update/", {"step": "taken"}).status_code == 302


@pytest.mark.parametrize("begun", ["never", "before", "after"])
def test_help_of_a_call_taken_back_goes_unless_somebody_began(
    caller: Actor, commander: Actor, begun: str
) -> None:
    client, desk = signed_in(caller), signed_in(commander, "en")
    where = end(client, take(client), "needs_help", needs="medicine")
    with scope(system(), INCIDENT):
        (asked,) = Request.objects.filter(kind="medicine").values_list("id", flat=True)
    if begun == "before":
        updates(desk, asked)
    client.post(f"{PAGE}undo/{where.split('undo=')[1].split('&')[0]}/")
    if begun == "after":
        updates(desk, asked)
    with scope(system(), INCIDENT):
        held = Request.objects.get(pk=asked)
        work = WorkItem.objects.get(subject=asked)
        assert Attempt.objects.count() == 1, "the facts stay"
    wanted = ("withdrawn", "withdrawn") if begun == "never" else ("doing", "open")
    assert (held.state, work.state, held.unasked_at is None) == (*wanted, False)
    page = text(desk.get(f"{BASE}requests/{asked}/drawer/"))
    assert ("Somebody had begun" in page) == (begun != "never")
    assert "was taken back" in page


def test_a_vulnerable_household_is_flagged_once(caller: Actor, two: None) -> None:
    with scope(system(), INCIDENT):
        WorkItem.objects.exclude(subject=SECOND).update(state="withdrawn")
    client = signed_in(caller)
    end(client, take(client), "refused")
    with scope(system(), INCIDENT):
        assert Request.objects.filter(resident=SECOND, vulnerable="dialysis").count() == 1
        WorkItem.objects.update(next_try_at=None, step="call")
    end(client, take(client), "reached_verified")
    with scope(system(), INCIDENT):
        assert Request.objects.filter(resident=SECOND).count() == 1


@pytest.fixture
def next_door(incident: UUID) -> int:
    with scope(system(), INCIDENT):
        Area.objects.create(
            code=COMMUNITY + 1000, name="北坑社区", level="community", parent=440307006000000, sort_key=b"b"
        )
    return COMMUNITY + 1000


def test_who_moved_within_reach_is_sent_after_by_who_holds_them(caller: Actor, next_door: int) -> None:
    client = signed_in(caller)
    page = take(client)
    end(client, page, "moved", to=str(next_door))
    (moved,) = [one for one in item() if str(one.id) in page]
    assert (moved.area, moved.from_area, moved.state, moved.leased_by) == (next_door, COMMUNITY, "open", None)


@pytest.mark.parametrize("begun", [False, True])
def test_a_move_taken_back_brings_the_item_back_unless_it_was_begun(
    caller: Actor, next_door: int, begun: bool
) -> None:
    client = signed_in(caller)
    page = take(client)
    where = end(client, page, "moved", to=str(next_door))
    with scope(system(), INCIDENT):
        if begun:
            WorkItem.objects.filter(from_area=COMMUNITY).update(
                leased_by=new_id(), leased_until=clock.now() + timedelta(minutes=9)
            )
    said = client.post(f"{PAGE}undo/{where.split('undo=')[1].split('&')[0]}/", follow=True)
    (moved,) = [one for one in item() if str(one.id) in page]
    assert (moved.area, moved.attempts) == (next_door if begun else COMMUNITY, 0)
    assert ("联系对方指挥部" in text(said)) is begun


def test_nobody_else_takes_back_what_a_caller_sent(caller: Actor, next_door: int) -> None:
    client = signed_in(caller)
    page = take(client)
    end(client, page, "moved", to=str(next_door))
    (moved,) = [one for one in item() if str(one.id) in page]
    other = replace(caller, account=new_id(), responder=new_id())
    with scope(other, INCIDENT):
        told = [Told(new_id(), clock.now(), other.by, RecallItems([moved.id]))]
        done = recall_items(told=told, by=other, incident=INCIDENT, now=clock.now())
    assert done.refused


def test_somebody_who_speaks_another_language_waits_for_who_does(caller: Actor, tracer: Actor) -> None:
    client = signed_in(caller)
    end(client, take(client), "needs_interpreter", language="yue")
    with scope(system(), INCIDENT):
        WorkItem.objects.update(next_try_at=None)
    other = signed_in(tracer)
    assert "?" in str(other.post(f"{PAGE}take/", {"kind": "verify", "speak": "zh"})["Location"])
    found = other.post(f"{PAGE}take/", {"kind": "verify", "speak": ["zh", "yue"]})
    shown = text(other.get(found["Location"]))
    assert 'data-spoken="yue"' in shown


def test_who_has_no_right_to_record_finds_no_cockpit(night: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    assert client.post(f"{PAGE}take/", {"kind": "verify"}).status_code == 302
    assert not [one for one in item() if one.leased_by]
    assert Client().get(PAGE).status_code == 302


def test_an_unknown_outcome_is_refused(caller: Actor) -> None:
    client = signed_in(caller)
    assert client.post(f"{take(client)}outcome/", {"outcome": "vanished"}).status_code == 422


def test_a_call_that_goes_on_keeps_its_lease_and_its_code(caller: Actor) -> None:
    client = signed_in(caller)
    page = take(client)
    with scope(system(), INCIDENT):
        WorkItem.objects.update(leased_until=clock.now() + timedelta(minutes=1))
    assert client.post(f"{page}hold/").status_code == 204
    (held,) = [one for one in item() if str(one.id) in page]
    assert held.leased_until is not None
    assert held.leased_until > clock.now() + timedelta(minutes=15)
    assert signed_in(caller).get(page).status_code == 200


def test_a_caller_without_a_desk_lands_in_the_queue(caller: Actor) -> None:
    assert signed_in(caller).get("/")["Location"] == PAGE
