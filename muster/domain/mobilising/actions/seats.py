"""Claims on seats: decided now, one winner, rest and fitness kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q
from django.utils.timezone import get_default_timezone

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising.actions.duty import count_seats
from muster.domain.mobilising.actions.shared import enter_journal
from muster.domain.mobilising.models import Seat, Shift
from muster.domain.mobilising.rules import Duty, Engagement, Limits, engagement, is_fit, overlap, rest_until
from muster.domain.responders import queries as responders
from muster.domain.responders.rules import limits_at
from muster.protocols import Pack

AROUND = timedelta(days=2)  # no rest rule looks further


class SeatsFull(Refusal):
    """Every seat of the shift is taken."""

    code = "mobilising.seats_full"
    texts = {
        "zh": "这个班次的 {seats} 个名额已满。请选择其他班次。",
        "en": "All {seats} seats of this shift are taken. Choose another shift.",
    }


class DoubleBooked(Refusal):
    """The person has another shift at that time."""

    code = "mobilising.double_booked"
    texts = {
        "zh": "{code} 在 {from_at} 至 {to_at} 已有班次，不能重复排班。请先退出原班次或换人。",
        "en": "{code} has another shift from {from_at} to {to_at}. Give that one back first, or choose somebody else.",
    }


class RestNeeded(Refusal):
    """The rest rule leaves no room for this shift."""

    code = "mobilising.rest_needed"
    texts = {
        "zh": "{code} 需要休息，最早可在 {until} 上岗。请换人或选择之后的班次。",
        "en": "{code} needs rest and may begin at {until} at the earliest. Choose somebody else or a later shift.",
    }


class TooLong(Refusal):
    """The shift is longer than anybody of this kind may work in a day."""

    code = "mobilising.too_long"
    texts = {
        "zh": "这个班次超过每人每天 {hours} 小时的上限。请把班次拆开。",
        "en": "This shift is longer than the {hours} hours one person may work in a day. Divide it.",
    }


class NotFit(Refusal):
    """The person shall not be asked for what this post asks. Never says why."""

    code = "mobilising.not_fit"
    texts = {
        "zh": "{code} 不能安排到这个岗位。请换人或安排其他岗位。",
        "en": "{code} is not assignable to this post. Choose somebody else or another post.",
    }


class SeatBody(msgspec.Struct, frozen=True):
    """A seat on a shift for a responder."""

    shift: UUID
    responder: UUID


class _Book:
    """What decides the claims of one call: free seats, taken hours, limits. Filled under locks."""

    def __init__(
        self, shifts: dict[UUID, Shift], people: dict[UUID, responders.Known], pack: Pack, now: datetime
    ) -> None:
        self.shifts, self.people, self.staffing, self.now = shifts, people, pack.staffing, now
        self.tz = get_default_timezone()
        self.declared = responders.declared_limits(people)
        first = min(shift.from_at for shift in shifts.values()) - AROUND
        last = max(shift.to_at for shift in shifts.values()) + AROUND
        self.taken: dict[UUID, dict[UUID, Engagement]] = {}
        self.claimed: dict[UUID, set[UUID]] = {}
        busy = Seat.objects.filter(
            Q(to_at__gt=first) | Q(ended_at__gt=first), responder__in=people, from_at__lt=last
        )
        for seat in busy.exclude(claimed_at=None, began_at=None, ended_at=None):
            duty = Duty(seat.began_at, seat.ended_at, seat.minutes)
            hours = engagement(Engagement(seat.from_at, seat.to_at), duty, now)
            self.taken.setdefault(seat.responder, {})[seat.shift_id] = hours
        rows = (
            Seat.objects.filter(shift__in=shifts).exclude(claimed_at=None).values_list("shift", "responder")
        )
        for shift, responder in rows:
            self.claimed.setdefault(shift, set()).add(responder)

    def take(self, body: SeatBody) -> Refusal | None:
        """Give the seat, or say why not."""
        shift, person = self.shifts[body.shift], self.people[body.responder]
        held = self.claimed.setdefault(shift.id, set())
        if person.id in held:
            return None
        problem = self._problem(shift, person)
        if problem is None and len(held) >= shift.seats:
            problem = SeatsFull(seats=shift.seats)
        if problem is None:
            held.add(person.id)
            self.taken.setdefault(person.id, {})[shift.id] = Engagement(shift.from_at, shift.to_at)
        return problem

    def _problem(self, shift: Shift, person: responders.Known) -> Refusal | None:
        """What speaks against this person on this shift, whatever seats are free."""
        wanted = Engagement(shift.from_at, shift.to_at)
        others = [hours for other, hours in self.taken.get(person.id, {}).items() if other != shift.id]
        limits = self.limits(person)
        unfit_for = limits_at(self.declared.get(person.id, ()), shift.from_at)
        if not is_fit(shift.post.forbids, unfit_for, self.at_night(shift)):
            return NotFit(code=person.code)
        if (clash := overlap(wanted, others)) is not None:
            return DoubleBooked(
                code=person.code, from_at=self._say(clash.from_at), to_at=self._say(clash.to_at)
            )
        if rest_until(wanted, [], limits) is not None:
            return TooLong(hours=f"{limits.day.total_seconds() / 3600:g}")
        if (until := rest_until(wanted, others, limits)) is not None:
            return RestNeeded(code=person.code, until=self._say(until))
        return None

    def limits(self, person: responders.Known) -> Limits:
        """The rest rules for this kind of person."""
        volunteer = self.staffing.max_volunteer_hours_per_day
        hours = volunteer if person.kind == "volunteer" else self.staffing.max_hours_per_day
        return Limits(timedelta(hours=self.staffing.rest_hours.value), timedelta(hours=hours.value), self.tz)

    def at_night(self, shift: Shift) -> bool:
        """Whether any of the shift is night by the protocol."""
        hours = int((shift.to_at - shift.from_at).total_seconds() // 3600) + 1
        moments = [shift.from_at + timedelta(hours=step) for step in range(hours)]
        moments = [moment for moment in moments if moment < shift.to_at] + [
            shift.to_at - timedelta(seconds=1)
        ]
        return any(self.staffing.is_night(moment, self.tz) for moment in moments)

    def _say(self, at: datetime) -> str:
        return f"{at.astimezone(self.tz):%Y-%m-%d %H:%M}"


def claim_seats(*, told: Sequence[Told[SeatBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give seats on shifts, first come first served; the losers learn why."""
    done = Done()
    shifts, people = _named(told, by, incident, done)
    good = sorted(done.stored(told), key=lambda one: (one.at, one.id))
    if not good:
        return done
    _hold(people)
    bulk.lock(Shift, shifts)
    book = _Book(shifts, people, incidents.pack_of(incident), now)
    rows = []
    for one in good:
        shift = shifts[one.body.shift]
        known = one.body.responder in book.claimed.get(shift.id, ())
        problem = book.take(one.body)
        if problem is not None:
            done.refused[one.id] = problem
        elif not known:
            rows.append(_seat(shift, one.body.responder, now))
    _write(rows, by, "mobilising.claim_seat")
    done.touch("mobilising.shift", (row[3] for row in rows))
    return done


