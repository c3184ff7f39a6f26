"""Tubes, coverage and the tables of sites, derived again from all their facts.

The facts of a tube may lie in several areas (people are sampled outside their own), so they are read as
the system. Locks are taken in one order everywhere: coverage, tubes, tables.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from muster.core import bulk
from muster.core.access import scope, system
from muster.core.ids import derive_id
from muster.core.models import Retraction
from muster.core.tables import Fact
from muster.domain.people.models import Resident
from muster.domain.sampling.models import (
    Coverage,
    ResultReported,
    SampleTaken,
    SiteTable,
    Tube,
    TubeHandedOver,
    TubesCounted,
    TubeSealed,
    UntestedExplained,
)
from muster.domain.sampling.rules import Explained, Result, Step, TubeFact, explanation, tube_state

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


@dataclass
class _People:
    """Who is who: records that were joined are one person."""

    person: dict[UUID, UUID] = field(default_factory=dict)
    area: dict[UUID, int] = field(default_factory=dict)

    def load(self, residents: Iterable[UUID]) -> None:
        """Learn the persons behind these records, and all their other records."""
        wanted = set(residents) - self.person.keys()
        if not wanted:
            return
        heads = set(Resident.objects.filter(pk__in=wanted).values_list("canonical", flat=True))
        # two plain reads: as one statement with a subquery, row security keeps the index from being used
        records = Resident.objects.filter(canonical__in=heads).values_list(
            "id", "canonical", "area", "withdrawn_at"
        )
        for record, canonical, area, withdrawn_at in records:
            self.person[record] = canonical
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
        rows = list(live(SampleTaken).filter(resident__in=people.person))
        said = live(UntestedExplained).filter(resident__in=people.person).values_list("round", "resident")
        pairs = {(row.round, row.resident) for row in rows if row.round} | set(said)
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
        wanted |= {row.tube for rows in _samples_of(persons, people).values() for row in rows}
        bulk.lock(Tube, wanted)
        tables = {*asked.sites, *_write_tubes(wanted, people)}
        _write_coverage(persons, changed, people, incident)
        _write_tables(tables)


def _coverage_id(incident: UUID, pair: Pair) -> UUID:
    return derive_id(incident, "coverage", *pair)


def _hold_coverage(persons: set[Pair], incident: UUID) -> None:
    """Make sure the rows exist, then lock them: two telephones that sample one person go one after the other."""
    rows = [(_coverage_id(incident, pair), incident, 0, *pair, False, 0) for pair in persons]
    if rows:
        bulk.insert(Coverage, ("id", "incident", "area", "round", "resident", "known", "samples"), rows)
        bulk.lock(Coverage, [row[0] for row in rows])


def _samples_of(persons: set[Pair], people: _People) -> dict[Pair, list[SampleTaken]]:
    """All samples of these persons in these rounds, under whichever of their records, oldest first."""
    samples: dict[Pair, list[SampleTaken]] = defaultdict(list)
    if not persons:
        return samples
    found = live(SampleTaken).filter(
        round__in={one for one, _ in persons}, resident__in=people.records({person for _, person in persons})
    )
    for row in found.order_by("at", "id"):
        if row.round and (pair := (row.round, people.person[row.resident])) in persons:
            samples[pair].append(row)
    return samples


def _said_of(persons: set[Pair], people: _People) -> dict[Pair, list[Explained]]:
    """All that was said about why these persons are not tested, under whichever of their records."""
    said: dict[Pair, list[Explained]] = defaultdict(list)
    rounds, records = {one for one, _ in persons}, people.records({person for _, person in persons})
    for row in live(UntestedExplained).filter(round__in=rounds, resident__in=records):
        said[row.round, people.person[row.resident]].append(
            Explained(row.at, row.id, row.standing, row.reason)
        )
    return said


def _tube_facts(tubes: set[UUID]) -> dict[UUID, list[TubeFact]]:
    """Everything but the samples, by tube."""
    facts: dict[UUID, list[TubeFact]] = defaultdict(list)
    for seal in live(TubeSealed).filter(tube__in=tubes):
        facts[seal.tube].append(TubeFact(Step.SEAL, seal.at, seal.id, number=seal.seats_said))
    for handed in live(TubeHandedOver).filter(tube__in=tubes):
        facts[handed.tube].append(TubeFact(Step.HANDOVER, handed.at, handed.id))
    for report in live(ResultReported).filter(tube__in=tubes):
        facts[report.tube].append(TubeFact(Step.RESULT, report.at, report.id, result=Result(report.result)))
    for count in live(TubesCounted).filter(tubes__overlap=list(tubes)):
        for tube in tubes.intersection(count.tubes):
            facts[tube].append(TubeFact(Step.COUNT, count.at, count.id))
    return facts


def _write_tubes(tubes: set[UUID], people: _People) -> set[UUID]:
    """Derive these tubes again; returns the sites whose tables they may lie on."""
    samples: dict[UUID, list[SampleTaken]] = defaultdict(list)
    for row in live(SampleTaken).filter(tube__in=tubes).order_by("at", "id"):
        samples[row.tube].append(row)
    seated = [row for rows in samples.values() for row in rows]
    people.load({row.resident for row in seated})
    persons = {(row.round, people.person[row.resident]) for row in seated if row.round}
    sits_in = {pair: {row.tube for row in rows} for pair, rows in _samples_of(persons, people).items()}
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
        stand = tube_state([*seats, *facts[tube.id]], tube.pool_size, elsewhere)
        written.append(
            (tube.id, tube.area, tube.site, tube.round, tube.pool_size, stand.state, stand.seats, stand.first_at,
             stand.sealed_at, stand.handed_over_at, stand.result, stand.resulted_at, list(stand.flags))
        )  # fmt: skip
    bulk.update(Tube, TUBE, written)
    return {site for site in sites if site}


def _write_coverage(persons: set[Pair], changed: set[Pair], people: _People, incident: UUID) -> None:
    if not persons:
        return
    samples, told = _samples_of(persons, people), _said_of(persons, people)
    written: list[tuple[object, ...]] = []
    for pair in persons:
        rows, why = samples[pair], explanation(told[pair])
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
