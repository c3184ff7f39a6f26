"""Tables of call-outs, batches, posts, shifts and seats."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.history import tracked
from muster.core.tables import Fact, Held, RowSecurity


@tracked(form="open")
class Callout(Held):
    """A letter that asks organisations for people. Read by all who are asked, wherever they are."""

    title = models.CharField(max_length=120)
    text = models.TextField(blank=True, default="")
    sent_at = models.DateTimeField()

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="mobilising_callout_security", form="open")]


class CalloutSent(Fact):
    """A call-out of an area went to an organisation, whose own area sees it too."""

    from_area = models.BigIntegerField()
    callout = models.UUIDField(db_index=True)
    organisation = models.UUIDField()

    class Meta(Fact.Meta):
        constraints = [RowSecurity(name="mobilising_calloutsent_security", form="both", facts=True)]


class CalloutAnswered(Fact):
    """An organisation answered a call-out with so many people (none: it declined)."""

    from_area = models.BigIntegerField()
    callout = models.UUIDField(db_index=True)
    organisation = models.UUIDField()
    people = models.IntegerField()

    class Meta(Fact.Meta):
        constraints = [RowSecurity(name="mobilising_calloutanswered_security", form="both", facts=True)]


@tracked(
    form="both",
    without=(
        "state", "mustered", "departed", "arrived", "released", "mustered_at", "departed_at", "arrived_at",
        "released_at", "vehicles_seen", "shortfall", "uneven",
    ),
)  # fmt: skip
class Batch(Held):
    """People sent together from one area to another; `area` is the receiving one. Seen at both ends."""

    from_area = models.BigIntegerField()
    organisation = models.UUIDField()
    leader = models.UUIDField(null=True)
    task = models.CharField(max_length=200, blank=True, default="")
    planned = models.IntegerField()
    vehicles = models.IntegerField(default=0)
    planned_at = models.DateTimeField()
    printed_date = models.DateField(null=True)
    suggested_date = models.DateField(null=True)  # set when the printed date cannot be right
    printed_total = models.IntegerField(null=True)  # what a letter gives for all batches of this sender
    # derived from the roll-calls
    state = models.CharField(max_length=12, default="planned")
    mustered = models.IntegerField(null=True)
    departed = models.IntegerField(null=True)
    arrived = models.IntegerField(null=True)
    released = models.IntegerField(null=True)
    mustered_at = models.DateTimeField(null=True)
    departed_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    vehicles_seen = models.IntegerField(null=True)
    shortfall = models.IntegerField(null=True)
    uneven = models.BooleanField(default=False)

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="mobilising_batch_security", form="both")]
        indexes = [
            models.Index(fields=["area", "planned_at"], name="mobilising_batch_in"),
            models.Index(fields=["from_area", "planned_at"], name="mobilising_batch_out"),
        ]


class RollCall(Fact):
    """Heads counted at a stage of a batch, with names where they were taken. Written at either end."""

    from_area = models.BigIntegerField()
    batch = models.UUIDField(db_index=True)
    stage = models.CharField(max_length=12)
    headcount = models.IntegerField()
    present = ArrayField(models.UUIDField(), default=list)
    vehicles = models.IntegerField(null=True)
    rides = models.JSONField(default=dict, db_default={})  # vehicle to who sat in it, where that was taken

    class Meta(Fact.Meta):
        constraints = [RowSecurity(name="mobilising_rollcall_security", form="both", facts=True)]


@tracked(form="incident")
class Post(Held):
    """Somewhere people stand, and the limits that keep somebody away from it."""

    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    point = models.UUIDField(null=True)
    seats = models.IntegerField()
    skills = ArrayField(models.CharField(max_length=40), default=list)
    forbids = ArrayField(models.CharField(max_length=20), default=list)


@tracked(form="incident", without=("claimed", "begun", "ended", "unrostered"))
class Shift(Held):
    """A stretch of hours at a post."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    seats = models.IntegerField()
    # derived from seats and facts: different people each
    claimed = models.IntegerField(default=0)
    begun = models.IntegerField(default=0)
    ended = models.IntegerField(default=0)
    unrostered = models.IntegerField(default=0)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(
                name="mobilising_shift_has_hours", condition=models.Q(to_at__gt=models.F("from_at"))
            ),
            models.CheckConstraint(
                name="mobilising_shift_not_overfull", condition=models.Q(claimed__lte=models.F("seats"))
            ),
        ]
        indexes = [models.Index(fields=["area", "from_at"], name="mobilising_shift_day")]


class Seat(Held):
    """One person on one shift: the claim, and what became of it. Its id follows from shift and person.

    Read by all, so that another area sees that the hours of a person are taken; it names nobody.
    """

    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="+")
    responder = models.UUIDField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)  # null: came without a seat, or gave it back
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    minutes = models.IntegerField(default=0)

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="mobilising_seat_security", form="open")]
        indexes = [
            models.Index(fields=["responder", "from_at"], name="mobilising_seat_person"),
            models.Index(fields=["area", "ended_at"], name="mobilising_seat_ended"),
            models.Index(fields=["incident", "ended_at"], name="mobilising_seat_rest"),
            models.Index(
                fields=["incident", "began_at"],
                name="mobilising_seat_duty",
                condition=models.Q(ended_at=None),
            ),
        ]


class ShiftBegun(Fact):
    """Somebody began work on a shift."""

    shift = models.UUIDField(db_index=True)
    responder = models.UUIDField(db_index=True)


class ShiftEnded(Fact):
    """Somebody ended work on a shift."""

    shift = models.UUIDField(db_index=True)
    responder = models.UUIDField(db_index=True)


class MealServed(Fact):
    """A responder got a meal, a bed, a meeting, a ride or thanks."""

    responder = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=12)


class Handover(Fact):
    """Open work was handed over at the end of a shift."""

    shift = models.UUIDField(db_index=True)
    to = models.UUIDField()
    open_items = ArrayField(models.UUIDField(), default=list)


class HandoverTaken(Fact):
    """The open work of a hand-over was acknowledged."""

    handover = models.UUIDField(db_index=True)
