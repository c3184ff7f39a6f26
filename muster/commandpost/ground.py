"""Ground without lists: splitting an area among teams, and writing buildings down by walking."""

from __future__ import annotations

import functools
import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from muster.commandpost.asking import has, moment, whereabouts
from muster.commandpost.frame import DeskRequest, act, area_in_view, areas, bounds, ids, screen
from muster.commandpost.mapping import HALF
from muster.commandpost.sweeps import sweep_tabs
from muster.core.errors import BadInput, NotAllowed
from muster.core.ids import derive_id
from muster.domain.places import actions as places_actions
from muster.domain.places import queries as places
from muster.domain.places import rules
from muster.domain.responders.models import Team
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.actions import giving
from muster.domain.worklists.sweep_queries import House
from muster.engines.planning.territories import Building, Problem, ProblemError, Split, metres, solve

MOST_TEAMS = 40
LABELLED = 300
LOOKS = 8
RIGHT = "worklists.assign"
Plan = tuple[list[House], Split]


@screen
def split(request: DeskRequest) -> HttpResponse:
    """Split this area among so many teams: a preview on the map, and a person accepts it."""
    if request.method == "POST":
        return _give(request)
    area, teams = area_in_view(request), _number(request.GET.get("teams", ""), 1, MOST_TEAMS)
    context: dict[str, Any] = {
        "tabs": sweep_tabs(request),
        "area": area,
        "areas": areas(request),
        "teams": teams or 4,
        "may": has(request, RIGHT),
    }
    houses = sweeps.houses(bounds(request)) if area else []
    context |= {"houses": len(houses), "unplaced": sum(one.lat is None for one in houses)}
    if area and teams and houses:
        context |= _preview(request, houses, teams)
    return render(request, "commandpost/sweeps/split.html", context)


def _preview(request: DeskRequest, houses: list[House], teams: int) -> dict[str, Any]:
    placed, plan = _plan(houses, teams)
    named = list(Team.objects.filter(incident=request.incident.id).order_by("kind", "name", "id")[:500])
    likely = [one for one in named if one.kind in ("sweep", "grid")]  # others are chosen by a person
    grounds = [
        {
            "number": team + 1,
            "look": team % LOOKS,
            "buildings": plan.team_of.count(team),
            "load": int(plan.measures.loads[team]),
            "likely": likely[team].id if team < len(likely) else None,
        }
        for team in range(teams)
    ]
    return {
        "grounds": grounds,
        "named": named,
        "mark": _mark(placed, plan),
        "balance": round((plan.measures.balance - 1) * 100),
        "metres": round(plan.measures.metres),
        "url": f"/i/{request.incident.code}/sweeps/split.json?area={area_in_view(request)}&teams={teams}",
        "due_at": "",
    }


def _number(text: str, low: int, high: int) -> int:
    return (
        int(text) if text.isascii() and text.isdecimal() and len(text) < 9 and low <= int(text) <= high else 0
    )


def _plan(houses: list[House], teams: int) -> Plan:
    """The houses that have a place on the map, and their split: the same for the same houses."""
    placed = [one for one in houses if one.lat is not None and one.lon is not None]
    if not placed:
        raise BadInput(problem=_("no building here has a place on the map"))
    first = placed[0]
    buildings = tuple(
        Building(
            str(one.id),
            *metres(one.lat or 0, one.lon or 0, first.lat or 0, first.lon or 0),
            load=float(max(one.left, 1)),
        )
        for one in placed
    )
    return placed, _solved(buildings, teams)


@functools.lru_cache(maxsize=8)
def _solved(buildings: tuple[Building, ...], teams: int) -> Split:
    try:
        return solve(Problem(buildings, teams))
    except ProblemError as error:
        raise BadInput(problem=error.en if get_language() == "en" else error.zh) from error


def _mark(placed: list[House], plan: Split) -> str:
    """What was shown: a plan that has changed since is not accepted unseen."""
    said = ",".join(f"{one.id}:{team}" for one, team in zip(placed, plan.team_of, strict=True))
    return hashlib.sha256(said.encode()).hexdigest()[:20]


@screen
def split_json(request: DeskRequest) -> HttpResponse:
    """The split as GeoJSON: every building with the number of its team."""
    area, teams = area_in_view(request), _number(request.GET.get("teams", ""), 1, MOST_TEAMS)
    houses = sweeps.houses(bounds(request)) if area and teams else []
    placed, plan = _plan(houses, teams) if houses else ([], None)
    features = [
        _feature(one, team, len(placed) <= LABELLED)
        for one, team in zip(placed, plan.team_of if plan else (), strict=True)
    ]
    answer = JsonResponse({"type": "FeatureCollection", "generated": False, "features": features})
    answer["Content-Type"] = "application/geo+json"
    return answer


