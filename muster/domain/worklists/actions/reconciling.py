"""Wanted work against existing work: what is missing is opened, what is no longer wanted is withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from muster.core import bulk
from muster.core.ids import derive_id
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.worklists.models import WorkCause, WorkItem
from muster.domain.worklists.rules import CallingRules, Cause, Try, Want, item_id, item_state

ITEM = ("id", "incident", "area", "kind", "subject_kind", "subject", "occasion", "building", "opened_at")
CAUSE = ("id", "incident", "area", "item", "source_kind", "source", "due_at", "priority", "satisfied_at", "wanted")
STATE = (
    "id", "state", "step", "due_at", "priority", "causes", "attempts", "last_outcome", "last_at", "next_try_at", "done_at",
)  # fmt: skip


def reconcile(*, incident: UUID, wants: Iterable[Want], sources: set[UUID], now: datetime) -> set[UUID]:
    """Make the work of these sources exactly what they want; returns the items that were touched.

    `wants` is everything the `sources` ask for now: a cause of theirs that is not named is withdrawn.
    """
    listed = {(want.item(incident), want.source): want for want in wants}
    items = {item: want for (item, _), want in listed.items()}
    bulk.insert(
        WorkItem, ITEM,
        [(i, incident, w.area, w.kind, w.subject_kind, w.subject, w.occasion, w.building, now) for i, w in items.items()],
    )  # fmt: skip
    before = set(
        WorkCause.objects.filter(source__in=sources, wanted=True).values_list("item", "source") if sources else ()
    )
    rows = [
        (derive_id(item, source), incident, w.area, item, w.source_kind, source, w.due_at, w.priority, w.satisfied_at, True)
        for (item, source), w in listed.items()
    ]
    bulk.insert(WorkCause, CAUSE, rows, update=("due_at", "priority", "satisfied_at", "wanted"))
    gone = before - set(listed)
    if gone:
        bulk.update(WorkCause, ("id", "wanted"), [(derive_id(item, source), False) for item, source in gone])
    touched = set(items) | {item for item, _ in gone}
    recompute_items(touched, incident)
    return touched


def calling_rules(incident: UUID) -> CallingRules:
    """How the pack in force says people are phoned, in local time."""
    attempts, zone = incidents.pack_of(incident).attempts, ZoneInfo(settings.TIME_ZONE)
    return CallingRules(
        next_try_at=lambda last: attempts.next_try_at(last, zone), step_after=lambda tries: attempts.step_after(tries)
    )


def recompute_items(items: set[UUID], incident: UUID) -> None:
    """Derive the state of items from their causes and from all attempts on them, joined persons included."""
    if not items:
        return
    bulk.lock(WorkItem, items)
    subjects = WorkItem.objects.filter(pk__in=items).values_list("id", "kind", "subject", "occasion", "subject_kind")
    same = _same_items(list(subjects), incident)
    causes = _causes(items)
    tries = _tries(items | set(same), same)
    calling = calling_rules(incident)
    rows = []
    for item in items:
        s = item_state(causes.get(item, []), tries.get(item, []), calling)
        rows.append(
            (item, s.state, s.step, s.due_at, s.priority, s.causes, s.attempts, s.last_outcome, s.last_at, s.next_try_at,
             s.done_at)
        )  # fmt: skip
    bulk.update(WorkItem, STATE, rows)


def _same_items(rows: list[tuple[UUID, str, UUID, str, str]], incident: UUID) -> dict[UUID, UUID]:
    """Items of persons who were joined with the subject: their item id to ours."""
    persons = {subject for _, _, subject, _, kind in rows if kind == "resident"}
    twins = people.joined_with(persons)
    return {
        item_id(incident, kind, twin, occasion): item
        for item, kind, subject, occasion, subject_kind in rows
        if subject_kind == "resident"
        for twin in twins.get(subject, ())
    }


def _causes(items: set[UUID]) -> dict[UUID, list[Cause]]:
    found: dict[UUID, list[Cause]] = defaultdict(list)
    rows = WorkCause.objects.filter(item__in=items, wanted=True)
    for item, due_at, priority, satisfied_at in rows.values_list("item", "due_at", "priority", "satisfied_at"):
        found[item].append(Cause(due_at, priority, satisfied_at))
    return found


def _tries(items: set[UUID], same: dict[UUID, UUID]) -> dict[UUID, list[Try]]:
    found: dict[UUID, list[Try]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.item, a.at, a.id, a.outcome, a.by, a.channel, a.callback_at from worklists_attempt a"
            " where a.item = any(%s) and not exists (select from core_retraction r where r.target = a.id)",
            [list(items)],
        )
        for item, *fields in cursor.fetchall():
            found[same.get(item, item)].append(Try(*fields))
    return found
