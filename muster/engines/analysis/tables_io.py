"""Tables from files: Parquet (a file or a directory of them) or CSV, told apart by content; instants in UTC."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from muster.engines.analysis.problems import AnalysisError
from muster.engines.analysis.workbench import quoted

if TYPE_CHECKING:
    import duckdb

NAIVE = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE")
AWARE = "TIMESTAMP WITH TIME ZONE"
AWARE_FINER = "TIMESTAMPTZ_NS"  # as pandas writes instants with an offset
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
FRACTIONS = ("DOUBLE", "FLOAT", "DECIMAL")  # whole numbers beside gaps, as pandas keeps them
WORDS = ("VARCHAR", "UUID", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT")
ZONED = r"([Zz]|[+-](0\d|1[0-8])(:?[0-5]\d)?)"
# ISO 8601 as an engine reads it, and as people also write it: small letters, blanks, commas, no separators.
STRICT = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-](0\d|1[0-8])(:?[0-5]\d)?)?)?$"
ISO = rf"^\s*\d{{4}}-?\d{{2}}-?\d{{2}}([Tt ]\d{{2}}:?\d{{2}}(:?\d{{2}}([.,]\d{{1,9}})?)?\s*{ZONED}?)?\s*$"
OFFSET = rf"^\s*[\d-]+[Tt ]\d{{2}}.*{ZONED}\s*$"
SPELLING = (
    (r"\s+([Z+-])", r"\1"),
    (r"^(\d{4})-?(\d{2})-?(\d{2})", r"\1-\2-\3"),
    (r"[T ](\d{2}):?(\d{2})", r"T\1:\2"),
    (r"(T\d{2}:\d{2}):?(\d{2})", r"\1:\2"),
)
CHUNK = 1 << 20
DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Table:
    """A file that DuckDB can read: what to write after FROM, and the type of each column by its small name."""

    path: Path
    relation: str
    kinds: Mapping[str, str]
    names: Mapping[str, str]
    files: Sequence[str]
    is_text: bool

    def column(self, name: str) -> str:
        """The column as the file spells it, quoted."""
        return '"' + self.names[name].replace('"', '""') + '"'


def open_table(con: duckdb.DuckDBPyConnection, path: Path, needed: Sequence[str], work: Path) -> Table:
    """Find out what the file is; AnalysisError when it is absent, empty, unreadable or lacks a column."""
    import duckdb

    files = _files(path)
    try:
        table = _parquet(con, path, files) if _is_parquet(files[0]) else _text(con, path, work)
        empty = con.execute(f"select 1 from {table.relation} limit 1").fetchone() is None
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise AnalysisError(f"{path} 无法读取：{reason}", f"{path} cannot be read: {reason}") from error
    missing = [name for name in needed if name not in table.kinds]
    if missing:
        has = ", ".join(table.names.values())
        raise AnalysisError(
            f"{path} 缺少列 {', '.join(missing)}；现有列：{has}",
            f"{path} lacks the column {', '.join(missing)}; it has: {has}",
        )
    if empty:
        raise _empty(path)
    return table


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(path.rglob("*.parquet"))
        if not found:
            raise AnalysisError(
                f"目录 {path} 中没有 Parquet 文件", f"the directory {path} holds no Parquet file"
            )
        return found
    if not path.is_file():
        raise AnalysisError(f"没有文件 {path}", f"there is no file {path}")
    if not path.stat().st_size:
        raise _empty(path)
    return [path]


def _empty(path: Path) -> AnalysisError:
    return AnalysisError(f"{path} 是空的：没有任何数据行", f"{path} is empty: it holds no row")


def _is_parquet(file: Path) -> bool:
    with open(file, "rb") as opened:
        return opened.read(4) == b"PAR1"


def _parquet(con: duckdb.DuckDBPyConnection, path: Path, files: Sequence[Path]) -> Table:
    names = [str(file) for file in files]
    relation = f"read_parquet([{', '.join(map(quoted, names))}], hive_partitioning = false)"
    described = con.execute(f"describe select * from {relation}").fetchall()
    spelled = {str(row[0]).strip().lower(): str(row[0]) for row in described}
    kinds = {str(row[0]).strip().lower(): str(row[1]) for row in described}
    return Table(path, relation, kinds, spelled, names, is_text=False)


def _text(con: duckdb.DuckDBPyConnection, path: Path, work: Path) -> Table:
    """A CSV as text, in UTF-8: with a byte-order mark, in UTF-16 or in GBK it is rewritten first."""
    readable = _in_utf8(path, work)
    with open(readable, encoding="utf-8-sig", newline="") as opened:
        line = opened.readline()
    mark = max(DELIMITERS, key=line.count)
    header = next(csv.reader([line], delimiter=mark), [])
    names = [name.strip().lower() for name in header]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AnalysisError(
            f"{path} 的列名重复：{', '.join(twice)}", f"{path} has a column twice: {', '.join(twice)}"
        )
    columns = ", ".join(f"{quoted(name or f'column{at}')}: 'VARCHAR'" for at, name in enumerate(names))
    relation = (
        f"read_csv({quoted(str(readable))}, auto_detect = false, header = true, delim = {quoted(mark)}, "
        f"quote = '\"', escape = '\"', columns = {{{columns}}}, nullstr = '', max_line_size = {CHUNK}, "
        "store_rejects = true)"
    )
    spelled = {name: name for name in names}
    return Table(path, relation, dict.fromkeys(names, "VARCHAR"), spelled, [str(readable)], is_text=True)


def _in_utf8(path: Path, work: Path) -> Path:
    with open(path, "rb") as opened:
        first = opened.read(4)
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _rewritten(path, "utf-16", work)
    if _reads_as(path, "utf-8"):
        return path
    if _reads_as(path, "gb18030"):
        return _rewritten(path, "gb18030", work)
    raise AnalysisError(
        f"{path} 既不是 Parquet，也不是 UTF-8 或 GBK 文本",
        f"{path} is neither Parquet nor text in UTF-8 or GBK",
    )


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with open(path, "rb") as opened:
        try:
            while chunk := opened.read(CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _rewritten(path: Path, encoding: str, work: Path) -> Path:
    made = work / f"{path.stem}.utf8.csv"
    with (
        open(path, encoding=encoding, newline="") as source,
        open(made, "w", encoding="utf-8", newline="") as out,
    ):
        try:
            while chunk := source.read(CHUNK):
                out.write(chunk)
        except UnicodeError as error:
            raise AnalysisError(f"{path} 的编码损坏", f"{path} is broken {encoding}") from error
    return made


def use_zone(con: duckdb.DuckDBPyConnection, zone: str | None) -> None:
    """Read instants without an offset in this zone; without one, in UTC."""
    try:
        ZoneInfo(zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise AnalysisError(f"没有时区 {zone}", f"there is no time zone {zone}") from error
    con.execute(f"set TimeZone = {quoted(zone or 'UTC')}")


def instant(table: Table, name: str) -> str:
    """An expression for a column's instants as UTC without an offset, empty where it is no ISO instant."""
    kind, column = table.kinds[name], table.column(name)
    if kind in (AWARE, AWARE_FINER):
        return f"cast({column} as timestamptz) at time zone 'UTC'"
    if kind in NAIVE:
        return f"cast(cast({column} as timestamp) as timestamptz) at time zone 'UTC'"
    if kind == "VARCHAR":
        readable = (
            f"case when regexp_matches({column}, {quoted(STRICT)}) then {column} "
            f"when regexp_matches({column}, {quoted(ISO)}) then {_spelled(column)} end"
        )
        return f"try_cast({readable} as timestamptz) at time zone 'UTC'"
    raise AnalysisError(
        f"{table.path} 的列 {name} 不是时间（类型 {kind}）",
        f"the column {name} of {table.path} holds no instants (its type is {kind})",
    )


