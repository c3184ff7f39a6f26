"""What goes wrong, decided from a seed: phones, residents, tubes. Pure: told what happened, says how it came."""

import math
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Generic, TypeVar

from drill.shape import Phones, Residents

C = TypeVar("C")
T = TypeVar("T", bound=Hashable)
CLOCK_ERRORS = (
    timedelta(hours=8),
    timedelta(hours=-8),
    timedelta(days=-1),
    timedelta(minutes=47),
    timedelta(days=-365),
)
REPLACED_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Event(Generic[C]):
    """One command as it truly happened, on one phone."""

    at: datetime
    device: str
    command: C


@dataclass(frozen=True)
class Sent(Generic[C]):
    """A command on its way: when it was made and when it leaves in true time, and how far the clock is off.

    `redone` means it was made again, at `at`, because the phone that held it was lost before it could send.
    """

    sent_at: datetime
    device: str
    event: Event[C]
    at: datetime
    clock_error: timedelta = timedelta(0)
    repeat: bool = False
    redone: bool = False

    @property
    def claimed_at(self) -> datetime:
        """What the phone says about when it was made."""
        return self.at + self.clock_error

    @property
    def claimed_sent_at(self) -> datetime:
        """What the phone says about when it is sent; with the time of arrival this gives the error away."""
        return self.sent_at + self.clock_error


@dataclass(frozen=True)
class Phone:
    """The fate of one phone during the drill."""

    device: str
    offline_from: datetime | None
    offline_to: datetime | None
    clock_error: timedelta
    lost_at: datetime | None

    def sends_at(self, at: datetime) -> datetime:
        """When a command made at an instant reaches the network."""
        if self.offline_from and self.offline_to and self.offline_from <= at < self.offline_to:
            return self.offline_to
        return at


def phones(spans: Mapping[str, tuple[datetime, datetime]], rates: Phones, seed: int) -> dict[str, Phone]:
    """The fate of every phone, from the span in which it is used. Shares are met exactly, rounded up if not zero."""
    order = sorted(spans)
    rng = Random(f"phones/{seed}")
    offline, wrong, lost = (
        set(rng.sample(order, math.ceil(len(order) * share - 1e-9)))
        for share in (rates.offline_share, rates.wrong_clock, rates.lost)
    )
    fates = {}
    for device in order:
        start, end = spans[device]
        own = Random(f"phone/{seed}/{device}")
        leaves = start + (end - start) * own.random()
        hours = timedelta(hours=own.uniform(*rates.late_hours))
        at_loss = start + (end - start) * own.random()
        fates[device] = Phone(
            device,
            leaves if device in offline else None,
            leaves + hours if device in offline else None,
            own.choice(CLOCK_ERRORS) if device in wrong else timedelta(0),
            at_loss if device in lost else None,
        )
    return fates


def disturb(events: Iterable[Event[C]], rates: Phones, seed: int) -> list[Sent[C]]:
    """Everything that is sent, in order of sending. What a lost phone still held is done again on its replacement."""
    held = sorted(events, key=lambda event: (event.at, event.device))
    spans: dict[str, tuple[datetime, datetime]] = {}
    for event in held:
        spans[event.device] = (spans.get(event.device, (event.at, event.at))[0], event.at)
    fates = phones(spans, rates, seed)
    rng = Random(f"repeats/{seed}")
    sent: list[Sent[C]] = []
    for event in held:
        first = _sent(event, fates[event.device])
        sent.append(first)
        again = first.sent_at + timedelta(seconds=rng.uniform(1, 900))
        if rng.random() < rates.double_send and not _lost_by(again, first.device, fates):
            sent.append(replace(first, sent_at=again, repeat=True))
    return sorted(sent, key=lambda one: (one.sent_at, one.at, one.device, one.repeat))


def _lost_by(at: datetime, device: str, fates: Mapping[str, Phone]) -> bool:
    """Whether a phone is lost by an instant; replacements are not."""
    lost_at = fates[device].lost_at if device in fates else None
    return lost_at is not None and at >= lost_at


def _sent(event: Event[C], phone: Phone) -> Sent[C]:
    """One command on its way; from the loss on, and for what had not left by then, another phone does it."""
    leaves = phone.sends_at(event.at)
    if phone.lost_at is None or leaves < phone.lost_at:
        return Sent(leaves, event.device, event, event.at, phone.clock_error)
    again = max(event.at, phone.lost_at + REPLACED_AFTER) if event.at < phone.lost_at else event.at
    return Sent(again, f"{event.device}-replacement", event, again, redone=event.at < phone.lost_at)


@dataclass(frozen=True)
class Manner:
    """How a resident meets a visitor or a caller the first time."""

    absent: bool
    refuses: bool


def manners(people: Sequence[T], rates: Residents, seed: int) -> dict[T, Manner]:
    """Who is absent and who refuses at first: exact shares, nobody both."""
    order = list(people)
    Random(f"manners/{seed}").shuffle(order)
    absent = round(len(order) * rates.absent)
    refusing = round(len(order) * rates.refuses_first)
    return {person: Manner(n < absent, absent <= n < absent + refusing) for n, person in enumerate(order)}


def mis_scans(scans: Sequence[T], rate: float, seed: int) -> frozenset[T]:
    """The scans in which the wrong person's code was read."""
    return _some(scans, round(len(scans) * rate), f"mis-scans/{seed}")


def positive_pools(tubes: Sequence[T], count: int, seed: int, avoid: Collection[T] = ()) -> frozenset[T]:
    """The tubes that turn out positive: as many as the scenario says, or all there are."""
    return _some([tube for tube in tubes if tube not in avoid], count, f"positive/{seed}")


def _some(things: Sequence[T], count: int, seed: str) -> frozenset[T]:
    """So many of the things, whatever order they come in."""
    return frozenset(Random(seed).sample(sorted(things, key=str), min(count, len(things))))
