"""People at work, on the road and at rest; what each of them has served."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from muster.core.models import Retraction
from muster.core.tables import InScope
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising.models import Batch, MealServed, RollCall, Seat
from muster.domain.responders import queries as responders


def _seats(incident: UUID) -> QuerySet[Seat]:
    """Seats whose shift is in scope: the rows themselves can be read everywhere, and lie where the shift lies."""
    return Seat.objects.filter(InScope(), incident=incident)


def working_areas(ids: Iterable[UUID], incident: UUID) -> dict[UUID, int]:
    """Where each of these people works: the area of the latest shift, else of the batch they were named in."""
    people = set(ids)
    seats = Seat.objects.filter(incident=incident, responder__in=people).order_by("from_at", "id")
    found = dict(seats.values_list("responder", "area"))
    missing = people - found.keys()
    if missing:
        calls = RollCall.objects.filter(incident=incident, present__overlap=list(missing)).order_by(
            "at", "id"
        )
        for area, present in calls.values_list("area", "present"):
            found.update(dict.fromkeys(missing.intersection(present), area))
    return found


class Resting(msgspec.Struct, frozen=True):
    """Somebody whose rest is not over."""

    responder: UUID
    ended_at: datetime
    until: datetime


def resting(incident: UUID, now: datetime) -> list[Resting]:
    """Who is resting between shifts, the first to be free again first."""
    rest = _rest(incident)
    rows = _ended(incident, now, rest).values_list("responder").annotate(last=Max("ended_at"))
    return [Resting(responder, last, last + rest) for responder, last in rows.order_by("last", "responder")]


def _rest(incident: UUID) -> timedelta:
    return timedelta(hours=incidents.pack_of(incident).staffing.rest_hours.value)


def _ended(incident: UUID, now: datetime, rest: timedelta) -> QuerySet[Seat]:
    """Seats that ended less than a rest ago, of people who are not at work again."""
    at_work = _seats(incident).filter(_on_duty(now)).values("responder")
    return _seats(incident).filter(ended_at__gt=now - rest, ended_at__lte=now).exclude(responder__in=at_work)


def _on_duty(now: datetime) -> Q:
    """Begun within a day and not ended: later, somebody forgot to say so."""
    return Q(ended_at=None, began_at__gt=now - timedelta(days=1), began_at__lte=now)


class PeopleCounts(msgspec.Struct, frozen=True):
    """People sent here, and where they are."""

    here: int
    on_the_road: int
    on_shift: int
    resting: int


def people_counts(incident: UUID, now: datetime) -> PeopleCounts:
    """People of batches who are here or on the road, and people on shift or resting."""
    here = road = 0
    rows = Batch.objects.filter(incident=incident).values_list(
        "state", "planned", "mustered", "departed", "arrived", "released"
    )
    for state, planned, mustered, departed, arrived, released in rows:
        if state in ("arrived", "released"):
            came = next(count for count in (arrived, departed, mustered, planned) if count is not None)
            here += max(came - (released or 0), 0)
        elif state == "departed":
            road += departed or 0
    on_shift = _seats(incident).filter(_on_duty(now)).values("responder").distinct().count()
    at_rest = _ended(incident, now, _rest(incident)).values("responder").distinct().count()
    return PeopleCounts(here, road, on_shift, at_rest)


def person_times(incident: UUID, from_at: datetime, to_at: datetime) -> int:
    """Shifts begun in a stretch of time, each person once a shift."""
    return _seats(incident).filter(began_at__gte=from_at, began_at__lt=to_at).count()


class Strained(msgspec.Struct, frozen=True):
    """Somebody who worked more than a day allows."""

    responder: UUID
    minutes: int
    limit: int


def strained(incident: UUID, now: datetime) -> list[Strained]:
    """Who worked longer in the last 24 hours than the protocol allows in a day, longest first."""
    staffing = incidents.pack_of(incident).staffing
    since = now - timedelta(days=1)
    touched = _seats(incident).filter(Q(ended_at__gt=since) | _on_duty(now)).exclude(began_at=None)
    minutes: Counter[UUID] = Counter()
    for responder, began_at, ended_at in touched.values_list("responder", "began_at", "ended_at"):
        worked = min(ended_at or now, now) - max(began_at or since, since)
        minutes[responder] += max(int(worked.total_seconds() // 60), 0)
    people = responders.known(minutes)
    found = []
    for responder, total in minutes.items():
        volunteer = responder in people and people[responder].kind == "volunteer"
        allowed = staffing.max_volunteer_hours_per_day if volunteer else staffing.max_hours_per_day
        if total > allowed.value * 60:
            found.append(Strained(responder, total, int(allowed.value * 60)))
    return sorted(found, key=lambda one: (-one.minutes, one.responder))


class ServiceRecord(msgspec.Struct, frozen=True):
    """What somebody has served: shifts begun and minutes worked, first and last day."""

    responder: UUID
    shifts: int
    minutes: int
    first: datetime
    last: datetime


def service_records(incident: UUID, ids: Iterable[UUID] | None = None) -> dict[UUID, ServiceRecord]:
    """Service records of these people, or of all, from the shifts in scope."""
    seats = _seats(incident).exclude(began_at=None)
    if ids is not None:
        seats = seats.filter(responder__in=set(ids))
    rows = seats.values_list("responder").annotate(
        Count("id"), Sum("minutes"), Min("began_at"), Max("began_at")
    )
    return {row[0]: ServiceRecord(*row) for row in rows.order_by("responder")}


class SeatRow(msgspec.Struct, frozen=True):
    """One shift on a responder's card."""

    shift: UUID
    post_name: str
    post_kind: str
    from_at: datetime
    to_at: datetime
    claimed_at: datetime | None
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int


class ResponderCard(msgspec.Struct, frozen=True):
    """A responder without a name: who sent them, where they may not be put, what they do and got."""

    responder: responders.Known
    limits: list[str]
    teams: list[str]
    seats: list[SeatRow]
    record: ServiceRecord | None
    services: dict[str, int]
    rests_until: datetime | None


SEAT = (
    "shift",
    "shift__post__name",
    "shift__post__kind",
    "from_at",
    "to_at",
    "claimed_at",
    "began_at",
    "ended_at",
    "minutes",
)


def responder_card(responder: UUID, incident: UUID, now: datetime) -> ResponderCard | None:
    """One responder; None when the id is unknown."""
    person = responders.known([responder]).get(responder)
    if person is None:
        return None
    rows = _seats(incident).filter(responder=responder).order_by("-from_at", "id").values_list(*SEAT)[:40]
    served = MealServed.objects.filter(incident=incident, responder=responder)
    kept = served.exclude(id__in=Retraction.objects.values("target"))
    return ResponderCard(
        responder=person,
        limits=sorted(responders.limits_of([responder], now).get(responder, ())),
        teams=[team.name for team in responders.teams_of([responder], now).get(responder, ())],
        seats=[SeatRow(*row) for row in rows],
        record=service_records(incident, [responder]).get(responder),
        services=dict(Counter(kept.values_list("kind", flat=True))),
        rests_until=next((one.until for one in resting(incident, now) if one.responder == responder), None),
    )