def release_seats(*, told: Sequence[Told[SeatBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give seats back; what was worked on them stays."""
    done = Done()
    shifts, people = _named(told, by, incident, done)
    _hold(people)
    bulk.lock(Shift, shifts)
    bodies = {one.body for one in done.stored(told)}
    asked = {derive_id(body.shift, body.responder): body for body in bodies}
    held = Seat.objects.filter(pk__in=asked).exclude(claimed_at=None).values_list("id", flat=True)
    rows = [_seat(shifts[asked[seat].shift], asked[seat].responder, None) for seat in held]
    _write(rows, by, "mobilising.release_seat")
    done.touch("mobilising.shift", (row[3] for row in rows))
    return done


SEAT = ("id", "incident", "area", "shift", "responder", "from_at", "to_at", "claimed_at", "minutes")
SeatRow = tuple[UUID, UUID, int, UUID, UUID, datetime, datetime, datetime | None, int]


def _seat(shift: Shift, responder: UUID, claimed_at: datetime | None) -> SeatRow:
    identity = derive_id(shift.id, responder)
    return (
        identity,
        shift.incident,
        shift.area,
        shift.id,
        responder,
        shift.from_at,
        shift.to_at,
        claimed_at,
        0,
    )


def _write(rows: Sequence[SeatRow], by: Actor, action: str) -> None:
    if rows:
        bulk.insert(Seat, SEAT, rows, update=("claimed_at",))
        count_seats({row[3] for row in rows})
        enter_journal(action, by, rows[0][1], ((row[2], row[0]) for row in rows))


def _named(
    told: Sequence[Told[SeatBody]], by: Actor, incident: UUID, done: Done
) -> tuple[dict[UUID, Shift], dict[UUID, responders.Known]]:
    """The shifts and people of claims that may be made: everybody for themselves, planners for all."""
    asked = Shift.objects.filter(pk__in=[one.body.shift for one in told]).select_related("post")
    shifts = {shift.id: shift for shift in asked}
    people = responders.known(one.body.responder for one in told)
    areas = {shift.area for shift in shifts.values()}
    own = by.allowed("mobilising.shift", areas, incident)
    planned = by.allowed("mobilising.plan", areas, incident)
    for one in told:
        shift = shifts.get(one.body.shift)
        if shift is None or one.body.responder not in people:
            done.waiting[one.id] = NotVisibleYet()
        elif shift.area not in (own | planned if one.body.responder == by.by else planned):
            done.refused[one.id] = NotAllowed(right="mobilising.plan")
    good = [one.body for one in done.stored(told)]
    return (
        {body.shift: shifts[body.shift] for body in good},
        {body.responder: people[body.responder] for body in good},
    )


def _hold(people: Collection[UUID]) -> None:
    """Nobody else decides on the hours of these people until this transaction ends, in any area."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(p, 11))"
            " from (select p from unnest(%s::text[]) p order by p) x",
            [sorted(str(one) for one in people)],
        )
