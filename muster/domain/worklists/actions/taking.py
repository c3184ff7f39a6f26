"""The callers' queue: the next item by lease, one item by choice, a lease kept, a lease given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection

from muster.core import bulk, journal, plans, prepared
from muster.core.access import Actor, scope, span, system
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.core.told import Done, Told
from muster.domain.responders import queries as responders
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import LEASE, ItemKind

NARROW = 10**6  # an area with fewer codes than this: its own work is read, not everybody's by deadline
LONGEST = 6 * LEASE
FIRST = 2  # work of this priority or a smaller number waits for no promised hour of usual work


class NothingToDo(Refusal):
    """No open item can be taken now."""

    code = "worklists.nothing_to_do"
    status = 404
    texts = {
        "zh": "目前没有可领取的任务：已全部完成、被他人领取，或未到下次联系时间。",
        "en": "There is nothing to take now: all done, held by others, or not due to be tried again yet.",
    }


class NotYours(Refusal):
    """Somebody else holds this item, or another one about the same person."""

    code = "worklists.held_by_other"
    texts = {
        "zh": "其他人正在处理这条任务，或正在与这位居民通话；到期后会自动释放。",
        "en": "Somebody else is at work on this item or talking with this person; it frees itself when the lease ends.",
    }


class NotOpen(Refusal):
    """The item is done, closed or no longer wanted."""

    code = "worklists.not_open"
    texts = {
        "zh": "这条任务已办结或已关闭，无需再联系。",
        "en": "This item is done or closed; nobody needs to be called.",
    }


class JustReached(Refusal):
    """Another desk reached this person a short while ago."""

    code = "worklists.just_reached"
    texts = {
        "zh": "其他坐席刚刚联系过这位居民，{until} 之后再打；确有必要请填写理由，理由会写入日志。",
        "en": "Another desk reached this person a short while ago; call again after {until}. If it must be now, give "
        "a reason: it is written to the journal.",
    }


class TakeNext(msgspec.Struct, frozen=True):
    """Ask for the next item: of some kinds, at or below an area, in languages one speaks."""

    area: int = 0
    kinds: tuple[ItemKind, ...] = (ItemKind.VERIFY,)
    steps: tuple[str, ...] = ("call", "other_caller")
    languages: tuple[str, ...] = ()


class TakeItem(msgspec.Struct, frozen=True):
    """Ask for one item; a reason where the person was reached just now."""

    item: UUID
    reason: str = ""


class HoldItem(msgspec.Struct, frozen=True):
    """The call goes on: keep the lease."""

    item: UUID


class ReleaseItem(msgspec.Struct, frozen=True):
    """Give an item back without an attempt."""

    item: UUID


# Written out, so that the partial indexes of the queue fit. What presses comes before everything else; then, as
# promised hours are kept, what is to be tried again, then what is new; in each the more pressing first.
TAKE = """
update worklists_workitem set leased_by = %(by)s, leased_at = %(now)s, leased_until = %(until)s where id = (
    select id from worklists_workitem w
    where state = 'open' and {queue} and kind = any(%(kinds)s) and area >= %(low)s and area < %(high)s
        and (leased_until is null or leased_until <= %(now)s) and (quiet_until is null or quiet_until <= %(now)s)
        and (assignee is null or assignee = any(%(mine)s::uuid[]))
        and (language = '' or language = any(%(languages)s)) and id <> all(%(passed)s::uuid[])
        and not (step = 'other_caller' and exists (
            select from worklists_attempt a where a.item = w.id and a.by = %(by)s))
        and not exists (select from worklists_workitem o
            where o.subject = w.subject and o.id <> w.id and o.leased_until > %(now)s)
    order by {order} limit 1 for no key update of w skip locked)
returning id, area, kind, subject_kind, subject, due_at, attempts, step, leased_until
"""
# Asked as the system: the other work may be another desk's, in another area.
ALONE = """
select not exists (select from worklists_workitem o
    where o.subject = %s and o.id <> %s and o.leased_until > %s and o.leased_by <> %s)
"""
MINE = "select pg_try_advisory_xact_lock(hashtextextended(%s, 12))"
FREE = "update worklists_workitem set leased_by = null, leased_at = null, leased_until = null where id = %s"
TAKEN = ("id", "area", "kind", "subject_kind", "subject", "due_at", "attempts", "step", "leased_until")
PHONED = "step in ('call', 'other_caller')"
AGAIN = (f"{PHONED} and next_try_at is not null and next_try_at <= %(now)s", "priority, next_try_at, id")
NEW = (f"{PHONED} and next_try_at is null", "priority, due_at, id")
# the same order in one question: the work of a small area is gathered and sorted, which no index does
NEAR = (
    f"{PHONED} and (next_try_at is null or next_try_at <= %(now)s)",
    f"priority > {FIRST}, next_try_at is null, priority, next_try_at, due_at, id",
)
PRESSING = f"priority <= {FIRST} and "
ON_FOOT = ("step = any(%(steps)s) and (next_try_at is null or next_try_at <= %(now)s)", "due_at, id")
ON_FOOT_NEAR = (ON_FOOT[0], "priority + 0, due_at, id")


def take_next(*, told: Sequence[Told[TakeNext]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Lease the next due item to the caller. A claim: decided now, for one caller only."""
    done = Done()
    teams = responders.teams_of({one.by for one in told}, now)
    for one in told:
        mine = [one.by, *(team.id for team in teams.get(one.by, []))]
        taken = _take(one, by.spans("worklists.record", incident), mine, incident, now)
        if taken is None:
            done.refused[one.id] = NothingToDo()
            continue
        done.data[one.id] = dict(zip(TAKEN, taken, strict=True))
        journal.write(action="worklists.take", by=by, incident=incident, area=taken[1], subjects=[taken[0]])
    return done


