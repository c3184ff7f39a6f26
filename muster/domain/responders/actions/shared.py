"""What the actions of this domain share."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from muster.core import journal
from muster.core.access import Actor

FACT = ("id", "incident", "area", "at", "by", "device")


def enter_journal(action: str, by: Actor, incident: UUID, about: Sequence[tuple[int, UUID]]) -> None:
    """One line for an action on things, each given with an area in which the actor holds the right."""
    if about:
        area = min(area for area, _ in about)
        journal.write(action=action, by=by, incident=incident, area=area, subjects=[one for _, one in about])