def _spelled(column: str) -> str:
    """An ISO instant however it was written, as an engine reads it."""
    text = f"replace(upper(trim({column})), ',', '.')"
    for pattern, instead in SPELLING:
        text = f"regexp_replace({text}, {quoted(pattern)}, {quoted(instead)})"
    return text


def identity(table: Table, name: str) -> str:
    """An expression for an id: a whole number, or text (of a CSV without the blanks around it); empty is null."""
    kind, column = table.kinds[name], table.column(name)
    if kind in WHOLE:
        return f"cast({column} as bigint)"
    if kind.startswith(FRACTIONS):
        return f"case when {column} = floor({column}) then try_cast({column} as bigint) end"
    if kind in WORDS or kind.startswith("ENUM"):
        text = f"trim({column})" if table.is_text else f"cast({column} as varchar)"
        return f"nullif({text}, '')"
    raise AnalysisError(
        f"{table.path} 的列 {name} 不能作为编号（类型 {kind}）；请用文本或整数",
        f"the column {name} of {table.path} cannot be an id (its type is {kind}); use text or whole numbers",
    )


def is_aware(con: duckdb.DuckDBPyConnection, table: Table, names: Sequence[str], zone: str | None) -> bool:
    """Whether the instants carry an offset; AnalysisError when some do and some do not, and no zone was named."""
    kinds = {table.kinds[name] for name in names}
    with_offset, without = bool(kinds & {AWARE, AWARE_FINER}), bool(kinds & set(NAIVE))
    for name in names:
        if table.kinds[name] == "VARCHAR":
            column = table.column(name)
            seen = con.execute(
                f"select distinct regexp_matches({column}, {quoted(OFFSET)}) from {table.relation} "
                f"where regexp_matches({column}, {quoted(ISO)})"
            ).fetchall()
            with_offset, without = with_offset or (True,) in seen, without or (False,) in seen
    if with_offset and without and zone is None:
        raise AnalysisError(
            f"{table.path} 中有的时间带时区、有的不带；请用 --zone 说明不带的按哪个时区，例如 --zone Asia/Shanghai",
            f"some instants of {table.path} carry an offset and some do not; say with --zone which zone the others "
            "are in, for example --zone Asia/Shanghai",
        )
    return with_offset or zone is not None


