"""Who shared a place with a case, for how long: from the visits in the database, by two indexes, in one question.

Intervals are half-open. For each source, person and place the shared stretches inside the source's window are
united and summed, and must reach the minimum; a person met through several sources is one row for each place. The
engine for files (`muster.engines.analysis`) is defined the same way, and tests hold both to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk
from muster.domain.cases.models import ExposureCandidate
from muster.domain.people import queries as people
from muster.domain.people.models import Resident

PIECE = timedelta(hours=4)  # the longest stretch kept in one row, see `PlaceVisit`


class Window(msgspec.Struct, frozen=True):
    """Where to look: a person's own visits, or a place (then `person` is nobody's source), from and to."""

    from_at: datetime
    to_at: datetime
    person: UUID | None = None
    place: UUID | None = None


class Meeting(msgspec.Struct, frozen=True):
    """Somebody who shared a place with the case, or with somebody of the generation before."""

    person: UUID
    generation: int
    place: UUID
    first_at: datetime
    last_at: datetime
    overlap_s: float


# Stays of the sources first (by person), then everybody else there (by place): both reach back one piece.
MEETINGS = """
with stay as materialized (
    select s.head, v.place, greatest(v.from_at, s.from_at) a, least(v.to_at, s.to_at) b
    from unnest(%(heads)s::uuid[], %(records)s::uuid[], %(froms)s::timestamptz[], %(tos)s::timestamptz[])
        s(head, record, from_at, to_at)
    cross join lateral (
        select place, from_at, to_at from cases_placevisit
        where person = s.record and from_at > s.from_at - %(piece)s and from_at < s.to_at and to_at > s.from_at
        offset 0) v
    union all
    select null, * from unnest(%(places)s::uuid[], %(opens)s::timestamptz[], %(closes)s::timestamptz[])
), twin as materialized (
    select id, canonical from people_resident where canonical <> id
), shared as (
    select s.head, coalesce(t.canonical, o.person) who, s.place,
        range_agg(tstzrange(greatest(o.from_at, s.a), least(o.to_at, s.b))) stretch
    from stay s cross join lateral (
        select person, from_at, to_at from cases_placevisit
        where place = s.place and from_at > s.a - %(piece)s and from_at < s.b and to_at > s.a
        offset 0) o
    left join twin t on t.id = o.person
    where s.a < s.b
    group by 1, 2, 3
), summed as (
    select head, who, place, lower(stretch) first_at, upper(stretch) last_at,
        (select sum(extract(epoch from upper(r) - lower(r))) from unnest(stretch) r) seconds
    from shared where not who = any(%(known)s::uuid[])
)
select who, place, min(first_at), max(last_at), sum(seconds) from summed where seconds >= %(least)s
group by who, place order by who, place
"""


def meetings(
    window: Window, *, known: Iterable[UUID], least: timedelta, generations: int, homes: bool = True
) -> list[Meeting]:
    """Everybody found, generation by generation; `known` (the case's person) and earlier ones do not come back.

    A person found is a source of the next generation from the first qualifying instant to the window's end. Who
    lives with a source (`homes`) shared the dwelling all the time.
    """
    seen = set(known)
    sources = {window.person: window.from_at} if window.person else {}
    notices = [] if window.place is None else [(window.place, window.from_at, window.to_at)]
    found: list[Meeting] = []
    for generation in range(1, generations + 1):
        rows = _asked(sources, notices, window.to_at, seen, least)
        fresh = [Meeting(row[0], generation, *row[1:4], float(row[4])) for row in rows]
        if homes:
            fresh += _at_home(sources, window.to_at, generation, seen, least)
        if not fresh:
            break
        found += fresh
        sources, notices = {}, []
        for one in fresh:
            sources[one.person] = min(one.first_at, sources.get(one.person, one.first_at))
        seen |= sources.keys()
    return found


def _asked(
    sources: dict[UUID, datetime],
    notices: Sequence[tuple[UUID, datetime, datetime]],
    to_at: datetime,
    known: set[UUID],
    least: timedelta,
) -> list[tuple[UUID, UUID, datetime, datetime, float]]:
    """One generation. A person goes by all their records."""
    twins = people.joined_with(sources)
    pairs = [(head, one) for head in sources for one in {head, *twins.get(head, ())}]
    values: dict[str, Any] = {
        "heads": bulk.array(head for head, _ in pairs),
        "records": bulk.array(record for _, record in pairs),
        "froms": [sources[head] for head, _ in pairs],
        "tos": [to_at] * len(pairs),
        "places": bulk.array(place for place, _, _ in notices),
        "opens": [opens for _, opens, _ in notices],
        "closes": [closes for _, _, closes in notices],
        "piece": PIECE,
        "known": bulk.array(known),
        "least": least.total_seconds(),
    }
    with connection.cursor() as cursor:
        cursor.execute(MEETINGS, values)
        return list(cursor.fetchall())


SOURCES = """
select x.head, x.place, min(v.source)
from unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[]) x(head, record, place, a, b)
cross join lateral (
    select source from cases_placevisit
    where person = x.record and place = x.place and from_at > x.a - %s and from_at < x.b and to_at > x.a) v
