"""Set-up of items and stores, and goods that move between stores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet, Refusal
from muster.core.told import Done, Told
from muster.domain.supplies.actions import ledger
from muster.domain.supplies.models import Item, Movement, Store
from muster.domain.supplies.rules import (
    Area,
    Code,
    MovementKind,
    Name,
    StoreKind,
    Word,
    day_of,
    item_id,
    outside_id,
)

MOST = 10**12


class ItemKnown(Refusal):
    """The code belongs to another item already."""

    code = "supplies.item_known"
    texts = {
        "zh": "物资编码“{codes}”已登记为其他物资。请使用已有物资，或换一个编码。",
        "en": "The item codes “{codes}” already belong to other items. Use those, or choose other codes.",
    }


class NewItem(msgspec.Struct, frozen=True):
    """One kind of goods; without an id it gets the one that follows from its code."""

    code: Code
    name_zh: Name
    name_en: Name
    unit: Word
    id: UUID | None = None


class AddItems(msgspec.Struct, frozen=True):
    """Kinds of goods, kept by an area and open to all."""

    area: int
    items: list[NewItem]


class AddStore(msgspec.Struct, frozen=True):
    """A place where goods are kept."""

    id: UUID
    area: int
    name: Name
    kind: StoreKind = StoreKind.STORE
    point: UUID | None = None


class MoveStock(msgspec.Struct, frozen=True):
    """Goods went from one store to another; a store left out is outside the incident.

    `from_area` says whose people gave what came from outside.
    """

    item: UUID
    quantity: int
    kind: MovementKind
    from_store: UUID | None = None
    to_store: UUID | None = None
    need: UUID | None = None
    batch: UUID | None = None
    from_area: Area | None = None


def add_items(*, told: Sequence[Told[AddItems]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add kinds of goods. The same code twice is one item."""
    done = Done()
    allowed = by.allowed("supplies.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="supplies.plan")
    good = done.stored(told)
    rows = {
        new.code: (new.id or item_id(new.code), one.body.area, new.code, new.name_zh, new.name_en, new.unit)
        for one in reversed(good)
        for new in one.body.items
    }
    bulk.insert(Item, ("id", "area", "code", "name_zh", "name_en", "unit"), rows.values())
    known = dict(Item.objects.filter(code__in=rows).values_list("code", "id"))
    for one in good:
        taken = [new.code for new in one.body.items if known.get(new.code) != (new.id or item_id(new.code))]
        if taken:
            done.refused[one.id] = ItemKnown(codes=", ".join(taken))
    kept = done.stored(told)
    if kept:
        subjects = {known[new.code] for one in kept for new in one.body.items}
        area = min(one.body.area for one in kept)
        journal.write(action="supplies.items", by=by, incident=incident, area=area, subjects=subjects)
    return done


def add_stores(*, told: Sequence[Told[AddStore]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Add places where goods are kept."""
    done = Done()
    allowed = by.allowed("supplies.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="supplies.plan")
        elif one.body.kind == StoreKind.OUTSIDE:
            done.refused[one.id] = BadInput(problem=one.body.kind.value)
    rows = [
        (b.id, incident, b.area, b.name, b.kind.value, b.point)
        for b in (one.body for one in done.stored(told))
    ]
    if rows:
        bulk.insert(Store, ("id", "incident", "area", "name", "kind", "point"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="supplies.store", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def move_stock(*, told: Sequence[Told[MoveStock]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store movements and derive balances and needs again. What a store did not have is stored and flagged."""
    done = Done()
    outside = outside_id(incident)
    paths = {one.id: (one.body.from_store or outside, one.body.to_store or outside) for one in told}
    areas = ledger.lock_stores({store for path in paths.values() for store in path}, incident)
    items = set(Item.objects.filter(pk__in={one.body.item for one in told}).values_list("id", flat=True))
    allowed = by.allowed("supplies.record", areas.values(), incident)
    rows: list[ledger.MovementRow] = []
    here: set[int] = set()
    for one in told:
        body, (giver, taker) = one.body, paths[one.id]
        held = ledger.ends(giver, taker, areas, body.from_area)
        if giver == taker or not 0 < body.quantity <= MOST:
            done.refused[one.id] = BadInput(problem="quantity" if giver != taker else "to_store")
        elif body.item not in items or held is None or not {giver, taker} <= {*areas, outside}:
            done.waiting[one.id] = NotVisibleYet()
        elif not allowed.intersection(held.stores):
            done.waiting[one.id] = NotAllowed(right="supplies.record")
        else:
            here |= allowed.intersection(held.stores)
            rows.append(
                (one.id, incident, held.area, one.at, one.by, one.device, held.from_area, body.item, giver, taker,
                 body.quantity, body.kind.value, body.need, body.batch)
            )  # fmt: skip
    if rows:
        needs = ledger.book(rows, areas, incident)
        stores = {store for row in rows for store in row[8:10]} - {outside}
        journal.write(
            action="supplies.move", by=by, incident=incident, area=min(here), subjects=stores, count=len(rows)
        )
        done.touch("supplies.store", stores)
        done.touch("supplies.need", needs)
    return done


def reconsider_movements(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the stores and needs of these movements again."""
    done = Done()
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = list(
        Movement.objects.filter(pk__in=facts).values_list("item", "from_store", "to_store", "at", "need")
    )
    areas = ledger.lock_stores({store for row in rows for store in row[1:3]}, incident)
    booked = {(store, row[0], day_of(row[3], zone)) for row in rows for store in row[1:3] if store in areas}
    with scope(system(), incident):
        ledger.close_days(booked, areas, incident)
        done.touch("supplies.need", ledger.recompute_needs({row[4] for row in rows if row[4]}))
    done.touch("supplies.store", areas)
    return done
