"""The overview: what must be decided now, and how does tonight stand? Every number is a door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from muster.commandpost import deciding, labels, zones
from muster.commandpost.frame import DeskRequest, area_in_view, areas, bounds, page, screen, within
from muster.commandpost.remembered import remembered
from muster.commandpost.templatetags.desk import figure
from muster.core import journal
from muster.core.errors import NotAllowed
from muster.core.models import Parked
from muster.domain.cases import queries as cases
from muster.domain.helpline import queries as helpline
from muster.domain.incidents.models import Zone
from muster.domain.mobilising import queries as mobilising
from muster.domain.mobilising.models import Batch
from muster.domain.sampling import queries as sampling
from muster.domain.worklists import queries as worklists

AHEAD = timedelta(hours=6)
HOURS = (1, 4, 12, 24)
SHOWN = 6


@screen
def overview(request: DeskRequest) -> HttpResponse:
    """The first page of an incident."""
    reach, incident, now = bounds(request), request.incident.id, request.now
    held = list(
        Zone.objects.filter(within(request), released_at=None).order_by("from_at", "id")[: zones.MOST]
    )
    kinds, _at = remembered(request, "kinds", lambda: worklists.kinds(reach, now, AHEAD))
    progress, counted_at = remembered(request, "progress", lambda: worklists.progress(reach, now))
    tubes, _at = remembered(request, "tubes", lambda: sampling.tube_counts(reach, incident))
    promises = helpline.promises(now)
    in_force = zones.views(request, held)
    since = _since(request)
    context = {
        "base": f"/i/{request.incident.code}/",
        "area": area_in_view(request),
        "areas": areas(request),
        "decisions": deciding.decisions(request, kinds, tubes, promises, in_force),
        "progress": [(labels.PURPOSE.get(one.purpose, one.purpose), one) for one in progress],
        "counted_at": counted_at,
        "kinds": [(labels.ITEM_KIND.get(one.kind, one.kind), one) for one in kinds],
        "swept": remembered(request, "swept", lambda: worklists.swept(reach))[0],
        "tubes": tubes,
        "tube_states": [(labels.TUBE[state], tubes.states.get(state, 0), state) for state in labels.TUBE],
        "people": remembered(request, "people", lambda: mobilising.people_counts(incident, now))[0],
        "promises": promises,
        "coming": coming(request, kinds),
        "changed": _changed(reach, request, since),
        "since": since,
        "hours": HOURS,
        "zones": in_force[:SHOWN],
        "zones_more": max(len(in_force) - SHOWN, 0),
        "cases": cases.open_cases().filter(within(request)).count(),
        "contacts": cases.contact_counts(),
        "may_read": bool(request.actor.spans("journal.read", incident)),
    }
    return render(request, "commandpost/overview/page.html", context)


def _since(request: DeskRequest) -> int:
    """How many hours back the changes go."""
    text = request.GET.get("since", "")
    return int(text) if text in {str(one) for one in HOURS} else 4


def _changed(reach: tuple[int, int], request: DeskRequest, hours: int) -> list[dict[str, Any]]:
    """What was recorded lately, by action, the newest first."""
    since = request.now - timedelta(hours=hours)
    counted, _at = remembered(
        request, f"changed {hours}", lambda: journal.counts(reach, request.incident.id, since)
    )
    return [
        {
            "what": labels.ACTION.get(one.action, one.action),
            "count": one.count,
            "at": one.last_at,
            "action": one.action,
        }
        for one in counted[:12]
    ]


def coming(request: DeskRequest, kinds: list[worklists.KindCount]) -> list[dict[str, Any]]:
    """Deadlines of the next hours: work, lists and batches, the first one first."""
    base, now = f"/i/{request.incident.code}/", request.now
    rows: list[dict[str, Any]] = [
        {
            "at": one.next_at,
            "what": _("%(n)s × %(kind)s due")
            % {"n": figure(one.soon), "kind": labels.ITEM_KIND.get(one.kind, one.kind)},
            "href": f"{base}work/?kind={one.kind}",
        }
        for one in kinds
        if one.soon
    ]
    rows += [
        {
            "at": one.deadline_at,
            "what": _("List due: %(title)s") % {"title": one.title},
            "href": f"{base}work/?list={one.id}",
        }
        for one in worklists.lists_due(bounds(request), now, now + AHEAD)
    ]
    moving = Batch.objects.filter(state__in=("planned", "mustered", "departed"), planned_at__lt=now + AHEAD)
    rows += [
        {
            "at": one.planned_at,
            "href": f"{base}batches/",
            "what": _("Batch of %(n)s, %(state)s")
            % {"n": figure(one.planned), "state": labels.BATCH[one.state]},
        }
        for one in moving.order_by("planned_at", "id")[:SHOWN]
    ]
    return sorted(rows, key=lambda row: row["at"])[:12]


@screen
def parked(request: DeskRequest) -> HttpResponse:
    """Commands of telephones that were refused, in conflict or too early: what, when, why. Their words stay sealed."""
    if not request.actor.spans("sync.review", request.incident.id):
        raise NotAllowed(right="sync.review")
    rows = Parked.objects.filter(incident=request.incident.id, settled_at=None)
    result = request.GET.get("result", "")
    if result in labels.RESULT:
        rows = rows.filter(result=result)
    shown, pager = page(request, rows, ("parked_at", "id"))
    context = pager | {
        "rows": [(one, labels.RESULT.get(one.result, one.result)) for one in shown],
        "result": result,
        "results": labels.RESULT,
    }
    return render(request, "commandpost/overview/parked.html", context)


urlpatterns = [
    path("", overview, name="overview"),
    path("parked/", parked, name="parked"),
]
