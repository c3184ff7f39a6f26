"""The cases of an exposure question: persons with a window, and notices of a place with a window."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from muster.engines.analysis import tables_io
from muster.engines.analysis.problems import AnalysisError
from muster.engines.analysis.tables_io import Table

if TYPE_CHECKING:
    import duckdb

COLUMNS = ("case", "person", "place", "from", "to")
SHOWN = 5
# Why a row cannot be used. A case that was left out would leave its contacts untraced: the file is refused.
FAULTS = {
    "no_source": ("既没有人员也没有地点", "neither a person nor a place"),
    "no_case": ("case 为空", "the case is empty"),
    "no_from": ("from 缺失或无法识别", "from is missing or not an ISO instant"),
    "no_to": ("to 缺失或无法识别", "to is missing or not an ISO instant"),
    "backwards": ("to 不晚于 from", "to is not after from"),
    "person": (
        "人员编号与 visits 的类型不符（visits 用整数）",
        "the person is no whole number, as in the visits",
    ),
    "place": (
        "地点编号与 visits 的类型不符（visits 用整数）",
        "the place is no whole number, as in the visits",
    ),
}


@dataclass(frozen=True)
class Cases:
    """How many there are in the table `cases` of the connection, and whether their instants carry an offset."""

    number: int
    is_aware: bool


def open_cases(
    con: duckdb.DuckDBPyConnection, path: Path, work: Path, zone: str | None, kinds: tuple[str, str]
) -> Cases:
    """Fill the table `cases` (case_id, person, place, opens, closes); `kinds` are those of the visits' ids."""
    work = work / "cases"
    work.mkdir()
    table = tables_io.open_table(con, path, ("from", "to"), work)
    if not {"person", "place"} & table.kinds.keys():
        raise AnalysisError(f"{path} 缺少列 person（或 place）", f"{path} lacks the column person (or place)")
    tables_io.check_quotes(con, table, [name for name in COLUMNS if name in table.kinds])
    tables_io.use_zone(con, zone)
    is_aware = tables_io.is_aware(con, table, ("from", "to"), zone)
    con.execute(f"create or replace temp table cases_read as {_read(table, kinds)}")
    _check(con, table)
    con.execute(
        f"create or replace temp table cases as select {_case_id(con, table)} as case_id, person, place, "
        "opens, closes from cases_read order by nth"
    )
    row = con.execute("select count(distinct case_id) from cases").fetchone()
    assert row is not None
    return Cases(int(row[0]), is_aware)


def _read(table: Table, kinds: tuple[str, str]) -> str:
    """Every row as it was read: a text beside what became of it, so that a fault can be named."""
    has = table.kinds.keys()
    person, place, case = (
        tables_io.identity(table, name) if name in has else "cast(null as varchar)"
        for name in ("person", "place", "case")
    )
    opens, closes = (tables_io.instant(table, name) for name in ("from", "to"))
    return f"""
        select row_number() over () as nth, case_told, person_told, place_told, opens, closes,
            try_cast(person_told as {kinds[0]}) as person, try_cast(place_told as {kinds[1]}) as place
        from (select {case} as case_told, {person} as person_told, {place} as place_told, {opens} as opens,
            {closes} as closes from {table.relation}) t
    """


def _check(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    no_case = "case_told is null" if "case" in table.kinds else "false"
    faulty = con.execute(f"""
        select nth, fault from (select nth, case when person_told is null and place_told is null then 'no_source'
            when {no_case} then 'no_case' when opens is null then 'no_from' when closes is null then 'no_to'
            when closes <= opens then 'backwards' when person is null and person_told is not null then 'person'
            when place is null and place_told is not null then 'place' end as fault from cases_read) t
        where fault is not null order by nth
    """).fetchall()
    left_out = tables_io.malformed(con, table)
    if not faulty and not left_out:
        return
    zh = [f"第 {at} 行：{FAULTS[fault][0]}" for at, fault in faulty[:SHOWN]]
    en = [f"row {at}: {FAULTS[fault][1]}" for at, fault in faulty[:SHOWN]]
    if left_out:
        zh.append(f"{left_out} 行列数不符")
        en.append(f"{left_out} rows with a wrong number of columns")
    number = len(faulty) + left_out
    raise AnalysisError(
        f"{table.path} 中 {number} 行病例不能用，未作任何计算。{'；'.join(zh)}",
        f"{number} rows of {table.path} cannot be used, and nothing was answered. {'; '.join(en)}",
    )


def _case_id(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The case column; without one the person, and for a notice its place."""
    if "case" in table.kinds:
        return "case_told"
    if con.execute("select 1 from cases_read where person is null").fetchone() is None:
        return "person"
    if con.execute("select 1 from cases_read where person is not null").fetchone() is None:
        return "place"
    return "coalesce(cast(person as varchar), cast(place as varchar))"
