"""Tables of supplies.

A movement is seen from both ends: `area` is where the goods arrived (or left from, when they left for
outside), `from_area` whose people gave them. Reads and the index that serves each: one day of a store and
item - `supplies_movement_in`, `supplies_movement_out`; parcels of a need - `supplies_movement_need`; the
figures by kind and item - `supplies_movement_kind`; the balance of a store and item - the days of
`supplies_dayclosing_sum`, never the movements; open needs - `supplies_need_open`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muster.core.history import tracked
from muster.core.tables import Fact, Held, RowSecurity, Standing


@tracked(form="open")
class Item(Standing):
    """A kind of goods, counted in one unit."""

    code = models.CharField(max_length=40, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    unit = models.CharField(max_length=12)

    class Meta(Standing.Meta):
        constraints = [RowSecurity(name="supplies_item_security", form="open")]


@tracked(form="incident")
class Store(Held):
    """Where goods are: a store, a site, a batch on the road, a sealed area; or outside the incident."""

    name = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=12)
    point = models.UUIDField(null=True)


class Movement(Fact):
    """Goods went from one store to another: the quantity leaves the first and enters the second."""

    from_area = models.BigIntegerField(null=True)
    item = models.UUIDField()
    from_store = models.UUIDField()
    to_store = models.UUIDField()
    quantity = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    need = models.UUIDField(null=True)
    batch = models.UUIDField(null=True)

    class Meta(Fact.Meta):
        constraints = [
            RowSecurity(name="supplies_movement_security", form="both", facts=True),
            models.CheckConstraint(name="supplies_movement_is_some", condition=Q(quantity__gt=0)),
            models.CheckConstraint(name="supplies_movement_moves", condition=~Q(from_store=F("to_store"))),
        ]
        indexes = [
            models.Index(fields=["to_store", "item", "at"], name="supplies_movement_in"),
            models.Index(fields=["from_store", "item", "at"], name="supplies_movement_out"),
            models.Index(fields=["kind", "item"], name="supplies_movement_kind"),
            models.Index(fields=["need"], name="supplies_movement_need", condition=Q(need__isnull=False)),
        ]


class DayClosing(Held):
    """What came into and went out of a store on one local day; derived again whenever that day has new facts."""

    store = models.UUIDField()
    item = models.UUIDField()
    day = models.DateField()
    came = models.BigIntegerField()
    went = models.BigIntegerField()

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["store", "item", "day"], name="supplies_dayclosing_sum")]


class Balance(Held):
    """What a store has of an item: the sum of its days. Below nothing it is flagged, not refused."""

    store = models.UUIDField()
    item = models.UUIDField()
    quantity = models.BigIntegerField()
    overdrawn = models.BooleanField(default=False)
    last_day = models.DateField()

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["store", "item"], name="supplies_balance_store"),
            models.Index(fields=["area"], name="supplies_balance_overdrawn", condition=Q(overdrawn=True)),
        ]


class Need(Held):
    """Somebody lacks something."""

    item = models.UUIDField()
    quantity = models.BigIntegerField()
    store = models.UUIDField(null=True)
    point = models.UUIDField(null=True)
    batch = models.UUIDField(null=True)
    urgency = models.CharField(max_length=8, default="normal")
    stated_at = models.DateTimeField()
    stated_by = models.UUIDField()
    needed_by = models.DateTimeField(null=True)
    # derived from movements that name the need, and from allocations
    met = models.BigIntegerField(default=0)
    allocated = models.BigIntegerField(default=0)
    met_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, default="open")

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["area", "stated_at"], name="supplies_need_open", condition=~Q(state="met")),
        ]


class Offer(Held):
    """Somebody has something to give; what is left of it can be allocated."""

    item = models.UUIDField()
    quantity = models.BigIntegerField()
    organisation = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    allocated = models.BigIntegerField(default=0)  # derived from allocations

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(
                name="supplies_offer_not_overspent", condition=Q(allocated__lte=F("quantity"))
            ),
        ]
        indexes = [models.Index(fields=["area", "made_at"], name="supplies_offer_area")]


class Allocation(Fact):
    """Part of an offer was promised to a need: a claim, decided on arrival. Seen from both ends."""

    retracted_by = "supplies.plan"
    from_area = models.BigIntegerField()
    offer = models.UUIDField(db_index=True)
    need = models.UUIDField(db_index=True)
    quantity = models.BigIntegerField()

    class Meta(Fact.Meta):
        constraints = [RowSecurity(name="supplies_allocation_security", form="both", facts=True)]


class Donation(Fact):
    """Somebody gave something. Shares its id with the movement that brought it into the store."""

    organisation = models.UUIDField(null=True, db_index=True)
    donor_kind = models.CharField(max_length=20, blank=True, default="")
    donor_c = models.BinaryField(null=True)  # sealed: a person may not want to be known
    item = models.UUIDField()
    quantity = models.BigIntegerField()
    to_store = models.UUIDField()


class Thanks(Fact):
    """A donor was thanked: for one donation, or an organisation for all it gave so far."""

    donation = models.UUIDField(null=True, db_index=True)
    organisation = models.UUIDField(null=True, db_index=True)
    kind = models.CharField(max_length=20)
