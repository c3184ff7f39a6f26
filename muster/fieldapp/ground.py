"""What a phone on the ground holds besides doors: the rules of sweeps, breeding sites outside homes, its own places."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from muster.core.access import scope, system
from muster.domain.incidents import queries as incidents
from muster.domain.passes import exceptions
from muster.domain.passes import queries as passes
from muster.domain.people import queries as people
from muster.domain.places.models import Point
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.models import DwellingState
from muster.domain.worklists.sweep_models import DoorMark
from muster.fieldapp.holder import Holder
from muster.protocols.ground import Vector
from muster.protocols.values import Coded

Row = dict[str, Any]
RIGHT = "worklists.record"
DAYS = 3
SOON = timedelta(minutes=5)  # a phone's clock may be ahead by so much
GRIDS = 1_000_000  # breeding sites of no more than a sub-district


def ground(holder: Holder) -> list[Row]:
    """One row: when to come again, whom help is promised sooner, which containers, what indices mean."""
    if not holder.actor.spans(RIGHT, holder.incident):
        return []
    pack = incidents.pack_of(holder.incident)
    return [
        {
            "id": "rules",
            "recheck_hours": pack.sweep.recheck_hours.value,
            "most_absent": pack.sweep.max_absent_visits.value,
            "vulnerable": [_coded(one) for one in pack.helpline.vulnerable],
            "vector": _vector(pack.vector) if pack.vector else None,
        }
    ]


def _coded(one: Coded) -> Row:
    return {"code": one.code, "zh": one.title.zh, "en": one.title.en}


def _vector(vector: Vector) -> Row:
    return {
        "containers": [_coded(one) for one in vector.containers],
        "bands": [_coded(one) | {"from": one.from_index.value} for one in vector.bands],
        "per": vector.per_households.value,
        "goal": vector.goal_index.value,
        "days": vector.recheck_days.value,
    }


def window(holder: Holder) -> datetime:
    """Surveys older than this say nothing of today: twice the time between two surveys, as at the desk."""
    vector = incidents.pack_of(holder.incident).vector
    return holder.now - timedelta(days=2 * (vector.survey_every_days.value if vector else DAYS))


def found_at(holder: Holder, buildings: list[UUID], doors: list[UUID]) -> dict[UUID, Row]:
    """What is known of each door: its visits, how many are registered, the colour mark, the household card."""
    found: dict[UUID, Row] = {door: {} for door in doors}
    for state in DwellingState.objects.filter(building__in=buildings):
        found.get(state.id, {}).update(
            outcome=state.outcome, visits=state.visits, persons=state.persons, last_at=state.last_at
        )
        if state.doubled:
            found.get(state.id, {})["doubled"] = True
    for door, number in people.registered_at(doors).items():
        found[door]["home"] = number
    for mark in DoorMark.objects.filter(building__in=buildings, last_at__gte=window(holder)):
        waits = mark.recheck_at is not None and mark.rechecked_at is None
        found.get(mark.id, {}).update(
            mark=mark.mark, inspected=mark.inspected, positive=mark.positive, mark_at=mark.last_at,
            **({"look_at": mark.recheck_at} if waits else {}),
        )  # fmt: skip
    for door, at in sweeps.cards_at(doors).items():
        found[door]["card_at"] = at
    return found


def breeding(holder: Holder) -> list[Row]:
    """Breeding sites outside homes in the communities I am here for: whose they are stays at the desk."""
    found = []
    for low, high in holder.actor.spans(RIGHT, holder.incident):
        if high - low <= GRIDS:
            found += sweeps.breeding_sites((low, high))
    return [
        {
            "id": str(one.id),
            "kind": one.kind,
            "place": one.place,
            "building": str(one.building) if one.building else None,
            "deadline_at": one.deadline_at,
            "state": one.state,
            "last_at": one.last_at,
        }
        for one in found
    ]


def places(holder: Holder) -> list[Row]:
    """The places whose code this person answers for, with numbers and nothing else; nobody else gets them."""
    with scope(system(), holder.incident):  # one's own place, wherever it lies
        mine = exceptions.administered_by(holder.person)
        if not mine:
            return []
        rows = list(Point.objects.filter(pk__in=mine, incident=holder.incident).order_by("name", "id")[:20])
        midnight = localtime(holder.now).replace(hour=0, minute=0, second=0, microsecond=0)
        today, hour = (
            passes.check_ins(from_at=since, to_at=holder.now + SOON)
            for since in (midnight, holder.now - timedelta(hours=1))
        )
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "address": one.address,
            "today": today.get(one.id, 0),
            "hour": hour.get(one.id, 0),
        }
        for one in rows
    ]
