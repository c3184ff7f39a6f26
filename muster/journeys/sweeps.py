"""A door that stayed shut wants a recheck; an opened one does not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.domain.incidents import queries as incidents
from muster.domain.worklists.models import DwellingState
from muster.domain.worklists.rules import ItemKind, Want


def wants(dwellings: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A recheck for doors found absent or refused, after the pack's hours; satisfied once opened."""
    shut = list(DwellingState.objects.filter(pk__in=dwellings, was_shut=True))
    if not shut:
        return []
    sweep = incidents.pack_of(incident).sweep
    return [
        Want(
            kind=ItemKind.RECHECK,
            subject_kind="dwelling",
            subject=door.id,
            occasion="",
            area=door.area,
            source_kind="dwelling",
            source=door.id,
            due_at=sweep.recheck_at(door.last_at),
            satisfied_at=door.done_at,
            building=door.building,
        )
        for door in shut
    ]
