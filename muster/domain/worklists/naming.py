"""Reads: which lists name people, and what earlier lists and calls knew of the rows of a new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk


class Naming(msgspec.Struct, frozen=True):
    """A list that names somebody: who sent it, what for, when, until when."""

    title: str
    source: str
    purpose: str
    received_at: datetime
    deadline_at: datetime | None


NAMED = """
select e.resident, l.title, l.source, l.purpose, l.received_at, l.deadline_at
from unnest(%s::uuid[]) who(id) join worklists_listentry e on e.resident = who.id
join worklists_verificationlist l on l.id = e.list_id where e.returned_at is null
order by l.received_at desc, l.id, e.row
"""


def lists_naming(residents: Iterable[UUID]) -> dict[UUID, list[Naming]]:
    """The lists that name each of these residents, the newest first."""
    found: defaultdict[UUID, list[Naming]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(NAMED, [bulk.array(set(residents))])
        for resident, *fields in cursor.fetchall():
            found[resident].append(Naming(*fields))
    return dict(found)


KNOWN = """
select count(*) filter (where exists (
    select from worklists_listentry o where o.item = e.item and o.list_id <> e.list_id and o.returned_at is null)),
  count(*) filter (where w.attempts > 0), count(*) filter (where w.state = 'done')
from worklists_listentry e left join worklists_workitem w on w.id = e.item
where e.list_id = %s and e.returned_at is null
"""


def known_before(pushed: UUID) -> dict[str, int]:
    """Of the rows of a list: how many persons other lists name as well, were called already, are verified already."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [pushed])
        listed, called, verified = cursor.fetchone()
    return {"listed": listed, "called": called, "verified": verified}
