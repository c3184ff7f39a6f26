"""Reads of lists, items, doors and buildings for the desk.

What a building is (`STATE`) is said once here. Reads and the index that serves each: buildings of an area -
`places_building_area` and one probe of building states; items by kind -
`worklists_item_area`; items about
somebody or somewhere - `worklists_workitem_subject`, `worklists_item_house`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Count, QuerySet

from muster.core import prepared
from muster.core.access import scope, system, visitor
from muster.core.models import Retraction
from muster.core.plans import by_hashing, by_index
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.worklists.models import Attempt, DwellingState, VerificationList, Visit, WorkItem
from muster.domain.worklists.rules import Outcome, Proof, proof_digits

COMMUNITY = 1_000  # area codes are grouped by what is left when the grid is taken away
SUBDISTRICT = 1_000_000  # codes in a sub-district: beyond it most buildings are in view
STATE = (
    "case when s.id is null or s.done + s.empty + s.absent + s.refused = 0 then 'open'"
    " when s.done + s.empty >= b.units then 'done' when s.refused > 0 then 'refused'"
    " when s.done + s.empty + s.absent >= b.units then 'absent' else 'doing' end"
)
OF = "from places_building b left join worklists_buildingstate s on s.id = b.id"
LEFT = "greatest(b.units - coalesce(s.done + s.empty + s.absent + s.refused, 0), 0)"
ORDER = "b.area, b.compound, length(b.name), b.name, b.id"
BUILDING_STATES = ("open", "doing", "absent", "refused", "done")


class BuildingRow(msgspec.Struct, frozen=True):
    """A building with how far its sweep is."""

    id: UUID
    area: int
    name: str
    compound: str
    address: str
    units: int
    done: int
    absent: int
    refused: int
    empty: int
    left: int
    persons: int
    last_at: datetime | None
    state: str
    lat: float | None
    lon: float | None
    outline: list[Any] | None
    generated: bool


ROW = (
    "select b.id, b.area, b.name, b.compound, b.address, b.units, coalesce(s.done, 0), coalesce(s.absent, 0),"
    f" coalesce(s.refused, 0), coalesce(s.empty, 0), {LEFT}, coalesce(s.persons, 0), s.last_at, {STATE},"
    f" b.lat, b.lon, b.outline::text, b.generated {OF}"
)


class Swept(msgspec.Struct, frozen=True):
    """How far the buildings of an area are."""

    buildings: int = 0
    done: int = 0
    doing: int = 0
    absent: int = 0
    refused: int = 0
    open: int = 0
    units: int = 0
    left: int = 0
    last_at: datetime | None = None


class Patch(msgspec.Struct, frozen=True):
    """The buildings of a community, with the rectangle around them."""

    area: int
    swept: Swept
    south: float | None
    west: float | None
    north: float | None
    east: float | None
    generated: bool


class Progress(msgspec.Struct, frozen=True):
    """Rows of the lists of one purpose: all, verified, late."""

    purpose: str
    total: int
    done: int
    late: int


class KindCount(msgspec.Struct, frozen=True):
    """Items of a kind: open, late, due soon, and the hour of the next one."""

    kind: str
    open: int
    late: int
    soon: int
    next_at: datetime | None


def _rows(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def buildings(
    bounds: tuple[int, int],
    *,
    state: str = "",
    unvisited: bool = False,
    after: UUID | None = None,
    size: int = 50,
) -> list[BuildingRow]:
    """Buildings of a stretch of areas by compound and name, after a building of the page before."""
    where, values = ["b.area >= %s", "b.area < %s"], list[Any](bounds)
    if state:
        where.append(f"{STATE} = %s")
        values.append(state)
    if unvisited:
        where.append(f"{LEFT} > 0")
    if after:
        where.append(f"({ORDER}) > (select {ORDER} from places_building b where b.id = %s)")  # noqa: S608
        values.append(after)
    found = _rows(f"{ROW} where {' and '.join(where)} order by {ORDER} limit %s", [*values, size])
    return [_building(row) for row in found]


def building_row(building: UUID) -> BuildingRow | None:
    """One building with how far it is; None when it is not visible."""
    return next((_building(row) for row in _rows(f"{ROW} where b.id = %s", [building])), None)


def _building(row: tuple[Any, ...]) -> BuildingRow:
    held = dict(zip(BuildingRow.__struct_fields__, row, strict=True))
    held["outline"] = msgspec.json.decode(held["outline"]) if held["outline"] else None
    return BuildingRow(**held)


SWEPT = (
    "count(*), "
    + ", ".join(
        f"count(*) filter (where {STATE} = '{state}')"
        for state in ("done", "doing", "absent", "refused", "open")
    )
    + f", coalesce(sum(b.units), 0), coalesce(sum({LEFT}), 0), max(s.last_at)"
)


def swept(bounds: tuple[int, int]) -> Swept:
    """How far the buildings of a stretch of areas are."""
    with by_hashing() if bounds[1] - bounds[0] > SUBDISTRICT else nullcontext():
        return Swept(*_rows(f"select {SWEPT} {OF} where b.area >= %s and b.area < %s", list(bounds))[0])


def patches(bounds: tuple[int, int], size: int = 5_000) -> list[Patch]:
    """The same by community, with the rectangle around its buildings."""
    sql = (
        f"select b.area / {COMMUNITY}, {SWEPT}, min(b.lat), min(b.lon), max(b.lat), max(b.lon), bool_or(b.generated)"
        f" {OF} where b.area >= %s and b.area < %s group by 1 order by 1 limit %s"
    )
    return [Patch(row[0] * COMMUNITY, Swept(*row[1:10]), *row[10:]) for row in _rows(sql, [*bounds, size])]


PROGRESS = """
select l.purpose, sum(e.rows)::bigint, sum(e.done)::bigint,
    coalesce(sum(e.rows - e.done) filter (where l.deadline_at < %s), 0)::bigint
