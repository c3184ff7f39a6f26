"""What a desk decides about items: who does them, and which area they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import derive_id
from muster.core.models import Share
from muster.core.told import Done, Told
from muster.domain.worklists.models import Transfer, WorkItem

FACT = ("id", "incident", "area", "at", "by", "device")
SHARED_FOR = timedelta(days=30)


class AssignItems(msgspec.Struct, frozen=True):
    """Give items to a team or a responder (None: back to everybody)."""

    items: list[UUID]
    to: UUID | None = None


class TransferItems(msgspec.Struct, frozen=True):
    """Send items to another area, with their history and open work."""

    items: list[UUID]
    area: int
    reason: str = ""


class ReturnItems(msgspec.Struct, frozen=True):
    """Send items back to the area they came from: not ours."""

    items: list[UUID]
    reason: str = ""


def _visible(items: Sequence[UUID]) -> dict[UUID, WorkItem]:
    bulk.lock(WorkItem, items)
    return {item.id: item for item in WorkItem.objects.filter(pk__in=items)}


def assign_items(*, told: Sequence[Told[AssignItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Assign items; the answer says for each item what became of it."""
    done = Done()
    for one in told:
        items = _visible(one.body.items)
        allowed = by.allowed("worklists.assign", (item.area for item in items.values()), incident)
        good = [item.id for item in items.values() if item.area in allowed and item.state == "open"]
        WorkItem.objects.filter(pk__in=good).update(assignee=one.body.to)
        done.data[one.id] = _per_item(one.body.items, items, set(good), allowed)
        if good:
            area = items[good[0]].area
            journal.write(action="worklists.assign", by=by, incident=incident, area=area, subjects=good)
    return done


def _per_item(
    asked: Sequence[UUID], items: dict[UUID, WorkItem], good: set[UUID], allowed: set[int]
) -> dict[str, str]:
    """What became of each item asked for: done, or the code of why not."""
    answers = {}
    for item in asked:
        if item in good:
            answers[str(item)] = "done"
        elif item not in items:
            answers[str(item)] = NotFound.code
        elif items[item].area not in allowed:
            answers[str(item)] = NotAllowed.code
        else:
            answers[str(item)] = "worklists.not_open"
    return answers


def transfer_items(*, told: Sequence[Told[TransferItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Move items to another area; their persons are shared with it, and stay visible here."""
    done = Done()
    for one in told:
        items = _visible(one.body.items)
        allowed = by.allowed("worklists.assign", (item.area for item in items.values()), incident)
        good = {i.id: one.body.area for i in items.values() if i.area in allowed and i.area != one.body.area}
        _move(one, items, good, by, incident, now)
        done.data[one.id] = _per_item(one.body.items, items, set(good), allowed)
    return done


def return_items(*, told: Sequence[Told[ReturnItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Send items back where they came from."""
    done = Done()
    for one in told:
        items = _visible(one.body.items)
        allowed = by.allowed("worklists.assign", (item.area for item in items.values()), incident)
        good = {i.id: i.from_area for i in items.values() if i.area in allowed and i.from_area is not None}
        _move(one, items, good, by, incident, now)
        done.data[one.id] = _per_item(one.body.items, items, set(good), allowed)
    return done


MOVE = """
update worklists_workitem w set from_area = w.area, area = x.area, assignee = null, leased_by = null,
    leased_until = null
from unnest(%s::uuid[], %s::bigint[]) as x(id, area) where w.id = x.id
"""


def _move(
    one: Told[TransferItems] | Told[ReturnItems],
    items: Mapping[UUID, WorkItem],
    to: Mapping[UUID, int],
    by: Actor,
    incident: UUID,
    now: datetime,
) -> None:
    """Open the persons to both ends first, then write the fact, then move: a moved row is out of our sight."""
    if not to:
        return
    returned = isinstance(one.body, ReturnItems)
    _share_both_ends(one.id, items, to, by, incident, now)
    facts = []
    for item, area in to.items():
        said = (item, area, returned, one.body.reason[:40])
        facts.append((derive_id(one.id, item), incident, items[item].area, one.at, one.by, one.device, *said))
    bulk.insert(Transfer, (*FACT, "item", "to_area", "returned", "reason"), facts)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [[str(item) for item in to], list(to.values())])
    action = "worklists.return" if returned else "worklists.transfer"
    journal.write(action=action, by=by, incident=incident, area=next(iter(items.values())).area, subjects=to)


def _share_both_ends(
    told: UUID,
    items: Mapping[UUID, WorkItem],
    to: Mapping[UUID, int],
    by: Actor,
    incident: UUID,
    now: datetime,
) -> None:
    """The persons stay visible here and become visible there."""
    rows = []
    for item, area in to.items():
        for end in (area, items[item].area):
            said = (items[item].subject, end, items[item].area, "transfer", now + SHARED_FOR, by.by)
            rows.append((derive_id(told, item, end), incident, *said))
    bulk.insert(Share, ("id", "incident", "subject", "area", "from_area", "cause", "until", "by"), rows)
