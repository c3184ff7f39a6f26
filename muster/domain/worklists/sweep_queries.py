"""Reads of sweeps for the desk: indices of blocks, marks to look at again, breeding sites, cards, ground to split.

Indexes: `worklists_mark_area` for the indices, `worklists_mark_recheck` for the board, `worklists_site_open` for sites.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from muster.core.models import Retraction
from muster.domain.places import queries as places
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.queries import COMMUNITY
from muster.domain.worklists.sweep_models import BreedingSite, DoorMark, HouseholdCard, Photograph
from muster.domain.worklists.sweep_rules import Counts

Bounds = tuple[int, int]


class Block(msgspec.Struct, frozen=True):
    """What was inspected in a community or a building, and what is due to be looked at again."""

    key: Any
    counts: Counts
    water: int
    due: int
    last_at: datetime


COUNTED = (
    "count(*), count(*) filter (where positive > 0), coalesce(sum(inspected), 0)::bigint,"
    " coalesce(sum(positive), 0)::bigint, count(*) filter (where mark = 'water'),"
    " count(*) filter (where recheck_at <= %s and rechecked_at is null), max(last_at)"
)


def _blocks(key: str, bounds: Bounds, since: datetime, now: datetime, size: int) -> list[Block]:
    sql = (
        f"select {key}, {COUNTED} from worklists_doormark where area >= %s and area < %s and last_at >= %s"  # noqa: S608
        " group by 1 order by coalesce(sum(positive), 0)::float / count(*) desc, 1 limit %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, *bounds, since, size])
        return [Block(row[0], Counts(*row[1:5]), *row[5:]) for row in cursor.fetchall()]


def blocks_by_community(bounds: Bounds, since: datetime, now: datetime) -> list[Block]:
    """The communities of a stretch of areas, the worst first."""
    return _blocks(f"area / {COMMUNITY} * {COMMUNITY}", bounds, since, now, 500)


def blocks_by_building(bounds: Bounds, since: datetime, now: datetime, size: int = 100) -> list[Block]:
    """The buildings of a stretch of areas, the worst first."""
    return _blocks("building", bounds, since, now, size)


def marks_due(bounds: Bounds, until: datetime, size: int = 100) -> list[DoorMark]:
    """Doors with larvae that are to be looked at again by an instant, the first due first."""
    found = DoorMark.objects.filter(
        area__gte=bounds[0], area__lt=bounds[1], recheck_at__lte=until, rechecked_at=None
    )
    return list(found.order_by("recheck_at", "id")[:size])


def marks_of(building: UUID) -> dict[UUID, DoorMark]:
    """The marks of a building's doors."""
    return {one.id: one for one in DoorMark.objects.filter(building=building)}


def breeding_sites(bounds: Bounds, size: int = 100) -> list[BreedingSite]:
    """Breeding sites outside homes, open ones by deadline, then those cleared last."""
    held = BreedingSite.objects.filter(area__gte=bounds[0], area__lt=bounds[1])
    left = list(held.filter(state="open").order_by("deadline_at", "id")[:size])
    return left + list(held.filter(state="cleared").order_by("-cleared_at", "id")[: max(size - len(left), 0)])


def site(identity: UUID) -> BreedingSite | None:
    """One breeding site."""
    return BreedingSite.objects.filter(pk=identity).first()


def photographs_of(about: UUID, size: int = 12) -> list[tuple[UUID, datetime]]:
    """Photographs of a breeding site or a building that stand, the newest first: which, and when."""
    found = Photograph.objects.filter(about=about).exclude(
        id__in=Retraction.objects.filter(kind="worklists.photograph").values("target")
    )
    return list(found.order_by("-at", "-id").values_list("id", "at")[:size])


def card_of(dwelling: UUID) -> HouseholdCard | None:
    """The newest household card of a door that was not taken back."""
    found = HouseholdCard.objects.filter(dwelling=dwelling).exclude(
        id__in=Retraction.objects.filter(kind="worklists.householdcard").values("target")
    )
    return found.order_by("-at", "-id").first()


CARDS = """
select c.dwelling, max(c.at) from worklists_householdcard c where c.dwelling = any(%s::uuid[])
    and not exists (select from core_retraction r where r.target = c.id) group by 1
"""


def cards_at(doors: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the household card of each of these doors was written, where there is one."""
    with connection.cursor() as cursor:
        cursor.execute(CARDS, [list(doors)])
        return dict(cursor.fetchall())


class NeedsCard(msgspec.Struct, frozen=True):
    """What a card says that a household needs; `gone_at` when the card was taken back."""

    door: UUID
    area: int
    at: datetime
    by: UUID
    needs: list[str]
    vulnerabilities: list[str]
    gone_at: datetime | None


NEEDS = """
select c.dwelling, c.area, c.at, c.by, c.needs, c.vulnerabilities,
    (select max(r.at) from core_retraction r where r.target = c.id)
from worklists_householdcard c
where c.dwelling = any(%s::uuid[]) and c.consent and c.needs <> '{}' order by c.at, c.id
"""


def needs_cards(doors: Iterable[UUID]) -> list[NeedsCard]:
    """The cards of these doors that name needs, the oldest first, those taken back too."""
    with connection.cursor() as cursor:
        cursor.execute(NEEDS, [list(doors)])
        return [NeedsCard(*row) for row in cursor.fetchall()]


class House(msgspec.Struct, frozen=True):
    """A building to be given to a team: where it is and how many of its doors are left."""

    id: UUID
    name: str
    lat: float | None
    lon: float | None
    units: int
    left: int


HOUSES = """
select b.id, b.name, b.lat, b.lon, b.units, greatest(b.units - coalesce(s.done + s.empty, 0), 0)
from places_building b left join worklists_buildingstate s on s.id = b.id
where b.area >= %s and b.area < %s order by b.area, b.walk nulls last, b.compound, b.name, b.id limit %s
"""


def houses(bounds: Bounds, size: int = 5_000) -> list[House]:
    """The buildings of a stretch of areas, those of a walk in its order."""
    with connection.cursor() as cursor:
        cursor.execute(HOUSES, [*bounds, size])
        return [House(*row) for row in cursor.fetchall()]


def teams_of(buildings: Iterable[UUID]) -> dict[UUID, UUID]:
    """Which team sweeps each building now."""
    found = WorkItem.objects.filter(
        subject__in=list(buildings),
        kind="visit",
        subject_kind="building",
        state="open",
        assignee__isnull=False,
    )
    return {house: team for house, team in found.values_list("subject", "assignee") if team}


def names_of(items: Iterable[WorkItem]) -> dict[UUID, str]:
    """What work about buildings and breeding sites is called: the building, or the place as it was written down."""
    listed = list(items)
    names = dict(places.building_names({one.subject for one in listed if one.subject_kind == "building"}))
    sites = [one.subject for one in listed if one.subject_kind == "breeding"]
    if sites:
        names |= {one: place or kind for one, place, kind in _sites(sites)}
    return names


def _sites(sites: list[UUID]) -> list[tuple[UUID, str, str]]:
    return list(BreedingSite.objects.filter(pk__in=sites).values_list("id", "place", "kind"))
