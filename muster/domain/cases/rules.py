"""Cases and contacts as functions of their facts: clocks, plans, tests, transfers. Numbers come from the pack: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated

import msgspec

from muster.protocols.people import FollowUp

PLAIN = r"^[^\x00]*\Z"  # the database keeps no NUL in a text
Code = Annotated[str, msgspec.Meta(max_length=24, pattern=r"^[a-z0-9_-]*\Z")]
Reason = Annotated[str, msgspec.Meta(max_length=40, pattern=PLAIN)]
NEED = r"^[a-z0-9_-]{1,20}\Z"


class Health(StrEnum):
    """What a follow-up saw (Go.Data's statuses)."""

    SEEN_OK = "seen_ok"
    SEEN_NOT_OK = "seen_not_ok"
    MISSED = "missed"


class Channel(StrEnum):
    """How somebody was asked: by telephone, at the door, or by their own report."""

    CALL = "call"
    VISIT = "visit"
    SELF_REPORT = "self_report"


class QuarantineKind(StrEnum):
    """Where a contact stays."""

    CENTRAL = "central"
    HOME = "home"


class Stage(StrEnum):
    """How far a transfer to a place of quarantine is."""

    ORDERED = "ordered"
    DEPARTED = "departed"
    ARRIVED = "arrived"


class Step(StrEnum):
    """A step of an investigation."""

    STARTED = "started"
    TRACK_KNOWN = "track_known"
    ISOLATED = "isolated"
    REPORTED = "reported"


class Done(msgspec.Struct, frozen=True):
    """One unretracted step of an investigation, perhaps with the day of onset that came out."""

    at: datetime
    id: str
    step: str
    onset_date: date | None = None


class Investigation(msgspec.Struct, frozen=True):
    """How far an investigation is; the first time of each step counts."""

    state: str  # open, started, finished
    started_at: datetime | None
    track_known_at: datetime | None
    isolated_at: datetime | None
    reported_at: datetime | None
    onset_date: date | None


class Named(msgspec.Struct, frozen=True):
    """One unretracted word of who is a contact, of which class and through whom."""

    at: datetime
    id: str
    contact_class: str
    last_exposure_at: datetime
    exposure: str = ""
    via: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """One unretracted follow-up."""

    at: datetime
    id: str
    outcome: str
    channel: str = ""


class Moved(msgspec.Struct, frozen=True):
    """One unretracted step of a transfer, or word of where somebody stays."""

    at: datetime
    id: str
    stage: str
    kind: str
    place: str | None = None


class Transfer(msgspec.Struct, frozen=True):
    """Where a contact stays, and how far the last transfer is."""

    stays: str = ""
    place: str | None = None
    stage: str = ""
    ordered_at: datetime | None = None
    arrived_at: datetime | None = None


class Rules(msgspec.Struct, frozen=True):
    """What the pack in force says about contacts of one class."""

    plan: FollowUp | None = None
    lost_after_misses: int | None = None
    symptom_test_hours: float | None = None


class ContactState(msgspec.Struct, frozen=True):
    """What a contact is now, and when that can change by itself."""

    state: str  # followed, symptomatic, lost, released, case, withdrawn
    release_at: datetime | None
    next_change_at: datetime | None
    last_seen_at: datetime | None
    misses: int = 0


class Due(msgspec.Struct, frozen=True):
    """One thing a contact's plan asks for: its occasion, when it is due, when it was satisfied."""

    kind: str  # follow_up, test
    occasion: str
    due_at: datetime | None
    satisfied_at: datetime | None = None


FOLLOWED = ("followed", "symptomatic", "lost")


def investigation(steps: Iterable[Done], confirmed: Iterable[Done] = ()) -> Investigation:
    """An investigation as a function of the set of its steps; the newest onset that was said with any of them, or
    with a confirmation, counts."""
    ordered = sorted(steps, key=lambda one: (one.at, one.id))
    first: dict[str, datetime] = {}
    for one in ordered:
        first.setdefault(one.step, one.at)
    words = sorted([*ordered, *confirmed], key=lambda one: (one.at, one.id))
    said = [one.onset_date for one in words if one.onset_date is not None]
    reported = first.get(Step.REPORTED)
    return Investigation(
        state="finished" if reported else "started" if ordered else "open",
        started_at=min(first.values(), default=None),
        track_known_at=first.get(Step.TRACK_KNOWN),
        isolated_at=first.get(Step.ISOLATED),
        reported_at=reported,
        onset_date=said[-1] if said else None,
    )


def newest(named: Iterable[Named]) -> Named | None:
    """The word that counts of those said about one contact; None when all were taken back."""
    return max(named, key=lambda one: (one.at, one.id), default=None)


def transfer(moves: Iterable[Moved]) -> Transfer:
    """Where somebody stays: the newest word of a stay or an arrival; and the transfer begun last."""
    ordered = sorted(moves, key=lambda one: (one.at, one.id))
    stays = [one for one in ordered if one.stage in ("", Stage.ARRIVED)]
    orders = [place for place, one in enumerate(ordered) if one.stage == Stage.ORDERED]
    last = [one for one in (ordered[orders[-1] :] if orders else ordered) if one.stage]
    reached = [stage for stage in Stage if any(one.stage == stage for one in last)]
    return Transfer(
        stays=stays[-1].kind if stays else "",
        place=stays[-1].place if stays else next((one.place for one in reversed(last) if one.place), None),
        stage=reached[-1] if reached else "",
        ordered_at=next((one.at for one in last if one.stage == Stage.ORDERED), None),
        arrived_at=next((one.at for one in last if one.stage == Stage.ARRIVED), None),
    )


def missed_days(ordered: Sequence[Seen], tz: tzinfo) -> int:
    """Days on which the contact was tried and not reached, since they were seen last."""
    days: set[date] = set()
    for one in ordered:
        if one.outcome == Health.MISSED:
            days.add(one.at.astimezone(tz).date())
        else:
            days.clear()
    return len(days)


def contact_state(
    rules: Rules,
    last_exposure: datetime,
    seen: Iterable[Seen],
    *,
    ended: str,
    now: datetime,
    tz: tzinfo,
) -> ContactState:
    """The state of a contact as a function of its facts and the clock. `ended`: withdrawn, case or nothing."""
    ordered = sorted(seen, key=lambda one: (one.at, one.id))
    met = [one for one in ordered if one.outcome != Health.MISSED]
    last, misses = met[-1].at if met else None, missed_days(ordered, tz)
    release_at = rules.plan.release_at(last_exposure) if rules.plan else None
    if ended:
        return ContactState(ended, release_at, None, last, misses)
    if release_at is not None and now >= release_at:
        return ContactState("released", release_at, None, last, misses)
    state = "symptomatic" if met and met[-1].outcome == Health.SEEN_NOT_OK else "followed"
    if rules.lost_after_misses and misses >= rules.lost_after_misses:
        state = "lost"
    tomorrow = datetime.combine(now.astimezone(tz).date() + timedelta(days=1), time(), tz)
    change = tomorrow if release_at is None else min(tomorrow, release_at)
    return ContactState(state, release_at, change if rules.plan else None, last, misses)


def due_today(  # noqa: PLR0913 (all that a plan depends on)
    rules: Rules,
    last_exposure: datetime,
    named_at: datetime,
    seen: Iterable[Seen],
    sampled: Collection[datetime],
    *,
    now: datetime,
    tz: tzinfo,
) -> list[Due]:
    """Today's follow-up, every test day reached, and a test for every time somebody fell ill."""
    listed = sorted(seen, key=lambda one: (one.at, one.id))
    dues = _tests_of_symptoms(rules, listed, sampled, tz)
    if rules.plan is None:
        return dues
    today = now.astimezone(tz).date()
    met = [one.at for one in listed if one.outcome != Health.MISSED and one.at.astimezone(tz).date() == today]
    dues.append(Due("follow_up", today.isoformat(), _end(today, tz), min(met, default=None)))
    for day in rules.plan.test_due_dates(last_exposure, tz):
        if day > today or day < named_at.astimezone(tz).date():
            continue
        taken = [at for at in sampled if at.astimezone(tz).date() >= day]
        dues.append(Due("test", f"day-{day.isoformat()}", _end(day, tz), min(taken, default=None)))
    return dues


def _tests_of_symptoms(
    rules: Rules, ordered: Sequence[Seen], sampled: Collection[datetime], tz: tzinfo
) -> list[Due]:
    """One test for each spell of illness, from the follow-up that saw it first."""
    dues: dict[str, Due] = {}
    well = True
    for one in ordered:
        if one.outcome == Health.MISSED:
            continue
        if one.outcome == Health.SEEN_NOT_OK and well:
            occasion = f"ill-{one.at.astimezone(tz).date().isoformat()}"
            hours = rules.symptom_test_hours
            due = one.at + timedelta(hours=hours) if hours is not None else None
            taken = min((at for at in sampled if at >= one.at), default=None)
            dues[occasion] = Due("test", occasion, due, taken)
        well = one.outcome == Health.SEEN_OK
    return list(dues.values())


def _end(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tz)
