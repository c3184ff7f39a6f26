"""What the screens share: the desk's request, the area in view, pages by key, and answers to refusals."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from muster.core.access import Actor, narrowed, span
from muster.core.errors import NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.ids import new_id
from muster.core.told import Done, Many, Told
from muster.domain.incidents.models import Incident
from muster.domain.places.models import Area
from muster.journeys.settle import settle
from muster.protocols.values import Text

PAGE = 50


class DeskRequest(HttpRequest):
    """A request as the scope middleware hands it on."""

    actor: Actor
    incident: Incident
    now: datetime


Screen = Callable[..., HttpResponse]


DESK = "desk.read"
# the pages of people who have no desk, and the right that opens each; they sign in to their first one
SEATS = {
    "sites/laboratory/": "sampling.result",
    "requests/": "helpline.counsel",
    "imports/": "sampling.result",
    "calling/": "worklists.record",  # last: it has no doors at its side
}


def seat(*rights: str) -> Callable[[Screen], Screen]:
    """A page of one incident for whoever has one of these rights here, seen by the first; refusals become a page."""

    def open_to(view: Screen) -> Screen:
        @functools.wraps(view)
        def shown(request: HttpRequest, incident: str, **rest: Any) -> HttpResponse:
            desk = cast(DeskRequest, request)
            if not request.user.is_authenticated:
                from django.contrib.auth.views import redirect_to_login

                return redirect_to_login(request.get_full_path())
            if desk.incident is None:
                raise Http404
            try:
                held = next((right for right in rights if desk.actor.spans(right, desk.incident.id)), None)
                if held is None:
                    raise NotAllowed(right=rights[0])
                with narrowed(desk.actor, held, desk.incident.id) as desk.actor:
                    return view(desk, **rest)
            except Refusal as refusal:
                return refused(request, refusal)

        return shown

    return open_to


screen = seat(DESK)


def seats(actor: Actor, incident: UUID) -> list[str]:
    """The pages that somebody without a desk has."""
    return [folder for folder, right in SEATS.items() if actor.spans(right, incident)]


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page of a refusal: what happened, what was kept, what to do."""
    context = {"what": refusal.say(get_language() or "zh"), "code": refusal.code}
    template = (
        "commandpost/refused_part.html" if request.headers.get("HX-Request") else "commandpost/refused.html"
    )
    return render(request, template, context, status=refusal.status)


def area_in_view(request: DeskRequest) -> int:
    """The area chosen in the address, 0 for everything the person may see."""
    text = request.GET.get("area", "")
    return int(text) if text.isdecimal() and len(text) <= 15 else 0


def within(request: DeskRequest, field: str = "area") -> Q:
    """The handrail beside row security: the person's own ranges (and the chosen area) as plain bounds.

    Row security would hide the rest anyway; bounds let the planner use the index of the area.
    """
    low, high = span(area_in_view(request))
    found = Q(pk__in=[])
    for a, b in request.actor.spans(None, request.incident.id):
        if max(a, low) < min(b, high):
            found |= Q(**{f"{field}__gte": max(a, low), f"{field}__lt": min(b, high)})
    return found


def bounds(request: DeskRequest) -> tuple[int, int]:
    """The hull of what is in view, for hand-written SQL."""
    low, high = span(area_in_view(request))
    spans = request.actor.spans(None, request.incident.id)
    return (max(low, spans[0][0]), min(high, spans[-1][1])) if spans else (0, 0)


def areas(request: DeskRequest) -> QuerySet[Area]:
    """The communities a sentence can be narrowed to: those of the incident where the person has a right."""
    low, high = span(request.incident.area)
    found = Q(pk__in=[])
    for a, b in request.actor.spans(None, request.incident.id):
        found |= Q(code__gte=max(a, low), code__lt=min(b, high))
    return Area.objects.filter(found, level="community").order_by("code")


def page(
    request: DeskRequest, rows: QuerySet[Any], key: Sequence[str], size: int = PAGE
) -> tuple[list[Any], dict[str, str | None]]:
    """One page by key: rows ordered by `key` (two field names, the second unique), and the pager's links."""
    first, unique = key
    after = request.GET.get("after", "")
    if "~" in after:
        value, _, identity = after.rpartition("~")
        with contextlib.suppress(ValueError, ValidationError):  # a mark nobody made: the first page
            beyond = Q(**{f"{first}__gt": value}) | Q(**{first: value, f"{unique}__gt": identity})
            rows = rows.filter(beyond, **{f"{first}__gte": value})  # said again: an index can begin there
    listed = list(rows.order_by(first, unique)[: size + 1])
    more = len(listed) > size
    listed = listed[:size]
    following = None
    if more:
        last = listed[-1]
        value = getattr(last, first)
        mark = value.isoformat() if isinstance(value, datetime) else str(value)
        following = link(request, after=f"{mark}~{getattr(last, unique)}")
    return listed, {"previous_url": link(request, after="") if after else None, "next_url": following}


def link(request: DeskRequest, **changes: str) -> str:
    """This page with another part of its sentence; an empty value leaves the part out."""
    query = {k: v for k, v in request.GET.items() if k != "page"} | changes
    return f"{request.path}?{urlencode({k: v for k, v in query.items() if v})}"


def said(text: Text) -> str:
    """A text of the protocol in the language of the page."""
    return text.in_language(get_language() or "zh")


def tell(request: DeskRequest, action: Many, body: Any, key: UUID | None = None) -> Done:
    """One thing done at the desk, through the same action as a telephone's; with a key, once."""
    one = Told(key or new_id(), request.now, request.actor.by, body)
    done = action(told=[one], by=request.actor, incident=request.incident.id, now=request.now)
    settle([done.touched], incident=request.incident.id, now=request.now)
    return done


def act(request: DeskRequest, action: Many, body: Any, key: UUID | None = None) -> Done:
    """The same for a form: what was not done is said. Nothing waits at a desk, the person is still there."""
    done = tell(request, action, body, key)
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise NotFound if isinstance(refusal, NotVisibleYet) else refusal
    return done


def drawer(request: DeskRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A drawer fragment; without scripts the same content as a page. Give `title`; extend `shell`."""
    part = "HX-Request" in request.headers
    shell = "commandpost/parts/drawer.html" if part else "commandpost/drawer_page.html"
    answer = render(request, template, context | {"shell": shell})
    answer["Cache-Control"] = "no-store"
    answer["Vary"] = "HX-Request, Cookie"
    return answer


def ids(values: Sequence[str]) -> list[UUID]:
    """The readable ids of a form."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
