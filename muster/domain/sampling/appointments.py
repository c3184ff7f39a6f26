"""Reads of slots: the board of a site, what is free, who has an appointment ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import F

from muster.domain.places.models import Point
from muster.domain.sampling.models import Booking, Slot
from muster.domain.sampling.standing import COMMUNITY

SITES, SLOTS = 6, 24

BOARD = """
select s.id, s.site, s.from_at, s.to_at, s.capacity, s.booked,
    count(t.at) filter (where t.at < s.to_at), count(t.at) filter (where t.at >= s.to_at),
    (select count(*) from sampling_sampletaken a where a.site = s.site and a.place = 'site'
        and a.at >= s.from_at and a.at < s.to_at and not exists (select from core_retraction r where r.target = a.id))
from sampling_slot s
left join sampling_booking b on b.slot = s.id and b.booked_at is not null
left join lateral (
    select min(a.at) at from sampling_sampletaken a
    where a.site = s.site and a.place = 'site' and a.at >= s.from_at - interval '1 hour'
        and a.at < s.to_at + interval '1 day'
        and a.resident in (select q.id from people_resident q where q.canonical = b.resident)
        and not exists (select from core_retraction r where r.target = a.id)) t on true
where s.site = any(%s) and s.from_at >= %s and s.from_at < %s
group by s.id, s.site, s.from_at, s.to_at, s.capacity, s.booked order by s.from_at, s.site
"""


class SlotRow(msgspec.Struct, frozen=True):
    """A slot: how many it takes, are booked, came in time, came later; and everybody sampled in that time."""

    id: UUID
    site: UUID
    from_at: datetime
    to_at: datetime
    capacity: int
    booked: int
    in_time: int
    late: int
    sampled: int

    @property
    def free(self) -> int:
        """How many may still be booked."""
        return self.capacity - self.booked

    @property
    def arrived(self) -> int:
        """Those booked who were sampled, in time or later: nobody is sent away for being late."""
        return self.in_time + self.late

    @property
    def walk_ins(self) -> int:
        """Those who were sampled in that time without being expected."""
        return max(self.sampled - self.in_time, 0)


def board(sites: Iterable[UUID], from_at: datetime, to_at: datetime) -> list[SlotRow]:
    """The slots of sites in a stretch of time, earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(BOARD, [list(sites), from_at, to_at])
        return [SlotRow(*row) for row in cursor.fetchall()]


def free(site: UUID, now: datetime, *, near: datetime | None = None, size: int = 50) -> list[Slot]:
    """Slots of a site with room that are not over, from `near` on first, then earlier ones."""
    found = Slot.objects.filter(site=site, to_at__gt=now, booked__lt=F("capacity")).order_by("from_at", "id")
    if near is None:
        return list(found[:size])
    later = list(found.filter(from_at__gte=near)[:size])
    return later + list(found.filter(from_at__lt=near).reverse()[: size - len(later)])


def ahead(persons: Iterable[UUID], now: datetime) -> dict[UUID, datetime]:
    """When these persons are booked, of those whose slot is not over."""
    held = Booking.objects.filter(resident__in=set(persons)).exclude(booked_at=None)
    rows = list(held.values_list("resident", "slot"))
    slots = dict(
        Slot.objects.filter(pk__in={slot for _, slot in rows}, to_at__gt=now).values_list("id", "from_at")
    )
    return {person: slots[slot] for person, slot in rows if slot in slots}


def held(person: UUID, now: datetime) -> list[Slot]:
    """The slots a person is booked in that are not over."""
    mine = Booking.objects.filter(resident=person).exclude(booked_at=None).values_list("slot", flat=True)
    return list(Slot.objects.filter(pk__in=list(mine), to_at__gt=now).order_by("from_at", "id"))


def slot(identity: UUID) -> Slot | None:
    """A slot, where visible."""
    return Slot.objects.filter(pk=identity).first()


def site_of(one: Slot) -> Point | None:
    """The site of a slot."""
    return Point.objects.filter(pk=one.site).first()


def near(area: int, incident: UUID, now: datetime) -> list[tuple[Point, list[Slot]]]:
    """Sites in scope with free slots, those of the community first, then the nearest codes."""
    community = area // COMMUNITY

    def far(one: Point) -> tuple[bool, int, str, UUID]:
        return one.area // COMMUNITY != community, abs(one.area - area), one.name, one.id

    room = Slot.objects.filter(incident=incident, to_at__gt=now, booked__lt=F("capacity"))
    points = Point.objects.filter(pk__in=list(room.values_list("site", flat=True).distinct()), kind="site")
    found = ((one, free(one.id, now, size=SLOTS)) for one in sorted(points, key=far))
    return list(islice(((one, slots) for one, slots in found if slots), SITES))
