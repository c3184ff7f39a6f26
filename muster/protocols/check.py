"""Everything wrong with a pack document: the form first, then whether it makes sense."""

from pathlib import Path

import msgspec

from muster.protocols import schema, sense
from muster.protocols.pack import Pack
from muster.protocols.problems import PackError, Problem
from muster.protocols.reading import Document, UnreadableError, read


def check(path: str | Path) -> list[Problem]:
    """All problems of the pack in a file, each with its place and line; an empty list means it is clean."""
    try:
        document = read(Path(path))
    except UnreadableError as error:
        return error.problems
    return _inspect(document)


def read_pack(path: str | Path) -> Pack:
    """The pack in a file; raises `PackError` with every problem."""
    try:
        document = read(Path(path))
    except UnreadableError as error:
        raise PackError(error.problems) from error
    found = _inspect(document)
    if found:
        raise PackError(found)
    return msgspec.convert(document.value, Pack)


def _inspect(document: Document) -> list[Problem]:
    """Problems of form; only a well-formed pack is asked whether it makes sense."""
    found = list(schema.problems(document.value))
    if not found:
        found = list(sense.problems(msgspec.convert(document.value, Pack)))
    placed = [msgspec.structs.replace(one, line=_line(document.lines, one.path)) for one in found]
    return sorted(placed, key=lambda one: (one.line or 0, one.path, one.en))


def _line(lines: dict[str, int], path: str) -> int | None:
    """The line of a path, or of the nearest part around it that is written down."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)
