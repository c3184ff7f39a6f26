"""What stands on a phone: who I am, my shifts, my team, my places, my tasks, my buildings and their doors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from muster.core.access import scope, system
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising import queries as mobilising
from muster.domain.people import queries as people
from muster.domain.people import sealing
from muster.domain.people.models import Identity
from muster.domain.places import queries as places
from muster.domain.places.models import Building, Dwelling, Point
from muster.domain.responders import queries as responders
from muster.domain.worklists import happened
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.models import WorkItem
from muster.fieldapp import ground, lines
from muster.fieldapp.holder import Holder

Row = dict[str, Any]
MOST_TASKS = 500
MOST_BUILDINGS = 60
GRID = 1_000  # area codes below this step are grids of one community
CALLS = ("call", "other_caller")


def me(holder: Holder) -> list[Row]:
    """One row: the person, the incident, the rest the protocol asks for."""
    held = incidents.get(holder.incident)
    pack = incidents.pack_of(holder.incident)
    known = responders.known([holder.person]).get(holder.person)
    areas = places.area_names([holder.device.home_area])
    return [
        {
            "id": "me",
            "person": str(holder.person),
            "code": known.code if known else "",
            "label": holder.device.label,
            "incident": {"code": held.code, "zh": held.title_zh, "en": held.title_en},
            "area": areas.get(holder.device.home_area, ""),
            "area_code": holder.device.home_area,
            "rest_hours": pack.staffing.rest_hours.value,
            "training": settings.TRAINING,
        }
    ]


def shifts(holder: Holder) -> list[Row]:
    """Shifts of everybody who may share this phone, with what is known to have begun and ended."""
    return [
        {
            "id": str(seat.id),
            "shift": str(seat.shift_id),
            "responder": str(seat.responder),
            "post": seat.shift.post.name,
            "kind": seat.shift.post.kind,
            "point": str(seat.shift.post.point) if seat.shift.post.point else None,
            "from_at": seat.from_at,
            "to_at": seat.to_at,
            "began_at": seat.began_at,
            "ended_at": seat.ended_at,
        }
        for seat in holder.seats
    ]


def team(holder: Holder) -> list[Row]:
    """Who may share this phone: codes people say, no names."""
    known = responders.known(holder.mates[:200])
    return [
        {
            "id": str(one),
            "code": known[one].code,
            "organisation": known[one].organisation_name,
            "kind": known[one].kind,
        }
        for one in holder.mates[:200]
        if one in known
    ]


def handovers(holder: Holder) -> list[Row]:
    """Open work that was handed to somebody who shares this phone, and not yet taken."""
    mates = set(holder.mates)
    with scope(system(), holder.incident):
        found = [one for one in mobilising.open_handovers(holder.incident) if one.to in mates]
    known = responders.known(one.by for one in found)
    return [
        {
            "id": str(one.id),
            "to": str(one.to),
            "at": one.at,
            "code": known[one.by].code if one.by in known else "",
            "open_items": len(one.open_items),
        }
        for one in found[:50]
    ]


def points(holder: Holder) -> list[Row]:
    """The sites and gates of my shifts, and those of my own area."""
    mine = [seat.shift.post.point for seat in holder.seats if seat.shift.post.point]
    near = Q(pk__in=[])
    for low, high in holder.actor.spans("mobilising.shift", holder.incident):
        near |= Q(area__gte=low, area__lt=high)
    with scope(system(), holder.incident):  # the place of my own shift, wherever it lies
        rows = Point.objects.filter(
            Q(pk__in=mine) | near, incident=holder.incident, kind__in=("site", "gate")
        )
        found = list(rows[:200])
        pools = lines.pools_at(holder, [one for one in found if one.kind == "site"])
    listed = sorted(found, key=lambda one: (one.id not in mine, one.name, one.id))
    return [
        {
            "id": str(one.id),
            "kind": one.kind,
            "name": one.name,
            "address": one.address,
            "mine": one.id in mine,
            **({"pool": pools[one.id]} if one.id in pools else {}),
        }
        for one in listed
    ]


def tasks(holder: Holder) -> list[Row]:
    """Open work given to me or my team, the first due first; a call carries the name and number it needs."""
    mine = Q(assignee__in=holder.assignees) | Q(leased_by=holder.person, leased_until__gt=holder.now)
    found = list(
        WorkItem.objects.filter(mine, incident=holder.incident, state="open").order_by("due_at", "id")[
            :MOST_TASKS
        ]
    )
    about = [one.subject for one in found if one.subject_kind == "resident"]
    masked = people.masked(about, holder.incident)
    doors = places.dwelling_titles({one.subject for one in found if one.subject_kind == "dwelling"})
    doors |= sweeps.names_of(found)
    homes = lines.at_homes(found)
    clear = _numbers(holder, {one.subject: one.area for one in found if one.step in CALLS})
    asked = [one.id for one in found if one.kind == "follow_up"]
    contacts = happened.sources(asked, "contact", holder.incident) if asked else {}
    rows = []
    for one in found:
        known = masked.get(one.subject)
        row: Row = {
            "id": str(one.id),
            "kind": one.kind,
            "step": one.step,
            "subject": str(one.subject),
            "name": known.name if known else doors.get(one.subject, ""),
            "due_at": one.due_at,
            "attempts": one.attempts,
            "last_outcome": one.last_outcome,
            "next_try_at": one.next_try_at,
            "priority": one.priority,
            "building": str(one.building) if one.building else None,
        } | homes.get(one.id, {})
        if one.id in contacts:
            row["contacts"] = [str(contact) for contact in contacts[one.id]]
        if one.subject in clear:
            row["name"], row["phone"] = clear[one.subject]
        rows.append(row)
    return rows


def _numbers(holder: Holder, subjects: dict[UUID, int]) -> dict[UUID, tuple[str, str]]:
    """Name and number of people whom this person was given to call: the assignment is the reason."""
    allowed = holder.actor.allowed("worklists.record", subjects.values(), holder.incident)
    wanted = [one for one, area in subjects.items() if area in allowed]
    rows = list(Identity.objects.filter(pk__in=wanted))
    if not rows:
        return {}
    held = vault(holder.incident)
    clear = {row.resident: sealing.opened(held, row) for row in rows}
    return {one: (words.name, words.phone) for one, words in clear.items() if words.phone}


def _buildings(holder: Holder) -> list[Building]:
    """Where my team has work to do, then the buildings of the grids or communities I am here for."""
    items = WorkItem.objects.filter(
        assignee__in=holder.assignees, incident=holder.incident, state="open", building__isnull=False
    )
    listed = items.order_by("due_at", "id").values_list("building", flat=True)[:2_000]
    first = [one for one in dict.fromkeys(listed) if one is not None]
    found = sorted(
        Building.objects.filter(pk__in=first[:MOST_BUILDINGS]), key=lambda one: first.index(one.id)
    )
    for low, high in holder.actor.spans("worklists.record", holder.incident):
        room = MOST_BUILDINGS - len(found)
        if room > 0 and high - low <= GRID:
            near = Building.objects.filter(area__gte=low, area__lt=high).exclude(pk__in=[b.id for b in found])
            found += list(near.order_by("area", "compound", "name", "id")[:room])
    return found


def buildings(holder: Holder) -> list[Row]:
    """My buildings."""
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "compound": one.compound,
            "address": one.address,
            "area": one.area,
            "floors": one.floors,
            "order": order,
        }
        for order, one in enumerate(_buildings(holder))
    ]


def doors(holder: Holder) -> list[Row]:
    """The doors of my buildings with what all teams together found there."""
    listed = [one.id for one in _buildings(holder)]
    place = {one: number for number, one in enumerate(listed)}
    rows = list(
        Dwelling.objects.filter(building__in=listed).values_list(
            "id", "building_id", "label", "floor", "unit"
        )[:6_000]
    )
    known = ground.found_at(holder, listed, [row[0] for row in rows])
    found = []
    for door, building, label, floor, unit in sorted(
        rows, key=lambda row: (place[row[1]], row[3] or 0, row[4] or 0, row[2])
    ):
        row: Row = {"id": str(door), "building": str(building), "label": label, "floor": floor, "unit": unit}
        found.append(row | known[door])
    return found
