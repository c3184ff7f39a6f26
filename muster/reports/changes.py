"""What changed between two editions: other numbers, new facts, late facts, corrections."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.apps import apps
from django.db import connection

from muster.core.models import Retraction
from muster.core.tables import Fact
from muster.reports.figures.definition import Value
from muster.reports.models import Edition

EXAMPLES = 50


class Moved(msgspec.Struct, frozen=True):
    """A figure that is another number than in the last edition."""

    ref: str
    figure: str
    before: int | None
    after: int | None


class Kind(msgspec.Struct, frozen=True):
    """How many facts of one kind (`worklists.visit`)."""

    kind: str
    count: int


class LateFact(msgspec.Struct, frozen=True):
    """A fact that happened before the last edition and was heard of after it."""

    kind: str
    fact: UUID
    at: datetime
    recorded_at: datetime


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The difference to the last edition of the same area; `since` is its number, None for the first."""

    since: int | None
    figures: list[Moved]
    new: list[Kind]
    late: list[Kind]
    corrected: list[Kind]
    late_examples: list[LateFact]


def kinds() -> dict[str, str]:
    """Every kind of fact and its table, retractions apart."""
    models = [m for m in apps.get_models() if issubclass(m, Fact) and m is not Retraction]
    return {f"{m._meta.app_label}.{m._meta.model_name}": m._meta.db_table for m in models}


def between(
    last: Edition | None, values: Sequence[Value], *, incident: UUID, as_of: int, spans: str | None
) -> Changes:
    """What an edition at `as_of` says that the last one did not. Facts count once, as new, and perhaps also as late."""
    bound = {
        "incident": incident, "low": last.as_of_tx if last else 0, "high": as_of, "spans": spans,
        "ended": last.until_at if last else None, "examples": EXAMPLES,
    }  # fmt: skip
    counted = _counts(bound)
    return Changes(
        since=last.number if last else None,
        figures=_moved(last, values) if last else [],
        new=[Kind(kind, new) for kind, new, _ in counted if new],
        late=[Kind(kind, late) for kind, _, late in counted if late],
        corrected=_corrected(bound),
        late_examples=_late(bound, [kind for kind, _, late in counted if late]),
    )


WITHIN = (
    "f.incident = %(incident)s and f.tx >= %(low)s and f.tx < %(high)s"
    " and (%(spans)s::int8multirange is null or f.area <@ %(spans)s::int8multirange)"
)


def _fetch(sql: str, bound: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, bound)
        return list(cursor.fetchall())


def _counts(bound: dict[str, Any]) -> list[tuple[str, int, int]]:
    each = [
        f"select '{kind}', count(*), count(*) filter (where f.at < %(ended)s::timestamptz)"  # noqa: S608
        f" from {table} f where {WITHIN}"
        for kind, table in sorted(kinds().items())
    ]
    return [(kind, new, late) for kind, new, late in _fetch(" union all ".join(each), bound)]


def _corrected(bound: dict[str, Any]) -> list[Kind]:
    """Facts the last edition counted (or that were already in) and that were taken back since."""
    sql = (
        "select f.kind, count(distinct f.target) from core_retraction f"  # noqa: S608
        f" where {WITHIN} group by f.kind order by f.kind"
    )
    return [Kind(kind, count) for kind, count in _fetch(sql, bound)]


def _late(bound: dict[str, Any], late: Sequence[str]) -> list[LateFact]:
    if not late:
        return []
    tables = kinds()
    each = [
        f"(select '{kind}' as kind, f.id, f.at, f.recorded_at from {tables[kind]} f where {WITHIN}"  # noqa: S608
        " and f.at < %(ended)s order by f.at, f.id limit %(examples)s)"
        for kind in late
    ]
    sql = f"select * from ({' union all '.join(each)}) x order by at, id limit %(examples)s"  # noqa: S608
    return [LateFact(*row) for row in _fetch(sql, bound)]


def _moved(last: Edition, values: Sequence[Value]) -> list[Moved]:
    held = {(one["ref"], one["figure"]): one["value"] for one in last.figures}
    return [
        Moved(one.ref, one.figure, held[one.ref, one.figure], one.value)
        for one in values
        if (one.ref, one.figure) in held and held[one.ref, one.figure] != one.value
    ]
