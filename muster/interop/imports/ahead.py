"""Reading ahead: the next rows are read and normalised while the database takes in the ones before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

V = TypeVar("V")


def chunks_ahead(source: Iterable[V], size: int) -> Iterator[list[V]]:
    """The source in parts of `size`, one part ahead, read by a thread that touches nothing but the source."""
    rows = iter(source)
    with ThreadPoolExecutor(1, "import-reader") as reader:
        following = reader.submit(_part, rows, size)
        while part := following.result():
            following = reader.submit(_part, rows, size)
            yield part


def _part(rows: Iterator[V], size: int) -> list[V]:
    return list(islice(rows, size))
