"""Wanted work against existing work: what is missing is opened, what is no longer wanted is withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection

from muster.core import bulk, plans, prepared
from muster.core.ids import derive_id
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.worklists.actions.beginning import begin_items
from muster.domain.worklists.models import WorkCause, WorkItem
from muster.domain.worklists.rules import (
    UNMET,
    CallingRules,
    Cause,
    Ruling,
    Try,
    Want,
    Wanted,
    item_id,
    item_state,
    step_of,
    wanted,
)

CAUSE = (
    "id",
    "incident",
    "area",
    "item",
    "source_kind",
    "source",
    "due_at",
    "priority",
    "satisfied_at",
    "wanted",
)
TRIED = ("id", "state", "step", "attempts", "last_outcome", "last_at", "next_try_at", "done_at", "language")
ASKED = ("area", "causes", "due_at", "priority", "satisfied_at")


def reconcile(*, incident: UUID, wants: Iterable[Want], sources: set[UUID], now: datetime) -> set[UUID]:
    """Make the work of these sources exactly what they want; returns the items that were touched.

    `wants` is everything the `sources` ask for now: a cause of theirs that is not named is withdrawn.
    """
    listed = {(want.item(incident), want.source): want for want in wants}
    fresh, settled = begin_items(listed, calling_rules(incident), incident, now)
    before = _causes_of(sources)
    rows = [
        (
            derive_id(item, source),
            incident,
            w.area,
            item,
            w.source_kind,
            source,
            w.due_at,
            w.priority,
            w.satisfied_at,
            True,
        )
        for (item, source), w in listed.items()
    ]
    bulk.write(WorkCause, CAUSE, rows, update=("area", "due_at", "priority", "satisfied_at", "wanted"))
    gone = before - set(listed)
    if gone:
        bulk.update(WorkCause, ("id", "wanted"), [(derive_id(item, source), False) for item, source in gone])
    touched = {item for item, _ in (*listed, *gone)}
    recompute_items(touched - settled, incident)
    mark_entries(touched - settled)
    unsettled = fresh - settled
    quiet_items({want.subject for (item, _), want in listed.items() if item in unsettled}, incident)
    return touched


MARK = """
update worklists_listentry e set done = (i.state = 'done') from worklists_workitem i
where i.id = any(%s::uuid[]) and e.item = any(%s::uuid[]) and e.item = i.id and e.done <> (i.state = 'done')
"""


def mark_entries(items: set[UUID]) -> None:
    """Tell the rows of lists whether their item is done; asked as the system, for lists of other areas too."""
    ids = bulk.array(items)
    if len(items) <= bulk.LOOPED:
        prepared.run(MARK, [ids, ids])
    else:
        with plans.by_hashing(), connection.cursor() as cursor:
            cursor.execute(MARK, [ids, ids])


def _causes_of(sources: set[UUID]) -> set[tuple[UUID, UUID]]:
    sql = "select item, source from worklists_workcause where wanted and source = any(%s::uuid[])"
    return {(item, source) for item, source in prepared.fetch(sql, [bulk.array(sources)])}


def calling_rules(incident: UUID) -> CallingRules:
    """How the pack in force says people are phoned, in local time."""
    attempts, zone = incidents.pack_of(incident).attempts, ZoneInfo(settings.TIME_ZONE)
    return CallingRules(
        next_try_at=lambda last, before: attempts.next_try_at(last, zone, before),
        step_after=lambda tries: attempts.step_after(tries),
    )


HELD = """
id, area, kind, subject, occasion, subject_kind, state, leased_by, from_area, causes, due_at, priority, satisfied_at
from worklists_workitem
"""
LOCKED = f"select {HELD} where id = any(%s::uuid[]) order by id for no key update"
# Of many one by one, by its id and nothing else: the planner would read all work in scope.
LOCKED_MANY = f"""
select i.* from (select id from unnest(%s::uuid[]) u(id) order by id) asked
cross join lateral (select {HELD} w where w.id = asked.id offset 0 for no key update) i
"""  # noqa: S608


class Locked(msgspec.Struct, frozen=True):
    """An item that this transaction holds: what its state is derived with."""

    id: UUID
    area: int
    kind: str
    subject: UUID
    occasion: str
    subject_kind: str
    state: str
    leased_by: UUID | None
    from_area: int | None
    causes: int
    due_at: datetime | None
    priority: int
    satisfied_at: datetime | None

    @property
    def asked(self) -> Wanted:
        """What its causes came to when they were last looked at."""
        return Wanted(self.causes, self.due_at, self.priority, self.satisfied_at)

    def area_of(self, causes: Sequence[Cause]) -> int:
        """Where the work belongs: where it was sent, else where its causes place it."""
        if self.from_area is not None or not causes:
            return self.area
        return min(causes, key=lambda cause: (cause.priority, cause.area)).area


def lock_items(items: Iterable[UUID]) -> dict[UUID, Locked]:
    """Lock the visible ones of these items, in id order."""
    wanted = set(items)
    sql = LOCKED if len(wanted) <= bulk.LOOPED else LOCKED_MANY
    return {row[0]: Locked(*row) for row in prepared.fetch(sql, [bulk.array(wanted)])}


def recompute_items(items: set[UUID], incident: UUID) -> None:
    """Derive items from their causes and from all attempts on them, joined persons included."""
    if not items:
        return
    locked = lock_items(items)
    causes = _causes(locked)
    asked = {item: wanted(causes.get(item, [])) for item in locked}
    states = _states(locked, asked, incident)
    rows = [
        (*states[item], held.area_of(causes.get(item, [])), a.causes, a.due_at, a.priority, a.satisfied_at)
        for item, held in locked.items()
        for a in [asked[item]]
    ]
    bulk.update(WorkItem, TRIED + ASKED, rows)


def retry_items(locked: Mapping[UUID, Locked], incident: UUID) -> set[UUID]:
    """Derive locked items again after attempts, their causes as they were; returns those done now and not before."""
    asked = {item: held.asked for item, held in locked.items()}
    states = _states(locked, asked, incident)
    bulk.update(WorkItem, TRIED, states.values())
    return {item for item, state in states.items() if (state[1] == "done") != (locked[item].state == "done")}


def _states(
    locked: Mapping[UUID, Locked], asked: Mapping[UUID, Wanted], incident: UUID
) -> dict[UUID, tuple[object, ...]]:
    """The columns of `TRIED` for each item."""
    same = _same_items(locked, incident)
    tries = _tries([*locked, *same], same)
    rulings = _rulings(locked)
    calling = calling_rules(incident)
    states: dict[UUID, tuple[object, ...]] = {}
    for item, held in locked.items():
        s = item_state(asked[item], tries.get(item, ()), calling, rulings.get(item, ()), held.kind)
        step = step_of(held.kind, s.step)
        states[item] = (
            item,
            s.state,
            step,
            s.attempts,
            s.last_outcome,
            s.last_at,
            s.next_try_at,
            s.done_at,
            s.language,
        )
    return states


def _same_items(locked: Mapping[UUID, Locked], incident: UUID) -> dict[UUID, UUID]:
    """Items of persons who were joined with the subject: their item id to ours."""
    about = [one for one in locked.values() if one.subject_kind == "resident"]
    twins = people.joined_with(one.subject for one in about)
    if not twins:
        return {}
    return {
        item_id(incident, one.kind, twin, one.occasion): one.id
        for one in about
        for twin in twins.get(one.subject, ())
    }


CAUSES = """
select item, due_at, priority, satisfied_at, area from worklists_workcause where wanted and item = any(%s::uuid[])
"""


def _causes(items: Iterable[UUID]) -> dict[UUID, list[Cause]]:
    found: dict[UUID, list[Cause]] = defaultdict(list)
    for item, *fields in prepared.fetch(CAUSES, [bulk.array(items)]):
        found[item].append(Cause(*fields))
    return found


TRIES = """
select a.item, a.at, a.id, a.outcome, a.by, a.channel, a.callback_at, a.language from worklists_attempt a
where a.item = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = a.id)
"""


def _tries(items: Iterable[UUID], same: Mapping[UUID, UUID]) -> dict[UUID, list[Try]]:
    found: dict[UUID, list[Try]] = defaultdict(list)
    for item, *fields in prepared.fetch(TRIES, [bulk.array(items)]):
        found[same.get(item, item)].append(Try(*fields))
    return found


RULINGS = """
select c.item, c.at, c.id, c.closed from worklists_closing c
where c.item = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = c.id)
"""


def _rulings(items: Iterable[UUID]) -> dict[UUID, list[Ruling]]:
    found: dict[UUID, list[Ruling]] = defaultdict(list)
    for item, *fields in prepared.fetch(RULINGS, [bulk.array(items)]):
        found[item].append(Ruling(*fields))
    return found


# Person by person, all their records: the planner would read all work in scope. What was tried on a joined record about
# the same thing counts for the item itself, not here.
QUIET = """
update worklists_workitem i set quiet_until = met.until
from (select o.id, max(a.at) + %s as until
    from unnest(%s::uuid[]) about(id)
        cross join lateral (select about.id union all
            select p.id from people_resident p where p.canonical = about.id and p.id <> about.id) who
        cross join lateral (select id, kind, occasion from worklists_workitem w where w.subject = about.id offset 0) o
        left join worklists_attempt a on a.subject = who.id and a.channel = 'phone' and a.outcome <> all(%s)
            and not exists (select from core_retraction r where r.target = a.id)
            and not exists (select from worklists_workitem t
                where t.id = a.item and t.kind = o.kind and t.occasion = o.occasion)
    group by 1) met
where i.id = met.id and i.quiet_until is distinct from met.until
"""


def quiet_items(subjects: set[UUID], incident: UUID) -> None:
    """Leave people in peace who were reached about something else, under whichever record: their other work waits.

    Asked as the system: the other work may be another desk's.
    """
    if not subjects:
        return
    heads = people.joined(subjects)
    hours = incidents.pack_of(incident).attempts.cool_down_hours.value
    about = bulk.array({heads.get(one, one) for one in subjects})
    prepared.run(QUIET, [timedelta(hours=hours), about, [one.value for one in UNMET]])
