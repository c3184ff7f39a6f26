"""Batches, duty on a shift, rest, and call-outs: pure functions of the set of facts."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

import msgspec

PLAUSIBLE = timedelta(days=60)
FORGOTTEN = timedelta(days=1)


class Stage(StrEnum):
    """The stages of a batch at which heads are counted, in their order."""

    MUSTERED = "mustered"
    DEPARTED = "departed"
    ARRIVED = "arrived"
    RELEASED = "released"


RIDDEN = (Stage.DEPARTED, Stage.ARRIVED)  # who is named here rode from the one to the other


class ServiceKind(StrEnum):
    """What was done for a responder."""

    MEAL = "meal"
    LODGING = "lodging"
    MEETING = "meeting"
    TRANSPORT = "transport"
    THANKS = "thanks"


class Call(msgspec.Struct, frozen=True):
    """One roll-call of a batch: heads, and names where they were taken."""

    at: datetime
    id: str
    stage: str
    headcount: int = 0
    present: Sequence[str] = ()
    vehicles: int | None = None


class BatchState(msgspec.Struct, frozen=True):
    """What the roll-calls of a batch come to; a count is None where nobody called the roll."""

    stage: str
    mustered: int | None
    departed: int | None
    arrived: int | None
    released: int | None
    reached: dict[str, datetime]
    vehicles: int | None
    shortfall: int | None
    uneven: bool  # somewhere the heads and the names of one roll-call differ


def stage_count(calls: Sequence[Call]) -> int | None:
    """Heads at one stage: different people named; without names, the latest count."""
    if not calls:
        return None
    named = {one for call in calls for one in call.present}
    if named:
        return len(named)
    return max(calls, key=lambda call: (call.at, call.id)).headcount


def batch_state(calls: Iterable[Call], planned: int) -> BatchState:
    """The state of a batch after all its roll-calls, whatever order they came in."""
    by_stage: dict[str, list[Call]] = {stage: [] for stage in Stage}
    for call in {call.id: call for call in calls}.values():
        by_stage[call.stage].append(call)
    counts = {stage: stage_count(listed) for stage, listed in by_stage.items()}
    reached = {stage: min(call.at for call in listed) for stage, listed in by_stage.items() if listed}
    everything = [call for listed in by_stage.values() for call in listed]
    driven = [call for call in everything if call.vehicles is not None]
    order = list(Stage)
    latest = max(driven, key=lambda call: (order.index(Stage(call.stage)), call.at, call.id), default=None)
    arrived = counts[Stage.ARRIVED]
    return BatchState(
        stage=next((str(stage) for stage in reversed(order) if by_stage[stage]), "planned"),
        mustered=counts[Stage.MUSTERED],
        departed=counts[Stage.DEPARTED],
        arrived=arrived,
        released=counts[Stage.RELEASED],
        reached=reached,
        vehicles=latest.vehicles if latest else None,
        shortfall=None if arrived is None else max(planned - arrived, 0),
        uneven=any(call.present and call.headcount not in (0, len(set(call.present))) for call in everything),
    )


def ride_place(batch: UUID, vehicle: str) -> UUID:
    """What a vehicle of a batch is called as a place: the same for every roll-call that names it alike."""
    return UUID(bytes=hashlib.md5(f"{batch}/{vehicle}".encode(), usedforsecurity=False).digest())


def totals_differ(printed: int | None, parts: Iterable[int]) -> bool:
    """Whether a total somebody printed is not the sum of its parts."""
    return printed is not None and printed != sum(parts)


def is_plausible(printed: date, opened: date) -> bool:
    """Whether a printed date lies near the incident."""
    return abs(printed - opened) <= PLAUSIBLE


def suggest_date(printed: date, opened: date, planned: date) -> date:
    """What an implausible date most likely should be: the same day in the month nearest to the plan.

    Slips of month and year are common (12-18 for 02-18), slips of the day are not; where no month near
    the incident has that day, the planned day itself is suggested.
    """
    candidates = []
    for year in (opened.year - 1, opened.year, opened.year + 1):
        for month in range(1, 13):
            try:
                candidate = date(year, month, printed.day)
            except ValueError:  # no such day in that month
                continue
            if is_plausible(candidate, opened):
                candidates.append(candidate)
    return min(candidates, key=lambda one: (abs(one - planned), one), default=planned)


class Duty(msgspec.Struct, frozen=True):
    """What one person did on one shift; `ended_at` is None while they are still there."""

    began_at: datetime | None
    ended_at: datetime | None
    minutes: int


def duty_of(begun: Iterable[datetime], ended: Iterable[datetime]) -> Duty:
    """Work on one shift from all its beginnings and ends: stints are added up, a repeat changes nothing.

    An end that no beginning precedes is kept as the end of a duty whose beginning is not known (yet).
    """
    begins, ends = sorted(set(begun)), sorted(set(ended))
    events = sorted([(at, 0) for at in begins] + [(at, 1) for at in ends])
    total, since = timedelta(), None
    for at, kind in events:
        if kind == 0:
            since = since or at
        elif since is not None:
            total += at - since
            since = None
    over = bool(ends) and (not begins or ends[-1] >= begins[-1])
    return Duty(
        began_at=begins[0] if begins else None,
        ended_at=ends[-1] if over else None,
        minutes=int(total.total_seconds() // 60),
    )


class Engagement(msgspec.Struct, frozen=True):
    """Hours that are taken: a seat, or work that was really done."""

    from_at: datetime
    to_at: datetime


class Limits(msgspec.Struct, frozen=True):
    """The rest rules of the protocol for one person."""

    rest: timedelta
    day: timedelta
    tz: tzinfo


def engagement(hours: Engagement, duty: Duty, now: datetime) -> Engagement:
    """The hours a seat takes: as planned, until the work shows otherwise.

    Somebody still at work after the planned end is taken until now; after a day, nobody believes that.
    """
    begin = duty.began_at or hours.from_at
    end = duty.ended_at or hours.to_at
    if duty.began_at is not None and duty.ended_at is None and begin <= now < begin + FORGOTTEN:
        end = max(end, now)
    return Engagement(begin, max(begin, end))


def overlap(wanted: Engagement, taken: Iterable[Engagement]) -> Engagement | None:
    """An engagement at the same time, if there is one."""
    return next((one for one in taken if one.from_at < wanted.to_at and wanted.from_at < one.to_at), None)


def rest_until(wanted: Engagement, taken: Sequence[Engagement], limits: Limits) -> datetime | None:
    """When the person may begin instead, if the wanted hours leave too little rest before or after."""
    tight = [
        one.to_at + limits.rest
        for one in taken
        if wanted.from_at < one.to_at + limits.rest and one.from_at < wanted.to_at + limits.rest
    ]
    if tight:
        return max(tight)
    for midnight in _midnights(wanted, limits.tz):
        day = Engagement(midnight, _next_midnight(midnight, limits.tz))
        if sum((_shared(one, day) for one in [*taken, wanted]), timedelta()) > limits.day:
            return day.to_at
    return None


def _midnights(wanted: Engagement, tz: tzinfo) -> list[datetime]:
    """The starts of the local days that the wanted hours touch."""
    listed = [datetime.combine(wanted.from_at.astimezone(tz).date(), time(), tz)]
    while (following := _next_midnight(listed[-1], tz)) < wanted.to_at:
        listed.append(following)
    return listed


def _next_midnight(midnight: datetime, tz: tzinfo) -> datetime:
    return datetime.combine(midnight.astimezone(tz).date() + timedelta(days=1), time(), tz)


def _shared(one: Engagement, other: Engagement) -> timedelta:
    return max(min(one.to_at, other.to_at) - max(one.from_at, other.from_at), timedelta())


def is_fit(forbids: Collection[str], limits: Collection[str], at_night: bool) -> bool:
    """Whether nothing this post asks for is among what the person shall not be asked for."""
    asked = {*forbids, "night"} if at_night else set(forbids)
    return asked.isdisjoint(limits)


class Answer(msgspec.Struct, frozen=True):
    """What an organisation offered in answer to a call-out."""

    at: datetime
    id: str
    organisation: str
    people: int


class CalloutState(msgspec.Struct, frozen=True):
    """How a call-out stands."""

    sent: int
    answered: int
    people: int


def callout_state(sent: Iterable[str], answers: Iterable[Answer]) -> CalloutState:
    """Organisations asked and answering, and people offered; the latest word of each counts."""
    latest: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda one: (one.at, one.id)):
        latest[answer.organisation] = answer
    return CalloutState(len(set(sent)), len(latest), sum(one.people for one in latest.values()))
