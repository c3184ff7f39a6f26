"""Rows of persons: matched in sets, and enrolled or listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import msgspec

from muster.core.access import Actor
from muster.core.ids import derive_id
from muster.core.vault import Vault, vault
from muster.domain.people import actions as people
from muster.domain.people import queries as registry
from muster.domain.people.rules import Known, Match, Row, decide
from muster.interop.imports.outcomes import (
    ALREADY,
    AMBIGUOUS,
    DOUBTFUL,
    FORWARDED,
    OTHER,
    REFUSED,
    SAME,
    SIMILAR,
    SKIP,
    SKIPPED,
    TAKEN,
    Choice,
    Outcome,
)
from muster.interop.imports.placing import OTHER_AREA, Spot, Territory, place
from muster.interop.imports.reading import Person, Reading
from muster.interop.tables.addresses import Address


class Setting(msgspec.Struct, frozen=True):
    """Who imports which file where, and what was decided before about rows with these words."""

    upload: UUID
    source: str
    mark: str
    area: int
    incident: UUID
    by: Actor
    now: datetime
    choices: Mapping[bytes, Choice]


def said_x(held: Vault, kind: str, said: object) -> bytes:
    """The blind index of a row's words, by which a decision is found again."""
    return held.index("import_row", f"{kind}\x1f{said!r}")


def refusal(reading: Reading) -> Outcome:
    """The outcome of a row that cannot be read."""
    return Outcome(reading.row, REFUSED, reading.code, reading.field)


class Persons:
    """One pass over a file of persons, chunk by chunk; `run` writes, `foresee` only looks."""

    def __init__(self, setting: Setting, *, reach: tuple[int, int] = (0, 0)) -> None:
        """`reach`: the areas that rows of others may go on to; then, too, nobody waits for a decision on who is who."""
        self.setting, self.reach = setting, reach
        self.held = vault(setting.incident)
        self.territory = Territory(setting.area)
        self.owners: dict[int, int] = {}
        self.here = registry.Candidates([])

    def prepare(
        self, chunk: Sequence[Reading]
    ) -> tuple[dict[int, Outcome], list[tuple[Reading, Row, Choice | None]]]:
        """Rows that are settled without matching, and the rest as rows of people."""
        settled: dict[int, Outcome] = {}
        readable = []
        for reading in chunk:
            if reading.said is None:
                settled[reading.row] = refusal(reading)
            else:
                readable.append(reading)
        spots = place([(one.said.where, one.parts) for one in readable], self.territory)
        rows = []
        for reading, spot in zip(readable, spots, strict=True):
            choice = self._choice(reading)
            if spot.area is None and (owner := self._owner(reading.said.where)):
                self.owners[reading.row] = owner
                spot = Spot(self.setting.area)
            if spot.area is None:
                settled[reading.row] = Outcome(reading.row, REFUSED, OTHER_AREA, "address")
            elif choice is not None and choice.choice == SKIP:
                settled[reading.row] = Outcome(reading.row, REFUSED, SKIPPED)
            elif reading.waits and choice is None:
                settled[reading.row] = Outcome(reading.row, DOUBTFUL, reading.code, reading.field)
            else:
                rows.append((reading, _row(reading, spot, self._key(reading, choice), choice), choice))
        return settled, rows

    def _owner(self, where: Address) -> int | None:
        """The area that a row goes on to, when that is known and within reach."""
        owner = self.territory.owner_of(where)
        return owner if owner is not None and self.reach[0] <= owner < self.reach[1] else None

    def _choice(self, reading: Reading) -> Choice | None:
        if not self.setting.choices:
            return None
        return self.setting.choices.get(said_x(self.held, "person", reading.said))

    def _key(self, reading: Reading, choice: Choice | None) -> str:
        """What tells this row apart from others that say as little: its words once decided, else file and row."""
        if choice is not None and choice.choice == OTHER:
            return said_x(self.held, "person", reading.said).hex()
        return f"{self.setting.mark}:{reading.row}"

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows; earlier rows of the file count, nothing is written."""
        settled, rows = self.prepare(chunk)
        doors = _doors(rows)
        asked = registry.keys_of(self.held, [row for _, row, _ in rows], doors)
        found = registry.Candidates(asked)
        for (reading, row, choice), keys in zip(rows, asked, strict=True):
            known = [[*there, *here] for there, here in zip(found.of(keys), self.here.of(keys), strict=True)]
            match = Match("new") if row.separate else decide(keys, *known)
            if problem := registry.problem_of(row, doors):
                match = Match("refused", None, problem)
            elif match.outcome == "new" and not row.separate:
                self.here.add(Known(derive_id(self.setting.upload, reading.row), keys))
            settled[reading.row] = self._settled(_outcome(reading, match, choice))
        return [settled[reading.row] for reading in chunk]

    def _settled(self, one: Outcome) -> Outcome:
        """The same outcome with where its work goes; whoever is unsure has work at once where lists are read."""
        if self.reach != (0, 0) and one.result == DOUBTFUL:
            one.result, one.how = TAKEN, "unsure"
        if one.row in self.owners:
            one.owner, one.code, one.field = self.owners[one.row], FORWARDED, "address"
        return one

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Match and enrol; rows that wait for a decision are left alone."""
        settled, rows = self.prepare(chunk)
        setting = self.setting
        given = [one for one in rows if one[2] is not None and one[2].choice == SAME]
        asked = [one for one in rows if one[2] is None or one[2].choice != SAME]
        origin = people.Origin(source=setting.source, batch=setting.upload, area=setting.area)
        enrol = partial(
            people.enrol_many,
            origin=origin,
            by=setting.by,
            incident=setting.incident,
            now=setting.now,
            doors=_doors(rows),
        )
        matches = enrol(rows=[row for _, row, _ in asked])
        unsure = []
        for (reading, row, choice), match in zip(asked, matches, strict=True):
            settled[reading.row] = self._settled(_outcome(reading, match, choice))
            if settled[reading.row].how == "unsure":
                words = said_x(self.held, "person", reading.said).hex()
                unsure.append((reading.row, msgspec.structs.replace(row, key=words, separate=True), match))
        pairs = []
        for (at, _, first), match in zip(unsure, enrol(rows=[row for _, row, _ in unsure]), strict=True):
            settled[at].subject = match.resident
            if match.resident is not None:
                pairs += [people.Pair(match.resident, other, first.how) for other in first.candidates]
        people.propose(pairs=pairs, batch=setting.upload, incident=setting.incident, now=setting.now)
        for reading, _, choice in given:
            assert choice is not None
            settled[reading.row] = _outcome(reading, Match("matched", choice.subject, "decided"), choice)
        return [settled[reading.row] for reading in chunk]


