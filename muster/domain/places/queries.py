"""Reads of places."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from muster.core import bulk, prepared
from muster.core.access import span
from muster.domain.places.models import Area, Building, Dwelling, Point
from muster.domain.places.rules import Found, Parts, address_key, asked_keys

NAMES_FOR = 30.0
_names: dict[int, tuple[float, str]] = {}


def areas_under(code: int, level: str | None = None) -> QuerySet[Area]:
    """The areas at or below `code` (0: all) in the order of their codes."""
    low, high = span(code)
    found = Area.objects.filter(code__gte=low, code__lt=high).order_by("code")
    return found.filter(level=level) if level else found


def area_names(codes: Iterable[int]) -> dict[int, str]:
    """Names of areas; a code nobody named stands for itself. Remembered for half a minute."""
    wanted = set(codes)
    fresh = time.monotonic() - NAMES_FOR
    known = {code: held[1] for code in wanted if (held := _names.get(code)) and held[0] > fresh}
    missing = wanted - known.keys()
    if missing:
        found = dict(Area.objects.filter(code__in=missing).values_list("code", "name"))
        _names.update({code: (time.monotonic(), name) for code, name in found.items()})
        known |= {code: found.get(code, str(code)) for code in missing}
    return known


def buildings_page(area: int, after: tuple[int, UUID] | None = None, size: int = 50) -> list[Building]:
    """Buildings at or below `area`, by area and id, after the last one of the page before."""
    low, high = span(area)
    found = Building.objects.filter(area__gte=low, area__lt=high).order_by("area", "id")
    if after:
        found = found.filter(area__gte=after[0]).extra(where=["(area, id) > (%s, %s)"], params=list(after))
    return list(found[:size])


def building(identity: UUID) -> Building | None:
    """A building that is visible here."""
    return Building.objects.filter(pk=identity).first()


def inside(buildings: Iterable[UUID], area: int) -> list[UUID]:
    """Those of these buildings that stand at or below an area, where visible."""
    low, high = span(area)
    found = Building.objects.filter(pk__in=set(buildings), area__gte=low, area__lt=high)
    return list(found.order_by("id").values_list("id", flat=True))


def building_names(buildings: Iterable[UUID]) -> list[tuple[UUID, str]]:
    """These buildings by name, where visible."""
    return list(
        Building.objects.filter(pk__in=set(buildings)).order_by("name", "id").values_list("id", "name")
    )


def dwellings_of(building: UUID) -> list[Dwelling]:
    """The doors of a building, from the ground up."""
    return list(Dwelling.objects.filter(building=building).order_by("floor", "unit", "label"))


def dwellings_at(ids: Iterable[UUID]) -> dict[UUID, tuple[int, UUID]]:
    """Area and building of these dwellings, where visible."""
    sql = "select id, area, building_id from places_dwelling where id = any(%s::uuid[])"
    found = prepared.fetch(sql, [bulk.array(set(ids))])
    return {identity: (area, held) for identity, area, held in found}


def dwelling_titles(ids: Iterable[UUID]) -> dict[UUID, str]:
    """How people say a door: building name and label."""
    rows = list(Dwelling.objects.filter(pk__in=set(ids)).values_list("id", "building_id", "label"))
    # not a join: row security makes the planner start from the buildings, and read all of them
    named = dict(building_names({building for _id, building, _label in rows}))
    return {identity: f"{named.get(building, '')} {label}" for identity, building, label in rows}


def points(kind: str | None = None, area: int = 0) -> QuerySet[Point]:
    """The places of work in this scope."""
    low, high = span(area)
    found = Point.objects.filter(area__gte=low, area__lt=high).order_by("area", "name", "id")
    return found.filter(kind=kind) if kind else found


def resolve_address(parts: Parts, areas: Iterable[int] = (0,)) -> Found:
    """Where one address is; see `resolve_addresses`."""
    return resolve_addresses([parts], areas)[0]


def resolve_addresses(asked: Sequence[Parts], areas: Iterable[int] = (0,)) -> list[Found]:
    """Where addresses are, inside any of `areas`: the first key that names exactly one building wins.

    Several buildings under one key are handed back as candidates: a person decides.
    """
    keys = [asked_keys(parts) for parts in asked]
    spans = [span(area) for area in areas]
    found: dict[str, dict[UUID, int]] = {}
    for text, held, area in _aliases({key for listed in keys for key in listed}):
        if any(low <= area < high for low, high in spans):
            found.setdefault(text, {})[held] = area
    chosen = [_choose(listed, found) for listed in keys]
    wanted = [
        [(one.building, key) for key in _labels(parts)] if one.building else []
        for one, parts in zip(chosen, asked, strict=True)
    ]
    doors = _doors_named({pair for pairs in wanted for pair in pairs})
    odd = {pairs[0][0] for pairs in wanted if pairs and not any(pair in doors for pair in pairs)}
    doors |= _doors(odd) if odd else {}
    return [_with_door(one, pairs, doors) for one, pairs in zip(chosen, wanted, strict=True)]


def _aliases(keys: set[str]) -> list[tuple[str, UUID, int]]:
    sql = "select text, building_id, area from places_alias where text = any(%s::text[])"
    return prepared.fetch(sql, [list(keys)])


def _choose(keys: Sequence[str], found: Mapping[str, Mapping[UUID, int]]) -> Found:
    candidates: set[UUID] = set()
    for key in keys:
        here = found.get(key, {})
        if len(here) == 1:
            ((held, area),) = here.items()
            return Found(building=held, area=area)
        candidates.update(here)
    return Found(candidates=tuple(sorted(candidates)))


def _labels(parts: Parts) -> tuple[str, ...]:
    """How the door of an address may be written, as keys; the first that is a door there counts."""
    written: tuple[str, ...] = (parts.unit + parts.dwelling, f"{parts.unit}-{parts.dwelling}", parts.dwelling)
    if not parts.unit:
        written = written[:1]
    return tuple(address_key(label) for label in written if label)


# Door by door: the planner would read every door of the city.
NAMED = """
select w.held, w.label, d.id, d.area from unnest(%s::uuid[], %s::text[]) w(held, label)
cross join lateral (
    select id, area from places_dwelling o where o.building_id = w.held and o.label = w.label offset 0) d
"""


Doors = dict[tuple[UUID, str], list[Any]]  # building and label to the door and its area


def _doors_named(pairs: set[tuple[UUID, str]]) -> Doors:
    """Doors whose label is written as its key is: nearly all are."""
    listed = list(pairs)
    asked = [bulk.array(held for held, _ in listed), [label for _, label in listed]]
    return {(held, label): door for held, label, *door in prepared.fetch(NAMED, asked)}


def _doors(buildings: set[UUID]) -> Doors:
    rows = Dwelling.objects.filter(building__in=buildings).values_list("building_id", "label", "id", "area")
    return {(held, address_key(label)): door for held, label, *door in rows}


def _with_door(one: Found, pairs: Sequence[tuple[UUID, str]], doors: Doors) -> Found:
    door = next((d for pair in pairs if (d := doors.get(pair))), None)
    return Found(building=one.building, dwelling=door[0], area=door[1]) if door else one
