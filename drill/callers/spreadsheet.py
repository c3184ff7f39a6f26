"""The baseline: the rows of all lists in one spreadsheet, split evenly among callers, who keep to the same limits.

Everybody works down their own rows; an unanswered row is tried again after the gap, in another part of the day or,
where that is not asked, as soon as its caller comes back to it; a refusal goes to the neighbour once. Nobody sees what
others wrote about the same person.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from datetime import datetime, timedelta

from drill.callers.book import START, Book, Call, Record


class Sheet:
    """One caller's rows: not tried yet, and to be tried again from an hour on."""

    def __init__(self) -> None:
        self.fresh: deque[Record] = deque()
        self.again: list[tuple[datetime, int, Record]] = []

    def next_row(self, at: datetime) -> Record | None:
        """What is called now."""
        if self.again and self.again[0][0] <= at and not self.fresh:
            return heapq.heappop(self.again)[2]
        return self.fresh.popleft() if self.fresh else None


def play(book: Book, *, any_hour: bool = False) -> list[Call]:
    """Everybody calls until nothing is left; the log. `any_hour`: again after the gap, whatever part of the day."""
    return _Office(book, any_hour).work()


class _Office:
    def __init__(self, book: Book, any_hour: bool) -> None:
        self.book, self.callers, self.any_hour = book, book.head.callers, any_hour
        self.sheets = [Sheet() for _ in range(self.callers)]
        self.outcomes: dict[int, list[str]] = defaultdict(list)
        self.tries: dict[int, list[datetime]] = defaultdict(list)
        self.refused: dict[int, list[int]] = defaultdict(list)
        self.calls: list[Call] = []
        for place, record in enumerate(book.records):
            self.sheets[place * self.callers // len(book.records)].fresh.append(record)

    def work(self) -> list[Call]:
        hands = [(START, caller) for caller in range(self.callers)]
        heapq.heapify(hands)
        while hands:
            at, caller = heapq.heappop(hands)
            at = self.book.opening(at)
            row = self.sheets[caller].next_row(at)
            if row is not None:
                heapq.heappush(hands, (self._call(row, caller, at), caller))
            elif (waits := self._waits(caller, at)) is not None:
                heapq.heappush(hands, (waits, caller))
        return self.calls

    def _waits(self, caller: int, at: datetime) -> datetime | None:
        """When there may be something again: own rows, or a neighbour's refusals while others still call."""
        if self.sheets[caller].again:
            return max(self.sheets[caller].again[0][0], at + timedelta(minutes=1))
        busy = any(sheet.fresh or sheet.again for sheet in self.sheets)
        return at + timedelta(minutes=30) if busy else None

    def _call(self, row: Record, caller: int, at: datetime) -> datetime:
        book = self.book
        outcome = book.outcome(row.person, at, self.refused[row.row], caller)
        minutes = book.head.minutes[outcome]
        self.calls.append(Call(at, row.person, caller, (row.row,), outcome, minutes))
        self.outcomes[row.row].append(outcome)
        self.tries[row.row].append(at)
        ended = at + timedelta(minutes=minutes)
        if not book.is_settled(self.outcomes[row.row]):
            target = caller
            if outcome == "refused":
                self.refused[row.row].append(caller)
                target = (caller + 1) % self.callers
            due = book.opening(ended + timedelta(minutes=book.head.limits.gap_minutes))
            due = due if self.any_hour else book.again_at(due, self.tries[row.row])
            heapq.heappush(self.sheets[target].again, (due, row.row, row))
        return ended
