"""The scorer: reads a book and a log, whoever wrote it. Neither side knows it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from drill.callers.book import START, Book, Call

DAY = timedelta(hours=24)


class Score(msgspec.Struct, frozen=True):
    """What a way of calling came to."""

    hours: float  # until the last record was settled
    hours_to_nearly: float | None  # until nineteen records in twenty were
    settled: int
    records: int
    calls: int
    repeated: int  # calls to somebody who had been spoken with and was settled
    too_soon: int  # calls to somebody within the gap after another call
    at_night: int
    reached_in_a_day: float  # share of the records settled by speaking with somebody
    hours_to_most: float | None  # until four records in five were settled by speaking with somebody
    to_visit: int  # records that were not settled by speaking: somebody must go there


def score(book: Book, calls: Sequence[Call]) -> Score:
    """Measure one log against the book."""
    ordered = sorted(calls, key=lambda one: one.at)
    settled: dict[int, datetime] = {}
    spoken: dict[int, datetime] = {}
    said: dict[int, list[str]] = defaultdict(list)
    for call in ordered:
        ended = call.at + timedelta(minutes=call.minutes)
        for row in call.rows:
            said[row].append(call.outcome)
            if row not in settled and book.is_settled(said[row]):
                settled[row] = ended
                if call.outcome in ("reached_verified", "moved"):
                    spoken[row] = ended
    last = max(settled.values(), default=START)
    in_time = sum(at <= START + DAY for at in spoken.values())
    return Score(
        hours=round((last - START).total_seconds() / 3600, 2),
        hours_to_nearly=_hours_to(0.95, book, settled),
        settled=len(settled),
        records=len(book.records),
        calls=len(ordered),
        repeated=_repeated(ordered),
        too_soon=_too_soon(book, ordered),
        at_night=sum(book.opening(call.at) != call.at for call in ordered),
        reached_in_a_day=round(in_time / max(len(book.records), 1), 4),
        hours_to_most=_hours_to(0.8, book, spoken),
        to_visit=len(settled) - len(spoken),
    )


def _hours_to(share: float, book: Book, times: dict[int, datetime]) -> float | None:
    """When this share of all records had come so far; None when that never came."""
    wanted = math.ceil(share * len(book.records))
    ordered = sorted(times.values())
    return round((ordered[wanted - 1] - START).total_seconds() / 3600, 2) if len(ordered) >= wanted else None


def _repeated(ordered: Sequence[Call]) -> int:
    """Calls to people who had already said all there was to say."""
    done: set[int] = set()
    times = 0
    for call in ordered:
        times += call.person in done
        if call.outcome in ("reached_verified", "moved"):
            done.add(call.person)
    return times


def _too_soon(book: Book, ordered: Sequence[Call]) -> int:
    """Calls to people whom somebody had tried less than the gap before."""
    gap = timedelta(minutes=book.head.limits.gap_minutes)
    last: dict[int, datetime] = {}
    times = 0
    for call in ordered:
        before = last.get(call.person)
        times += before is not None and call.at < before + gap
        last[call.person] = call.at + timedelta(minutes=call.minutes)
    return times
