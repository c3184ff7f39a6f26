"""The scorer: holds what stood on the tables against what was written down and what was noticed. No side knows it."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection

import msgspec

from drill.testing.book import CAN_COME, Book
from drill.testing.day import Day
from drill.testing.hall import Hall


class Score(msgspec.Struct, frozen=True):
    """What a way of testing everybody came to."""

    hours_to_nearly: float | None  # until nineteen in twenty of those who can be tested were
    hours_to_last: float
    queue_p95: float
    queue_median: float
    tubes: int
    mis_bound: int
    undetected: int
    alarms: int  # tubes that were noticed though nothing is wrong with them
    untested: int
    calls: int
    calls_in_vain: int
    doors: int


def mis_bound(hall: Hall) -> set[str]:
    """Codes of tubes whose people are not the ones written down."""
    written: dict[str, Counter[int]] = {}
    for one in hall.records:
        written.setdefault(one.tube, Counter())[one.person] += 1
    return {tube.code for tube in hall.tubes if written.get(tube.code, Counter()) != Counter(tube.people)}


def over_full(hall: Hall, pool: int) -> set[str]:
    """What anybody notices without a system: more names in a tube than it takes."""
    seats = Counter(one.tube for one in hall.records)
    return {tube.code for tube in hall.tubes if seats[tube.typed] > pool}


def score(book: Book, day: Day, noticed: Collection[str]) -> Score:
    """Measure one day; `noticed` are the printed codes somebody was sent to look at."""
    hall = day.hall
    able = [one.number for one in book.people if one.manner in CAN_COME]
    times = sorted(hall.sampled.values())
    wanted = -(-19 * len(able) // 20)
    wrong = mis_bound(hall)
    return Score(
        hours_to_nearly=round(times[wanted - 1] / 60, 2) if len(times) >= wanted else None,
        hours_to_last=round(times[-1] / 60, 2) if times else 0.0,
        queue_p95=round(statistics.quantiles(hall.waits, n=20)[-1], 1),
        queue_median=round(statistics.median(hall.waits), 1),
        tubes=len(hall.tubes),
        mis_bound=len(wrong),
        undetected=len(wrong - set(noticed)),
        alarms=len(set(noticed) - wrong),
        untested=sum(one not in hall.sampled for one in able),
        calls=day.calls,
        calls_in_vain=day.calls_in_vain,
        doors=day.doors,
    )
