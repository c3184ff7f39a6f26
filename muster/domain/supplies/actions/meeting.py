"""Needs and offers, and the allocation of one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotFound, NotVisibleYet, Refusal
from muster.core.told import Done, Told
from muster.domain.supplies.actions.ledger import FACT, recompute_needs
from muster.domain.supplies.actions.moving import MOST
from muster.domain.supplies.models import Allocation, Item, Need, Offer
from muster.domain.supplies.rules import Moment, Urgency

LAST_YEAR = 2200  # further away nobody needs anything, and some clients cannot count


class OfferUsedUp(Refusal):
    """Not enough is left of the offer."""

    code = "supplies.offer_used_up"
    texts = {
        "zh": "这份支援只剩 {left}，不够分配 {asked}。请减少数量，或选择其他支援。",
        "en": "Only {left} of this offer is left, less than the {asked} asked for. Take less, or another offer.",
    }


class OtherItem(Refusal):
    """The offer is of something else than what is needed."""

    code = "supplies.other_item"
    texts = {
        "zh": "支援的物资与需求不是同一种。请选择同种物资的支援。",
        "en": "The offer is of another item than the need. Choose an offer of the same item.",
    }


class StateNeed(msgspec.Struct, frozen=True):
    """Something is lacking in an area."""

    id: UUID
    area: int
    item: UUID
    quantity: int
    store: UUID | None = None
    point: UUID | None = None
    batch: UUID | None = None
    urgency: Urgency = Urgency.NORMAL
    needed_by: Moment | None = None


class MakeOffer(msgspec.Struct, frozen=True):
    """An area can give something."""

    id: UUID
    area: int
    item: UUID
    quantity: int
    organisation: UUID | None = None


class Allocate(msgspec.Struct, frozen=True):
    """Promise part of an offer to a need."""

    id: UUID
    offer: UUID
    need: UUID
    quantity: int


NEED = (
    "id", "incident", "area", "item", "quantity", "store", "point", "batch", "urgency", "stated_at", "stated_by",
    "needed_by", "met", "allocated", "state",
)  # fmt: skip
OFFER = ("id", "incident", "area", "item", "quantity", "organisation", "made_at", "made_by", "allocated")


def _sort_out(told: Sequence[Told[StateNeed]] | Sequence[Told[MakeOffer]], by: Actor, incident: UUID) -> Done:
    """Refuse what cannot be read, keep back what is not allowed or not known yet."""
    done = Done()
    items = set(Item.objects.filter(pk__in={one.body.item for one in told}).values_list("id", flat=True))
    allowed = by.allowed("supplies.record", (one.body.area for one in told), incident)
    for one in told:
        if not 0 < one.body.quantity <= MOST:
            done.refused[one.id] = BadInput(problem="quantity")
        elif isinstance(one.body, StateNeed) and one.body.needed_by and one.body.needed_by.year > LAST_YEAR:
            done.refused[one.id] = BadInput(problem="needed_by")
        elif one.body.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="supplies.record")
        elif one.body.item not in items:
            done.waiting[one.id] = NotVisibleYet()
    return done


def state_needs(*, told: Sequence[Told[StateNeed]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store needs. Goods that named a need before it arrived here count for it."""
    done = _sort_out(told, by, incident)
    rows = []
    for one in done.stored(told):
        b = one.body
        rows.append(
            (b.id, incident, b.area, b.item, b.quantity, b.store, b.point, b.batch, b.urgency.value, one.at, one.by,
             b.needed_by, 0, 0, "open")
        )  # fmt: skip
    if rows:
        bulk.insert(Need, NEED, rows)
        needs = {row[0] for row in rows}
        with scope(system(), incident):
            recompute_needs(needs)
        area = min(row[2] for row in rows)
        journal.write(action="supplies.need", by=by, incident=incident, area=area, subjects=needs)
        done.touch("supplies.need", needs)
    return done


