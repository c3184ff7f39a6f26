"""Reads: how far each list is, and its rows page by page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection


class ListProgress(msgspec.Struct, frozen=True):
    """A list with its own completion: rows that still count, those done, those sent back."""

    id: UUID
    area: int
    title: str
    source: str
    purpose: str
    received_at: datetime
    deadline_at: datetime | None
    total: int
    done: int
    returned: int

    @property
    def left(self) -> int:
        """Rows that still want somebody."""
        return self.total - self.done


class EntryRow(msgspec.Struct, frozen=True):
    """One row of a list with the work about it; without a state the work is out of sight, in another area."""

    id: UUID
    row: int
    resident: UUID
    item: UUID
    how: str
    done: bool
    returned_at: datetime | None
    state: str | None
    step: str | None
    area: int | None
    attempts: int | None
    last_outcome: str | None
    next_try_at: datetime | None


LISTS = """
select l.id, l.area, l.title, l.source, l.purpose, l.received_at, l.deadline_at, c.total, c.done, c.returned
from (select * from worklists_verificationlist where area >= %(low)s and area < %(high)s
        and (%(one)s::uuid is null or id = %(one)s::uuid)
    order by deadline_at, id limit %(size)s) l
    cross join lateral (select count(*) filter (where e.returned_at is null) as total,
        count(*) filter (where e.returned_at is null and e.done) as done,
        count(*) filter (where e.returned_at is not null) as returned
        from worklists_listentry e where e.list_id = l.id) c
order by l.deadline_at, l.id
"""
ENTRIES = """
select e.id, e.row, e.resident, e.item, e.how, e.done, e.returned_at, i.state, i.step, i.area, i.attempts,
    i.last_outcome, i.next_try_at
from (select * from worklists_listentry where list_id = %(list)s and row > %(after)s and {which}
    order by row limit %(size)s) e
    left join worklists_workitem i on i.id = e.item
order by e.row
"""
WHICH = {
    "left": "returned_at is null and not done",
    "done": "returned_at is null and done",
    "returned": "returned_at is not null",
    "all": "true",
}


def _rows(sql: str, values: dict[str, Any]) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def lists(bounds: tuple[int, int], *, one: UUID | None = None, size: int = 50) -> list[ListProgress]:
    """Lists of these areas by their deadline, each with its own completion."""
    values = {"low": bounds[0], "high": bounds[1], "one": one, "size": size}
    return [ListProgress(*row) for row in _rows(LISTS, values)]


def entries(pushed: UUID, *, which: str = "left", after: int = -1, size: int = 50) -> list[EntryRow]:
    """Rows of a list after a number: those left, done, sent back, or all."""
    values = {"list": pushed, "after": after, "size": size}
    return [EntryRow(*row) for row in _rows(ENTRIES.format(which=WHICH[which]), values)]
