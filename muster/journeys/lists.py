"""Every row of a pushed list wants its person asked once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core import bulk, prepared
from muster.domain.worklists.models import ListEntry
from muster.domain.worklists.rules import ItemKind, Want

ASKING = """
select e.id, e.item, l.deadline_at, l.purpose, coalesce(r.canonical, e.resident), coalesce(r.area, e.area)
from worklists_listentry e join worklists_verificationlist l on l.id = e.list_id
left join people_resident r on r.id = e.resident
where e.id = any(%s::uuid[]) and e.returned_at is null
"""


def wants(entries: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """One wish per row; rows naming one person become one item with many causes. Rows follow their person."""
    found, moved = [], []
    for entry, item, deadline, purpose, head, area in prepared.fetch(ASKING, [bulk.array(entries)]):
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
        if (now_at := want.item(incident)) != item:
            moved.append((entry, now_at))
    bulk.update(ListEntry, ("id", "item"), moved)
    return found
