"""Buildings: which doors are still shut, floor by floor."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, areas, bounds, drawer, ids, link, screen
from muster.commandpost.sweeps import MARK, MARK_LOOK
from muster.core import journal
from muster.core.errors import NotFound
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.places import queries as places
from muster.domain.places.models import Dwelling
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.actions import photographs
from muster.domain.worklists.models import DwellingState, WorkItem
from muster.domain.worklists.queries import BUILDING_STATES, BuildingRow
from muster.interop.paper import making

PAGE = 50
IN_A_ROW = 10
MOST_ITEMS = 100


@screen
def building_list(request: DeskRequest) -> HttpResponse:
    """Buildings by compound and name; the sentence narrows them."""
    wish = {name: request.GET.get(name, "") for name in ("area", "state", "left")}
    state = wish["state"] if wish["state"] in BUILDING_STATES else ""
    after = next(iter(ids([request.GET.get("after", "")])), None)
    found = worklists.buildings(
        bounds(request), state=state, unvisited=wish["left"] == "1", after=after, size=PAGE + 1
    )
    rows, more = found[:PAGE], len(found) > PAGE
    names = places.area_names({row.area for row in rows})
    zones = incidents.zone_of_buildings({row.id for row in rows}, request.now)
    context = {
        "rows": [
            (
                row,
                labels.BUILDING[row.state],
                names[row.area],
                zones.get(row.id),
                labels.ZONE.get(zones.get(row.id, "")),
            )
            for row in rows
        ],
        "wish": wish,
        "swept": worklists.swept(bounds(request)),
        "areas": areas(request),
        "states": {one: labels.BUILDING[one] for one in BUILDING_STATES},
        "previous_url": link(request, after="") if after else None,
        "next_url": link(request, after=str(rows[-1].id)) if more else None,
    }
    return render(request, "commandpost/buildings/list.html", context)


@screen
def building_page(request: DeskRequest, building: UUID) -> HttpResponse:
    """One building: floors and units, who is registered against who was met, and its open work."""
    row = _found(building)
    doors = places.dwellings_of(building)
    states = worklists.doors_of(building)
    home = people.at_doors(door.id for door in doors)
    items = list(
        worklists.open_items(
            [*(one for one, _door, _head in home), *(door.id for door in doors)], building=building
        )[:MOST_ITEMS]
    )
    late = {item.subject for item in items if item.due_at and item.due_at < request.now}
    registered = Counter(door for door, _head in {(door, head) for _one, door, head in home})
    zone = incidents.zone_at(building, request.now)
    context = {
        "row": row,
        "state_word": labels.BUILDING[row.state],
        "place": places.area_names({row.area})[row.area],
        "floors": _floors(doors, states, late, f"/i/{request.incident.code}/buildings/{building}/units/"),
        "zone": zone,
        "level_word": labels.ZONE.get(zone.level, zone.level) if zone else "",
        "items": [_item(item, request) for item in _named(items, request)],
        "done": row.done + row.empty,
        "registered": sum(registered.values()),
        "unlike": _unlike(doors, states, registered),
        "doubled": [(door.label, door.id) for door in doors if door.id in states and states[door.id].doubled],
        "marks": _marks(building),
        "photographs": _photographs(row, request),
        "may_survey": request.actor.may("places.survey", row.area, request.incident.id),
    }
    return render(request, "commandpost/buildings/page.html", context)


def _found(building: UUID) -> BuildingRow:
    row = worklists.building_row(building)
    if row is None:
        raise NotFound
    return row


def _unlike(
    doors: list[Dwelling], states: dict[UUID, DwellingState], registered: Counter[UUID]
) -> list[dict[str, Any]]:
    """Doors where visitors met another number of people than are registered."""
    return [
        {
            "label": door.label,
            "met": states[door.id].persons,
            "registered": registered[door.id],
            "id": door.id,
        }
        for door in doors
        if door.id in states
        and states[door.id].outcome == "done"
        and states[door.id].persons != registered[door.id]
    ][:50]


def _marks(building: UUID) -> list[tuple[str, Any, int]]:
    """How many doors have each colour mark."""
    counts = Counter(one.mark for one in sweeps.marks_of(building).values())
    return [(MARK_LOOK[mark], MARK[mark], counts[mark]) for mark in MARK if counts[mark]]


def _photographs(row: BuildingRow, request: DeskRequest) -> list[tuple[UUID, datetime]]:
    """Pictures of the door or the landmark, for those who may see what is sealed."""
    may = request.actor.may(photographs.SEE, row.area, request.incident.id)
    return sweeps.photographs_of(row.id) if may else []


def _floors(
    doors: list[Dwelling], states: dict[UUID, DwellingState], late: set[UUID], base: str
) -> list[dict[str, Any]]:
    """Rows of the grid, top floor first; doors without a floor come last, ten in a row."""
    floors: dict[int | None, list[Dwelling]] = {}
    for door in doors:
        floors.setdefault(door.floor, []).append(door)
    units = sorted({door.unit for door in doors if door.unit is not None and door.floor is not None})
    rows = []
    for floor in sorted((one for one in floors if one is not None), reverse=True):
        here = {door.unit: door for door in floors[floor]}
        alone = len(here) == len(floors[floor]) and len(units) <= 40
        ordered = [here.get(unit) for unit in units] if alone else list(floors[floor])
        rows.append(_floor(_("%(n)sF") % {"n": floor}, ordered, states, late, base))
    loose = floors.get(None, [])
    for start in range(0, len(loose), IN_A_ROW):
        rows.append(_floor("", list(loose[start : start + IN_A_ROW]), states, late, base))
    return rows


def _floor(
    name: str,
    doors: list[Dwelling | None] | list[Dwelling],
    states: dict[UUID, DwellingState],
    late: set[UUID],
    base: str,
) -> dict[str, Any]:
    cells = [_cell(door, states.get(door.id), door.id in late, base) if door else None for door in doors]
    shown = [cell for cell in cells if cell]
    return {
        "name": name,
        "cells": cells,
        "done": sum(cell["state"] == "done" for cell in shown),
        "units": len(shown),
    }


def _cell(door: Dwelling, held: DwellingState | None, is_late: bool, base: str) -> dict[str, Any]:
    state = door_look(held.outcome if held else "")
    return {
        "label": door.label,
        "state": "late" if is_late and state != "done" else state,
        "count": held.visits if held and not is_late else None,
        "href": f"{base}{door.id}/drawer/",
    }


def door_look(outcome: str) -> str:
    """The state a door is drawn with: an empty dwelling is done."""
    return {"": "open", "empty": "done"}.get(outcome, outcome)


def _named(items: list[WorkItem], request: DeskRequest) -> list[tuple[WorkItem, str]]:
    persons = people.masked(
        (item.subject for item in items if item.subject_kind == "resident"), request.incident.id
    )
    doors = places.dwelling_titles({item.subject for item in items if item.subject_kind == "dwelling"})
    doors |= sweeps.names_of(items)
    return [(i, persons[i.subject].name if i.subject in persons else doors.get(i.subject, "")) for i in items]


def _item(pair: tuple[WorkItem, str], request: DeskRequest) -> dict[str, Any]:
    item, name = pair
    late = item.due_at is not None and item.due_at < request.now
    return {
        "id": item.id,
        "name": name,
        "kind": labels.ITEM_KIND.get(item.kind, item.kind),
        "due_at": item.due_at,
        "state": "late" if late else "open",
        "hours": int((request.now - item.due_at).total_seconds() // 3600) if late and item.due_at else None,
    }


@screen
def building_drawer(request: DeskRequest, building: UUID) -> HttpResponse:
    """One building in short, beside the map."""
    row = _found(building)
    context = {
        "title": row.name,
        "row": row,
        "word": labels.BUILDING[row.state],
        "place": places.area_names({row.area})[row.area],
    }
    return drawer(request, "commandpost/buildings/drawer.html", context)


@screen
def unit_drawer(request: DeskRequest, building: UUID, unit: UUID) -> HttpResponse:
    """One door: who is registered there, every visit, what is open."""
    door = Dwelling.objects.filter(pk=unit, building=building).select_related("building").first()
    if door is None:
        raise NotFound
    home = list(Resident.objects.filter(dwelling=unit, withdrawn_at=None).order_by("household", "id")[:60])
    masked = people.masked({one.id for one in home}, request.incident.id)
    items = list(worklists.open_items([unit, *(one.id for one in home)])[:MOST_ITEMS])
    visited = worklists.visits(unit)
    held = worklists.doors_of(building).get(unit)
    context = {
        "title": f"{door.building.name} {door.label}",
        "door": door,
        "state": door_look(held.outcome if held else ""),
        "held": held,
        "word": labels.OUTCOME.get(held.outcome, "") if held else "",
        "registered": len({one.canonical for one in home}),
        "residents": [(one, masked.get(one.id), labels.words(one.vulnerabilities)) for one in home],
        "items": [_item(pair, request) for pair in _named(items, request)],
        "events": _events(visited),
        "card": _card(unit),
        "mark": _mark(building, unit),
        "may_unmask": request.actor.may("people.unmask", door.area, request.incident.id),
        "may_ask": request.actor.may("helpline.record", door.area, request.incident.id),
    }
    return drawer(request, "commandpost/buildings/unit.html", context)


@require_safe
@screen
def unit_slip(request: DeskRequest, building: UUID, unit: UUID) -> HttpResponse:
    """The slip of a household, with which the registration line knows each of them."""
    door = Dwelling.objects.filter(pk=unit, building=building).first()
    made = making.slip_pdf(unit, request.incident) if door else None
    if door is None or made is None:
        raise NotFound
    journal.write(
        action="paper.print", by=request.actor, incident=request.incident.id, area=door.area, subjects=[unit]
    )
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="slip.pdf"'
    return answer


def _card(unit: UUID) -> dict[str, Any] | None:
    """The household card that counts, in words."""
    held = sweeps.card_of(unit)
    if held is None:
        return None
    return {
        "at": held.at,
        "persons": held.persons,
        "languages": [labels.SPOKEN.get(one, one) for one in held.languages],
        "vulnerabilities": labels.words(held.vulnerabilities),
        "needs": [labels.HOME_NEED.get(one, one) for one in held.needs],
        "consent": held.consent,
    }


def _mark(building: UUID, unit: UUID) -> dict[str, Any] | None:
    held = sweeps.marks_of(building).get(unit)
    return {"held": held, "look": MARK_LOOK[held.mark], "word": MARK[held.mark]} if held else None


def _events(visited: list[tuple[Any, bool]]) -> list[dict[str, Any]]:
    callers = responders.known({one.by for one, _gone in visited})
    return [
        {
            "at": one.at,
            "what": labels.OUTCOME.get(one.outcome, one.outcome),
            "by": callers[one.by].code if one.by in callers else "",
            "note": ngettext("%(n)d person met", "%(n)d persons met", one.persons) % {"n": one.persons}
            if one.persons
            else "",
            "retracted": gone,
        }
        for one, gone in visited
    ]


urlpatterns = [
    path("buildings/", building_list, name="buildings"),
    path("buildings/<uuid:building>/", building_page, name="building"),
    path("buildings/<uuid:building>/drawer/", building_drawer, name="building-drawer"),
    path("buildings/<uuid:building>/units/<uuid:unit>/drawer/", unit_drawer, name="unit-drawer"),
    path("buildings/<uuid:building>/units/<uuid:unit>/slip/", unit_slip, name="unit-slip"),
]
