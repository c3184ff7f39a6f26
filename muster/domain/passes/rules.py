"""What a pass says, and whether it holds: pure, so that a telephone without a network judges the same."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MARK = "MP1"


class PassKind(StrEnum):
    """Who holds a pass."""

    RESIDENT = "resident"
    STAFF = "staff"
    VISITOR = "visitor"
    DELIVERY = "delivery"
    MEDICAL = "medical"


class ListKind(StrEnum):
    """What a signed list holds."""

    REVOKED = "revoked"
    WHITELIST = "whitelist"


class Verdict(StrEnum):
    """What the guard decided."""

    PASS = "pass"  # noqa: S105
    STOP = "stop"
    AMBER = "amber"


class Check(StrEnum):
    """What is found about a pass; the first that applies, in this order."""

    UNREADABLE = "unreadable"
    TAMPERED = "tampered"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    GOOD = "good"
    NOT_SHOWN = "not_shown"


class PassFields(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What is signed: no name, no document, no resident."""

    id: UUID
    incident: UUID
    kind: PassKind
    code: str
    valid_from: int
    valid_to: int


class Reading(msgspec.Struct, frozen=True):
    """What verifying a token told: `fields` only where the signature holds."""

    check: Check
    fields: PassFields | None = None


def payload(fields: PassFields) -> bytes:
    """The bytes that are signed; the same fields give the same bytes everywhere."""
    return msgspec.json.encode(fields)


def token(fields: PassFields, signature: bytes) -> str:
    """What stands in the code on the pass."""
    parts = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (payload(fields), signature))
    return ".".join([MARK, *parts])


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def verify(text: str, public_key: bytes, at: datetime) -> Reading:
    """Whether a token was signed by this incident's key and is valid at an instant. Never raises."""
    try:
        mark, body, signature = text.strip().split(".")
        signed, proof = _bytes(body), _bytes(signature)
        fields = msgspec.json.decode(signed, type=PassFields)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return Reading(Check.UNREADABLE)
    if mark != MARK:
        return Reading(Check.UNREADABLE)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(proof, signed)
    except InvalidSignature:
        return Reading(Check.TAMPERED)
    return Reading(in_window(at.timestamp(), fields.valid_from, fields.valid_to), fields)


def in_window(at: float, valid_from: float, valid_to: float) -> Check:
    """Whether an instant lies in the time of a pass; `valid_to` is exclusive."""
    if at < valid_from:
        return Check.NOT_YET
    return Check.GOOD if at < valid_to else Check.EXPIRED


def judge(at: datetime, valid_from: datetime, valid_to: datetime, revoked_at: datetime | None) -> Check:
    """Whether a pass the system knows holds at an instant."""
    if revoked_at is not None and revoked_at <= at:
        return Check.REVOKED
    return in_window(at.timestamp(), valid_from.timestamp(), valid_to.timestamp())


def differs(verdict: str, check: str) -> bool:
    """Whether the guard let through what does not hold. A good pass may be stopped for other reasons (fever)."""
    return verdict == Verdict.PASS and check not in (Check.GOOD, Check.NOT_SHOWN)


def keep_until(at: datetime, keeps: bool, days: int) -> datetime | None:
    """Until when it is kept who it was; None where the protocol does not ask for it."""
    return at + timedelta(days=days) if keeps and days > 0 else None


def seconds(at: datetime) -> int:
    """An instant as whole seconds, as it is signed."""
    return int(at.astimezone(UTC).timestamp())