def _feature(house: House, team: int, labelled: bool) -> dict[str, Any]:
    lat, lon = house.lat or 0.0, house.lon or 0.0
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[lon + x * HALF, lat + y * HALF] for x, y in corners]
    note = _("team %(n)d, doors: %(left)d") % {"n": team + 1, "left": house.left}
    said = {"name": house.name, "state": f"team map-team-{team % LOOKS}", "note": note}
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": said | ({"label": str(team + 1)} if labelled else {}),
    }


def _give(request: DeskRequest) -> HttpResponse:
    """A person accepts the split: each building becomes work of its team."""
    area, teams = area_in_view(request), _number(request.POST.get("teams", ""), 1, MOST_TEAMS)
    houses = sweeps.houses(bounds(request)) if area and teams else []
    if not houses:
        raise BadInput(problem=_("area"))
    placed, plan = _plan(houses, teams)
    if _mark(placed, plan) != request.POST.get("mark"):
        raise BadInput(problem=_("the buildings have changed since; look at the new split"))
    chosen = [next(iter(ids([request.POST.get(f"team-{n}", "")])), None) for n in range(1, teams + 1)]
    known = set(Team.objects.filter(pk__in=[one for one in chosen if one]).values_list("id", flat=True))
    grounds = [
        giving.Ground(
            [one.id for one, team in zip(placed, plan.team_of, strict=True) if team == n], chosen[n]
        )
        for n in range(teams)
        if chosen[n] in known
    ]
    if not grounds:
        raise BadInput(problem=_("choose a team"))
    due = request.POST.get("due_at", "")
    body = giving.GiveBuildings(grounds, moment(due, "due_at") if due else None)
    act(request, giving.give_buildings, body)
    count = sum(len(one.buildings) for one in grounds)
    messages.success(
        request, _("Given out. Buildings: %(n)d; teams: %(teams)d.") % {"n": count, "teams": len(grounds)}
    )
    return redirect(f"/i/{request.incident.code}/work/?kind=visit")


@screen
def walk(request: DeskRequest) -> HttpResponse:
    """The hour without base data: floors times units, or a list made by walking; looked at before it is added."""
    if not has(request, "places.survey"):
        raise NotAllowed(right="places.survey")
    given = request.POST if request.method == "POST" else request.GET
    text, skipped = given.get("text", "")[:20_000], _skipped(given.get("skipped", ""))
    found, wrong = rules.walked(text, skipped)
    context = {
        "tabs": sweep_tabs(request),
        "areas": whereabouts(request, "places.survey"),
        "area": given.get("area", ""),
        "compound": given.get("compound", "")[:120],
        "text": text,
        "skipped": ", ".join(map(str, sorted(skipped))),
        "found": found,
        "wrong": wrong,
        "doors": sum(len(one.labels) for one in found),
    }
    if request.method == "POST" and given.get("verb") == "add" and found and not wrong:
        return _add_walked(request, found)
    return render(request, "commandpost/sweeps/walk.html", context)


def _skipped(text: str) -> frozenset[int]:
    numbers = text.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
    return frozenset(number for one in numbers if (number := _number(one, 1, rules.MOST_FLOORS)))


def _add_walked(request: DeskRequest, found: list[rules.Walked]) -> HttpResponse:
    area = _area(request)
    compound = request.POST.get("compound", "").strip()[:120]
    for one in found:
        # the same line of the same walk is the same building: sending the form twice adds nothing
        identity = derive_id(request.incident.id, "walk", area, compound, one.order, one.name)
        body = places_actions.AddBuilding(
            id=identity, area=area, name=one.name, compound=compound, labels=list(one.labels),
            floors=one.floors or None, units_per_floor=one.units_per_floor or None, source="walk", walk=one.order,
        )  # fmt: skip
        act(request, places_actions.add_buildings, body)
    said = ngettext("%(n)d building is written down.", "%(n)d buildings are written down.", len(found))
    messages.success(request, said % {"n": len(found)})
    return redirect(f"/i/{request.incident.code}/buildings/?area={area}")


def _area(request: DeskRequest) -> int:
    text = request.POST.get("area", "")
    if not (text.isascii() and text.isdecimal() and len(text) == 15):
        raise BadInput(problem=_("area"))
    return int(text)


@screen
def add_doors(request: DeskRequest, building: UUID) -> HttpResponse:
    """Doors of a building that nobody had on a list."""
    if request.method == "POST":
        said = request.POST.get("labels", "")[:4_000].replace("，", ",").replace("、", ",").replace("\n", ",")
        labels = [one.strip() for one in said.split(",") if one.strip()]
        act(request, places_actions.add_doors, places_actions.AddDoors(building, labels))
        known = len(places.dwellings_of(building))
        text = ngettext("%(n)d door is known here now.", "%(n)d doors are known here now.", known)
        messages.success(request, text % {"n": known})
    return redirect(f"/i/{request.incident.code}/buildings/{building}/")


urlpatterns = [
    path("sweeps/split/", split, name="sweeps-split"),
    path("sweeps/split.json", split_json, name="sweeps-split-json"),
    path("sweeps/walk/", walk, name="sweeps-walk"),
    path("buildings/<uuid:building>/doors/", add_doors, name="building-doors"),
]
