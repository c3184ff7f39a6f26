"""The text in the code of a pass: `MUS1:` + Base45(zlib(COSE_Sign1(CBOR claims))). Pure; docs/pass-format.md."""

from __future__ import annotations

import unicodedata
import zlib
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.domain.passes import base45, cbor, cose
from muster.domain.passes.cose import Disbelieved, Fault, Keys
from muster.domain.passes.rules import Check, PassKind, in_window

MARK = "MUS1:"
MOST_TEXT = 2_000
MOST_BYTES = 1_400
LATEST = 1 << 40
ISS, EXP, NBF, CTI, OURS = 1, 4, 5, 7, -65537
PARTS = {"kind": 1, "code": 2, "zone": 3, "holder": 4, "tail": 5}
LONGEST = {"issuer": 64, "kind": 10, "code": 20, "zone": 40, "holder": 40, "tail": 4}
HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp", "Zs"}


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a pass says. `holder` is a masked name, `tail` the end of a document; instants are whole seconds."""

    id: UUID
    issuer: str
    kind: PassKind
    code: str
    valid_from: int
    valid_to: int
    zone: str = ""
    holder: str = ""
    tail: str = ""


class Reading(msgspec.Struct, frozen=True):
    """What verifying told: no fault, or the first one; `claims` only where the signature holds."""

    fault: Fault | None = None
    claims: Claims | None = None
    where: str = ""
    kid: str = ""


def issue(claims: Claims, key: Ed25519PrivateKey) -> str:
    """The text of a pass; the same claims and key give the same text. ValueError if the claims make no sense."""
    return text_of(cose.sign(payload(claims), key))


def payload(claims: Claims) -> bytes:
    """The bytes that are signed; ValueError if the claims make no sense."""
    wrong = problem(claims)
    if wrong:
        raise ValueError(wrong)
    ours = {number: str(getattr(claims, name)) for name, number in PARTS.items() if getattr(claims, name)}
    return cbor.encode(
        {ISS: claims.issuer, EXP: claims.valid_to, NBF: claims.valid_from, CTI: claims.id.bytes, OURS: ours}
    )


def text_of(message: bytes) -> str:
    """Signed bytes as the text of a code."""
    # A signature does not shrink: stored blocks are as short as deflated ones, and alike everywhere.
    return MARK + base45.encode(zlib.compress(message, 0))


def verify(text: str, keys: Keys, at: float) -> Reading:
    """Whether one of the keys signed this text and it is valid at an instant. Never raises."""
    try:
        opened = cose.unwrap(unpack(text), keys)
        claims = _claims(opened.payload)
    except Disbelieved as error:
        return Reading(error.fault, where=error.where)
    return Reading(window(claims, at), claims, kid=opened.kid.hex())


def window(claims: Claims, at: float) -> Fault | None:
    """Whether an instant lies in the time of a pass; `valid_to` is exclusive."""
    check = in_window(at, claims.valid_from, claims.valid_to)
    return {Check.NOT_YET: Fault.NOT_YET, Check.EXPIRED: Fault.EXPIRED}.get(check)


def unpack(text: str) -> bytes:
    """The signed bytes inside the text; raises Disbelieved, and never unpacks more than a pass may hold."""
    text = text.strip()  # no Base45 group ends in a space, so none is lost
    if len(text) > MOST_TEXT:
        raise Disbelieved(Fault.TOO_LONG, f"{len(text)} characters")
    if not text.startswith(MARK):
        raise Disbelieved(Fault.NOT_A_PASS, f"no {MARK}")
    try:
        packed = base45.decode(text.removeprefix(MARK))
    except ValueError as error:
        raise Disbelieved(Fault.GARBLED, str(error)) from error
    return _inflated(packed)


def _inflated(packed: bytes) -> bytes:
    if len(packed) < 3 or packed[0] != 0x78 or (packed[2] & 6 == 0 and packed[2] > 1):
        raise Disbelieved(Fault.DAMAGED, "no zlib")
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(packed, MOST_BYTES + 1)
    except zlib.error as error:
        raise Disbelieved(Fault.DAMAGED, "zlib") from error
    if len(found) > MOST_BYTES:
        raise Disbelieved(Fault.TOO_BIG, f"more than {MOST_BYTES} bytes")
    if not stream.eof or stream.unused_data:
        raise Disbelieved(Fault.DAMAGED, "truncated, or bytes after the end")
    return found


def _claims(payload: bytes) -> Claims:
    try:
        found = cbor.decode(payload)
    except cbor.Malformed as error:
        raise Disbelieved(Fault.MALFORMED, str(error)) from error
    try:
        claims = _read(found)
    except (KeyError, TypeError, ValueError) as error:
        raise Disbelieved(Fault.CLAIMS, f"missing or of a wrong type: {error}") from error
    wrong = problem(claims)
    if wrong:
        raise Disbelieved(Fault.CLAIMS, wrong)
    return claims


def _read(found: Any) -> Claims:
    if not isinstance(found, dict) or not isinstance(found[OURS], dict):
        raise TypeError("no map of claims")
    ours = {name: found[OURS][number] for name, number in PARTS.items() if number in found[OURS]}
    if not isinstance(found[CTI], bytes) or not all(isinstance(text, str) for text in ours.values()):
        raise TypeError("cti, or one of ours")
    kind, code = PassKind(ours.pop("kind")), ours.pop("code")
    return Claims(UUID(bytes=found[CTI]), found[ISS], kind, code, found[NBF], found[EXP], **ours)


def problem(claims: Claims) -> str:
    """What is wrong with claims, "" if nothing: types, lengths, what would not show, an end before the start."""
    for name, longest in LONGEST.items():
        text = getattr(claims, name)
        if not isinstance(text, str) or len(text) > longest or not _shows(text):
            return name
    if not claims.issuer or not claims.code:
        return "issuer or code is empty"
    for name in ("valid_from", "valid_to"):
        number = getattr(claims, name)
        if type(number) is not int or not 0 <= number < LATEST:
            return name
    return "" if claims.valid_to > claims.valid_from else "valid_to is not after valid_from"


def _shows(text: str) -> bool:
    """Nothing in it that a screen would not show, or would show turned round."""
    return all(one == " " or unicodedata.category(one) not in HIDDEN for one in text)
