"""Commands that could not be taken now: sealed and kept, for a person or a later try. Nothing is dropped."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.ids import derive_id, new_id
from muster.core.models import Parked
from muster.core.vault import vault
from muster.fieldapp.envelope import Answer, Wire

NAMES = ("id", "command", "incident", "area", "account", "device", "name", "result", "code", "sealed")


def _area(actor: Actor, incident: UUID) -> int:
    spans = actor.spans(None, incident)
    return spans[0][0] if spans else 0


def _row(  # noqa: PLR0913 (one row, its parts in order)
    raw: bytes, command: UUID, name: str, result: str, code: str, actor: Actor, incident: UUID
) -> tuple[object, ...]:
    row = derive_id("parked", command, code, raw)
    sealed = vault(incident).seal(
        raw.decode(errors="backslashreplace"), kind="note", table="core_parked", row=row, field="sealed"
    )
    return (
        row,
        command,
        incident,
        _area(actor, incident),
        actor.account,
        actor.device,
        name[:40].replace("\x00", ""),
        result,
        code,
        sealed,
    )


def park(items: Sequence[tuple[Wire, str, str]], actor: Actor, incident: UUID) -> None:
    """Keep refused, conflicting and waiting commands."""
    rows = [
        _row(msgspec.json.encode(wire), wire.id, wire.name, result, code, actor, incident)
        for wire, result, code in items
    ]
    bulk.insert(Parked, NAMES, rows)


def park_unread(raw: msgspec.Raw, answer: Answer, actor: Actor, incident: UUID) -> None:
    """Keep a command that could not even be read."""
    command = answer.id or new_id()
    bulk.insert(Parked, NAMES, [_row(bytes(raw), command, "?", "refused", answer.code, actor, incident)])


def waiting(account: UUID, incident: UUID, most: int = 2_000) -> list[Parked]:
    """The account's commands that wait for a right or for a thing, oldest first, locked."""
    return list(
        Parked.objects.select_for_update(skip_locked=True)
        .filter(account=account, incident=incident, settled_at=None, result="quarantined")
        .order_by("parked_at", "id")[:most]
    )


def opened(parked: Parked) -> Wire:
    """The command as it was sent."""
    text = vault(parked.incident).open(
        parked.sealed, kind="note", table="core_parked", row=parked.id, field="sealed"
    )
    return msgspec.json.decode(text.encode(), type=Wire)
