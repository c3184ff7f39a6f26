"""Statements that run in every batch: prepared once a connection, so that they are not planned again.

Row security makes planning dearer than running for small statements; Django's own cursor binds on the
client and therefore plans each time, and its connections prepare nothing unless told. Rows come back in
binary, decoded in C.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from psycopg.pq import Format
from psycopg.rows import tuple_row

MOST = 500  # statements that a connection keeps, the last used ones
NEVER = 10**9  # nothing is prepared for being frequent: only what is asked for here


def fetch(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement that returns rows."""
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(sql.encode(), params, prepare=True).fetchall()


def run(sql: str, params: Sequence[Any] = ()) -> int:
    """Run a statement that returns none; how many rows it changed."""
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(sql.encode(), params, prepare=True).rowcount


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    held = connection.connection
    assert held is not None
    if held.prepare_threshold is None:
        held.prepare_threshold, held.prepared_max = NEVER, MOST
    cursor = psycopg.Cursor(held, row_factory=tuple_row)
    cursor.format = Format.BINARY
    return cursor


def fetch_named(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The same with parameters by name."""
    with connection.wrap_database_errors, _cursor() as cursor:
        return cursor.execute(sql.encode(), values, prepare=True).fetchall()
