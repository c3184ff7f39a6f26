"""Rows to outcomes to the report: one pass for preview and run, chunk by chunk in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection

from muster.core import bulk
from muster.core.access import Actor
from muster.core.ids import deriving
from muster.core.vault import vault
from muster.domain.people import actions as people
from muster.domain.people.models import Resident
from muster.domain.worklists.actions import returning
from muster.interop.imports import keeping, kinds, laboratory, lines, showing
from muster.interop.imports.ahead import chunks_ahead
from muster.interop.imports.apart import read_apart
from muster.interop.imports.areas import Areas
from muster.interop.imports.beginning_words import AREAS, RESPONDERS
from muster.interop.imports.houses import Houses
from muster.interop.imports.line_words import LINES
from muster.interop.imports.listing import Listing, list_id
from muster.interop.imports.outcomes import DOUBTFUL, REFUSED, RESULTS, Choice, Outcome, counted, owners
from muster.interop.imports.people import Persons, Setting, said_x
from muster.interop.imports.reading import Reading, read_rows
from muster.interop.imports.ready import CHUNK, ready
from muster.interop.imports.refusals import NoUndo
from muster.interop.imports.roster import Roster
from muster.interop.imports.squads import Squads
from muster.interop.imports.usage import in_use
from muster.interop.models import Import, ImportDecision, ImportRow
from muster.interop.tables.shapes import Table
from muster.journeys import settle

ROW = (
    "id", "incident", "area", "upload", "row", "result", "code", "field", "how", "subject", "candidates", "said_x",
    "shown_c",
)  # fmt: skip
WORDS = {kinds.RESIDENTS: "person", kinds.LISTS: "person", kinds.BATCHES: "squad", kinds.BUILDINGS: "house",
         kinds.RESULTS: "finding", **dict.fromkeys(LINES, "person")}  # fmt: skip
ALONE = 20_000  # rows from which on a second process is worth its start
COUNTS = """
select result, code, count(*), count(*) filter (where how not in ('', 'new', 'unsure')) from interop_importrow
where upload_id = %s group by 1, 2
"""


class Pass(Protocol):
    """One kind's way through a file."""

    def foresee(self, chunk: Any) -> list[Outcome]:
        """What a run would make of these rows."""

    def run(self, chunk: Any) -> list[Outcome]:
        """Take these rows in."""


class Worker:
    """One pass over an import, and its report."""

    def __init__(self, made: Import, by: Actor, now: datetime) -> None:
        self.made = made
        self.kind = kinds.KINDS[made.kind]
        self.held = vault(made.incident)
        setting = Setting(
            upload=made.id, source=f"import_{made.kind}", mark=bytes(made.digest).hex(), area=made.area,
            incident=made.incident, by=by, now=now, choices=_choices(made),
        )  # fmt: skip
        self.way = _way(made, setting)
        self.outcomes: list[Outcome] = []
        self.waiting: dict[int, Reading] = {}
        self.is_run = False
        self._row_id = deriving(made.id)

    def read(self, table: Table, year: int, only: set[int] | None = None) -> Iterator[list[Reading]]:
        """The rows of the file (or `only` some) in parts, as far as they can be made ready before they are judged."""
        is_of_people = isinstance(self.way, Persons | Listing)
        if is_of_people and only is None and len(table.rows) > ALONE:
            return read_apart(table, self.kind, self.made.mapping, year, self.held)
        rows = read_rows(table, self.kind, self.made.mapping, year)
        readings = (one for one in rows if only is None or one.row in only)
        if is_of_people:
            readings = (ready(self.held, one) for one in readings)
        return chunks_ahead(readings, CHUNK)

    def judge(self, parts: Iterable[list[Reading]], *, write: bool) -> Iterator[tuple[Reading, Outcome]]:
        """The outcome of every row, in order; `write` takes them in."""
        self.is_run = write
        step = self.way.run if write else self.way.foresee
        for chunk in parts:
            found = step(chunk)
            self.outcomes += found
            for reading, outcome in zip(chunk, found, strict=True):
                if outcome.result == DOUBTFUL:
                    self.waiting[reading.row] = reading
                yield reading, outcome
            say_progress(self.made.id, len(self.outcomes))

    def settle(self, only: set[int] | None = None) -> dict[str, Any]:
        """Write the report and return the counts. A preview keeps only rows a person should see."""
        old = ImportRow.objects.filter(upload=self.made)
        (old if only is None else old.filter(row__in=only)).delete()
        kept = (
            self.outcomes
            if self.is_run
            else [one for one in self.outcomes if one.result in (REFUSED, DOUBTFUL)]
        )
        bulk.write(ImportRow, ROW, [self._row(one) for one in kept])
        counts = recounted(self.made) if self.is_run else counted(self.made.rows, self.outcomes)
        forwarded = {**self.made.counts.get("owners", {}), **owners(self.outcomes)}
        return counts | ({"owners": forwarded} if forwarded else {})

    def _row(self, one: Outcome) -> tuple[Any, ...]:
        identity = self._row_id(one.row)
        said = shown = None
        if reading := self.waiting.get(one.row):
            said = said_x(self.held, WORDS[self.made.kind], getattr(reading.said, "person", reading.said))
            shown = keeping.seal_words(self.held, "interop_importrow", identity, showing.masked(reading))
        return (
            identity, self.made.incident, self.made.area, self.made.id, one.row, one.result, one.code[:40], one.field,
            one.how, one.subject, list(one.candidates), said, shown,
        )  # fmt: skip


