"""Whether a pass holds, how old a list may be, who answers for an exception: pure, the same on every device."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

OLD_LIST_HOURS = 12.0  # where the protocol names none
EXCEPTION_HOURS = 24.0


class PassKind(StrEnum):
    """Who holds a pass."""

    RESIDENT = "resident"
    STAFF = "staff"
    VISITOR = "visitor"
    DELIVERY = "delivery"
    MEDICAL = "medical"


class ListKind(StrEnum):
    """What a signed list holds."""

    REVOKED = "revoked"
    WHITELIST = "whitelist"


class Verdict(StrEnum):
    """What the guard decided."""

    PASS = "pass"  # noqa: S105
    STOP = "stop"
    AMBER = "amber"


class Check(StrEnum):
    """What is found about a pass; the first that applies, in this order."""

    UNREADABLE = "unreadable"
    TAMPERED = "tampered"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    GOOD = "good"
    NOT_SHOWN = "not_shown"


def in_window(at: float, valid_from: float, valid_to: float) -> Check:
    """Whether an instant lies in the time of a pass; `valid_to` is exclusive."""
    if at < valid_from:
        return Check.NOT_YET
    return Check.GOOD if at < valid_to else Check.EXPIRED


def judge(at: datetime, valid_from: datetime, valid_to: datetime, revoked_at: datetime | None) -> Check:
    """Whether a pass the system knows holds at an instant."""
    if revoked_at is not None and revoked_at <= at:
        return Check.REVOKED
    return in_window(at.timestamp(), valid_from.timestamp(), valid_to.timestamp())


def differs(verdict: str, check: str) -> bool:
    """Whether the guard let through what does not hold. A good pass may be stopped for other reasons (fever)."""
    return verdict == Verdict.PASS and check not in (Check.GOOD, Check.NOT_SHOWN)


def keep_until(at: datetime, keeps: bool, days: int) -> datetime | None:
    """Until when it is kept who it was; None where the protocol does not ask for it."""
    return at + timedelta(days=days) if keeps and days > 0 else None


def seconds(at: datetime) -> int:
    """An instant as whole seconds, as it is signed."""
    return int(at.astimezone(UTC).timestamp())


def is_old(made_at: datetime | None, now: datetime, hours: float) -> bool:
    """Whether a list is too old to stop anybody by: then the guard admits, and it is recorded (amber)."""
    return made_at is None or now - made_at > timedelta(hours=hours)


class Closing(StrEnum):
    """How an exception ended."""

    PAPERS = "papers"
    NOT_NEEDED = "not_needed"
    REFUSED = "refused"


class Step(msgspec.Struct, frozen=True):
    """Something done about an exception: given to somebody with a deadline, or closed."""

    at: datetime
    id: UUID
    owner: UUID | None = None
    due_at: datetime | None = None
    closing: Closing | None = None


class Standing(msgspec.Struct, frozen=True):
    """Who answers for an exception until when, and how it ended."""

    owner: UUID
    due_at: datetime
    closed_at: datetime | None = None
    closing: Closing | None = None

    def is_late(self, now: datetime) -> bool:
        """Nobody has brought the papers in time."""
        return self.closed_at is None and self.due_at <= now


def standing(owner: UUID, due_at: datetime, steps: Iterable[Step]) -> Standing:
    """Where an exception stands after all its steps, in whatever order they came; the first closing counts."""
    state = Standing(owner, due_at)
    for step in sorted(steps, key=lambda one: (one.at, one.id)):
        if step.closing is not None:
            return Standing(state.owner, state.due_at, step.at, step.closing)
        state = Standing(step.owner or state.owner, step.due_at or state.due_at)
    return state
