"""A door that stayed shut wants a recheck; an opened one does not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.domain.incidents import queries as incidents
from muster.domain.worklists.models import DwellingState
from muster.domain.worklists.rules import SETTLED_DOOR, ItemKind, Want


def wants(dwellings: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A recheck for doors found absent or refused, after the pack's hours; satisfied once opened."""
    sweep = incidents.pack_of(incident).sweep
    found = []
    for door in DwellingState.objects.filter(pk__in=dwellings):
        if door.outcome in SETTLED_DOOR and door.visits == 1:
            continue
        found.append(
            Want(
                kind=ItemKind.RECHECK, subject_kind="dwelling", subject=door.id, occasion="", area=door.area,
                source_kind="dwelling", source=door.id, due_at=sweep.recheck_at(door.last_at),
                satisfied_at=door.done_at, building=door.building,
            )
        )  # fmt: skip
    return found
