"""A pseudonymous copy of an incident as Parquet, by day and district: for exposure, linkage and figures at scale.

Every id is replaced by a keyed hash under the key of the incident; free text, names, addresses, positions and
everything sealed stay behind. Who destroys the key of the incident makes the copy unlinkable for good.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection, transaction

from muster import __version__
from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import Refusal
from muster.core.vault import vault
from muster.domain.cases.actions.exposure import NoRule, window_of
from muster.domain.cases.models import Case
from muster.domain.incidents import queries as incidents
from muster.domain.people.models import Resident
from muster.engines.analysis.figures import FIGURES
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.snapshot_tables import Source, sources

RIGHT = "reports.publish"
PAGE = 50_000
REMEMBERED = 1_000_000
CODE = re.compile(r"[a-z][a-z0-9_]{0,23}").fullmatch
PARTITIONS = 100_000
PARTS = ("day", "district")
Pseudonym = Callable[[UUID | None], str | None]


class PlaceTaken(Refusal):
    """There is something at the place of the snapshot already."""

    code = "reports.place_taken"
    status = 409
    texts = {
        "zh": "{place} 已存在。请换一个目录，或先删除旧的快照。",
        "en": "{place} exists already. Choose another directory, or remove the old snapshot first.",
    }


class Table(msgspec.Struct, frozen=True):
    """A table of the snapshot: how many rows, and which columns besides day and district."""

    rows: int
    columns: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """What a snapshot holds; `figures` are the live ones of the same instant, to check a count against."""

    muster: str
    incident: str
    made_at: datetime
    timezone: str
    tables: dict[str, Table]
    figures: dict[str, int]
    pseudonyms: str = "HMAC-SHA256 under the incident's key; the same id has the same pseudonym everywhere"


@contextmanager
def one_instant() -> Iterator[None]:
    """All reads inside see the database as of the first: for the command; a test has its own transaction."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        yield


def write(
    *, out: Path, by: Actor, incident: UUID, now: datetime, tell: Callable[[str, int], None]
) -> Manifest:
    """Write the snapshot of an incident into the directory `out`, which must not exist, and journal it."""
    held = incidents.get(incident)
    by.require(RIGHT, held.area, incident)
    if out.exists():
        raise PlaceTaken(place=str(out))
    pseudonym = pseudonyms(incident)
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    beside.mkdir(parents=True, mode=0o700)
    try:
        tables = {}
        for source in sources():
            tables[source.name] = _table(beside, source, incident, pseudonym)
            tell(source.name, tables[source.name].rows)
        tables["cases"] = _cases(beside, incident, now, pseudonym)
        manifest = Manifest(__version__, held.code, now, settings.TIME_ZONE, tables, _figures(incident, now))
        (beside / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")
        beside.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    journal.write(
        action="reports.snapshot", by=by, incident=incident, area=held.area,
        count=sum(table.rows for table in tables.values()), detail={"tables": len(tables)},
    )  # fmt: skip
    return manifest


def pseudonyms(incident: UUID) -> Pseudonym:
    """Ids to pseudonyms of this incident: nobody without its key can go back, or tell when an id was made."""
    key = vault(incident)

    @lru_cache(maxsize=REMEMBERED)
    def pseudonym(one: UUID | None) -> str | None:
        return None if one is None else key.index("snapshot", str(one)).hex()

    return pseudonym


def _figures(incident: UUID, now: datetime) -> dict[str, int]:
    """Live figures, by the queries of the reports."""
    asked = {code: read(Wanted(figure=code), now=now) for code in FIGURES}
    return {code: counting.value(ask, incident).value or 0 for code, ask in asked.items()}


def _table(place: Path, source: Source, incident: UUID, pseudonym: Pseudonym) -> Table:
    """One table, streamed in time order into a directory for each day and district."""
    import pyarrow as pa
    import pyarrow.dataset as ds

    schema = schema_of(source)
    zone = ZoneInfo(settings.TIME_ZONE)
    written = 0
    held = connection.connection  # the writer asks for pages in a thread of its own, where Django has none

    def batches() -> Iterator[Any]:
        nonlocal written
        for page in _pages(held, source.sql, incident):
            rows = [_row(source, row, written + nth, pseudonym, zone) for nth, row in enumerate(page)]
            yield pa.RecordBatch.from_pylist(rows, schema=schema)
            written += len(page)

    parts = [name for name in PARTS if name in schema.names]
    ds.write_dataset(
        batches(), place / source.name, schema=schema, format="parquet", use_threads=False,
        partitioning=ds.partitioning(pa.schema([schema.field(name) for name in parts]), flavor="hive"),
        max_partitions=PARTITIONS,
    )  # fmt: skip
    return Table(written, [name for name in schema.names if name not in parts])


def schema_of(source: Source) -> Any:
    """The types of a table; `nth` is the order of the rows, the same for equal instants as in the database."""
    import pyarrow as pa

    kinds = {
        "id": pa.string(), "code": pa.string(), "number": pa.int64(), "flag": pa.bool_(),
        "instant": pa.timestamp("us", tz="UTC"), "date": pa.date32(),
    }  # fmt: skip
    fields = [("nth", pa.int64()), *((column.name, kinds[column.form]) for column in source.columns)]
    if source.day_of:
        fields.append(("day", pa.string()))
    return pa.schema([*fields, ("district", pa.string())])


def _pages(held: Any, sql: str, incident: UUID) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a question, a page at a time, by a cursor of the server."""
    with held.cursor(name=f"snapshot_{uuid4().hex}") as cursor:
        cursor.execute(sql, {"incident": incident})
        while page := cursor.fetchmany(PAGE):
            yield page


def _row(
    source: Source, row: Sequence[Any], nth: int, pseudonym: Pseudonym, zone: ZoneInfo
) -> dict[str, Any]:
    """A row as it goes out: ids hidden, codes only if they look like codes; the last value is the area."""
    made: dict[str, Any] = {"nth": nth, "district": f"{row[-1]:015d}"[:6]}
    for column, value in zip(source.columns, row, strict=False):
        if column.form == "id":
            made[column.name] = pseudonym(value)
        elif column.form == "code":
            made[column.name] = value if value and CODE(value) else None
        else:
            made[column.name] = value
    if source.day_of:
        made["day"] = made[source.day_of].astimezone(zone).date().isoformat()
    return made


def _cases(place: Path, incident: UUID, now: datetime, pseudonym: Pseudonym) -> Table:
    """The cases with their infectious windows, as `muster exposure` reads them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = []
    ill = Case.objects.filter(withdrawn_at=None).order_by("positive_at", "id")
    records = Resident.objects.filter(id__in=ill.values("resident"))
    person = dict(records.values_list("id", "canonical"))
    for case in ill:
        try:
            opens, closes = window_of(case, incident, now)
        except NoRule:  # a pack without a rule for contacts: no windows
            break
        if opens < closes:
            who = person.get(case.resident, case.resident)
            rows.append({"case": pseudonym(case.id), "person": pseudonym(who), "from": opens, "to": closes})
    instant = pa.timestamp("us", tz="UTC")
    schema = pa.schema([("case", pa.string()), ("person", pa.string()), ("from", instant), ("to", instant)])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), place / "cases.parquet")
    return Table(len(rows), schema.names)
