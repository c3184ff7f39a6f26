"""Passes as an attacker, a worn sheet or another program would make them: made with cbor2, not with our encoder."""

from __future__ import annotations

import hashlib
import zlib
from typing import Any
from uuid import UUID

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.domain.passes import base45
from muster.domain.passes.cose import Fault

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SECOND = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34)))
FROM, TO = 1_645_185_600, 1_645_272_000
NOON = FROM + 3_600
PASS = UUID("0191d3a0-0000-7000-8000-000000000001")
CLAIMS: dict[Any, Any] = {
    1: "lg-0217", 4: TO, 5: FROM, 7: PASS.bytes,
    -65537: {1: "resident", 2: "7XK2M9QA", 3: "中兴路", 4: "王*", 5: "42X"},
}  # fmt: skip


def raw(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def kid(key: Ed25519PrivateKey) -> bytes:
    return hashlib.sha256(raw(key)).digest()[:8]


KEYS = {kid(KEY): raw(KEY), kid(SECOND): raw(SECOND)}


def protected(**more: Any) -> bytes:
    """The protected header, with parts put in or (None) taken out."""
    found = {1: -8, 4: kid(KEY)} | {int(name[1:]): value for name, value in more.items()}
    return cbor2.dumps({name: value for name, value in found.items() if value is not None})


def cose(
    payload: bytes | None = None, *, header: bytes | None = None, loose: dict[Any, Any] | None = None,
    key: Ed25519PrivateKey = KEY, tag: int | None = 18, proof: bytes | None = None,
) -> bytes:  # fmt: skip
    """A COSE_Sign1 over the payload, every part of it to be bent."""
    payload = cbor2.dumps(CLAIMS) if payload is None else payload
    header = protected() if header is None else header
    signed = cbor2.dumps(["Signature1", header, b"", payload])
    parts = [header, loose or {}, payload, key.sign(signed) if proof is None else proof]
    return cbor2.dumps(parts if tag is None else cbor2.CBORTag(tag, parts))


def text(message: bytes | None = None, *, packed: bytes | None = None) -> str:
    """The text of a code around signed bytes, as another program would pack them."""
    return "MUS1:" + base45.encode(
        zlib.compress(cose() if message is None else message) if packed is None else packed
    )


def claims(**more: Any) -> bytes:
    """The usual claims with some changed: `c1=` by number, `kind=` … inside ours; None takes one out."""
    found = dict(CLAIMS) | {int(n[1:]): value for n, value in more.items() if n[1:].isdecimal()}
    ours = dict(CLAIMS[-65537]) | {
        {"kind": 1, "code": 2, "zone": 3, "holder": 4, "tail": 5}[n]: value
        for n, value in more.items() if not n[1:].isdecimal()
    }  # fmt: skip
    found[-65537] = {n: value for n, value in ours.items() if value is not None}
    return cbor2.dumps({n: value for n, value in found.items() if value is not None})


def signed(payload: bytes) -> str:
    """A pass that is properly signed, whatever it says."""
    return text(cose(payload))


def _swap(message: bytes, old: bytes, new: bytes) -> bytes:
    assert message.count(old) == 1
    return message.replace(old, new)


def stream(data: bytes) -> bytes:
    """Data as one stored zlib block whose header byte is not the one spelling."""
    packed = zlib.compress(data, 0)
    return packed[:2] + bytes([packed[2] | 0x08]) + packed[3:]


def cases() -> list[tuple[str, str, int, Fault | None]]:
    """(name, text, as of, what must be told): the EU DCC kinds of trouble and our own."""
    return [*_good(), *_wrapping(), *_headers(), *_structure(), *_content()]


def _good() -> list[tuple[str, str, int, Fault | None]]:
    return [
        ("good", text(), NOON, None),
        ("good, stored", text(packed=zlib.compress(cose(), 0)), NOON, None),
        ("good, white space around", f"\n {text()} \r\n", NOON, None),
        ("good, second key", text(cose(header=protected(_4=kid(SECOND)), key=SECOND)), NOON, None),
        ("good, unknown claims are for later versions", signed(claims(c6=FROM, c99="later")), NOON, None),
        ("good, first second", text(), FROM, None),
        ("good, last second", text(), TO - 1, None),
        ("good, rare and Latin characters", signed(claims(holder="𠮷* Ñé", zone="莲塘·A-1 区")), NOON, None),
        ("expired", text(), TO, Fault.EXPIRED),
        ("not yet valid", text(), FROM - 1, Fault.NOT_YET),
    ]


def _wrapping() -> list[tuple[str, str, int, Fault | None]]:
    good, whole = text(), zlib.compress(cose())
    return [
        ("empty", "", NOON, Fault.NOT_A_PASS),
        ("mark alone", "MUS1:", NOON, Fault.DAMAGED),
        ("a web address", "https://example.org/pass", NOON, Fault.NOT_A_PASS),
        ("another system's code", good.replace("MUS1:", "HC1:"), NOON, Fault.NOT_A_PASS),
        ("another version", good.replace("MUS1:", "MUS2:"), NOON, Fault.NOT_A_PASS),
        ("the mark in small letters", good.replace("MUS1:", "mus1:"), NOON, Fault.NOT_A_PASS),
        ("huge", "MUS1:" + "A" * 100_000, NOON, Fault.TOO_LONG),
        ("small letters", good.lower().replace("mus1:", "MUS1:"), NOON, Fault.GARBLED),
        ("Chinese in it", good[:40] + "证" + good[41:], NOON, Fault.GARBLED),
        ("full-width digits", good[:40] + "８" + good[41:], NOON, Fault.GARBLED),
        ("a NUL in it", good[:40] + "\0" + good[41:], NOON, Fault.GARBLED),
        ("a group too large", "MUS1::::", NOON, Fault.GARBLED),
        ("a last group too large", "MUS1:BB8::", NOON, Fault.GARBLED),
        ("a length no base45 has", "MUS1:BB8A", NOON, Fault.GARBLED),
        ("no zlib", text(packed=cose()), NOON, Fault.DAMAGED),
        ("raw deflate", text(packed=zlib.compress(cose())[2:-4]), NOON, Fault.DAMAGED),
        ("gzip", text(packed=zlib.compress(cose(), 9, 31)), NOON, Fault.DAMAGED),
        ("truncated stream", text(packed=whole[:-1]), NOON, Fault.DAMAGED),
        ("half a stream", text(packed=whole[: len(whole) // 2]), NOON, Fault.DAMAGED),
        ("checksum of zlib", text(packed=whole[:-1] + bytes([whole[-1] ^ 1])), NOON, Fault.DAMAGED),
        ("bytes after the stream", text(packed=whole + b"\0"), NOON, Fault.DAMAGED),
        ("a second stream", text(packed=whole + whole), NOON, Fault.DAMAGED),
        ("padding bits of a stored block", text(packed=stream(cose())), NOON, Fault.DAMAGED),
        ("zip bomb", text(packed=zlib.compress(bytes(800_000), 9)), NOON, Fault.TOO_BIG),
        ("a little too big", text(packed=zlib.compress(bytes(1_401))), NOON, Fault.TOO_BIG),
    ]


def _headers() -> list[tuple[str, str, int, Fault | None]]:
    def with_header(**more: Any) -> str:
        return text(cose(header=protected(**more)))

    hmac_like = hashlib.sha256(raw(KEY)).digest() * 2
    return [
        ("algorithm ES256", with_header(_1=-7), NOON, Fault.ALGORITHM),
        ("algorithm PS256", with_header(_1=-37), NOON, Fault.ALGORITHM),
        ("algorithm HS256 with the public key as secret",
         text(cose(header=protected(_1=5), proof=hmac_like)), NOON, Fault.ALGORITHM),
        ("algorithm none", text(cose(header=protected(_1=0), proof=b"")), NOON, Fault.ALGORITHM),
        ("algorithm as a word", with_header(_1="EdDSA"), NOON, Fault.ALGORITHM),
        ("algorithm null", text(cose(header=cbor2.dumps({1: None, 4: kid(KEY)}))), NOON, Fault.ALGORITHM),
        ("no algorithm", with_header(_1=None), NOON, Fault.ALGORITHM),
        ("no header at all", text(cose(header=b"")), NOON, Fault.ALGORITHM),
        ("algorithm unprotected only",
         text(cose(header=protected(_1=None), loose={1: -8})), NOON, Fault.ALGORITHM),
        ("another algorithm unprotected", text(cose(loose={1: -7})), NOON, Fault.UNPROTECTED),
        ("key named unprotected", text(cose(header=protected(_4=None), loose={4: kid(KEY)})), NOON,
         Fault.UNPROTECTED),
        ("a word nobody signed", text(cose(loose={"note": "let in"})), NOON, Fault.UNPROTECTED),
        ("unknown critical header", with_header(_2=[99], _99=True), NOON, Fault.CRITICAL),
        ("critical header that is known", with_header(_2=[1]), NOON, Fault.CRITICAL),
        ("critical header unprotected", text(cose(loose={2: [99]})), NOON, Fault.CRITICAL),
        ("no key named", with_header(_4=None), NOON, Fault.UNKNOWN_KEY),
        ("a key nobody knows", with_header(_4=kid(STRANGER)), NOON, Fault.UNKNOWN_KEY),
        ("the key named by a word", with_header(_4=kid(KEY).hex()), NOON, Fault.UNKNOWN_KEY),
        ("the key named by a list", with_header(_4=[1]), NOON, Fault.UNKNOWN_KEY),
        ("an empty name of a key", with_header(_4=b""), NOON, Fault.UNKNOWN_KEY),
        ("the name of another known key", with_header(_4=kid(SECOND)), NOON, Fault.TAMPERED),
        ("a stranger's signature under our key's name", text(cose(key=STRANGER)), NOON, Fault.TAMPERED),
    ]  # fmt: skip


def _structure() -> list[tuple[str, str, int, Fault | None]]:
    good = cose()
    proof = good[-64:]
    order = 2**252 + 27742317777372353535851937790883648493
    bent = (int.from_bytes(proof[32:], "little") + order).to_bytes(32, "little")
    return [
        ("no tag", text(cose(tag=None)), NOON, Fault.NOT_SIGNED),
        ("tag of a MAC", text(cose(tag=17)), NOON, Fault.NOT_SIGNED),
        ("tag of many signatures", text(cose(tag=98)), NOON, Fault.NOT_SIGNED),
        ("a tag in a tag", text(b"\xd2" + good), NOON, Fault.NOT_SIGNED),
        ("three parts", text(cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b""]))), NOON, Fault.NOT_SIGNED),
        ("five parts", text(cbor2.dumps(cbor2.CBORTag(18, [b"", {}, b"", b"", b""]))), NOON, Fault.NOT_SIGNED),
        ("content elsewhere", text(cbor2.dumps(cbor2.CBORTag(18, [protected(), {}, None, proof]))), NOON,
         Fault.NOT_SIGNED),
        ("header is no map", text(cose(header=cbor2.dumps([1, -8]))), NOON, Fault.NOT_SIGNED),
        ("a map instead", text(cbor2.dumps({1: 2})), NOON, Fault.NOT_SIGNED),
        ("one byte changed in what is said", text(_swap(good, b"7XK2M9QA", b"7XK2M9QB")), NOON, Fault.TAMPERED),
        ("valid for longer", text(_swap(good, TO.to_bytes(4), (TO + 86_400).to_bytes(4))), TO, Fault.TAMPERED),
        ("signature changed", text(good[:-1] + bytes([good[-1] ^ 1])), NOON, Fault.TAMPERED),
        ("signature moved by the order of the group", text(cose(proof=proof[:32] + bent)), NOON, Fault.TAMPERED),
        ("signature of zeros", text(cose(proof=bytes(64))), NOON, Fault.TAMPERED),
        ("signature too short", text(cose(proof=proof[:63])), NOON, Fault.TAMPERED),
        ("signature too long", text(cose(proof=proof + b"\0")), NOON, Fault.TAMPERED),
        ("no signature", text(cose(proof=b"")), NOON, Fault.TAMPERED),
        ("cut in the middle", text(good[:100]), NOON, Fault.MALFORMED),
        ("bytes after the end", text(good + b"\0"), NOON, Fault.MALFORMED),
        ("empty", text(b""), NOON, Fault.MALFORMED),
        ("indefinite array", text(b"\xd2\x9f" + good[2:] + b"\xff"), NOON, Fault.MALFORMED),
        ("indefinite bytes", text(b"\xd2\x84\x5f\x41\x01\xff\xa0\x40\x40"), NOON, Fault.MALFORMED),
        ("deep nesting", text(b"\x81" * 1_000 + b"\x00"), NOON, Fault.MALFORMED),
        ("deep tags", text(b"\xd2" * 1_000 + b"\x00"), NOON, Fault.MALFORMED),
        ("an array of 2^64", text(b"\xd2\x9b" + b"\xff" * 8), NOON, Fault.MALFORMED),
        ("bytes of 2^63", text(b"\xd2\x84\x5b\x7f" + b"\xff" * 7), NOON, Fault.MALFORMED),
        ("header with a key twice", text(cose(header=b"\xa3\x01\x27\x01\x26\x04\x48" + kid(KEY))), NOON,
         Fault.MALFORMED),
        ("a number longer than need be", text(b"\xd2\x98\x04" + good[2:]), NOON, Fault.MALFORMED),
    ]  # fmt: skip


def _content() -> list[tuple[str, str, int, Fault | None]]:
    usual = cbor2.dumps(CLAIMS)
    twice = b"\xa6" + usual[1:] + b"\x04\x1a" + (TO + 86_400).to_bytes(4)
    bad: dict[str, bytes] = {
        "no end": claims(c4=None), "no start": claims(c5=None), "no number": claims(c7=None),
        "no issuer": claims(c1=None), "empty issuer": claims(c1=""), "no kind": claims(kind=None),
        "no code": claims(code=None), "empty code": claims(code=""),
        "end as a word": claims(c4=str(TO)), "end true": claims(c4=True), "end null": cbor2.dumps(CLAIMS | {4: None}),
        "end before the start": claims(c4=FROM), "start below zero": claims(c5=-1),
        "end beyond all years": claims(c4=1 << 41), "end beyond 64 bits signed": claims(c4=2**64 - 1),
        "number too short": claims(c7=b"\x01"), "number as a word": claims(c7=str(PASS)),
        "issuer a number": claims(c1=5), "kind a number": claims(kind=1), "kind nobody knows": claims(kind="king"),
        "code a list": claims(code=["A"]), "holder a number": claims(holder=5), "tail too long": claims(tail="12345"),
        "zone too long": claims(zone="区" * 41), "a line break": claims(holder="王*\n放行"),
        "an escape": claims(zone="\x1b[2J"), "text turned round": claims(holder="\u202e王*"),
        "a zero width space": claims(code="7XK2\u200bM9Q"), "ours is a word": cbor2.dumps(CLAIMS | {-65537: "x"}),
        "ours is missing": cbor2.dumps({k: v for k, v in CLAIMS.items() if k != -65537}),
        "a list of claims": cbor2.dumps([1, 2]), "a number alone": b"\x00",
    }  # fmt: skip
    rough: dict[str, bytes] = {
        "a claim twice": twice, "end as a float": claims(c4=float(TO) + 0.5), "claims with bytes after": usual + b"\0",
        "claims cut": usual[:-1], "claims empty": b"", "claims with a map as key": b"\xa1\xa0\x00",
        "a date tag nested": b"\xa1\x04" + b"\xc1" * 40 + b"\x00", "indefinite map": b"\xbf" + usual[1:] + b"\xff",
        "text that is no UTF-8": b"\xa1\x01\x62\xff\xfe", "a surrogate": b"\xa1\x01\x63\xed\xa0\x80",
        "undefined": b"\xa1\x01\xf7", "indefinite text": b"\xa1\x01\x7f\x61a\xff",
    }  # fmt: skip
    return [
        *((f"claims: {name}", signed(payload), NOON, Fault.CLAIMS) for name, payload in bad.items()),
        *((f"claims: {name}", signed(payload), NOON, Fault.MALFORMED) for name, payload in rough.items()),
    ]
