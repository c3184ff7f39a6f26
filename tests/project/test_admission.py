"""A few at work, a few waiting, the rest told at once when to come back; desks and phones never starve each other."""

from __future__ import annotations

import io
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


def test_those_who_are_sent_away_come_back_one_behind_the_other() -> None:
    lane = Lane("t", slots=2, most_waiting=0, spent=4.0)
    told = [lane.come_back() for _ in range(100)]
    assert told[:4] == [4, 6, 8, 10], (
        "after whoever waits; then two seconds each, for four seconds of work at two places"
    )
    assert told == sorted(told)
    assert told[-1] == load.LONGEST


def full(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane, "enter", lambda: False)
    monkeypatch.setattr(load, "_told", {})


def answered(path: str, body: bytes = b"{}", **headers: str) -> HttpResponse:
    factory = RequestFactory()
    if path.startswith("/sync"):
        request: HttpRequest = factory.post(path, body, content_type="application/json", headers=headers)
    else:
        request = factory.get(path, headers=headers)
    return admission.Admission(lambda _: HttpResponse("in"))(request)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "safe on the phone"), ("zh-Hans", "都在手机里"), ("", "都在手机里")]
)
def test_a_full_server_says_so_in_the_phones_language(
    monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    full(admission.PHONES, monkeypatch)
    reply = answered("/sync", b"{}", **{"Accept-Language": language})
    assert (reply.status_code, reply["Content-Type"]) == (503, "application/json")
    assert 1 <= int(reply["Retry-After"]) <= 60
    assert words in reply.content.decode()
    assert answered("/i/lg-0217/").content == b"in", "desks have places of their own"


def test_a_days_backlog_has_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = b" " * (admission.LARGE + 1)
    full(admission.BACKLOG, monkeypatch)
    assert answered("/sync", whole).status_code == 503
    assert answered("/sync", whole[1:]).content == b"in", "phones on the line come in between"
    assert answered("/i/lg-0217/").content == b"in"
    monkeypatch.undo()
    full(admission.PHONES, monkeypatch)
    assert answered("/sync", whole).content == b"in"


def test_collect_has_places_of_its_own_and_is_told_as_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    full(admission.FORMS, monkeypatch)
    for path in ("/key/abc/submission", "/openrosa/formList"):
        reply = answered(path)
        assert (reply.status_code, reply["X-OpenRosa-Version"]) == (503, "1.0")
        assert reply["Content-Type"].startswith("text/xml")
        assert "都在手机里" in reply.content.decode()
        assert int(reply["Retry-After"]) >= 1
    assert answered("/i/lg-0217/").content == b"in", "a photograph on a slow line takes no desk's place"
    assert answered("/sync").content == b"in"


def test_slow_lines_hold_no_place_and_not_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    working: list[int] = []

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            working.append(admission.PHONES._free._value)
            return super().read(size)

    request = RequestFactory().generic("POST", "/sync", b"{}", content_type="application/json")
    request._stream = Slow(b"{}")
    assert admission.Admission(lambda _: HttpResponse("in"))(request).content == b"in"
    assert working
    assert set(working) == {admission.PHONES.slots}, "while it arrives all places are free"
    monkeypatch.setattr(admission, "_arriving", threading.BoundedSemaphore(1))
    assert admission._arriving.acquire(blocking=False)
    assert answered("/sync").status_code == 503, "too many arrive at once"
    assert answered("/i/lg-0217/").content == b"in"


def test_being_full_is_no_fault(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    full(admission.DESKS, monkeypatch)
    assert Client().get("/").status_code == 503
    assert not caplog.records


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
