"""Admission: desks, phones on the line, phones with a day's backlog and ODK Collect have a few places each.

None starves another.

Who finds no place is told so at once, in both languages, with a time to come back. What a phone sends is received
before it takes a place, so that a slow line holds up nobody; a phone that is told no has always been heard to the
end, or its browser would see a broken connection instead of the answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse, UnreadablePostError

from muster.core import load
from muster.interop.openrosa import replies

Answer = Callable[[HttpRequest], HttpResponse]
ALWAYS = ("/f/", "/static/", "/healthz")
COLLECT = ("/key/", "/openrosa/")
SHED = {
    "code": "server.full",
    "zh": "服务器正忙，先处理已收到的请求。您的记录都在手机里，稍后会自动再传。",
    "en": "The server is full and works through what it has. Your records are safe on the phone; it tries again.",
}
PAGE = """<!doctype html><html lang="zh-Hans"><head><meta charset="utf-8"><title>稍候 · Please wait</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>服务器正忙，请稍候</h1><p>没有任何改动。请在 {seconds} 秒后重新加载本页。手机上的记录不会丢失。</p>
<h1 lang="en">The server is full, please wait</h1><p lang="en">Nothing was changed. Load this page again in {seconds}
seconds. What phones recorded is not lost.</p></main></body></html>"""
# Places in each web process. A batch of a backlog keeps a processor busy alone; there is one such place, so two with
# the usual two processes, and everybody else comes in between. Photographs of Collect come over slow lines and
# hold a place as long. All places and lines together leave four of the threads of `serve` free: somebody must be there
# to say no.
DESKS = load.Lane("desks", slots=2, most_waiting=5, patience=3.0)
PHONES = load.Lane("phones", slots=2, most_waiting=4)
BACKLOG = load.Lane("backlog", slots=1, most_waiting=2, patience=10.0)
FORMS = load.Lane("forms", slots=2, most_waiting=2, patience=10.0)
LARGE = 32 * 1024  # bytes: about forty sealed records, two full tubes
_arriving = threading.BoundedSemaphore(8)


class Admission:
    """The first thing a request meets after static files."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ALWAYS):
            return self.get_response(request)
        lane = lane_of(request)
        if (lane in (PHONES, BACKLOG) and not received(request)) or not lane.enter():
            load.note_shed(lane)
            return shed(request, lane)
        began = time.monotonic()
        try:
            return self.get_response(request)
        finally:
            lane.leave(time.monotonic() - began)


def lane_of(request: HttpRequest) -> load.Lane:
    """Which kind of work it is, before anything of it is read."""
    if not request.path_info.startswith("/sync"):
        return FORMS if request.path_info.startswith(COLLECT) else DESKS
    length = request.headers.get("Content-Length", "")
    return BACKLOG if length.isdigit() and int(length) > LARGE else PHONES


def received(request: HttpRequest) -> bool:
    """Wait for what a phone sends, few at a time; False when too many are sending, or it went away."""
    if not _arriving.acquire(timeout=0.2):  # on quick lines one has arrived by then
        return False
    try:
        return request.body is not None
    except UnreadablePostError:
        return False
    finally:
        _arriving.release()


def shed(request: HttpRequest, lane: load.Lane) -> HttpResponse:
    """503 with the time to come back; a phone gets it in its own language."""
    seconds = lane.come_back()
    if lane is DESKS:
        answer = HttpResponse(PAGE.format(seconds=seconds), status=503)
    elif lane is FORMS:
        answer = replies.dress(replies.message(f"{SHED['zh']} {SHED['en']}", 503), time.time())
    else:
        language = "en" if request.headers.get("Accept-Language", "").startswith("en") else "zh"
        body = msgspec.json.encode({"code": SHED["code"], "reason": SHED[language]})
        answer = HttpResponse(body, status=503, content_type="application/json")
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    vars(answer)["_has_been_logged"] = (
        True  # it is no fault, and a line for each would be work for a full server
    )
    return answer
