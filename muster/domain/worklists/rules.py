"""What work should exist, what closes it, and what a door or a building is after all visits: pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import msgspec

from muster.core.ids import derive_id


class ItemKind(StrEnum):
    """Kinds of work."""

    VERIFY = "verify"
    INVESTIGATE = "investigate"
    FOLLOW_UP = "follow_up"
    TEST = "test"
    RESAMPLE = "resample"
    RECHECK = "recheck"
    DELIVER = "deliver"
    ANSWER = "answer"
    VISIT = "visit"
    TRANSFER = "transfer"


class Outcome(StrEnum):
    """How a call or a visit about a person ended."""

    REACHED_VERIFIED = "reached_verified"
    ALREADY_VERIFIED = "already_verified"
    MOVED = "moved"
    MOVED_WITHIN = "moved_within"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    NEEDS_INTERPRETER = "needs_interpreter"
    NEEDS_HELP = "needs_help"


class Step(StrEnum):
    """Who tries next."""

    CALL = "call"
    OTHER_CALLER = "other_caller"
    VISIT = "visit"


class DoorOutcome(StrEnum):
    """How a visit at a door ended."""

    DONE = "done"
    ABSENT = "absent"
    REFUSED = "refused"
    EMPTY = "empty"


VERIFYING = frozenset({Outcome.REACHED_VERIFIED, Outcome.ALREADY_VERIFIED})
CLOSING = VERIFYING | {Outcome.MOVED}
UNANSWERED = frozenset({Outcome.NO_ANSWER, Outcome.BUSY})
UNMET = UNANSWERED | {Outcome.WRONG_NUMBER}
REACHED = frozenset(set(Outcome) - UNMET)
REPORTED = frozenset({ItemKind.INVESTIGATE})  # done with its report, whatever was said on the telephone
SETTLED_DOOR = frozenset({DoorOutcome.DONE, DoorOutcome.EMPTY})


class Want(msgspec.Struct, frozen=True):
    """One reason for one piece of work. The same subject and occasion from ten sources is one item.

    `satisfied_at` is set when the work behind this reason is done already (a sample taken, a door opened), `known`
    when its item was derived already.
    """

    kind: str
    subject_kind: str
    subject: UUID
    occasion: str
    area: int
    source_kind: str
    source: UUID
    due_at: datetime | None = None
    priority: int = 5
    satisfied_at: datetime | None = None
    building: UUID | None = None
    known: UUID | None = None

    def item(self, incident: UUID) -> UUID:
        """The item's id: the same on every replay."""
        return self.known or item_id(incident, self.kind, self.subject, self.occasion)


@lru_cache(maxsize=50_000)
def item_id(incident: UUID, kind: str, subject: UUID, occasion: str) -> UUID:
    """Incident, kind, subject and occasion make one item, whoever asks for it however often."""
    return derive_id(incident, "item", kind, subject, occasion)


class Try(msgspec.Struct, frozen=True):
    """One unretracted attempt."""

    at: datetime
    id: UUID
    outcome: str
    by: UUID
    channel: str
    callback_at: datetime | None = None
    language: str = ""


class Ruling(msgspec.Struct, frozen=True):
    """One unretracted decision of a desk: the item is closed, or open again."""

    at: datetime
    id: UUID
    closed: bool


class Cause(msgspec.Struct, frozen=True):
    """One reason as stored: wanted still, perhaps satisfied."""

    due_at: datetime | None
    priority: int
    satisfied_at: datetime | None
    area: int = 0


class CallingRules(msgspec.Struct, frozen=True):
    """How the pack in force says people are phoned."""

    next_try_at: Callable[[datetime, Sequence[datetime]], datetime]
    step_after: Callable[[int], str]


ON_FOOT = frozenset(
    {ItemKind.TEST, ItemKind.RESAMPLE, ItemKind.RECHECK, ItemKind.DELIVER, ItemKind.TRANSFER, ItemKind.VISIT}
)


def step_of(kind: str, step: str) -> str:
    """Work that is done on the spot is a visit, whatever was tried."""
    return Step.VISIT if kind in ON_FOOT else step


class ItemState(msgspec.Struct, frozen=True):
    """What a work item is after all its causes and attempts."""

    state: str
    step: str
    attempts: int
    last_outcome: str
    last_at: datetime | None
    next_try_at: datetime | None
    done_at: datetime | None
    language: str = ""


class Wanted(msgspec.Struct, frozen=True):
    """What the causes of an item come to."""

    causes: int = 0
    due_at: datetime | None = None
    priority: int = 9
    satisfied_at: datetime | None = None


def wanted(causes: Sequence[Cause]) -> Wanted:
    """The first deadline, the highest priority and the first satisfaction of all causes."""
    return Wanted(
        causes=len(causes),
        due_at=min((cause.due_at for cause in causes if cause.due_at), default=None),
        priority=min((cause.priority for cause in causes), default=9),
        satisfied_at=min((cause.satisfied_at for cause in causes if cause.satisfied_at), default=None),
    )


