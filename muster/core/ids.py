"""Identifiers: made where the thing happened (UUIDv7), or derived so that a repeat is the same (UUIDv5)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from uuid import UUID, SafeUUID

import uuid_utils
from uuid_utils.compat import uuid7 as _uuid7

SPACE = UUID("6d757374-6572-5000-8000-e99b86e7bb93")
_SPACE = uuid_utils.UUID(SPACE.hex)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> UUID:
    """A fresh UUIDv7: ordered by the time it was made."""
    return _uuid7()


def derive_id(*parts: object) -> UUID:
    """The UUIDv5 of the parts: the same parts give the same id on every machine and every replay."""
    return _derived("\x1f".join(map(_words, parts)))


def deriving(*parts: object) -> Callable[..., UUID]:
    """`derive_id` with these parts said once, for many ids that begin alike."""
    head = "\x1f".join(map(_words, parts)) + "\x1f"

    def derive(*more: object) -> UUID:
        return _derived(head + "\x1f".join(map(_words, more)))

    return derive


def _words(part: object) -> str:
    """As `str` says it; an id at half the price."""
    return str(uuid_utils.UUID(int=part.int)) if type(part) is UUID else str(part)


def _derived(name: str) -> UUID:
    """The UUIDv5 of a name, made of its number at once: a list of 100,000 rows derives half a million."""
    made = object.__new__(UUID)
    _number(made, uuid_utils.uuid5(_SPACE, name).int)
    _safety(made, SafeUUID.unknown)
    return made


_number, _safety = (UUID.__dict__[slot].__set__ for slot in ("int", "is_safe"))


def short_code(identity: UUID, length: int = 6) -> str:
    """A code people can say on the telephone: Crockford base 32 of the id, last character a check."""
    number = int.from_bytes(hashlib.sha256(identity.bytes).digest()[:8])
    body = ""
    for _ in range(length - 1):
        number, digit = divmod(number, 32)
        body += ALPHABET[digit]
    return body + check_sign(body)


def check_sign(body: str) -> str:
    """The last sign of a code: one wrong sign, or two exchanged ones, give another."""
    return ALPHABET[sum((place + 1) * ALPHABET.index(sign) for place, sign in enumerate(body)) % 31]


def spelled(number: int, length: int) -> str:
    """A number in so many signs that nobody mistakes for others."""
    text = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        text = ALPHABET[digit] + text
    return text


def spelled_number(text: str) -> int:
    """The number that was spelled; ValueError for a sign that is none."""
    number = 0
    for sign in text:
        number = number * 32 + ALPHABET.index(sign)
    return number


READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u3000": None})


def checked(code: str, length: int) -> str | None:
    """A code as people type it: small letters, spaces, O for 0, I and L for 1; None where the check does not fit."""
    signs = code.strip().upper().translate(READ_AS)
    known = len(signs) == length and set(signs) <= set(ALPHABET)
    return signs if known and check_sign(signs[:-1]) == signs[-1] else None
