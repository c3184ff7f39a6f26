"""Do the records of a phone follow each other as they say? Looked at when they arrive, in any order; never a refusal.

A number that two records bear: the phone was copied, set back, or began again. A record that names another one
before it than the one with the number before: something was taken out, or put between. Both are functions of the
set of records that are here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

import msgspec

from muster.core import bulk, prepared
from muster.core.models import Link

FIRST = 0  # what the first record of a phone names
FIELDS = ("id", "device", "seq", "mark", "prev")
JUDGE = """with near as (select seq, mark, prev from core_link where device = %(device)s
  and seq = any(%(near)s::bigint[])),
looked as (select * from near where %(asked)s::int8multirange @> seq),
twice as (select seq from looked group by seq having count(*) > 1),
apart as (select distinct l.seq from looked l
  where (l.seq = 1 and l.prev <> 0)
     or (exists (select from near b where b.seq = l.seq - 1)
         and not exists (select from near b where b.seq = l.seq - 1 and b.mark = l.prev)))
update core_device set
  doubled = doubled - %(asked)s::int8multirange
    + coalesce((select range_agg(int8range(seq, seq, '[]')) from twice), '{}'),
  breaks = breaks - %(asked)s::int8multirange
    + coalesce((select range_agg(int8range(seq, seq, '[]')) from apart), '{}')
where id = %(device)s and (doubled && %(asked)s::int8multirange or breaks && %(asked)s::int8multirange
  or exists (select from twice) or exists (select from apart))
returning id"""


class Said(msgspec.Struct, frozen=True):
    """A record: its id and number, its own hash, and the hash of the record it says it follows."""

    id: UUID
    seq: int
    mark: str
    prev: str


def _short(mark: str) -> int:
    """Eight bytes tell a phone's records apart."""
    if not mark:
        return FIRST
    return int.from_bytes(hashlib.blake2b(mark.encode(), digest_size=8).digest(), signed=True)


def follow(device: UUID, said: Sequence[Said]) -> None:
    """Remember what records of a phone follow, and judge these and the ones after them anew.

    To be called with the phone's row locked: of two batches at once the later one sees both.
    """
    rows = [(one.id, device, one.seq, _short(one.mark), _short(one.prev)) for one in said]
    fresh = bulk.insert(Link, FIELDS, rows)
    seqs = {one.seq for one in said if one.id in fresh}
    if not seqs:
        return
    asked = seqs | {seq + 1 for seq in seqs}
    near = asked | {seq - 1 for seq in seqs}
    ranges = "{" + ",".join(f"[{seq},{seq}]" for seq in sorted(asked)) + "}"
    listed = "{" + ",".join(str(seq) for seq in near) + "}"
    prepared.fetch_named(JUDGE, {"device": device, "near": listed, "asked": ranges})
