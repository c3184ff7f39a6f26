"""Requests: who was promised what until when, and how people were reached. Counselling stays sealed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import helpline, labels, terms
from muster.commandpost.asking import body, has, tabs, told, turn, whereabouts, wish
from muster.commandpost.frame import DESK, DeskRequest, act, drawer, screen, seat, within
from muster.core.errors import NotFound
from muster.core.models import Retraction
from muster.domain.helpline import actions, queries
from muster.domain.helpline.models import IS_OPEN, Call, Request
from muster.domain.helpline.rules import RequestKind, Step, SupportKind
from muster.domain.incidents import queries as incidents
from muster.domain.notices import actions as notices
from muster.domain.notices import queries as telling
from muster.domain.notices.rules import Channel
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders

PAGES = (
    ("", pgettext_lazy("tab", "Requests")),
    ("calls/", pgettext_lazy("tab", "Calls, support, broadcasts")),
)
HOUR = timedelta(hours=1)
COUNSEL = helpline.COUNSEL


def _seen(request: DeskRequest) -> QuerySet[Request]:
    """Requests in view; those for counselling only for counsellors, and without a desk nothing else."""
    rows = Request.objects.defer("note_c").filter(within(request), incident=request.incident.id)
    if not has(request, DESK):
        return rows.filter(kind=RequestKind.COUNSELLING)
    hidden = Q(kind=RequestKind.COUNSELLING)
    for low, high in request.actor.spans(COUNSEL, request.incident.id):
        hidden &= ~Q(area__gte=low, area__lt=high)
    return rows.exclude(hidden)


@seat(DESK, COUNSEL)
def board(request: DeskRequest) -> HttpResponse:
    """A page of requests by promise; late ones, and those promised within the hour."""
    asked = wish(request, "kind", "which", "area")
    found = _narrowed(_seen(request), asked, request)
    rows, pager = turn(request, found, "promised_at")
    doors = places.dwelling_titles({row.dwelling for row in rows if row.dwelling})
    known = responders.known({row.taken_by for row in rows if row.taken_by})
    areas = places.area_names({row.area for row in rows})
    words = _vulnerable(request)
    numbers = queries.promises(request.now, _seen(request))
    context = pager | {
        "tabs": tabs(request, "requests", *PAGES),
        "rows": [
            _row(row, request) | {
                "door": doors.get(row.dwelling, "") if row.dwelling else "", "area": areas[row.area],
                "by": known[row.taken_by].code if row.taken_by in known else "",
                "vulnerable": words.get(row.vulnerable, row.vulnerable),
            }
            for row in rows
        ],
        "wish": asked,
        "numbers": numbers,
        "sealed": 0 if has(request, COUNSEL) else queries.open_by_kind().get(RequestKind.COUNSELLING, 0),
        "kinds": helpline.asked_for(request),
        "areas": places.areas_under(request.incident.area, "community"), "may_open": has(request, "helpline.record"),
    }  # fmt: skip
    return render(request, "commandpost/requests/board.html", context)


def _narrowed(rows: QuerySet[Request], asked: dict[str, str], request: DeskRequest) -> QuerySet[Request]:
    if asked["which"] == "done":
        rows = rows.exclude(IS_OPEN)
    elif asked["which"] != "all":
        rows = rows.filter(IS_OPEN)
    if asked["which"] == "late":
        rows = rows.filter(first_promised_at__lt=request.now)
    elif asked["which"] == "hour":
        rows = rows.filter(promised_at__gte=request.now, promised_at__lt=request.now + HOUR)
    return rows.filter(kind=asked["kind"]) if asked["kind"] in terms.REQUEST else rows


def _vulnerable(request: DeskRequest) -> dict[str, str]:
    english = (get_language() or "zh").startswith("en")
    listed = incidents.pack_of(request.incident.id).helpline.vulnerable
    return {one.code: one.title.en if english else one.title.zh for one in listed}


def _row(row: Request, request: DeskRequest) -> dict[str, Any]:
    is_open = row.state in ("open", "doing")
    late = is_open and row.first_promised_at < request.now
    looks = {"open": "open", "doing": "doing", "done": "done", "withdrawn": "blocked"}
    words = {"open": _("waiting"), "doing": _("taken on"), "done": _("done"), "withdrawn": _("withdrawn")}
    return {
        "row": row,
        "kind": terms.word(terms.REQUEST, row.kind),
        "state": "late" if late else looks[row.state],
        "word": _("promise broken") if late else words[row.state],
        "hours": int((request.now - row.first_promised_at) / HOUR) if late else None,
        "late": late,
    }


@seat(DESK, COUNSEL)
def request_drawer(request: DeskRequest, asked: UUID) -> HttpResponse:
    """One request: the household, everything it asked for, what was done; the next step is recorded here."""
    return _drawn(request, asked)


def _found(request: DeskRequest, asked: UUID) -> Request:
    row = Request.objects.defer("note_c").filter(pk=asked, incident=request.incident.id).first()
    if row is None:
        raise NotFound
    request.actor.require(
        COUNSEL if row.kind == RequestKind.COUNSELLING else DESK, row.area, request.incident.id
    )
    return row


def _drawn(request: DeskRequest, asked: UUID, **more: Any) -> HttpResponse:
    row = _found(request, asked)
    steps = list(queries.updates(asked))
    known = responders.known({one.by for one in steps})
    events = [
        {
            "at": one.at, "what": terms.word(terms.STEP, one.step), "by": known[one.by].code if one.by in known else "",
            "note": _("promised for %(at)s") % {"at": f"{localtime(one.promised_at):%m-%d %H:%M}"}
            if one.promised_at else "",
        }
        for one in reversed(steps)
    ]  # fmt: skip
    door = places.dwelling_titles([row.dwelling]).get(row.dwelling, "") if row.dwelling else ""
    masked = people.masked([row.resident], request.incident.id).get(row.resident) if row.resident else None
    context = {
        "title": door or terms.word(terms.REQUEST, row.kind),
        "one": _row(row, request),
        "person": masked,
        "vulnerable": _vulnerable(request).get(row.vulnerable, row.vulnerable),
        "events": events,
        "others": _others(request, row),
        "steps": {str(step): terms.STEP[step] for step in Step},
        "may_update": request.actor.may("helpline.record", row.area, request.incident.id),
    }
    return drawer(request, "commandpost/requests/drawer.html", context | more)


def _others(request: DeskRequest, row: Request) -> list[dict[str, Any]]:
    """What else the household asked for, without counselling unless that may be seen."""
    if row.dwelling is None:
        return []
    shown = [
        one
        for one in queries.household(row.dwelling, request.now).requests
        if one.id != row.id
        and request.actor.may(
            COUNSEL if one.kind == RequestKind.COUNSELLING else DESK, one.area, one.incident
        )
    ]
    return [_row(one, request) for one in shown[:30]]


@require_POST
@seat(DESK, COUNSEL)
def update(request: DeskRequest, asked: UUID) -> HttpResponse:
    """Record what was done about a request."""
    _found(request, asked)
    act(request, actions.update_requests, body(request, actions.UpdateRequest, {"request": asked}))
    return told(request, _("The step is recorded."), "requests")


@require_POST
@seat(DESK, COUNSEL)
def words(request: DeskRequest, asked: UUID) -> HttpResponse:
    """Open the words of a request, for a reason that goes into the journal."""
    reason = request.POST.get("reason", "").replace("\x00", "")[:400]
    said = actions.read_request_note(
        request=asked, reason=reason, by=request.actor, incident=request.incident.id, now=request.now
    )
    return _drawn(request, asked, said=said or _("nothing was written down"))


@seat(DESK, COUNSEL)
def calls(request: DeskRequest) -> HttpResponse:
    """Calls by line and kind, support and broadcasts. Of counselling only how many."""
    kept = Call.objects.filter(within(request), incident=request.incident.id).exclude(
        id__in=Retraction.objects.values("target")
    )
    counted = kept.values_list("line").annotate(
        n=Count("id"), day=Count("id", filter=Q(at__gt=request.now - 24 * HOUR))
    )
    by_line = {line: (n, day) for line, n, day in counted}
    lines = list(queries.lines().filter(incident=request.incident.id)[:200])
    support, channels = queries.support_by_kind(), telling.by_channel()
    context = {
        "tabs": tabs(request, "requests", *PAGES),
        "lines": [(one, terms.word(terms.LINE, one.kind), *by_line.get(one.id, (0, 0))) for one in lines],
        "by_kind": [
            (terms.word(helpline.ABOUT, kind), n)
            for kind, n in sorted(queries.calls_by_kind().items(), key=lambda pair: -pair[1])
        ],
        "support": [
            (terms.word(terms.SUPPORT, kind), times, reached) for kind, (times, reached) in support.items()
        ],
        "channels": [(terms.word(labels.CHANNEL, one.channel), one.times, one.audience) for one in channels],
        "may_support": has(request, "helpline.record"),
        "may_tell": has(request, "notices.broadcast"),
        "areas": whereabouts(request, "helpline.record"),
        "supports": {str(kind): terms.SUPPORT[kind] for kind in SupportKind},
        "ways": {str(way): labels.CHANNEL[way] for way in Channel},
    }
    return render(request, "commandpost/requests/calls.html", context | helpline.forms(request))


@require_POST
@seat(DESK, COUNSEL)
def support(request: DeskRequest) -> HttpResponse:
    """Record support that reached people."""
    act(request, actions.record_support, body(request, actions.RecordSupport))
    return told(request, _("The support is recorded."), "requests/calls")


@require_POST
@screen
def broadcast(request: DeskRequest) -> HttpResponse:
    """Record that people were told over a channel."""
    act(request, notices.broadcast, body(request, notices.RecordBroadcast))
    return told(request, _("The broadcast is recorded."), "requests/calls")


urlpatterns = [
    path("requests/", board, name="requests"),
    path("requests/calls/", calls, name="calls"),
    path("requests/support/", support, name="support"),
    path("requests/broadcasts/", broadcast, name="broadcasts"),
    path("requests/<uuid:asked>/drawer/", request_drawer, name="request-drawer"),
    path("requests/<uuid:asked>/update/", update, name="request-update"),
    path("requests/<uuid:asked>/words/", words, name="request-words"),
]
