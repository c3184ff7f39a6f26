"""Lines, calls, requests and their updates, support; and the one way to read a sealed note."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.told import Done, Told
from muster.core.vault import Vault, vault
from muster.domain.helpline.models import Call, Line, Request, RequestUpdate, Support
from muster.domain.helpline.rules import (
    Code,
    LineKind,
    Moment,
    Name,
    Phone,
    RequestKind,
    Step,
    SupportKind,
    Update,
    is_sane,
    request_state,
)
from muster.domain.incidents import queries as incidents
from muster.protocols import Pack

FACT = ("id", "incident", "area", "at", "by", "device")
REQUEST = (
    "id", "incident", "area", "kind", "resident", "dwelling", "call", "vulnerable", "note_c", "asked_at", "asked_of",
    "first_promised_at", "promised_at", "promises", "state", "late",
)  # fmt: skip
STATE = (
    "id",
    "state",
    "promised_at",
    "promises",
    "closed_at",
    "late",
    "taken_by",
    "next_change_at",
    "unasked_at",
)
MOST = 2**31 - 1


class ReasonNeeded(Refusal):
    """A sealed note is opened only for a reason."""

    code = "helpline.reason_needed"
    status = 422
    texts = {
        "zh": "查看心理疏导记录须填写理由，理由会写入日志。",
        "en": "Opening this note asks for a reason; it is written to the journal.",
    }


class AddLine(msgspec.Struct, frozen=True):
    """A telephone line."""

    id: UUID
    area: int
    kind: LineKind
    name: Name
    phone: Phone = ""
    round_the_clock: bool = False


class TakeCall(msgspec.Struct, frozen=True):
    """Somebody called; the note is sealed for counsellors only."""

    line: UUID
    kind: Code
    outcome: Code = ""
    note: str = ""


class OpenRequest(msgspec.Struct, frozen=True):
    """Somebody asks for something. Without a promise the pack in force says when the answer is due."""

    id: UUID
    area: int
    kind: RequestKind
    resident: UUID | None = None
    dwelling: UUID | None = None
    promised_at: Moment | None = None
    call: UUID | None = None
    vulnerable: Code = ""
    note: str = ""


class UpdateRequest(msgspec.Struct, frozen=True):
    """Something was done about a request."""

    request: UUID
    step: Step
    promised_at: Moment | None = None


class RecordSupport(msgspec.Struct, frozen=True):
    """Support reached so many people."""

    kind: SupportKind
    area: int
    audience: int = 0


def _sealed(words: Vault | None, text: str, table: str, row: UUID) -> bytes | None:
    """The sealed text, or nothing for an empty one."""
    if words is None or not text:
        return None
    return words.seal(text, kind="counselling", table=table, row=row, field="note_c")


def add_lines(*, told: Sequence[Told[AddLine]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add telephone lines."""
    done = Done()
    allowed = by.allowed("helpline.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="helpline.plan")
    rows = [
        (b.id, incident, b.area, b.kind.value, b.name, b.phone, b.round_the_clock)
        for b in (one.body for one in done.stored(told))
    ]
    if rows:
        bulk.insert(Line, ("id", "incident", "area", "kind", "name", "phone", "round_the_clock"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="helpline.line", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def take_calls(*, told: Sequence[Told[TakeCall]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store calls."""
    done = Done()
    areas = dict(Line.objects.filter(pk__in={one.body.line for one in told}).values_list("id", "area"))
    allowed = by.allowed("helpline.record", areas.values(), incident)
    words = vault(None) if any(one.body.note for one in told) else None
    rows = []
    for one in told:
        b, area = one.body, areas.get(one.body.line)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right="helpline.record")
        else:
            note = _sealed(words, b.note, "helpline_call", one.id)
            rows.append((one.id, incident, area, one.at, one.by, one.device, b.line, b.kind, b.outcome, note))
    if rows:
        bulk.insert(Call, (*FACT, "line", "kind", "outcome", "note_c"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="helpline.call", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def _promise(one: Told[OpenRequest], pack: Pack) -> datetime:
    """What was promised, or what the pack promises to such a household."""
    classes = {known.code for known in pack.helpline.vulnerable}
    vulnerable = one.body.vulnerable if one.body.vulnerable in classes else None
    return one.body.promised_at or pack.helpline.answer_by(one.at, vulnerable)


def open_requests(*, told: Sequence[Told[OpenRequest]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store requests with their promise."""
    done = Done()
    allowed = by.allowed("helpline.record", (one.body.area for one in told), incident)
    pack = incidents.pack_of(incident)
    words = vault(None) if any(one.body.note for one in told) else None
    rows = []
    for one in told:
        b = one.body
        if not is_sane(b.promised_at):
            done.refused[one.id] = BadInput(problem="promised_at")
            continue
        if b.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="helpline.record")
            continue
        promised = _promise(one, pack)
        note = _sealed(words, b.note, "helpline_request", b.id)
        rows.append(
            (b.id, incident, b.area, b.kind.value, b.resident, b.dwelling, b.call, b.vulnerable, note, one.at, one.by,
             promised, promised, 1, "open", False)
        )  # fmt: skip
    if rows:
        bulk.insert(Request, REQUEST, rows)
        requests = {row[0] for row in rows}
        recompute_requests(requests)
        area = min(row[2] for row in rows)
        journal.write(action="helpline.request", by=by, incident=incident, area=area, subjects=requests)
        done.touch("helpline.request", requests)
    return done


def restate_requests(told: Sequence[Told[OpenRequest]], incident: UUID) -> None:
    """Requests with several causes, as these together say it now: when and of whom it was first asked, how urgent."""
    pack = incidents.pack_of(incident)
    rows = [
        (one.body.id, one.at, one.by, _promise(one, pack), one.body.vulnerable)
        for one in sorted(told, key=lambda one: one.id)
    ]
    if rows:
        bulk.lock(Request, {row[0] for row in rows})
        names = ("id", "asked_at", "asked_of", "first_promised_at", "vulnerable")
        bulk.update(Request, names, rows)
        recompute_requests({row[0] for row in rows})


def update_requests(*, told: Sequence[Told[UpdateRequest]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store what was done about requests, and derive them again."""
    done = Done()
    areas = dict(Request.objects.filter(pk__in={one.body.request for one in told}).values_list("id", "area"))
    allowed = by.allowed("helpline.record", areas.values(), incident)
    rows = []
    for one in told:
        b, area = one.body, areas.get(one.body.request)
        if not is_sane(b.promised_at):
            done.refused[one.id] = BadInput(problem="promised_at")
        elif area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right="helpline.record")
        else:
            rows.append(
                (one.id, incident, area, one.at, one.by, one.device, b.request, b.step.value, b.promised_at)
            )
    if rows:
        requests = {row[6] for row in rows}
        bulk.lock(Request, requests)
        bulk.insert(RequestUpdate, (*FACT, "request", "step", "promised_at"), rows)
        recompute_requests(requests)
        journal.write(
            action="helpline.update", by=by, incident=incident, area=min(row[2] for row in rows), subjects=requests,
            count=len(rows),
        )  # fmt: skip
        done.touch("helpline.request", requests)
    return done


def recompute_requests(requests: set[UUID]) -> None:
    """Derive requests from all their unretracted updates."""
    bulk.lock(Request, requests)
    updates: dict[UUID, list[Update]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            "select u.request, u.at, u.id, u.step, u.by, u.promised_at from helpline_requestupdate u"
            " where u.request = any(%s) and not exists (select from core_retraction r where r.target = u.id)",
            [list(requests)],
        )
        for request, *fields in cursor.fetchall():
            updates[request].append(Update(*fields))
        cursor.execute(
            "select q.id, min(r.at) from helpline_request q join core_retraction r on r.target = q.call"
            " where q.id = any(%s) group by 1",
            [list(requests)],
        )
        unasked = dict(cursor.fetchall())
    rows = []
    for request, first in Request.objects.filter(pk__in=requests).values_list("id", "first_promised_at"):
        s = request_state(first, updates[request], unasked.get(request))
        rows.append(
            (request, s.state, s.promised_at, s.promises, s.closed_at, s.late, s.taken_by, s.next_change_at,
             s.unasked_at)
        )  # fmt: skip
    bulk.update(Request, STATE, rows)


def reconsider_calls(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the requests again that these calls, or attempts of callers, asked for."""
    done = Done()
    requests = set(Request.objects.filter(call__in=facts).values_list("id", flat=True))
    if requests:
        recompute_requests(requests)
    done.touch("helpline.request", requests)
    return done


def reconsider_updates(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the requests of these updates again."""
    done = Done()
    requests = set(RequestUpdate.objects.filter(pk__in=facts).values_list("request", flat=True))
    recompute_requests(requests)
    done.touch("helpline.request", requests)
    return done


def record_support(*, told: Sequence[Told[RecordSupport]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store support that reached people."""
    done = Done()
    allowed = by.allowed("helpline.record", (one.body.area for one in told), incident)
    rows = []
    for one in told:
        if not 0 <= one.body.audience <= MOST:
            done.refused[one.id] = BadInput(problem="audience")
        elif one.body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="helpline.record")
        else:
            b = one.body
            rows.append((one.id, incident, b.area, one.at, one.by, one.device, b.kind.value, b.audience))
    if rows:
        bulk.insert(Support, (*FACT, "kind", "audience"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="helpline.support", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def read_note(*, call: UUID, reason: str, by: Actor, incident: UUID, now: datetime) -> str:
    """Open the note of one call: for counsellors of its area, for a reason, into the journal."""
    row = Call.objects.filter(pk=call).values_list("area", "note_c").first()
    if row is None:
        raise NotFound
    return _open("helpline_call", "helpline.counsel", (call, *row), reason, by, incident)


def read_request_note(*, request: UUID, reason: str, by: Actor, incident: UUID, now: datetime) -> str:
    """Open the words of one request: what counselling was asked for is for counsellors only."""
    row = Request.objects.filter(pk=request).values_list("area", "note_c", "kind").first()
    if row is None:
        raise NotFound
    right = "helpline.counsel" if row[2] == RequestKind.COUNSELLING else "helpline.record"
    return _open("helpline_request", right, (request, row[0], row[1]), reason, by, incident)


def _open(
    table: str,
    right: str,
    row: tuple[UUID, int, bytes | memoryview | None],
    reason: str,
    by: Actor,
    incident: UUID,
) -> str:
    """Check the right and the reason, write the journal, open the seal."""
    thing, area, sealed = row
    by.require(right, area, incident)
    if not reason.strip():
        raise ReasonNeeded
    journal.write(
        action="helpline.read", by=by, incident=incident, area=area, subjects=[thing], reason=reason
    )
    if sealed is None:
        return ""
    return vault(None).open(sealed, kind="counselling", table=table, row=thing, field="note_c")
