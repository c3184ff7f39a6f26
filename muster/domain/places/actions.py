"""Adding areas, buildings with their dwellings, and points of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.places import rules
from muster.domain.places.models import Alias, Area, Building, Dwelling, Point


class NewArea(msgspec.Struct, frozen=True):
    """One area of the hierarchy."""

    code: int
    name: str
    level: str
    parent: int | None = None
    lat: float | None = None
    lon: float | None = None
    generated: bool = False
    note: str = ""


class AddAreas(msgspec.Struct, frozen=True):
    """Add areas or bring their names up to date."""

    areas: list[NewArea]


class AddBuilding(msgspec.Struct, frozen=True):
    """A building and its doors: the labels given, or floors times units."""

    id: UUID
    area: int
    name: str
    address: str = ""
    compound: str = ""
    number: str = ""
    kind: str = ""
    floors: int | None = None
    units_per_floor: int | None = None
    labels: list[str] | None = None
    lat: float | None = None
    lon: float | None = None
    outline: list[tuple[float, float]] | None = None
    generated: bool = False
    source: str = ""
    walk: int | None = None


class AddDoors(msgspec.Struct, frozen=True):
    """Doors of a known building that nobody had on a list."""

    building: UUID
    labels: list[str]


class AddPoint(msgspec.Struct, frozen=True):
    """A place of work."""

    id: UUID
    area: int
    kind: rules.PointKind
    name: str
    address: str = ""
    lat: float | None = None
    lon: float | None = None
    building: UUID | None = None
    administrator: UUID | None = None


def _bad_text(limits: Iterable[tuple[str, str, int]]) -> Refusal | None:
    """What forbids storing one of these (field, text, longest), or None."""
    for field, text, longest in limits:
        if len(text) > longest or "\0" in text:
            return BadInput(problem=field)
    return None


def _bad_spot(lat: float | None, lon: float | None) -> Refusal | None:
    if (lat is None) != (lon is None):
        return BadInput(problem="lat, lon")
    if lat is not None and lon is not None and not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return BadInput(problem="lat, lon")
    return None


def _bad_area(area: NewArea) -> Refusal | None:
    if not 0 < area.code < 10**15 or area.level not in rules.LEVELS:
        return BadInput(problem=f"{area.code} {area.level}")
    if not area.name.strip():
        return BadInput(problem="name")
    texts = _bad_text([("name", area.name, 80), ("note", area.note, 300)])
    return texts or _bad_spot(area.lat, area.lon)


def add_areas(*, told: Sequence[Told[AddAreas]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add areas. Everybody reads them; only a commander of the area, or of one above it, adds."""
    done = Done()
    good: dict[int, tuple[object, ...]] = {}
    for one in sorted(told, key=lambda o: (o.at, o.id)):
        bad = next((bad for area in one.body.areas if (bad := _bad_area(area))), None)
        codes = {area.code for area in one.body.areas}
        if bad:
            done.refused[one.id] = bad
        elif codes - by.allowed("incidents.open", codes, incident):
            done.refused[one.id] = NotAllowed(right="incidents.open")
        else:
            good |= {
                a.code: (a.code, a.name, a.level, a.parent if a.parent is not None else rules.parent_of(a.code),
                         a.lat, a.lon, rules.sort_key(a.name), a.generated, a.note)
                for a in one.body.areas
            }  # fmt: skip
    names = ("code", "name", "level", "parent", "lat", "lon", "sort_key", "generated", "note")
    bulk.insert(Area, names, good.values(), update=names[1:])
    if good:
        journal.write(action="places.areas", by=by, incident=incident, area=min(good), count=len(good))
    return done


def _doors(body: AddBuilding) -> list[str] | None:
    """The labels of a building, or None when what was said cannot be."""
    if body.labels is not None:
        labels = list(dict.fromkeys(body.labels))
        return labels if len(labels) <= rules.MOST_DWELLINGS and rules.are_labels(labels) else None
    floors, units = body.floors or 0, body.units_per_floor or 0
    if floors < 0 or units < 0 or floors > rules.MOST_FLOORS or floors * units > rules.MOST_DWELLINGS:
        return None
    return rules.door_labels(floors, units)


def _bad_building(body: AddBuilding) -> Refusal | None:
    if not body.name.strip():
        return BadInput(problem="name")
    if _doors(body) is None:
        return BadInput(problem="labels, floors, units_per_floor")
    if body.walk is not None and not 0 <= body.walk < 2**31:
        return BadInput(problem="walk")
    bad = _bad_text([
        ("name", body.name, 120), ("address", body.address, 300), ("compound", body.compound, 120),
        ("number", body.number, 40), ("kind", body.kind, 20), ("source", body.source, 80),
    ])  # fmt: skip
    spots = [(body.lat, body.lon), *(body.outline or [])]
    return bad or next((bad for lat, lon in spots if (bad := _bad_spot(lat, lon))), None)


BUILDING = (
    "id", "area", "name", "address", "compound", "number", "kind", "lat", "lon", "outline", "floors",
    "units_per_floor", "units", "generated", "source", "walk",
)  # fmt: skip


