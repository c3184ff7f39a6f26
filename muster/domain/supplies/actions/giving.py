"""Donations, and the thanks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.core.vault import Vault, vault
from muster.domain.supplies.actions import ledger
from muster.domain.supplies.actions.moving import MOST
from muster.domain.supplies.models import Donation, Item, Thanks
from muster.domain.supplies.rules import Kind, MovementKind, outside_id

DONATION = (*ledger.FACT, "organisation", "donor_kind", "donor_c", "item", "quantity", "to_store")


class RecordDonation(msgspec.Struct, frozen=True):
    """Somebody gave something: an organisation in clear, a person under seal."""

    item: UUID
    quantity: int
    to_store: UUID
    organisation: UUID | None = None
    donor: str = ""
    donor_kind: Kind = ""


class RecordThanks(msgspec.Struct, frozen=True):
    """A donor was thanked, for one donation or (with an area) as an organisation."""

    kind: Kind
    donation: UUID | None = None
    to_organisation: UUID | None = None
    area: int | None = None


def _sealed(sealing: Vault, donor: str, donation: UUID) -> bytes | None:
    if not donor:
        return None
    return sealing.seal(donor, kind="identity", table="supplies_donation", row=donation, field="donor_c")


def record_donations(
    *, told: Sequence[Told[RecordDonation]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Store donations together with the movement that brings them in (same id: taken back together)."""
    done = Done()
    outside = outside_id(incident)
    areas = ledger.lock_stores({one.body.to_store for one in told} | {outside}, incident)
    items = set(Item.objects.filter(pk__in={one.body.item for one in told}).values_list("id", flat=True))
    allowed = by.allowed("supplies.record", areas.values(), incident)
    sealing = vault(incident)
    gifts, moves = [], list[ledger.MovementRow]()
    for one in told:
        b, area = one.body, areas.get(one.body.to_store)
        if not 0 < b.quantity <= MOST:
            done.refused[one.id] = BadInput(problem="quantity")
        elif area is None or b.item not in items:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right="supplies.record")
        else:
            fact = (one.id, incident, area, one.at, one.by, one.device)
            sealed = _sealed(sealing, b.donor, one.id)
            gifts.append((*fact, b.organisation, b.donor_kind, sealed, b.item, b.quantity, b.to_store))
            moves.append(
                (*fact, None, b.item, outside, b.to_store, b.quantity, MovementKind.DONATE.value, None, None)
            )
    if gifts:
        bulk.insert(Donation, DONATION, gifts)
        ledger.book(moves, areas, incident)
        journal.write(
            action="supplies.donation", by=by, incident=incident, area=min(row[2] for row in gifts),
            subjects=[row[0] for row in gifts],
        )  # fmt: skip
        done.touch("supplies.store", {row[9] for row in moves})
    return done


def record_thanks(*, told: Sequence[Told[RecordThanks]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store thanks."""
    done = Done()
    gifts = {one.body.donation for one in told if one.body.donation}
    areas = dict(Donation.objects.filter(pk__in=gifts).values_list("id", "area"))
    places = {one.id: areas.get(one.body.donation) if one.body.donation else one.body.area for one in told}
    allowed = by.allowed("supplies.record", (area for area in places.values() if area is not None), incident)
    for one in told:
        area = places[one.id]
        if area is None and one.body.donation is None:
            done.refused[one.id] = BadInput(problem="area")
        elif area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif one.body.donation is None and one.body.to_organisation is None:
            done.refused[one.id] = BadInput(problem="donation")
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right="supplies.record")
    rows = [
        (one.id, incident, places[one.id], one.at, one.by, one.device, one.body.donation, one.body.to_organisation,
         one.body.kind)
        for one in done.stored(told)
    ]  # fmt: skip
    if rows:
        bulk.insert(Thanks, (*ledger.FACT, "donation", "organisation", "kind"), rows)
        area = min(area for row in rows if (area := row[2]) is not None)
        journal.write(
            action="supplies.thanks", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done
