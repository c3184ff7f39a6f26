"""Reads of incidents and zones."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from muster.domain.incidents.models import Incident, Zone, ZoneBuilding
from muster.protocols import Pack, load


def by_code(code: str) -> Incident | None:
    """The incident of a short code, if there is one."""
    return Incident.objects.filter(code=code).first()


def get(incident: UUID) -> Incident:
    """An incident by id."""
    return Incident.objects.get(pk=incident)


def open_ids() -> list[UUID]:
    """The incidents that are not closed."""
    return list(Incident.objects.filter(closed_at=None).order_by("opened_at", "id").values_list("id", flat=True))


def pack_of(incident: UUID) -> Pack:
    """The protocol in force."""
    return load(Incident.objects.values_list("pack", flat=True).get(pk=incident))


def zones() -> QuerySet[Zone]:
    """The zones in force in this scope, strictest first."""
    return Zone.objects.filter(released_at=None).order_by("from_at", "id")


def zone_of_buildings(buildings: set[UUID]) -> dict[UUID, str]:
    """The level in force at each of these buildings; buildings in no zone are left out."""
    rows = ZoneBuilding.objects.filter(building__in=buildings, zone__released_at=None).order_by("zone__since")
    return dict(rows.values_list("building", "zone__level"))