def add_buildings(*, told: Sequence[Told[AddBuilding]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add buildings found on the spot or from a register, each with its doors. Told again, nothing changes."""
    done = Done()
    allowed = by.allowed("places.survey", (one.body.area for one in told), incident)
    for one in told:
        if bad := _bad_building(one.body):
            done.refused[one.id] = bad
        elif one.body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="places.survey")
    bodies = {
        one.body.id: one.body for one in sorted(done.stored(told), key=lambda o: (o.at, o.id), reverse=True)
    }
    rows = [
        (b.id, b.area, b.name, b.address, b.compound, b.number, b.kind, b.lat, b.lon, b.outline, b.floors,
         b.units_per_floor, len(_doors(b) or ()), b.generated, b.source, b.walk)
        for b in bodies.values()
    ]  # fmt: skip
    fresh = bulk.insert(Building, BUILDING, rows)
    seen = fresh | bulk.lock(Building, bodies.keys() - fresh)
    done.waiting |= {one.id: NotVisibleYet() for one in done.stored(told) if one.body.id not in seen}
    added = [body for body in bodies.values() if body.id in fresh]
    _add_inside(added)
    if added:
        area = min(body.area for body in added)
        journal.write(action="places.building", by=by, incident=incident, area=area, subjects=fresh)
    return done


DWELLING = ("id", "area", "building", "label", "floor", "unit")


def _add_inside(added: Sequence[AddBuilding]) -> None:
    """Doors and search keys of new buildings."""
    doors = [
        (derive_id(body.id, label), body.area, body.id, label, *rules.floor_and_unit(label))
        for body in added
        for label in _doors(body) or ()
    ]
    bulk.insert(Dwelling, DWELLING, doors)
    aliases = [
        (derive_id(body.id, "alias", key), body.area, body.id, key)
        for body in added
        for key in rules.building_keys(body.name, body.compound, body.number, body.address)
    ]
    bulk.insert(Alias, ("id", "area", "building", "text"), aliases)


COUNT_DOORS = """
update places_building b set units = (select count(*) from places_dwelling d where d.building_id = b.id)
where b.id = any(%s::uuid[])
"""


def add_doors(*, told: Sequence[Told[AddDoors]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add doors found on the spot; those that are there already stay as they are."""
    done = Done()
    bulk.lock(Building, {one.body.building for one in told})
    areas = dict(
        Building.objects.filter(pk__in={one.body.building for one in told}).values_list("id", "area")
    )
    allowed = by.allowed("places.survey", areas.values(), incident)
    doors = []
    for one in told:
        building, labels = one.body.building, list(dict.fromkeys(one.body.labels))
        if not 0 < len(labels) <= rules.MOST_DWELLINGS or not rules.are_labels(labels):
            done.refused[one.id] = BadInput(problem="labels")
        elif building not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif areas[building] not in allowed:
            done.waiting[one.id] = NotAllowed(right="places.survey")
        else:
            doors += [
                (derive_id(building, label), areas[building], building, label, *rules.floor_and_unit(label))
                for label in labels
            ]
    fresh = bulk.insert(Dwelling, DWELLING, doors)
    touched = {door[2] for door in doors}
    prepared.run(COUNT_DOORS, [bulk.array(touched)])
    if fresh:
        area = min(areas[building] for building in touched)
        journal.write(
            action="places.doors", by=by, incident=incident, area=area, subjects=touched, count=len(fresh)
        )
    done.touch("places.building", touched)
    return done


def add_points(*, told: Sequence[Told[AddPoint]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add places of work in this incident."""
    done = Done()
    allowed = by.allowed("places.survey", (one.body.area for one in told), incident)
    for one in told:
        body = one.body
        limits = [("name", body.name, 120), ("address", body.address, 300)]
        bad = _bad_text(limits) or _bad_spot(body.lat, body.lon)
        if bad or not body.name.strip():
            done.refused[one.id] = bad or BadInput(problem="name")
        elif body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="places.survey")
    names = ("id", "incident", "area", "kind", "name", "address", "lat", "lon", "building", "administrator")
    rows = [
        (b.id, incident, b.area, b.kind, b.name, b.address, b.lat, b.lon, b.building, b.administrator)
        for b in (one.body for one in done.stored(told))
    ]
    fresh = bulk.insert(Point, names, rows)
    seen = fresh | bulk.lock(Point, {row[0] for row in rows} - fresh)
    done.waiting |= {one.id: NotVisibleYet() for one in done.stored(told) if one.body.id not in seen}
    if fresh:
        area = min(row[2] for row in rows if row[0] in fresh)
        journal.write(action="places.point", by=by, incident=incident, area=area, subjects=fresh)
    return done


def name_building(*, building: UUID, text: str, by: Actor, incident: UUID, now: datetime) -> bool:
    """Remember another way in which people write where a building is; whether it is new. Set-up, not a fact."""
    found = Building.objects.filter(pk=building).first()
    key = rules.address_key(text)
    if found is None:
        raise NotFound
    by.require("places.edit", found.area, incident)
    if not key or "\0" in text:
        raise BadInput(problem=text[:80])
    fresh = bulk.insert(
        Alias,
        ("id", "area", "building", "text"),
        [(derive_id(building, "alias", key), found.area, building, key)],
    )
    if fresh:
        journal.write(action="places.alias", by=by, incident=incident, area=found.area, subjects=[building])
    return bool(fresh)


def forget_name(*, building: UUID, text: str, by: Actor, incident: UUID, now: datetime) -> bool:
    """Forget a way of writing where a building is; whether it was known."""
    found = Building.objects.filter(pk=building).first()
    if found is None:
        raise NotFound
    by.require("places.edit", found.area, incident)
    gone, _ = Alias.objects.filter(pk=derive_id(building, "alias", rules.address_key(text))).delete()
    if gone:
        journal.write(action="places.unalias", by=by, incident=incident, area=found.area, subjects=[building])
    return bool(gone)
