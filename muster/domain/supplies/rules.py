"""Stock, needs and burn rate as functions of the set of movements: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from itertools import accumulate
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core.ids import derive_id

# What the columns can hold: anything else in a command is answered as unreadable.
PLAIN = r"^[^\x00]*\Z"  # the database keeps no NUL in a text
Word = Annotated[str, msgspec.Meta(max_length=12, pattern=PLAIN)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=PLAIN)]
Kind = Annotated[str, msgspec.Meta(max_length=20, pattern=PLAIN)]
Name = Annotated[str, msgspec.Meta(max_length=80, pattern=PLAIN)]
Area = Annotated[int, msgspec.Meta(ge=0, lt=10**15)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class StoreKind(StrEnum):
    """Where goods can be."""

    STORE = "store"
    SEALED_AREA = "sealed_area"
    SITE = "site"
    BATCH = "batch"
    OUTSIDE = "outside"


class MovementKind(StrEnum):
    """Why goods moved."""

    DONATE = "donate"
    RECEIVE = "receive"
    ISSUE = "issue"
    DELIVER = "deliver"
    LEND = "lend"
    RETURN = "return"
    COUNT_DIFFERENCE = "count_difference"


class Urgency(StrEnum):
    """How much a need presses."""

    NORMAL = "normal"
    URGENT = "urgent"


class NeedPhase(StrEnum):
    """How far a need is."""

    OPEN = "open"
    ALLOCATED = "allocated"
    MET = "met"


MEETING = frozenset({MovementKind.DELIVER, MovementKind.ISSUE})


def outside_id(incident: UUID) -> UUID:
    """The one place of an incident where goods come from and go to beyond its stores."""
    return derive_id(incident, "outside")


def item_id(code: str) -> UUID:
    """The id of an item that was added without one: the same code is the same item everywhere."""
    return derive_id("item", code)


class Parcel(msgspec.Struct, frozen=True):
    """Goods that arrived for a need."""

    at: datetime
    id: UUID
    quantity: int


class NeedState(msgspec.Struct, frozen=True):
    """What a need is after all parcels and allocations."""

    state: str
    met: int
    allocated: int
    met_at: datetime | None


def need_state(quantity: int, parcels: Iterable[Parcel], allocated: int) -> NeedState:
    """The state of a need, whatever order its parcels came in; `met_at` is when the last missing piece came."""
    ordered = sorted(parcels, key=lambda one: (one.at, one.id))
    sums = list(accumulate(one.quantity for one in ordered))
    met_at = next((one.at for one, total in zip(ordered, sums, strict=True) if total >= quantity), None)
    unmet = NeedPhase.ALLOCATED if allocated >= quantity else NeedPhase.OPEN
    state = unmet if met_at is None else NeedPhase.MET
    return NeedState(state=state.value, met=sums[-1] if sums else 0, allocated=allocated, met_at=met_at)


def day_of(at: datetime, tz: tzinfo) -> date:
    """The local day a movement is booked on."""
    return at.astimezone(tz).date()


def hours_of(day: date, tz: tzinfo) -> tuple[datetime, datetime]:
    """The instants between which a local day lies, the second exclusive."""
    return datetime.combine(day, time(), tz), datetime.combine(day + timedelta(days=1), time(), tz)


def daily_counts(stock: int, went: Sequence[int]) -> tuple[float, ...]:
    """Counts at the ends of whole days, oldest first, as if nothing had come in: what only use explains.

    `went` is what left on each of these days, oldest first. Deliveries would hide the use of a store.
    """
    back = accumulate(reversed(went), initial=stock)
    return tuple(float(count) for count in reversed(list(back)))
