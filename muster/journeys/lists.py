"""Every row of a pushed list wants its person asked once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core import bulk, prepared
from muster.domain.worklists.models import ListEntry
from muster.domain.worklists.rules import ItemKind, Want, item_id

# Entry by entry, by its id and nothing else: the planner would read every entry of every list in scope.
ASKING = """
select e.id, e.item, l.deadline_at, l.purpose, coalesce(r.canonical, e.resident), coalesce(r.area, e.area)
from unnest(%s::uuid[]) asked(id)
cross join lateral (select * from worklists_listentry o where o.id = asked.id offset 0) e
cross join lateral (select deadline_at, purpose from worklists_verificationlist v where v.id = e.list_id offset 0) l
left join lateral (select canonical, area from people_resident p where p.id = e.resident offset 0) r on true
where e.returned_at is null
"""


def wants(entries: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """One wish per row; rows naming one person become one item with many causes. Rows follow their person."""
    found, moved = [], []
    for entry, item, deadline, purpose, head, area in prepared.fetch(ASKING, [bulk.array(entries)]):
        now_at = item_id(incident, ItemKind.VERIFY, head, "")
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
            known=now_at,
        )
        found.append(want)
        if now_at != item:
            moved.append((entry, now_at))
    bulk.update(ListEntry, ("id", "item"), moved)
    return found
