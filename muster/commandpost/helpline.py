"""The helpline desk: a call comes in, a request is opened with its promise, a line is added."""

from __future__ import annotations

import functools
import operator
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q
from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, has, told, whereabouts
from muster.commandpost.frame import DESK, DeskRequest, act, drawer, ids, said, screen, seat, within
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import derive_id, new_id
from muster.domain.helpline import actions, queries
from muster.domain.helpline.rules import LineKind, RequestKind
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.places.models import Dwelling

RECORD, PLAN, COUNSEL = "helpline.record", "helpline.plan", "helpline.counsel"
NOTE, WORDED = 2_000, 50
ABOUT = {**terms.LINE, **terms.REQUEST}


@seat(DESK, COUNSEL)
def new(request: DeskRequest) -> HttpResponse:
    """The form of a request: for a home or a person when the address names one."""
    if not has(request, RECORD):
        raise NotAllowed(right=RECORD)
    resident, dwelling = _resident(request), _dwelling(request)
    home = dwelling or (resident.dwelling if resident and resident.dwelling else None)
    masked = people.masked([resident.id], request.incident.id).get(resident.id) if resident else None
    place = dwelling or resident
    context: dict[str, Any] = {
        "title": _("A new request"),
        "person": masked,
        "door": places.dwelling_titles([home]).get(home, "") if isinstance(home, UUID) else "",
        "home": home,
        "resident": resident,
        "areas": [] if place else whereabouts(request, RECORD),
        "area": _area(resident, home),
        "kinds": asked_for(request),
        "classes": [
            (one.code, said(one.title)) for one in incidents.pack_of(request.incident.id).helpline.vulnerable
        ],
        "lines": queries.lines().filter(incident=request.incident.id)[:200],
        "fresh": new_id(),
    }
    return drawer(request, "commandpost/requests/new.html", context)


def asked_for(request: DeskRequest) -> dict[str, Any]:
    """What people ask for, as far as one sees it: counselling with that right, the rest with a desk."""
    sees = {True: has(request, COUNSEL), False: has(request, DESK)}
    return {str(one): terms.REQUEST[one] for one in RequestKind if sees[one == RequestKind.COUNSELLING]}


def _resident(request: DeskRequest) -> Resident | None:
    """The person the address names, for a desk; one that cannot be seen is no person."""
    named = ids([request.GET.get("resident", "")]) if has(request, DESK) else []
    if not named:
        return None
    found = Resident.objects.filter(pk=named[0]).first()
    if found is None:
        raise NotFound
    return found


def _dwelling(request: DeskRequest) -> UUID | None:
    named = ids([request.GET.get("dwelling", "")]) if has(request, DESK) else []
    if named and not Dwelling.objects.filter(pk=named[0]).exists():
        raise NotFound
    return named[0] if named else None


def _area(resident: Resident | None, home: UUID | None) -> int | None:
    """Where the household lives: its door says it best."""
    if home is not None:
        return Dwelling.objects.values_list("area", flat=True).filter(pk=home).first()
    return resident.area if resident else None


@require_POST
@seat(DESK, COUNSEL)
def open_request(request: DeskRequest) -> HttpResponse:
    """Keep what somebody asked for, and the call in which it was asked when a line is named."""
    wanted = body(request, actions.OpenRequest, {"call": None}, longest=NOTE)
    if ids([request.POST.get("line", "")]):
        call = derive_id(wanted.id, "call")
        act(request, actions.take_calls, body(request, actions.TakeCall, {"note": ""}), call)
        wanted = msgspec.structs.replace(wanted, call=call)
    act(request, actions.open_requests, wanted)
    return told(request, _("The request is open; its promise is on the board."), "requests")


@require_POST
@seat(DESK, COUNSEL)
def take_call(request: DeskRequest) -> HttpResponse:
    """Record that somebody called."""
    act(request, actions.take_calls, body(request, actions.TakeCall, longest=NOTE))
    return told(request, _("The call is recorded."), "requests/calls")


@require_POST
@screen
def add_line(request: DeskRequest) -> HttpResponse:
    """Add a telephone line."""
    act(request, actions.add_lines, body(request, actions.AddLine))
    return told(request, _("The line is added."), "requests/calls")


def forms(request: DeskRequest) -> dict[str, Any]:
    """What the forms beside the list of calls need; nothing for those who may only look."""
    return {
        "may_take": has(request, RECORD),
        "may_plan": has(request, PLAN),
        "plan_areas": whereabouts(request, PLAN),
        "line_kinds": {str(one): terms.LINE[one] for one in LineKind},
        "call_kinds": {**terms.REQUEST},
        "worded": _worded(request),
        "fresh": new_id(),
    }


def _worded(request: DeskRequest) -> list[dict[str, Any]]:
    """The last calls with words in them, for counsellors, where they are counsellors; the words stay sealed."""
    spans = request.actor.spans(COUNSEL, request.incident.id)
    here = [Q(area__gte=low, area__lt=high) for low, high in spans]
    if not here:
        return []
    found = queries.worded().filter(
        within(request), functools.reduce(operator.or_, here), incident=request.incident.id
    )
    listed = list(found[:WORDED])
    lines = dict(queries.lines().filter(pk__in={one.line for one in listed}).values_list("id", "name"))
    return [
        {"call": one, "line": lines.get(one.line, ""), "kind": terms.word(ABOUT, one.kind)} for one in listed
    ]


@seat(DESK, COUNSEL)
def call_drawer(request: DeskRequest, call: UUID) -> HttpResponse:
    """One call: its words are opened here, for a reason that goes into the journal."""
    return _drawn(request, call)


@require_POST
@seat(DESK, COUNSEL)
def call_words(request: DeskRequest, call: UUID) -> HttpResponse:
    """Open the words of a call, for counsellors."""
    reason = request.POST.get("reason", "").replace("\x00", "")[:400]
    words = actions.read_note(
        call=call, reason=reason, by=request.actor, incident=request.incident.id, now=request.now
    )
    return _drawn(request, call, words or _("nothing was written down"))


def _drawn(request: DeskRequest, call: UUID, words: str = "") -> HttpResponse:
    held = queries.calls().filter(pk=call, incident=request.incident.id).first()
    if held is None:
        raise NotFound
    request.actor.require(COUNSEL, held.area, request.incident.id)
    context = {"title": terms.word(ABOUT, held.kind), "call": held, "words": words}
    return drawer(request, "commandpost/requests/call.html", context)


urlpatterns = [
    path("requests/new/drawer/", new, name="request-new"),
    path("requests/open/", open_request, name="request-open"),
    path("requests/calls/take/", take_call, name="call-take"),
    path("requests/lines/", add_line, name="line-add"),
    path("requests/calls/<uuid:call>/drawer/", call_drawer, name="call-drawer"),
    path("requests/calls/<uuid:call>/words/", call_words, name="call-words"),
]
