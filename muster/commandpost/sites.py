"""Sites: how far every tube is, through whose hands it went, how long the lines are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_POST

from muster.commandpost import pools, terms
from muster.commandpost.asking import body, has, tabs, told, turn, whereabouts, wish
from muster.commandpost.frame import (
    DESK,
    DeskRequest,
    act,
    drawer,
    ids,
    said,
    screen,
    seat,
    within,
)
from muster.commandpost.remembered import remembered
from muster.core.errors import BadInput, NotFound
from muster.core.ids import new_id
from muster.core.models import Retraction
from muster.domain.places import actions as places_actions
from muster.domain.places import queries as places
from muster.domain.places.models import Point
from muster.domain.places.rules import PointKind
from muster.domain.responders import queries as responders
from muster.domain.sampling import actions, appointments, queries
from muster.domain.sampling.models import (
    ResultReported,
    Tube,
    TubeHandedOver,
    TubesCounted,
    TubeSealed,
)
from muster.domain.sampling.queries import SiteBoard, SiteLine
from muster.domain.sampling.rules import Result, TubeState, wanted_after_result

PAGES = (
    ("", pgettext_lazy("tab", "Sites")),
    ("tubes/", pgettext_lazy("tab", "Tubes")),
    ("coverage/", pgettext_lazy("tab", "Coverage")),
    ("laboratory/", pgettext_lazy("tab", "Laboratory")),
    ("gates/", pgettext_lazy("tab", "Gates and passes")),
)
HOURS = 24
RESULT = "sampling.result"
MOST_SITES = 300


@screen
def sites(request: DeskRequest) -> HttpResponse:
    """Sites with their tubes by state, and the tubes on the table against those the system has there."""
    points = {
        one.id: one
        for one in Point.objects.filter(within(request), incident=request.incident.id, kind="site")[
            :MOST_SITES
        ]
    }
    hour = request.now.replace(minute=0, second=0, microsecond=0)
    since = hour - timedelta(hours=HOURS - 1)
    boards, taken, counted_at = _counted(request, since)
    names = places.area_names({one.area for one in points.values()})
    known = Point.objects.filter(within(request), incident=request.incident.id).in_bulk(
        boards.keys() - points.keys()
    )
    held = {**points, **known}
    lines = {one.site: one for one in queries.site_lines(request.incident.id, request.now)}
    near = appointments.board(held, hour - timedelta(hours=8), request.now + timedelta(hours=1))
    going = {one.site: one for one in near if one.from_at <= request.now < one.to_at}
    rows = [
        _site(held.get(site), boards.get(site), names) | _line(lines.get(site)) | {"slot": going.get(site)}
        for site in sorted(held, key=lambda one: (held[one].name, one))
    ]
    totals = {state: sum(row["states"][n][1] for row in rows) for n, state in enumerate(TubeState)}
    context = {
        "tabs": tabs(request, "sites", *PAGES),
        "rows": rows,
        "counted_at": counted_at,
        "states": list(terms.TUBE.values()),
        "totals": [(terms.TUBE[state], totals[state], str(state)) for state in TubeState],
        "missing": sum(max(row["difference"] or 0, 0) for row in rows),
        "hours": [
            (since + timedelta(hours=n), taken.get(since + timedelta(hours=n), 0)) for n in range(HOURS)
        ],
        "any": bool(taken),
        "flagged": sum(row["flagged"] for row in rows),
        "may_record": has(request, "sampling.record"),
        "may_survey": has(request, "places.survey"),
        "areas": whereabouts(request, "places.survey"),
        "fresh": new_id(),
    }
    return render(request, "commandpost/sites/sites.html", context)


def _counted(
    request: DeskRequest, since: datetime
) -> tuple[dict[UUID, SiteBoard], dict[datetime, int], datetime]:
    """The boards of sites and the samples by the hour, and when they were counted: not for every visitor."""
    (boards, taken), counted_at = remembered(
        request,
        "sites",
        lambda: (queries.site_boards(), queries.samples_by_hour(from_at=since, to_at=request.now)),
    )
    return {one.site: one for one in boards}, taken, counted_at


def _site(point: Point | None, board: SiteBoard | None, names: dict[int, str]) -> dict[str, Any]:
    table = board.table if board else None
    counts = board.tubes if board else {}
    difference = None if table is None or table.difference is None else -table.difference
    return {
        "id": point.id if point else None,
        "name": point.name if point else "",
        "area": names.get(point.area, "") if point else "",
        "states": [(str(state), counts.get(state, 0)) for state in TubeState],
        "seats": board.seats if board else 0,
        "flagged": board.flagged if board else 0,
        "table": table,
        "difference": difference,
        "extra": -difference if difference is not None and difference < 0 else 0,
    }


def _line(one: SiteLine | None) -> dict[str, Any]:
    return {"line": one, "band": said(one.band.title) if one and one.band else ""}


@require_POST
@screen
def line(request: DeskRequest) -> HttpResponse:
    """Keep how many people stand in front of a site."""
    act(request, actions.report_queues, body(request, actions.ReportQueue))
    return told(request, _("The line is reported."), "sites")


@require_POST
@screen
def add_point(request: DeskRequest) -> HttpResponse:
    """A sampling site or a gate begins: a site opens its page, to be set up at once."""
    point = body(request, places_actions.AddPoint)
    if point.kind not in (PointKind.SITE, PointKind.GATE):
        raise BadInput(problem="kind")
    act(request, places_actions.add_points, point, point.id)
    if point.kind == PointKind.GATE:
        return told(
            request, _("The gate is there. Give it a shift; its telephones show it then."), "sites/gates"
        )
    messages.success(request, _("The site is there. Say what it needs and set it up."))
    return redirect("site", incident=request.incident.code, site=point.id)


@screen
def tubes(request: DeskRequest) -> HttpResponse:
    """A page of tubes, perhaps of one site, state, flag or result."""
    asked = wish(request, "site", "state", "flag", "result", "code")
    found = Tube.objects.filter(within(request), incident=request.incident.id, first_at__isnull=False)
    if site := ids([asked["site"]]):
        found = found.filter(site=site[0])
    if asked["state"] in terms.TUBE:
        found = found.filter(state=asked["state"])
    if asked["result"] in terms.RESULT:
        found = found.filter(result=asked["result"])
    if asked["flag"] == "1":
        found = found.exclude(flags=[])
    if asked["code"]:
        found = found.filter(code__endswith=asked["code"].strip()[:40])
    rows, pager = turn(request, found, "first_at", newest=True)
    points = Point.objects.filter(incident=request.incident.id, kind="site").order_by("name", "id")
    names = dict(points.values_list("id", "name")[:MOST_SITES])
    context = pager | {
        "tabs": tabs(request, "sites", *PAGES),
        "rows": [
            (row, names.get(row.site, ""), look(row), terms.word(terms.TUBE, row.state), _result(row))
            for row in rows
        ],
        "wish": asked,
        "sites": names,
        "states": terms.TUBE,
        "results": terms.RESULT,
    }
    return render(request, "commandpost/sites/tubes.html", context)


def look(tube: Tube) -> str:
    """The state a tube is drawn with."""
    if tube.result == Result.POSITIVE or tube.flags:
        return "refused"
    return {"open": "open", "resulted": "done"}.get(tube.state, "doing")


def _result(tube: Tube) -> str:
    return terms.word(terms.RESULT, tube.result) if tube.result else ""


@seat(DESK, RESULT)
def tube_drawer(request: DeskRequest, tube: UUID) -> HttpResponse:
    """One tube: who sits in it (masked, for the desk only), through whose hands it went, what the laboratory found."""
    held = Tube.objects.filter(pk=tube, incident=request.incident.id).first()
    if held is None:
        raise NotFound
    has_desk = has(request, DESK)
    pool = has_desk and bool(wanted_after_result(held.result, held.id, held.pool_size))
    area = pools.area_of(held) if pool else held.area
    site = Point.objects.filter(pk=held.site).values_list("name", flat=True).first() if held.site else ""
    context = {
        "title": held.code,
        "held": held,
        "site": site,
        "state": look(held),
        "word": terms.word(terms.TUBE, held.state),
        "result": _result(held),
        "flags": terms.words(terms.TUBE_FLAG, held.flags),
        "members": pools.seated(request, held) if has_desk else None,
        "notice": pools.words(request, held, area, request.LANGUAGE_CODE)[1] if pool else "",
        "may_tell": request.actor.may(pools.PUBLISH, area, request.incident.id),
        "events": _custody(held),
        "results": terms.RESULT,
        "may_result": request.actor.may(RESULT, held.area, request.incident.id),
    }
    return drawer(request, "commandpost/sites/tube.html", context)


def _custody(held: Tube) -> list[dict[str, Any]]:
    """Everything that happened to a tube, newest first."""
    said: list[tuple[datetime, UUID, UUID, str]] = []
    for one in TubeSealed.objects.filter(tube=held.id):
        said.append(
            (
                one.at,
                one.by,
                one.id,
                _("sealed, seats said: %(n)s") % {"n": "–" if one.seats_said is None else one.seats_said},
            )
        )
    for count in TubesCounted.objects.filter(tubes__contains=[held.id]):
        said.append((count.at, count.by, count.id, _("counted on the table")))
    for way in TubeHandedOver.objects.filter(tube=held.id):
        to = {"to": way.to or "–", "box": way.box}
        text = _("handed over: %(to)s, box %(box)s") if way.box else _("handed over: %(to)s")
        said.append((way.at, way.by, way.id, text % to))
    for report in ResultReported.objects.filter(tube=held.id):
        said.append(
            (
                report.at,
                report.by,
                report.id,
                _("result: %(result)s") % {"result": terms.word(terms.RESULT, report.result)},
            )
        )
    gone = set(
        Retraction.objects.filter(target__in=[one[2] for one in said]).values_list("target", flat=True)
    )
    known = responders.known({one[1] for one in said})
    return [
        {"at": at, "what": what, "by": known[by].code if by in known else "", "retracted": fact in gone}
        for at, by, fact, what in sorted(said, key=lambda one: (one[0], one[2]), reverse=True)
    ]


@require_POST
@seat(DESK, RESULT)
def result(request: DeskRequest, tube: UUID) -> HttpResponse:
    """Report what the laboratory found."""
    act(request, actions.report_results, body(request, actions.ReportResult, {"tube": tube}))
    return told(
        request,
        _("The result is recorded. A positive pool makes single resamples at once."),
        "sites/tubes" if has(request, DESK) else "sites/laboratory",
    )


urlpatterns = [
    path("sites/", sites, name="sites"),
    path("sites/lines/", line, name="site-line"),
    path("sites/points/", add_point, name="site-point"),
    path("sites/tubes/", tubes, name="tubes"),
    path("sites/tubes/<uuid:tube>/drawer/", tube_drawer, name="tube-drawer"),
    path("sites/tubes/<uuid:tube>/result/", result, name="tube-result"),
]
