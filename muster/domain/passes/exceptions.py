"""Those let through without papers: care comes first, and one named person brings the papers by a deadline."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from django.db.models import Model, Q, QuerySet

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.passes.models import ExceptionMade, ExceptionStep, PlaceAdministered
from muster.domain.passes.rules import EXCEPTION_HOURS, Closing, Standing, Step, standing
from muster.domain.places.models import Point

FACT = ("id", "incident", "area", "at", "by", "device")
SCAN, ISSUE = "passes.scan", "passes.issue"
Kind = Annotated[str, msgspec.Meta(max_length=20, pattern=r"^[^\x00]*$")]
CODE = re.compile(r"[a-z_]{1,20}")
MOST = 500


class OpenException(msgspec.Struct, frozen=True):
    """Let somebody through without papers; without an owner the guard answers, without a deadline the protocol's."""

    gate: UUID
    kind: Kind
    resident: UUID | None = None
    pass_id: UUID | None = None
    owner: UUID | None = None
    due_at: datetime | None = None


class StepException(msgspec.Struct, frozen=True):
    """Give an exception to somebody, move its deadline, or close it."""

    exception: UUID
    owner: UUID | None = None
    due_at: datetime | None = None
    closing: Closing | None = None


class NameAdministrator(msgspec.Struct, frozen=True):
    """Name who answers for the code of a place."""

    point: UUID
    responder: UUID


class _Ask(msgspec.Struct, frozen=True):
    """A right somebody needs in the area of what a command is about."""

    right: str
    by: Actor
    incident: UUID


class Held(msgspec.Struct, frozen=True):
    """An exception as the desk sees it."""

    id: UUID
    gate: UUID
    kind: str
    at: datetime
    standing: Standing


def open_exceptions(*, told: Sequence[Told[OpenException]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record who was let through without papers; never refused for what the server thinks."""
    done = Done()
    areas = _areas(
        Point.objects.all(), {one.id: one.body.gate for one in told}, _Ask(SCAN, by, incident), done
    )
    gates = incidents.pack_of(incident).gates
    hours = gates.exception_hours.value if gates and gates.exception_hours else EXCEPTION_HOURS
    rows = []
    done.refused |= {one.id: BadInput(problem="kind") for one in told if not CODE.fullmatch(one.body.kind)}
    for one in done.stored(told):
        b = one.body
        due = b.due_at or one.at + timedelta(hours=hours)
        fact = (one.id, incident, areas[one.id], one.at, one.by, one.device)
        rows.append((*fact, b.gate, b.kind, b.resident, b.pass_id, b.owner or one.by, due))
    if rows:
        bulk.insert(ExceptionMade, (*FACT, "gate", "kind", "resident", "pass_id", "owner", "due_at"), rows)
        _write("passes.open_exception", by, incident, rows)
    return done


def step_exceptions(*, told: Sequence[Told[StepException]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record what is done about exceptions."""
    done = Done()
    asked = {one.id: one.body.exception for one in told}
    areas = _areas(ExceptionMade.objects.all(), asked, _Ask(SCAN, by, incident), done)
    rows = [
        (one.id, incident, areas[one.id], one.at, one.by, one.device, one.body.exception, one.body.owner,
         one.body.due_at, one.body.closing or "")
        for one in done.stored(told)
    ]  # fmt: skip
    if rows:
        bulk.insert(ExceptionStep, (*FACT, "exception", "owner", "due_at", "closing"), rows)
        _write("passes.step_exception", by, incident, rows)
    return done


def name_administrators(
    *, told: Sequence[Told[NameAdministrator]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Name who answers for the codes of places: one person each, the last one named."""
    done = Done()
    asked = {one.id: one.body.point for one in told}
    areas = _areas(Point.objects.all(), asked, _Ask(ISSUE, by, incident), done)
    rows = [
        (one.id, incident, areas[one.id], one.at, one.by, one.device, one.body.point, one.body.responder)
        for one in done.stored(told)
    ]
    if rows:
        bulk.insert(PlaceAdministered, (*FACT, "point", "responder"), rows)
        _write("passes.name_administrator", by, incident, rows)
    return done


def nothing_derived(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: these are read from the facts that stand, nothing is kept beside them."""
    return Done()


def _areas(things: QuerySet[Model], asked: dict[UUID, UUID], ask: _Ask, done: Done) -> dict[UUID, int]:
    """The area of what each command is about; unknown here, or without the right there: it waits."""
    areas: dict[UUID, int] = dict(things.filter(pk__in=set(asked.values())).values_list("id", "area"))
    allowed = ask.by.allowed(ask.right, areas.values(), ask.incident)
    found = {}
    for command, thing in asked.items():
        area = areas.get(thing)
        if area is None:
            done.waiting[command] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[command] = NotAllowed(right=ask.right)
        else:
            found[command] = area
    return found


def _write(action: str, by: Actor, incident: UUID, rows: Sequence[tuple[object, ...]]) -> None:
    area = min(int(str(row[2])) for row in rows)
    subjects = {one for row in rows if isinstance(one := row[6], UUID)}
    journal.write(action=action, by=by, incident=incident, area=area, subjects=subjects, count=len(rows))


def exceptions(*, since: datetime) -> list[Held]:
    """Exceptions of this scope that are open, or were made since an instant: the most urgent first."""
    gone = Retraction.objects.values("target")
    closed = ExceptionStep.objects.exclude(closing="").exclude(id__in=gone).values("exception")
    wanted = ExceptionMade.objects.filter(Q(at__gte=since) | ~Q(id__in=closed)).exclude(id__in=gone)
    made = list(wanted.order_by("-at", "id")[:MOST])
    steps: dict[UUID, list[Step]] = defaultdict(list)
    for row in ExceptionStep.objects.filter(exception__in=[one.id for one in made]).exclude(id__in=gone):
        closing = Closing(row.closing) if row.closing else None
        steps[row.exception].append(Step(row.at, row.id, row.owner, row.due_at, closing))
    held = [
        Held(one.id, one.gate, one.kind, one.at, standing(one.owner, one.due_at, steps[one.id]))
        for one in made
    ]
    return sorted(held, key=lambda one: (one.standing.closed_at is not None, one.standing.due_at, one.id))


def administrators(points: set[UUID]) -> dict[UUID, UUID]:
    """Who answers for each of these places now."""
    found = dict(
        Point.objects.filter(pk__in=points, administrator__isnull=False).values_list("id", "administrator")
    )
    named = PlaceAdministered.objects.filter(point__in=points).exclude(
        id__in=Retraction.objects.values("target")
    )
    found |= dict(named.order_by("at", "id").values_list("point", "responder"))
    return {point: responder for point, responder in found.items() if responder is not None}


def administered_by(responder: UUID) -> set[UUID]:
    """The places of this scope for whose code this person answers now."""
    named = set(PlaceAdministered.objects.filter(responder=responder).values_list("point", flat=True))
    held = set(Point.objects.filter(administrator=responder).values_list("id", flat=True))
    return {point for point, who in administrators(named | held).items() if who == responder}
