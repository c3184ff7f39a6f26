"""Down: what one phone may read, in small signed pieces. `SECTIONS` is the table other pieces add a row to.

A section is a function of a `Holder` that returns rows, each a JSON object with an `id`, most wanted first. Rows are
dealt into 64 buckets by their id; a phone says which bucket digests it holds and gets the buckets that differ. So a
change costs one bucket, a row that went away goes away, and the server remembers nothing about anybody.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from muster.core import accounts, clock, telephones
from muster.core.access import scope
from muster.fieldapp import gates, ground, lines, seals, sections
from muster.fieldapp.holder import Holder
from muster.fieldapp.views import refuses

Row = dict[str, Any]
Section = Callable[[Holder], Sequence[Row]]

# In the order in which they get room: what does not fit is cut from the end. Whom a gate must stop comes early.
# A new one: docs/how-to/write-a-phone-screen.md
SECTIONS: dict[str, Section] = {
    "me": sections.me,
    "gate": gates.gate,
    "shifts": sections.shifts,
    "team": sections.team,
    "handovers": sections.handovers,
    "points": sections.points,
    "tasks": sections.tasks,
    "buildings": sections.buildings,
    "doors": sections.doors,
    "ground": ground.ground,
    "places": ground.places,
    "breeding": ground.breeding,
    "line": lines.line,
    "tubes": lines.tubes,
    "listed": gates.listed,
}
MOST_ROWS = 5_000
MOST_BYTES = 5_000_000
BUCKETS = 64
LEASE = timedelta(hours=72)
_json = msgspec.json.Encoder(order="sorted")


@dataclass
class Share:
    """What a phone may hold, dealt into buckets."""

    rows: int = 0
    size: int = 0
    buckets: dict[str, list[list[bytes]]] = field(default_factory=dict)
    cut: dict[str, int] = field(default_factory=dict)
    names: dict[bytes, UUID] = field(default_factory=dict)

    def deal(self, name: str, rows: Sequence[Row]) -> None:
        """Take rows while there is room; say how many did not fit."""
        held: list[list[bytes]] = [[] for _ in range(BUCKETS)]
        for number, row in enumerate(rows):
            packed = _json.encode(row)
            if self.rows >= MOST_ROWS or self.size + len(packed) > MOST_BYTES:
                self.cut[name] = len(rows) - number
                break
            self.rows += 1
            self.size += len(packed)
            held[bucket_of(str(row["id"]))].append(packed)
        self.buckets[name] = [sorted(one) for one in held]

    @cached_property
    def marks(self) -> dict[str, bytes]:
        """Four bytes for each bucket of each section."""
        return {
            name: b"".join(hashlib.sha256(b"\n".join(one)).digest()[:4] for one in held)
            for name, held in self.buckets.items()
        }

    def etag(self) -> str:
        """One word for the whole."""
        whole = hashlib.sha256()
        for name, mark in sorted(self.marks.items()):
            whole.update(name.encode() + b"\0" + mark)
        return whole.hexdigest()[:24]

    def since(self, have: dict[str, bytes]) -> dict[str, Any]:
        """The buckets that differ from what the phone holds."""
        found: dict[str, Any] = {}
        for name, mark in self.marks.items():
            mine = have.get(name, b"")
            mine = mine if len(mine) == len(mark) else b""
            changed = [
                number
                for number in range(BUCKETS)
                if (mine[4 * number : 4 * number + 4] != mark[4 * number : 4 * number + 4] if mine else True)
            ]
            if changed or not mine:
                found[name] = {
                    "marks": base64.b64encode(mark).decode(),
                    "buckets": {
                        str(number): [msgspec.Raw(row) for row in self.buckets[name][number]]
                        for number in changed
                    },
                }
        return found


def bucket_of(identity: str) -> int:
    """Where a row lies: the phone computes the same."""
    return hashlib.sha256(identity.encode()).digest()[0] % BUCKETS


def share_of(holder: Holder) -> Share:
    """Everything one phone may hold now."""
    share = Share()
    for name, section in SECTIONS.items():
        share.deal(name, section(holder))
    return share


def read_have(text: str) -> dict[str, bytes]:
    """`tasks:base64,doors:base64` as a phone says what it holds; what cannot be read is not held."""
    found = {}
    for part in text.split(","):
        name, _, mark = part.strip().partition(":")
        try:
            found[name] = base64.b64decode(mark, validate=True)
        except ValueError:
            continue
    return found


@csrf_exempt
@require_GET
@refuses
def bundle(request: HttpRequest) -> HttpResponse:
    """GET /sync/bundle: what changed of a phone's share since the buckets named in `Muster-Have`, signed."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    with transaction.atomic():
        actor, incident = accounts.actor_by_token(token)
        device = telephones.by_token(token)
        assert device is not None
        with scope(actor, incident):
            now = clock.now()
            holder = Holder(actor, device, incident, now)
            share = share_of(holder)
            etag = f'"{share.etag()}-{now.toordinal()}"'  # daily at least: the lease runs from the last signed word
            if request.headers.get("If-None-Match") == etag:
                return HttpResponse(status=304)
            changed = share.since(read_have(request.headers.get("Muster-Have", "")))
            holder.journal_numbers(changed.get("tasks", {}).get("buckets", {}))
            signer = seals.signing_key(incident)
    content = {
        "v": 1,
        "device": device.id,
        "incident": incident,
        "issued_at": now,
        "lease_until": now + LEASE,
        "language": get_language(),
        "etag": etag,
        "cut": share.cut,
        "sections": changed,
        "names": list(SECTIONS),
    }
    return signed(
        _json.encode(content), signer, etag, packed="gzip" in request.headers.get("Accept-Encoding", "")
    )


def signed(body: bytes, signer: Any, etag: str, *, packed: bool) -> HttpResponse:
    """A body with its signature in a header; the phone checks it before it reads a word."""
    response = HttpResponse(gzip.compress(body, 5) if packed else body, content_type="application/json")
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Muster-Signature"] = seals.encode(signer.sign(body))
    response["ETag"] = etag
    response["Cache-Control"] = "no-store"
    return response
