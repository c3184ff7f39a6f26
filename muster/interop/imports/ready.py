"""Rows of persons made ready before they are judged: read, indexed, addresses taken apart. Pure."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from muster import __version__
from muster.core.blind import BlindIndex
from muster.domain.people import indexing
from muster.domain.people.indexing import Clear
from muster.domain.people.rules import Keys
from muster.domain.places.rules import Parts
from muster.interop.imports.reading import Person, Reading
from muster.interop.tables.addresses import Address

CHUNK = 5_000
_BUILDING = re.compile(
    r"^(?:.*(?:社区|街道|居委会|办事处))?(.+(?:栋|幢|座|号楼|号))[^栋幢座号]*(?:室|房|号房|号)?$"
)


class Part(msgspec.Struct, frozen=True, array_like=True):
    """Some rows, and the release that read them: another one may read otherwise."""

    release: str
    rows: list[tuple[int, Person | None, str, str, str, Keys | None, Parts | None]]


_decode = msgspec.msgpack.Decoder(Part).decode


def packed(readings: list[Reading]) -> bytes:
    """Rows of persons, as they go from one process or day to another."""
    rows = [(r.row, r.said, r.code, r.field, r.about, r.blind, r.parts) for r in readings]
    return msgspec.msgpack.encode(Part(__version__, rows))


def unpacked(words: bytes) -> list[Reading] | None:
    """What `packed` packed; None when another release did."""
    part = _decode(words)
    return [Reading(*row) for row in part.rows] if part.release == __version__ else None


def ready(held: BlindIndex, reading: Reading) -> Reading:
    """The row of a person with its blind indexes and the parts of its address."""
    if (said := reading.said) is not None:
        reading.parts = parts_of(said.text, said.where)
        reading.blind = indexing.keys(held, Clear(said.name, said.document, said.phone))
    return reading


def parts_of(text: str, where: Address) -> Parts | None:
    """What names the building: as its parts say, and as it is written (numerals of lanes are not folded there)."""
    if not (where.block or where.compound):
        return None
    village = where.community if where.community.endswith("村") else ""
    house = f"{where.house}号" if where.house else ""
    block = f"{where.building}栋" if where.building else ""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    written = _BUILDING.match(plain)
    return Parts(
        building=written.group(1) if written else "",
        number=f"{village}{where.compound}{where.road}{house}{block}",
        unit=where.unit,
        dwelling=where.room,
    )
