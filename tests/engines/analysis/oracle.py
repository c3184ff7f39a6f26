"""Exposure by counting seconds one at a time: slow, and too simple to be wrong. Imports nothing of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Visit(NamedTuple):
    person: int
    place: int
    start: int
    end: int


class Case(NamedTuple):
    """A person with a window or, where `place` is given, a notice of a place with a window."""

    case: int
    person: int | None
    place: int | None
    opens: int
    closes: int


class Found(NamedTuple):
    case: int
    person: int
    generation: int
    place: int
    first_at: int
    last_at: int
    overlap_s: int


class Asked(NamedTuple):
    least: int
    generations: int
    over_places: bool = False
    within: int | None = None
    min_stay: int | None = None


Seconds = dict[int, set[int]]  # of one person: place to the seconds spent there


def trace(
    visits: Iterable[Visit], cases: list[Case], asked: Asked, cells: Mapping[int, int] | None = None
) -> set[Found]:
    presence: dict[int, Seconds] = defaultdict(lambda: defaultdict(set))
    for visit in visits:
        if cells is None:
            presence[visit.person][visit.place] |= set(range(visit.start, visit.end))
        elif visit.place in cells:
            presence[visit.person][cells[visit.place]] |= set(range(visit.start, visit.end))
    found: set[Found] = set()
    for case in {one.case for one in cases}:
        found |= _of_case(case, [one for one in cases if one.case == case], presence, asked, cells)
    return found


def _of_case(
    case: int, rows: list[Case], presence: dict[int, Seconds], asked: Asked, cells: Mapping[int, int] | None
) -> set[Found]:
    known = {row.person for row in rows if row.person is not None}
    closes = max(row.closes for row in rows)
    # A source: the seconds that count for it, and where it was in them.
    sources: list[tuple[set[int], Seconds]] = []
    for person in {row.person for row in rows if row.place is None and row.person is not None}:
        window = {
            t
            for row in rows
            if row.person == person and row.place is None
            for t in range(row.opens, row.closes)
        }
        sources.append((window, {place: seconds & window for place, seconds in presence[person].items()}))
    notices = [row for row in rows if row.place is not None]
    if notices:
        spots: Seconds = defaultdict(set)
        for row in notices:
            assert row.place is not None
            place = row.place if cells is None else cells.get(row.place)
            if place is not None:
                spots[place] |= set(range(row.opens, row.closes))
        sources.append(({t for row in notices for t in range(row.opens, row.closes)}, spots))
    found: set[Found] = set()
    for generation in range(1, asked.generations + 1):
        fresh = _fresh(
            case, generation, sources, {p: s for p, s in presence.items() if p not in known}, asked
        )
        found |= fresh
        known |= {one.person for one in fresh}
        sources = []
        for person in {one.person for one in fresh}:
            window = set(range(min(one.first_at for one in fresh if one.person == person), closes))
            sources.append((window, {place: seconds & window for place, seconds in presence[person].items()}))
    return found


def _fresh(
    case: int,
    generation: int,
    sources: list[tuple[set[int], Seconds]],
    others: dict[int, Seconds],
    asked: Asked,
) -> set[Found]:
    together: dict[tuple[int, int], list[set[int]]] = defaultdict(list)
    for window, spots in sources:
        for person, presence in others.items():
            shared = {place: spots[place] & presence[place] for place in spots.keys() & presence.keys()}
            shared = {place: seconds for place, seconds in shared.items() if seconds}
            pools = [list(shared)] if asked.over_places else [[place] for place in shared]
            for pool in pools:
                stay = sum(len(presence[place] & window) for place in pool)
                if pool and _counts([shared[place] for place in pool], stay, asked):
                    for place in pool:
                        together[person, place].append(shared[place])
    return {
        Found(
            case,
            person,
            generation,
            place,
            min(map(min, pieces)),
            max(map(max, pieces)) + 1,
            sum(map(len, pieces)),
        )
        for (person, place), pieces in together.items()
    }


def _counts(shared: list[set[int]], stay: int, asked: Asked) -> bool:
    total = sum(map(len, shared))
    if asked.within is not None:
        stretch = asked.within
        all_seconds = sorted(t for seconds in shared for t in seconds)
        total = max(sum(t <= other < t + stretch for other in all_seconds) for t in set(all_seconds))
    return total >= asked.least and (asked.min_stay is None or stay >= asked.min_stay)
