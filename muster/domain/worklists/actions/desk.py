"""What a desk decides about items, ten thousand at once: who does them, whose they are, whether they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import EVERYWHERE, Actor
from muster.core.errors import BadInput, NotAllowed, NotFound, Refusal
from muster.core.ids import derive_id
from muster.core.models import Share
from muster.core.told import Done, Told
from muster.domain.worklists import happened
from muster.domain.worklists.actions.reconciling import Locked, lock_items, recompute_items, retry_items
from muster.domain.worklists.actions.taking import NotOpen, NotYours
from muster.domain.worklists.models import Closing, Transfer

FACT = ("id", "incident", "area", "at", "by", "device")
SHARED_FOR = timedelta(days=30)
MOST = 10_000
DONE = "done"
Items = Annotated[list[UUID], msgspec.Meta(max_length=MOST)]
Reason = Annotated[str, msgspec.Meta(max_length=200)]
Judge = Callable[[Locked], type[Refusal] | None]


class NothingChanged(Refusal):
    """None of the items could be changed."""

    code = "worklists.nothing_changed"
    texts = {
        "zh": "{count} 项中没有一项可以这样处理，全部保持原样。逐项原因见明细。",
        "en": "None of the {count} items could be changed this way; all are as they were. Each reason is listed.",
    }


class IsOpen(Refusal):
    """The item is open already."""

    code = "worklists.is_open"
    texts = {"zh": "这条任务本来就是未办结状态。", "en": "This item is open already."}


class IsHere(Refusal):
    """The item belongs to that area already."""

    code = "worklists.is_here"
    texts = {"zh": "这条任务已经在该辖区。", "en": "This item is in that area already."}


class CameFromNowhere(Refusal):
    """The item was never transferred."""

    code = "worklists.never_sent"
    texts = {
        "zh": "这条任务不是从其他辖区转来的，无法退回。可改用“转派”。",
        "en": "This item was not sent here by another area, so it cannot be sent back. Transfer it instead.",
    }


class TakenUp(Refusal):
    """The other area has begun with it."""

    code = "worklists.taken_up"
    texts = {
        "zh": "对方辖区已经开始处理这条任务，不能再收回。",
        "en": "The other area has begun with this item; it cannot be taken back.",
    }


ANSWERS: dict[str, type[Refusal]] = {
    one.code: one
    for one in (NotFound, NotAllowed, NotOpen, NotYours, IsOpen, IsHere, CameFromNowhere, TakenUp)
}


class AssignItems(msgspec.Struct, frozen=True):
    """Give items to a team or a responder (None: back to everybody)."""

    items: Items
    to: UUID | None = None


class TransferItems(msgspec.Struct, frozen=True):
    """Send items to another area, with their history and open work."""

    items: Items
    area: int
    reason: Reason = ""


class ReturnItems(msgspec.Struct, frozen=True):
    """Send items back to the area they came from: not ours."""

    items: Items
    reason: Reason = ""


class RecallItems(msgspec.Struct, frozen=True):
    """Take items back that another area was sent and has not begun with."""

    items: Items
    reason: Reason = ""


class CloseItems(msgspec.Struct, frozen=True):
    """Nobody needs to do these any more."""

    items: Items
    reason: Reason = ""


class ReopenItems(msgspec.Struct, frozen=True):
    """These must be done (again)."""

    items: Items
    reason: Reason = ""


def _judged(
    one: Told[Any], by: Actor, incident: UUID, judge: Judge, done: Done, *, sender: bool = False
) -> dict[UUID, Locked]:
    """Lock the items and say of each what becomes of it; returns those that may be changed.

    The right counts where the item is, or, for the sender, where it came from.
    """
    items = lock_items(one.body.items)
    home = {item.id: (item.from_area or 0) if sender else item.area for item in items.values()}
    allowed = by.allowed("worklists.assign", home.values(), incident)
    answers: dict[str, str] = {}
    good: dict[UUID, Locked] = {}
    for asked in one.body.items:
        item = items.get(asked)
        refusal: type[Refusal] | None = NotFound
        if item is not None:
            mine = home[asked] in allowed or _holds(item, one, by, incident)
            refusal = judge(item) if mine else NotAllowed
            if refusal is None:
                good[asked] = item
        answers[str(asked)] = refusal.code if refusal else DONE
    done.data[one.id] = answers
    if not good:
        done.refused[one.id] = NothingChanged(count=len(answers))
    return good


SENT_BY = "select by from worklists_transfer where item = %s order by at desc, id desc limit 1"


def _holds(item: Locked, one: Told[Any], by: Actor, incident: UUID) -> bool:
    """Who is on the phone with somebody who moved may send the item after them, and whoever sent it may think again."""
    if isinstance(one.body, RecallItems):
        sent = prepared.fetch(SENT_BY, [item.id])
        return sent == [(one.by,)] and by.may("worklists.record", item.from_area or 0, incident)
    sends = isinstance(one.body, TransferItems) and item.leased_by == one.by
    return sends and by.may("worklists.record", item.area, incident)


def _open(item: Locked) -> type[Refusal] | None:
    return None if item.state == "open" else NotOpen


ASSIGN = """
update worklists_workitem set assignee = %s
where id = any(%s::uuid[]) and assignee is distinct from %s
"""


def assign_items(*, told: Sequence[Told[AssignItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Assign items; the answer says for each item what became of it."""
    done = Done()
    for one in told:
        good = _judged(one, by, incident, _open, done)
        if good:
            prepared.run(ASSIGN, [one.body.to, bulk.array(good), one.body.to])
            _write("worklists.assign", good, by, incident)
    return done


