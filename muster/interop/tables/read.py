"""The one door for files: `read_table` takes bytes and gives a `Table` or raises `TableRefused`."""

from muster.interop.tables import columns, delimited, workbook
from muster.interop.tables.shapes import Caution, RawSheet, Table, TableRefused

MAX_BYTES = 64 * 1024 * 1024
CUT_LIMITS = (65_536, 1_048_576)
ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN = (b"%PDF", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")
MARKUP = (b"<html", b"<table", b"<!doctype", b"<?xml", b"<meta", b"<style")


def read_table(data: bytes, name: str, sheet: str | None = None) -> Table:
    """Read a sheet (the first visible filled one unless named) of a csv, tsv, xlsx, xls or ods file.

    The kind is told by the content; `name` is used for messages only. Raises `TableRefused`.
    """
    if len(data) > MAX_BYTES:
        raise TableRefused("tables.too_large", name=name, bytes=len(data), limit=MAX_BYTES)
    if not data.strip():
        raise TableRefused("tables.empty", name=name)
    if data.startswith((ZIP, OLE)):
        return _table(workbook.read_workbook(data, name, sheet), "binary", name)
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(MARKUP) or data.startswith(FOREIGN):
        raise TableRefused("tables.unknown_format", name=name)
    text, encoding, cautions = delimited.decode(data, name)
    return _table(delimited.read_text(text, name, cautions), encoding, name)


def _table(raw: RawSheet, encoding: str, name: str) -> Table:
    """Split the sheet at its header and pad the rows to the header's width."""
    if not raw.rows:
        raise TableRefused("tables.empty", name=name)
    cautions = list(raw.cautions)
    if raw.numbers[-1] in CUT_LIMITS:
        cautions.append(Caution("tables.cut_at_limit", {"rows": raw.numbers[-1]}))
    at = columns.find_header(raw.rows)
    if at is None:
        cautions.append(Caution("tables.no_header"))
        width = max(len(row) for row in raw.rows[:100])
        header, start, header_number = ("",) * width, 0, 0
    else:
        header, start, header_number = tuple(raw.rows[at]), at + 1, raw.numbers[at]
        if at:
            cautions.append(Caution("tables.title_rows", {"rows": at}))
    width = len(header)
    rows = [_padded(row, width) for row in raw.rows[start:]]
    if not rows:
        raise TableRefused("tables.empty", name=name)
    return Table(raw.name, encoding, header, header_number, rows, raw.numbers[start:], tuple(cautions))


def _padded(row: list[str], width: int) -> tuple[str, ...]:
    """A row with the header's width; blanks beyond it are dropped, other surplus cells stay visible."""
    if len(row) < width:
        return (*row, *([""] * (width - len(row))))
    while len(row) > width and not row[-1].strip():
        row = row[:-1]
    return tuple(row)
