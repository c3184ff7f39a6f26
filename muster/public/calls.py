"""Is this call real? The resident types what the caller spoke; the page says who calls, and nothing else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from muster.core import clock
from muster.core.access import scope, span, visitor
from muster.domain.helpline import queries as helpline
from muster.domain.helpline.models import Line
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.rules import PROOF_DIGITS, Proof
from muster.public import limits
from muster.public.frame import page, show

GUESSES, MINUTES = 8, 10


@page
def call(request: HttpRequest) -> HttpResponse:
    """The form, and after it the answer."""
    if request.method != "POST":
        return show(request, "public/call.html")
    limits.require_room(request, "call", most=GUESSES, minutes=MINUTES)
    code = digits(request.POST.get("code", "")[:40])
    proof = worklists.call_proof(code, clock.now()) if len(code) == PROOF_DIGITS else None
    if proof is None:
        limits.count_wrong(request, "call", minutes=MINUTES)
        return show(request, "public/call.html", {"unknown": True}, 404)
    return show(request, "public/call.html", {"proof": _said(proof)})


def digits(text: str) -> str:
    """The digits of what was typed, full-width ones too."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


def _said(proof: Proof) -> dict[str, object]:
    """Office, purpose and the number to call back: nothing of whom the call is about."""
    with scope(visitor(proof.incident), proof.incident):
        caller = responders.known([proof.by]).get(proof.by)
        line = _nearest(proof.area)
        return {
            "organisation": caller,
            "area": places.area_names([proof.area]).get(proof.area, ""),
            "kind": proof.kind,
            "since": proof.since,
            "line": line,
        }


def _nearest(area: int) -> Line | None:
    """The published line of the smallest area around; a general one before others."""
    around = [line for line in helpline.lines() if line.phone and _reaches(line.area, area)]
    return min(around, key=lambda line: (_width(line.area), line.kind != "general"), default=None)


def _reaches(outer: int, area: int) -> bool:
    low, high = span(outer)
    return low <= area < high


def _width(area: int) -> int:
    low, high = span(area)
    return high - low


urlpatterns = [path("call/", call, name="public-call")]
