"""P3: a resident checks on the public page that a call is real, and learns nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.helpline.models import Line
from muster.domain.worklists import actions as worklists
from muster.domain.worklists import queries
from muster.domain.worklists.actions.calls import RecordAttempt
from muster.domain.worklists.actions.taking import TakeNext
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import Outcome
from tests.cast import COMMUNITY, DISTRICT, INCIDENT


@pytest.fixture
def taken(incident: UUID, grid_worker: Actor) -> tuple[UUID, str]:
    """An item that the grid worker leased just now, and the code of the call."""
    now = clock.now()
    with scope(system(), INCIDENT):
        item = WorkItem.objects.create(
            incident=INCIDENT, area=COMMUNITY, kind="verify", subject_kind="resident", subject=new_id(),
            due_at=now, opened_at=now,
        )  # fmt: skip
        Line.objects.create(
            incident=INCIDENT, area=DISTRICT, kind="general", name="区热线", phone="0755-12345"
        )
        Line.objects.create(incident=INCIDENT, area=COMMUNITY, kind="care", name="社区", phone="0755-28001")
    return item.id, take(grid_worker, now)


def take(caller: Actor, now: datetime) -> str:
    """Lease the next item; the code to speak."""
    with scope(caller, INCIDENT):
        told = [Told(new_id(), now, caller.by, TakeNext())]
        worklists.take_next(told=told, by=caller, incident=INCIDENT, now=now)
        held = WorkItem.objects.get(leased_by=caller.by)
        return queries.proof_of(held)


def check(code: str, client: Client | None = None, **more: Any) -> tuple[int, str]:
    answer = (client or Client()).post("/p/call/", {"code": code}, **more)
    return answer.status_code, answer.content.decode()


def test_the_code_of_a_call_says_who_calls_and_the_number_to_call_back(taken: tuple[UUID, str]) -> None:
    status, text = check(taken[1], headers={"Accept-Language": "en"})
    assert status == 200
    assert "Yes, this call is from us." in text
    assert "0755-28001" in text, "the line of the smallest area around"
    assert "never ask for money" in text
    assert str(taken[0]) not in text
    with scope(system(), INCIDENT):
        assert str(WorkItem.objects.get(pk=taken[0]).subject) not in text


def test_the_code_is_read_in_groups_and_in_full_width(taken: tuple[UUID, str]) -> None:
    wide = "".join(chr(ord(sign) - 48 + 0xFF10) for sign in taken[1])
    assert check(f"{taken[1][:4]} {taken[1][4:]}")[0] == 200
    assert check(wide)[0] == 200
    assert "这是我们打来的电话" in check(taken[1], headers={"Accept-Language": "zh-CN"})[1]


def test_a_code_ends_with_its_call(taken: tuple[UUID, str], grid_worker: Actor) -> None:
    with scope(grid_worker, INCIDENT):
        body = RecordAttempt(item=taken[0], outcome=Outcome.NO_ANSWER)
        told = [Told(new_id(), clock.now(), grid_worker.by, body)]
        worklists.record_attempts(told=told, by=grid_worker, incident=INCIDENT, now=clock.now())
    assert check(taken[1])[0] == 404


def test_a_code_ends_with_its_lease(taken: tuple[UUID, str]) -> None:
    with scope(system(), INCIDENT):
        now = clock.now()
        assert queries.call_proof(taken[1], now) is not None
        assert queries.call_proof(taken[1], now + timedelta(minutes=21)) is None


def test_the_next_caller_has_another_code(taken: tuple[UUID, str]) -> None:
    other = Actor(account=new_id(), grants=(Grant("caller", COMMUNITY),), responder=new_id())
    later = take(other, clock.now() + timedelta(minutes=21))
    assert later != taken[1]


def test_guessing_ends_after_some_tries_even_for_the_right_code(taken: tuple[UUID, str]) -> None:
    client = Client()
    for _ in range(8):
        assert check("00000000", client)[0] == 404
    status, text = check(taken[1], client, headers={"Accept-Language": "en"})
    assert status == 429
    assert "Too many wrong tries" in text
    assert check(taken[1], client, REMOTE_ADDR="192.0.2.7")[0] == 200, "another address may still ask"


def test_the_page_keeps_nothing_but_the_language(taken: tuple[UUID, str]) -> None:
    client = Client()
    check(taken[1], client)
    client.get("/p/call/?elder=1")
    assert dict(client.cookies) == {}
    answer = client.get("/p/?lang=en&elder=1")
    assert list(client.cookies) == ["django_language"]
    assert answer["Cache-Control"] == "no-store"
    assert "elder=1" in answer.content.decode()
    assert "What would you like to do?" in client.get("/p/").content.decode()


def test_a_visitor_may_do_nothing(incident: UUID) -> None:
    from muster.core.access import ROLES, visitor

    rights = {right for held in ROLES.values() for right in held}
    assert not [right for right in rights if visitor(INCIDENT).may(right, COMMUNITY, INCIDENT)]
