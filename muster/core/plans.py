"""A hint for pages by key: read in the order of the index and stop after a page.

Row security compares areas with values the planner does not know when it plans, so it takes a few rows for
all there are, gathers them into a bitmap and sorts them: 300,000 rows for a page of fifty.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

SETTINGS = ("enable_bitmapscan", "enable_sort", "enable_gathermerge")


@contextmanager
def in_index_order() -> Iterator[None]:
    """Without bitmaps and sorts until the end of the block; needs an open transaction, as every page has."""
    _switch("off")
    yield
    _switch("on")


def _switch(state: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"set local {name} = {state}" for name in SETTINGS))
