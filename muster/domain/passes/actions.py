"""Issuing and revoking passes, recording scans and check-ins, and forgetting who was scanned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from django.utils.timezone import localtime

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.ids import short_code
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.passes import cose, keys, queries, token
from muster.domain.passes.models import Pass, PassRevoked, PassScanned, PlaceCheckIn, Trace
from muster.domain.passes.rules import (
    Check,
    PassKind,
    Verdict,
    differs,
    judge,
    keep_until,
)
from muster.domain.passes.words import RECORDED
from muster.domain.places.models import Point

FACT = ("id", "incident", "area", "at", "by", "device")
SCAN, ISSUE = "passes.scan", "passes.issue"
PLAIN = r"^[^\x00]*$"
Reason = Annotated[str, msgspec.Meta(max_length=40, pattern=PLAIN)]
Token = Annotated[str, msgspec.Meta(max_length=token.MOST_TEXT)]


class WindowBackwards(Refusal):
    """A pass that ends before it begins."""

    code = "passes.window_backwards"
    status = 422
    texts = {
        "zh": "通行证的失效时间不晚于生效时间。请改正时间后重新提交。",
        "en": "The pass ends before it begins. Correct the times and send it again.",
    }


class Unreadable(Refusal):
    """What was scanned is no pass of this system."""

    code = "passes.unreadable"
    status = 422
    texts = {
        "zh": "这不是本系统的通行证码。请重新扫描，或按编号查询。",
        "en": "This is no code of a pass. Scan it again, or look it up by its number.",
    }


class Tampered(Refusal):
    """The signature does not hold: changed, or made elsewhere."""

    code = "passes.tampered"
    texts = {
        "zh": "通行证签名不符，可能被改动或伪造。请不要放行，并报告指挥部。",
        "en": "The signature of this pass does not hold: changed or forged. Do not let it pass; tell the command post.",
    }


class Unknown(Refusal):
    """No such pass is known here."""

    code = "passes.unknown"
    status = 404
    texts = {
        "zh": "系统中没有这张通行证，或不在您的辖区内。请联系签发单位核对。",
        "en": "This pass is not known here. Ask the office that issued it.",
    }


class Revoked(Refusal):
    """The pass was taken back."""

    code = "passes.revoked"
    texts = {
        "zh": "通行证已于 {since} 作废。请联系签发单位补办。",
        "en": "This pass was revoked on {since}. Ask the office that issued it for a new one.",
    }


class NotYet(Refusal):
    """The pass is not valid yet."""

    code = "passes.not_yet"
    texts = {
        "zh": "通行证 {since} 起才有效，请到时再来；急需就医的先放行后补手续。",
        "en": "This pass is valid from {since} only; come back then. Medical emergencies pass first, papers follow.",
    }


class Expired(Refusal):
    """The pass is no longer valid."""

    code = "passes.expired"
    texts = {
        "zh": "通行证已于 {since} 过期。请续办；急需就医的先放行后补手续。",
        "en": "This pass ended on {since}. Have it renewed; medical emergencies pass first, papers follow.",
    }


REFUSALS: dict[Check, type[Refusal]] = {
    Check.UNREADABLE: Unreadable, Check.TAMPERED: Tampered, Check.UNKNOWN: Unknown, Check.REVOKED: Revoked,
    Check.NOT_YET: NotYet, Check.EXPIRED: Expired,
}  # fmt: skip


class IssuePass(msgspec.Struct, frozen=True):
    """Issue a pass; without an end it is valid as long as the protocol says."""

    id: UUID
    area: int
    kind: PassKind
    resident: UUID | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class RevokePass(msgspec.Struct, frozen=True):
    """Take a pass back."""

    pass_id: UUID
    reason: Reason = ""


class ScanPass(msgspec.Struct, frozen=True):
    """Somebody came to a gate: what the guard decided; the pass by its id or by what was scanned, or none."""

    gate: UUID
    verdict: Verdict
    pass_id: UUID | None = None
    reason: Reason = ""
    token: Token = ""


class CheckInPlace(msgspec.Struct, frozen=True):
    """Somebody scanned the code of a place."""

    point: UUID
    resident: UUID | None = None


def issue_passes(*, told: Sequence[Told[IssuePass]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Issue passes, signed with the incident's key; each answer carries the token and the code to print."""
    done = Done()
    gates = incidents.pack_of(incident).gates
    allowed = by.allowed(ISSUE, (one.body.area for one in told), incident)
    usual = timedelta(hours=gates.pass_valid_hours.value) if gates else None
    rows = []
    for one in told:
        b = one.body
        start = _whole(b.valid_from or one.at)
        end = _whole(b.valid_to) if b.valid_to else start + usual if usual else None
        if b.area not in allowed:
            done.refused[one.id] = NotAllowed(right=ISSUE)
        elif end is None:
            done.refused[one.id] = BadInput(problem="valid_to")
        elif end <= start:
            done.refused[one.id] = WindowBackwards()
        else:
            rows.append((b.id, incident, b.area, b.kind, b.resident, short_code(b.id, 8), start, end))
    if rows:
        _sign_and_store(rows, incident)
        ids = [row[0] for row in rows]
        held = Pass.objects.in_bulk(ids)
        for one in done.stored(told):
            if one.body.id in held:
                issued = held[one.body.id]
                done.data[one.id] = {"code": issued.code, "token": queries.token_of(issued)}
        journal.write(action=ISSUE, by=by, incident=incident, area=min(row[2] for row in rows), subjects=ids)
    return done


