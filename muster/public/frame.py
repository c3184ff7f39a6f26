"""What the public pages share: language and elder mode in the address, refusals in words, nothing kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt

from muster.core import clock
from muster.core.errors import Refusal

Page = Callable[..., HttpResponse]


def page(view: Page) -> Page:
    """A page for anybody. `?lang=en` changes the language and is remembered; `?elder=1` the size of the type.

    There is no session and so nothing that a forged form could do in somebody's name.
    """

    @functools.wraps(view)
    def shown(request: HttpRequest, **rest: Any) -> HttpResponse:
        wished = request.GET.get("lang", "")
        known = wished in dict(settings.LANGUAGES)
        if known:
            translation.activate(wished)
            request.LANGUAGE_CODE = wished
        try:
            answer = view(request, **rest)
        except Refusal as refusal:
            answer = refused(request, refusal)
        if known:
            answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, wished, samesite="Lax", secure=settings.HTTPS)
        answer["Cache-Control"] = "no-store"
        return answer

    return csrf_exempt(shown)


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A template of the public frame with its two switches. `keep` carries elder mode on in links and forms."""
    elder = request.GET.get("elder") == "1"
    language = translation.get_language() or settings.LANGUAGE_CODE
    other = next(code for code, _name in settings.LANGUAGES if code != language)
    size = {"elder": "1"} if elder else {}
    said = {
        "elder": elder,
        "keep": "?elder=1" if elder else "?",
        "other_language": "?" + urlencode({"lang": other} | size),
        "other_size": "?" if elder else "?elder=1",
        "now": clock.now(),
    }
    return render(request, template, said | (context or {}), status=status)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What happened and what to do, without a code."""
    said = {"what": refusal.say(translation.get_language() or "zh")}
    return show(request, "public/refused.html", said, refusal.status)
