"""Reads of stock, needs, offers and donations. What is shown of a store stays with the areas that see it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db import connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from muster.core.access import span
from muster.core.errors import NotFound
from muster.core.models import Retraction
from muster.core.vault import vault
from muster.domain.supplies.models import (
    Balance,
    DayClosing,
    Donation,
    Item,
    Movement,
    Need,
    Offer,
    Store,
    Thanks,
)
from muster.domain.supplies.rules import NeedPhase, StoreKind, daily_counts, day_of
from muster.protocols import Pack


class Stock(msgspec.Struct, frozen=True):
    """What a store has of an item, and for how many days at the pace of the last whole days."""

    store: UUID
    item: UUID
    quantity: int
    overdrawn: bool
    days_left: float | None
    is_low: bool


def items() -> QuerySet[Item]:
    """All kinds of goods."""
    return Item.objects.order_by("code")


def stores() -> QuerySet[Store]:
    """The stores in this scope."""
    return Store.objects.exclude(kind=StoreKind.OUTSIDE).order_by("area", "name", "id")


def balances(*, store: UUID | None = None) -> QuerySet[Any]:
    """What the stores in this scope have (or one of them), with `store_name`, `code`, `name_zh`, `name_en`, `unit`."""
    item = Item.objects.filter(pk=OuterRef("item"))
    place = Store.objects.filter(pk=OuterRef("store"))
    rows: QuerySet[Any] = Balance.objects.annotate(
        store_name=Subquery(place.values("name")[:1]),
        store_kind=Subquery(place.values("kind")[:1]),
        code=Subquery(item.values("code")[:1]),
        name_zh=Subquery(item.values("name_zh")[:1]),
        name_en=Subquery(item.values("name_en")[:1]),
        unit=Subquery(item.values("unit")[:1]),
    )
    if store is not None:
        rows = rows.filter(store=store)
    return rows.order_by("area", "store_name", "store", "code")


def overdrawn() -> QuerySet[Any]:
    """Stores that gave more than the ledger knew of."""
    return balances().filter(overdrawn=True)


def movements(*, store: UUID | None = None) -> QuerySet[Movement]:
    """Movements that were not taken back, newest first; of one store when given."""
    rows = Movement.objects.exclude(id__in=Retraction.objects.values("target"))
    if store is not None:
        rows = rows.filter(Q(from_store=store) | Q(to_store=store))
    return rows.order_by("-at", "-id")


def moved(
    *, kinds: Iterable[str], code: str | None = None, from_area: int | None = None, to_kind: str | None = None
) -> int:
    """How much moved: by kinds, item, whose people gave it, and the kind of store it reached."""
    rows = movements().filter(kind__in=list(kinds))
    if code is not None:
        rows = rows.filter(item__in=Item.objects.filter(code=code).values("id"))
    if from_area is not None:
        low, high = span(from_area)
        rows = rows.filter(from_area__gte=low, from_area__lt=high)
    if to_kind is not None:
        rows = rows.filter(to_store__in=Store.objects.filter(kind=to_kind).values("id"))
    return rows.order_by().aggregate(total=Sum("quantity"))["total"] or 0


def stock(pack: Pack, now: datetime) -> list[Stock]:
    """Every balance in this scope with its burn rate: what left on the pack's last whole days explains it.

    A store younger than that is judged by the whole days it has; without one nothing is said.
    """
    today = day_of(now, ZoneInfo(settings.TIME_ZONE))
    whole = max(pack.supplies.burn_counts.value, 1)
    first = today - timedelta(days=whole)
    went = {
        (store, item, day): gone
        for store, item, day, gone in DayClosing.objects.filter(day__gte=first, day__lt=today).values_list(
            "store", "item", "day", "went"
        )
    }
    born = _born()
    found = []
    for row in balances():
        since = max(first, born.get((row.store, row.item), today))
        days = [since + timedelta(days=n) for n in range((today - since).days)]
        counts = daily_counts(row.quantity, [went.get((row.store, row.item, day), 0) for day in days])
        left = pack.supplies.days_left(counts) if days else None
        is_low = row.overdrawn or (left is not None and left < pack.supplies.low_days.value)
        found.append(Stock(row.store, row.item, row.quantity, row.overdrawn, left, is_low))
    return found


def _born() -> dict[tuple[UUID, UUID], date]:
    """The first day of every store and item."""
    with connection.cursor() as cursor:
        cursor.execute("select store, item, min(day) from supplies_dayclosing group by store, item")
        return {(store, item): day for store, item, day in cursor.fetchall()}


def needs(*, unmet: bool = True) -> QuerySet[Any]:
    """Needs in this scope, urgent ones first, then the oldest; with `code` and `unit` of the item."""
    item = Item.objects.filter(pk=OuterRef("item"))
    rows = Need.objects.annotate(
        code=Subquery(item.values("code")[:1]), unit=Subquery(item.values("unit")[:1])
    )
    if unmet:
        rows = rows.exclude(state=NeedPhase.MET)
    return rows.order_by("-urgency", "stated_at", "id")


def offers(*, item: UUID | None = None) -> QuerySet[Any]:
    """Offers of which something is left, oldest first, with `left`."""
    rows = Offer.objects.annotate(left=F("quantity") - F("allocated")).filter(left__gt=0)
    if item is not None:
        rows = rows.filter(item=item)
    return rows.order_by("made_at", "id")


def donations(*, unthanked: bool = False) -> QuerySet[Donation]:
    """Donations that were not taken back, newest first; or only those nobody gave thanks for yet.

    Thanks to an organisation cover everything it had given by then.
    """
    gone = Retraction.objects.values("target")
    rows = Donation.objects.exclude(id__in=gone)
    if unthanked:
        thanks = Thanks.objects.exclude(id__in=gone)
        named = thanks.filter(donation__isnull=False).values("donation")
        latest = thanks.filter(organisation=OuterRef("organisation")).order_by("-at").values("at")[:1]
        rows = rows.exclude(id__in=named).annotate(thanked_at=Subquery(latest))
        rows = rows.filter(Q(thanked_at=None) | Q(thanked_at__lt=F("at")))
    return rows.order_by("-at", "-id")


def donor(donation: UUID) -> str:
    """The sealed name of a donor, in clear."""
    row = Donation.objects.filter(pk=donation).values_list("incident", "donor_c").first()
    if row is None:
        raise NotFound
    incident, sealed = row
    if sealed is None:
        return ""
    return vault(incident).open(
        sealed, kind="identity", table="supplies_donation", row=donation, field="donor_c"
    )
