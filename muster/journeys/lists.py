"""Every row of a pushed list wants its person asked once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core import bulk
from muster.domain.people import queries as people
from muster.domain.worklists.models import ListEntry
from muster.domain.worklists.rules import ItemKind, Want


def wants(entries: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """One wish per row; rows naming one person become one item with many causes. Rows follow their person."""
    rows = list(
        ListEntry.objects.filter(pk__in=entries, returned_at=None).values_list(
            "id", "resident", "area", "item", "list__deadline_at", "list__purpose"
        )
    )
    heads = people.heads({row[1] for row in rows})
    found, moved = [], []
    for entry, resident, listed_area, item, deadline, purpose in rows:
        head, area = heads.get(resident, (resident, listed_area))
        want = Want(
            kind=ItemKind.VERIFY,
            subject_kind="resident",
            subject=head,
            occasion="",
            area=area,
            source_kind="entry",
            source=entry,
            due_at=deadline,
            priority=3 if purpose == "contact" else 5,
        )
        found.append(want)
        if want.item(incident) != item:
            moved.append((entry, want.item(incident)))
    bulk.update(ListEntry, ("id", "item"), moved)
    return found
