"""Telephones: invited with a one-use code, enrolled with a key of their own, watched for gaps, wiped, revoked."""

from __future__ import annotations

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q

from muster.core import accounts, journal, prepared
from muster.core.access import Actor, Grant, scope, system
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.core.ids import ALPHABET
from muster.core.models import Account, Device, Invitation
from muster.core.models import Grant as GrantRow

GOOD_FOR = timedelta(minutes=10)
LATE = timedelta(hours=72)  # after the end of a right, records made under it are still taken
CODE = 16  # characters of 5 bits: nobody guesses one in ten minutes


class CodeSpent(Refusal):
    """The code of an enrolment is unknown, used or too old."""

    code = "phone.code_spent"
    status = 410
    texts = {
        "zh": "登记码不存在、已用过或已过期（十分钟内有效）。请让指挥部再出一个。",
        "en": "This code is unknown, used or older than ten minutes. Ask the command post for another one.",
    }


def plain(code: str) -> str:
    """A code as somebody typed it: letters that look like digits are those digits."""
    upper = code.upper().translate(str.maketrans("OIL", "011"))
    return "".join(letter for letter in upper if letter in ALPHABET)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def invite(*, account: UUID, label: str, by: Actor, incident: UUID, area: int, now: datetime) -> str:
    """A code that enrols one phone for an account within ten minutes; shown once, kept hashed."""
    by.require("device.enrol", area, incident)
    accounts.require_within(account=account, by=by, incident=incident, now=now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE))
    row = Invitation.objects.create(
        code_hash=_hash(code), account=account, home_incident=incident, home_area=area, label=label[:40],
        made_by=by.account, expires_at=now + GOOD_FOR,
    )  # fmt: skip
    journal.write(action="device.invite", by=by, incident=incident, area=area, subjects=[row.id])
    return code


class Joined(msgspec.Struct, frozen=True):
    """What a phone learns of itself when it joins."""

    device: UUID
    token: str
    incident: UUID
    area: int
    account: UUID
    responder: UUID | None
    name: str
    label: str


def join(*, code: str, public_key: bytes, now: datetime) -> Joined:
    """Turn a code into an enrolled phone. Needs a transaction.

    The same phone may ask again while the code is good: its first answer may have been lost on the way.
    """
    held = Invitation.objects.select_for_update().filter(code_hash=_hash(plain(code))).first()
    if held is None or held.expires_at <= now:
        raise CodeSpent
    account = Account.objects.filter(pk=held.account, is_active=True).first()
    known = Device.objects.filter(pk=held.device).first() if held.device else None
    if account is None or (known and (bytes(known.public_key or b"") != public_key or known.revoked_at)):
        raise CodeSpent
    token = secrets.token_urlsafe(32)
    device = known or Device(
        account=account.id, home_incident=held.home_incident, home_area=held.home_area, label=held.label,
        enrolled_at=now, public_key=public_key,
    )  # fmt: skip
    device.token_hash = _hash(token)
    device.save()
    Invitation.objects.filter(pk=held.id).update(device=device.id)
    return Joined(
        device.id, token, held.home_incident, held.home_area, account.id, account.responder,
        account.title or account.username, device.label,
    )  # fmt: skip


def give_key(*, device: UUID, public_key: bytes, area: int) -> None:
    """Remember the key and the area of a phone that was just enrolled at a desk."""
    Device.objects.filter(pk=device, public_key=None).update(public_key=public_key, home_area=area)


def actor_of(device: UUID) -> tuple[Actor, Device] | None:
    """Whom a phone acts for and the phone, revoked or not; None when it was never enrolled."""
    found = Device.objects.filter(pk=device).first()
    actor = acting(found) if found else None
    return (actor, found) if actor and found else None


def acting(phone: Device) -> Actor | None:
    """Whom a phone acts for; None when that account is gone. Needs a transaction."""
    actor = accounts.find_actor(phone.account)
    return dataclasses.replace(actor, device=phone.id) if actor else None


class Ended(msgspec.Struct, frozen=True):
    """Somebody with the one right that ended a while ago, and the time it was in force."""

    actor: Actor
    since: datetime
    until: datetime


def ended_lately(actor: Actor, now: datetime) -> list[Ended]:
    """The rights of an account that ended within three days: what was made under them may still be on its way."""
    with scope(system()):
        rows = GrantRow.objects.filter(account=actor.account, until__lte=now, until__gt=now - LATE)
        return [
            Ended(
                dataclasses.replace(actor, grants=(Grant(one.role, one.area, one.incident, one.until),)),
                one.starts_at,
                one.until,
            )
            for one in rows.order_by("until", "id")
            if one.until is not None
        ]


