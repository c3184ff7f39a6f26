"""Hints for pages by key and for counts: read an index in its order, or alone.

Row security compares areas with values the planner does not know when it plans, so it takes a few rows for
all there are, gathers them into a bitmap and sorts them: 300,000 rows for a page of fifty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

BITMAP = ("enable_bitmapscan",)
LOOP = ("enable_nestloop",)
SETTINGS = (*BITMAP, "enable_sort", "enable_gathermerge")


@contextmanager
def in_index_order() -> Iterator[None]:
    """Without bitmaps and sorts until the end of the block; needs an open transaction, as every page has."""
    _switch(SETTINGS, "off")
    yield
    _switch(SETTINGS, "on")


@contextmanager
def by_index() -> Iterator[None]:
    """Without bitmaps until the end of the block: for a count that an index holds all columns of."""
    _switch(BITMAP, "off")
    yield
    _switch(BITMAP, "on")


@contextmanager
def by_hashing() -> Iterator[None]:
    """Without nested loops until the end of the block: for a join that meets most rows of its tables."""
    _switch(LOOP, "off")
    yield
    _switch(LOOP, "on")


def _switch(names: tuple[str, ...], state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"set local {name} = {state}" for name in names))
