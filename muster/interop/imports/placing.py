"""Where rows belong: the area they name, the building and the door of their address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

import msgspec

from muster.core.access import span
from muster.domain.places import queries as places
from muster.domain.places.rules import Found, Parts
from muster.interop.tables.addresses import Address, parse_address

OTHER_AREA, OUTSIDE, UNKNOWN = "imports.other_area", "imports.area_outside", "imports.unknown_area"
NOWHERE = Found()
_TAIL = re.compile(
    r"(?:(?:居民|村民)?委员会|居委会|村委会|行政村|社区|街道办事处|街道|新区|区|县|市|镇|乡)+(?:工作站)?$"
)


def bare(name: str) -> str:
    """A name of an area without the word for what it is: 杨美社区居委会 → 杨美."""
    plain = unicodedata.normalize("NFKC", name).strip()
    return _TAIL.sub("", plain) or plain


class Spot(msgspec.Struct, frozen=True):
    """Where a row belongs: its area (None: outside the area of the import), building and door."""

    area: int | None
    building: UUID | None = None
    dwelling: UUID | None = None


class Territory:
    """The areas of a city by name, seen from the area an import is for."""

    def __init__(self, area: int) -> None:
        self.area = area
        self.low, self.high = span(area)
        city = area // 10**11 * 10**11
        self.around = {city, area // 10**9 * 10**9, area // 10**6 * 10**6, area // 10**3 * 10**3}
        self._names: dict[tuple[str, str], set[int]] = {}
        self._written: dict[str, set[int]] = {}
        for code, name, level in places.areas_under(city).values_list("code", "name", "level"):
            self._names.setdefault((level, bare(name)), set()).add(code)
            self._written.setdefault(name, set()).add(code)

    def area_of(self, where: Address) -> int | None:
        """The narrowest known area that an address names, if inside ours; ours when it names none or a wider one."""
        for level, name in (
            ("community", where.community), ("subdistrict", where.subdistrict), ("district", where.district),
        ):  # fmt: skip
            codes = self._names.get((level, bare(name)), set()) if name else set()
            inside = {code for code in codes if self.low <= code < self.high}
            if len(inside) == 1:
                return inside.pop()
            if inside or codes & self.around:
                return self.area
            if codes:
                return None
        return self.area

    def owner_of(self, where: Address) -> int | None:
        """The one area that an address names outside ours."""
        for level, name in (("community", where.community), ("subdistrict", where.subdistrict)):
            codes = self._names.get((level, bare(name)), set()) if name else set()
            if codes:
                return next(iter(codes)) if len(codes) == 1 else None
        return None

    def named(self, name: str) -> int | None:
        """The one area of this name, whatever its level."""
        found = self._all_named(name)
        return found.pop() if len(found) == 1 else None

    def inside(self, name: str) -> tuple[int | None, str]:
        """The one area of this name at or below ours, or the code of why there is none."""
        known = self._written.get(name) or self._all_named(name)
        ours = {code for code in known if self.low <= code < self.high}
        if len(ours) == 1:
            return ours.pop(), ""
        return None, OUTSIDE if known and not ours else UNKNOWN

    def _all_named(self, name: str) -> set[int]:
        return {code for (_, known), codes in self._names.items() if known == bare(name) for code in codes}


def place(asked: Sequence[tuple[Address, Parts | None]], territory: Territory) -> list[Spot]:
    """The area, building and door of written addresses and their parts. A door found decides the area."""
    areas = [territory.area_of(where) for where, _ in asked]
    wanted = [None if area is None else parts for (_, parts), area in zip(asked, areas, strict=True)]
    found = iter(places.resolve_addresses([parts for parts in wanted if parts], (territory.area,)))
    spots = []
    for parts, area in zip(wanted, areas, strict=True):
        at = next(found) if parts else NOWHERE
        spots.append(Spot(at.area if at.area is not None else area, at.building, at.dwelling))
    return spots


def building_words(text: str) -> str:
    """What of a written address names the building: 荣华里3栋501 → 荣华里3栋; nothing when it names none."""
    where = parse_address(text)
    if not where.block or not (where.compound or where.road or where.community):
        return ""
    house = f"{where.house}号" if where.house else ""
    return f"{where.compound}{where.road}{house}" + (f"{where.building}栋" if where.building else "")
