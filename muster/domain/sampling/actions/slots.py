"""Appointments: how a site works, its slots, and who is booked in them. Bookings are decided now, one winner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from django.utils.timezone import get_default_timezone

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.people import queries as people
from muster.domain.places.models import Point
from muster.domain.sampling import appointments
from muster.domain.sampling.models import Booking, SiteSetup, Slot
from muster.domain.sampling.rules import Mode, slots_of

RIGHT, PLAN = "worklists.record", "sampling.plan"
MOST_SLOTS = 300
NEXT = 3
Number = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Minutes = Annotated[int, msgspec.Meta(ge=5, le=480)]


class SlotFull(Refusal):
    """Everybody who can be served then is booked."""

    code = "sampling.slot_full"
    texts = {
        "zh": "这个时段已约满。同一采样点最近的空闲时段：{free}。也可以不预约直接前往。",
        "en": "This slot is full. The next free ones at this site: {free}. Coming without a booking is possible too.",
    }


class SlotOver(Refusal):
    """The slot lies in the past."""

    code = "sampling.slot_over"
    texts = {
        "zh": "这个时段已经结束，没有预约。请另选时段；没有预约也可以直接前往采样。",
        "en": "This slot is over; nothing was booked. Choose another, or come without a booking.",
    }


class BookedAlready(Refusal):
    """One person has one appointment ahead."""

    code = "sampling.booked_already"
    texts = {
        "zh": "这位居民已预约 {at}。请先取消原来的预约。",
        "en": "This person is booked for {at} already. Cancel that appointment first.",
    }


class SlotsOverlap(Refusal):
    """Slots of one site do not overlap."""

    code = "sampling.slots_overlap"
    texts = {
        "zh": "这段时间里已有其他时长的时段，没有新增。请避开已有时段。",
        "en": "There are other slots in this time already; none were added. Choose a time without slots.",
    }


class SetUpSite(msgspec.Struct, frozen=True):
    """How a site works; said again, it is changed."""

    site: UUID
    lanes: Annotated[int, msgspec.Meta(ge=1, le=200)]
    per_lane_hour: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    people_per_hour: Number
    mode: Mode = Mode.OPEN


class OpenSlots(msgspec.Struct, frozen=True):
    """Slots of so many minutes for so many people each, from an hour to an hour."""

    site: UUID
    from_at: datetime
    to_at: datetime
    minutes: Minutes
    capacity: Number


class SlotBody(msgspec.Struct, frozen=True):
    """A slot for a person."""

    slot: UUID
    resident: UUID


def set_up_sites(*, told: Sequence[Told[SetUpSite]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Write down how sites work; the newest word counts."""
    done = Done()
    areas = _sites({one.body.site for one in told}, told, by, incident, done)
    newest = {one.body.site: one for one in sorted(done.stored(told), key=lambda one: (one.at, one.id))}
    bulk.lock(SiteSetup, newest)
    held = dict(SiteSetup.objects.filter(pk__in=newest).values_list("id", "at"))
    rows = [
        (site, incident, areas[site], b.mode, b.lanes, b.per_lane_hour, b.people_per_hour, one.at)
        for site, one in newest.items()
        if (b := one.body) and (site not in held or held[site] <= one.at)
    ]
    if rows:
        said = ("mode", "lanes", "per_lane_hour", "people_per_hour", "at")
        bulk.insert(SiteSetup, ("id", "incident", "area", *said), rows, update=said)
        _journal("sampling.site", {row[0] for row in rows}, areas, by, incident)
    return done


