"""Shifts: which posts have holes, who stands where, and a sheet of paper for each post."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, day_of, has, local, sliced, told, whereabouts, wish
from muster.commandpost.frame import DeskRequest, act, drawer, screen
from muster.core.errors import NotFound, Refusal
from muster.core.ids import new_id
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising import actions, queries
from muster.domain.mobilising.models import Seat, Shift
from muster.domain.mobilising.queries import PostRow, ShiftCell
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.responders.queries import Known

POSTS = 60
MOST_PRINTED = 300


class NobodyByThisCode(Refusal):
    """No responder has this code."""

    code = "commandpost.no_such_code"
    status = 404
    texts = {
        "zh": "没有工号为“{said}”的人员，名额没有变化。请核对工号，或在“人员”页查找。",
        "en": "Nobody has the code “{said}”; no seat was changed. Check it, or look under Responders.",
    }


@screen
def grid(request: DeskRequest) -> HttpResponse:
    """Posts and their shifts of a day, those with holes first."""
    asked = wish(request, "kind", "hole")
    day, begin, until = day_of(request)
    rows = queries.post_grid(request.incident.id, begin, until)
    kinds = post_words(request)
    offered = {kind: terms.word(kinds, kind) for kind in sorted({row.kind for row in rows})}
    kept = [
        row for row in rows if asked["kind"] in ("", row.kind) and (asked["hole"] != "1" or row.holes > 0)
    ]
    shown, pager = sliced(request, kept, POSTS)
    context = pager | {
        "rows": _shown(request, list(shown), kinds),
        "day": day,
        "before": day - timedelta(days=1),
        "after_day": day + timedelta(days=1),
        "wish": asked,
        "kinds": offered,
        "any": bool(rows),
        "holes": sum(row.holes for row in rows),
        "seats": sum(shift.seats for row in rows for shift in row.shifts),
        "handovers": len(queries.open_handovers(request.incident.id)),
    }
    return render(request, "commandpost/shifts/grid.html", context | _forms(request, kinds, rows))


def _forms(request: DeskRequest, kinds: dict[str, Any], rows: list[PostRow]) -> dict[str, Any]:
    if not has(request, "mobilising.plan"):
        return {}
    return {
        "may_plan": True,
        "areas": whereabouts(request, "mobilising.plan"),
        "post_kinds": kinds,
        "posts": sorted(((row.id, row.name) for row in rows), key=lambda pair: pair[1]),
        "limits": terms.LIMIT,
        "fresh": new_id(),
        "soon": local(request.now),
    }


def post_words(request: DeskRequest) -> dict[str, Any]:
    """What kinds of posts are called: by the protocol first."""
    english = (get_language() or "zh").startswith("en")
    named = {
        post.code: post.title.en if english else post.title.zh
        for post in incidents.pack_of(request.incident.id).staffing.posts
    }
    return {**terms.POST, **named}


def _shown(request: DeskRequest, rows: list[PostRow], kinds: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows with the codes of who has a seat."""
    shifts = [shift.id for row in rows for shift in row.shifts]
    seats: dict[UUID, list[Seat]] = {}
    for seat in Seat.objects.filter(incident=request.incident.id, shift__in=shifts).order_by(
        "claimed_at", "id"
    ):
        seats.setdefault(seat.shift_id, []).append(seat)
    people = responders.known({seat.responder for listed in seats.values() for seat in listed})
    names = places.area_names({row.area for row in rows})
    return [
        {
            "row": row,
            "kind": terms.word(kinds, row.kind),
            "area": names[row.area],
            "forbids": terms.words(terms.LIMIT, row.forbids),
            "shifts": [_cell(shift, seats.get(shift.id, []), people) for shift in row.shifts],
        }
        for row in rows
    ]


def _cell(shift: ShiftCell, seats: list[Seat], people: dict[UUID, Known]) -> dict[str, Any]:
    held = [seat for seat in seats if seat.claimed_at or seat.began_at]
    return {
        "shift": shift,
        "who": [
            (
                people[seat.responder].code if seat.responder in people else "?",
                bool(seat.began_at and not seat.ended_at),
            )
            for seat in held
        ],
        "free": range(min(max(shift.hole, 0), 40)),
    }


