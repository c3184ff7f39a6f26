"""Follow-up of contacts: what is due, what was seen, when it ends. Numbers come from the pack: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

import msgspec

from muster.protocols.people import FollowUp


class Health(StrEnum):
    """What a follow-up saw (Go.Data's statuses)."""

    SEEN_OK = "seen_ok"
    SEEN_NOT_OK = "seen_not_ok"
    MISSED = "missed"


class QuarantineKind(StrEnum):
    """Where a contact stays."""

    CENTRAL = "central"
    HOME = "home"


class Seen(msgspec.Struct, frozen=True):
    """One unretracted follow-up."""

    at: datetime
    id: str
    outcome: str


class ContactState(msgspec.Struct, frozen=True):
    """What a contact is now, and when that can change by itself."""

    state: str  # followed, symptomatic, released, withdrawn
    release_at: datetime | None
    next_change_at: datetime | None
    last_seen_at: datetime | None


class Due(msgspec.Struct, frozen=True):
    """One thing a contact's plan asks for: its occasion, when it is due, when it was satisfied."""

    kind: str  # follow_up, test
    occasion: str
    due_at: datetime
    satisfied_at: datetime | None = None


def contact_state(
    plan: FollowUp | None,
    last_exposure: datetime,
    seen: Iterable[Seen],
    *,
    withdrawn: bool,
    now: datetime,
    tz: tzinfo,
) -> ContactState:
    """The state of a contact as a function of its facts and the clock."""
    ordered = sorted(seen, key=lambda one: (one.at, one.id))
    met = [one for one in ordered if one.outcome != Health.MISSED]
    last = met[-1].at if met else None
    release_at = plan.release_at(last_exposure) if plan else None
    if withdrawn:
        return ContactState("withdrawn", release_at, None, last)
    if release_at is not None and now >= release_at:
        return ContactState("released", release_at, None, last)
    state = "symptomatic" if met and met[-1].outcome == Health.SEEN_NOT_OK else "followed"
    tomorrow = datetime.combine(now.astimezone(tz).date() + timedelta(days=1), time(), tz)
    change = tomorrow if release_at is None else min(tomorrow, release_at)
    return ContactState(state, release_at, change if plan else None, last)


def due_today(  # noqa: PLR0913 (all that a plan depends on)
    plan: FollowUp,
    last_exposure: datetime,
    named_at: datetime,
    seen: Iterable[Seen],
    sampled: Collection[datetime],
    *,
    now: datetime,
    tz: tzinfo,
) -> list[Due]:
    """Today's follow-up and every test day reached and not over: what a contact's plan asks for now."""
    today = now.astimezone(tz).date()
    met = [one.at for one in seen if one.outcome != Health.MISSED and one.at.astimezone(tz).date() == today]
    dues = [Due("follow_up", today.isoformat(), _end(today, tz), min(met, default=None))]
    for day in plan.test_due_dates(last_exposure, tz):
        if day > today or day < named_at.astimezone(tz).date():
            continue
        taken = [at for at in sampled if at.astimezone(tz).date() >= day]
        dues.append(Due("test", f"day-{day.isoformat()}", _end(day, tz), min(taken, default=None)))
    return dues


def _end(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tz)
