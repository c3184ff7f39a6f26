"""COSE_Sign1 (RFC 9052) with Ed25519 and nothing else: the key decides the algorithm, never the message."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from muster.domain.passes import cbor

SIGN1 = 18
ALG, CRIT, KID = 1, 2, 4
EDDSA = -8
Keys = Mapping[bytes, bytes]


class Fault(StrEnum):
    """Why something signed is not believed; checked in this order, the first one is told."""

    TOO_LONG = "too_long"
    NOT_A_PASS = "not_a_pass"  # noqa: S105
    GARBLED = "garbled"
    DAMAGED = "damaged"
    TOO_BIG = "too_big"
    MALFORMED = "malformed"
    NOT_SIGNED = "not_signed"
    CRITICAL = "critical"
    ALGORITHM = "algorithm"
    UNPROTECTED = "unprotected"
    UNKNOWN_KEY = "unknown_key"
    TAMPERED = "tampered"
    CLAIMS = "claims"
    REVOKED = "revoked"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


class Disbelieved(ValueError):
    """What was shown is not believed, with the fault and (in English, for the log) where it lies."""

    def __init__(self, fault: Fault, where: str = "") -> None:
        super().__init__(f"{fault}: {where}" if where else str(fault))
        self.fault, self.where = fault, where


class Opened(msgspec.Struct, frozen=True):
    """What a key has signed, and the fingerprint of that key."""

    payload: bytes
    kid: bytes


def fingerprint(public_key: bytes) -> bytes:
    """The name of a key: the first eight bytes of the SHA-256 of its 32 bytes."""
    return hashlib.sha256(public_key).digest()[:8]


def sign(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The payload with its signature; the same payload and key give the same bytes."""
    kid = fingerprint(key.public_key().public_bytes_raw())
    return joined(payload, kid, key.sign(to_sign(payload, kid)))


def to_sign(payload: bytes, kid: bytes) -> bytes:
    """The bytes a key signs for a payload."""
    return _signed(_protected(kid), payload)


def joined(payload: bytes, kid: bytes, proof: bytes) -> bytes:
    """A payload with a signature made before."""
    return cbor.encode(cbor.Tagged(SIGN1, [_protected(kid), {}, payload, proof]))


def _protected(kid: bytes) -> bytes:
    return cbor.encode({ALG: EDDSA, KID: kid})


def _signed(protected: bytes, payload: bytes) -> bytes:
    return cbor.encode(["Signature1", protected, b"", payload])


def unwrap(message: bytes, keys: Keys) -> Opened:
    """What was signed, if one of these keys signed it; raises Disbelieved otherwise."""
    protected, unprotected, payload, proof = _parts(message)
    header = _header(protected)
    if CRIT in header or CRIT in unprotected:
        raise Disbelieved(Fault.CRITICAL, str(header.get(CRIT, unprotected.get(CRIT))))
    if header.get(ALG) != EDDSA or type(header.get(ALG)) is not int:
        raise Disbelieved(Fault.ALGORITHM, str(header.get(ALG)))
    if unprotected:
        raise Disbelieved(Fault.UNPROTECTED, str(sorted(map(str, unprotected))))
    kid = header.get(KID)
    key = keys.get(kid) if type(kid) is bytes else None
    if type(kid) is not bytes or key is None:
        raise Disbelieved(Fault.UNKNOWN_KEY, kid.hex() if type(kid) is bytes else str(kid))
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(proof, _signed(protected, payload))
    except InvalidSignature as error:
        raise Disbelieved(Fault.TAMPERED, "signature") from error
    return Opened(payload, kid)


def _parts(message: bytes) -> tuple[bytes, dict[object, object], bytes, bytes]:
    found = _decoded(message)
    if not isinstance(found, cbor.Tagged) or found.tag != SIGN1:
        raise Disbelieved(Fault.NOT_SIGNED, "no COSE_Sign1 (tag 18)")
    match found.value:
        case [bytes(protected), dict(unprotected), bytes(payload), bytes(proof)]:
            return protected, unprotected, payload, proof
    raise Disbelieved(Fault.NOT_SIGNED, "COSE_Sign1 is [bytes, map, bytes, bytes]")


def _header(protected: bytes) -> dict[object, object]:
    header = _decoded(protected) if protected else {}
    if not isinstance(header, dict):
        raise Disbelieved(Fault.NOT_SIGNED, "the protected header is a map")
    return header


def _decoded(data: bytes) -> object:
    try:
        return cbor.decode(data)
    except cbor.Malformed as error:
        raise Disbelieved(Fault.MALFORMED, str(error)) from error
