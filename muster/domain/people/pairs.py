"""Reads of pairs that may be one person: what waits for a decision, and one pair side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core.vault import vault
from muster.domain.people import sealing
from muster.domain.people.models import Identity, Likeness
from muster.domain.people.rules import document_key, mask_document, mask_name, mask_phone, name_key, phone_key
from muster.domain.people.sealing import Clear
from muster.domain.people.sounds import sound_key


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


SAME, ALIKE, NEAR, OTHER, UNKNOWN = "same", "alike", "near", "other", "unknown"
FIELDS = ("name", "document", "phone", "address")


class Compared(msgspec.Struct, frozen=True):
    """One field of two records, as lists show it, and how the two compare: nothing is opened to say so."""

    field: str
    a: str
    b: str
    verdict: str


def side_by_side(a: UUID, b: UUID, incident: UUID) -> list[Compared]:
    """The words of two records, masked, with how they compare."""
    rows = Identity.objects.in_bulk([a, b])
    held = vault(incident)
    one, other = (sealing.opened(held, rows[end]) if end in rows else Clear() for end in (a, b))
    return [
        Compared(
            field,
            _shown(field, one),
            _shown(field, other),
            verdict(field, getattr(one, field), getattr(other, field)),
        )
        for field in FIELDS
    ]


def written_address(resident: UUID, incident: UUID) -> str:
    """The address of a record as it was written, for finding its building. Never shown as it is."""
    row = Identity.objects.filter(pk=resident).first()
    return sealing.opened(vault(incident), row).address if row else ""


def _shown(field: str, words: Clear) -> str:
    if field == "address":  # the door is shown by the register; words of an address say too much
        return "…" if words.address else ""
    masks: dict[str, Callable[[str], str]] = {
        "name": mask_name,
        "document": mask_document,
        "phone": mask_phone,
    }
    return masks[field](getattr(words, field))


def verdict(field: str, one: str, other: str) -> str:
    """`same`, `alike` (sounds the same), `near` (one character apart), `other`, or `unknown` on a side."""
    keys: dict[str, Callable[[str], str]] = {"name": name_key, "document": document_key, "phone": phone_key}
    key = keys.get(field, name_key)
    first, second = key(one), key(other)
    if not first or not second:
        return UNKNOWN
    if first == second:
        return SAME
    if field == "name" and sound_key(one) == sound_key(other):
        return ALIKE
    return NEAR if field != "name" and _one_apart(first, second) else OTHER


def _one_apart(one: str, other: str) -> bool:
    """Whether one character is wrong, missing, too many, or two neighbours are swapped."""
    short, long = sorted((one, other), key=len)
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) != len(long):
        return len(long) - len(short) == 1 and short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )
