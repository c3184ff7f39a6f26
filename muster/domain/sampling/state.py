"""Tubes, coverage and the tables of sites, derived again from all their facts.

The facts of a tube may lie in several areas (people are sampled outside their own), so they are read as
the system. Locks are taken in one order everywhere: coverage, tubes, tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from muster.core import bulk, prepared
from muster.core.access import scope, system
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.tables import Fact
from muster.domain.sampling.models import (
    Coverage,
    SiteTable,
    Tube,
    TubesCounted,
)
from muster.domain.sampling.rules import Explained, Home, Result, Step, TubeFact, explanation, tube_state

F = TypeVar("F", bound=Fact)
Pair = tuple[UUID, UUID]  # a round and a resident
ASKED = "sampling.asked"  # touched: people whose work of catching up is asked again
TUBE = (
    "id", "area", "site", "round", "pool_size", "state", "seats", "first_at", "sealed_at", "handed_over_at", "result",
    "resulted_at", "flags",
)  # fmt: skip
COVERAGE = ("id", "area", "known", "samples", "first_at", "excuse", "reason", "excused_at")


def live(model: type[F]) -> QuerySet[F]:
    """The facts of a kind that were not taken back."""
    return model._default_manager.exclude(id__in=Retraction.objects.values("target"))


class Sample(NamedTuple):
    """What of a sample counts here."""

    id: UUID
    at: datetime
    area: int
    tube: UUID
    resident: UUID
    round: UUID | None
    site: UUID | None
    pool_size: int
    one_household: bool


# Prepared, not asked through models: these run in every batch of every phone, and there building and planning a query
# costs more than running it.
STANDS = "not exists (select from core_retraction r where r.target = f.id)"
SAMPLES = (
    "select f.id, f.at, f.area, f.tube, f.resident, f.round, f.site, f.pool_size, f.one_household"  # noqa: S608
    f" from sampling_sampletaken f where {{}} and {STANDS} order by f.at, f.id"
)
STEPS = " union all ".join(
    f"select '{step}', f.tube, f.at, f.id, {said} from {table} f where f.tube = any(%(tubes)s::uuid[]) and {STANDS}"  # noqa: S608
    for step, table, said in (
        (Step.SEAL, "sampling_tubesealed", "f.seats_said, null::text"),
        (Step.HANDOVER, "sampling_tubehandedover", "null::int, null::text"),
        (Step.RESULT, "sampling_resultreported", "null::int, f.result"),
    )
)
COUNTS = f"select f.tubes, f.at, f.id from sampling_tubescounted f where f.tubes && %s::uuid[] and {STANDS}"  # noqa: S608
SAID = (
    "select f.round, f.resident, f.at, f.id, f.standing, f.reason"  # noqa: S608
    f" from sampling_untestedexplained f where f.resident = any(%s::uuid[]) and {STANDS}"
)
HEADS = "select distinct canonical from people_resident where id = any(%s::uuid[])"
RECORDS = """
select id, canonical, area, withdrawn_at, dwelling, household from people_resident where canonical = any(%s::uuid[])
"""


def _samples(where: str, *things: Iterable[UUID]) -> list[Sample]:
    """Samples that were not taken back, oldest first."""
    rows = prepared.fetch(SAMPLES.format(where), [bulk.array(one) for one in things])
    return [Sample(*row) for row in rows]


@dataclass
class _People:
    """Who is who: records that were joined are one person."""

    person: dict[UUID, UUID] = field(default_factory=dict)
    area: dict[UUID, int] = field(default_factory=dict)
    homes: dict[UUID, Home] = field(default_factory=dict)

    def load(self, residents: Iterable[UUID]) -> None:
        """Learn the persons behind these records, and all their other records."""
        wanted = set(residents) - self.person.keys()
        if not wanted:
            return
        heads = prepared.fetch(HEADS, [bulk.array(wanted)])
        # two plain reads: as one statement with a subquery, row security keeps the index from being used
        records = prepared.fetch(RECORDS, [bulk.array(row[0] for row in heads)])
        for record, canonical, area, withdrawn_at, door, household in sorted(records, key=itemgetter(0)):
            self.person[record] = canonical
            held = self.homes.get(canonical, Home(frozenset()))
            if record != canonical:  # where the person lives is what the first record says
                door, household = held.door or door, held.household or household
            self.homes[canonical] = Home(
                held.records | {record}, door or held.door, household or held.household
            )
            if record == canonical and withdrawn_at is None:
                self.area[record] = area
        for unknown in wanted - self.person.keys():
            self.person[unknown] = unknown

    def records(self, persons: set[UUID]) -> set[UUID]:
        """All the records of these persons."""
        return {record for record, person in self.person.items() if person in persons}


def seats_of(residents: Iterable[UUID], incident: UUID) -> tuple[set[UUID], set[Pair]]:
    """The tubes and rounds in which these people, under any of their records, were sampled or spoken of."""
    with scope(system(incident=incident), incident):
        people = _People()
        people.load(residents)
        rows = _samples("f.resident = any(%s::uuid[])", people.person)
        said = prepared.fetch(SAID, [bulk.array(people.person)])
        pairs = {(row.round, row.resident) for row in rows if row.round} | {row[:2] for row in said}
    return {row.tube for row in rows}, pairs


@dataclass
class _Asked:
    """What is to be derived again."""

    tubes: set[UUID] = field(default_factory=set)
    pairs: set[Pair] = field(default_factory=set)
    sites: set[UUID] = field(default_factory=set)


_gathered: ContextVar[_Asked | None] = ContextVar("sampling_gathered", default=None)


@contextmanager
def together(incident: UUID) -> Iterator[None]:
    """Inside, what is to be derived is gathered and derived once: a tube's samples and its seal cost one look."""
    token = _gathered.set(_Asked())
    try:
        yield
        derive_gathered(incident)
    finally:
        _gathered.reset(token)


