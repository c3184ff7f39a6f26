"""Taking back the rows of a list that was imported by mistake, and entering them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from muster.core import bulk, journal, prepared
from muster.core.access import Actor
from muster.core.told import Done
from muster.domain.worklists.models import ListEntry, VerificationList, WorkItem


def return_entries(*, lists: Iterable[UUID], by: Actor, incident: UUID, now: datetime) -> Done:
    """Return the rows of lists; those whose work was tried or done since stay. `data` counts both by list."""
    done = Done()
    for found in VerificationList.objects.filter(pk__in=set(lists)):
        by.require("worklists.list", found.area, incident)
        entries = dict(ListEntry.objects.filter(list=found.id, returned_at=None).values_list("id", "item"))
        bulk.lock(WorkItem, entries.values())
        items = WorkItem.objects.filter(pk__in=set(entries.values()))
        used = {
            item
            for item, state, tries in items.values_list("id", "state", "attempts")
            if tries or state == "done"
        }
        gone = {entry for entry, item in entries.items() if item not in used}
        bulk.update(ListEntry, ("id", "returned_at"), [(entry, now) for entry in sorted(gone)])
        done.touch("worklists.entry", gone)
        done.data[found.id] = {"returned": len(gone), "kept": len(entries) - len(gone)}
        journal.write(
            action="worklists.return_list",
            by=by,
            incident=incident,
            area=found.area,
            subjects=[found.id],
            count=len(gone),
        )
    return done


GONE = "select id from worklists_listentry where id = any(%s::uuid[]) and returned_at is not null order by id"


def enter_again(entries: Iterable[UUID]) -> set[UUID]:
    """Those of these entries that were returned and are asked for again. Part of a push."""
    again = [row[0] for row in prepared.fetch(GONE, [bulk.array(entries)])]
    bulk.update(ListEntry, ("id", "returned_at"), [(entry, None) for entry in again])
    return set(again)
