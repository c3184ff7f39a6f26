"""Commands out of a submission, through the same actions as /sync, with the same receipts and the same waiting.

Each runs under a savepoint: what the database cannot hold is refused, the rest is taken. What waits for a right
or for a thing is parked as a command of a telephone, and tried again with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import DataError, IntegrityError, transaction

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import BadInput, Refusal
from muster.core.ids import derive_id
from muster.core.models import Parked, Receipt
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.interop.forms import mapping
from muster.interop.forms.mapping import Ordered
from muster.journeys.settle import settle

RECEIPT = ("id", "name", "digest", "result", "code", "seq", "device", "account", "batch", "skew")
PARKED = ("id", "command", "incident", "area", "account", "device", "name", "result", "code", "sealed")


class Sender(msgspec.Struct, frozen=True):
    """Who sends: the actor of a telephone, its incident, the instant."""

    actor: Actor
    incident: UUID
    now: datetime


def run(ordered: Sequence[Ordered], sender: Sender, batch: UUID, at: datetime) -> int:
    """Tell the commands; returns how many were not taken (they are kept for a person or a later try)."""
    done, left = [], 0
    before = set(Receipt.objects.filter(pk__in=[one.id for one in ordered]).values_list("id", flat=True))
    for one in ordered:
        if one.id in before:
            continue
        answer = _tell(one, sender, at)
        refusal = answer if isinstance(answer, Refusal) else _not_taken(answer, one.id)
        result = "stored"
        if refusal is not None:
            waits = isinstance(answer, Done) and one.id in answer.waiting
            result, left = "quarantined" if waits else "refused", left + 1
            park(wire(one, at, sender), one, result, refusal.code, sender)
        if isinstance(answer, Done):
            done.append(answer.touched)
        _receipt(one, result, refusal.code if refusal else "", sender, batch)
    settle(done, incident=sender.incident, now=sender.now)
    return left


def _tell(one: Ordered, sender: Sender, at: datetime) -> Done | Refusal:
    kind, action = mapping.COMMANDS[one.name]
    try:
        body: Any = msgspec.convert(one.body, kind, strict=False)
    except (msgspec.ValidationError, OverflowError) as error:
        return BadInput(problem=str(error))
    told = Told(one.id, at, sender.actor.by, body, sender.actor.device)
    try:
        with transaction.atomic():
            return action(told=[told], by=sender.actor, incident=sender.incident, now=sender.now)
    except Refusal as refusal:
        return refusal
    except (DataError, IntegrityError) as error:
        return BadInput(problem=type(error.__cause__).__name__)


def _not_taken(done: Done, command: UUID) -> Refusal | None:
    return done.refused.get(command) or done.waiting.get(command)


def wire(one: Ordered, at: datetime, sender: Sender) -> bytes:
    """The command as a telephone would have sent it."""
    said = {"id": one.id, "name": one.name, "at": at, "body": one.body, "seq": 0, "by": sender.actor.by}
    return msgspec.json.encode(said)


def park(raw: bytes, one: Ordered, result: str, code: str, sender: Sender) -> None:
    """Keep something sealed, for a person or a later try."""
    row = derive_id("parked", one.id, code, raw)
    sealed = vault(sender.incident).seal(
        raw.decode(errors="backslashreplace"), kind="note", table="core_parked", row=row, field="sealed"
    )
    spans = sender.actor.spans(None, sender.incident)
    area = spans[0][0] if spans else 0
    said = (one.name[:40], result, code, sealed)
    account, device = sender.actor.account, sender.actor.device
    bulk.insert(Parked, PARKED, [(row, one.id, sender.incident, area, account, device, *said)])


def _receipt(one: Ordered, result: str, code: str, sender: Sender, batch: UUID) -> None:
    digest = hashlib.blake2b(msgspec.json.encode((one.name, one.body)), digest_size=16).digest()
    actor = sender.actor
    row = (one.id, one.name, digest, result, code, 0, actor.device, actor.account, batch, 0)
    bulk.insert(Receipt, RECEIPT, [row])


def take_back(before: Sequence[Ordered], sender: Sender, edit: UUID) -> None:
    """An edited form: the facts of the one it replaces are retracted before the new ones are told."""
    touched = []
    for one in before:
        kind = mapping.undone(one.name)
        if not kind:
            continue
        body = RetractBody(kind=kind, target=one.id, reason="edited")
        told = Told(
            derive_id(edit, "retract", one.id), sender.now, sender.actor.by, body, sender.actor.device
        )
        done = retract_facts(told=[told], by=sender.actor, incident=sender.incident, now=sender.now)
        if not (done.refused or done.waiting):
            touched.append(mapping.reconsidered(kind, {one.id}, sender.incident, sender.now).touched)
    ids = [one.id for one in before]
    Parked.objects.filter(command__in=ids, settled_at=None).update(settled_at=sender.now)
    settle(touched, incident=sender.incident, now=sender.now)
