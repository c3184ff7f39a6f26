"""The file itself, kept: packed, sealed by the incident's vault, read again for every step."""

from __future__ import annotations

import base64
import zlib
from typing import Any
from uuid import UUID

import msgspec

from muster.core.vault import Vault
from muster.interop.imports.line_words import LINES
from muster.interop.imports.refusals import FileRefused
from muster.interop.tables.read import read_table
from muster.interop.tables.shapes import Table, TableRefused

KIND = "note"


def read(data: bytes, name: str, kind: str = "") -> Table:
    """The table in a file; refused in both languages when there is none. A workbook with a sheet of the kind's name,
    as line lists of ours are, is read there."""
    try:
        try:
            return read_table(data, name, kind if kind in LINES else None)
        except TableRefused as problem:
            if problem.code != "tables.no_sheet":
                raise
            return read_table(data, name)
    except TableRefused as problem:
        raise FileRefused(problem) from problem


def seal_file(held: Vault, upload: UUID, data: bytes) -> bytes:
    """The bytes of a file as they are stored."""
    packed = base64.b64encode(zlib.compress(data, 1)).decode("ascii")
    return held.seal(packed, kind=KIND, table="interop_importfile", row=upload, field="sealed")


def open_file(held: Vault, upload: UUID, sealed: bytes | memoryview) -> bytes:
    """The bytes of a file as they came."""
    packed = held.open(sealed, kind=KIND, table="interop_importfile", row=upload, field="sealed")
    return zlib.decompress(base64.b64decode(packed))


def seal_words(held: Vault, table: str, row: UUID, words: Any) -> bytes:
    """Some words about a row or a file, sealed."""
    return held.seal(msgspec.json.encode(words).decode(), kind=KIND, table=table, row=row, field="shown_c")


def open_words(held: Vault, table: str, row: UUID, sealed: bytes | memoryview | None) -> Any:
    """What `seal_words` sealed; nothing of nothing."""
    if sealed is None:
        return {}
    return msgspec.json.decode(held.open(sealed, kind=KIND, table=table, row=row, field="shown_c"))


def cells_mark(held: Vault, table: Table) -> bytes:
    """The blind index of all cells: the same list saved under another name or encoding has the same."""
    lines = ["\x1f".join(table.header), *("\x1f".join(row) for row in table.rows)]
    return held.index("import_cells", "\x1e".join(lines))
