"""Coverage: of everybody who is due, who is done, exempt, away, refused, unknown; and asking those who are left."""

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

from muster.commandpost.asking import body, has, local, tabs, told, whereabouts, wish
from muster.commandpost.catching_up import named_people, reasons, round_in_view
from muster.commandpost.frame import DeskRequest, act, area_in_view, bounds, ids, link, screen
from muster.commandpost.labels import Labels
from muster.commandpost.remembered import remembered
from muster.commandpost.sites import PAGES
from muster.core.access import span
from muster.core.errors import BadInput, NotFound, NotVisibleYet
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.incidents import queries as incidents
from muster.domain.places import queries as places
from muster.domain.places.models import Building, Point
from muster.domain.sampling import actions, standing
from muster.domain.sampling.models import CatchUp, Round
from muster.domain.sampling.rules import Standing
from muster.domain.sampling.standing import Counts, Covered, Wish
from muster.journeys.settle import settle

STANDING: Labels = {
    Standing.DONE: pgettext_lazy("coverage", "Done"),
    Standing.EXEMPT: pgettext_lazy("coverage", "Exempt"),
    Standing.AWAY: pgettext_lazy("coverage", "Away"),
    Standing.REFUSED: pgettext_lazy("coverage", "Refused"),
    Standing.UNKNOWN: pgettext_lazy("coverage", "Unknown"),
    "left": pgettext_lazy("coverage", "Left"),
}
PLAN = "sampling.plan"
MOST_ROWS = 300
SIZE = 50


def is_community(area: int) -> bool:
    """Whether an area is a community or smaller: small enough to be read person by person."""
    return bool(area) and span(area)[1] - area <= standing.COMMUNITY


@screen
def coverage(request: DeskRequest) -> HttpResponse:
    """A round by community, inside one by building, inside one by door. Every number opens its people."""
    chosen, listed = round_in_view(request)
    area = area_in_view(request)
    building = next(iter(ids([request.GET.get("building", "")])), None)
    context: dict[str, Any] = {
        "tabs": tabs(request, "sites", *PAGES), "chosen": chosen, "rounds": listed, "area": area,
        "words": STANDING, "building": building,
    } | _opening(request)  # fmt: skip
    if chosen is not None:
        rows, counted_at = _counted(request, chosen, area, building)
        total = Counts(
            *(sum(getattr(row["counts"], name) for row in rows) for name in Counts.__struct_fields__)
        )
        context |= {
            "needed": "" if building else _needed(request, total.due, area),
            "counted_at": counted_at, "rows": rows[:MOST_ROWS], "cut": len(rows) - MOST_ROWS,
            "total": _row("", total, chosen, area, building),
            "place": _place(area, building), "level": _level(area, building),
            "up": link(request, building="") if building else link(request, area=""),
        } | _orders(request, chosen, area, building)  # fmt: skip
    return render(request, "commandpost/sites/coverage.html", context)


def _opening(request: DeskRequest) -> dict[str, Any]:
    """A round that may be opened: where, and until when as the protocol says."""
    testing = incidents.pack_of(request.incident.id).testing
    hours = testing.round_within_hours.value if testing else 24
    return {
        "may_open": has(request, PLAN), "where": whereabouts(request, PLAN), "fresh_round": new_id(),
        "from_at": local(request.now), "to_at": local(request.now + timedelta(hours=hours)),
    }  # fmt: skip


@require_POST
@screen
def open_round(request: DeskRequest) -> HttpResponse:
    """Open a round of tests: coverage counts from then on, and telephones at its sites record for it."""
    opened = body(request, actions.OpenRound)
    act(request, actions.open_rounds, opened, opened.id)
    messages.success(request, _("The round is open."))
    return redirect(f"/i/{request.incident.code}/sites/coverage/?round={opened.id}")


def _needed(request: DeskRequest, due: int, area: int) -> str:
    """How many sites, desks and samplers the protocol asks for to test so many, and how many sites are there."""
    plan = incidents.pack_of(request.incident.id).staffing.sites
    if plan is None or not due:
        return ""
    low, high = span(area) if area else bounds(request)
    there = Point.objects.filter(
        incident=request.incident.id, kind="site", area__gte=low, area__lt=high
    ).count()
    said = {
        "sites": plan.sites_for(due), "desks": plan.desks_for(due), "samplers": plan.samplers_for(due), "there": there,
    }  # fmt: skip
    return (
        _(
            "By the protocol: sites %(sites)s, desks %(desks)s, samplers %(samplers)s. Sites there now: %(there)s."
        )
        % said
    )


def _level(area: int, building: UUID | None) -> str:
    if building:
        return _("Door")
    return _("Building") if is_community(area) else _("Community")


def _place(area: int, building: UUID | None) -> str:
    names = [places.area_names({area})[area]] if area else []
    if building:
        names += Building.objects.filter(pk=building).values_list("name", flat=True)
    return " · ".join(names)


def _counted(
    request: DeskRequest, chosen: Round, area: int, building: UUID | None
) -> tuple[list[dict[str, Any]], datetime]:
    """The rows in view, and when they were counted: a whole district is not counted for every visitor."""
    if building or is_community(area):
        return _rows(request, chosen, area, building), request.now
    found, counted_at = remembered(
        request, f"coverage {chosen.id} {area}", lambda: standing.by_community(chosen, area or None)
    )
    names = places.area_names({one.key for one in found})
    rows = [
        _row(names[one.key], one.counts, chosen, one.key)
        | {"url": link(request, area=str(one.key), round=str(chosen.id))}
        for one in sorted(found, key=_most_left)
    ]
    return rows, counted_at


