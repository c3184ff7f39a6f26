"""Work on shifts as it was seen: begun, ended, served, handed over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.mobilising import queries
from muster.domain.mobilising.actions.shared import FACT, enter_journal
from muster.domain.mobilising.models import (
    Handover,
    HandoverTaken,
    MealServed,
    Seat,
    Shift,
    ShiftBegun,
    ShiftEnded,
)
from muster.domain.mobilising.rules import ServiceKind, duty_of
from muster.domain.responders import queries as responders

DUTY = (
    "id", "incident", "area", "shift", "responder", "from_at", "to_at", "began_at", "ended_at", "minutes",
)  # fmt: skip


class DutyBody(msgspec.Struct, frozen=True):
    """A responder on a shift."""

    shift: UUID
    responder: UUID


class Serve(msgspec.Struct, frozen=True):
    """Something done for a responder; `area` is where, if not where the responder works."""

    responder: UUID
    kind: ServiceKind
    area: int | None = None


class HandOver(msgspec.Struct, frozen=True):
    """Open work goes to somebody else at the end of a shift."""

    shift: UUID
    to: UUID
    open_items: list[UUID] = []


class TakeOver(msgspec.Struct, frozen=True):
    """The open work of a hand-over is acknowledged."""

    handover: UUID


def begin_shifts(*, told: Sequence[Told[DutyBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record that people began; without a seat it is stored all the same and shows as unrostered."""
    return _observe(ShiftBegun, "mobilising.begin_shift", told, by, incident)


