"""Identifiers: made where the thing happened (UUIDv7), or derived so that a repeat is the same (UUIDv5)."""

from __future__ import annotations

import hashlib
from uuid import UUID

from uuid_utils.compat import uuid5 as _uuid5
from uuid_utils.compat import uuid7 as _uuid7

SPACE = UUID("6d757374-6572-5000-8000-e99b86e7bb93")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A fresh UUIDv7: ordered by the time it was made."""
    return _uuid7()


def derive_id(*parts: object) -> UUID:
    """The UUIDv5 of the parts: the same parts give the same id on every machine and every replay."""
    return _uuid5(SPACE, "\x1f".join(map(str, parts)))


def short_code(identity: UUID, length: int = 6) -> str:
    """A code people can say on the telephone: Crockford base 32 of the id, last character a check."""
    number = int.from_bytes(hashlib.sha256(identity.bytes).digest()[:8])
    body = ""
    for _ in range(length - 1):
        number, digit = divmod(number, 32)
        body += ALPHABET[digit]
    return body + ALPHABET[sum((place + 1) * ALPHABET.index(c) for place, c in enumerate(body)) % 31]
