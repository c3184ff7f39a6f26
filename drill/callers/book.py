"""The book of events: who is named in which rows, who is at home when, who refuses, whose number is wrong.

Written in advance by a seed, one line of JSON each; both sides read the same file and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

START = datetime.fromisoformat("2022-02-18T08:00:00+08:00")
HOURS = range(8, 22)
DAYS = 4
# at home in the morning, the afternoon, the evening: people at work, at home, and hard to find
KINDS = ((0.50, (0.25, 0.15, 0.85)), (0.35, (0.80, 0.70, 0.90)), (0.15, (0.15, 0.15, 0.40)))
MANNERS = (("second", 0.05), ("never", 0.02), ("wrong_number", 0.04), ("moved", 0.03))
MINUTES = {"reached_verified": 4, "refused": 5, "no_answer": 1, "wrong_number": 2, "moved": 2}


class Limits(msgspec.Struct, frozen=True):
    """What both sides keep to: the numbers of the protocol in force."""

    from_hour: int = 8
    to_hour: int = 22
    gap_minutes: int = 120
    tries: int = 6  # unanswered, over all callers; then somebody visits
    refusals: int = 2
    parts: tuple[int, ...] = (
        8,
        12,
        15,
        18,
        20,
    )  # of the day: an unanswered call is tried again in another one


class Head(msgspec.Struct, frozen=True, tag="head"):
    """The first line."""

    seed: int
    records: int
    callers: int
    limits: Limits = Limits()
    minutes: dict[str, int] = msgspec.field(default_factory=lambda: dict(MINUTES))


class Person(msgspec.Struct, frozen=True, tag="person"):
    """Somebody: at home or not by day and hour, and how they meet a caller."""

    number: int
    home: tuple[str, ...]
    manner: str


class Record(msgspec.Struct, frozen=True, tag="row"):
    """A row of a list and whom it names."""

    row: int
    person: int


class Book(msgspec.Struct, frozen=True):
    """The whole file."""

    head: Head
    people: dict[int, Person]
    records: tuple[Record, ...]

    def outcome(self, person: int, at: datetime, refused: Iterable[int], caller: int) -> str:
        """How a call ends; `refused` are the callers this person has refused before."""
        one = self.people[person]
        if one.manner == "wrong_number":
            return "wrong_number"
        day, hour = (at - START + timedelta(hours=8)).days, at.astimezone(START.tzinfo).hour
        if hour not in HOURS or day >= DAYS or one.home[day][hour - HOURS[0]] == "0":
            return "no_answer"
        if one.manner == "moved":
            return "moved"
        before = set(refused)
        if one.manner == "never" or (one.manner == "second" and not before - {caller}):
            return "refused"
        return "reached_verified"

    def opening(self, at: datetime) -> datetime:
        """This moment, or the next decent hour."""
        limits, local = self.head.limits, at.astimezone(START.tzinfo)
        if limits.from_hour <= local.hour < limits.to_hour:
            return at
        morning = local.replace(hour=limits.from_hour, minute=0, second=0, microsecond=0)
        return morning if morning > local else morning + timedelta(days=1)

    def again_at(self, earliest: datetime, tries: Sequence[datetime]) -> datetime:
        """From then on, in a part of the day that was not tried lately; a day without such a part is not given up."""
        parts = self.head.limits.parts
        at = self.opening(earliest).astimezone(START.tzinfo)
        lately = {self._part(one) for one in tries[-(len(parts) - 1) :]} if len(parts) > 1 else set()
        later = [hour for hour in parts if hour > at.hour and hour not in lately]
        if self._part(at) not in lately or not later:
            return at
        return at.replace(hour=later[0], minute=0, second=0, microsecond=0)

    def _part(self, at: datetime) -> int:
        """The part of the day a moment falls in, by its first hour."""
        return max(hour for hour in self.head.limits.parts if hour <= at.astimezone(START.tzinfo).hour)

    def is_settled(self, outcomes: list[str]) -> bool:
        """Nobody phones any more: verified, gone, or handed to somebody who visits."""
        limits = self.head.limits
        return (
            any(one in ("reached_verified", "moved", "wrong_number") for one in outcomes)
            or outcomes.count("refused") >= limits.refusals
            or outcomes.count("no_answer") >= limits.tries
        )


class Call(msgspec.Struct, frozen=True):
    """One line of a side's log: when a call began, to whom, by whom, for which rows, how it ended."""

    at: datetime
    person: int
    caller: int
    rows: tuple[int, ...]
    outcome: str
    minutes: int


def generate(path: Path, *, seed: int, records: int, callers: int) -> None:
    """Write a book: one row in six names somebody whom another row names too."""
    rng = Random(seed)
    persons = max(1, records * 5 // 6)
    lines: list[Head | Person | Record] = [Head(seed, records, callers)]
    lines += [_person(number, rng) for number in range(persons)]
    named = [*range(persons), *(rng.randrange(persons) for _ in range(records - persons))]
    rng.shuffle(named)
    lines += [Record(row, person) for row, person in enumerate(named, start=1)]
    path.write_bytes(b"\n".join(msgspec.json.encode(line) for line in lines))


def _person(number: int, rng: Random) -> Person:
    chances = rng.choices([kind for _, kind in KINDS], [weight for weight, _ in KINDS])[0]
    days = []
    for _ in range(DAYS):
        at_home = (rng.random() < chances[0 if hour < 12 else 1 if hour < 18 else 2] for hour in HOURS)
        days.append("".join("1" if one else "0" for one in at_home))
    drawn, manner = rng.random(), "agrees"
    for name, share in MANNERS:
        if drawn < share:
            manner = name
            break
        drawn -= share
    return Person(number, tuple(days), manner)


def read(path: Path) -> Book:
    """The book in a file."""
    lines = [
        msgspec.json.decode(line, type=Head | Person | Record) for line in path.read_bytes().splitlines()
    ]
    head = next(line for line in lines if isinstance(line, Head))
    people = {line.number: line for line in lines if isinstance(line, Person)}
    return Book(head, people, tuple(line for line in lines if isinstance(line, Record)))
