"""Requests as functions of the set of their updates: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec

# What the columns can hold: anything else in a command is answered as unreadable.
PLAIN = r"^[^\x00]*\Z"  # the database keeps no NUL in a text
Code = Annotated[str, msgspec.Meta(max_length=20, pattern=PLAIN)]
Phone = Annotated[str, msgspec.Meta(max_length=40, pattern=PLAIN)]
Name = Annotated[str, msgspec.Meta(max_length=120, pattern=PLAIN)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
LAST_YEAR = 2200


def is_sane(promise: datetime | None) -> bool:
    """Whether an hour can be promised at all."""
    return promise is None or promise.year <= LAST_YEAR


class LineKind(StrEnum):
    """What a line is for."""

    COUNSELLING = "counselling"
    CARE = "care"
    GENERAL = "general"


class RequestKind(StrEnum):
    """What somebody asks for."""

    MEDICINE = "medicine"
    FOOD = "food"
    TRANSPORT = "transport"
    COUNSELLING = "counselling"
    FAMILY_LETTER = "family_letter"
    OTHER = "other"


class Step(StrEnum):
    """What was done about a request."""

    TAKEN = "taken"
    PROMISED = "promised"
    DELIVERED = "delivered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class RequestPhase(StrEnum):
    """How far a request is."""

    OPEN = "open"
    DOING = "doing"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class SupportKind(StrEnum):
    """Other support that people received."""

    FAMILY_LETTER = "family_letter"
    COUNSELLING_VIDEO = "counselling_video"
    VISIT = "visit"


ENDING = frozenset({Step.DELIVERED, Step.CLOSED})


class Update(msgspec.Struct, frozen=True):
    """One unretracted update; only a promise carries an hour."""

    at: datetime
    id: UUID
    step: str
    by: UUID
    promised_at: datetime | None = None


class RequestState(msgspec.Struct, frozen=True):
    """What a request is after all its updates."""

    state: str
    promised_at: datetime
    promises: int
    closed_at: datetime | None
    late: bool
    taken_by: UUID | None
    next_change_at: datetime | None
    unasked_at: datetime | None


def request_state(
    first_promise: datetime, updates: Iterable[Update], unasked_at: datetime | None = None
) -> RequestState:
    """The state of a request, whatever order its updates came in.

    The newest promise is in force; whoever took it last keeps it. What was delivered is done even if
    somebody withdrew it later. `late` compares the end with the first promise: a promise put off is broken.
    `unasked_at`: when the call that asked was taken back. Then the request goes, unless somebody has begun.
    """
    ordered = sorted(updates, key=lambda one: (one.at, one.id))
    promises = [one.promised_at for one in ordered if one.step == Step.PROMISED and one.promised_at]
    ends = [one.at for one in ordered if one.step in ENDING]
    gone = [one.at for one in ordered if one.step == Step.WITHDRAWN]
    if unasked_at is not None and not ordered:
        gone = [unasked_at]
    if ends:
        state, closed_at = RequestPhase.DONE, ends[0]
    elif gone:
        state, closed_at = RequestPhase.WITHDRAWN, gone[0]
    else:
        state, closed_at = RequestPhase.DOING if ordered else RequestPhase.OPEN, None
    promised_at = promises[-1] if promises else first_promise
    return RequestState(
        state=state.value,
        promised_at=promised_at,
        promises=1 + len(promises),
        closed_at=closed_at,
        late=bool(ends) and ends[0] > first_promise,
        taken_by=next((one.by for one in reversed(ordered) if one.step in (Step.TAKEN, Step.PROMISED)), None),
        next_change_at=promised_at if closed_at is None else None,
        unasked_at=unasked_at,
    )


def is_late(state: str, first_promise: datetime, *, late: bool, now: datetime) -> bool:
    """Whether the first promise was or is being broken."""
    return late or (state in (RequestPhase.OPEN, RequestPhase.DOING) and first_promise < now)
