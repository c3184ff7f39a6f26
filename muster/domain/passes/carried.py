"""What a device at a gate carries: the keys it believes, the revoked passes, the whitelist, and how old is too old."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from muster.core.access import scope, system
from muster.domain.incidents import queries as incidents
from muster.domain.passes import keys, lists
from muster.domain.passes.models import Pass
from muster.domain.passes.rules import OLD_LIST_HOURS, ListKind, seconds
from muster.domain.people import queries as people

TAIL = 4


def revoked_list(*, incident: UUID, now: datetime, on_hold: Collection[UUID] = ()) -> bytes:
    """The passes of the whole incident that were revoked and would otherwise still be valid, signed; and those of
    residents on hold, for devices that know no other list."""
    with scope(system(incident=incident), incident):
        valid = Pass.objects.filter(incident=incident, valid_to__gt=now)
        gone = valid.filter(revoked_at__lte=now)
        if on_hold:
            gone |= valid.filter(resident__in=on_hold)
        marks = lists.marks(gone.values_list("id", flat=True))
    held = lists.PassList(str(incident), ListKind.REVOKED, seconds(now), marks)
    return lists.sign(held, keys.signing_key(incident))


def whitelist(*, incident: UUID, now: datetime) -> bytes:
    """The passes of this scope that hold now or later, with masked names to search by hand, signed."""
    rows = [row for _pass, row in listed(incident=incident, now=now)]
    marks = b"".join(sorted({row.mark for row in rows}))
    signed = lists.PassList(str(incident), ListKind.WHITELIST, seconds(now), marks, tuple(rows))
    return lists.sign(signed, keys.signing_key(incident))


def listed(*, incident: UUID, now: datetime, most: int = lists.MOST_ROWS) -> list[tuple[UUID, lists.Row]]:
    """The passes of this scope that hold now or later, those that hold longest first; names masked."""
    found = Pass.objects.filter(incident=incident, revoked_at=None, valid_to__gt=now)
    held = list(found.order_by("-valid_to", "id")[:most])
    names = people.masked({one.resident for one in held if one.resident}, incident)
    rows = []
    for one in held:
        who = names.get(one.resident) if one.resident else None
        name, tail = (who.name, who.document[-TAIL:].lstrip("*")) if who else ("", "")
        window = seconds(one.valid_from), seconds(one.valid_to)
        rows.append((one.id, lists.Row(lists.mark(one.id), one.code, one.kind, name, tail, "", *window)))
    return rows


def held_marks(on_hold: Collection[UUID], *, incident: UUID, now: datetime) -> bytes:
    """The marks of the passes of residents on hold: a gate stops them and says why."""
    with scope(system(incident=incident), incident):
        waiting = Pass.objects.filter(
            incident=incident, resident__in=on_hold, revoked_at=None, valid_to__gt=now
        )
        return lists.marks(waiting.values_list("id", flat=True))


def old_after_hours(incident: UUID) -> float:
    """After how many hours a list is old: the guard then admits and records (amber)."""
    gates = incidents.pack_of(incident).gates
    return gates.list_old_hours.value if gates and gates.list_old_hours else OLD_LIST_HOURS


def revoked_parts(*, incident: UUID, now: datetime) -> dict[str, bytes]:
    """The marks of the revoked list by their first digit, so that one more revocation costs a sixteenth."""
    marks = lists.read(revoked_list(incident=incident, now=now), keys.known(incident)).marks
    parts: dict[str, bytes] = dict.fromkeys("0123456789abcdef", b"")
    for at in range(0, len(marks), lists.MARK):
        mark = marks[at : at + lists.MARK]
        parts[mark.hex()[0]] += mark
    return parts