group by 1, 2
"""


def sources_of(found: Sequence[Meeting]) -> dict[tuple[UUID, UUID], str]:
    """How it is known that each person found was at the place: person and place to the class of the visit."""
    twins = people.joined_with({one.person for one in found})
    pairs = [(one, record) for one in found for record in {one.person, *twins.get(one.person, ())}]
    values: list[Any] = [
        bulk.array(one.person for one, _ in pairs), bulk.array(record for _, record in pairs),
        bulk.array(one.place for one, _ in pairs), [one.first_at for one, _ in pairs],
        [one.last_at for one, _ in pairs], PIECE,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SOURCES, values)
        return {(person, place): source for person, place, source in cursor.fetchall()}


def _at_home(
    sources: dict[UUID, datetime], to_at: datetime, generation: int, known: set[UUID], least: timedelta
) -> list[Meeting]:
    """Those who live with a source, from the source's first instant on."""
    first: dict[tuple[UUID, UUID], datetime] = {}
    for source, others in households(sources).items():
        for person, place in others.items():
            if person not in known and to_at - sources[source] >= least:
                first[person, place] = min(sources[source], first.get((person, place), sources[source]))
    return [
        Meeting(person, generation, place, from_at, to_at, (to_at - from_at).total_seconds())
        for (person, place), from_at in sorted(first.items())
    ]


def households(persons: Iterable[UUID]) -> dict[UUID, dict[UUID, UUID]]:
    """Who lives with each of these persons: person to the door, else the household, that they share."""
    wanted = set(persons)
    if not wanted:
        return {}
    homes = list(
        Resident.objects.filter(canonical__in=wanted, withdrawn_at=None).values_list(
            "canonical", "dwelling", "household"
        )
    )
    at_door: dict[UUID, set[UUID]] = defaultdict(set)
    for _, door, head in people.at_doors({door for _, door, _ in homes if door}):
        at_door[door].add(head)
    in_house: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Resident.objects.filter(household__in={house for _, _, house in homes if house}, withdrawn_at=None)
    for home, head in rows.values_list("household", "canonical"):
        if home:
            in_house[home].add(head)
    found: dict[UUID, dict[UUID, UUID]] = defaultdict(dict)
    for person, behind, within in homes:
        if within:
            found[person] |= dict.fromkeys(in_house[within] - {person}, within)
        if behind:  # written last: a door says more
            found[person] |= dict.fromkeys(at_door[behind] - {person}, behind)
    return found


def candidates_of(case: UUID) -> list[ExposureCandidate]:
    """What was found for a case, nearest generation and longest time first."""
    return list(
        ExposureCandidate.objects.filter(case=case).order_by("generation", "-overlap_s", "person", "place")
    )
