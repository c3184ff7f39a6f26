"""What sweeps leave to do: shut doors, larvae found, breeding sites not cleared, buildings given to a team."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from muster.core.told import Touched, no_touch
from muster.domain.incidents import queries as incidents
from muster.domain.worklists.actions.doors import recount_buildings
from muster.domain.worklists.actions.giving import given_among, wants_of_buildings
from muster.domain.worklists.models import DwellingState
from muster.domain.worklists.rules import ItemKind, Want
from muster.domain.worklists.sweep_models import BreedingSite, DoorMark
from muster.protocols.ground import Sweep

CONTAINERS = "containers"
BREEDING = "breeding"
SOONER = 3

__all__ = ["given_again", "wants", "wants_of_buildings", "wants_of_sites"]


def wants(dwellings: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A recheck for doors found absent or refused, and for doors where larvae were found."""
    shut = list(DwellingState.objects.filter(pk__in=dwellings, was_shut=True))
    larvae = list(DoorMark.objects.filter(pk__in=dwellings, recheck_at__isnull=False))
    sweep = incidents.pack_of(incident).sweep if shut else None
    return [_shut(door, sweep) for door in shut if sweep] + [_larvae(door) for door in larvae]


def _shut(door: DwellingState, sweep: Sweep) -> Want:
    """After the pack's hours; once it was shut as often as the pack allows, sooner in the list."""
    return Want(
        kind=ItemKind.RECHECK,
        subject_kind="dwelling",
        subject=door.id,
        occasion="",
        area=door.area,
        source_kind="dwelling",
        source=door.id,
        due_at=sweep.recheck_at(door.last_at),
        priority=SOONER if sweep.is_exhausted(door.visits) else 5,
        satisfied_at=door.done_at,
        building=door.building,
    )


def _larvae(door: DoorMark) -> Want:
    """After the pack's days; satisfied by a clean survey then."""
    return Want(
        kind=ItemKind.RECHECK,
        subject_kind="dwelling",
        subject=door.id,
        occasion=CONTAINERS,
        area=door.area,
        source_kind="dwelling",
        source=door.id,
        due_at=door.recheck_at,
        satisfied_at=door.rechecked_at,
        building=door.building,
    )


def wants_of_sites(sites: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """Breeding sites outside homes are to be gone by their deadline."""
    found = BreedingSite.objects.filter(pk__in=sites).exclude(state="withdrawn")
    return [
        Want(
            kind=ItemKind.RECHECK,
            subject_kind=BREEDING,
            subject=site.id,
            occasion=BREEDING,
            area=site.area,
            source_kind=BREEDING,
            source=site.id,
            due_at=site.deadline_at,
            satisfied_at=site.cleared_at,
            building=site.building,
        )
        for site in found
    ]


def given_again(buildings: set[UUID]) -> Touched:
    """Buildings that got new doors are counted again; those that were given to a team are asked about again."""
    recount_buildings(buildings)
    touched = no_touch()
    touched["worklists.building"] |= given_among(buildings)
    return touched
