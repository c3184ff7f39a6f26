"""Hints for pages by key and for counts: read an index in its order, or alone.

Row security compares areas with values the planner does not know when it plans, so it takes a few rows for
all there are, gathers them into a bitmap and sorts them: 300,000 rows for a page of fifty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

COUNT = ("enable_bitmapscan", "enable_sort")
HASH = ("enable_nestloop", "enable_sort")
ORDER = (*COUNT, "enable_gathermerge")


@contextmanager
def in_index_order() -> Iterator[None]:
    """Without bitmaps and sorts until the end of the block; needs an open transaction, as every page has."""
    _switch(ORDER, "off")
    yield
    _switch(ORDER, "on")


@contextmanager
def by_index() -> Iterator[None]:
    """Without bitmaps and sorts until the end of the block: for a count that an index holds all columns of."""
    _switch(COUNT, "off")
    yield
    _switch(COUNT, "on")


@contextmanager
def by_hashing() -> Iterator[None]:
    """Without nested loops and sorts until the end of the block: for a join or count of most rows of its tables."""
    _switch(HASH, "off")
    yield
    _switch(HASH, "on")


def _switch(names: tuple[str, ...], state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"set local {name} = {state}" for name in names))
