"""The baseline: everybody walks up to the nearest site when they like; nobody knows who is left.

The same callers phone down the register, the same pairs knock at door after door, and a general announcement in the
evening brings those who hear it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from random import Random

from drill.testing.book import Book, Person
from drill.testing.hall import Hall


class WalkUp:
    """No lists and no board."""

    def __init__(self, book: Book) -> None:
        self.book = book
        order = list(range(len(book.people)))
        Random(f"register/{book.seed}").shuffle(order)
        self.register: Iterator[int] = iter(order)
        self.doors: Iterator[int] = iter(range(len(book.doors)))
        self.asked_for: deque[int] = deque()

    def begin(self) -> Iterable[tuple[float, int]]:
        """People come when it suits them, or when they hear that they should."""
        for one in self.book.people:
            if one.manner == "comes":
                yield one.own_at, one.number
            elif one.heard_at is not None:
                yield one.heard_at, one.number

    def tick(self, at: float, hall: Hall) -> Iterable[int]:
        """Nobody is called."""
        return ()

    def site(self, person: Person, at: float) -> int:
        """The nearest."""
        return person.sites[0]

    def next_call(self, at: float) -> int | None:
        """The next line of the register."""
        return next(self.register, None)

    def heard(self, number: int, outcome: str, comes_at: float) -> None:
        """Who cannot leave home is visited."""
        if outcome == "housebound":
            self.asked_for.append(self.book.people[number].door)

    def next_door(self, at: float) -> int | None:
        """Where somebody asked for it, else the next door of the next building."""
        return self.asked_for.popleft() if self.asked_for else next(self.doors, None)
