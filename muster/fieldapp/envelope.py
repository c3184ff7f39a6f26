"""Reading a batch as a telephone sent it; one unreadable command never spoils the rest."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from muster.core.errors import BadInput

SKEW = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a phone says of itself: how many records it made, how many are unsent, since when, and its health."""

    made: int = 0
    unsent: int = 0
    oldest: datetime | None = None
    free: int | None = None  # MB
    kept: bool | None = None  # the browser promised not to clear its storage
    pack: bool | None = None  # something readable is on it
    build: str = ""


class Envelope(msgspec.Struct, frozen=True):
    """A batch: commands stay raw until each is read by itself."""

    commands: list[msgspec.Raw]
    batch: UUID | None = None
    device: UUID | None = None
    incident: UUID | None = None
    sent_at: str | None = None
    sealed: list[msgspec.Raw] = []
    phone: Status | None = None


class Wire(msgspec.Struct, frozen=True):
    """One command on the wire."""

    id: UUID
    name: str
    at: datetime
    body: dict[str, Any]
    seq: int = 0
    by: UUID | None = None


class Answer(msgspec.Struct, omit_defaults=True):
    """What became of one command: stored, duplicate, conflict, refused or quarantined."""

    id: UUID | None
    result: str
    code: str = ""
    reason: str = ""
    data: Any = None


_envelope = msgspec.json.Decoder(Envelope)
_wire = msgspec.json.Decoder(Wire)
_loose = msgspec.json.Decoder()
_sorted = msgspec.json.Encoder(order="sorted")


def read_envelope(raw: bytes) -> Envelope:
    """Decode a batch; raises BadInput when it is no batch at all."""
    try:
        return _envelope.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(problem=str(error)) from error


def read_command(raw: msgspec.Raw) -> Wire | Answer:
    """One command, or the refusal that names what could not be read."""
    try:
        return _wire.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError, RecursionError) as error:
        return Answer(id=_id_of(raw), result="refused", code=BadInput.code, reason=str(error))


def _id_of(raw: msgspec.Raw) -> UUID | None:
    try:
        found = _loose.decode(raw)
        return UUID(found["id"])
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return None


def digest(wire: Wire) -> bytes:
    """What makes two sendings of one id the same: name, time and content."""
    whole = _sorted.encode((wire.name, wire.at, wire.by, wire.body))
    return hashlib.blake2b(whole, digest_size=16).digest()


def skew_of(sent_at: str | None, now: datetime) -> timedelta:
    """How much the sender's clock is wrong; zero within five minutes or when it does not say."""
    try:
        sent = msgspec.convert(sent_at, datetime, strict=False) if sent_at else now
        wrong = now - (sent if sent.tzinfo else sent.replace(tzinfo=UTC))
    except (msgspec.ValidationError, OverflowError):
        return timedelta()
    return wrong if abs(wrong) > SKEW else timedelta()


def happened_at(at: datetime, skew: timedelta, now: datetime) -> datetime:
    """When it happened, by the server's clock: corrected for the sender's, never in the future."""
    try:
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)) + skew
    except OverflowError:
        return now
    return min(max(at, EARLIEST), now + SKEW)
