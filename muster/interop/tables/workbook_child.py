"""Run as a script in a process of its own: a workbook on stdin, one msgpack answer on stdout.

Imports nothing of muster, so that it starts quickly and isolated (`python -I`).
"""

import datetime as dt
import io
import os
import resource
import sys
import zipfile
import zlib
from typing import Any
from xml.parsers import expat  # nosec: stops at any document type

import msgspec
import python_calamine as calamine

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 40
MAX_UNPACKED = 400 * 1024 * 1024
MAX_ENTRIES = 2_000
MAX_RATIO, RATIO_FROM = 200, 64 * 1024 * 1024
MAX_CELLS = 6_000_000
MAX_CHARS = 60_000_000
EXACT_DIGITS_BELOW = 1e15  # Excel keeps 15 digits; a longer number is no longer the id it was.
CHUNK = 1 << 16
MAX_TOKEN = 1 << 20  # A tag longer than this is an attack, and would be read again with every piece.
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    expat.ExpatError,
    EOFError,
    ValueError,
    NotImplementedError,
)


class Refused(Exception):
    """Carries the code and the details of a refusal to the answer."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


def limit() -> None:
    """Bound memory, processor time and files before a single byte is read."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


def check_zip(data: bytes) -> int:
    """Refuse hostile archives; count what really unpacks, not what the directory claims.

    Returns the number of cells that hold an Excel error, which the reader would give as blank.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise Refused("tables.bomb", entries=len(entries))
            for entry in entries:
                check_name(entry)
            unpacked, errors = 0, 0
            for entry in entries:
                unpacked, found = unpack(archive, entry, unpacked, len(data))
                errors += found
            return errors
    except BROKEN_ZIP as error:
        raise Refused("tables.broken") from error


def check_name(entry: zipfile.ZipInfo) -> None:
    """Refuse names that leave the archive, locked entries and macros."""
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
        raise Refused("tables.zip_slip")
    if entry.flag_bits & 1:
        raise Refused("tables.encrypted")
    if name.lower().endswith("vbaproject.bin") or name.lower().startswith(("basic/", "xl/macrosheets/")):
        raise Refused("tables.macro")


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, before: int, packed: int) -> tuple[int, int]:
    """Read one entry in pieces; give the running total of bytes and the number of error cells in it."""
    total, errors, tail = before, 0, b""
    # The reader behind forgives cut or crossed tags and would lose rows in silence; expat does not.
    parser = strict_parser() if entry.filename.endswith((".xml", ".rels")) else None
    with archive.open(entry) as stream:
        while piece := stream.read(CHUNK):
            total += len(piece)
            if total > MAX_UNPACKED or (total > RATIO_FROM and total > MAX_RATIO * packed):
                raise Refused("tables.bomb", bytes=total)
            if parser is not None:
                parser.Parse(piece, False)
                if total - before - parser.CurrentByteIndex > MAX_TOKEN:
                    raise Refused("tables.bomb", bytes=total)
            seen = tail + piece
            if b"macroEnabled" in seen and entry.filename == "[Content_Types].xml":
                raise Refused("tables.macro")
            if b"manifest:encryption-data" in seen:
                raise Refused("tables.encrypted")
            if entry.filename.startswith("xl/worksheets/"):
                errors += seen.count(b' t="e"') - tail.count(b' t="e"')
            tail = seen[-24:]
    if parser is not None:
        parser.Parse(b"", True)
    return total, errors


def strict_parser() -> expat.XMLParserType:
    """A parser that stops at a document type, before any entity is defined or fetched."""
    parser = expat.ParserCreate()

    def refuse(*_declaration: object) -> None:
        raise Refused("tables.dtd")

    parser.StartDoctypeDeclHandler = refuse
    return parser


def check_ole(data: bytes) -> None:
    """Old workbooks: tell locked ones and those with macros from plain ones."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("tables.encrypted")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise Refused("tables.macro")


