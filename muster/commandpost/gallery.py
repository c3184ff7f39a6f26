"""Every part of the desk on one page with sample states: for builders, never in a real installation."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from muster.commandpost.templatetags.desk import STATES, ZONES
from muster.core import clock


def gallery(request: HttpRequest) -> HttpResponse:
    """The page itself."""
    _only_for_builders()
    now = clock.now()
    context = {
        "now": now,
        "states": list(STATES),
        "zones": list(ZONES),
        "fresh": now - timedelta(minutes=3),
        "old": now - timedelta(hours=5),
        "rows": [_row(n) for n in range(14)],
        "floors": [_floor(n) for n in range(9, 0, -1)],
        "columns": _columns(),
        "pairs": [(_("Compound"), "坂田南坑村"), (_("Building"), "3 栋"), (_("Phone"), "138****0271")],
        "events": [
            {"at": now - timedelta(minutes=18), "what": STATES["absent"], "by": "李 · 网格 3", "note": ""},
            {
                "at": now - timedelta(hours=3),
                "what": STATES["done"],
                "by": "王",
                "retracted": True,
                "note": "点错了房号",
            },
            {"at": now - timedelta(hours=9), "what": STATES["open"], "by": "", "note": ""},
        ],
        "points": [
            {"at": now - timedelta(hours=12 - h), "sampled": 40 * h * h, "resulted": 24 * h * h}
            for h in range(13)
        ],
    }
    return render(request, "commandpost/gallery.html", context)


def gallery_map(request: HttpRequest) -> HttpResponse:
    """A block of squares in every state."""
    _only_for_builders()
    states = list(STATES)
    features = [_square(n, states[n * 5 % len(states)]) for n in range(40)]
    return JsonResponse({"type": "FeatureCollection", "generated": True, "features": features})


def _only_for_builders() -> None:
    if not (settings.DEBUG or settings.TRAINING):
        raise Http404


def _row(n: int) -> dict[str, Any]:
    states = list(STATES)
    return {
        "code": f"V{1000 + n * 37}",
        "state": states[n % len(states)],
        "count": 1 + n % 3,
        "hours": 4 + n,
        "kind": _("Verification"),
        "place": f"南坑村 {n % 4 + 1} 栋 {n + 3}0{n % 8 + 1}",
    }


def _floor(level: int) -> dict[str, Any]:
    states = ["done", "done", "absent", "done", "open", "refused", "doing", "blocked", "late"]
    cells = [
        {
            "label": f"{level}{u:02}",
            "state": states[(level * 5 + u * 4 + u // 4) % 9],
            "count": level % 3 + 1,
            "href": "#",
        }
        if (level, u) != (1, 2)
        else None
        for u in range(1, 11)
    ]
    units = [cell for cell in cells if cell]
    return {
        "name": f"{level}F",
        "cells": cells,
        "done": sum(c["state"] == "done" for c in units),
        "units": len(units),
    }


def _columns() -> list[dict[str, Any]]:
    titles = [_("Promised"), _("Mustered"), _("On the road"), _("Here"), _("Released")]
    card = {
        "title": "B7",
        "sender": "盐田区沙头角街道",
        "leader": "陈队长",
        "planned": 100,
        "actual": 92,
        "short": 8,
    }
    return [
        {"title": title, "count": n, "cards": [card | {"note": "23:40"}] * n}
        for n, title in enumerate(titles)
    ]


def _square(n: int, state: str) -> dict[str, Any]:
    x, y = 114.06 + n % 8 * 0.0012, 22.62 + n // 8 * 0.0009
    ring = [[x, y], [x + 0.0009, y], [x + 0.0009, y + 0.0006], [x, y + 0.0006], [x, y]]
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"name": f"{n + 1} 栋", "state": state, "note": "", "href": ""},
    }


urlpatterns = [
    path("gallery/", gallery, name="gallery"),
    path("gallery/map/", gallery_map, name="gallery_map"),
]
