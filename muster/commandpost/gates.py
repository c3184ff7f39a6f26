"""Gates: what passed them by the hour, scans to doubt, passes by kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from muster.commandpost import terms
from muster.commandpost.asking import tabs, wish
from muster.commandpost.frame import DeskRequest, screen, within
from muster.commandpost.sites import HOURS, MOST_SITES, PAGES
from muster.domain.passes import queries as passes
from muster.domain.passes.models import Pass
from muster.domain.places.models import Point


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
        "gates": _gates(counted, names),
        "doubts": [(one, names.get(one.gate, ""), terms.word(terms.CHECK, one.checked)) for one in doubts],
        "kinds": [
            (terms.word(terms.PASS, kind), n, gone, good) for kind, n, gone, good in kinds.order_by("kind")
        ],
    }
    return render(request, "commandpost/sites/gates.html", context)


def _gates(counted: list[passes.GateHour], names: dict[UUID, str]) -> list[dict[str, Any]]:
    gates: dict[UUID, dict[str, Any]] = {
        gate: {"name": name, "passed": 0, "stopped": 0, "amber": 0, "hours": []}
        for gate, name in names.items()
    }
    for row in counted:
        one = gates.setdefault(
            row.gate, {"name": names.get(row.gate, ""), "passed": 0, "stopped": 0, "amber": 0, "hours": []}
        )
        one["passed"] += row.passed
        one["stopped"] += row.stopped
        one["amber"] += row.amber
        one["hours"].append(row)
    return sorted(
        gates.values(), key=lambda one: (-one["passed"] - one["stopped"] - one["amber"], one["name"])
    )


urlpatterns = [path("sites/gates/", gates, name="gates")]
