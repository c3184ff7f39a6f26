"""A few at work, a few waiting, the rest told at once when to come back; desks and phones never starve each other."""

from __future__ import annotations

import threading
import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from muster.core import load
from muster.core.load import Lane
from muster.project import admission


def test_who_finds_no_place_is_told_at_once() -> None:
    lane = Lane("t", slots=1, most_waiting=0)
    assert lane.enter()
    began = time.monotonic()
    assert not lane.enter()
    assert time.monotonic() - began < 0.2
    lane.leave(0.1)
    assert lane.enter(), "and there is room again afterwards"


def test_a_few_wait_and_come_in() -> None:
    lane = Lane("t", slots=1, most_waiting=1)
    assert lane.enter()
    came: list[bool] = []
    waiting = threading.Thread(target=lambda: came.append(lane.enter()))
    waiting.start()
    while not lane.waiting:
        time.sleep(0.005)
    assert not lane.enter(), "one waits already"
    lane.leave(0.01)
    waiting.join(5)
    assert came == [True]
    assert (lane.waiting, lane.shed) == (0, 1)


def test_nobody_waits_longer_than_it_would_take() -> None:
    lane = Lane("t", slots=1, most_waiting=50, patience=1.0, spent=3.0)
    assert lane.enter()
    assert not lane.enter(), "three seconds of work ahead, one of patience"


def full(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "enter", lambda: False)
    monkeypatch.setattr(load, "_told", {})


def answered(path: str, **headers: str) -> HttpResponse:
    request: HttpRequest = RequestFactory().get(path, headers=headers)
    return admission.Admission(lambda _: HttpResponse("in"))(request)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "safe on the phone"), ("zh-Hans", "都在手机里"), ("", "都在手机里")]
)
def test_a_full_server_says_so_in_the_phones_language(
    monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    full(admission.PHONES, monkeypatch)
    reply = answered("/sync", **{"Accept-Language": language})
    assert (reply.status_code, reply["Content-Type"]) == (503, "application/json")
    assert 1 <= int(reply["Retry-After"]) <= 60
    assert words in reply.content.decode()
    assert answered("/i/lg-0217/").content == b"in", "desks have places of their own"


def test_a_desk_gets_a_page_and_what_phones_need_is_never_shed(monkeypatch: pytest.MonkeyPatch) -> None:
    full(admission.DESKS, monkeypatch)
    reply = answered("/i/lg-0217/")
    assert reply.status_code == 503
    assert "请稍候" in reply.content.decode()
    assert "please wait" in reply.content.decode()
    for path in ("/f/", "/healthz", "/sync", "/static/x.css"):
        assert answered(path).content == b"in"


def test_shedding_is_seen_by_the_page_of_what_works(monkeypatch: pytest.MonkeyPatch) -> None:
    full(admission.PHONES, monkeypatch)
    answered("/sync")
    assert any(one["lane"] == "phones" for one in load.recent())


def test_the_gate_is_the_first_thing_after_files() -> None:
    from django.conf import settings

    order = settings.MIDDLEWARE
    assert order.index("muster.project.admission.Admission") < order.index("csp.middleware.CSPMiddleware")
    assert Client().get("/f/").status_code == 302
