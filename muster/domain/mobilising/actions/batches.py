"""Batches of people between areas, and their roll-calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.utils.timezone import get_default_timezone

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising.actions.shared import FACT, enter_journal
from muster.domain.mobilising.models import Batch, RollCall
from muster.domain.mobilising.rules import Call, Stage, batch_state, is_plausible, suggest_date
from muster.domain.responders import queries as responders

Heads = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Plate = Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[^\x00]*[^\s\x00][^\x00]*\Z")]
CALLED = ("from_area", "batch", "stage", "headcount", "present", "vehicles", "rides")
PLAN = (
    "id", "incident", "area", "from_area", "organisation", "leader", "task", "planned", "vehicles", "planned_at",
    "printed_date", "suggested_date", "printed_total",
)  # fmt: skip
STATE = (
    "id", "state", "mustered", "departed", "arrived", "released", "mustered_at", "departed_at", "arrived_at",
    "released_at", "vehicles_seen", "shortfall", "uneven",
)  # fmt: skip


class PlanBatch(msgspec.Struct, frozen=True):
    """Send people of an organisation to an area. `printed_…` is what their letter says."""

    id: UUID
    area: int
    organisation: UUID
    planned: Heads
    planned_at: datetime
    from_area: int | None = None
    leader: UUID | None = None
    task: str = ""
    vehicles: Heads = 0
    printed_date: date | None = None
    printed_total: Heads | None = None


class Ride(msgspec.Struct, frozen=True):
    """Who sat in one vehicle; its name is its number plate, or what is written on it."""

    vehicle: Plate
    present: list[UUID]


class CallRoll(msgspec.Struct, frozen=True):
    """Heads at a stage; with `present` the people by name, with `rides` by vehicle."""

    batch: UUID
    stage: Stage
    headcount: Heads = 0
    present: list[UUID] = []
    vehicles: Heads | None = None
    rides: list[Ride] = []

    def seated(self) -> dict[str, list[str]]:
        """Who sat where, as it is kept: the same whatever order it was said in."""
        found: dict[str, set[str]] = {}
        for ride in self.rides:
            found.setdefault(ride.vehicle.strip().upper(), set()).update(map(str, ride.present))
        return {vehicle: sorted(found[vehicle]) for vehicle in sorted(found)}


def plan_batches(*, told: Sequence[Told[PlanBatch]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Plan batches, from either end."""
    done = Done()
    asked = [one.body.organisation for one in told]
    homes = dict(responders.organisations().filter(pk__in=asked).values_list("id", "area"))
    opened = incidents.get(incident).opened_at.astimezone(get_default_timezone()).date()
    rows: list[tuple[Any, ...]] = []
    about = []
    for one in told:
        body = one.body
        if body.organisation not in homes:
            done.waiting[one.id] = NotVisibleYet()
            continue
        from_area = homes[body.organisation] if body.from_area is None else body.from_area
        end = _own_end(by, incident, body.area, from_area)
        if end is None:
            done.refused[one.id] = NotAllowed(right="mobilising.batch")
            continue
        about.append((end, body.id))
        rows.append(
            (body.id, incident, body.area, from_area, body.organisation, body.leader, body.task, body.planned,
             body.vehicles, body.planned_at, body.printed_date, _suggested(body, opened), body.printed_total)
        )  # fmt: skip
    bulk.insert(Batch, PLAN, rows)
    enter_journal("mobilising.batch", by, incident, about)
    recompute_batches({identity for _, identity in about})
    done.touch("mobilising.batch", (identity for _, identity in about))
    return done


def _own_end(by: Actor, incident: UUID, area: int, from_area: int) -> int | None:
    """The end of a batch where the actor may act for it, if there is one."""
    return next((end for end in (area, from_area) if by.may("mobilising.batch", end, incident)), None)


def _suggested(body: PlanBatch, opened: date) -> date | None:
    if body.printed_date is None or is_plausible(body.printed_date, opened):
        return None
    return suggest_date(body.printed_date, opened, body.planned_at.astimezone(get_default_timezone()).date())


def call_rolls(*, told: Sequence[Told[CallRoll]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record roll-calls, at either end; late, repeated or out of order they come to the same."""
    done = Done()
    asked = Batch.objects.filter(pk__in=[one.body.batch for one in told]).values_list(
        "id", "area", "from_area"
    )
    ends = {row[0]: row[1:] for row in asked}
    rows: list[tuple[Any, ...]] = []
    about = []
    for one in told:
        body = one.body
        if body.batch not in ends:
            done.waiting[one.id] = NotVisibleYet()
            continue
        area, from_area = ends[body.batch]
        end = _own_end(by, incident, area, from_area)
        if end is None:
            done.waiting[one.id] = NotAllowed(right="mobilising.batch")
            continue
        present = sorted({*body.present, *(one for ride in body.rides for one in ride.present)})
        about.append((end, body.batch))
        rows.append(
            (one.id, incident, area, one.at, one.by, one.device, from_area, body.batch, body.stage,
             body.headcount or len(present), present, body.vehicles, body.seated())
        )  # fmt: skip
    bulk.insert(RollCall, (*FACT, *CALLED), rows)
    enter_journal("mobilising.roll_call", by, incident, about)
    recompute_batches({batch for _, batch in about})
    done.touch("mobilising.batch", (batch for _, batch in about))
    return done


def recompute_batches(batches: Iterable[UUID]) -> None:
    """Derive the state of batches from their roll-calls."""
    ids = bulk.lock(Batch, batches)
    calls: dict[UUID, list[Call]] = {}
    facts = RollCall.objects.filter(batch__in=ids).exclude(id__in=Retraction.objects.values("target"))
    for row in facts:
        present = tuple(map(str, row.present))
        call = Call(row.at, str(row.id), row.stage, row.headcount, present, row.vehicles)
        calls.setdefault(row.batch, []).append(call)
    rows = []
    for identity, planned in Batch.objects.filter(pk__in=ids).values_list("id", "planned"):
        state = batch_state(calls.get(identity, ()), planned)
        reached = [state.reached.get(stage) for stage in Stage]
        counts = (state.mustered, state.departed, state.arrived, state.released)
        rows.append((identity, state.stage, *counts, *reached, state.vehicles, state.shortfall, state.uneven))
    bulk.update(Batch, STATE, rows)


def reconsider_calls(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive again the batches these roll-calls were about."""
    done = Done()
    batches = set(RollCall.objects.filter(pk__in=facts).values_list("batch", flat=True))
    recompute_batches(batches)
    done.touch("mobilising.batch", batches)
    return done
