"""What happens at the tables, whoever sends people there: lines, desks, tubes, and the slips of the book."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

from drill.testing.book import OPEN_MINUTES, Book, Person


@dataclass
class Tube:
    """A tube as it stands on the table: its printed code, the one that was typed in, and who is really in it."""

    number: int
    code: str
    typed: str
    site: int | None
    people: list[int] = field(default_factory=list)
    sealed_at: float | None = None


@dataclass(frozen=True)
class Record:
    """What a telephone wrote down about one sample."""

    at: float
    person: int
    tube: str
    seat: int
    site: int | None
    desk: int


class Hall:
    """All sites of a round with their desks, and the pairs who sample at home with a tube of their own."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.minutes = 60 / book.rules.desk_hour
        self.free = [[(0.0, desk) for desk in range(book.desks)] for _ in range(book.sites)]
        self.tubes: list[Tube] = []
        self.current: dict[tuple[int | None, int], Tube] = {}
        self.records: list[Record] = []
        self.sampled: dict[int, float] = {}
        self.waits: list[float] = []
        self.turned_away = 0

    def waiting(self, site: int, at: float) -> int:
        """How many stand in line: what an order keeper counts."""
        behind = sum(max(0.0, free - at) for free, _ in self.free[site])
        return round(behind / self.minutes)

    def arrive(self, person: Person, at: float, site: int) -> None:
        """Stand in line and be sampled, unless the site closes before."""
        free, desk = self.free[site][0]
        start = max(at, free)
        if start >= OPEN_MINUTES:
            self.turned_away += 1
            return
        heapq.heapreplace(self.free[site], (start + self.minutes, desk))
        self.waits.append(start - at)
        self.sample(person, start + self.minutes, (site, desk))

    def sample(self, person: Person, at: float, where: tuple[int | None, int]) -> None:
        """Take a sample into the tube in hand; what is written down follows the slips of the book."""
        tube = self._tube(where)
        tube.people.append(person.number)
        self.sampled[person.number] = at
        seat = len(tube.people)
        for number, code in self._written(person, tube, where):
            self.records.append(Record(at, number, code, seat, where[0], where[1]))
        if seat >= self.book.rules.pool:
            self.seal(where, at + 1)

    def _tube(self, where: tuple[int | None, int]) -> Tube:
        if where not in self.current:
            number = len(self.tubes)
            code = f"R{number:06d}"
            typed = f"{code}X" if self.book.wrong_label(number) else code
            self.current[where] = Tube(number, code, typed, where[0])
            self.tubes.append(self.current[where])
        return self.current[where]

    def _written(self, person: Person, tube: Tube, where: tuple[int | None, int]) -> list[tuple[int, str]]:
        """Who is written down in which tube."""
        right = (person.number, tube.typed)
        if person.slip == "not_saved":
            return []
        if person.slip == "twice":
            return [right, right]
        if person.slip == "other_person":
            return [(person.mate, tube.typed)]
        if person.slip in ("other_tube", "foreign_tube"):
            near = person.slip == "other_tube"
            others = [
                one for place, one in self.current.items()
                if one is not tube and (place[0] == where[0]) == near
            ]  # fmt: skip
            return [(person.number, others[0].typed)] if others else [right]
        return [right]

    def seal(self, where: tuple[int | None, int], at: float) -> None:
        """Close the tube in hand; whoever closes it counts the swabs in it."""
        if tube := self.current.pop(where, None):
            tube.sealed_at = at

    def seal_all(self, at: float) -> None:
        """The day is over."""
        for where in list(self.current):
            self.seal(where, at)
