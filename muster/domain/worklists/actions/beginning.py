"""Items as they begin: written whole at once, so that a long list is not written twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from muster.core import bulk, prepared
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import (
    CallingRules,
    Cause,
    ItemState,
    Want,
    Wanted,
    item_state,
    step_of,
    wanted,
)

COLUMNS = (
    "id", "incident", "area", "kind", "subject_kind", "subject", "occasion", "building", "opened_at", "state", "step",
    "next_try_at", "done_at", "causes", "due_at", "priority", "satisfied_at",
)  # fmt: skip


def begin_items(
    listed: Mapping[tuple[UUID, UUID], Want], calling: CallingRules, incident: UUID, now: datetime
) -> tuple[set[UUID], set[UUID]]:
    """Open the items that are missing, each with what its causes come to.

    Returns those that are new, and those of them that are open with nothing else known, nor anything of their person:
    they are settled already.
    """
    grouped: defaultdict[UUID, list[Want]] = defaultdict(list)
    for (item, _), want in listed.items():
        grouped[item].append(want)
    state_of = cache(partial(_state, calling))
    rows = [_row(item, wants, state_of, incident, now) for item, wants in grouped.items()]
    fresh = bulk.insert(WorkItem, COLUMNS, rows)
    still_open = {row[0]: row[5] for row in rows if row[0] in fresh and row[9] == "open"}
    return fresh, _untouched(still_open)


def _state(calling: CallingRules, causes: tuple[Cause, ...]) -> tuple[Wanted, ItemState]:
    """What causes come to, and the state of an item that nobody has tried."""
    asked = wanted(causes)
    return asked, item_state(asked, (), calling)


def _row(
    item: UUID,
    wants: list[Want],
    state_of: Callable[[tuple[Cause, ...]], tuple[Wanted, ItemState]],
    incident: UUID,
    now: datetime,
) -> tuple[Any, ...]:
    # most rows of a list ask for the same by the same time: looked at once
    asked, state = state_of(tuple([Cause(want.due_at, want.priority, want.satisfied_at) for want in wants]))
    first = wants[0] if len(wants) == 1 else min(wants, key=lambda want: (want.priority, want.area))
    return (
        item, incident, first.area, first.kind, first.subject_kind, first.subject, first.occasion, first.building, now,
        state.state, step_of(first.kind, state.step), state.next_try_at, state.done_at, asked.causes, asked.due_at,
        asked.priority, asked.satisfied_at,
    )  # fmt: skip


# Calls may arrive before what they are about; people may have been joined before anything was asked of them.
UNTOUCHED = """
select i.id from unnest(%s::uuid[], %s::uuid[]) i(id, subject)
where not exists (select from worklists_attempt a where a.item = i.id)
and not exists (select from worklists_attempt o where o.subject = i.subject)
and not exists (select from worklists_closing r where r.item = i.id)
and not exists (select from people_resident t where t.canonical = i.subject and t.canonical <> t.id)
"""


def _untouched(subjects: Mapping[UUID, UUID]) -> set[UUID]:
    if not subjects:
        return set()
    asked = [bulk.array(subjects), bulk.array(subjects.values())]
    return {row[0] for row in prepared.fetch(UNTOUCHED, asked)}
