"""The line in front of a site: how many stand in it, told by whoever keeps its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.domain.places.models import Point
from muster.domain.sampling.models import QueueReported

RECORD = "sampling.record"


class ReportQueue(msgspec.Struct, frozen=True):
    """So many people wait in front of a site now."""

    site: UUID
    waiting: Annotated[int, msgspec.Meta(ge=0, le=100_000)]


def report_queues(*, told: Sequence[Told[ReportQueue]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record how long lines are."""
    done = Done()
    areas = dict(Point.objects.filter(pk__in={one.body.site for one in told}).values_list("id", "area"))
    allowed = by.allowed(RECORD, areas.values(), incident)
    rows = []
    for one in told:
        area = areas.get(one.body.site)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right=RECORD)
        else:
            body = one.body
            rows.append((one.id, incident, area, one.at, one.by, one.device, body.site, body.waiting))
    if rows:
        bulk.insert(QueueReported, ("id", "incident", "area", "at", "by", "device", "site", "waiting"), rows)
        journal.write(
            action="sampling.queue", by=by, incident=incident, area=min(row[2] for row in rows),
            subjects={row[6] for row in rows}, count=len(rows),
        )  # fmt: skip
    return done
