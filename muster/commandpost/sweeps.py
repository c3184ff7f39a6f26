"""Sweeps: mosquito indices live, doors to look at again, breeding sites, and what lies round an address."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from muster.commandpost import labels
from muster.commandpost.asking import body, has, tabs, whereabouts
from muster.commandpost.frame import DeskRequest, act, area_in_view, areas, bounds, drawer, said, screen
from muster.core.errors import BadInput, NotFound
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.places import around
from muster.domain.places import queries as places
from muster.domain.places.models import Building
from muster.domain.worklists import sweep_queries as queries
from muster.domain.worklists.actions import breeding, photographs
from muster.domain.worklists.sweep_models import BreedingSite
from muster.domain.worklists.sweep_queries import Block
from muster.domain.worklists.sweep_rules import Counts, SiteState
from muster.protocols.ground import Vector

MARK: labels.Labels = {
    "clear": gettext_lazy("no water"),
    "water": gettext_lazy("water left"),
    "larvae": gettext_lazy("larvae found"),
}
MARK_LOOK = {"clear": "done", "water": "absent", "larvae": "late"}
CONTAINER: labels.Labels = {"other": gettext_lazy("other container")}
RIGHT = "worklists.record"
METRES = 100


def sweep_tabs(request: DeskRequest) -> list[dict[str, Any]]:
    """The pages of sweeps."""
    return tabs(
        request,
        "sweeps",
        ("", _("Mosquito survey")),
        ("split/", _("Split among teams")),
        ("circle/", _("Round an address")),
        ("walk/", _("Without a list")),
    )


def _containers(vector: Vector | None) -> list[tuple[str, str]]:
    return (
        [(one.code, said(one.title)) for one in vector.containers]
        if vector
        else [("other", str(CONTAINER["other"]))]
    )


@screen
def board(request: DeskRequest) -> HttpResponse:
    """Indices by community or building, doors to look at again, breeding sites outside homes."""
    vector = incidents.pack_of(request.incident.id).vector
    reach, now = bounds(request), request.now
    days = vector.survey_every_days.value if vector else 3
    since = now - timedelta(days=days * 2)
    area = area_in_view(request)
    blocks = (
        queries.blocks_by_building(reach, since, now)
        if area
        else queries.blocks_by_community(reach, since, now)
    )
    keys = [one.key for one in blocks]
    names: dict[Any, str] = dict(places.building_names(keys)) if area else places.area_names(keys)
    whole = _together(blocks)
    due = queries.marks_due(reach, now + timedelta(hours=24))
    context = {
        "tabs": sweep_tabs(request),
        "vector": vector,
        "goal": vector.goal_index.value if vector else None,
        "days": days * 2,
        "area": area,
        "areas": areas(request),
        "blocks": [(one, names.get(one.key, "–"), _band(one.counts, vector)) for one in blocks],
        "whole": whole,
        "whole_band": _band(whole, vector),
        "due": [(one, one.recheck_at is not None and one.recheck_at <= now) for one in due],
        "doors": places.dwelling_titles({one.id for one in due}),
        "sites": [_site(one, now, dict(_containers(vector))) for one in queries.breeding_sites(reach)],
        "may": has(request, RIGHT),
        "containers": _containers(vector),
        "where": whereabouts(request, RIGHT),
    }
    return render(request, "commandpost/sweeps/board.html", context)


def _together(blocks: list[Block]) -> Counts:
    whole = Counts()
    for one in blocks:
        whole = whole.plus(one.counts)
    return whole


def _band(counts: Counts, vector: Vector | None) -> dict[str, Any] | None:
    """The band of the Breteau index, worse by number."""
    if vector is None or counts.breteau is None:
        return None
    index = vector.breteau_index(counts.positive_containers, counts.houses)
    band = vector.band(index)
    return {"index": index, "title": said(band.title), "look": vector.bands.index(band)}


def _site(one: BreedingSite, now: datetime, kinds: dict[str, str]) -> dict[str, Any]:
    late = one.state == "open" and one.deadline_at < now
    return {
        "site": one,
        "kind": kinds.get(one.kind, one.kind),
        "state": "late" if late else {"open": "open", "cleared": "done"}.get(one.state, "blocked"),
        "hours": int((now - one.deadline_at).total_seconds() // 3600) if late else None,
    }


@screen
def site_drawer(request: DeskRequest, site: UUID) -> HttpResponse:
    """One breeding site: whose, until when, before and after, and what may be said of it."""
    found = queries.site(site)
    if found is None:
        raise NotFound
    vector = incidents.pack_of(request.incident.id).vector
    owner = ""
    if found.owner_c is not None and request.actor.may("people.unmask", found.area, request.incident.id):
        owner = vault(found.incident).open(
            found.owner_c, kind="note", table="worklists_breedingsite", row=found.id, field="owner_c"
        )
    context = {
        "title": dict(_containers(vector)).get(found.kind, found.kind),
        "site": found,
        "look": _site(found, request.now, {}),
        "place": places.area_names({found.area})[found.area],
        "building": dict(places.building_names([found.building])).get(found.building, "")
        if found.building
        else "",
        "owner": owner,
        "has_owner": found.owner_c is not None,
        "may": request.actor.may(RIGHT, found.area, request.incident.id),
        "photographs": _photographs(request, found),
    }
    return drawer(request, "commandpost/sweeps/site.html", context)


def _photographs(request: DeskRequest, site: BreedingSite) -> list[tuple[UUID, datetime, str]]:
    """The pictures of a site for those who may see them, the first one first: which, when, before or after."""
    if not request.actor.may(photographs.SEE, site.area, request.incident.id):
        return []
    words = {site.photo_before: _("before"), site.photo_after: _("after")}
    return [(one, at, words.get(str(one), "")) for one, at in reversed(queries.photographs_of(site.id))]


@require_safe
@screen
def photograph(request: DeskRequest, photo: UUID) -> HttpResponse:
    """One photograph, to those who may see what is sealed; that it was looked at is in the journal."""
    content = photographs.read_photograph(
        photograph=photo, by=request.actor, incident=request.incident.id, now=request.now
    )
    answer = HttpResponse(content, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


@screen
def report_site(request: DeskRequest) -> HttpResponse:
    """Write a breeding site down at the desk (somebody phoned)."""
    if request.method == "POST":
        act(request, breeding.report_breeding_sites, body(request, breeding.ReportBreedingSite, longest=200))
        messages.success(request, _("The breeding site is written down."))
    return redirect("sweeps", incident=request.incident.code)


@screen
def inspect_site(request: DeskRequest, site: UUID) -> HttpResponse:
    """A look at a breeding site: cleared, or open still."""
    if request.method == "POST":
        state = request.POST.get("state", "")
        if state not in set(SiteState):
            raise BadInput(problem=_("state"))
        act(request, breeding.inspect_breeding_sites, breeding.InspectBreedingSite(site, SiteState(state)))
        messages.success(request, _("Written down."))
    return redirect("sweeps", incident=request.incident.code)


@screen
def circle(request: DeskRequest) -> HttpResponse:
    """The buildings within so many metres of an address or a place."""
    vector = incidents.pack_of(request.incident.id)
    radius = next((one.radius_m.value for one in vector.zones if one.radius_m is not None), METRES)
    asked = request.GET.get("metres", "")
    far = min(int(asked), around.FURTHEST) if asked.isdecimal() and 0 < len(asked) < 6 else int(radius)
    middle, name, candidates = _middle(request)
    found = around.buildings_within(*middle, far) if middle else []
    context = {
        "tabs": sweep_tabs(request),
        "metres": far,
        "q": request.GET.get("q", "")[:120],
        "middle": middle,
        "name": name,
        "candidates": candidates,
        "found": found,
        "units": sum(one.units for one in found),
        "levels": [(one.code, said(one.title)) for one in vector.zones],
        "may": has(request, "incidents.zone"),
        "area": common_area(one.area for one in found) or request.incident.area,
        "from_at": localtime(request.now).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "commandpost/sweeps/circle.html", context)


def common_area(codes: Iterable[int]) -> int:
    """The smallest area all of these lie in: community, sub-district or district; 0 when none."""
    held = set(codes)
    for width in (10**3, 10**6, 10**9):
        if len({code // width for code in held}) == 1:
            return next(iter(held)) // width * width
    return 0


Middle = tuple[tuple[float, float] | None, str, list[Building]]


def _middle(request: DeskRequest) -> Middle:
    """Where the circle is drawn: a place written as two numbers, or a building by its name or address."""
    text = request.GET.get("q", "").strip()[:120].replace("\0", "").replace("，", ",")
    numbers = text.split(",")
    if len(numbers) == 2:
        try:
            lat, lon = float(numbers[0]), float(numbers[1])
        except ValueError:
            lat = lon = 999.0
        if -90 <= lat <= 90 and -180 <= lon <= 180:
            return (lat, lon), text, []
    if not text:
        return None, "", []
    low, high = bounds(request)
    placed = Building.objects.filter(area__gte=low, area__lt=high, lat__isnull=False, lon__isnull=False)
    try:
        found = list(placed.filter(pk=UUID(text)))
    except ValueError:
        found = list(
            (placed.filter(name__contains=text) | placed.filter(address__contains=text)).order_by(
                "name", "id"
            )[:20]
        )
    if len(found) == 1:
        one = found[0]
        return (one.lat or 0.0, one.lon or 0.0), one.name, []
    return None, "", found


urlpatterns = [
    path("sweeps/", board, name="sweeps"),
    path("sweeps/circle/", circle, name="sweeps-circle"),
    path("sweeps/sites/", report_site, name="sweeps-report"),
    path("sweeps/sites/<uuid:site>/drawer/", site_drawer, name="sweeps-site"),
    path("sweeps/photographs/<uuid:photo>/", photograph, name="sweeps-photograph"),
    path("sweeps/sites/<uuid:site>/look/", inspect_site, name="sweeps-look"),
]
