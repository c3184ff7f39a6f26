"""Reads of incidents and zones."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from muster.core import prepared
from muster.core.access import span
from muster.core.models import Retraction
from muster.domain.incidents.models import Incident, Zone, ZoneBuilding, ZoneChange
from muster.protocols import Pack, load

PACK_SECONDS = 1.0
_packs: dict[UUID, tuple[float, str]] = {}


def by_code(code: str) -> Incident | None:
    """The incident of a short code, if there is one."""
    return Incident.objects.filter(code=code).first()


def get(incident: UUID) -> Incident:
    """An incident by id."""
    return Incident.objects.get(pk=incident)


def is_known(incident: UUID) -> bool:
    """Is there such an incident at all?"""
    return Incident.objects.filter(pk=incident).exists()


def is_closed(incident: UUID) -> bool:
    """Has it ended? Asked in every batch, so it is a prepared statement."""
    rows = prepared.fetch("select closed_at is not null from incidents_incident where id = %s", [incident])
    return bool(rows) and bool(rows[0][0])


def open_ids() -> list[UUID]:
    """The incidents that are not closed."""
    return list(
        Incident.objects.filter(closed_at=None).order_by("opened_at", "id").values_list("id", flat=True)
    )


def all_ids() -> list[UUID]:
    """Every incident, closed ones too."""
    return list(Incident.objects.order_by("opened_at", "id").values_list("id", flat=True))


def pack_of(incident: UUID) -> Pack:
    """The protocol in force; another one comes into force within a second everywhere."""
    held = _packs.get(incident)
    if held is None or held[0] < time.monotonic():
        name = Incident.objects.values_list("pack", flat=True).get(pk=incident)
        held = _packs[incident] = (time.monotonic() + PACK_SECONDS, name)
    return load(held[1])


def forget_pack(incident: UUID) -> None:
    """Read the pack's name again at the next question."""
    _packs.pop(incident, None)


def zones() -> QuerySet[Zone]:
    """The zones of this scope that are not released, those to come among them, the oldest first."""
    return Zone.objects.filter(released_at=None).order_by("from_at", "id")


def _in_force(now: datetime, of: str = "") -> Q:
    """Neither released nor still to begin."""
    return Q((f"{of}released_at", None), (f"{of}since__lte", now))


def zone_of_buildings(buildings: set[UUID], now: datetime) -> dict[UUID, str]:
    """The level in force at each of these buildings; buildings in no zone are left out."""
    rows = ZoneBuilding.objects.filter(_in_force(now, "zone__"), building__in=buildings).order_by(
        "zone__since"
    )
    return dict(rows.values_list("building", "zone__level"))


def levels_around(spots: Iterable[tuple[int, UUID | None]], now: datetime) -> list[str | None]:
    """The level in force at each spot (area and building): its building's, else that of an area all of which is a zone.

    A zone without buildings is all of its area; the narrowest such area counts, and of two the later.
    """
    asked = list(spots)
    built = zone_of_buildings({building for _, building in asked if building}, now)
    held = ZoneBuilding.objects.filter(zone=OuterRef("pk"))
    whole = [
        (*span(one.area), one.level)
        for one in zones().filter(_in_force(now), ~Exists(held)).order_by("since", "id")
    ]
    whole.sort(key=lambda one: one[0] - one[1])  # widest first, so that the last that fits is the narrowest

    def level(area: int, building: UUID | None) -> str | None:
        around = [code for low, high, code in whole if low <= area < high]
        return (built.get(building) if building else None) or (around[-1] if around else None)

    return [level(*one) for one in asked]


def zone_at(building: UUID, now: datetime) -> Zone | None:
    """The zone in force that a building came under last, with its notice and hotlines."""
    held = ZoneBuilding.objects.filter(building=building).values("zone")
    return Zone.objects.filter(_in_force(now), pk__in=held).order_by("since", "id").last()


def building_counts(zones: set[UUID]) -> dict[UUID, int]:
    """How many buildings each of these zones has."""
    return dict(ZoneBuilding.objects.filter(zone__in=zones).values_list("zone").annotate(n=Count("id")))


def buildings_of(zone: UUID, size: int) -> list[UUID]:
    """The buildings of a zone."""
    return list(
        ZoneBuilding.objects.filter(zone=zone).order_by("id").values_list("building", flat=True)[:size]
    )


def history(zone: UUID) -> list[tuple[ZoneChange, bool]]:
    """The dated changes of a zone, newest first, each with whether it was taken back."""
    found = list(ZoneChange.objects.filter(zone=zone).order_by("-at", "-id"))
    gone = set(
        Retraction.objects.filter(target__in=[one.id for one in found]).values_list("target", flat=True)
    )
    return [(one, one.id in gone) for one in found]
