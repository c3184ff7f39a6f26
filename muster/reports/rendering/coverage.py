"""Which characters the packaged font can show. Typst prints an empty box for the others and does not say so."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

UNSHOWN = "〓"


@cache
def shown(font: Path) -> frozenset[tuple[int, int]]:
    """The ranges (first, last) of code points of the first face of a font collection, from its cmap (format 12)."""
    with font.open("rb") as file:
        tag, _, _, first = struct.unpack(">4sLLL", file.read(16))
        if tag != b"ttcf":
            raise ValueError(f"{font.name} is no font collection")
        file.seek(first + 4)
        (tables,) = struct.unpack(">H", file.read(2))
        file.seek(first + 12)
        where = {row[0]: row[2] for row in struct.iter_unpack(">4sLLL", file.read(16 * tables))}
        start = where[b"cmap"]
        file.seek(start + 2)
        (count,) = struct.unpack(">H", file.read(2))
        for _, _, offset in list(struct.iter_unpack(">HHL", file.read(8 * count))):
            file.seek(start + offset)
            (form,) = struct.unpack(">H", file.read(2))
            if form == 12:
                file.seek(start + offset + 12)
                (groups,) = struct.unpack(">L", file.read(4))
                return frozenset((a, b) for a, b, _ in struct.iter_unpack(">LLL", file.read(12 * groups)))
    raise ValueError(f"{font.name} has no table of characters")


@cache
def _characters(font: Path) -> frozenset[int]:
    return frozenset(code for first, last in shown(font) for code in range(first, last + 1))


def showable(text: str, font: Path) -> str:
    """The text with a mark in place of every character that would be an empty box."""
    known = _characters(font)
    return "".join(c if c in "\n\t" or ord(c) in known else UNSHOWN for c in text)
