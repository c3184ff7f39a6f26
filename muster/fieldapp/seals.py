"""Opening what phones sealed: ephemeral P-256 ECDH, HKDF, AES-256-GCM; signed by the phone that made it.

The private half is derived from the incident's vault, so it dies with the incident's key and needs no file of its
own. The form of an item is frozen as version 1: `docs/sync.md`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import lru_cache
from typing import Annotated
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from muster.core.errors import BadInput, Refusal
from muster.core.vault import vault

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
INFO = b"muster seal 1"


class Broken(Refusal):
    """A sealed record does not open: cut, changed, or not what its label says."""

    code = "seal.broken"
    status = 422
    texts = {
        "zh": "这条密封记录无法打开（不完整、被改动或标签不符）。原样保存，由指挥部处理。",
        "en": "This sealed record does not open: cut, changed, or not what its label says. It is kept as it came, "
        "for the command post.",
    }


class Foreign(Refusal):
    """A sealed record was closed with a key nobody here has."""

    code = "seal.foreign"
    status = 422
    texts = {
        "zh": "这条记录是用别的系统或已销毁的密钥密封的，这里打不开。原样保存，由指挥部处理。",
        "en": "This record was sealed with a key that is not here: another installation's, or one that was "
        "destroyed. It is kept as it came, for the command post.",
    }


class Item(msgspec.Struct, frozen=True):
    """One sealed record, version 1; binary parts in base64url without padding."""

    id: UUID
    device: UUID
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    prev: str
    kid: str
    epk: str
    box: str
    sig: str
    v: int = 1

    def head(self) -> str:
        """What is bound to the box and signed with it."""
        return f"{self.v}.{self.id}.{self.device}.{self.seq}.{self.prev}.{self.kid}.{self.epk}"

    def whole(self) -> bytes:
        """What is signed, and hashed for the next one's `prev`."""
        return f"{self.head()}.{self.box}".encode()

    def mark(self) -> str:
        """The hash the next item names."""
        return encode(hashlib.sha256(self.whole()).digest())


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The reverse; raises Broken."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Broken from error


@lru_cache(maxsize=64)
def _private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    wide = HKDF(SHA256(), 48, salt=None, info=b"muster phones p256").derive(secret)
    return ec.derive_private_key(int.from_bytes(wide) % (ORDER - 1) + 1, CURVE)


def private_key(incident: UUID) -> ec.EllipticCurvePrivateKey:
    """The key that opens what phones of this incident sealed. Refuses when the incident's key is not here."""
    return _private(vault(incident).secret("phones"))


def raw_public(key: ec.EllipticCurvePublicKey) -> bytes:
    """The 65 bytes of an uncompressed point."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_key(incident: UUID) -> bytes:
    """What phones of this incident seal to."""
    return raw_public(private_key(incident).public_key())


def read_public(text: str) -> bytes:
    """A phone's public key as it came; refuses what is no point of the curve."""
    public = decode(text)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
    except ValueError as error:
        raise BadInput(problem="key") from error
    if len(public) != 65:
        raise BadInput(problem="key")
    return public


def key_id(public: bytes) -> str:
    """The name of a public key: the first 12 characters of its hash."""
    return encode(hashlib.sha256(public).digest())[:12]


def signing_key(incident: UUID) -> Ed25519PrivateKey:
    """What bundles for the phones of this incident are signed with."""
    return Ed25519PrivateKey.from_private_bytes(vault(incident).secret("bundles"))


def open_item(item: Item, private: ec.EllipticCurvePrivateKey) -> bytes:
    """The record inside; raises Broken."""
    if item.v != 1:
        raise Broken
    epk, box = decode(item.epk), decode(item.box)
    try:
        shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, epk))
        key = HKDF(SHA256(), 32, salt=epk, info=INFO).derive(shared)
        return AESGCM(key).decrypt(box[:12], box[12:], item.head().encode())
    except (ValueError, InvalidTag) as error:
        raise Broken from error


def is_signed(item: Item, public: bytes) -> bool:
    """Whether the phone with this public key made the item."""
    raw = decode(item.sig)
    if len(raw) != 64:
        return False
    try:
        signature = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)
        key.verify(signature, item.whole(), ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
