"""The map: where buildings are not swept yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, area_in_view, areas, bounds, screen
from muster.domain.places import queries as places
from muster.domain.places.models import Area
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.queries import BuildingRow, Patch, Swept

MOST = 5_000
LISTED = 200
HALF = 0.0002  # degrees: a building without an outline is drawn about 40 metres wide


@screen
def map_page(request: DeskRequest) -> HttpResponse:
    """The map with its list beside it: communities, or the buildings of one."""
    here = f"/i/{request.incident.code}/map/"
    if "HX-Request" in request.headers:  # an area was clicked on the map
        answer = HttpResponse()
        answer["HX-Redirect"] = request.get_full_path()
        return answer
    area, reach = area_in_view(request), bounds(request)
    patches = worklists.patches(reach)
    alone = len(patches) == 1
    rows = worklists.buildings(reach, size=LISTED + 1) if alone else []
    names = places.area_names({patch.area for patch in patches} | {area})
    context = {
        "url": f"{here}buildings.json" + (f"?area={area}" if area else ""),
        "area": area,
        "areas": areas(request),
        "name": names[area] if area else "",
        "rows": [(row, labels.BUILDING[row.state]) for row in rows[:LISTED]],
        "cut": len(rows) > LISTED,
        "patches": [
            (patch, names[patch.area], state := look(patch.swept), labels.BUILDING[state])
            for patch in patches
        ],
        "alone": alone,
        "swept": whole(patches),
    }
    return render(request, "commandpost/map/page.html", context)


def whole(patches: list[Patch]) -> Swept:
    """The sum over communities."""
    names = ("buildings", "done", "doing", "absent", "refused", "open", "units", "left")
    return Swept(**{name: sum(getattr(patch.swept, name) for patch in patches) for name in names})


def look(swept: Swept) -> str:
    """The state a community is drawn in: all swept, begun, or not."""
    if swept.done == swept.buildings:
        return "done"
    return "open" if swept.open == swept.buildings else "doing"


@screen
def buildings_json(request: DeskRequest) -> HttpResponse:
    """Buildings as GeoJSON; communities as rectangles where there are too many to draw."""
    base, reach = f"/i/{request.incident.code}/", bounds(request)
    patches = worklists.patches(reach)
    features = [
        _patch(one, base, places.area_names({one.area})[one.area]) for one in patches if one.south is not None
    ]
    generated = any(one.generated for one in patches)
    if sum(one.swept.buildings for one in patches) <= MOST:
        rows = worklists.buildings(reach, size=MOST)
        features = [feature for row in rows if (feature := _building(row, base))]
    if not features:
        features, generated = _areas(request, base), True
    answer = JsonResponse({"type": "FeatureCollection", "generated": generated, "features": features})
    answer["Content-Type"] = "application/geo+json"
    return answer


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _ring(south: float, west: float, north: float, east: float) -> dict[str, Any]:
    corners = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [corners]}


def _building(row: BuildingRow, base: str) -> dict[str, Any] | None:
    """Its outline, or a square around its point; nothing when nobody knows where it is."""
    if row.outline and len(row.outline) > 2:
        ring = [[lon, lat] for lat, lon in row.outline]
        geometry: dict[str, Any] = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    elif row.lat is not None and row.lon is not None:
        geometry = _ring(row.lat - HALF, row.lon - HALF, row.lat + HALF, row.lon + HALF)
    else:
        return None
    note = _("units done: %(done)d of %(units)d") % {"done": row.done + row.empty, "units": row.units}
    return _feature(
        geometry, name=row.name, state=row.state, note=note, href=f"{base}buildings/{row.id}/drawer/"
    )


def _patch(one: Patch, base: str, name: str) -> dict[str, Any]:
    note = _("buildings swept: %(done)d of %(all)d") % {"done": one.swept.done, "all": one.swept.buildings}
    ring = _ring(
        float(one.south or 0) - HALF,
        float(one.west or 0) - HALF,
        float(one.north or 0) + HALF,
        float(one.east or 0) + HALF,
    )
    return _feature(ring, name=name, state=look(one.swept), note=note, href=f"{base}map/?area={one.area}")


def _areas(request: DeskRequest, base: str) -> list[dict[str, Any]]:
    """The areas themselves as points, while no building is known."""
    low, high = bounds(request)
    held = Area.objects.filter(code__gte=low, code__lt=high, lat__isnull=False, lon__isnull=False).order_by(
        "code"
    )[:MOST]
    return [
        _feature(
            {"type": "Point", "coordinates": [one.lon, one.lat]},
            name=one.name,
            state="open",
            note="",
            href=f"{base}map/?area={one.code}",
        )
        for one in held
    ]


urlpatterns = [
    path("map/", map_page, name="map"),
    path("map/buildings.json", buildings_json, name="map-buildings"),
]
