"""Telephones for load: enrolled like real ones, their records sealed before the clock starts: that is the phones' work.

What is sealed lies in one file for each phone and is sent from there, so that the hands that send cost the measured
machine as little as they can.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from cryptography.hazmat.primitives.asymmetric import ec

from drill.seal import CURVE, Sealer, decode, encode, point

INCIDENT = UUID("018f0000-0000-7000-8000-00000000c0de")
AREA = 441900103005000
PASSWORD = "a long password for one run"  # noqa: S105 (of a throw-away installation)
SEALERS = 2  # processes
Batch = list[dict[str, Any]]  # commands without their numbers


@dataclass
class Phone:
    """An enrolled telephone: what it needs to seal and to be known by, and how many records it has made."""

    device: str
    token: str
    secret: str
    kid: str
    server: str
    made: int = 0
    prev: str = ""


@dataclass(frozen=True)
class Parcel:
    """A sealed batch as it lies in a file, the ids in it, and what its phone says of itself when it sends it."""

    token: str
    path: Path
    start: int
    length: int
    ids: tuple[str, ...]
    made: int
    unsent: int

    def sealed(self) -> bytes:
        """The sealed records as they go over the line."""
        with open(self.path, "rb") as file:
            file.seek(self.start)
            return file.read(self.length)


def body(parcels: Sequence[Parcel]) -> bytes:
    """A request with these parcels of one phone, and the time of sending."""
    said = {"made": parcels[-1].made, "unsent": parcels[-1].unsent, "pack": False}
    head = {"batch": str(uuid.uuid4()), "sent_at": datetime.now(UTC).isoformat(), "phone": said}
    sealed = b",".join(parcel.sealed() for parcel in parcels)
    return json.dumps(head)[:-1].encode() + b',"commands":[],"sealed":[' + sealed + b"]}"


def open_incident(accounts_: int = 4) -> list[UUID]:
    """A fresh incident and the accounts that phones act for; also a desk, `desk`, that may see everything there."""
    from muster.core import accounts
    from muster.core.access import scope, system
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=AREA, code="bench", title_zh="基准", title_en="bench", pack="covid-cn-v8",
            opened_at=datetime.now(UTC),
        )  # fmt: skip
        made = []
        for name, role in [*((f"team-{n}", "field_team") for n in range(accounts_)), ("desk", "desk")]:
            account = accounts.create_account(username=name, password=PASSWORD)
            accounts.give(account=account.pk, role=role, area=AREA, incident=None, until=None, by=system())
            made.append(account.pk)
    return made[:-1]


def enrol(count: int, team: Sequence[UUID]) -> list[Phone]:
    """Phones with keys of their own, enrolled one by one."""
    from muster.core import accounts, telephones
    from muster.core.access import scope, system
    from muster.fieldapp import seals

    phones = []
    with scope(system(), INCIDENT):
        server = seals.public_key(INCIDENT)
        for number in range(count):
            sign = ec.generate_private_key(CURVE)
            device, token = accounts.enrol_device(
                account=team[number % len(team)], label=str(number), by=system(), incident=INCIDENT, area=AREA,
                now=datetime.now(UTC),
            )  # fmt: skip
            telephones.give_key(device=device, public_key=point(sign), area=AREA)
            secret = f"{sign.private_numbers().private_value:x}"
            phones.append(Phone(str(device), token, secret, seals.key_id(server), encode(server)))
    return phones


def seal(
    place: Path, phones: Sequence[Phone], tell: Callable[[int], Iterator[Batch]], name: str
) -> list[list[Parcel]]:
    """The batches that `tell` has for each phone by its number, sealed in order; the phones remember where they are."""
    one = partial(_seal_one, place, tell, name)
    with ProcessPoolExecutor(SEALERS, mp_context=get_context("spawn")) as sealers:
        done = list(sealers.map(one, range(len(phones)), phones, chunksize=max(1, len(phones) // 16)))
    for phone, (_, made, prev) in zip(phones, done, strict=True):
        phone.made, phone.prev = made, prev
    return [parcels for parcels, _, _ in done]


def _seal_one(
    place: Path, tell: Callable[[int], Iterator[Batch]], name: str, number: int, phone: Phone
) -> tuple[list[Parcel], int, str]:
    sign = ec.derive_private_key(int(phone.secret, 16), CURVE)
    sealer = Sealer(phone.device, phone.kid, decode(phone.server), sign, phone.prev)
    path, found, start, made = place / f"{name}-{number}", [], 0, phone.made
    batches = list(tell(number))
    whole = made + sum(map(len, batches))
    with open(path, "wb") as file:
        for commands in batches:
            items = sealer.envelope({"commands": commands}, made)["sealed"]
            raw = msgspec.json.encode(items)[1:-1]
            file.write(raw)
            made += len(commands)
            ids = tuple(str(one["id"]) for one in commands)
            found.append(Parcel(phone.token, path, start, len(raw), ids, whole, whole - made))
            start += len(raw)
    return found, made, sealer.prev


def command(name: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
    """One record as a phone makes it; ids are in the order of time."""
    return {"id": str(new_id(at)), "name": name, "at": at.isoformat(timespec="milliseconds"), "body": body}


def new_id(at: datetime) -> UUID:
    """A UUIDv7 of this moment."""
    number = int(at.timestamp() * 1000) << 80 | uuid.uuid4().int & ((1 << 80) - 1)
    return UUID(int=number & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def acknowledged(body: bytes) -> set[str]:
    """The records that an answer says are in the database."""
    answers = msgspec.json.decode(body)["answers"]
    return {one["id"] for one in answers if one["result"] in ("stored", "duplicate")}


def in_database(dsn: str, tables: Sequence[str]) -> set[str]:
    """The records that are."""
    with psycopg.connect(dsn) as superuser:
        rows = (superuser.execute(f"select id from {table}".encode()) for table in tables)  # noqa: S608
        return {str(row[0]) for found in rows for row in found}