def check_quotes(con: duckdb.DuckDBPyConnection, table: Table, names: Sequence[str]) -> None:
    """AnalysisError where a quote without its pair took other lines of a CSV along: those would be lost unsaid."""
    if not table.is_text:
        return
    asked = " or ".join(f"contains({table.column(name)}, chr(10))" for name in names)
    torn = con.execute(f"select count(*) from {table.relation} where {asked}").fetchall()[0][0]
    line = _rejected(con, table, "min(line)", "and error_type = 'UNQUOTED VALUE'")
    if torn or line:
        at = f"第 {line} 行附近" if line else "某一行", f"near line {line}" if line else "somewhere"
        raise AnalysisError(
            f"{table.path} {at[0]}有不成对的引号，后面的行会被吞掉；请改正后重试，未作任何计算",
            f"{table.path} has a quote without its pair {at[1]}, which swallows the lines after it; mend it and try "
            "again: nothing was answered",
        )


def malformed(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    """How many lines of a CSV the newest complete pass left out, because their columns are wrong."""
    return _rejected(con, table, "count(distinct line)") if table.is_text else 0


def _rejected(con: duckdb.DuckDBPyConnection, table: Table, what: str, more: str = "") -> int:
    row = con.execute(
        f"select {what} from reject_errors where scan_id = (select max(e.scan_id) from reject_errors e "
        f"join reject_scans s using (scan_id) where s.file_path = ?) {more}",
        [table.files[0]],
    ).fetchone()
    assert row is not None
    return int(row[0] or 0)
