"""Reads: what happened to an item wherever that was recorded, where it came from, and where it is now.

Read as the system: who sees an item, or has it on a list, sees what became of it, also in other areas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, prepared
from muster.core.access import scope, system
from muster.domain.worklists.models import WorkCause, WorkItem

HISTORY = """
select e.at, e.kind, e.by, e.detail, e.area from (
    select id, at, 'tried' as kind, by, outcome as detail, null::bigint as area from worklists_attempt where item = %s
    union all
    select id, at, case when returned then 'returned' else 'sent' end, by, reason, to_area
    from worklists_transfer where item = %s
    union all
    select id, at, case when closed then 'closed' else 'reopened' end, by, reason, null
    from worklists_closing where item = %s
) e where not exists (select from core_retraction r where r.target = e.id)
order by e.at desc, e.id desc limit 50
"""
# in the order in which the server had them: clocks of desks differ
WAYS = """
select item, area, returned from worklists_transfer where item = any(%s::uuid[]) order by tx, at, id
"""
PLACES = """
select id, area, state, step, attempts, last_outcome, next_try_at from worklists_workitem where id = any(%s::uuid[])
"""


class Event(msgspec.Struct, frozen=True):
    """Something that happened to an item: tried, sent, returned, closed or reopened."""

    at: datetime
    kind: str
    by: UUID
    detail: str  # an outcome or a reason
    area: int | None  # where it was sent


class Whereabouts(msgspec.Struct, frozen=True):
    """Where an item is and how far, without anything of the person."""

    area: int
    state: str
    step: str
    attempts: int
    last_outcome: str
    next_try_at: datetime | None


def history(item: UUID, incident: UUID) -> list[Event]:
    """What happened to an item that is visible here, newest first."""
    if not WorkItem.objects.filter(pk=item).exists():
        return []
    with scope(system(incident=incident), incident):
        return [Event(*row) for row in prepared.fetch(HISTORY, [item, item, item])]


def whereabouts(items: Iterable[UUID], incident: UUID) -> dict[UUID, Whereabouts]:
    """Where the items of a visible list are that went out of sight."""
    asked = bulk.array(items)
    with scope(system(incident=incident), incident):
        return {row[0]: Whereabouts(*row[1:]) for row in prepared.fetch(PLACES, [asked])}


def senders(items: Iterable[UUID], incident: UUID) -> dict[UUID, int]:
    """The area that sent each item on last and has not got it back: there it goes when it is not ours."""
    ways: defaultdict[UUID, list[int]] = defaultdict(list)
    with scope(system(incident=incident), incident, savepoint=False):
        for item, area, returned in prepared.fetch(WAYS, [bulk.array(items)]):
            if not returned:
                ways[item].append(area)
            elif ways[item]:
                ways[item].pop()
    return {item: way[-1] for item, way in ways.items() if way}


def sources(items: Iterable[UUID], kind: str, incident: UUID) -> dict[UUID, list[UUID]]:
    """Who asks for each of these items: the sources of one kind."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    with scope(system(incident=incident), incident):
        rows = WorkCause.objects.filter(item__in=list(items), source_kind=kind, wanted=True).order_by(
            "source"
        )
        for item, source in rows.values_list("item", "source"):
            found[item].append(source)
    return found
