"""Big files of persons are read in a process of their own, beside the one that takes them in: one core each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO

import msgspec

import muster
from muster.core.blind import BlindIndex
from muster.interop.imports.ahead import chunks_ahead
from muster.interop.imports.apart_child import LENGTH, Asked
from muster.interop.imports.kinds import Kind
from muster.interop.imports.reading import Reading
from muster.interop.imports.ready import unpacked
from muster.interop.tables.shapes import Table

COMMAND = (sys.executable, "-P", "-s", "-m", "muster.interop.imports.apart_child")
HOUSE = str(Path(muster.__file__).parents[1])


class Broken(RuntimeError):
    """The process that read a file ended before the file did."""


def read_apart(
    table: Table, kind: Kind, mapping: Mapping[str, int], year: int, held: BlindIndex
) -> Iterator[list[Reading]]:
    """The rows of a table, ready to be judged, in parts; raises `Broken` when the reader ends too soon.

    The reader is told the key of the blind indexes and no other secret; what it might complain of is not kept,
    for there are names in it.
    """
    asked = msgspec.msgpack.encode(Asked(held.index_key, kind.code, dict(mapping), year, table))
    # Hardly any environment: the reader needs no secret of the server.
    with subprocess.Popen(
        COMMAND,
        env={"PYTHONPATH": HOUSE},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        try:
            reader.stdin.write(asked)
            reader.stdin.close()
            for (words,) in chunks_ahead(_parts(reader.stdout), 1):
                part = unpacked(words)
                assert part is not None  # it is of this release
                yield part
        except BrokenPipeError as error:
            raise Broken from error
        finally:
            reader.kill()


def _parts(stream: IO[bytes]) -> Iterator[bytes]:
    while True:
        length = stream.read(LENGTH)
        size = int.from_bytes(length)
        words = stream.read(size)
        if len(length) < LENGTH or len(words) < size:
            raise Broken
        if not size:
            return
        yield words
