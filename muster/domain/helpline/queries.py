"""Reads of the helpline. No read here returns a note: `actions.read_note` opens them one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Sum, Value, When

from muster.core.models import Retraction
from muster.domain.helpline.models import IS_OPEN, Call, Line, Request, RequestUpdate, Support
from muster.domain.helpline.rules import is_late

HOUR = timedelta(hours=1)


class Household(msgspec.Struct, frozen=True):
    """What one household asked for: everything a caller must know before promising again."""

    dwelling: UUID
    open: int
    late: int
    done: int
    vulnerable: frozenset[str]
    requests: list[Request]


class Promises(msgspec.Struct, frozen=True):
    """The board's numbers: open, promised within the hour, promise already broken."""

    open: int
    within_hour: int
    late: int


def lines() -> QuerySet[Line]:
    """The telephone lines of this scope."""
    return Line.objects.order_by("kind", "name", "id")


def calls(*, line: UUID | None = None) -> QuerySet[Call]:
    """Calls that were not taken back, newest first, without their notes."""
    rows = Call.objects.exclude(id__in=Retraction.objects.values("target")).defer("note_c")
    if line is not None:
        rows = rows.filter(line=line)
    return rows.order_by("-at", "-id")


def worded() -> QuerySet[Call]:
    """Calls in which something was written down, newest first."""
    return calls().filter(note_c__isnull=False)


def calls_by_kind() -> dict[str, int]:
    """How many calls were taken, by kind."""
    counted = calls().order_by("kind").values("kind").annotate(times=Count("id"))
    return {row["kind"]: row["times"] for row in counted}


def known_requests(ids: set[UUID]) -> set[UUID]:
    """Those of these requests that exist."""
    return set(Request.objects.filter(pk__in=ids).values_list("id", flat=True))


def requests(*, is_open: bool = True, kind: str | None = None) -> QuerySet[Request]:
    """Requests, vulnerable households first, then by promise; notes left out."""
    rows = Request.objects.defer("note_c")
    if is_open:
        rows = rows.filter(IS_OPEN)
    if kind is not None:
        rows = rows.filter(kind=kind)
    usual = Case(When(vulnerable="", then=Value(1)), default=Value(0), output_field=IntegerField())
    return rows.order_by(usual, "promised_at", "id")


def late(now: datetime) -> QuerySet[Request]:
    """Open requests whose first promise has passed."""
    return requests().filter(first_promised_at__lt=now)


def promises(now: datetime, rows: QuerySet[Request] | None = None) -> Promises:
    """How many requests (or of these) are open, due within the hour, late."""
    row = (
        (Request.objects.all() if rows is None else rows)
        .filter(IS_OPEN)
        .aggregate(
            open=Count("id"),
            soon=Count("id", filter=Q(promised_at__gte=now, promised_at__lt=now + HOUR)),
            late=Count("id", filter=Q(first_promised_at__lt=now)),
        )
    )
    return Promises(row["open"], row["soon"], row["late"])


def open_by_kind() -> dict[str, int]:
    """Open requests by kind."""
    counted = Request.objects.filter(IS_OPEN).values("kind").annotate(many=Count("id")).order_by("kind")
    return {row["kind"]: row["many"] for row in counted}


def household(dwelling: UUID, now: datetime) -> Household:
    """All requests of one dwelling, newest first, with what is open and late."""
    rows = list(Request.objects.defer("note_c").filter(dwelling=dwelling).order_by("-asked_at", "-id"))
    return Household(
        dwelling=dwelling,
        open=sum(one.closed_at is None for one in rows),
        late=sum(is_late(one.state, one.first_promised_at, late=one.late, now=now) for one in rows),
        done=sum(one.state == "done" for one in rows),
        vulnerable=frozenset(one.vulnerable for one in rows if one.vulnerable),
        requests=rows,
    )


def updates(request: UUID) -> QuerySet[RequestUpdate]:
    """What was done about a request, in order."""
    gone = Retraction.objects.values("target")
    return RequestUpdate.objects.filter(request=request).exclude(id__in=gone).order_by("at", "id")


def support_by_kind() -> dict[str, tuple[int, int]]:
    """Support by kind: how often, and how many people it reached."""
    rows = Support.objects.exclude(id__in=Retraction.objects.values("target"))
    counted = rows.values("kind").annotate(times=Count("id"), reached=Sum("audience")).order_by("kind")
    return {row["kind"]: (row["times"], row["reached"]) for row in counted}
