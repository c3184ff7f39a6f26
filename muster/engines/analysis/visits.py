"""The visits of an exposure question: what is refused and why, and clean files that an engine reads in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from muster.engines.analysis import tables_io
from muster.engines.analysis.tables_io import Table
from muster.engines.analysis.workbench import quoted

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("person", "place", "start", "end")
# Types of instants that an engine reads as they are. Nanoseconds, as pandas writes them, are DuckDB's alone.
INSTANTS = {"TIMESTAMP": "timestamp", tables_io.AWARE: "timestamptz"}
FINER = {**INSTANTS, "TIMESTAMP_NS": "timestamp_ns"}
PLAIN = {**dict.fromkeys(tables_io.WHOLE, "bigint"), "VARCHAR": "varchar"}
# Why a visit is refused, in the order in which the reasons are looked for.
REASONS = {
    "no_person": ("没有人员编号", "no person"),
    "no_place": ("没有地点编号", "no place"),
    "no_start": ("开始时间缺失或无法识别", "start missing or not an ISO instant"),
    "no_end": ("结束时间缺失或无法识别", "end missing or not an ISO instant"),
    "reversed": ("结束早于开始", "end before start"),
    "empty": ("开始与结束相同", "start and end are the same"),
    "malformed": ("列数不符", "wrong number of columns"),
}


@dataclass(frozen=True)
class Visits:
    """Parquet files whose rows may all be used, or never match; `refused` counts the others by reason."""

    files: Sequence[str]
    columns: Mapping[str, str]
    kinds: tuple[str, str]  # of person and place: bigint or varchar
    instants: str  # timestamp, timestamptz or timestamp_ns
    is_aware: bool
    total: int
    refused: Mapping[str, int]


def open_visits(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    work: Path,
    zone: str | None,
    instants: Mapping[str, str] = INSTANTS,
) -> Visits:
    """Look at every row once. Parquet with usable types is read in place; anything else is rewritten into `work`."""
    table = tables_io.open_table(con, path, COLUMNS, work)
    tables_io.check_quotes(con, table, COLUMNS)
    tables_io.use_zone(con, zone)
    is_aware = tables_io.is_aware(con, table, ("start", "end"), zone)
    if _is_plain(table, zone, instants) and not _any(con, table, "{person} = '' or {place} = ''"):
        return _in_place(con, table, is_aware)
    return _rewritten(con, table, work, is_aware)


def _is_plain(table: Table, zone: str | None, instants: Mapping[str, str]) -> bool:
    kinds = [table.kinds[name] for name in COLUMNS]
    if table.is_text or kinds[2] != kinds[3] or kinds[2] not in instants:
        return False
    is_shifted = zone not in (None, "UTC") and kinds[2] != tables_io.AWARE
    return not is_shifted and kinds[0] in PLAIN and kinds[1] in PLAIN


def _any(con: duckdb.DuckDBPyConnection, table: Table, condition: str) -> bool:
    """Whether a text id is empty: answered from the statistics of the file, where it has them."""
    parts = condition.split(" or ")
    asked = [part for part, name in zip(parts, COLUMNS, strict=False) if table.kinds[name] == "VARCHAR"]
    filled = [part.format(person=table.column("person"), place=table.column("place")) for part in asked]
    return any(
        con.execute(f"select 1 from {table.relation} where {part} limit 1").fetchone() is not None
        for part in filled
    )


def _in_place(con: duckdb.DuckDBPyConnection, table: Table, is_aware: bool) -> Visits:
    """Refused rows match nothing by themselves (null, empty or backwards), so that counting them is enough."""
    person, place, start, end = (table.column(name) for name in COLUMNS)
    total = _count(con, table, "true")
    suspects = [f"{column} is null" for column in (person, place, start, end)] + [f"{end} <= {start}"]
    refused: Mapping[str, int] = {}
    if any(_count(con, table, suspect) for suspect in suspects):
        refused = _reasons(con, table)
    return Visits(
        files=table.files,
        columns=dict(zip(("person", "place", "starts", "ends"), (table.names[name] for name in COLUMNS), strict=True)),
        kinds=(PLAIN[table.kinds["person"]], PLAIN[table.kinds["place"]]),
        instants=FINER[table.kinds["start"]],
        is_aware=is_aware,
        total=total,
        refused=refused,
    )  # fmt: skip


def _count(con: duckdb.DuckDBPyConnection, table: Table, condition: str) -> int:
    row = con.execute(f"select count(*) from {table.relation} where {condition}").fetchone()
    assert row is not None
    return int(row[0])


def _judged(table: Table) -> str:
    """Every row with its clean values and the reason why it is refused, if it is."""
    person, place = (tables_io.identity(table, name) for name in ("person", "place"))
    start, end = (tables_io.instant(table, name) for name in ("start", "end"))
    return f"""
        select *, case when person is null then 'no_person' when place is null then 'no_place'
            when starts is null then 'no_start' when ends is null then 'no_end'
            when ends < starts then 'reversed' when ends = starts then 'empty' end as reason
        from (select {person} as person, {place} as place, {start} as starts, {end} as ends from {table.relation}) t
    """


def _reasons(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    found = con.execute(
        f"select reason, count(*) from ({_judged(table)}) j where reason is not null group by reason"
    ).fetchall()
    counts = {str(reason): int(number) for reason, number in found}
    return {reason: counts[reason] for reason in REASONS if reason in counts}


def _rewritten(con: duckdb.DuckDBPyConnection, table: Table, work: Path, is_aware: bool) -> Visits:
    """Clean rows as Parquet, in time order, so that every generation skips by time."""
    made = work / "visits.parquet"
    total, refused = _count(con, table, "true"), _reasons(con, table)
    con.execute(
        f"copy (select person, place, starts, ends from ({_judged(table)}) j where reason is null order by starts) "
        f"to {quoted(str(made))} (format parquet)"
    )
    malformed = tables_io.malformed(con, table)
    if malformed:
        refused["malformed"] = malformed
    described = con.execute(f"describe select * from read_parquet({quoted(str(made))})").fetchall()
    kinds = {str(row[0]): PLAIN[str(row[1])] for row in described[:2]}
    names = ("person", "place", "starts", "ends")
    return Visits(
        files=[str(made)],
        columns=dict(zip(names, names, strict=True)),
        kinds=(kinds["person"], kinds["place"]),
        instants="timestamp",
        is_aware=is_aware,
        total=total + malformed,
        refused=refused,
    )