@screen
def sheets(request: DeskRequest) -> HttpResponse:
    """One sheet of paper for each post of a day, to pin up there."""
    day, begin, until = day_of(request)
    rows = [row for row in queries.post_grid(request.incident.id, begin, until) if row.shifts]
    chosen = wish(request, "post")["post"]
    rows = [row for row in rows if chosen in ("", str(row.id))][:MOST_PRINTED]
    context = {"rows": _shown(request, rows, post_words(request)), "day": day}
    return render(request, "commandpost/shifts/sheets.html", context)


def _drawn(request: DeskRequest, shift: UUID, **more: Any) -> HttpResponse:
    held = Shift.objects.filter(pk=shift, incident=request.incident.id).select_related("post").first()
    if held is None:
        raise NotFound
    seats = list(Seat.objects.filter(shift=shift).order_by("claimed_at", "id"))
    people = responders.known(seat.responder for seat in seats)
    kinds = post_words(request)
    context = {
        "title": held.post.name,
        "kind": terms.word(kinds, held.post.kind),
        "held": held,
        "hole": held.seats - held.claimed,
        "forbids": terms.words(terms.LIMIT, held.post.forbids),
        "seats": [
            (seat, people.get(seat.responder))
            for seat in seats
            if seat.claimed_at or seat.began_at or seat.ended_at
        ],
        "may": any(
            request.actor.may(right, held.area, request.incident.id)
            for right in ("mobilising.shift", "mobilising.plan")
        ),
        "now": request.now,
    }
    return drawer(request, "commandpost/shifts/drawer.html", context | more)


@screen
def shift_drawer(request: DeskRequest, shift: UUID) -> HttpResponse:
    """One shift: its seats, who has them, who came."""
    return _drawn(request, shift)


@require_POST
@screen
def claim(request: DeskRequest, shift: UUID) -> HttpResponse:
    """Claim a seat for a responder by code; where two share a code, a person chooses."""
    if not request.POST.get("responder"):
        said = request.POST.get("code", "").replace("\x00", "").strip()[:12]
        found = responders.by_code(said) if said else []
        if not found:
            raise NobodyByThisCode(said=said)
        if len(found) > 1:
            return _drawn(request, shift, choices=found)
        seat = actions.SeatBody(shift, found[0].id)
    else:
        seat = body(request, actions.SeatBody, {"shift": shift})
    act(request, actions.claim_seats, seat)
    return _back(request, shift, _("The seat is taken."))


DEEDS: dict[str, tuple[Any, Any]] = {
    "release": (actions.release_seats, actions.SeatBody),
    "begin": (actions.begin_shifts, actions.DutyBody),
    "end": (actions.end_shifts, actions.DutyBody),
}


@require_POST
@screen
def do(request: DeskRequest, shift: UUID, deed: str) -> HttpResponse:
    """Give a seat back, begin or end work on it."""
    if deed not in DEEDS:
        raise NotFound
    action, kind = DEEDS[deed]
    act(request, action, body(request, kind, {"shift": shift}))
    said = {
        "release": _("The seat is free again."),
        "begin": _("Work has begun."),
        "end": _("Work has ended."),
    }
    return _back(request, shift, said[deed])


def _back(request: DeskRequest, shift: UUID, text: str) -> HttpResponse:
    """In the drawer the drawer again; without scripts the page."""
    if "HX-Request" in request.headers:
        return _drawn(request, shift, said=text)
    return told(request, text, "shifts")


@require_POST
@screen
def add_post(request: DeskRequest) -> HttpResponse:
    """Add a post."""
    act(request, actions.add_posts, body(request, actions.AddPost))
    return told(request, _("The post is added. Give it shifts next."), "shifts")


@require_POST
@screen
def add_shift(request: DeskRequest) -> HttpResponse:
    """Add a shift to a post."""
    shift = body(request, actions.ShiftBody)
    act(request, actions.add_shifts, actions.AddShifts([shift]))
    return told(request, _("The shift is added."), "shifts")


urlpatterns = [
    path("shifts/", grid, name="shifts"),
    path("shifts/sheets/", sheets, name="shift-sheets"),
    path("shifts/posts/", add_post, name="post-add"),
    path("shifts/add/", add_shift, name="shift-add"),
    path("shifts/<uuid:shift>/drawer/", shift_drawer, name="shift-drawer"),
    path("shifts/<uuid:shift>/claim/", claim, name="shift-claim"),
    path("shifts/<uuid:shift>/<slug:deed>/", do, name="shift-deed"),
]