def _way(made: Import, setting: Setting) -> Pass:
    if made.kind == kinds.LISTS:
        return Listing(setting, made)
    if made.kind in LINES:
        return lines.Lines(setting, made.kind)
    ways: dict[str, Callable[[Setting], Pass]] = {
        kinds.RESIDENTS: Persons, kinds.BATCHES: Squads, kinds.BUILDINGS: Houses,
        kinds.RESULTS: laboratory.Findings, AREAS: Areas, RESPONDERS: Roster,
    }  # fmt: skip
    return ways[made.kind](setting)


def _choices(made: Import) -> dict[bytes, Choice]:
    """What was decided about rows in this area, whichever file they came in."""
    rows = ImportDecision.objects.filter(area=made.area).values_list("said_x", "choice", "subject")
    return {bytes(words): Choice(choice, subject) for words, choice, subject in rows}


def recounted(made: Import) -> dict[str, Any]:
    """The counts of an import as its report has them."""
    counts: dict[str, Any] = {"rows": made.rows, **dict.fromkeys(RESULTS, 0), "matched": 0, "codes": {}}
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [made.id])
        for result, code, number, matched in cursor.fetchall():
            counts[result] += number
            counts["matched"] += matched
            if code:
                counts["codes"][f"{result}:{code}"] = number
    return counts


def say_progress(upload: UUID, done: int) -> None:
    """Let other connections see how far a long pass is, though nothing of it is visible before its end."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('application_name', %s, true)", [f"import {upload} {done}"])


def take_back(made: Import, by: Actor, now: datetime) -> dict[str, int]:
    """Return the rows of a list and withdraw the residents nobody has used since."""
    if not kinds.KINDS[made.kind].undoable:
        raise NoUndo
    if made.kind in LINES:
        return lines.take_back(made.kind, made.id, by, made.incident, now)
    if made.kind == kinds.RESULTS:
        return laboratory.take_back(made.id, by, made.incident, now)
    returned = {"returned": 0, "kept": 0}
    if made.kind == kinds.LISTS:
        mark = list_id(made)
        done = returning.return_entries(lists=[mark], by=by, incident=made.incident, now=now)
        settle.settle([done.touched], incident=made.incident, now=now)
        returned = done.data.get(mark, returned)
    used = in_use(made.id, made.incident)
    gone = people.withdraw_many(batch=made.id, keep=used, by=by, incident=made.incident, now=now)
    left = Resident.objects.filter(batch=made.id, withdrawn_at=None).count()
    if made.kind == kinds.LISTS:
        return {
            "gone": returned["returned"],
            "kept": returned["kept"],
            "residents_gone": len(gone),
            "residents_kept": left,
        }
    return {"gone": len(gone), "kept": left}
