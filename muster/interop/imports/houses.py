"""A register of buildings: each row becomes a building with its doors."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from muster.core.ids import derive_id
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.domain.places import queries as known_places
from muster.domain.places.models import Building
from muster.domain.places.rules import Parts, address_key
from muster.interop.imports.outcomes import ALREADY, REFUSED, TAKEN, Outcome
from muster.interop.imports.people import Setting, refusal
from muster.interop.imports.placing import OTHER_AREA, Territory
from muster.interop.imports.reading import House, Reading, parsed
from muster.interop.tables.addresses import Address


class Houses:
    """One pass over a register of buildings."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.territory = Territory(setting.area)
        self._added: set[UUID] = set()

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return self._judge(chunk)[0]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Add the buildings that are not there yet."""
        outcomes, bodies = self._judge(chunk)
        setting = self.setting
        told = [Told(body.id, setting.now, setting.by.by, body) for body in bodies]
        done = places.add_buildings(told=told, by=setting.by, incident=setting.incident, now=setting.now)
        for one in outcomes:
            problem = one.subject and (done.refused.get(one.subject) or done.waiting.get(one.subject))
            if one.result == TAKEN and problem:
                one.result, one.code, one.subject = REFUSED, problem.code, None
        return outcomes

    def _judge(self, chunk: Sequence[Reading]) -> tuple[list[Outcome], list[places.AddBuilding]]:
        areas = {reading.row: self._area(reading.said) for reading in chunk if reading.said}
        ids = {row: self._id(reading.said, areas[row]) for reading in chunk if (row := reading.row) in areas}
        there = self._there(chunk, ids)
        outcomes, bodies = [], []
        for reading in chunk:
            area = areas.get(reading.row)
            if reading.said is None:
                outcomes.append(refusal(reading))
            elif area is None:
                outcomes.append(Outcome(reading.row, REFUSED, OTHER_AREA, "community"))
            elif reading.row in there:
                outcomes.append(Outcome(reading.row, ALREADY, subject=there[reading.row]))
            elif ids[reading.row] in self._added:
                outcomes.append(Outcome(reading.row, ALREADY, subject=ids[reading.row]))
            else:
                self._added.add(ids[reading.row])
                bodies.append(self._body(reading.said, area, ids[reading.row]))
                outcomes.append(
                    Outcome(reading.row, TAKEN, reading.code, reading.field, "new", ids[reading.row])
                )
        return outcomes, bodies

    def _area(self, said: House) -> int | None:
        where = parsed(said.address)
        return self.territory.area_of(Address(
            district=where.district, subdistrict=where.subdistrict, community=said.community or where.community
        ))  # fmt: skip

    def _id(self, said: House, area: int | None) -> UUID:
        return derive_id(
            "building", area, address_key(said.compound), address_key(said.name), address_key(said.number)
        )

    def _there(self, chunk: Sequence[Reading], ids: dict[int, UUID]) -> dict[int, UUID]:
        """Rows whose building is known: by its id, or because its name is one building's in this area."""
        known = set(Building.objects.filter(pk__in=set(ids.values())).values_list("id", flat=True))
        rows = [reading for reading in chunk if reading.said is not None]
        asked = [
            Parts(building=one.said.name, compound=one.said.compound, number=one.said.number) for one in rows
        ]
        found = known_places.resolve_addresses(asked, (self.setting.area,))
        there = {
            one.row: at.building
            for one, at in zip(rows, found, strict=True)
            if at.building and one.said.compound
        }
        return there | {row: identity for row, identity in ids.items() if identity in known}

    def _body(self, said: House, area: int, identity: UUID) -> places.AddBuilding:
        return places.AddBuilding(
            id=identity, area=area, name=said.name, address=said.address, compound=said.compound, number=said.number,
            floors=said.floors, units_per_floor=said.units_per_floor, lat=said.lat, lon=said.lon, source="import",
        )  # fmt: skip
