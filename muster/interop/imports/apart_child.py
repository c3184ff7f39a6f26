"""Run as a module in a process of its own: a table of persons on stdin, its rows made ready on stdout, part by part.

It knows no more than the table and the key of blind indexes, asks no database, and keeps nothing.
"""

from __future__ import annotations

import resource
import sys
from itertools import islice

import msgspec

from muster.core.blind import BlindIndex
from muster.interop.imports.kinds import KINDS
from muster.interop.imports.reading import read_rows
from muster.interop.imports.ready import CHUNK, packed, ready
from muster.interop.tables.shapes import Table

LENGTH = 4  # bytes that say how long the next part is; none is left after a length of nothing


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What is to be read, and how."""

    index_key: bytes
    kind: str
    mapping: dict[str, int]
    year: int
    table: Table


def main() -> None:
    """Read one table."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # names would lie in it
    asked = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Asked)
    held = BlindIndex(asked.index_key)
    rows = (ready(held, row) for row in read_rows(asked.table, KINDS[asked.kind], asked.mapping, asked.year))
    out = sys.stdout.buffer
    while part := list(islice(rows, CHUNK)):
        words = packed(part)
        out.write(len(words).to_bytes(LENGTH) + words)
        out.flush()
    out.write(bytes(LENGTH))


if __name__ == "__main__":
    main()