def as_text(cell: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, days and times as ISO."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if abs(cell) >= EXACT_DIGITS_BELOW:
            return f"{float(cell):.14E}"
        return str(int(cell)) if cell == int(cell) else format(cell, ".15g")
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, dt.time):
        return cell.isoformat("seconds")
    if isinstance(cell, dt.timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
    return str(cell.isoformat())


def choose(book: calamine.CalamineWorkbook, wanted: str | None) -> tuple[calamine.CalamineSheet, list[str]]:
    """The wanted sheet, or the first visible one that holds anything; and the names of other filled ones."""
    found: calamine.CalamineSheet | None = None
    others = []
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.end is None:
            continue
        fits = meta.name == wanted if wanted else meta.visible == calamine.SheetVisibleEnum.Visible
        if found is None and fits:
            found = sheet
        else:
            others.append(meta.name)
    if found is None:
        raise Refused("tables.no_sheet" if wanted else "tables.empty")
    return found, others


def read_cells(sheet: calamine.CalamineSheet) -> list[list[str]]:
    """All rows as text, within the limits."""
    if sheet.height * sheet.width > MAX_CELLS:
        raise Refused("tables.too_large", limit=MAX_CELLS)
    rows, chars = [], 0
    for cells in sheet.iter_rows():
        row = [cell if type(cell) is str else as_text(cell) for cell in cells]
        chars += sum(map(len, row))
        if chars > MAX_CHARS:
            raise Refused("tables.too_large", limit=MAX_CHARS)
        rows.append(row)
    return rows


def fill_merged(sheet: calamine.CalamineSheet, rows: list[list[str]]) -> int:
    """Give every row of a merged column cell its value (one household, one address); how many filled."""
    top, left = sheet.start or (0, 0)
    filled, looked = 0, 0
    for (first, column), (last, last_column) in sheet.merged_cell_ranges or []:
        if column != last_column or not left <= column < left + sheet.width:
            continue
        looked += min(last - top + 1, len(rows))
        if looked > MAX_CELLS:
            raise Refused("tables.bomb", cells=looked)
        for at in range(max(first - top, 0) + 1, min(last - top + 1, len(rows))):
            if not rows[at][column - left]:
                rows[at][column - left] = rows[max(first - top, 0)][column - left]
                filled += 1
    return filled


def answer(data: bytes, wanted: str | None) -> dict[str, Any]:
    """The sheet with its cautions, ready to encode."""
    errors = 0
    if data.startswith(b"PK"):
        errors = check_zip(data)
    else:
        check_ole(data)
    book = calamine.load_workbook(io.BytesIO(data))
    sheet, others = choose(book, wanted)
    rows = read_cells(sheet)
    filled = fill_merged(sheet, rows)
    top = (sheet.start or (0, 0))[0] + 1
    kept = [(top + at, row) for at, row in enumerate(rows) if any(map(str.strip, row))]
    cautions: list[dict[str, Any]] = []
    if others:
        cautions.append({"code": "tables.other_sheets", "details": {"sheets": "、".join(others)}})
    if filled:
        cautions.append({"code": "tables.merged_filled", "details": {"cells": filled}})
    if errors:
        cautions.append({"code": "tables.error_cells", "details": {"cells": errors}})
    return {
        "name": sheet.name,
        "rows": [row for _, row in kept],
        "numbers": [number for number, _ in kept],
        "cautions": cautions,
    }


def main() -> None:
    """Answer one workbook."""
    limit()
    result: dict[str, Any]
    try:
        result = {"sheet": answer(sys.stdin.buffer.read(), sys.argv[1] if len(sys.argv) > 1 else None)}
    except Refused as refused:
        result = {"code": refused.code, "details": refused.details}
    except calamine.PasswordError:
        result = {"code": "tables.encrypted"}
    except calamine.CalamineError:
        result = {"code": "tables.broken"}
    except MemoryError:
        result = {"code": "tables.too_large"}
    sys.stdout.buffer.write(msgspec.msgpack.encode(result))


if __name__ == "__main__":
    main()
