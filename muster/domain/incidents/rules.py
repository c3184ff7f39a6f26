"""Zones as dated data: what holds in a zone follows from its dated changes alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import msgspec


class WorksKind(StrEnum):
    """Works on the spot."""

    COMMAND_POST = "command_post"
    CANOPY = "canopy"
    DISINFECTION = "disinfection"
    ENCLOSURE = "enclosure"
    FENCING = "fencing"


class Change(msgspec.Struct, frozen=True):
    """One dated change of a zone: a level from an instant, or its release."""

    at: datetime
    id: str
    level: str
    released: bool = False


class ZoneState(msgspec.Struct, frozen=True):
    """What a zone is now."""

    level: str
    since: datetime
    released_at: datetime | None


def zone_state(changes: Iterable[Change]) -> ZoneState | None:
    """The state after all changes, whatever order they arrived in; None without any."""
    ordered = sorted(changes, key=lambda change: (change.at, change.id))
    if not ordered:
        return None
    last = ordered[-1]
    level = next((c.level for c in reversed(ordered) if not c.released), last.level)
    since = next((c.at for c in reversed(ordered) if not c.released), last.at)
    return ZoneState(level=level, since=since, released_at=last.at if last.released else None)
