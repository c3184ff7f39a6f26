"""Reading ahead: the next rows are read and normalised while the database takes in the ones before."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

V = TypeVar("V")
PARTS = 2
STEP = 8


def chunks_ahead(source: Iterable[V], size: int) -> Iterator[list[V]]:
    """The source in parts of `size`, `PARTS` ahead, read by a thread that touches nothing but the source.

    It steps back every few rows: whoever waits for the interpreter with an answer of the database in hand
    goes on at once, and reading fills the time in which the database works.
    """
    rows = iter(source)
    with ThreadPoolExecutor(1, "import-reader") as reader:
        following = deque(reader.submit(_part, rows, size) for _ in range(PARTS))
        while part := following.popleft().result():
            following.append(reader.submit(_part, rows, size))
            yield part


def _part(rows: Iterator[V], size: int) -> list[V]:
    part: list[V] = []
    while len(part) < size and (step := list(islice(rows, min(STEP, size - len(part))))):
        part += step
        time.sleep(0)
    return part
