"""Admission: phones and desks each have their own few places, so that a storm of one never starves the other.

Who finds no place is told so at once, in both languages, with a time to come back; nothing of the request is read.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
from django.http import HttpRequest, HttpResponse

from muster.core import load

Answer = Callable[[HttpRequest], HttpResponse]
ALWAYS = ("/f/", "/static/", "/healthz")
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
PHONES = load.Lane("phones", slots=2, most_waiting=6)
DESKS = load.Lane("desks", slots=2, most_waiting=2, patience=3.0)


class Admission:
    """The first thing a request meets after static files."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(ALWAYS):
            return self.get_response(request)
        lane = PHONES if path.startswith("/sync") else DESKS
        if not lane.enter():
            load.note_shed(lane)
            return shed(request, lane)
        began = time.monotonic()
        try:
            return self.get_response(request)
        finally:
            lane.leave(time.monotonic() - began)


def shed(request: HttpRequest, lane: load.Lane) -> HttpResponse:
    """503 with the time to come back; a phone gets it in its own language."""
    seconds = lane.come_back()
    if lane is PHONES:
        language = "en" if request.headers.get("Accept-Language", "").startswith("en") else "zh"
        body = msgspec.json.encode({"code": SHED["code"], "reason": SHED[language]})
        answer = HttpResponse(body, status=503, content_type="application/json")
    else:
        answer = HttpResponse(PAGE.format(seconds=seconds), status=503)
    answer["Retry-After"] = str(seconds)
    answer["Cache-Control"] = "no-store"
    return answer