def _write(
    action: str, good: Mapping[UUID, Locked], by: Actor, incident: UUID, reason: str = "", area: int = 0
) -> None:
    """One line of the journal for the whole decision, where the items are unless said otherwise."""
    area = area or min(item.area for item in good.values())
    journal.write(
        action=action, by=by, incident=incident, area=area, subjects=good, reason=reason.strip() or None
    )


def transfer_items(*, told: Sequence[Told[TransferItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Move items to another area; their persons are shared with it, and stay visible here."""
    done = Done()
    for one in told:
        to = one.body.area
        if not 0 < to < EVERYWHERE[1]:
            done.refused[one.id] = BadInput(problem="area")
            continue

        def judge(item: Locked, to: int = to) -> type[Refusal] | None:
            return IsHere if item.area == to else None

        good = _judged(one, by, incident, judge, done)
        _move(one, good, dict.fromkeys(good, to), by, incident, now)
    return done


def return_items(*, told: Sequence[Told[ReturnItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Send items back to whoever sent them on; what was sent on twice goes back step by step."""
    done = Done()
    for one in told:
        home = happened.senders(one.body.items, incident)

        def judge(item: Locked, home: dict[UUID, int] = home) -> type[Refusal] | None:
            return None if item.id in home else CameFromNowhere

        good = _judged(one, by, incident, judge, done)
        _move(one, good, {item: home[item] for item in good}, by, incident, now)
    return done


BEGUN = """
select w.id from worklists_workitem w
where w.id = any(%s::uuid[]) and (w.leased_until > %s or w.assignee is not null or exists (
    select from worklists_attempt a where a.item = w.id and a.at > (
        select max(t.at) from worklists_transfer t where t.item = w.id)))
"""


def recall_items(*, told: Sequence[Told[RecallItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Take back what another area was sent and has not begun with."""
    done = Done()
    for one in told:
        begun = {row[0] for row in prepared.fetch(BEGUN, [bulk.array(one.body.items), now])}

        def judge(item: Locked, begun: set[UUID] = begun) -> type[Refusal] | None:
            if item.from_area is None:
                return CameFromNowhere
            return TakenUp if item.id in begun or item.state != "open" else None

        good = _judged(one, by, incident, judge, done, sender=True)
        _move(one, good, {i: item.from_area or 0 for i, item in good.items()}, by, incident, now)
    return done


MOVE = """
update worklists_workitem w set from_area = w.area, area = x.area, assignee = null, leased_by = null,
    leased_at = null, leased_until = null
from unnest(%s::uuid[], %s::bigint[]) as x(id, area) where w.id = x.id
"""
MOVES: dict[type, str] = {
    TransferItems: "worklists.transfer",
    ReturnItems: "worklists.return",
    RecallItems: "worklists.recall",
}


def _move(
    one: Told[TransferItems] | Told[ReturnItems] | Told[RecallItems],
    items: Mapping[UUID, Locked],
    to: Mapping[UUID, int],
    by: Actor,
    incident: UUID,
    now: datetime,
) -> None:
    """Open the persons to both ends first, then write the fact, then move: a moved row is out of our sight."""
    if not to:
        return
    recalled = isinstance(
        one.body, RecallItems
    )  # both ends know the person already; the fact is ours, not theirs
    if not recalled:
        _share_both_ends(one.id, items, to, by, incident, now)
    facts = []
    for item, area in to.items():
        said = (item, area, not isinstance(one.body, TransferItems), one.body.reason[:40])
        home = area if recalled else items[item].area
        facts.append((derive_id(one.id, item), incident, home, one.at, one.by, one.device, *said))
    bulk.insert(Transfer, (*FACT, "item", "to_area", "returned", "reason"), facts)
    prepared.run(MOVE, [bulk.array(to), list(to.values())])
    ours = min(to.values()) if recalled else 0
    _write(MOVES[type(one.body)], items, by, incident, one.body.reason, ours)


def _share_both_ends(
    told: UUID,
    items: Mapping[UUID, Locked],
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


def close_items(*, told: Sequence[Told[CloseItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Close items without a call, for a reason."""
    done = Done()
    for one in told:
        _rule(one, _judged(one, by, incident, _open, done), by, incident, done)
    return done


def reopen_items(*, told: Sequence[Told[ReopenItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Open items again: what was said before closes them no more, and stays in their history."""
    done = Done()
    for one in told:
        good = _judged(one, by, incident, lambda item: IsOpen if item.state == "open" else None, done)
        _rule(one, good, by, incident, done)
    return done


def _rule(
    one: Told[CloseItems] | Told[ReopenItems], good: dict[UUID, Locked], by: Actor, incident: UUID, done: Done
) -> None:
    """Write the decision about each item and derive the items again."""
    if not good:
        return
    closes = isinstance(one.body, CloseItems)
    rows = [
        (
            derive_id(one.id, i),
            incident,
            item.area,
            one.at,
            one.by,
            one.device,
            i,
            closes,
            one.body.reason[:40],
        )
        for i, item in good.items()
    ]
    bulk.insert(Closing, (*FACT, "item", "closed", "reason"), rows)
    done.touch("worklists.listed", retry_items(good, incident))
    done.touch("worklists.item", good)
    _write("worklists.close" if closes else "worklists.reopen", good, by, incident, one.body.reason)


def reconsider_closings(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the items of these decisions again."""
    done = Done()
    items = set(Closing.objects.filter(pk__in=facts).values_list("item", flat=True))
    recompute_items(items, incident)
    done.touch("worklists.item", items)
    done.touch("worklists.listed", items)
    return done