def _take(
    one: Told[TakeNext], spans: Sequence[tuple[int, int]], mine: Sequence[UUID], incident: UUID, now: datetime
) -> tuple[Any, ...] | None:
    """The first row that nobody holds, in the caller's areas one after the other."""
    body = one.body
    passed: list[UUID] = []
    values: dict[str, Any] = {
        "by": one.by,
        "now": now,
        "until": now + LEASE,
        "kinds": [kind.value for kind in body.kinds],
        "steps": list(body.steps),
        "mine": "{" + ",".join(str(who) for who in mine) + "}",
        "languages": list(body.languages),
    }
    asked = span(body.area)
    for low, high in spans:
        values["low"], values["high"] = max(low, asked[0]), min(high, asked[1])
        near = values["high"] - values["low"] <= NARROW
        for queue, order in _queues(body.steps, near):
            sql = TAKE.format(queue=queue, order=order)
            while found := (_near if near else _far)(sql, values | {"passed": bulk.array(passed)}):
                if _is_alone(found[0][0], found[0][4], one.by, incident, now):
                    return found[0]
                prepared.run(FREE, [found[0][0]])
                passed.append(found[0][0])
    return None


def _is_alone(item: UUID, subject: UUID, who: UUID, incident: UUID, now: datetime) -> bool:
    """Whether nobody else is on the phone with this person about anything; who asks at the same instant is told no."""
    with scope(system(incident=incident), incident, savepoint=False):
        if not prepared.fetch(MINE, [str(subject)])[0][0]:
            return False
        return bool(prepared.fetch(ALONE, [subject, item, now, who])[0][0])


def _far(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Walk the queue in its order: the first rows will do."""
    with plans.in_index_order():
        return prepared.fetch_named(sql, values)


def _near(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Gather the work of a small area: planned anew with its codes, which a prepared plan does not know."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _queues(steps: Sequence[str], near: bool) -> list[tuple[str, str]]:
    if "visit" in steps:
        return [ON_FOOT_NEAR if near else ON_FOOT]
    usual = [AGAIN, NEW]
    return [NEAR] if near else [(PRESSING + queue, order) for queue, order in usual] + usual


def take_items(*, told: Sequence[Told[TakeItem]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Lease the items asked for. Somebody who was reached just now is called only for a reason."""
    done = Done()
    asked = WorkItem.objects.select_for_update(no_key=True).filter(pk__in={one.body.item for one in told})
    items = {item.id: item for item in asked.order_by("id")}
    for one in told:
        item = items.get(one.body.item)
        if item is None:
            done.refused[one.id] = NotFound()
        elif refusal := _refusal(one, item, by, incident, now):
            done.refused[one.id] = refusal
        else:
            item.leased_by, item.leased_at, item.leased_until = one.by, now, now + LEASE
            item.save(update_fields=["leased_by", "leased_at", "leased_until"])
            done.data[one.id] = {name: getattr(item, name) for name in TAKEN}
            journal.write(
                action="worklists.take", by=by, incident=incident, area=item.area, subjects=[item.id],
                reason=one.body.reason.strip()[:200] or None,
            )  # fmt: skip
    return done


def _refusal(one: Told[TakeItem], item: WorkItem, by: Actor, incident: UUID, now: datetime) -> Refusal | None:
    """Why this item is not handed out."""
    if not by.may("worklists.record", item.area, incident):
        return NotAllowed(right="worklists.record")
    if item.state != "open":
        return NotOpen()
    if item.leased_by != one.by and item.leased_until is not None and item.leased_until > now:
        return NotYours()
    if not _is_alone(item.id, item.subject, one.by, incident, now):
        return NotYours()
    if item.quiet_until is not None and item.quiet_until > now and not one.body.reason.strip():
        local = item.quiet_until.astimezone(ZoneInfo(settings.TIME_ZONE))
        return JustReached(until=local.strftime("%m-%d %H:%M"))
    return None


def hold_items(*, told: Sequence[Told[HoldItem]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Keep leases while calls go on, two hours at most: a page left open gives its item back all the same."""
    done = Done()
    for one in told:
        held = WorkItem.objects.filter(
            pk=one.body.item, leased_by=one.by, leased_until__gt=now, leased_at__gt=now - LONGEST
        )
        if held.update(leased_until=now + LEASE):
            done.data[one.id] = {"leased_until": now + LEASE}
        else:
            done.refused[one.id] = NotYours()
    return done


def release_items(*, told: Sequence[Told[ReleaseItem]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give leased items back."""
    done = Done()
    freed = []
    for one in told:
        held = WorkItem.objects.filter(pk=one.body.item, leased_by=one.by)
        if held.update(leased_by=None, leased_at=None, leased_until=None):
            freed.append(one.body.item)
        else:
            done.refused[one.id] = NotYours()
    if freed:
        area = WorkItem.objects.values_list("area", flat=True).get(pk=freed[0])
        journal.write(action="worklists.release", by=by, incident=incident, area=area, subjects=freed)
    return done
