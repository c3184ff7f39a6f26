"""A post with people, for the tests of this domain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from muster.core.access import Actor
from muster.core.ids import new_id
from muster.core.told import Done, Told
from muster.domain.mobilising.actions import posts
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import OrganisationKind, ResponderKind
from tests.cast import COMMUNITY, SUBDISTRICT

HOUR = timedelta(hours=1)
MORNING = datetime(2022, 2, 19, 0, 0, tzinfo=UTC)  # 08:00 in Shenzhen


class Scene:
    """Tells things to actions as one actor in one incident."""

    def __init__(self, by: Actor, incident: UUID, now: datetime) -> None:
        self.by, self.incident, self.now = by, incident, now

    def tell(
        self, action: Callable[..., Done], *bodies: object, at: datetime | None = None, by: UUID | None = None
    ) -> Done:
        """Hand bodies to an action in one call."""
        told: list[Told[Any]] = [Told(new_id(), at or self.now, by or self.by.by, body) for body in bodies]
        return action(told=told, by=self.by, incident=self.incident, now=self.now)

    def organisation(self, area: int = SUBDISTRICT) -> UUID:
        """A new organisation."""
        body = responders.OrganisationBody(new_id(), area, "水务局", OrganisationKind.AGENCY, "Water bureau")
        assert not self.tell(responders.add_organisations, responders.AddOrganisations([body])).refused
        return body.id

    def people(
        self, count: int, kind: ResponderKind = ResponderKind.STAFF, area: int = SUBDISTRICT
    ) -> list[UUID]:
        """New responders of a new organisation."""
        office = self.organisation(area)
        bodies = [responders.ResponderBody(new_id(), area, office, kind) for _ in range(count)]
        done = self.tell(responders.enrol_responders, responders.EnrolResponders(bodies))
        assert not done.refused
        assert not done.waiting
        return [body.id for body in bodies]

    def shift(
        self, from_at: datetime = MORNING, hours: float = 8, seats: int = 2, forbids: tuple[str, ...] = (),
        kind: str = "helpline",
    ) -> UUID:  # fmt: skip
        """A new shift at a new post."""
        post = posts.AddPost(new_id(), COMMUNITY, kind, "岗位", seats, forbids=list(forbids))
        assert not self.tell(posts.add_posts, post).refused
        body = posts.ShiftBody(new_id(), post.id, from_at, from_at + timedelta(hours=hours))
        done = self.tell(posts.add_shifts, posts.AddShifts([body]))
        assert not done.refused
        assert not done.waiting
        return body.id
