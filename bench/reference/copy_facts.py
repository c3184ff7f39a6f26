"""The limit for phones: the rows a run left behind, once more, straight into bare tables by COPY over one connection.

The tables have the columns and indexes of the facts. Nothing is opened, checked, derived or journalled, and there is no
web server; one durable commit for as many rows as a phone sends at once.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import psycopg

MOST = 100_000  # rows of one table


def rate(dsn: str, tables: Sequence[str], rows_a_commit: int) -> float:
    """Rows a second."""
    rows, seconds = 0, 0.0
    with psycopg.connect(dsn, autocommit=True) as owner:
        for table in tables:
            lines = _lines(owner, table)
            owner.execute(
                f"create table bench_{table} (like {table} including indexes including defaults)".encode()
            )
            began = time.perf_counter()
            for start in range(0, len(lines), rows_a_commit):
                with owner.cursor() as cursor, cursor.copy(f"copy bench_{table} from stdin".encode()) as copy:
                    copy.write(b"".join(lines[start : start + rows_a_commit]))
            seconds += time.perf_counter() - began
            rows += len(lines)
            owner.execute(f"drop table bench_{table}".encode())
    return rows / seconds


def _lines(owner: psycopg.Connection[Any], table: str) -> list[bytes]:
    with (
        owner.cursor() as cursor,
        cursor.copy(f"copy (select * from {table} limit {MOST}) to stdout".encode()) as rows,  # noqa: S608
    ):
        return [bytes(line) for line in rows]
