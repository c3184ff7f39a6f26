"""The exposure question from files to a file, on DuckDB or on Spark."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.engines.analysis import cases, duck, exposure, spark, tables_io, visits
from muster.engines.analysis.exposure import Generation, Rule
from muster.engines.analysis.problems import AnalysisError
from muster.engines.analysis.workbench import Duck, Spark, quoted

if TYPE_CHECKING:
    import duckdb

    from muster.engines.analysis.cases import Cases
    from muster.engines.analysis.visits import Visits

SUFFIXES = (".parquet", ".csv")
LONGEST = 10**10  # seconds: three hundred years
CASE_COLUMNS = ("case_id", "person", "place", "opens", "closes")


@dataclass(frozen=True)
class Question:
    """The files, the rule and the engine; `zone` names the zone of instants without an offset."""

    visits: Path
    cases: Path
    rule: Rule
    cells: Path | None = None
    zone: str | None = None
    engine: str = "duckdb"


@dataclass
class Answer:
    """What was looked at, what was left out and what was found."""

    visits: int
    refused: dict[str, int]
    cases: int
    unmapped_places: int = 0
    is_zone_assumed: bool = False
    generations: list[Generation] = field(default_factory=list)
    rows: int = 0
    seconds: float = 0.0

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)


def answer(
    question: Question, out: Path, *, tell: Callable[[Generation | Answer], None] = lambda _: None
) -> Answer:
    """Write the rows to `out` (Parquet or CSV by its suffix); raises AnalysisError before anything is written."""
    import duckdb

    _check(question, out)
    began = time.monotonic()
    with duck.connection() as con, tempfile.TemporaryDirectory(prefix="muster-exposure-") as place:
        work = Path(place)
        try:
            kinds = visits.FINER if question.engine == "duckdb" else visits.INSTANTS
            seen = visits.open_visits(con, question.visits, work, question.zone, kinds)
            given = cases.open_cases(con, question.cases, work, question.zone, seen.kinds)
            made = Answer(seen.total, dict(seen.refused), given.number)
            made.is_zone_assumed = question.zone is None and seen.is_aware != given.is_aware
            if question.cells:
                made.unmapped_places = _cells(con, question.cells, seen, work)
            tell(made)
            found = _found(con, question, seen, work, made, tell)
            made.rows = _write(con, found, out, seen, given)
        except (duckdb.Error, OSError) as error:
            reason = str(error).splitlines()[0]
            raise AnalysisError(
                f"计算失败：{reason}", f"the question could not be answered: {reason}"
            ) from error
    made.seconds = round(time.monotonic() - began, 3)
    return made


def _check(question: Question, out: Path) -> None:
    """What can be known before any work."""
    rule = question.rule
    if out.suffix.lower() not in SUFFIXES:
        raise AnalysisError("--out 的文件名须以 .parquet 或 .csv 结尾", "--out must end in .parquet or .csv")
    if not out.resolve().parent.is_dir():
        raise AnalysisError(f"没有目录 {out.parent}", f"there is no directory {out.parent}")
    if out.is_dir() or out.resolve() in (question.visits.resolve(), question.cases.resolve()):
        raise AnalysisError(f"不能写入 {out}", f"{out} cannot be written to")
    seconds = [one for one in (rule.min_overlap, rule.within, rule.min_stay) if one is not None]
    if any(not math.isfinite(one) or one > LONGEST for one in seconds):
        raise AnalysisError("时长不是有效的秒数", "a number of seconds is out of range")
    if rule.min_overlap < 0 or rule.generations < 1:
        raise AnalysisError(
            "最短时长不能为负，代数至少为 1", "the minimum cannot be negative, generations begin at 1"
        )
    if any(option is not None and option <= 0 for option in (rule.within, rule.min_stay)):
        raise AnalysisError("--within 和 --min-stay 须大于 0", "--within and --min-stay must be more than 0")


def _cells(con: duckdb.DuckDBPyConnection, path: Path, seen: Visits, work: Path) -> int:
    """Fill the table `cells` (place, cell); returns how many places of the visits have no cell."""
    work = work / "cells"
    work.mkdir()
    table = tables_io.open_table(con, path, ("place", "cell"), work)
    tables_io.check_quotes(con, table, ("place", "cell"))
    place, cell = (tables_io.identity(table, name) for name in ("place", "cell"))
    con.execute(
        f"create or replace temp table cells as select distinct try_cast({place} as {seen.kinds[1]}) as place, "
        f"{cell} as cell from {table.relation}"
    )
    twice = con.execute(
        "select place from cells where place is not null group by place having count(distinct cell) > 1 limit 1"
    ).fetchone()
    if twice is not None:
        raise AnalysisError(
            f"{path} 中地点 {twice[0]} 有两个网格", f"the place {twice[0]} has two cells in {path}"
        )
    con.execute("delete from cells where place is null or cell is null")
    Duck(con).view("visits", seen.files, seen.columns)
    row = con.execute(
        "select count(*) from (select distinct place from visits where place is not null) v "
        "anti join cells using (place)"
    ).fetchone()
    assert row is not None
    return int(row[0])


def _found(
    con: duckdb.DuckDBPyConnection,
    question: Question,
    seen: Visits,
    work: Path,
    made: Answer,
    tell: Callable[[Generation | Answer], None],
) -> str:
    """Ask the engine; returns where DuckDB finds the rows."""
    in_cells = question.cells is not None
    if question.engine == "duckdb":
        bench = Duck(con, seen.instants)
        bench.view("visits", seen.files, seen.columns)
        shifted = "timezone('UTC', {0})" if seen.instants == "timestamptz" else "{0}"
        for name in ("opens", "closes"):
            con.execute(f"alter table cases alter {name} type {seen.instants} using {shifted.format(name)}")
        made.generations = exposure.trace(bench, question.rule, in_cells=in_cells, tell=tell)
        return "found"
    return _found_by_spark(con, question, seen, work, made, tell)


def _found_by_spark(
    con: duckdb.DuckDBPyConnection,
    question: Question,
    seen: Visits,
    work: Path,
    made: Answer,
    tell: Callable[[Generation | Answer], None],
) -> str:
    bench = Spark(spark.session(), work)
    tables: list[tuple[str, Sequence[str]]] = [("cases", CASE_COLUMNS)]
    if question.cells:
        tables.append(("cells", ("place", "cell")))
    with spark.failures():
        bench.view("visits", seen.files, seen.columns)
        for name, columns in tables:
            file = work / f"{name}.parquet"
            con.execute(f"copy {name} to {quoted(str(file))} (format parquet)")
            bench.view(name, [str(file)], dict(zip(columns, columns, strict=True)))
        made.generations = exposure.trace(bench, question.rule, in_cells=bool(question.cells), tell=tell)
        bench.save("found", work / "found")
    return f"read_parquet({quoted(str(work / 'found' / '*.parquet'))})"


def _write(con: duckdb.DuckDBPyConnection, found: str, out: Path, seen: Visits, given: Cases) -> int:
    """Write beside `out` and put it in place at once; the order of the rows is always the same."""
    is_csv = out.suffix.lower() == ".csv"
    first, last = (
        _instant(f"make_timestamp(epoch_us({name}))", is_csv, seen.is_aware)
        for name in ("first_at", "last_at")
    )
    overlap = (
        "case when us % 1000000 = 0 then cast(us // 1000000 as varchar) "
        "else rtrim(printf('%.6f', us / 1000000), '0') end"
        if is_csv
        else "us / 1000000"
    )
    form = "format csv, header" if is_csv else "format parquet"
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        row = con.execute(
            f'copy (select case_id as "case", person, generation, place, {first} as first_at, {last} as last_at, '
            f"{overlap} as overlap_s from {found} order by case_id, generation, person, place) "
            f"to {quoted(str(beside))} ({form})"
        ).fetchone()
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    assert row is not None
    return int(row[0])


def _instant(expression: str, is_csv: bool, is_aware: bool) -> str:
    if not is_csv:
        return f"timezone('UTC', {expression})" if is_aware else expression
    mark = "Z" if is_aware else ""
    whole, part = quoted(f"%Y-%m-%dT%H:%M:%S{mark}"), quoted(f"%Y-%m-%dT%H:%M:%S.%f{mark}")
    return (
        f"case when epoch_us({expression}) % 1000000 = 0 then strftime({expression}, {whole}) "
        f"else strftime({expression}, {part}) end"
    )
