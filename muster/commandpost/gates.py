"""Gates: what passed them by the hour, scans to doubt, passes by kind."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localtime

from muster.commandpost import terms
from muster.commandpost.asking import has, tabs, whereabouts, wish
from muster.commandpost.frame import DeskRequest, screen, within
from muster.commandpost.gate_desk import exceptions_of
from muster.commandpost.sites import HOURS, MOST_SITES, PAGES
from muster.core.ids import new_id
from muster.core.models import Device
from muster.domain.passes import carried, exceptions
from muster.domain.passes import queries as passes
from muster.domain.passes.models import Pass, PassScanned
from muster.domain.passes.rules import is_old
from muster.domain.places.models import Point
from muster.domain.responders import queries as responders


@screen
def gates(request: DeskRequest) -> HttpResponse:
    """What passed each gate by the hour, scans the server would have judged otherwise, passes by kind."""
    asked = wish(request, "hours")
    hours = 72 if asked["hours"] == "72" else HOURS
    since = request.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours - 1)
    counted = passes.gate_hours(from_at=since, to_at=request.now + timedelta(hours=1))
    doubts = list(passes.flagged().filter(incident=request.incident.id, at__gte=since)[:50])
    asked_about = Q(kind="gate") | Q(pk__in={one.gate for one in doubts})
    points = Point.objects.filter(asked_about, incident=request.incident.id)
    names = dict(points.values_list("id", "name")[:MOST_SITES])
    held = Pass.objects.filter(within(request), incident=request.incident.id)
    kinds = held.values_list("kind").annotate(
        n=Count("id"), gone=Count("id", filter=Q(revoked_at__isnull=False)),
        good=Count("id", filter=Q(revoked_at=None, valid_from__lte=request.now, valid_to__gt=request.now)),
    )  # fmt: skip
    context = {
        "tabs": tabs(request, "sites", *PAGES),
        "wish": {"hours": str(hours)},
        "gates": _gates(counted, names, list_ages(request, since)),
        "places": _places(request),
        "exceptions": exceptions_of(request, names),
        "closings": terms.CLOSING,
        "may_step": has(request, "passes.scan"),
        "may_issue": has(request, "passes.issue"),
        "may_survey": has(request, "places.survey"),
        "areas": whereabouts(request, "places.survey"),
        "fresh": new_id(),
        "doubts": [(one, names.get(one.gate, ""), terms.word(terms.CHECK, one.checked)) for one in doubts],
        "kinds": [
            (terms.word(terms.PASS, kind), n, gone, good) for kind, n, gone, good in kinds.order_by("kind")
        ],
    }
    return render(request, "commandpost/sites/gates.html", context)


def list_ages(request: DeskRequest, since: datetime) -> dict[UUID, tuple[int, bool]]:
    """Minutes since the phone of each gate that was silent longest had the lists, and whether that is too old."""
    rows = PassScanned.objects.filter(incident=request.incident.id, at__gte=since, device__isnull=False)
    pairs = set(rows.values_list("gate", "device").distinct())
    seen = {
        one.id: one.last_seen_at
        for one in Device.objects.filter(pk__in={device for _gate, device in pairs}, revoked_at=None)
    }
    oldest: dict[UUID, datetime] = {}
    for gate, device in pairs:
        at = seen.get(device) if device else None
        if at is not None:
            oldest[gate] = min(at, oldest.get(gate, at))
    hours = carried.old_after_hours(request.incident.id)
    return {
        gate: (max(0, int((request.now - at).total_seconds() // 60)), is_old(at, request.now, hours))
        for gate, at in oldest.items()
    }


def _places(request: DeskRequest) -> list[dict[str, Any]]:
    """Places with a code, and who answers for each."""
    found = Point.objects.filter(within(request), incident=request.incident.id).exclude(kind="store")
    rows = list(found.order_by("name", "id")[:MOST_SITES])
    named = exceptions.administrators({one.id for one in rows})
    known = responders.known(set(named.values()))
    since = localtime(request.now).replace(hour=0, minute=0, second=0, microsecond=0)
    counted = passes.check_ins(from_at=since, to_at=request.now + timedelta(minutes=5))
    return [
        {
            "point": one,
            "code": known[named[one.id]].code if named.get(one.id) in known else "",
            "today": counted.get(one.id, 0),
        }
        for one in rows
    ]


def _gates(
    counted: list[passes.GateHour], names: dict[UUID, str], ages: dict[UUID, tuple[int, bool]]
) -> list[dict[str, Any]]:
    gates: dict[UUID, dict[str, Any]] = {}

    def entry(gate: UUID) -> dict[str, Any]:
        minutes, old = ages.get(gate, (None, False))
        fresh = {"name": names.get(gate, ""), "passed": 0, "stopped": 0, "amber": 0, "hours": []}
        return gates.setdefault(gate, fresh | {"list_minutes": minutes, "list_old": old})

    for gate in names:
        entry(gate)
    for row in counted:
        one = entry(row.gate)
        one["passed"] += row.passed
        one["stopped"] += row.stopped
        one["amber"] += row.amber
        one["hours"].append(row)
    return sorted(
        gates.values(), key=lambda one: (-one["passed"] - one["stopped"] - one["amber"], one["name"])
    )


urlpatterns = [path("sites/gates/", gates, name="gates")]