def end_shifts(*, told: Sequence[Told[DutyBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record that people ended, however late this arrives."""
    return _observe(ShiftEnded, "mobilising.end_shift", told, by, incident)


def _observe(
    model: type[ShiftBegun] | type[ShiftEnded],
    action: str,
    told: Sequence[Told[DutyBody]],
    by: Actor,
    incident: UUID,
) -> Done:
    done = Done()
    areas = dict(Shift.objects.filter(pk__in=[one.body.shift for one in told]).values_list("id", "area"))
    allowed = by.allowed("mobilising.shift", areas.values(), incident)
    for one in told:
        if one.body.shift not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif areas[one.body.shift] not in allowed:
            done.waiting[one.id] = NotAllowed(right="mobilising.shift")
    rows = [
        (o.id, incident, areas[o.body.shift], o.at, o.by, o.device, o.body.shift, o.body.responder)
        for o in done.stored(told)
    ]
    if rows:
        bulk.insert(model, (*FACT, "shift", "responder"), rows)
        recompute_duty({(row[6], row[7]) for row in rows})
        enter_journal(action, by, incident, ((row[2], row[7]) for row in rows))
        done.touch("mobilising.shift", (row[6] for row in rows))
    return done


def recompute_duty(pairs: set[tuple[UUID, UUID]]) -> None:
    """Derive what these people (shift, responder) did on these shifts, and the counts of the shifts."""
    ids = bulk.lock(Shift, (shift for shift, _ in pairs))
    begun, ended = _moments(ShiftBegun, pairs), _moments(ShiftEnded, pairs)
    shifts = {shift.id: shift for shift in Shift.objects.filter(pk__in=ids)}
    rows = []
    for pair in sorted(pairs):
        shift, responder = shifts[pair[0]], pair[1]
        duty = duty_of(begun.get(pair, ()), ended.get(pair, ()))
        rows.append(
            (derive_id(*pair), shift.incident, shift.area, shift.id, responder, shift.from_at, shift.to_at,
             duty.began_at, duty.ended_at, duty.minutes)
        )  # fmt: skip
    bulk.insert(Seat, DUTY, rows, update=("began_at", "ended_at", "minutes"))
    count_seats(ids)


def _moments(
    model: type[ShiftBegun] | type[ShiftEnded], pairs: set[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], list[datetime]]:
    rows = model.objects.filter(shift__in={s for s, _ in pairs}, responder__in={r for _, r in pairs})
    found: dict[tuple[UUID, UUID], list[datetime]] = {}
    kept = rows.exclude(id__in=Retraction.objects.values("target"))
    for shift, responder, at in kept.values_list("shift", "responder", "at"):
        found.setdefault((shift, responder), []).append(at)
    return found


def count_seats(shifts: Iterable[UUID]) -> None:
    """Write down how many seats of these shifts are claimed, begun, ended, and begun without a claim."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update mobilising_shift t set claimed = x.claimed, begun = x.begun, ended = x.ended,"
            " unrostered = x.unrostered from (select i.id, count(s.claimed_at) claimed, count(s.began_at) begun,"
            " count(s.ended_at) ended, count(s.began_at) filter (where s.claimed_at is null) unrostered"
            " from unnest(%s::uuid[]) i(id) left join mobilising_seat s on s.shift_id = i.id group by i.id) x"
            " where t.id = x.id",
            [sorted(shifts)],
        )


def reconsider_begun(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive again the duty these beginnings were about."""
    return _reconsider(ShiftBegun, facts)


def reconsider_ended(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive again the duty these ends were about."""
    return _reconsider(ShiftEnded, facts)


def _reconsider(model: type[ShiftBegun] | type[ShiftEnded], facts: set[UUID]) -> Done:
    done = Done()
    pairs = set(model.objects.filter(pk__in=facts).values_list("shift", "responder"))
    recompute_duty(pairs)
    done.touch("mobilising.shift", (shift for shift, _ in pairs))
    return done


def serve(*, told: Sequence[Told[Serve]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record meals, beds, meetings, rides and thanks, where the responder works or as told."""
    done = Done()
    people = responders.known(one.body.responder for one in told)
    working = queries.working_areas(people, incident)
    rows = []
    for one in told:
        person = people.get(one.body.responder)
        if person is None:
            done.waiting[one.id] = NotVisibleYet()
            continue
        places = (one.body.area, working.get(person.id), person.area)
        area = next((p for p in places if p is not None and by.may("mobilising.shift", p, incident)), None)
        if area is None:
            done.waiting[one.id] = NotAllowed(right="mobilising.shift")
        else:
            rows.append((one.id, incident, area, one.at, one.by, one.device, person.id, one.body.kind))
    bulk.insert(MealServed, (*FACT, "responder", "kind"), rows)
    enter_journal("mobilising.serve", by, incident, ((row[2], row[6]) for row in rows))
    return done


def hand_over(*, told: Sequence[Told[HandOver]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record hand-overs of open work."""
    done = Done()
    areas = dict(Shift.objects.filter(pk__in=[one.body.shift for one in told]).values_list("id", "area"))
    _may_record(told, {one.id: areas.get(one.body.shift) for one in told}, by, incident, done)
    rows = [
        (
            o.id,
            incident,
            areas[o.body.shift],
            o.at,
            o.by,
            o.device,
            o.body.shift,
            o.body.to,
            sorted(set(o.body.open_items)),
        )
        for o in done.stored(told)
    ]
    bulk.insert(Handover, (*FACT, "shift", "to", "open_items"), rows)
    enter_journal("mobilising.hand_over", by, incident, ((row[2], row[0]) for row in rows))
    done.touch("mobilising.shift", (row[6] for row in rows))
    return done


def take_over(*, told: Sequence[Told[TakeOver]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record that the open work of hand-overs was acknowledged."""
    done = Done()
    areas = dict(Handover.objects.filter(pk__in=[o.body.handover for o in told]).values_list("id", "area"))
    _may_record(told, {one.id: areas.get(one.body.handover) for one in told}, by, incident, done)
    rows = [
        (o.id, incident, areas[o.body.handover], o.at, o.by, o.device, o.body.handover)
        for o in done.stored(told)
    ]
    bulk.insert(HandoverTaken, (*FACT, "handover"), rows)
    enter_journal("mobilising.take_over", by, incident, ((row[2], row[6]) for row in rows))
    return done


def _may_record(
    told: Sequence[Told[HandOver]] | Sequence[Told[TakeOver]], areas: dict[UUID, int | None], by: Actor, incident: UUID,
    done: Done,
) -> None:  # fmt: skip
    for one in told:
        area = areas[one.id]
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif not by.may("mobilising.shift", area, incident):
            done.waiting[one.id] = NotAllowed(right="mobilising.shift")
