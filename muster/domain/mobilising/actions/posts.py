"""Posts and their shifts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising.actions.shared import enter_journal
from muster.domain.mobilising.models import Post, Shift

Seats = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class AddPost(msgspec.Struct, frozen=True):
    """Somewhere people stand; `forbids` names fitness limits besides those the protocol gives for the kind."""

    id: UUID
    area: int
    kind: str
    name: str
    seats: Seats = 1
    point: UUID | None = None
    forbids: list[str] = []
    skills: list[str] = []


class ShiftBody(msgspec.Struct, frozen=True):
    """One shift; without `seats` as many as the post has."""

    id: UUID
    post: UUID
    from_at: datetime
    to_at: datetime
    seats: Seats | None = None


class AddShifts(msgspec.Struct, frozen=True):
    """Add shifts to posts."""

    shifts: list[ShiftBody]


def add_posts(*, told: Sequence[Told[AddPost]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add posts."""
    done = Done()
    allowed = by.allowed("mobilising.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="mobilising.plan")
    bodies = [one.body for one in done.stored(told)]
    protocol = {p.code: p.forbids.value for p in incidents.pack_of(incident).staffing.posts if p.forbids}
    rows = [
        (b.id, incident, b.area, b.kind, b.name, b.point, b.seats, list(b.skills),
         sorted({*b.forbids, *protocol.get(b.kind, ())}))
        for b in bodies
    ]  # fmt: skip
    bulk.insert(Post, ("id", "incident", "area", "kind", "name", "point", "seats", "skills", "forbids"), rows)
    enter_journal("mobilising.post", by, incident, ((body.area, body.id) for body in bodies))
    return done


def add_shifts(*, told: Sequence[Told[AddShifts]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add shifts; a list is taken whole or not at all."""
    done = Done()
    asked = Post.objects.filter(pk__in=[shift.post for one in told for shift in one.body.shifts])
    posts = {row[0]: row[1:] for row in asked.values_list("id", "area", "seats")}
    allowed = by.allowed("mobilising.plan", (area for area, _ in posts.values()), incident)
    for one in told:
        shifts = one.body.shifts
        if any(shift.from_at >= shift.to_at for shift in shifts):
            done.refused[one.id] = BadInput(problem="to_at ≤ from_at")
        elif any(shift.post not in posts for shift in shifts):
            done.waiting[one.id] = NotVisibleYet()
        elif any(posts[shift.post][0] not in allowed for shift in shifts):
            done.refused[one.id] = NotAllowed(right="mobilising.plan")
    bodies = [shift for one in done.stored(told) for shift in one.body.shifts]
    rows = {
        b.id: (
            b.id,
            incident,
            posts[b.post][0],
            b.post,
            b.from_at,
            b.to_at,
            posts[b.post][1] if b.seats is None else b.seats,
        )
        for b in bodies
    }
    bulk.insert(Shift, ("id", "incident", "area", "post", "from_at", "to_at", "seats"), rows.values())
    enter_journal("mobilising.shifts", by, incident, ((row[2], row[0]) for row in rows.values()))
    return done
