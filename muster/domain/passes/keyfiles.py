"""Keys as files: PEM (PKCS 8, SubjectPublicKeyInfo) and JWK sets, as every other tool writes them."""

from __future__ import annotations

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from muster.domain.passes import cose

BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.+?-----END \1-----", re.DOTALL)
RAW = 32
LARGEST = 1_000_000


class BadKey(ValueError):
    """A file that holds no key of the one kind passes are signed with."""


def write_private(path: Path, key: Ed25519PrivateKey) -> None:
    """Write a private key for its owner alone; never over another file."""
    text = key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """The public half, to hand out."""
    return key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo)


def private_key(path: Path) -> Ed25519PrivateKey:
    """The key to sign with: PEM, or the 32 bytes of an incident's key file."""
    data = _bytes(path)
    if len(data) == RAW:
        return Ed25519PrivateKey.from_private_bytes(data)
    try:
        found = pem.load_pem_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path}: no Ed25519 private key") from error
    if not isinstance(found, Ed25519PrivateKey):
        raise BadKey(f"{path}: no Ed25519 private key")
    return found


def public_keys(path: Path) -> dict[bytes, bytes]:
    """The keys of a file by their fingerprint: any number of PEM blocks, a JWK, or a JWK set."""
    data = _bytes(path)
    if data.lstrip()[:1] == b"{":
        found = _jwks(data, path)
    elif len(data) == RAW:
        found = [Ed25519PrivateKey.from_private_bytes(data).public_key().public_bytes_raw()]
    else:
        found = [_public(block[0], block[1], path) for block in BLOCK.finditer(data)]
    if not found:
        raise BadKey(f"{path}: no Ed25519 public key")
    return {cose.fingerprint(key): key for key in found}


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise BadKey(f"{path}: too large for keys")
    return data


def _public(block: bytes, kind: bytes, path: Path) -> bytes:
    try:
        if kind == b"PRIVATE KEY":
            private = pem.load_pem_private_key(block, None)
            key = private.public_key() if isinstance(private, Ed25519PrivateKey) else None
        else:
            public = pem.load_pem_public_key(block)
            key = public if isinstance(public, Ed25519PublicKey) else None
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadKey(f"{path}: a block that is no key") from error
    if key is None:
        raise BadKey(f"{path}: a key that is not Ed25519")
    return key.public_bytes_raw()


def _jwks(data: bytes, path: Path) -> list[bytes]:
    try:
        found: Any = msgspec.json.decode(data)
        return [_jwk(one) for one in found.get("keys", [found])]
    except (ValueError, TypeError, KeyError, AttributeError, binascii.Error) as error:
        raise BadKey(f"{path}: no JWK (OKP, Ed25519) in it") from error


def _jwk(one: Any) -> bytes:
    if one["kty"] != "OKP" or one["crv"] != "Ed25519":
        raise ValueError("another kind of key")
    raw = base64.urlsafe_b64decode(one["x"] + "=" * (-len(one["x"]) % 4))
    return Ed25519PublicKey.from_public_bytes(raw).public_bytes_raw()
