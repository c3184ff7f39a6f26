"""What a phone at a gate holds: keys, revoked passes, the whitelist, and what may go through without papers."""

from __future__ import annotations

import base64
from typing import Any

from muster.domain.incidents import queries as incidents
from muster.domain.passes import carried, keys
from muster.domain.sampling.holds import on_hold
from muster.fieldapp.holder import Holder

Row = dict[str, Any]
MOST_LISTED = 3_000  # of the 5,000 rows a phone may hold


def gate(holder: Holder) -> list[Row]:
    """One row of rules and keys, the marks of passes on hold, then those of revoked ones in sixteen parts.

    Nothing for who may not scan.
    """
    if not holder.actor.spans("passes.scan", holder.incident):
        return []
    rules = incidents.pack_of(holder.incident).gates
    first = {
        "id": "rules",
        "keys": [_text(key) for key in keys.known(holder.incident).values()],
        "keeps": rules.keep_pass_id.value if rules else False,
        "hours": carried.old_after_hours(holder.incident),
        "exceptions": [
            {"code": one.code, "zh": one.title.zh, "en": one.title.en, "rule_zh": one.rule.value.zh,
             "rule_en": one.rule.value.en}
            for one in (rules.exceptions if rules else ())
        ],
    }  # fmt: skip
    parts = carried.revoked_parts(incident=holder.incident, now=holder.now)
    waiting = carried.held_marks(on_hold(holder.incident), incident=holder.incident, now=holder.now)
    held = {"id": "held", "held": _text(waiting)}
    return [
        first,
        held,
        *({"id": f"revoked-{digit}", "marks": _text(marks)} for digit, marks in parts.items()),
    ]


def listed(holder: Holder) -> list[Row]:
    """Passes of my area that hold, for a search by hand: number, kind, masked name, end of the document."""
    if not holder.actor.spans("passes.scan", holder.incident):
        return []
    rows = carried.listed(incident=holder.incident, now=holder.now, most=MOST_LISTED)
    return [
        {"id": str(pass_id), "mark": one.mark.hex(), "code": one.code, "kind": one.kind, "holder": one.holder,
         "tail": one.tail, "valid_from": one.valid_from, "valid_to": one.valid_to}
        for pass_id, one in rows
    ]  # fmt: skip


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