from (select list_id, count(*) as rows, count(*) filter (where done) as done from worklists_listentry
        where returned_at is null and area >= %s and area < %s group by 1) e
    join worklists_verificationlist l on l.id = e.list_id
group by 1 order by 1
"""


def progress(bounds: tuple[int, int], now: datetime) -> list[Progress]:
    """Rows of pushed lists by purpose; late are those that are not done when their list was due."""
    with by_hashing():
        return [Progress(*row) for row in _rows(PROGRESS, [now, *bounds])]


KINDS = """
select kind, count(*), count(*) filter (where due_at < %s), count(*) filter (where due_at >= %s and due_at < %s),
    min(due_at) filter (where due_at >= %s)
from worklists_workitem where state = 'open' and area >= %s and area < %s group by 1 order by 1
"""


def kinds(bounds: tuple[int, int], now: datetime, ahead: timedelta = timedelta(hours=6)) -> list[KindCount]:
    """Open items by kind, with those late and those due in the hours ahead."""
    with by_index():
        return [KindCount(*row) for row in _rows(KINDS, [now, now, now + ahead, now, *bounds])]


def subjects_due(kind: str) -> QuerySet[WorkItem, UUID]:
    """Whom open work of a kind is about."""
    return WorkItem.objects.filter(kind=kind, state="open").values_list("subject", flat=True)


def lists_due(
    bounds: tuple[int, int], from_at: datetime, to_at: datetime, size: int = 6
) -> list[VerificationList]:
    """Lists whose deadline falls into these hours, the first one first."""
    found = VerificationList.objects.filter(area__gte=bounds[0], area__lt=bounds[1])
    return list(
        found.filter(deadline_at__gte=from_at, deadline_at__lt=to_at).order_by("deadline_at", "id")[:size]
    )


def unsure(bounds: tuple[int, int]) -> int:
    """Rows of lists that fit several residents and wait for a person to decide."""
    sql = (
        "select count(*) from worklists_listentry"
        " where how = 'unsure' and returned_at is null and area >= %s and area < %s"
    )
    return int(_rows(sql, list(bounds))[0][0])


def unsure_residents(bounds: tuple[int, int], size: int = 50) -> list[UUID]:
    """Whom those rows made, oldest first."""
    sql = (
        "select resident from worklists_listentry where how = 'unsure' and returned_at is null"
        " and area >= %s and area < %s"
        " order by id limit %s"
    )
    return [row[0] for row in _rows(sql, [*bounds, size])]


def doors_of(building: UUID) -> dict[UUID, DwellingState]:
    """The doors of a building that were visited."""
    return {door.id: door for door in DwellingState.objects.filter(building=building)}


def visits(dwelling: UUID, size: int = 50) -> list[tuple[Visit, bool]]:
    """The visits at a door, newest first, each with whether it was taken back."""
    found = list(Visit.objects.filter(dwelling=dwelling).order_by("-at", "-id")[:size])
    gone = set(
        Retraction.objects.filter(target__in=[one.id for one in found]).values_list("target", flat=True)
    )
    return [(one, one.id in gone) for one in found]


# Joined one by one: a list of subjects would be intersected with a bitmap of all work in scope.
ABOUT = """
select i.id from unnest(%s::uuid[]) about(id) join worklists_workitem i on i.subject = about.id where i.state = 'open'
union select id from worklists_workitem where building = %s and state = 'open'
"""


def open_items(subjects: Iterable[UUID], *, building: UUID | None = None) -> QuerySet[WorkItem]:
    """Open work about these people or doors (and the rest of a building), the first due first."""
    found = [row[0] for row in _rows(ABOUT, [list(subjects), building])]
    return WorkItem.objects.filter(pk__in=found).order_by("due_at", "id")


def said_with(attempt: UUID) -> list[UUID]:
    """An attempt and what was said of the same call in the same breath: that somebody needs help, and is verified."""
    about = Attempt.objects.filter(pk=attempt).first()
    if about is None:
        return [attempt]
    same = Attempt.objects.filter(item=about.item, by=about.by, at=about.at)
    return list(same.order_by("id").values_list("id", flat=True))


def ended_by(attempts: Iterable[UUID], outcome: Outcome) -> list[UUID]:
    """The items of those of these attempts that ended so."""
    found = Attempt.objects.filter(pk__in=list(attempts), outcome=outcome)
    return list(found.order_by("item").values_list("item", flat=True).distinct())


def kind_of(item: UUID) -> str:
    """The kind of an item in view."""
    return WorkItem.objects.filter(pk=item).values_list("kind", flat=True).first() or ""


def attempts(subjects: Iterable[UUID], size: int = 50) -> list[Attempt]:
    """Calls and visits about these people, newest first, without those taken back."""
    found = Attempt.objects.filter(subject__in=list(subjects)).exclude(
        id__in=Retraction.objects.values("target")
    )
    return list(found.order_by("-at", "-id")[:size])


LEASED = ("id", "area", "kind", "leased_by", "leased_at")


def note_of(attempt: Attempt) -> str:
    """What was written down about a call. Shown only with the person's own work, to whom holds it."""
    if attempt.note_c is None:
        return ""
    held = vault(attempt.incident)
    return held.open(attempt.note_c, kind="note", table="worklists_attempt", row=attempt.id, field="note_c")


