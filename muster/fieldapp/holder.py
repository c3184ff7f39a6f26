"""Whose phone a bundle is for: the person, the teams, the shifts, the places. Sections read from here.

One's own teams and shifts are looked up under the system's scope: they name this person, wherever they lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.models import Device
from muster.domain.mobilising.models import Seat
from muster.domain.responders import queries as responders
from muster.domain.responders.models import Team

BACK = timedelta(hours=12)
AHEAD = timedelta(hours=36)


@dataclass
class Holder:
    """A phone with its person, in scope."""

    actor: Actor
    device: Device
    incident: UUID
    now: datetime

    @property
    def person(self) -> UUID:
        """The responder (or the account, where there is none)."""
        return self.actor.by

    @cached_property
    def teams(self) -> list[Team]:
        """The teams this person stands in now."""
        with scope(system(), self.incident):
            return responders.teams_of([self.person], self.now).get(self.person, [])

    @cached_property
    def assignees(self) -> list[UUID]:
        """To whom work is given that is this person's to do."""
        return [self.person, *(team.id for team in self.teams)]

    @cached_property
    def mates(self) -> list[UUID]:
        """Everybody of the teams, this person first: they may share the phone."""
        with scope(system(), self.incident):
            found = responders.members([team.id for team in self.teams], self.now)
        others = sorted({one for people in found.values() for one in people} - {self.person})
        return [self.person, *others]

    @cached_property
    def seats(self) -> list[Seat]:
        """Shifts of the people who may share the phone, from half a day back to a day and a half ahead."""
        with scope(system(), self.incident):
            near = Seat.objects.filter(
                incident=self.incident,
                responder__in=self.mates,
                to_at__gt=self.now - BACK,
                from_at__lt=self.now + AHEAD,
            )
            return list(near.select_related("shift__post").order_by("from_at", "id")[:200])

    def journal_numbers(self, buckets: dict[str, list[msgspec.Raw]]) -> None:
        """Names and numbers that go out with assigned calls are entered like any other reading of them."""
        told: list[dict[str, Any]] = [msgspec.json.decode(row) for rows in buckets.values() for row in rows]
        subjects = sorted({UUID(row["subject"]) for row in told if row.get("phone")})
        if subjects:
            journal.write(
                action="people.numbers_out", by=self.actor, incident=self.incident,
                area=self.device.home_area, subjects=subjects, count=len(subjects),
            )  # fmt: skip
