"""Posts and shifts as the desk sees them, and open hand-overs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import F

from muster.core.models import Retraction
from muster.domain.mobilising.models import Handover, HandoverTaken, Post, Shift


class ShiftCell(msgspec.Struct, frozen=True):
    """One shift in the grid."""

    id: UUID
    from_at: datetime
    to_at: datetime
    seats: int
    claimed: int
    begun: int
    ended: int
    unrostered: int

    @property
    def hole(self) -> int:
        """Seats nobody has claimed."""
        return self.seats - self.claimed


class PostRow(msgspec.Struct, frozen=True):
    """A post with its shifts of the stretch asked for."""

    id: UUID
    area: int
    kind: str
    name: str
    point: UUID | None
    forbids: list[str]
    skills: list[str]
    shifts: list[ShiftCell]

    @property
    def holes(self) -> int:
        """Seats of all shifts that nobody has claimed."""
        return sum(shift.hole for shift in self.shifts)


CELL = ("post", "id", "from_at", "to_at", "seats", "claimed", "begun", "ended", "unrostered")


def post_grid(incident: UUID, from_at: datetime, to_at: datetime) -> list[PostRow]:
    """Posts × shifts that touch a stretch of time, those with most holes first."""
    cells: dict[UUID, list[ShiftCell]] = {}
    shifts = Shift.objects.filter(incident=incident, from_at__lt=to_at, to_at__gt=from_at).order_by(
        "from_at", "id"
    )
    for post, *cell in shifts.values_list(*CELL):
        cells.setdefault(post, []).append(ShiftCell(*cell))
    rows = [
        PostRow(p.id, p.area, p.kind, p.name, p.point, p.forbids, p.skills, cells.get(p.id, []))
        for p in Post.objects.filter(incident=incident)
    ]
    return sorted(rows, key=lambda row: (-row.holes, row.kind, row.name, row.id))


class ShortShift(msgspec.Struct, frozen=True):
    """A shift that lacks people."""

    post: UUID
    from_at: datetime
    hole: int


def post_names(posts: Iterable[UUID]) -> dict[UUID, str]:
    """What these posts are called, where visible."""
    return dict(Post.objects.filter(pk__in=set(posts)).values_list("id", "name"))


def short_shifts(
    bounds: tuple[int, int], incident: UUID, from_at: datetime, to_at: datetime
) -> list[ShortShift]:
    """Shifts of a stretch of areas and time with seats nobody has claimed, the next and emptiest first."""
    hole = F("seats") - F("claimed")
    found = Shift.objects.filter(
        incident=incident, area__gte=bounds[0], area__lt=bounds[1], from_at__lt=to_at, to_at__gt=from_at
    ).annotate(hole=hole)
    rows = found.filter(hole__gt=0).order_by("from_at", "-hole", "id").values_list("post", "from_at", "hole")
    return [ShortShift(*row) for row in rows]


class OpenHandover(msgspec.Struct, frozen=True):
    """Open work that was handed over and not yet acknowledged."""

    id: UUID
    at: datetime
    by: UUID
    to: UUID
    shift: UUID
    open_items: list[UUID]


def open_handovers(incident: UUID) -> list[OpenHandover]:
    """Hand-overs nobody has acknowledged, oldest first."""
    gone = Retraction.objects.values("target")
    taken = HandoverTaken.objects.exclude(id__in=gone).values("handover")
    rows = (
        Handover.objects.filter(incident=incident)
        .exclude(id__in=gone)
        .exclude(id__in=taken)
        .order_by("at", "id")
    )
    return [OpenHandover(row.id, row.at, row.by, row.to, row.shift, row.open_items) for row in rows]
