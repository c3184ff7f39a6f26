"""Answers as OpenRosa clients want them: their headers on every one, and a message people can read."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.http import HttpResponse
from django.utils.http import http_date
from django.utils.translation import get_language

from muster.interop.openrosa.bodies import MOST_BYTES

VERSION = "X-OpenRosa-Version"
XML = "text/xml; charset=utf-8"


def dress(response: HttpResponse, at: float) -> HttpResponse:
    """The headers every answer has. A type that is not XML would be taken for a network's sign-in page."""
    response[VERSION] = "1.0"
    response["Date"] = http_date(at)
    response["Content-Language"] = "en" if (get_language() or "").startswith("en") else "zh-CN"
    response["X-OpenRosa-Accept-Content-Length"] = str(MOST_BYTES)
    response.setdefault("Cache-Control", "no-store")
    return response


def xml(text: str, status: int = 200) -> HttpResponse:
    """An answer in XML."""
    return HttpResponse(text, content_type=XML, status=status)


def message(text: str, status: int, *, nature: str = "error") -> HttpResponse:
    """A message the telephone shows."""
    return xml(
        '<OpenRosaResponse xmlns="http://openrosa.org/http/response" items="0">'
        f'<message nature="{nature}">{escape(text)}</message></OpenRosaResponse>',
        status,
    )


def tags(pairs: Iterable[tuple[str, str]]) -> str:
    """Elements with their texts."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in pairs)
