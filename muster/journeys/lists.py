"""Every row of a pushed list wants its person asked once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.domain.people import queries as people
from muster.domain.worklists.models import ListEntry
from muster.domain.worklists.rules import ItemKind, Want


def wants(entries: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """One wish per row; rows naming one person become one item with many causes."""
    rows = list(
        ListEntry.objects.filter(pk__in=entries, returned_at=None).values_list(
            "id", "resident", "area", "list__deadline_at", "list__purpose"
        )
    )
    heads = people.heads({row[1] for row in rows})
    found = []
    for entry, resident, area, deadline, purpose in rows:
        found.append(
            Want(
                kind=ItemKind.VERIFY, subject_kind="resident", subject=heads.get(resident, (resident, area))[0],
                occasion="", area=area, source_kind="entry", source=entry, due_at=deadline,
                priority=3 if purpose == "contact" else 5,
            )
        )  # fmt: skip
    return found