def open_slots(*, told: Sequence[Told[OpenSlots]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Open slots; the same ones again take another capacity, never less than is booked."""
    done = Done()
    areas = _sites({one.body.site for one in told}, told, by, incident, done)
    opened: set[UUID] = set()
    for one in sorted(done.stored(told), key=lambda one: (one.at, one.id)):
        b = one.body
        whole = b.to_at - b.from_at <= MOST_SLOTS * timedelta(minutes=b.minutes)
        times = slots_of(b.from_at, b.to_at, b.minutes) if whole else []
        if not times:
            done.refused[one.id] = BadInput(problem="to_at")
            continue
        wanted = {
            derive_id(b.site, "slot", begin.isoformat(), end.isoformat()): (begin, end)
            for begin, end in times
        }
        bulk.lock(Point, [b.site])  # two desks open slots of one site one after the other
        near = Slot.objects.filter(site=b.site, from_at__lt=times[-1][1], to_at__gt=times[0][0])
        if near.exclude(pk__in=wanted).exists():
            done.refused[one.id] = SlotsOverlap()
            continue
        booked = dict(Slot.objects.select_for_update().filter(pk__in=wanted).values_list("id", "booked"))
        rows = [
            (
                slot,
                incident,
                areas[b.site],
                b.site,
                *hours,
                max(b.capacity, booked.get(slot, 0)),
                booked.get(slot, 0),
            )
            for slot, hours in wanted.items()
        ]
        names = ("id", "incident", "area", "site", "from_at", "to_at", "capacity", "booked")
        bulk.insert(Slot, names, rows, update=("capacity",))
        opened.add(b.site)
    if opened:
        _journal("sampling.slots", opened, areas, by, incident)
    return done


def _sites(
    wanted: set[UUID], told: Sequence[Told[SetUpSite]] | Sequence[Told[OpenSlots]], by: Actor, incident: UUID,
    done: Done,
) -> dict[UUID, int]:  # fmt: skip
    """The areas of these sites; what is unknown or not allowed is refused."""
    areas = dict(Point.objects.filter(pk__in=wanted, kind="site").values_list("id", "area"))
    allowed = by.allowed(PLAN, areas.values(), incident)
    for one in told:
        if one.body.site not in areas:
            done.refused[one.id] = NotFound()
        elif areas[one.body.site] not in allowed:
            done.refused[one.id] = NotAllowed(right=PLAN)
    return areas


def book_slots(*, told: Sequence[Told[SlotBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Book slots, first come first served; who finds one full learns which are free."""
    done = Done()
    slots, heads = _held(told, by, incident, done)
    expected = _expected(slots)
    ahead = appointments.ahead(heads.values(), now)
    rows = []
    for one in sorted(done.stored(told), key=lambda one: (one.at, one.id)):
        slot, person = slots[one.body.slot], heads[one.body.resident]
        if person in expected[slot.id]:
            continue
        refusal = _no(slot, len(expected[slot.id]), ahead.get(person), now)
        if refusal:
            done.refused[one.id] = refusal
            continue
        expected[slot.id].add(person)
        ahead[person] = slot.from_at
        rows.append(_row(slot, person, now))
    _write("sampling.book", rows, slots, by)
    return done


def _no(slot: Slot, booked: int, ahead: datetime | None, now: datetime) -> Refusal | None:
    """Why this slot is not given."""
    if slot.to_at <= now:
        return SlotOver()
    if ahead is not None:
        return BookedAlready(at=_say(ahead))
    if booked >= slot.capacity:
        free = appointments.free(slot.site, now, near=slot.from_at, size=NEXT)
        return SlotFull(free=", ".join(_say(one.from_at) for one in free) or "–")
    return None


def _say(at: datetime) -> str:
    return f"{at.astimezone(get_default_timezone()):%m-%d %H:%M}"


def cancel_slots(*, told: Sequence[Told[SlotBody]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Give slots back; one that was not booked stays as it is."""
    done = Done()
    slots, heads = _held(told, by, incident, done)
    asked = {
        derive_id(slot.id, person): (slot, person)
        for one in done.stored(told)
        if (slot := slots[one.body.slot]) and (person := heads[one.body.resident])
    }
    held = Booking.objects.filter(pk__in=asked).exclude(booked_at=None).values_list("id", flat=True)
    _write("sampling.cancel", [_row(*asked[one], None) for one in held], slots, by)
    return done


def _held(
    told: Sequence[Told[SlotBody]], by: Actor, incident: UUID, done: Done
) -> tuple[dict[UUID, Slot], dict[UUID, UUID]]:
    """The slots, locked, and the persons behind the residents named; what cannot be decided is refused or waits."""
    wanted = {one.body.slot for one in told}
    bulk.lock(Slot, wanted)
    slots = Slot.objects.in_bulk(wanted)
    heads = {one: head for one, (head, _) in people.heads({one.body.resident for one in told}).items()}
    allowed = by.allowed(RIGHT, (slot.area for slot in slots.values()), incident)
    for one in told:
        if one.body.slot not in slots or one.body.resident not in heads:
            done.waiting[one.id] = NotVisibleYet()
        elif slots[one.body.slot].area not in allowed:
            done.refused[one.id] = NotAllowed(right=RIGHT)
    return slots, heads


def _expected(slots: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    rows = Booking.objects.filter(slot__in=list(slots)).exclude(booked_at=None)
    for slot, person in rows.values_list("slot", "resident"):
        found[slot].add(person)
    return found


Row = tuple[UUID, UUID, int, UUID, UUID, UUID, datetime | None]


def _row(slot: Slot, person: UUID, booked_at: datetime | None) -> Row:
    return derive_id(slot.id, person), slot.incident, slot.area, slot.id, slot.site, person, booked_at


def _write(action: str, rows: Sequence[Row], slots: dict[UUID, Slot], by: Actor) -> None:
    if not rows:
        return
    names = ("id", "incident", "area", "slot", "site", "resident", "booked_at")
    bulk.insert(Booking, names, rows, update=("booked_at",))
    expected = _expected(slots)
    bulk.update(Slot, ("id", "booked"), [(slot, len(expected[slot])) for slot in slots])
    areas = {row[5]: row[2] for row in rows}
    _journal(action, set(areas), areas, by, rows[0][1])


def _journal(action: str, subjects: set[UUID], areas: dict[UUID, int], by: Actor, incident: UUID) -> None:
    area = min(areas[one] for one in subjects)
    journal.write(action=action, by=by, incident=incident, area=area, subjects=subjects, count=len(subjects))