class Wording(msgspec.Struct, frozen=True):
    """What one list asks callers to say, and who sent it."""

    source: str
    script: dict[str, str]


def script_of_list(pushed: UUID) -> dict[str, str]:
    """What a list in view asks callers to say: language to words."""
    row = VerificationList.objects.filter(pk=pushed).values_list("script", flat=True).first()
    return row or {}


SCRIPTS = """
select distinct l.source, l.script, l.deadline_at, l.id
from worklists_listentry e join worklists_verificationlist l on l.id = e.list_id
where e.item = %s and e.returned_at is null and l.script <> '{}' order by l.deadline_at, l.id
"""


def scripts_of(item: UUID, incident: UUID) -> list[Wording]:
    """What the lists that name a person ask to say, first deadline first.

    Read as the system: work that was sent on takes the words of its list along; of the list itself only the
    sender is shown.
    """
    with scope(system(incident=incident), incident):
        return [Wording(source, script) for source, script, *_ in prepared.fetch(SCRIPTS, [item])]


def proof_code(item: UUID, by: UUID, since: datetime, incident: UUID) -> str:
    """The code a caller speaks: bound to this item, this caller and this lease, and stored nowhere."""
    said = f"{item}/{by}/{since.isoformat()}"
    return proof_digits(vault(incident).index("call_proof", said))


def proof_of(item: WorkItem) -> str:
    """The code of a leased item."""
    assert item.leased_by is not None
    assert item.leased_at is not None
    return proof_code(item.id, item.leased_by, item.leased_at, item.incident)


def call_proof(code: str, now: datetime) -> Proof | None:
    """The call whose code this is, if it goes on now. For visitors: reads the leased items and nothing else."""
    for incident in incidents.open_ids():
        with scope(visitor(incident), incident):
            leased = WorkItem.objects.filter(state="open", leased_until__gt=now, leased_at__isnull=False)
            for item, area, kind, by, since in leased.values_list(*LEASED):
                if hmac.compare_digest(proof_code(item, by, since, incident), code):
                    return Proof(incident, area, kind, by, since)
    return None


class Queue(msgspec.Struct, frozen=True):
    """The callers' queue of some kinds of work: to be called now, later, being called, and at which hour again."""

    ready: int = 0
    waiting: int = 0
    held: int = 0
    speech: int = 0
    next_at: datetime | None = None


QUEUE = """
select count(*) filter (where not busy and at <= %(now)s), count(*) filter (where not busy and at > %(now)s),
    count(*) filter (where busy), count(*) filter (where not busy and at <= %(now)s and language <> ''),
    min(at) filter (where not busy and at > %(now)s)
from (select coalesce(leased_until > %(now)s, false) as busy, language,
        greatest(next_try_at, quiet_until, '-infinity') as at
    from worklists_workitem
    where state = 'open' and step in ('call', 'other_caller') and kind = any(%(kinds)s)
        and area >= %(low)s and area < %(high)s) asked
"""


def queue(bounds: tuple[int, int], kinds: Iterable[str], now: datetime) -> Queue:
    """How long the callers' queue is."""
    values: dict[str, Any] = {"now": now, "kinds": list(kinds), "low": bounds[0], "high": bounds[1]}
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, values)
        return Queue(*cursor.fetchone())


def called_since(by: UUID, since: datetime) -> dict[str, int]:
    """How this caller's calls ended since an instant."""
    mine = Attempt.objects.filter(by=by, at__gte=since, channel="phone")
    mine = mine.exclude(id__in=Retraction.objects.values("target"))
    return dict(mine.values_list("outcome").annotate(times=Count("id")).order_by("outcome"))
