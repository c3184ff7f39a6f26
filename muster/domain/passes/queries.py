"""Reads of passes, gates and check-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncHour

from muster.core.models import Retraction
from muster.domain.passes import cose, keys, token
from muster.domain.passes.models import Pass, PassScanned, PlaceCheckIn, Trace
from muster.domain.passes.rules import Check, PassKind, Verdict, differs, judge, seconds


class GateHour(msgspec.Struct, frozen=True):
    """What happened at a gate in one hour."""

    gate: UUID
    hour: datetime
    passed: int
    stopped: int
    amber: int


class Doubtful(msgspec.Struct, frozen=True):
    """A scan whose verdict does not fit what is known of the pass today."""

    scan: UUID
    gate: UUID
    at: datetime
    verdict: str
    check: Check


def claims_of(held: Pass) -> token.Claims:
    """What is signed of a pass: no name, no document, no resident."""
    return token.Claims(
        id=held.id, issuer=str(held.incident), kind=PassKind(held.kind), code=held.code,
        valid_from=seconds(held.valid_from), valid_to=seconds(held.valid_to),
    )  # fmt: skip


def token_of(held: Pass) -> str:
    """What stands in the code of a pass."""
    kid = cose.fingerprint(keys.public_key(held.incident))
    return token.text_of(cose.joined(token.payload(claims_of(held)), kid, bytes(held.signature)))


def passes() -> QuerySet[Pass]:
    """The passes of this scope, newest first."""
    return Pass.objects.order_by("-valid_from", "id")


def gate_hours(*, from_at: datetime, to_at: datetime, gates: Iterable[UUID] | None = None) -> list[GateHour]:
    """Scans by gate and hour (`to_at` exclusive), busiest questions first: gate, then hour."""
    found = PassScanned.objects.filter(at__gte=from_at, at__lt=to_at)
    if gates is not None:
        found = found.filter(gate__in=list(gates))
    found = found.exclude(id__in=Retraction.objects.values("target"))
    rows = found.annotate(hour=TruncHour("at")).values_list("gate", "hour", "verdict").annotate(n=Count("id"))
    counted: dict[tuple[UUID, datetime], dict[str, int]] = {}
    for gate, hour, verdict, number in rows:
        counted.setdefault((gate, hour), {})[verdict] = number
    return [
        GateHour(gate, hour, n.get(Verdict.PASS, 0), n.get(Verdict.STOP, 0), n.get(Verdict.AMBER, 0))
        for (gate, hour), n in sorted(counted.items())
    ]


def check_ins(*, from_at: datetime, to_at: datetime) -> dict[UUID, int]:
    """Check-ins by place (`to_at` exclusive)."""
    found = PlaceCheckIn.objects.filter(at__gte=from_at, at__lt=to_at)
    found = found.exclude(id__in=Retraction.objects.values("target"))
    return dict(found.values_list("point").annotate(n=Count("id")))


def flagged() -> QuerySet[PassScanned]:
    """Scans where the server knew better than the guard when it heard of them, newest first."""
    standing = PassScanned.objects.exclude(id__in=Retraction.objects.values("target"))
    return standing.filter(differs=True).order_by("-at", "id")


def doubtful(*, from_at: datetime, to_at: datetime) -> list[Doubtful]:
    """Scans held again against the passes as they are known now, where it is still kept whose they were."""
    kept = dict(
        Trace.objects.filter(at__gte=from_at, at__lt=to_at, pass_id__isnull=False).values_list(
            "id", "pass_id"
        )
    )
    known = Pass.objects.in_bulk(set(kept.values()))
    found = []
    scans = PassScanned.objects.filter(pk__in=kept).exclude(id__in=Retraction.objects.values("target"))
    for scan in scans.order_by("at", "id"):
        held = known.get(kept[scan.id])
        check = judge(scan.at, held.valid_from, held.valid_to, held.revoked_at) if held else Check.UNKNOWN
        if differs(scan.verdict, check):
            found.append(Doubtful(scan.id, scan.gate, scan.at, scan.verdict, check))
    return found