def _doors(rows: Sequence[tuple[Reading, Row, Choice | None]]) -> registry.Doors:
    """Area and building of the doors that were found for these rows."""
    return {
        row.dwelling: (row.area, row.building)
        for _, row, _ in rows
        if row.dwelling and row.building and row.area is not None
    }


def _row(reading: Reading, spot: Spot, key: str, choice: Choice | None) -> Row:
    said: Person = reading.said
    return Row(
        name=said.name, document=said.document, phone=said.phone, address=said.text, note=said.note, sex=said.sex,
        birth_year=said.birth_year, vulnerabilities=said.vulnerabilities, dwelling=spot.dwelling,
        building=spot.building, area=spot.area, key=key, separate=choice is not None and choice.choice == OTHER,
        blind=reading.blind,
    )  # fmt: skip


def _outcome(reading: Reading, match: Match, choice: Choice | None) -> Outcome:
    if choice is not None and choice.choice == SAME and match.outcome != "refused":
        match = Match("matched", choice.subject, "decided")
    if match.outcome == "refused":
        return Outcome(reading.row, REFUSED, f"people.{match.how}")
    if match.outcome == "ambiguous":
        return Outcome(reading.row, DOUBTFUL, AMBIGUOUS, how=match.how, candidates=match.candidates)
    result = TAKEN if match.outcome == "new" else ALREADY
    how = "new" if match.outcome == "new" else match.how
    code = reading.code or (SIMILAR if match.outcome == "new" and match.candidates else "")
    return Outcome(reading.row, result, code, reading.field, how, match.resident, match.candidates)