def derive_gathered(incident: UUID) -> None:
    """Derive what was gathered until now: somebody is about to read it."""
    asked = _gathered.get()
    if asked is not None and (asked.tubes or asked.pairs or asked.sites):
        _gathered.set(_Asked())
        _derive(incident, asked)


def derive(
    *, incident: UUID, tubes: Iterable[UUID], pairs: Iterable[Pair] = (), sites: Iterable[UUID] = ()
) -> None:
    """Write what these tubes and tables are, and how often these residents were sampled in these rounds."""
    gathered = _gathered.get()
    asked = gathered or _Asked()
    asked.tubes |= set(tubes)
    asked.pairs |= set(pairs)
    asked.sites |= set(sites)
    if gathered is None:
        _derive(incident, asked)


def _derive(incident: UUID, asked: _Asked) -> None:
    changed, wanted = asked.pairs, asked.tubes
    with scope(system(incident=incident), incident):
        people = _People()
        people.load({resident for _, resident in changed})
        persons = {(test_round, people.person[resident]) for test_round, resident in changed}
        _hold_coverage(persons, incident)
        sat = _samples_of(persons, people)
        wanted |= {row.tube for rows in sat.values() for row in rows}
        bulk.lock(Tube, wanted)
        tables = {*asked.sites, *_write_tubes(wanted, people, sat)}
        _write_coverage(sat, changed, people, incident)
        _write_tables(tables)


def _coverage_id(incident: UUID, pair: Pair) -> UUID:
    return derive_id(incident, "coverage", *pair)


def _hold_coverage(persons: set[Pair], incident: UUID) -> None:
    """Make sure the rows exist, then lock them: two telephones that sample one person go one after the other."""
    rows = [(_coverage_id(incident, pair), incident, 0, *pair, False, 0) for pair in persons]
    if rows:
        bulk.insert(Coverage, ("id", "incident", "area", "round", "resident", "known", "samples"), rows)
        bulk.lock(Coverage, [row[0] for row in rows])


Sat = dict[Pair, list[Sample]]


def _samples_of(persons: set[Pair], people: _People) -> Sat:
    """All samples of each of these persons in these rounds, under whichever of their records, oldest first."""
    sat: Sat = {pair: [] for pair in persons}
    if not persons:
        return sat
    records = people.records({person for _, person in persons})
    where = "f.round = any(%s::uuid[]) and f.resident = any(%s::uuid[])"
    for row in _samples(where, {one for one, _ in persons}, records):
        if row.round and (pair := (row.round, people.person[row.resident])) in sat:
            sat[pair].append(row)
    return sat


def _said_of(persons: Collection[Pair], people: _People) -> dict[Pair, list[Explained]]:
    """All that was said about why these persons are not tested, under whichever of their records."""
    said: dict[Pair, list[Explained]] = defaultdict(list)
    records = people.records({person for _, person in persons})
    for test_round, resident, *words in prepared.fetch(SAID, [bulk.array(records)]):
        said[test_round, people.person[resident]].append(Explained(*words))
    return said


def _tube_facts(tubes: set[UUID]) -> dict[UUID, list[TubeFact]]:
    """Everything but the samples, by tube."""
    facts: dict[UUID, list[TubeFact]] = defaultdict(list)
    named = bulk.array(tubes)
    for step, tube, at, one, number, result in prepared.fetch_named(STEPS, {"tubes": named}):
        found = Result(result) if result else None
        facts[tube].append(TubeFact(Step(step), at, one, number=number, result=found))
    for counted, at, one in prepared.fetch(COUNTS, [named]):
        for tube in tubes.intersection(counted):
            facts[tube].append(TubeFact(Step.COUNT, at, one))
    return facts


