"""What a device at a gate carries: the keys it believes, the revoked passes, the whitelist, and how old is too old."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from muster.core.access import scope, system
from muster.domain.incidents import queries as incidents
from muster.domain.passes import keys, lists
from muster.domain.passes.models import Pass
from muster.domain.passes.rules import OLD_LIST_HOURS, ListKind, seconds
from muster.domain.people import queries as people

TAIL = 4


def revoked_list(*, incident: UUID, now: datetime) -> bytes:
    """The passes of the whole incident that were revoked and would otherwise still be valid, signed."""
    with scope(system(incident=incident), incident):
        gone = Pass.objects.filter(incident=incident, revoked_at__lte=now, valid_to__gt=now)
        marks = lists.marks(gone.values_list("id", flat=True))
    held = lists.PassList(str(incident), ListKind.REVOKED, seconds(now), marks)
    return lists.sign(held, keys.signing_key(incident))


def whitelist(*, incident: UUID, now: datetime) -> bytes:
    """The passes of this scope that hold now or later, with masked names to search by hand, signed."""
    found = Pass.objects.filter(incident=incident, revoked_at=None, valid_to__gt=now)
    held = list(found.order_by("-valid_to", "id")[: lists.MOST_ROWS])
    names = people.masked({one.resident for one in held if one.resident}, incident)
    rows = []
    for one in held:
        who = names.get(one.resident) if one.resident else None
        rows.append(
            lists.Row(
                lists.mark(one.id), one.code, one.kind, who.name if who else "", who.document[-TAIL:].lstrip("*") if who else "",
                "", seconds(one.valid_from), seconds(one.valid_to),
            )
        )  # fmt: skip
    marks = lists.marks(one.id for one in held)
    signed = lists.PassList(str(incident), ListKind.WHITELIST, seconds(now), marks, tuple(rows))
    return lists.sign(signed, keys.signing_key(incident))


def old_after_hours(incident: UUID) -> float:
    """After how many hours a list is old: the guard then admits and records (amber)."""
    gates = incidents.pack_of(incident).gates
    return gates.list_old_hours.value if gates and gates.list_old_hours else OLD_LIST_HOURS


def for_gate(*, incident: UUID, now: datetime) -> dict[str, Any]:
    """Everything a device needs to judge passes without a network."""
    gates = incidents.pack_of(incident).gates
    return {
        "issuer": str(incident),
        "keys": [_text(key) for key in keys.known(incident).values()],
        "revoked": _text(revoked_list(incident=incident, now=now)),
        "whitelist": _text(whitelist(incident=incident, now=now)),
        "old_after_hours": old_after_hours(incident),
        "exceptions": [
            {"code": one.code, "zh": one.title.zh, "en": one.title.en, "rule_zh": one.rule.value.zh,
             "rule_en": one.rule.value.en}
            for one in (gates.exceptions if gates else ())
        ],
    }  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
