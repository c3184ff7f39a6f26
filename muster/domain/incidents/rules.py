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
    """What a zone is now, and when that changes by itself."""

    level: str
    since: datetime
    released_at: datetime | None
    next_change_at: datetime | None


def zone_state(changes: Iterable[Change], now: datetime) -> ZoneState | None:
    """The state at `now`, whatever order the changes arrived in; None without any.

    What is dated later is to come; a zone that has not begun is what it will begin as, since an hour that is ahead.
    """
    ordered = sorted(changes, key=lambda change: (change.at, change.id))
    if not ordered:
        return None
    begun = [change for change in ordered if change.at <= now] or ordered[:1]
    last = begun[-1]
    held = next((change for change in reversed(begun) if not change.released), last)
    ahead = next((change.at for change in ordered if change.at > now), None)
    return ZoneState(held.level, held.at, last.at if last.released else None, ahead)