def _write_tubes(tubes: set[UUID], people: _People, sat: Sat) -> set[UUID]:
    """Derive these tubes again; returns the sites whose tables they may lie on. `sat` is known of some persons."""
    samples: dict[UUID, list[Sample]] = defaultdict(list)
    for row in _samples("f.tube = any(%s::uuid[])", tubes):
        samples[row.tube].append(row)
    seated = [row for rows in samples.values() for row in rows]
    people.load({row.resident for row in seated})
    persons = {(row.round, people.person[row.resident]) for row in seated if row.round}
    known = sat | _samples_of(persons - sat.keys(), people)
    sits_in = {pair: {row.tube for row in known[pair]} for pair in persons}
    facts = _tube_facts(tubes)
    written, sites = [], set()
    for tube in Tube.objects.filter(pk__in=tubes):
        rows = samples[tube.id]
        seats = [TubeFact(Step.SAMPLE, r.at, r.id, person=people.person[r.resident]) for r in rows]
        elsewhere = {
            pair[1]
            for r in rows
            if r.round and len(sits_in[pair := (r.round, people.person[r.resident])]) > 1
        }
        sites |= {tube.site}
        if rows:  # the first to sit in it says where the tube belongs
            first = rows[0]
            tube.area, tube.site, tube.round, tube.pool_size = (
                first.area,
                first.site,
                first.round,
                first.pool_size,
            )
            sites |= {tube.site}
        homes = _homes(rows, people) if rows and rows[0].one_household else []
        stand = tube_state([*seats, *facts[tube.id]], tube.pool_size, elsewhere, homes)
        written.append(
            (tube.id, tube.area, tube.site, tube.round, tube.pool_size, stand.state, stand.seats, stand.first_at,
             stand.sealed_at, stand.handed_over_at, stand.result, stand.resulted_at, list(stand.flags))
        )  # fmt: skip
    bulk.update(Tube, TUBE, written)
    return {site for site in sites if site}


def _homes(rows: list[Sample], people: _People) -> list[Home]:
    """Where those who sit in a tube live, as far as anybody knows."""
    persons = {people.person[row.resident] for row in rows}
    return [people.homes[one] for one in sorted(persons) if one in people.homes]


def _write_coverage(sat: Sat, changed: set[Pair], people: _People, incident: UUID) -> None:
    if not sat:
        return
    told = _said_of(sat, people)
    written: list[tuple[object, ...]] = []
    for pair, rows in sat.items():
        why = explanation(told[pair])
        area = people.area.get(pair[1], rows[0].area if rows else 0)
        at: datetime | None = rows[0].at if rows else None
        excuse = (why.standing, why.reason, why.at) if why else ("", "", None)
        written.append((_coverage_id(incident, pair), area, pair[1] in people.area, len(rows), at, *excuse))
    # a record that was joined to another keeps no count of its own
    rounds = {test_round for test_round, _ in changed}
    others = [record for record, person in people.person.items() if record != person]
    written += [
        (_coverage_id(incident, (one, record)), people.area.get(people.person[record], 0), False, 0, None, "", "", None)
        for one in rounds for record in others
    ]  # fmt: skip
    bulk.update(Coverage, COVERAGE, written)


def _write_tables(sites: set[UUID]) -> None:
    """Hold the last count of each of these sites against the tubes the system has there at that moment."""
    held = bulk.lock(SiteTable, sites)
    if not held:
        return
    newest = live(TubesCounted).filter(site__in=held).order_by("site", "-at", "-id").distinct("site")
    counts = {count.site: count for count in newest}
    there: dict[UUID, list[UUID]] = defaultdict(list)
    if counts:
        on_table = Q()
        for site, count in counts.items():
            gone = Q(handed_over_at__lte=count.at)
            on_table |= Q(site=site, first_at__lte=count.at) & ~(Q(handed_over_at__isnull=False) & gone)
        for tube in Tube.objects.filter(on_table).order_by("id"):
            if tube.site:
                there[tube.site].append(tube.id)
    written: list[tuple[object, ...]] = []
    for site in held:
        last = counts.get(site)
        if last is None:
            written.append((site, None, None, None, None, []))
            continue
        missing = [one for one in there[site] if one not in last.tubes] if last.tubes else []
        number = len(there[site])
        written.append((site, last.at, last.counted, number, last.counted - number, missing))
    bulk.update(SiteTable, ("id", "counted_at", "counted", "in_system", "difference", "missing"), written)