def _whole(at: datetime) -> datetime:
    """An instant to the second, as it is signed."""
    return at.astimezone(UTC).replace(microsecond=0)


Row = tuple[UUID, UUID, int, PassKind, UUID | None, str, datetime, datetime]


def _sign_and_store(rows: Sequence[Row], incident: UUID) -> None:
    key = keys.signing_key(incident)
    kid = cose.fingerprint(key.public_key().public_bytes_raw())
    names = ("id", "incident", "area", "kind", "resident", "code", "valid_from", "valid_to")
    signed = []
    for row in rows:
        claims = queries.claims_of(Pass(**dict(zip(names, row, strict=True))))
        signed.append((*row, key.sign(cose.to_sign(token.payload(claims), kid))))
    bulk.insert(Pass, (*names, "signature"), signed)


def revoke_passes(*, told: Sequence[Told[RevokePass]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Take passes back."""
    done = Done()
    areas = dict(Pass.objects.filter(pk__in={one.body.pass_id for one in told}).values_list("id", "area"))
    allowed = by.allowed(ISSUE, areas.values(), incident)
    rows = []
    for one in told:
        area = areas.get(one.body.pass_id)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.refused[one.id] = NotAllowed(right=ISSUE)
        else:
            rows.append(
                (one.id, incident, area, one.at, one.by, one.device, one.body.pass_id, one.body.reason)
            )
    if rows:
        bulk.insert(PassRevoked, (*FACT, "pass_id", "reason"), rows)
        revoked = {row[6] for row in rows}
        _derive(revoked)
        journal.write(
            action="passes.revoke",
            by=by,
            incident=incident,
            area=min(row[2] for row in rows),
            subjects=revoked,
        )
    return done


def _derive(passes: set[UUID]) -> None:
    """Since when passes are revoked: the first revocation that stands."""
    since: dict[UUID, datetime | None] = dict.fromkeys(bulk.lock(Pass, passes))
    facts = PassRevoked.objects.filter(pass_id__in=passes).exclude(id__in=Retraction.objects.values("target"))
    for fact in facts.order_by("-at", "-id"):
        since[fact.pass_id] = fact.at
    bulk.update(Pass, ("id", "revoked_at"), list(since.items()))


def check_pass(*, text: str, gate: UUID, by: Actor, incident: UUID, now: datetime) -> token.Claims:
    """What a shown pass says, if it holds now at this gate; refuses with the reason otherwise."""
    area = Point.objects.filter(pk=gate).values_list("area", flat=True).first()
    if area is None:
        raise NotFound
    by.require(SCAN, area, incident)
    reading = token.verify(text, keys.known(incident), now.timestamp())
    if reading.fault is not None and reading.claims is None:
        raise REFUSALS[RECORDED[reading.fault]]
    claims = reading.claims
    held = _known({claims.id}, incident).get(claims.id) if claims else None
    if claims is None or held is None:
        raise Unknown
    check = judge(now, held.valid_from, held.valid_to, held.revoked_at)
    if check != Check.GOOD:
        since = {Check.REVOKED: held.revoked_at, Check.NOT_YET: held.valid_from}.get(check) or held.valid_to
        raise REFUSALS[check](since=f"{localtime(since):%Y-%m-%d %H:%M}")
    return claims


def _known(passes: set[UUID], incident: UUID) -> dict[UUID, Pass]:
    """These passes wherever they were issued: a gate meets people of other areas."""
    if not passes:
        return {}
    with scope(system(incident=incident), incident):
        return Pass.objects.in_bulk(passes)


def scan_passes(*, told: Sequence[Told[ScanPass]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record scans at gates. The guard has decided; where the server knows better, the scan is flagged."""
    done = Done()
    areas = _point_areas({one.id: one.body.gate for one in told}, by, incident, done)
    good = done.stored(told)
    if not good:
        return done
    shown = _shown(good, incident)
    known = _known({held for held, _ in shown.values() if held}, incident)
    rows, traces = [], []
    keeps, days = _retention(incident)
    for one in good:
        held, check = shown[one.id]
        if held is not None:
            row = known.get(held)
            check = judge(one.at, row.valid_from, row.valid_to, row.revoked_at) if row else Check.UNKNOWN
        b = one.body
        fact = (one.id, incident, areas[one.id], one.at, one.by, one.device)
        rows.append((*fact, b.gate, b.verdict, b.reason, check, differs(b.verdict, check)))
        until = keep_until(one.at, keeps, days)
        if held is not None and until is not None and until > now:
            traces.append((one.id, incident, areas[one.id], b.gate, one.at, held, None, until))
    bulk.insert(PassScanned, (*FACT, "gate", "verdict", "reason", "checked", "differs"), rows)
    _keep(traces)
    done.touch("passes.trace", (row[0] for row in traces))
    journal.write(
        action=SCAN, by=by, incident=incident, area=min(row[2] for row in rows),
        subjects={row[6] for row in rows}, count=len(rows),
    )  # fmt: skip
    return done


def _shown(told: Sequence[Told[ScanPass]], incident: UUID) -> dict[UUID, tuple[UUID | None, Check]]:
    """Which pass was shown, and what its token alone tells (nothing is known of one that does not verify)."""
    believed = keys.known(incident) if any(one.body.token for one in told) else {}
    shown: dict[UUID, tuple[UUID | None, Check]] = {}
    for one in told:
        if one.body.token:
            reading = token.verify(one.body.token, believed, one.at.timestamp())
            check = RECORDED[reading.fault] if reading.fault else Check.GOOD
            shown[one.id] = (reading.claims.id if reading.claims else None, check)
        else:
            shown[one.id] = (one.body.pass_id, Check.NOT_SHOWN)
    return shown


def _point_areas(points: dict[UUID, UUID], by: Actor, incident: UUID, done: Done) -> dict[UUID, int]:
    """The area of each command's point; those unknown here, or where one may not scan, wait."""
    areas = dict(Point.objects.filter(pk__in=set(points.values())).values_list("id", "area"))
    allowed = by.allowed(SCAN, areas.values(), incident)
    found = {}
    for command, point in points.items():
        area = areas.get(point)
        if area is None:
            done.waiting[command] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[command] = NotAllowed(right=SCAN)
        else:
            found[command] = area
    return found


def _retention(incident: UUID) -> tuple[bool, int]:
    gates = incidents.pack_of(incident).gates
    return (gates.keep_pass_id.value, gates.scan_retention_days.value) if gates else (False, 0)


def _keep(traces: Sequence[tuple[object, ...]]) -> None:
    if traces:
        bulk.insert(
            Trace, ("id", "incident", "area", "point", "at", "pass_id", "resident", "keep_until"), traces
        )


def check_in_places(*, told: Sequence[Told[CheckInPlace]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record check-ins at places."""
    done = Done()
    areas = _point_areas({one.id: one.body.point for one in told}, by, incident, done)
    rows, traces = [], []
    keeps, days = _retention(incident)
    for one in done.stored(told):
        rows.append((one.id, incident, areas[one.id], one.at, one.by, one.device, one.body.point))
        until = keep_until(one.at, keeps, days)
        if one.body.resident is not None and until is not None and until > now:
            traces.append(
                (one.id, incident, areas[one.id], one.body.point, one.at, None, one.body.resident, until)
            )
    if rows:
        bulk.insert(PlaceCheckIn, (*FACT, "point"), rows)
        _keep(traces)
        done.touch("passes.trace", (row[0] for row in traces))
        journal.write(
            action="passes.check_in", by=by, incident=incident, area=min(row[2] for row in rows),
            subjects={row[6] for row in rows}, count=len(rows),
        )  # fmt: skip
    return done


def forget_traces(*, by: Actor, incident: UUID, now: datetime) -> int:
    """Delete who was scanned where the time to keep it is over; returns how many. For a job, as the system."""
    gone, _ = Trace.objects.filter(keep_until__lte=now).delete()
    if gone:
        journal.write(action="passes.forget", by=by, incident=incident, area=0, count=gone)
    return gone


def reconsider_revocations(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the passes that had been revoked."""
    _derive(set(PassRevoked.objects.filter(pk__in=facts).values_list("pass_id", flat=True)))
    return Done()


def reconsider_scans(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: what was recorded by mistake is not kept."""
    Trace.objects.filter(pk__in=facts).delete()
    done = Done()
    done.touch("passes.trace", facts)
    return done