def item_state(
    asked: Wanted,
    tries: Iterable[Try],
    calling: CallingRules,
    rulings: Iterable[Ruling] = (),
    kind: str = "",
) -> ItemState:
    """The state of an item as a function of the set of its facts, whatever order they came in.

    What a desk opened again is not done by what was said before; what it closed stays closed unless done.
    """
    ordered = sorted(tries, key=lambda one: (one.at, one.id))
    ruled = sorted(rulings, key=lambda one: (one.at, one.id))
    since = max((one.at for one in ruled if not one.closed), default=None)
    fresh = [one for one in ordered if since is None or one.at > since]
    closed = [one.at for one in fresh if one.outcome in CLOSING and kind not in REPORTED]
    if asked.satisfied_at is not None and (since is None or asked.satisfied_at > since):
        closed.append(asked.satisfied_at)
    done_at = min(closed, default=None)
    ended = "closed" if ruled and ruled[-1].closed else "open" if asked.causes else "withdrawn"
    state = "done" if done_at is not None else ended
    step, next_try_at = _next(fresh, calling)
    if kind in REPORTED and next_try_at and asked.due_at and fresh[-1].outcome in CLOSING:
        next_try_at = max(
            next_try_at, asked.due_at
        )  # spoken with: no caller takes it before the report is due
    return ItemState(
        state=state,
        step=step,
        attempts=len(ordered),
        last_outcome=ordered[-1].outcome if ordered else "",
        last_at=ordered[-1].at if ordered else None,
        next_try_at=next_try_at if state == "open" else None,
        done_at=done_at,
        language=next((one.language for one in reversed(ordered) if one.language), ""),
    )


def _next(ordered: Sequence[Try], calling: CallingRules) -> tuple[str, datetime | None]:
    """Who tries next, and not before when."""
    if not ordered:
        return Step.CALL, None
    refusals = sum(one.outcome == Outcome.REFUSED for one in ordered)
    unanswered = sum(one.outcome in UNANSWERED for one in ordered)
    last = ordered[-1]
    asked = calling.step_after(unanswered)
    if refusals >= 2 or asked == Step.VISIT or any(one.outcome == Outcome.WRONG_NUMBER for one in ordered):
        return Step.VISIT, last.at
    if last.callback_at is not None:
        return Step.CALL, last.callback_at
    if last.outcome == Outcome.MOVED_WITHIN:
        return Step.CALL, last.at
    again = calling.next_try_at(last.at, [one.at for one in ordered])
    if refusals or asked == Step.OTHER_CALLER or last.outcome == Outcome.NEEDS_INTERPRETER:
        return Step.OTHER_CALLER, again
    return Step.CALL, again


LEASE = timedelta(minutes=20)
PROOF_DIGITS = 8


class Proof(msgspec.Struct, frozen=True):
    """A call that is going on now: what a resident may be told of it."""

    incident: UUID
    area: int
    kind: str
    by: UUID
    since: datetime


def proof_digits(index: bytes) -> str:
    """The code of a call as it is spoken: eight digits of a keyed hash."""
    return f"{int.from_bytes(index, 'big') % 10**PROOF_DIGITS:0{PROOF_DIGITS}d}"


class Knock(msgspec.Struct, frozen=True):
    """One unretracted visit at a door."""

    at: datetime
    id: UUID
    outcome: str
    persons: int
    by: UUID | None = None
    with_responder: UUID | None = None

    @property
    def pair(self) -> set[UUID]:
        """Who stood at the door."""
        return {one for one in (self.by, self.with_responder) if one is not None}


class DoorState(msgspec.Struct, frozen=True):
    """What a dwelling is after all visits."""

    outcome: str
    visits: int
    persons: int
    last_at: datetime
    done_at: datetime | None
    was_shut: bool  # absent or refused before it was settled: it wanted a recheck
    doubled: bool = False  # two pairs with nobody in common settled it: both are kept


def door_state(knocks: Iterable[Knock]) -> DoorState | None:
    """The newest settled visit counts; with none, the newest visit. None without visits."""
    ordered = sorted(knocks, key=lambda one: (one.at, one.id))
    if not ordered:
        return None
    settled = [one for one in ordered if one.outcome in SETTLED_DOOR]
    shown = settled[-1] if settled else ordered[-1]
    first = settled[0].at if settled else None
    return DoorState(
        outcome=shown.outcome,
        visits=len(ordered),
        persons=max(one.persons for one in ordered),
        last_at=ordered[-1].at,
        done_at=first,
        was_shut=any(
            one.outcome not in SETTLED_DOOR and (first is None or one.at < first) for one in ordered
        ),
        doubled=any(
            not (a.pair & b.pair) for a, b in itertools.combinations(settled[:20], 2) if a.pair and b.pair
        ),
    )
