"""Photographs from the field: each a record of its own, small, sealed, gone with the incident's key."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotFound
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.worklists.actions.doorways import RIGHT
from muster.domain.worklists.sweep_models import Photograph

FACT = ("id", "incident", "area", "at", "by", "device")
MOST_BYTES = 60_000  # sealed and in letters about 110 KB
SEE = "people.unmask"
BOUND = {"kind": "note", "table": "worklists_photograph", "field": "jpeg_c"}


class KeepPhotograph(msgspec.Struct, frozen=True):
    """A JPEG in base64 about a breeding site or a building, which the server may hear of later."""

    area: int
    about: UUID
    jpeg: str


def keep_photographs(
    *, told: Sequence[Told[KeepPhotograph]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Keep photographs sealed; nothing is derived from them, so they come in any order."""
    done = Done()
    allowed = by.allowed(RIGHT, (one.body.area for one in told), incident)
    sizes = {one.id: _size(one.body.jpeg) for one in told}
    for one in told:
        if not sizes[one.id]:
            done.refused[one.id] = BadInput(problem=f"jpeg, at most {MOST_BYTES} bytes")
        elif one.body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right=RIGHT)
    good, held = done.stored(told), vault(incident)
    rows = [
        (one.id, incident, one.body.area, one.at, one.by, one.device, one.body.about, sizes[one.id],
         held.seal(one.body.jpeg, row=one.id, **BOUND))
        for one in good
    ]  # fmt: skip
    bulk.insert(Photograph, (*FACT, "about", "size", "jpeg_c"), rows)
    if rows:
        area = min(one.body.area for one in good)
        journal.write(
            action="worklists.photograph", by=by, incident=incident, area=area,
            subjects={one.body.about for one in good}, count=len(rows),
        )  # fmt: skip
    return done


def _size(jpeg: str) -> int:
    """The bytes of a JPEG in base64; 0 for anything else, or too much of it."""
    try:
        content = base64.b64decode(jpeg, validate=True) if len(jpeg) < MOST_BYTES * 2 else b""
    except (binascii.Error, ValueError):
        return 0
    return len(content) if content.startswith(b"\xff\xd8\xff") and len(content) <= MOST_BYTES else 0


def read_photograph(*, photograph: UUID, by: Actor, incident: UUID, now: datetime) -> bytes:
    """The picture itself, for those who may see what is sealed; the reading is journalled."""
    found = Photograph.objects.filter(pk=photograph).first()
    if found is None or Retraction.objects.filter(target=photograph).exists():
        raise NotFound
    by.require(SEE, found.area, incident)
    journal.write(
        action="worklists.see_photograph", by=by, incident=incident, area=found.area, subjects=[found.about]
    )
    return base64.b64decode(vault(incident).open(found.jpeg_c, row=found.id, **BOUND))


def nothing_derived(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: a photograph is shown only while it stands."""
    return Done()
