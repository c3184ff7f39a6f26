"""What a caller sees of the person whose item is held: opened with the lease, and written to the journal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import journal
from muster.core.access import Actor
from muster.core.errors import Refusal
from muster.core.vault import vault
from muster.domain.people import sealing
from muster.domain.people.models import Identity
from muster.domain.worklists import queries
from muster.domain.worklists.models import Attempt, WorkItem


class LeaseOver(Refusal):
    """The item is not held any more: nothing of it is shown."""

    code = "worklists.lease_over"
    texts = {
        "zh": "这条任务已不在您手中（已记录、已归还或占用到期），页面不再显示居民信息。请领取下一条。",
        "en": "You do not hold this item any more (recorded, given back, or the time ran out), so nothing about the "
        "person is shown. Take the next one.",
    }


class Opened(msgspec.Struct, frozen=True):
    """A held item with its person in clear, the calls so far with what was written down, the spoken code, and
    what the lists that name the person ask to say."""

    item: WorkItem
    clear: sealing.Clear
    tries: list[tuple[Attempt, str]]
    code: str
    scripts: list[queries.Wording]


def open_call(item: UUID, *, by: Actor, incident: UUID, now: datetime) -> Opened:
    """Open the person of an item that `by` holds now. Needs no reason: the lease is the reason, and is journalled."""
    held = WorkItem.objects.filter(pk=item, leased_by=by.by, leased_until__gt=now, state="open").first()
    if held is None or held.leased_at is None:
        raise LeaseOver
    by.require("worklists.record", held.area, incident)
    journal.write(
        action="worklists.open_call", by=by, incident=incident, area=held.area, subjects=[held.subject],
        detail={"item": str(held.id)},
    )  # fmt: skip
    sealed = Identity.objects.filter(pk=held.subject).first()
    return Opened(
        item=held,
        clear=sealing.opened(vault(incident), sealed) if sealed else sealing.Clear(),
        tries=[(one, queries.note_of(one)) for one in queries.attempts([held.subject])],
        code=queries.proof_of(held),
        scripts=queries.scripts_of(held.id, incident),
    )


def held_by(by: Actor, now: datetime) -> UUID | None:
    """The item this caller took last and still holds."""
    mine = WorkItem.objects.filter(leased_by=by.by, leased_until__gt=now, state="open")
    return mine.order_by("-leased_at").values_list("id", flat=True).first()
