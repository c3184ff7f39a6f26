"""What may be done with an import: upload, name the columns, preview, decide, run, undo."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotFound
from muster.core.ids import derive_id, new_id
from muster.core.vault import vault
from muster.domain.worklists.actions.wording import script_of
from muster.interop.imports import collector, engine, keeping, kept, kinds, showing
from muster.interop.imports.outcomes import CHOICES, RESULTS, SAME, Outcome
from muster.interop.imports.reading import Reading
from muster.interop.imports.refusals import ColumnsMissing, MustAccept, WrongKind, WrongState
from muster.interop.models import Import, ImportDecision, ImportFile, ImportRow
from muster.interop.tables.shapes import Caution, Table

FIRST = 20
AT_ONCE = 20_000
DECISION = ("id", "incident", "area", "upload", "said_x", "choice", "subject", "decided_by", "decided_at")


class File(msgspec.Struct, frozen=True):
    """A file as it was handed over."""

    name: str
    data: bytes


class Wish(msgspec.Struct, frozen=True):
    """What a file is to become: kind and area; for lists the purpose, who sent it, its title and deadline."""

    kind: str
    area: int
    options: dict[str, str] = {}


def upload(*, file: File, wish: Wish, by: Actor, incident: UUID, now: datetime) -> Import:
    """Keep a file, sealed, and propose what its columns are. Nothing of it is taken in yet."""
    kind = kinds.KINDS.get(wish.kind)
    if kind is None:
        raise WrongKind(kind=wish.kind)
    _require(by, kind, wish.area, incident)
    table = keeping.read(file.data, file.name, kind.code)
    held, identity = vault(incident), new_id()
    shown = {"header": table.header, "first": [], "sheet": table.sheet, "name": file.name[:200]}
    made = Import.objects.create(
        id=identity, incident=incident, area=wish.area, kind=kind.code, options=_options(kind, wish.options),
        uploaded_by=by.account, uploaded_at=now, rows=len(table.rows),
        name_c=keeping.seal_words(held, "interop_import_name", identity, file.name[:200]),
        name_x=held.index("import_name", file.name), digest=keeping.cells_mark(held, table),
        shown_c=keeping.seal_words(held, "interop_import", identity, shown),
        cautions=msgspec.to_builtins(table.warnings), mapping=kinds.propose(kind, table.header),
    )  # fmt: skip
    sealed = keeping.seal_file(held, identity, file.data)
    ImportFile.objects.create(id=identity, incident=incident, area=wish.area, sealed=sealed)
    journal.write(
        action="imports.upload", by=by, incident=incident, area=wish.area, subjects=[identity],
        detail={"kind": kind.code, "encoding": table.encoding, "rows": made.rows},
    )  # fmt: skip
    return made


def _require(by: Actor, kind: kinds.Kind, area: int, incident: UUID) -> None:
    by.require(kind.right, area, incident)
    if kind.code == kinds.LISTS:
        by.require("people.import", area, incident)


def _options(kind: kinds.Kind, given: Mapping[str, str]) -> dict[str, str]:
    """The options of a list, checked; other kinds have none."""
    if kind.code != kinds.LISTS:
        return {}
    purpose = given.get("purpose") or kinds.PURPOSES[0]
    if purpose not in kinds.PURPOSES:
        raise WrongKind(kind=purpose)
    options = {
        "purpose": purpose,
        "source": given.get("source", "")[:80],
        "title": given.get("title", "")[:120],
    }
    if deadline := given.get("deadline"):
        try:
            at = datetime.fromisoformat(deadline)
        except ValueError as error:
            raise BadInput(problem=deadline) from error
        if at.tzinfo is None:
            raise BadInput(problem=deadline)
        options["deadline"] = at.isoformat()
    script = msgspec.to_builtins(script_of(given))
    return options | {f"script_{code}": words for code, words in script.items()}


def find(upload: UUID, *, lock: bool = False) -> Import:
    """An import that is visible here."""
    if lock:
        bulk.lock(Import, [upload])
    found = Import.objects.filter(pk=upload).first()
    if found is None:
        raise NotFound
    return found


def map_columns(
    *, upload: UUID, mapping: Mapping[str, int], accepted: bool, by: Actor, incident: UUID, now: datetime
) -> Import:
    """Say which column is what, and accept the cautions of the file."""
    made = find(upload, lock=True)
    kind = kinds.KINDS[made.kind]
    _require(by, kind, made.area, incident)
    if made.state not in ("uploaded", "mapped", "previewed") or made.queued:
        raise WrongState(state=made.queued or made.state)
    fields = {field: at for field, at in mapping.items() if field in kind.fields and at >= 0}
    if absent := kinds.missing(kind, fields):
        raise ColumnsMissing(fields=", ".join(absent))
    if not accepted and any(Caution(**one).must_be_accepted for one in made.cautions):
        raise MustAccept
    kept.forget(made)  # it was read with other columns
    made.mapping, made.accepted, made.state, made.problem = fields, accepted, "mapped", ""
    made.save(update_fields=["mapping", "accepted", "state", "problem"])
    return made


def look(*, upload: UUID, by: Actor, incident: UUID, now: datetime, here: bool = False) -> Import:
    """See what a run would do with every row, without taking anything in. `here`: however big the file is."""
    made = find(upload, lock=True)
    _require(by, kinds.KINDS[made.kind], made.area, incident)
    if made.state not in ("mapped", "previewed") or made.queued:
        raise WrongState(state=made.queued or made.state)
    return _begin(made, "preview", by, now, here)


def _begin(made: Import, step: str, by: Actor, now: datetime, here: bool) -> Import:
    """Do a step now, or hand a big file to a job; the page says which."""
    if here or made.rows <= AT_ONCE:
        work(made, step, by, now)
        return made
    from muster.interop.imports import jobs

    made.queued, made.queued_at = step, now
    made.save(update_fields=["queued", "queued_at"])
    jobs.defer(made, step, by)
    return made


def work(made: Import, step: str, by: Actor, now: datetime) -> None:
    """Do a step of an import, here or in a job."""
    with collector.paused():
        STEPS[step](made, by, now)


def preview(made: Import, by: Actor, now: datetime) -> None:
    """Read, match and judge every row without taking anything in; keep what a person must look at."""
    worker = engine.Worker(made, by, now)
    parts = worker.read(open_table(made), now.year)
    if made.kind in kinds.OF_PEOPLE:
        parts = kept.keeping(made, worker.held, parts)
    _show_first(made, worker, worker.judge(parts, write=False))
    made.counts, made.state, made.queued = worker.settle(), "previewed", ""
    made.save(update_fields=["shown_c", "counts", "state", "queued"])


def _show_first(made: Import, worker: engine.Worker, judged: Iterator[tuple[Reading, Outcome]]) -> None:
    """Go through all rows; the first ones are kept, masked, for the page."""
    first: list[dict[str, Any]] = [
        {"row": reading.row, "result": outcome.result, "code": outcome.code, "field": outcome.field,
         "how": outcome.how, "words": showing.masked(reading)}
        for reading, outcome in islice(judged, FIRST)
    ]  # fmt: skip
    deque(judged, maxlen=0)
    shown = keeping.open_words(worker.held, "interop_import", made.id, made.shown_c) | {"first": first}
    made.shown_c = keeping.seal_words(worker.held, "interop_import", made.id, shown)


def open_table(made: Import) -> Table:
    """The kept file, read again."""
    sealed = ImportFile.objects.values_list("sealed", flat=True).get(pk=made.id)
    data = keeping.open_file(vault(made.incident), made.id, sealed)
    return keeping.read(data, made.kind, made.kind)


def decide(
    *, upload: UUID, choices: Mapping[int, tuple[str, UUID | None]], by: Actor, incident: UUID, now: datetime
) -> int:
    """Decide rows that wait: the same as a candidate, another person, take as read, leave out. Remembered."""
    made = find(upload, lock=True)
    _require(by, kinds.KINDS[made.kind], made.area, incident)
    if made.state not in ("previewed", "run") or made.queued:
        raise WrongState(state=made.queued or made.state)
    rows = []
    for row in ImportRow.objects.filter(upload=made, row__in=list(choices), said_x__isnull=False):
        choice, subject = choices[row.row]
        if choice not in CHOICES or (choice == SAME) != (subject is not None):
            raise BadInput(problem=f"{row.row}: {choice}")
        if subject is not None and subject not in row.candidates:
            raise NotFound
        words = bytes(row.said_x or b"")
        identity = derive_id(incident, "decision", made.area, words.hex())
        rows.append((identity, incident, made.area, made.id, words, choice, subject, by.account, now))
    bulk.insert(ImportDecision, DECISION, rows, update=DECISION[3:])
    journal.write(
        action="imports.decide", by=by, incident=incident, area=made.area, subjects=[made.id], count=len(rows)
    )
    return len(rows)


def run(*, upload: UUID, by: Actor, incident: UUID, now: datetime, here: bool = False) -> Import:
    """Take the file in, in one transaction; after a run, only the rows that waited and are decided by now.

    Files of people need not be looked at before: they can be taken back.
    """
    made = find(upload, lock=True)
    _require(by, kinds.KINDS[made.kind], made.area, incident)
    is_ready = (
        made.state == "previewed"
        or (made.state == "mapped" and made.kind in kinds.OF_PEOPLE)
        or (made.state == "run" and made.counts.get("doubtful"))
    )
    if made.queued or not is_ready:
        raise WrongState(state=made.queued or made.state)
    return _begin(made, "run", by, now, here)


def take_in(made: Import, by: Actor, now: datetime) -> None:
    """The run itself."""
    only: set[int] | None = None
    if made.state == "run":
        only = set(ImportRow.objects.filter(upload=made, result="doubtful").values_list("row", flat=True))
    worker = engine.Worker(made, by, now)
    parts = kept.kept(made, worker.held) if only is None else None
    judged = worker.judge(parts or worker.read(open_table(made), now.year, only), write=True)
    if only is None:
        _show_first(made, worker, judged)
    else:
        deque(judged, maxlen=0)
    kept.forget(made)
    made.counts = worker.settle(only)
    made.state, made.queued, made.run_at = "run", "", now
    made.save(update_fields=["shown_c", "counts", "state", "queued", "run_at"])
    journal.write(
        action="imports.run", by=by, incident=made.incident, area=made.area, subjects=[made.id],
        count=int(made.counts["taken"]), detail={"kind": made.kind, **{name: made.counts[name] for name in RESULTS}},
    )  # fmt: skip
    if made.kind in kinds.OF_PEOPLE and made.counts["taken"]:
        from muster.interop.imports import jobs

        jobs.compare(made, by)


def undo(*, upload: UUID, by: Actor, incident: UUID, now: datetime) -> Import:
    """Take an import back, as far as nothing of it is in use; the counts say what went and what stays."""
    made = find(upload, lock=True)
    _require(by, kinds.KINDS[made.kind], made.area, incident)
    if made.state != "run" or made.queued:
        raise WrongState(state=made.queued or made.state)
    made.counts = made.counts | engine.take_back(made, by, now)
    made.state, made.undone_at = "undone", now
    made.save(update_fields=["counts", "state", "undone_at"])
    journal.write(
        action="imports.undo", by=by, incident=incident, area=made.area, subjects=[made.id],
        count=int(made.counts["gone"]), detail={"kept": made.counts["kept"]},
    )  # fmt: skip
    return made


STEPS = {"preview": preview, "run": take_in}
