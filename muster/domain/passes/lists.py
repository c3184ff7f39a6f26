"""Signed lists a device carries to the gate: revoked passes, and who is on the whitelist; each with its age."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.domain.passes import cbor, cose
from muster.domain.passes.cose import Disbelieved, Fault, Keys
from muster.domain.passes.rules import ListKind

ISS, IAT, OURS = 1, 6, -65537
KIND, MARKS, ROWS = 1, 2, 3
MARK = 8
MOST_MARKS = 1_000_000
MOST_ROWS = 5_000


class Row(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Somebody on the whitelist: what a guard sees when searching by hand. No name, no document in full."""

    mark: bytes
    code: str
    kind: str
    holder: str
    tail: str
    zone: str
    valid_from: int
    valid_to: int


class PassList(msgspec.Struct, frozen=True):
    """A list as it was signed: passes by their marks (sorted), and rows where it is one of people."""

    issuer: str
    kind: ListKind
    made_at: int
    marks: bytes
    rows: tuple[Row, ...] = ()

    def __contains__(self, pass_id: object) -> bool:
        if not isinstance(pass_id, UUID):
            return False
        sought, number = mark(pass_id), len(self.marks) // MARK
        at = bisect_left(range(number), sought, key=lambda n: self.marks[n * MARK : n * MARK + MARK])
        return at < number and self.marks[at * MARK : at * MARK + MARK] == sought


def mark(pass_id: UUID) -> bytes:
    """How a pass is named in a list: eight bytes that tell nothing of it."""
    return hashlib.sha256(pass_id.bytes).digest()[:MARK]


def marks(passes: Iterable[UUID]) -> bytes:
    """The marks of passes, sorted, each once."""
    return b"".join(sorted({mark(one) for one in passes}))


def sign(held: PassList, key: Ed25519PrivateKey) -> bytes:
    """A list as devices and files carry it; the same list and key give the same bytes."""
    ours: dict[int, Any] = {KIND: str(held.kind), MARKS: held.marks}
    if held.rows:
        ours[ROWS] = [list(msgspec.structs.astuple(row)) for row in held.rows]
    return cose.sign(cbor.encode({ISS: held.issuer, IAT: held.made_at, OURS: ours}), key)


def read(message: bytes, keys: Keys) -> PassList:
    """The list one of these keys signed; raises Disbelieved."""
    payload = cose.unwrap(message, keys).payload
    try:
        found = cbor.decode(payload)
        ours = found[OURS]
        rows = tuple(msgspec.convert(row, Row) for row in ours.get(ROWS, []))
        held = PassList(found[ISS], ListKind(ours[KIND]), found[IAT], ours[MARKS], rows)
    except (LookupError, TypeError, ValueError, AttributeError, msgspec.ValidationError) as error:
        raise Disbelieved(Fault.CLAIMS, f"list: {error}") from error
    if not isinstance(held.issuer, str) or type(held.made_at) is not int or not _sorted(held.marks):
        raise Disbelieved(Fault.CLAIMS, "list")
    return held


def _sorted(found: Any) -> bool:
    if not isinstance(found, bytes) or len(found) % MARK or len(found) > MARK * MOST_MARKS:
        return False
    parts = [found[at : at + MARK] for at in range(0, len(found), MARK)]
    return all(a < b for a, b in pairwise(parts))
