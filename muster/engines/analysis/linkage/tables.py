"""Read a table of text: csv in UTF-8 or GB 18030, with any of the usual separators; xlsx; Parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from muster.engines.analysis.problems import AnalysisError

Columns = dict[str, list[str | None]]


def read(path: Path) -> Columns:
    """Every cell as text, blank cells as None, by the names in the first row."""
    ending = path.suffix.lower()
    if ending == ".parquet":
        return _parquet(path)
    lines = _sheet(path) if ending in (".xlsx", ".xlsm", ".xls", ".ods") else _csv(path)
    if not lines:
        raise AnalysisError(f"{path.name} 是空的", f"{path.name} is empty")
    return _columns(path.name, lines)


def _csv(path: Path) -> list[list[str]]:
    """Rows of a text file; the separator is the one the header has most of."""
    raw = path.read_bytes()
    if b"\0" in raw[:4096] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise AnalysisError(f"{path.name} 不是文本表格", f"{path.name} is not a table of text")
    text = _text(path.name, raw)
    header = text.lstrip("\r\n").partition("\n")[0]
    separator = max(",\t;|，", key=header.count)
    csv.field_size_limit(1 << 20)
    try:
        read = csv.reader(
            io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
        )
        return [line for line in read if any(cell.strip() for cell in line)]
    except csv.Error as error:
        at = read.line_num
        raise AnalysisError(
            f"{path.name} 第 {at} 行读不了（引号不成对，或单元格过长）：{error}",
            f"line {at} of {path.name} cannot be read (a quote without its pair, or a cell too long): {error}",
        ) from error


def _text(name: str, raw: bytes) -> str:
    encodings = ("utf-16",) if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AnalysisError(f"{name} 的编码既不是 UTF-8 也不是 GB18030", f"{name} is neither UTF-8 nor GB 18030")


def _sheet(path: Path) -> list[list[str]]:
    """Rows of the first sheet of a workbook; whole numbers without a decimal point."""
    import python_calamine

    try:
        book = python_calamine.load_workbook(str(path))
        rows = book.get_sheet_by_index(0).to_python() if book.sheet_names else []
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise AnalysisError(
            f"{path.name} 打不开：{error}", f"{path.name} cannot be opened: {error}"
        ) from error
    lines = [[_cell(cell) for cell in row] for row in rows]
    return [line for line in lines if any(line)]


def _cell(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _parquet(path: Path) -> Columns:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise AnalysisError(
            f"{path.name} 打不开：{error}", f"{path.name} cannot be opened: {error}"
        ) from error
    return {
        name: [None if cell is None else _cell(cell) for cell in table.column(name).to_pylist()]
        for name in table.column_names
    }


def _columns(name: str, lines: list[list[str]]) -> Columns:
    """By column; short rows are filled up, a row with more cells than the header is refused."""
    header = [cell.strip() for cell in lines[0]]
    while header and not header[-1]:
        header.pop()
    if twice := sorted({one for one in header if one and header.count(one) > 1}):
        raise AnalysisError(f"{name} 有两列都叫 {twice[0]}", f"{name} has two columns named {twice[0]}")
    width = len(header)
    for at, line in enumerate(lines[1:], 2):
        if any(cell.strip() for cell in line[width:]):
            raise AnalysisError(
                f"{name} 第 {at} 行的单元格多于表头", f"row {at} of {name} has more cells than the header"
            )
    return {
        one: [(line[at].strip() or None) if at < len(line) else None for line in lines[1:]]
        for at, one in enumerate(header)
        if one
    }