def by_token(token: str) -> Device | None:
    """The phone of a token, also one that was taken out of service."""
    return Device.objects.filter(token_hash=_hash(token)).first()


def arrived(device: UUID, seqs: Iterable[int], status: Any = None, now: datetime | None = None) -> None:
    """Write down which sequence numbers are here now, when the phone was heard, and what it says of itself."""
    ranges = "{" + ",".join(f"[{seq},{seq}]" for seq in sorted(set(seqs))) + "}"
    prepared.run(
        "update core_device set seqs = seqs + %s::int8multirange, status = coalesce(%s::jsonb, status),"
        " last_seen_at = coalesce(%s, last_seen_at) where id = %s",
        [ranges, msgspec.json.encode(status).decode() if status else None, now, device],
    )


class Phone(msgspec.Struct, frozen=True):
    """A phone as the desk sees it: stretches of sequence numbers that have not arrived, that two records bear, whose
    record follows another than it says."""

    device: Device
    name: str
    made: int
    here: int
    missing: list[tuple[int, int]]
    doubled: list[tuple[int, int]] = []
    breaks: list[tuple[int, int]] = []


def stretches(seqs: str) -> list[tuple[int, int]]:
    """The closed stretches of a set of ranges."""
    parts = seqs.strip("{}").replace("),[", ");[").split(";")
    bounds = [part.strip("[)").split(",") for part in parts if part]
    return [(int(low), int(beyond) - 1) for low, beyond in bounds]


def gaps(seqs: str, made: int) -> tuple[int, list[tuple[int, int]]]:
    """How many numbers of 1…made are in a set of ranges, and the closed stretches that are not."""
    here, missing, expected = 0, [], 1
    for low, high in stretches(seqs):
        low, high = max(low, 1), min(high, made)
        if low > expected:
            missing.append((expected, low - 1))
        here += max(high + 1 - low, 0)
        expected = max(expected, high + 1)
    if expected <= made:
        missing.append((expected, made))
    return here, missing


def phones(*, by: Actor, incident: UUID, bounds: tuple[int, int]) -> list[Phone]:
    """The phones of an incident this person may enrol for, the longest unseen first."""
    within = Q(pk__in=[])
    for low, high in by.spans("device.enrol", incident):
        within |= Q(home_area__gte=max(low, bounds[0]), home_area__lt=min(high, bounds[1]))
    found = list(
        Device.objects.filter(within, home_incident=incident).order_by("revoked_at", "label", "id")[:2_000]
    )
    names = dict(Account.objects.filter(pk__in={one.account for one in found}).values_list("id", "username"))
    return [_phone(one, names.get(one.account, "")) for one in found]


def _phone(device: Device, name: str) -> Phone:
    said = (device.status or {}).get("made", 0)
    made = said if isinstance(said, int) else 0
    top = max([made, *(high for _low, high in stretches(device.seqs))])
    here, missing = gaps(device.seqs, top)
    return Phone(device, name, top, here, missing, stretches(device.doubled), stretches(device.breaks))


def ask_wipe(*, devices: Sequence[UUID], by: Actor, incident: UUID, now: datetime) -> int:
    """Ask phones to forget what can be read on them. What they captured stays, sealed."""
    rows = _mine(devices, by, incident)
    Device.objects.filter(pk__in=[row.id for row in rows]).update(wipe_at=now)
    for row in rows:
        journal.write(action="device.wipe", by=by, incident=incident, area=row.home_area, subjects=[row.id])
    return len(rows)


def revoke(*, devices: Sequence[UUID], by: Actor, incident: UUID, now: datetime) -> int:
    """Take phones out of service; what they still send is kept aside, and their readable part goes."""
    rows = _mine(devices, by, incident)
    for row in rows:
        accounts.revoke_device(device=row.id, by=by, incident=incident, area=row.home_area, now=now)
    Device.objects.filter(pk__in=[row.id for row in rows]).update(wipe_at=now)
    return len(rows)


def _mine(devices: Sequence[UUID], by: Actor, incident: UUID) -> list[Device]:
    rows = list(Device.objects.filter(pk__in=devices, home_incident=incident))
    if not rows:
        raise NotFound
    for row in rows:
        if not by.may("device.enrol", row.home_area, incident):
            raise NotAllowed(right="device.enrol")
    return rows
