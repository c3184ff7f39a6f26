"""Requests: promises, households, sealed counselling, calls and broadcasts."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.domain.helpline.models import Call, Line, Request, Support
from muster.domain.notices.models import Broadcast
from tests import cast
from tests.commandpost.desk import BASE, signed_in, text
from tests.commandpost.services import COUNSEL, REQUEST, SECRET, served

__all__ = ["served"]
PAGE = BASE + "requests/"


def test_counselling_is_only_a_number(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    page = text(client.get(PAGE))
    assert str(REQUEST) in page
    assert str(COUNSEL) not in page
    assert "counselling (sealed)" in page
    assert client.get(f"{PAGE}{COUNSEL}/drawer/").status_code == 403
    assert client.post(f"{PAGE}{COUNSEL}/update/", {"step": "taken"}).status_code == 403
    assert client.post(f"{PAGE}{COUNSEL}/words/", {"reason": "好奇"}).status_code == 403
    assert str(COUNSEL) not in text(client.get(f"{PAGE}{REQUEST}/drawer/"))


def test_a_counsellor_with_a_desk_opens_the_words_for_a_reason(served: UUID) -> None:
    listener = replace(cast.person("listener", "desk", cast.DISTRICT), grants=(
        Grant("desk", cast.DISTRICT), Grant("counsellor", cast.DISTRICT),
    ))  # fmt: skip
    with scope(system(), served):
        cast.account_for(listener)
    client = signed_in(listener)
    assert str(COUNSEL) in text(client.get(PAGE))
    assert SECRET not in text(client.get(f"{PAGE}{COUNSEL}/drawer/"))
    assert client.post(f"{PAGE}{COUNSEL}/words/", {"reason": ""}).status_code == 422
    assert SECRET in text(client.post(f"{PAGE}{COUNSEL}/words/", {"reason": "接班"}))
    with scope(system(), served):
        assert Entry.objects.filter(action__startswith="helpline.", reason__isnull=False).count() == 1


def test_a_step_is_recorded_and_shown(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    one = f"{PAGE}{REQUEST}/"
    assert (
        client.post(one + "update/", {"step": "promised", "promised_at": "2022-02-19T09:30"}).status_code
        == 302
    )
    assert "promised for 02-19 09:30" in text(client.get(one + "drawer/"))
    assert client.post(one + "update/", {"step": "fly"}).status_code == 422
    assert client.post(one + "update/", {"step": "delivered"}).status_code == 302
    with scope(commander, served):
        assert Request.objects.get(pk=REQUEST).state == "done"
    assert str(REQUEST) not in text(client.get(PAGE))
    assert str(REQUEST) in text(client.get(PAGE + "?which=done"))


def test_late_requests_have_a_door(served: UUID, commander: Actor) -> None:
    assert str(REQUEST) in text(signed_in(commander).get(PAGE + "?which=late"))
    assert str(REQUEST) not in text(signed_in(commander).get(PAGE + "?which=hour"))


def test_support_and_broadcasts_are_counted(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    area = "440307006005000"
    assert client.post(PAGE + "support/", {"kind": "visit", "area": area, "audience": "3"}).status_code == 302
    assert (
        client.post(PAGE + "broadcasts/", {"channel": "chat", "area": area, "audience": "900"}).status_code
        == 302
    )
    assert (
        client.post(PAGE + "broadcasts/", {"channel": "chat", "area": area, "audience": "9" * 14}).status_code
        == 422
    )
    page = text(client.get(PAGE + "calls/"))
    assert "1,200" in page
    assert "900" in page
    with scope(commander, served):
        assert (Support.objects.count(), Broadcast.objects.count()) == (2, 2)


def test_strangers_open_nothing(served: UUID, outsider: Actor, tracer: Actor) -> None:
    assert signed_in(outsider).get(f"{PAGE}{REQUEST}/drawer/").status_code == 404
    assert signed_in(tracer).post(f"{PAGE}{REQUEST}/update/", {"step": "taken"}).status_code == 403


def test_a_request_is_opened_at_the_desk_once_with_its_call(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    drawer = text(client.get(PAGE + "new/drawer/"))
    assert "A new request" in drawer
    assert SECRET not in drawer
    with scope(system(), served):
        line = Line.objects.filter(incident=served).order_by("id").first()
        calls, held = Call.objects.count(), Request.objects.count()
    assert line is not None
    form: dict[str, str] = {
        "id": str(new_id()), "kind": "medicine", "area": str(cast.COMMUNITY), "note": "胰岛素", "line": str(line.id),
        "promised_at": "",
    }  # fmt: skip
    for _ in range(2):
        assert client.post(PAGE + "open/", form).status_code == 302
    with scope(system(), served):
        one = Request.objects.get(pk=form["id"])
        assert (Request.objects.count(), one.kind, one.first_promised_at > one.asked_at) == (
            held + 1,
            "medicine",
            True,
        )
        assert "胰岛素".encode() not in bytes(one.note_c or b"")
        assert (Call.objects.count(), one.call) == (calls + 1, derive_id(one.id, "call"))


def test_nobody_opens_requests_or_lines_where_they_may_not(served: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    form: dict[str, str] = {"id": str(new_id()), "kind": "food", "area": str(cast.COMMUNITY), "name": "热线"}
    assert client.post(PAGE + "open/", form).status_code == 403
    assert client.post(PAGE + "lines/", {**form, "kind": "care"}).status_code == 403
    with scope(system(), served):
        assert not Request.objects.filter(pk=form["id"]).exists()
        assert not Line.objects.filter(pk=form["id"]).exists()


def test_a_line_and_a_call_are_recorded_at_the_desk(served: UUID, commander: Actor) -> None:
    client, line = signed_in(commander), str(new_id())
    form = {
        "id": line,
        "name": "夜间热线",
        "kind": "general",
        "area": cast.COMMUNITY,
        "round_the_clock": "true",
    }
    assert client.post(PAGE + "lines/", form).status_code == 302
    assert client.post(PAGE + "calls/take/", {"line": line, "kind": "food"}).status_code == 302
    assert "夜间热线" in text(client.get(PAGE + "calls/"))
    with scope(system(), served):
        assert (Line.objects.get(pk=line).round_the_clock, Call.objects.filter(line=line).count()) == (
            True,
            1,
        )
