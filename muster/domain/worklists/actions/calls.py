"""Calls: take the next one by lease, say how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor, span
from muster.core.errors import NotAllowed, NotVisibleYet, Refusal
from muster.core.told import Done, Told
from muster.domain.worklists.actions.reconciling import Locked, lock_items, recompute_items, retry_items
from muster.domain.worklists.models import Attempt, WorkItem
from muster.domain.worklists.rules import LEASE, ItemKind, Outcome

FACT = ("id", "incident", "area", "at", "by", "device")


class NothingToDo(Refusal):
    """No open item can be taken now."""

    code = "worklists.nothing_to_do"
    status = 404
    texts = {
        "zh": "目前没有可领取的任务：已全部完成、被他人领取，或未到下次联系时间。",
        "en": "There is nothing to take now: all done, held by others, or not due to be tried again yet.",
    }


class NotYours(Refusal):
    """Somebody else holds this item."""

    code = "worklists.held_by_other"
    texts = {
        "zh": "这条任务正由其他人处理，到期后会自动释放。",
        "en": "Somebody else is working on this item; it frees itself when the lease ends.",
    }


class RecordAttempt(msgspec.Struct, frozen=True):
    """How a call or a visit about an item ended."""

    item: UUID
    outcome: Outcome
    channel: str = "phone"
    callback_at: datetime | None = None


class TakeNext(msgspec.Struct, frozen=True):
    """Ask for the next item: of some kinds, at or below an area."""

    area: int = 0
    kinds: tuple[ItemKind, ...] = (ItemKind.VERIFY,)
    steps: tuple[str, ...] = ("call", "other_caller")


class ReleaseItem(msgspec.Struct, frozen=True):
    """Give an item back without an attempt."""

    item: UUID


def record_attempts(*, told: Sequence[Told[RecordAttempt]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store how calls and visits ended, and derive the items again. Never refused for lateness or repetition."""
    done = Done()
    known = lock_items(one.body.item for one in told)
    allowed = by.allowed("worklists.record", (item.area for item in known.values()), incident)
    rows = []
    for one in told:
        held = known.get(one.body.item)
        if held is None:
            done.waiting[one.id] = NotVisibleYet()
        elif held.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="worklists.record")
        else:
            said = (
                one.body.item,
                held.subject,
                one.body.channel,
                one.body.outcome.value,
                one.body.callback_at,
            )
            rows.append((one.id, incident, held.area, one.at, one.by, one.device, *said))
    if rows:
        done.touch("worklists.listed", _store_attempts(rows, known, by, incident))
        done.touch("worklists.item", {row[6] for row in rows})
    return done


def _store_attempts(
    rows: list[tuple[Any, ...]], known: dict[UUID, Locked], by: Actor, incident: UUID
) -> set[UUID]:
    """The items that lists must be told of: done now and not before, or the other way round."""
    bulk.insert(Attempt, (*FACT, "item", "subject", "channel", "outcome", "callback_at"), rows)
    items = {row[6] for row in rows}
    turned = retry_items({item: known[item] for item in items}, incident)
    if held := [item for item in items if known[item].leased_by == by.by]:
        WorkItem.objects.filter(pk__in=held).update(leased_by=None, leased_until=None)
    area = min(row[2] for row in rows)
    journal.write(
        action="worklists.attempt", by=by, incident=incident, area=area, subjects=items, count=len(rows)
    )
    return {item for item in turned if known[item].kind == ItemKind.VERIFY}


def reconsider_attempts(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the items of these attempts again."""
    done = Done()
    items = set(Attempt.objects.filter(pk__in=facts).values_list("item", flat=True))
    recompute_items(items, incident)
    done.touch("worklists.item", items)
    done.touch("worklists.listed", items)
    return done


TAKE = """
update worklists_workitem set leased_by = %(by)s, leased_until = %(until)s where id = (
    select id from worklists_workitem
    where state = 'open' and kind = any(%(kinds)s) and step = any(%(steps)s)
        and (leased_until is null or leased_until <= %(now)s) and (next_try_at is null or next_try_at <= %(now)s)
        and (assignee is null or assignee = %(by)s) and area >= %(low)s and area < %(high)s
        and not (step = 'other_caller' and exists (
            select from worklists_attempt a where a.item = worklists_workitem.id and a.by = %(by)s))
    order by due_at, id limit 1 for no key update skip locked)
returning id, area, kind, subject_kind, subject, due_at, attempts, step, leased_until
"""
TAKEN = ("id", "area", "kind", "subject_kind", "subject", "due_at", "attempts", "step", "leased_until")


def take_next(*, told: Sequence[Told[TakeNext]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Lease the next due item to the caller. A claim: decided now, for one caller only."""
    done = Done()
    for one in told:
        spans = by.spans("worklists.record", incident)
        taken = None
        for low, high in spans:
            low, high = _within(one.body.area, low, high)
            values: dict[str, Any] = {
                "by": one.by,
                "now": now,
                "until": now + LEASE,
                "kinds": [k.value for k in one.body.kinds],
                "steps": list(one.body.steps),
                "low": low,
                "high": high,
            }
            with connection.cursor() as cursor:
                cursor.execute(TAKE, values)
                taken = cursor.fetchone()
            if taken:
                break
        if taken is None:
            done.refused[one.id] = NothingToDo()
            continue
        done.data[one.id] = dict(zip(TAKEN, taken, strict=True))
        journal.write(action="worklists.take", by=by, incident=incident, area=taken[1], subjects=[taken[0]])
    return done


def _within(area: int, low: int, high: int) -> tuple[int, int]:
    a, b = span(area)
    return max(low, a), min(high, b)


def release_items(*, told: Sequence[Told[ReleaseItem]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give leased items back."""
    done = Done()
    freed = []
    for one in told:
        changed = WorkItem.objects.filter(pk=one.body.item, leased_by=one.by).update(
            leased_by=None, leased_until=None
        )
        if changed:
            freed.append(one.body.item)
        else:
            done.refused[one.id] = NotYours()
    if freed:
        area = WorkItem.objects.values_list("area", flat=True).get(pk=freed[0])
        journal.write(action="worklists.release", by=by, incident=incident, area=area, subjects=freed)
    return done