def make_offers(*, told: Sequence[Told[MakeOffer]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store offers."""
    done = _sort_out(told, by, incident)
    rows = [
        (b.id, incident, b.area, b.item, b.quantity, b.organisation, one.at, one.by, 0)
        for one in done.stored(told)
        for b in (one.body,)
    ]
    if rows:
        bulk.insert(Offer, OFFER, rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="supplies.offer", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def allocate(*, told: Sequence[Told[Allocate]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Promise offers to needs: decided now, in the order of arrival; nobody gets what is no longer there."""
    done = Done()
    with scope(system(), incident):
        offers = _lock_offers({one.body.offer for one in told})
        needs = {need.id: need for need in Need.objects.filter(pk__in={one.body.need for one in told})}
        known = set(Allocation.objects.filter(pk__in=[one.id for one in told]).values_list("id", flat=True))
    left = {offer.id: offer.quantity - offer.allocated for offer in offers.values()}
    areas = [thing.area for thing in (*offers.values(), *needs.values())]
    allowed = by.allowed("supplies.plan", areas, incident)
    rows = []
    for one in told:
        offer, need = offers.get(one.body.offer), needs.get(one.body.need)
        if one.id in known:
            continue
        refusal = _refusal(one.body, offer, need, left.get(one.body.offer, 0), allowed)
        if refusal or offer is None or need is None:
            done.refused[one.id] = refusal or NotFound()
            continue
        left[offer.id] -= one.body.quantity
        rows.append(
            (
                one.id,
                incident,
                need.area,
                one.at,
                one.by,
                one.device,
                offer.area,
                offer.id,
                need.id,
                one.body.quantity,
            )
        )
        done.data[one.id] = {"left": left[offer.id]}
    if rows:
        bulk.insert(Allocation, (*FACT, "from_area", "offer", "need", "quantity"), rows)
        _recompute({row[7] for row in rows}, {row[8] for row in rows}, incident)
        area = min(area for row in rows for area in (row[2], row[6]) if area in allowed)
        facts = [row[0] for row in rows]
        journal.write(action="supplies.allocate", by=by, incident=incident, area=area, subjects=facts)
        done.touch("supplies.need", {row[8] for row in rows})
    return done


def _refusal(
    body: Allocate, offer: Offer | None, need: Need | None, left: int, allowed: set[int]
) -> Refusal | None:
    """Why an allocation cannot be: who plans for either end may make it."""
    if offer is None or need is None:
        return NotFound()
    if not allowed & {offer.area, need.area}:
        return NotAllowed(right="supplies.plan")
    if offer.item != need.item:
        return OtherItem()
    if body.quantity <= 0:
        return BadInput(problem="quantity")
    if body.quantity > left:
        return OfferUsedUp(left=left, asked=body.quantity)
    return None


def _lock_offers(ids: set[UUID]) -> dict[UUID, Offer]:
    bulk.lock(Offer, ids)
    return {offer.id: offer for offer in Offer.objects.filter(pk__in=ids)}


def _recompute(offers: set[UUID], needs: set[UUID], incident: UUID) -> None:
    """Add up what is allocated of offers, then derive the needs."""
    with scope(system(), incident):
        bulk.lock(Offer, offers)
        with connection.cursor() as cursor:
            cursor.execute(
                "update supplies_offer o set allocated = coalesce((select sum(a.quantity) from supplies_allocation a"
                " where a.offer = o.id and not exists (select from core_retraction r where r.target = a.id)), 0)"
                " where o.id = any(%s)",
                [list(offers)],
            )
        recompute_needs(needs)


def reconsider_allocations(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: what was promised is free again."""
    done = Done()
    rows = list(Allocation.objects.filter(pk__in=facts).values_list("offer", "need"))
    _recompute({offer for offer, _ in rows}, {need for _, need in rows}, incident)
    done.touch("supplies.need", {need for _, need in rows})
    return done
