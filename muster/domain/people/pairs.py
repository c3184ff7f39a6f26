"""Reads of pairs that may be one person: what waits for a decision, and one pair side by side."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.domain.people.models import Likeness


class Waiting(msgspec.Struct, frozen=True):
    """A pair that waits: the two records, and the persons they belong to by now."""

    id: UUID
    a: UUID
    b: UUID
    area: int
    how: str
    probability: float | None
    why: list[list[object]]
    later_at: datetime | None
    persons: tuple[UUID, UUID]


OPEN = """
from people_likeness l join people_resident a on a.id = l.a join people_resident b on b.id = l.b
where l.decided = '' and l.area >= %s and l.area < %s and a.canonical <> b.canonical
and a.withdrawn_at is null and b.withdrawn_at is null
"""
LISTED = (
    "select l.id, l.a, l.b, l.area, l.how, l.probability, l.why::text, l.later_at, a.canonical, b.canonical "
    + OPEN
    + " order by l.later_at nulls first, l.probability desc nulls last, l.proposed_at, l.id limit %s"
)


def waiting(bounds: tuple[int, int], size: int = 100) -> list[Waiting]:
    """Pairs that nobody has decided, put-off ones last; two pairs of the same persons are one question."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED, [*bounds, size * 2])
        rows = cursor.fetchall()
    found: dict[frozenset[UUID], Waiting] = {}
    for identity, a, b, area, how, probability, why, later_at, one, other in rows:
        parts = msgspec.json.decode(why)
        pair = Waiting(identity, a, b, area, how, probability, parts, later_at, (one, other))
        found.setdefault(frozenset((one, other)), pair)
    return list(found.values())[:size]


def count(bounds: tuple[int, int]) -> int:
    """How many pairs wait."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) " + OPEN, list(bounds))
        return int(cursor.fetchone()[0])


def of_batch(batch: UUID) -> int:
    """How many pairs of an import wait."""
    return Likeness.objects.filter(batch=batch, decided="").count()


def kept(ids: Sequence[UUID]) -> list[Likeness]:
    """These pairs, where visible."""
    return list(Likeness.objects.filter(pk__in=ids))
