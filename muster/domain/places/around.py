"""What lies within so many metres of a place: set-based, without a geographic extension."""

from __future__ import annotations

import math
from uuid import UUID

import msgspec
from django.db import connection

EARTH = 6_371_008.8  # metres
A_DEGREE = math.pi * EARTH / 180
FURTHEST = 5_000


class Near(msgspec.Struct, frozen=True):
    """A building and how far it is, in metres."""

    id: UUID
    area: int
    name: str
    compound: str
    units: int
    lat: float
    lon: float
    metres: float


# the box first, so that few rows reach the trigonometry; the box of the pole or the date line is not needed here
WITHIN = """
select * from (
    select b.id, b.area, b.name, b.compound, b.units, b.lat, b.lon, 2 * %(earth)s * asin(least(1, sqrt(
        power(sin(radians(b.lat - %(lat)s) / 2), 2)
        + cos(radians(%(lat)s)) * cos(radians(b.lat)) * power(sin(radians(b.lon - %(lon)s) / 2), 2)))) as metres
    from places_building b
    where b.lat between %(south)s and %(north)s and b.lon between %(west)s and %(east)s
) near where metres <= %(metres)s order by metres, id limit %(most)s
"""


def buildings_within(lat: float, lon: float, metres: float, most: int = 1_000) -> list[Near]:
    """The buildings whose point lies within `metres` of a place, the nearest first."""
    metres = max(0.0, min(metres, float(FURTHEST)))
    high = metres / A_DEGREE
    wide = high / max(math.cos(math.radians(lat)), 0.01)
    values = {
        "earth": EARTH, "lat": lat, "lon": lon, "metres": metres, "most": most,
        "south": lat - high, "north": lat + high, "west": lon - wide, "east": lon + wide,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WITHIN, values)
        return [Near(*row) for row in cursor.fetchall()]
