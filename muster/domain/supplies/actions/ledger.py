"""The ledger behind every movement: its stores are locked, its days added up, its needs looked at again.

A movement has two ends, and who records it may belong to one of them only. So stores named by id are
looked up, and balances and needs derived, in the whole incident; what is shown of them stays with their area.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection

from muster.core import bulk
from muster.core.access import scope, system
from muster.core.ids import derive_id
from muster.domain.incidents import queries as incidents
from muster.domain.supplies.models import Balance, DayClosing, Movement, Need, Store
from muster.domain.supplies.rules import MEETING, Parcel, StoreKind, day_of, hours_of, need_state, outside_id

FACT = ("id", "incident", "area", "at", "by", "device")
MOVEMENT = (*FACT, "from_area", "item", "from_store", "to_store", "quantity", "kind", "need", "batch")
CLOSING = ("id", "incident", "area", "store", "item", "day", "came", "went")
BALANCE = ("id", "incident", "area", "store", "item", "quantity", "overdrawn", "last_day")

MovementRow = tuple[
    UUID, UUID, int, datetime, UUID, UUID | None, int | None, UUID, UUID, UUID, int, str, UUID | None, UUID | None
]  # fmt: skip
Booked = tuple[UUID, UUID, date]


class Ends(msgspec.Struct, frozen=True):
    """The areas of a movement: of the fact, of who gave, and of the stores where somebody must hold the right."""

    area: int
    from_area: int | None
    stores: tuple[int, ...]


def lock_stores(stores: Iterable[UUID], incident: UUID) -> dict[UUID, int]:
    """Lock the stores of these ids, in id order, and give their areas. Outside is there at need and never locked."""
    outside = outside_id(incident)
    wanted = set(stores)
    with scope(system(), incident):
        if outside in wanted:
            area = incidents.get(incident).area
            names = ("id", "incident", "area", "name", "kind")
            bulk.insert(Store, names, [(outside, incident, area, "", StoreKind.OUTSIDE.value)])
        known = bulk.lock(Store, wanted - {outside})
        return dict(Store.objects.filter(pk__in=known).values_list("id", "area"))


def ends(giver: UUID, taker: UUID, areas: dict[UUID, int], said: int | None) -> Ends | None:
    """The areas of a movement; None while a store is unknown. Whose store it was decides who gave.

    `said` counts only for what came from outside: nobody else's store can be made to have given.
    """
    known = tuple(area for area in (areas.get(giver), areas.get(taker)) if area is not None)
    if not known:
        return None
    return Ends(area=areas.get(taker, known[0]), from_area=areas.get(giver, said), stores=known)


def book(rows: list[MovementRow], areas: dict[UUID, int], incident: UUID) -> set[UUID]:
    """Insert movements and derive stores and needs again; returns the needs that are known."""
    bulk.insert(Movement, MOVEMENT, rows)
    zone = ZoneInfo(settings.TIME_ZONE)
    booked = {
        (store, row[7], day_of(row[3], zone)) for row in rows for store in (row[8], row[9]) if store in areas
    }
    with scope(system(), incident):
        close_days(booked, areas, incident)
        return recompute_needs({row[12] for row in rows if row[12]})


def close_days(booked: set[Booked], areas: dict[UUID, int], incident: UUID) -> None:
    """Add up the days that were booked on, then the balances, in the whole incident's scope."""
    zone = ZoneInfo(settings.TIME_ZONE)
    keys = sorted(booked)
    if not keys:
        return
    hours = [hours_of(day, zone) for _, _, day in keys]
    stores, items, days = (list(column) for column in zip(*keys, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [stores, items, days, [start for start, _ in hours], [end for _, end in hours]])
        closed = cursor.fetchall()
        bulk.insert(
            DayClosing, CLOSING,
            [(derive_id(s, i, d), incident, areas[s], s, i, d, came, went) for s, i, d, came, went in closed],
            update=("came", "went"),
        )  # fmt: skip
        pairs = sorted({(store, item) for store, item, _ in keys})
        cursor.execute(SUMS, [[p[0] for p in pairs], [p[1] for p in pairs]])
        sums = cursor.fetchall()
    bulk.insert(
        Balance, BALANCE,
        [(derive_id(s, i), incident, areas[s], s, i, total, total < 0, last) for s, i, total, last in sums],
        update=("quantity", "overdrawn", "last_day"),
    )  # fmt: skip


DAYS = """
select k.store, k.item, k.day, came.q::bigint, went.q::bigint
from unnest(%s::uuid[], %s::uuid[], %s::date[], %s::timestamptz[], %s::timestamptz[])
    as k(store, item, day, from_at, to_at)
cross join lateral (
    select coalesce(sum(m.quantity), 0) as q from supplies_movement m
    where m.to_store = k.store and m.item = k.item and m.at >= k.from_at and m.at < k.to_at
        and not exists (select from core_retraction r where r.target = m.id)) came
cross join lateral (
    select coalesce(sum(m.quantity), 0) as q from supplies_movement m
    where m.from_store = k.store and m.item = k.item and m.at >= k.from_at and m.at < k.to_at
        and not exists (select from core_retraction r where r.target = m.id)) went
"""
SUMS = """
select c.store, c.item, sum(c.came - c.went)::bigint, max(c.day)
from unnest(%s::uuid[], %s::uuid[]) as k(store, item)
join supplies_dayclosing c on c.store = k.store and c.item = k.item
group by c.store, c.item
"""


def recompute_needs(needs: set[UUID]) -> set[UUID]:
    """Derive needs from the movements and allocations that name them, in the whole incident's scope."""
    known = bulk.lock(Need, needs)
    if not known:
        return known
    parcels: dict[UUID, list[Parcel]] = {need: [] for need in known}
    with connection.cursor() as cursor:
        cursor.execute(
            "select m.need, m.at, m.id, m.quantity from supplies_movement m join supplies_need n on n.id = m.need"
            " where m.need = any(%s) and m.kind = any(%s) and m.item = n.item"
            " and not exists (select from core_retraction r where r.target = m.id)",
            [list(known), [kind.value for kind in MEETING]],
        )
        for need, *fields in cursor.fetchall():
            parcels[need].append(Parcel(*fields))
        cursor.execute(
            "select a.need, sum(a.quantity)::bigint from supplies_allocation a where a.need = any(%s)"
            " and not exists (select from core_retraction r where r.target = a.id) group by a.need",
            [list(known)],
        )
        allocated = dict(cursor.fetchall())
    rows = []
    for need, quantity in Need.objects.filter(pk__in=known).values_list("id", "quantity"):
        s = need_state(quantity, parcels[need], allocated.get(need, 0))
        rows.append((need, s.state, s.met, s.allocated, s.met_at))
    bulk.update(Need, ("id", "state", "met", "allocated", "met_at"), rows)
    return known
