"""What was promised to somebody wants to be kept: requests are answered, needs are delivered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.domain.helpline.models import Request
from muster.domain.helpline.rules import RequestPhase
from muster.domain.places.models import Dwelling
from muster.domain.supplies.models import Need
from muster.domain.supplies.rules import Urgency
from muster.domain.worklists.rules import ItemKind, Want

FIRST, SOON, USUAL = 1, 3, 5


def wants_of_requests(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """An answer for every request that was not withdrawn, vulnerable households first; satisfied once done."""
    requests = list(Request.objects.filter(pk__in=touched).exclude(state=RequestPhase.WITHDRAWN))
    doors = Dwelling.objects.filter(pk__in={one.dwelling for one in requests if one.dwelling})
    buildings = dict(doors.values_list("id", "building_id"))
    return [
        Want(
            kind=ItemKind.ANSWER,
            subject_kind="request",
            subject=one.id,
            occasion="",
            area=one.area,
            source_kind="request",
            source=one.id,
            due_at=one.promised_at,
            priority=FIRST if one.vulnerable else USUAL,
            satisfied_at=one.closed_at,
            building=buildings.get(one.dwelling) if one.dwelling else None,
        )
        for one in requests
    ]


def wants_of_needs(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A delivery for every need, urgent ones first; satisfied once all of it came."""
    return [
        Want(
            kind=ItemKind.DELIVER,
            subject_kind="need",
            subject=one.id,
            occasion="",
            area=one.area,
            source_kind="need",
            source=one.id,
            due_at=one.needed_by,
            priority=SOON if one.urgency == Urgency.URGENT else USUAL,
            satisfied_at=one.met_at,
        )
        for one in Need.objects.filter(pk__in=touched)
    ]
