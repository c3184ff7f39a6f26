"""Tables of rounds, tubes and what happens to them, coverage and catching up, sites and their slots.

`sampling_coverage_done` and `sampling_coverage_excused` serve the counts of a round from the index alone;
`sampling_slot_site` the board of a site; `sampling_booking_slot` who is expected in a slot.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Cast, Right

from muster.core.history import tracked
from muster.core.tables import Fact, Held
from muster.domain.sampling.rules import RECEIPT, Means, Mode, Place, Result, Standing, TubeState


@tracked(form="incident")
class Round(Held):
    """A round of tests of an area, from an hour to an hour."""

    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20, blank=True, default="")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(null=True)


class Tube(Held):
    """A tube for a pool of people; all but its code follows from its facts."""

    code = models.CharField(max_length=40)
    site = models.UUIDField(null=True)
    round = models.UUIDField(null=True, db_index=True)
    pool_size = models.IntegerField()
    state = models.CharField(max_length=12, default=TubeState.OPEN)
    seats = models.IntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    sealed_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    result = models.CharField(max_length=10, null=True)
    resulted_at = models.DateTimeField(null=True)
    flags = ArrayField(models.CharField(max_length=24), default=list)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(name="sampling_tube_state", condition=models.Q(state__in=[*TubeState])),
            models.CheckConstraint(
                name="sampling_tube_result", condition=models.Q(result=None) | models.Q(result__in=[*Result])
            ),
            models.CheckConstraint(
                name="sampling_tube_pool", condition=models.Q(pool_size__gte=1, seats__gte=0)
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "area"], name="sampling_tube_area"),
            models.Index(fields=["incident", "code"], name="sampling_tube_code"),
            models.Index(fields=["site", "state"], name="sampling_tube_site"),
            models.Index(
                fields=["handed_over_at"],
                name="sampling_tube_at_lab",
                condition=models.Q(state=TubeState.HANDED_OVER),
            ),
            models.Index(
                fields=["incident"], name="sampling_tube_positive", condition=models.Q(result=Result.POSITIVE)
            ),
        ]


class Coverage(Held):
    """How often a resident was sampled in a round, else what was said about why not.

    Its area is where the resident lives, not where they queued. Nobody has a row before something is known.
    """

    round = models.UUIDField()
    resident = models.UUIDField(db_index=True)
    known = models.BooleanField(default=False)  # whether the resident is registered
    samples = models.IntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    excuse = models.CharField(max_length=8, blank=True, db_default="")  # exempt, away, refused
    reason = models.CharField(max_length=20, blank=True, db_default="")
    excused_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        indexes = [
            models.Index(
                fields=["round", "area"], include=["incident"], name="sampling_coverage_done",
                condition=models.Q(known=True, samples__gt=0),
            ),
            models.Index(
                fields=["round", "area"], include=["incident", "excuse"], name="sampling_coverage_excused",
                condition=models.Q(known=True, samples=0) & ~models.Q(excuse=""),
            ),
        ]  # fmt: skip


class CatchUp(Held):
    """Those who are left of a round in an area, or in one building, are called or visited until it ends."""

    round = models.UUIDField(db_index=True)
    building = models.UUIDField(null=True)
    means = models.CharField(max_length=5)
    due_at = models.DateTimeField(null=True)
    pair = ArrayField(models.UUIDField(), default=list)
    team = models.UUIDField(null=True)
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(name="sampling_catchup_means", condition=models.Q(means__in=[*Means])),
        ]


@tracked(form="incident")
class SiteSetup(Held):
    """How a site works: its lanes, how many a lane serves in an hour, open door or by slots. The id is the site's."""

    mode = models.CharField(max_length=5, default=Mode.OPEN)
    lanes = models.IntegerField()
    per_lane_hour = models.IntegerField()
    people_per_hour = models.IntegerField()
    at = models.DateTimeField()


@tracked(form="incident", without=("booked",))
class Slot(Held):
    """A stretch of time at a site for which so many people may be booked."""

    site = models.UUIDField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    capacity = models.IntegerField()
    booked = models.IntegerField(default=0)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(
                name="sampling_slot_capacity",
                condition=models.Q(booked__gte=0, booked__lte=models.F("capacity")),
            ),
        ]
        indexes = [models.Index(fields=["site", "from_at"], name="sampling_slot_site")]


class Booking(Held):
    """Somebody is expected in a slot; one row per slot and person, however often it is cancelled."""

    slot = models.UUIDField()
    site = models.UUIDField()
    resident = models.UUIDField(db_index=True)
    booked_at = models.DateTimeField(null=True)  # none: cancelled

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["slot"], name="sampling_booking_slot", condition=~models.Q(booked_at=None))
        ]


class SiteTable(Held):
    """The tubes on the table of a site at its last count, against those the system has there. The id is the site's."""

    counted_at = models.DateTimeField(null=True)
    counted = models.IntegerField(null=True)
    in_system = models.IntegerField(null=True)
    difference = models.IntegerField(null=True)
    missing = ArrayField(models.UUIDField(), default=list)  # in the system, not among the tubes scanned


class SampleTaken(Fact):
    """A person was sampled into a tube."""

    tube = models.UUIDField(db_index=True)
    resident = models.UUIDField(db_index=True)
    seat = models.IntegerField(null=True)
    place = models.CharField(max_length=4, default=Place.SITE)
    site = models.UUIDField(null=True)
    round = models.UUIDField(null=True)
    pool_size = models.IntegerField()
    one_household = models.BooleanField(db_default=False)  # the tube is for one household alone
    with_responder = models.UUIDField(null=True)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["round", "resident"], name="sampling_sample_round"),
            models.Index(fields=["site", "at"], name="sampling_sample_site"),
            models.Index(Right(Cast("id", models.TextField()), RECEIPT), name="sampling_sample_receipt"),
        ]


class TubeSealed(Fact):
    """A tube was closed; `seats_said` is how many its sampler counted in it."""

    tube = models.UUIDField(db_index=True)
    seats_said = models.IntegerField(null=True)


class TubesCounted(Fact):
    """The tubes on the table of a site were counted; `tubes` are those scanned one by one."""

    site = models.UUIDField(db_index=True)
    counted = models.IntegerField()
    tubes = ArrayField(models.UUIDField(), default=list)

    class Meta(Fact.Meta):
        indexes = [GinIndex(fields=["tubes"], name="sampling_count_tubes")]


class TubeHandedOver(Fact):
    """A tube was handed to a courier or laboratory, in a box or by itself."""

    tube = models.UUIDField(db_index=True)
    to = models.CharField(max_length=80, blank=True, default="")
    box = models.CharField(max_length=40, blank=True, db_default="")


class QueueReported(Fact):
    """So many people waited in front of a site."""

    site = models.UUIDField()
    waiting = models.IntegerField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["site", "at"], name="sampling_queue_site")]


class ResultReported(Fact):
    """The laboratory reported a tube; a newer report corrects an older one."""

    retracted_by = "sampling.result"
    tube = models.UUIDField(db_index=True)
    result = models.CharField(max_length=10)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(name="sampling_result_known", condition=models.Q(result__in=[*Result])),
        ]


class UntestedExplained(Fact):
    """Why somebody is not tested in a round: exempt, away or refused, with a reason of the protocol."""

    round = models.UUIDField()
    resident = models.UUIDField(db_index=True)
    standing = models.CharField(max_length=8)
    reason = models.CharField(max_length=20, blank=True, default="")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="sampling_explained_standing",
                condition=models.Q(standing__in=[Standing.EXEMPT, Standing.AWAY, Standing.REFUSED]),
            ),
        ]
