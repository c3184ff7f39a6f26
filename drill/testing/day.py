"""The day of a round: people arrive, callers phone, pairs knock; a side decides who is asked to come and where."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Protocol

from drill.testing.book import CAN_COME, OPEN_MINUTES, Book, Person
from drill.testing.hall import Hall

TICK = 15
CALLS_FROM, CALLS_TO = 180, 840
DOORS_FROM, DOORS_TO = 240, 900
CALL, KNOCK, SWAB, REST = 3, 2, 3, 15  # minutes
PAIR = 1_000  # pairs are numbered from here on, beside the desks


class Side(Protocol):
    """How people are brought to the tables."""

    def begin(self) -> Iterable[tuple[float, int]]:
        """Who comes unasked, and when."""

    def tick(self, at: float, hall: Hall) -> Iterable[int]:
        """Every quarter of an hour: whose buildings are called now."""

    def site(self, person: Person, at: float) -> int:
        """Where somebody goes."""

    def next_call(self, at: float) -> int | None:
        """Who is phoned next."""

    def heard(self, number: int, outcome: str, comes_at: float) -> None:
        """How a call ended; when somebody says they come."""

    def next_door(self, at: float) -> int | None:
        """Where a pair knocks next."""


class Day:
    """One side's round."""

    def __init__(self, book: Book, side: Side) -> None:
        self.book, self.side, self.hall = book, side, Hall(book)
        self.heap: list[tuple[float, int, str, int]] = []
        self.turn = 0
        self.phoned: dict[int, int] = {}
        self.calls = self.calls_in_vain = self.doors = 0

    def play(self) -> Hall:
        """From the opening to the end of the round; what stood on the tables."""
        for at, person in self.side.begin():
            self._at(at, "arrive", person)
        for at in range(0, OPEN_MINUTES + 1, TICK):
            self._at(at, "tick", 0)
        for caller in range(self.book.rules.callers):
            self._at(CALLS_FROM, "call", caller)
        for pair in range(self.book.rules.pairs):
            self._at(DOORS_FROM, "knock", pair)
        while self.heap:
            at, _, what, number = heapq.heappop(self.heap)
            getattr(self, f"_{what}")(at, number)
        self.hall.seal_all(OPEN_MINUTES + 10)
        self.side.tick(OPEN_MINUTES + TICK, self.hall)
        return self.hall

    def _at(self, at: float, what: str, number: int) -> None:
        self.turn += 1
        heapq.heappush(self.heap, (at, self.turn, what, number))

    def _tick(self, at: float, _number: int) -> None:
        for number in self.side.tick(at, self.hall):
            person = self.book.people[number]
            if person.manner == "comes" and person.follows:
                self._at(at + person.delay, "arrive", number)

    def _arrive(self, at: float, number: int) -> None:
        person = self.book.people[number]
        if number not in self.hall.sampled and person.manner in ("comes", "forgets"):
            self.hall.arrive(person, at, self.side.site(person, at))

    def _call(self, at: float, caller: int) -> None:
        """One call: whoever answers and can come does so, whoever was tested already says so."""
        if at >= CALLS_TO:
            return None
        number = self.side.next_call(at)
        if number is None:
            return self._at(at + REST, "call", caller)
        self.calls += 1
        person = self.book.people[number]
        comes_at = max(at + CALL + person.delay, person.away_until)
        outcome = self._answer(person)
        self.calls_in_vain += outcome == "tested"
        if outcome == "comes":
            self._at(comes_at, "arrive", number)
        self.side.heard(number, outcome, comes_at)
        return self._at(at + CALL, "call", caller)

    def _answer(self, person: Person) -> str:
        """How a call ends: people say where they stand, if they answer at all."""
        turn = self.phoned[person.number] = self.phoned.get(person.number, -1) + 1
        if not person.answers[turn % len(person.answers)]:
            return "no_answer"
        if person.number in self.hall.sampled:
            return "tested"
        return "comes" if person.manner == "forgets" else person.manner

    def _knock(self, at: float, pair: int) -> None:
        """One door: everybody at home who was not tested is, if they do not refuse."""
        if at >= DOORS_TO:
            return None
        door = self.side.next_door(at)
        if door is None:
            return self._at(at + REST, "knock", pair)
        self.doors += 1
        at += KNOCK
        for number in self.book.doors[door]:
            person = self.book.people[number]
            is_there = person.manner in CAN_COME and at >= person.away_until
            if is_there and number not in self.hall.sampled:
                at += SWAB
                self.hall.sample(person, at, (None, PAIR + pair))
        return self._at(at, "knock", pair)