def _rows(request: DeskRequest, chosen: Round, area: int, building: UUID | None) -> list[dict[str, Any]]:
    if building:
        doors = standing.by_dwelling(chosen, building)
        return [_row(one.name, one.counts, chosen, area, building, one.key) for one in doors]
    found = standing.by_building(chosen, area)
    houses = dict(places.building_names([one.key for one in found if one.key]))
    return [
        _row(houses.get(one.key, "–") if one.key else _("without a door"), one.counts, chosen, area, one.key)
        | {"url": link(request, building=str(one.key), round=str(chosen.id)) if one.key else ""}
        for one in found
    ]


def _most_left(one: Covered) -> tuple[int, int]:
    return -one.counts.left, one.key


def _row(
    name: str,
    counts: Counts,
    chosen: Round,
    area: int,
    building: UUID | None = None,
    door: UUID | None = None,
) -> dict[str, Any]:
    """A row with, for each standing, how many and where they are listed."""
    where = f"../untested/?round={chosen.id}&area={area or ''}"
    where += f"&building={building}" if building else ""
    where += f"&door={door}" if door else ""
    cells = [
        (key, getattr(counts, key), f"{where}&standing={key}")
        for key in (*(str(one) for one in Standing), "left")
    ]
    return {"name": name, "counts": counts, "cells": cells}


def _orders(request: DeskRequest, chosen: Round, area: int, building: UUID | None) -> dict[str, Any]:
    """What is going on to reach those who are left here, and what the desk may begin."""
    going = CatchUp.objects.filter(round=chosen.id, incident=request.incident.id, ended_at=None)
    if area:
        low, high = span(area)
        going = going.filter(area__gte=low, area__lt=high)
    listed = list(going.order_by("-begun_at", "id")[:30])
    names = places.area_names({one.area for one in listed})
    at = dict(places.building_names([one.building for one in listed if one.building]))
    return {
        "orders": [(one, at.get(one.building, "") if one.building else names[one.area]) for one in listed],
        "may_plan": has(request, PLAN) and (is_community(area) or bool(building)),
        "fresh_call": new_id(), "fresh_door": new_id(),
    }  # fmt: skip


@screen
def untested(request: DeskRequest) -> HttpResponse:
    """People who stand so in a round, door by door, names masked; the desk writes down why."""
    chosen, listed = round_in_view(request)
    area, asked = area_in_view(request), wanted(request)
    rows: list[dict[str, Any]] = []
    following = None
    if chosen is not None:
        found = standing.people(chosen, asked, after=_after(request), size=SIZE + 1)
        if len(found) > SIZE:
            following = link(request, after=f"{found[SIZE - 1].area}~{found[SIZE - 1].id}")
        rows = named_people(request, found[:SIZE])
    codes = reasons(request)
    for row in rows:
        row["word"] = STANDING[row["person"].standing]
        row["why"] = codes[row["person"].reason][0] if row["person"].reason in codes else row["person"].reason
    context = {
        "tabs": tabs(request, "sites", *PAGES), "chosen": chosen, "rounds": listed, "rows": rows, "area": area,
        "place": _place(area, asked.building), "next_url": following, "words": STANDING, "standing": asked.standing,
        "previous_url": link(request, after="") if request.GET.get("after") else None,
        "reasons": codes, "may_explain": has(request, "worklists.record"), "query": request.GET.urlencode(),
        "kept": [(name, request.GET[name]) for name in ("round", "area", "building", "door") if request.GET.get(name)],
    }  # fmt: skip
    return render(request, "commandpost/sites/untested.html", context)


def wanted(request: DeskRequest) -> Wish:
    """Whom the address asks for."""
    asked = wish(request, "standing", "building", "door")
    return Wish(
        area=area_in_view(request) or None,
        building=next(iter(ids([asked["building"]])), None),
        dwelling=next(iter(ids([asked["door"]])), None),
        standing=asked["standing"] if asked["standing"] in STANDING else "left",
    )


def _after(request: DeskRequest) -> tuple[int, UUID] | None:
    area, _sep, identity = request.GET.get("after", "").partition("~")
    found = ids([identity])
    return (int(area), found[0]) if found and area.isdecimal() and len(area) <= 15 else None


@require_POST
@screen
def explain(request: DeskRequest) -> HttpResponse:
    """Write down for the people ticked why they are not tested."""
    people = ids(request.POST.getlist("resident")[:SIZE])
    test_round = next(iter(ids([request.POST.get("round", "")])), None)
    known, code = reasons(request), request.POST.get("reason", "")
    if not people or test_round is None or code not in known:
        raise BadInput(problem="reason" if people else "resident")
    bodies = [actions.ExplainUntested(test_round, one, known[code][1], code) for one in people]
    said = [Told(new_id(), request.now, request.actor.by, one) for one in bodies]
    done = actions.explain_untested(
        told=said, by=request.actor, incident=request.incident.id, now=request.now
    )
    for refusal in done.waiting.values():
        raise NotFound if isinstance(refusal, NotVisibleYet) else refusal
    settle([done.touched], incident=request.incident.id, now=request.now)
    return told(request, _("Written down. Who is tested after all counts as done."), "sites/coverage")


@require_POST
@screen
def end(request: DeskRequest) -> HttpResponse:
    """End an order; its open work is withdrawn."""
    act(request, actions.end_catch_ups, body(request, actions.EndCatchUp))
    return told(request, _("Ended; what is not done is withdrawn."), "sites/coverage")


urlpatterns = [
    path("sites/coverage/", coverage, name="coverage"),
    path("sites/coverage/rounds/", open_round, name="coverage-round"),
    path("sites/coverage/explain/", explain, name="coverage-explain"),
    path("sites/coverage/end/", end, name="coverage-end"),
    path("sites/untested/", untested, name="untested"),
]
