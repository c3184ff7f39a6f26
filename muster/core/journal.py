"""The journal: who did what, when, to how many and why; sealed into a chain of signed segments.

Entries are inserted unchained (a chain inside every commit would serialise them all). `seal` takes all
entries of transactions that are certainly over and chains them to the segment before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection

from muster.core import plans, prepared
from muster.core.access import Actor
from muster.core.ids import new_id
from muster.core.models import Entry, Segment
from muster.core.vault import vault

SHOWN = 20
FIELDS = (
    "tx, id, at, actor, device, incident, area, action, count, subjects::text, digest, reason, detail::text"
)


def write(  # noqa: PLR0913 (every part of a line of the journal has its name)
    *,
    action: str,
    by: Actor,
    incident: UUID | None,
    area: int,
    subjects: Iterable[UUID] = (),
    count: int | None = None,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one line for one action, however many subjects it had. `reason` is sealed; `detail` holds codes only."""
    ids = sorted(subjects)
    digest = hashlib.blake2b(b"".join(one.bytes for one in ids), digest_size=16).digest()
    sealed = None
    if reason:
        row = new_id()
        sealed = row.bytes + vault(incident).seal(
            reason, kind="note", table="core_entry", row=row, field="reason"
        )
    prepared.run(
        "insert into core_entry (tx, at, actor, device, incident, area, action, count, subjects, digest, reason,"
        " detail)"
        " values (muster_tx(), muster_now(), %s, %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s::jsonb)",
        [
            by.account,
            by.device,
            incident,
            area,
            action,
            len(ids) if count is None else count,
            msgspec.json.encode(ids[:SHOWN]).decode(),
            digest,
            sealed,
            msgspec.json.encode(dict(detail or {})).decode(),
        ],
    )


class Counted(msgspec.Struct, frozen=True):
    """How much was done of one kind, and when last."""

    action: str
    count: int
    last_at: datetime


COUNTS = """
select action, sum(count), max(at) from core_entry where incident = %s and area >= %s and area < %s and at >= %s
    and id > coalesce((select id from core_entry where at < %s order by id desc limit 1), 0)
group by action order by 3 desc
"""


def counts(bounds: tuple[int, int], incident: UUID, since: datetime) -> list[Counted]:
    """What was done since an instant, by action, the newest first. Reads from the end of the journal."""
    with plans.by_index(), connection.cursor() as cursor:
        cursor.execute(COUNTS, [incident, *bounds, since, since])
        return [Counted(*row) for row in cursor.fetchall()]


def reason(entry: Entry) -> str:
    """The sealed reason of an entry, in clear."""
    if entry.reason is None:
        return ""
    raw = bytes(entry.reason)
    return vault(entry.incident).open(
        raw[16:], kind="note", table="core_entry", row=UUID(bytes=raw[:16]), field="reason"
    )


def _key() -> Ed25519PrivateKey:
    path = Path(settings.KEY_DIR) / "journal.ed25519"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def sign(words: bytes) -> tuple[bytes, bytes]:
    """A signature by the key that signs segments, and the public key it is checked with."""
    key = _key()
    return key.sign(words), key.public_key().public_bytes_raw()


def _digest(before: bytes, low: int, high: int) -> tuple[bytes, int]:
    """Head over the entries of transactions low ≤ tx < high, and how many they are."""
    head = hashlib.sha256(before)
    count = 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {FIELDS} from core_entry where tx >= %s and tx < %s order by tx, id",  # noqa: S608
            [low, high],
        )
        while rows := cursor.fetchmany(5_000):
            for row in rows:
                count += 1
                plain = [bytes(v).hex() if isinstance(v, bytes | memoryview) else str(v) for v in row]
                head.update(msgspec.json.encode(plain))
    return head.digest(), count


def unsealed_since() -> datetime | None:
    """When the oldest entry was made that no segment holds; needs a scope that sees everything."""
    last = Segment.objects.order_by("-serial").values_list("high_tx", flat=True).first() or 0
    return Entry.objects.filter(tx__gte=last).order_by("tx", "id").values_list("at", flat=True).first()


def seal() -> Segment:
    """Chain all settled entries into a new segment; needs a scope that sees everything.

    Returns the newest segment, which is the last one when there was nothing new.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('muster.journal')), muster_settled_tx()")
        high = cursor.fetchone()[1]
    last = Segment.objects.order_by("-serial").first()
    low = last.high_tx if last else 0
    before = bytes(last.head) if last else b""
    head, entries = _digest(before, low, high)
    if last is not None and (entries == 0 or high <= low):
        return last
    return Segment.objects.create(
        serial=last.serial + 1 if last else 1,
        low_tx=low,
        high_tx=high,
        entries=entries,
        before=before,
        head=head,
        signature=_key().sign(head),
    )


def verify() -> list[int]:
    """Serial numbers of segments that do not hold (changed, removed or added entries, wrong signature)."""
    broken = []
    before = b""
    low = 0
    public = _key().public_key()
    for segment in Segment.objects.order_by("serial"):
        head, entries = _digest(before, segment.low_tx, segment.high_tx)
        good = (head, entries, before, low) == (
            bytes(segment.head),
            segment.entries,
            bytes(segment.before),
            segment.low_tx,
        )
        try:
            public.verify(bytes(segment.signature), bytes(segment.head))
        except InvalidSignature:
            good = False
        if not good:
            broken.append(segment.serial)
        before, low = bytes(segment.head), segment.high_tx
    return broken
