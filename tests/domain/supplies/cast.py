"""The cast of the ledger: two stores of ours, one in the next sub-district, two items."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Many, Told
from muster.domain.supplies.actions import moving
from muster.domain.supplies.models import Movement, Store
from muster.domain.supplies.rules import MovementKind, StoreKind, item_id
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, SUBDISTRICT

NEXT = 440307005000000  # the sub-district beside ours
BOOT, COAT = item_id("rubber_boot"), item_id("winter_coat")
MAIN, SEALED, BESIDE = (derive_id("test", "store", name) for name in ("main", "sealed", "beside"))


def tell(action: Many, bodies: Sequence[Any], by: Actor, at: datetime = NOW) -> Done:
    """Hand bodies to an action, each as a command of its own."""
    return action(told=[told(body, by, at) for body in bodies], by=by, incident=INCIDENT, now=at)


def told(body: Any, by: Actor, at: datetime = NOW, identity: UUID | None = None) -> Told[Any]:
    """One command; what carries its own id keeps it."""
    return Told(identity or getattr(body, "id", None) or new_id(), at, by.by, body)


def move(quantity: int, giver: UUID | None, taker: UUID | None, **fields: Any) -> moving.MoveStock:
    """Boots from a store to a store (None: outside)."""
    plain = {"item": BOOT, "kind": MovementKind.RECEIVE, "from_store": giver, "to_store": taker}
    return moving.MoveStock(**{**plain, **fields}, quantity=quantity)


def set_up() -> None:
    """Items and stores, by the system."""
    everybody = system()
    with scope(everybody, INCIDENT):
        items = [
            moving.NewItem("rubber_boot", "雨靴", "Rubber boot", "piece"),
            moving.NewItem("winter_coat", "棉大衣", "Winter coat", "piece"),
        ]
        stores = [
            moving.AddStore(MAIN, SUBDISTRICT, "总仓"),
            moving.AddStore(SEALED, COMMUNITY, "封控区", StoreKind.SEALED_AREA),
            moving.AddStore(BESIDE, NEXT, "邻街道仓"),
        ]
        assert not tell(moving.add_items, [moving.AddItems(DISTRICT, items)], everybody).refused
        assert not tell(moving.add_stores, stores, everybody).refused


def all_sums() -> dict[UUID, int]:
    """What every store of the incident has of everything, outside included, straight from the movements."""
    with scope(system(), INCIDENT):
        sums = dict.fromkeys(Store.objects.values_list("id", flat=True), 0)
        for column, sign in (("to_store", 1), ("from_store", -1)):
            for store, total in Movement.objects.values_list(column).annotate(total=Sum("quantity")):
                sums[store] += sign * total
    return sums
