"""Tables of work: lists and their rows, items and their causes, attempts, visits, doors and buildings.

`worklists_item_open` serves the work list (open items by due time); `worklists_item_area` the same of an area
range, and the counts by kind from the index alone; `worklists_item_queue` and `worklists_item_again` the callers'
queue (what nobody has tried, and what is to be tried again at an hour; the more pressing first in each);
`worklists_item_leased` who is on the phone now; `worklists_cause_source` the reconciling of one source;
`worklists_entry_row` the page of a list; `worklists_item_said`, `worklists_door_shut` the few calls and doors that
say why somebody is untested; `worklists_entry_unsure` its rows that wait for a decision;
`worklists_entry_progress` how far the lists of an area range are, from the index alone.
"""

from __future__ import annotations

from django.db import models

from muster.core.history import tracked
from muster.core.tables import CommitOrder, Fact, Held, RowSecurity
from muster.domain.worklists.sweep_models import (
    BreedingSite,
    BreedingSiteSeen,
    BuildingGiven,
    ContainerSurvey,
    DoorMark,
    HouseholdCard,
    Photograph,
)

PHONED_STEPS = ("call", "other_caller")
TURNED_AWAY = ("moved", "refused")  # what a call says about where its person stands in a round of tests
SHUT = ("absent", "empty", "refused")  # and what a door says


@tracked(form="incident")
class VerificationList(Held):
    """A list pushed to us: who sent it, what for, until when, and what it asks callers to say."""

    source = models.CharField(max_length=80)
    purpose = models.CharField(max_length=20)  # verification, key_person, contact
    title = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    script = models.JSONField(default=dict, db_default={})  # language to plain words


class ListEntry(Held):
    """One row of a list, pointing at the person it names."""

    list = models.ForeignKey(
        VerificationList, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    row = models.IntegerField()
    resident = models.UUIDField(db_index=True)
    item = models.UUIDField(db_index=True)
    how = models.CharField(max_length=12)  # new, document, phone_name, name_place, given
    returned_at = models.DateTimeField(null=True)
    done = models.BooleanField(db_default=False)  # derived: whether the item of this row is done
    tx = models.BigIntegerField(
        db_default=CommitOrder()
    )  # figures of an edition count what was listed before it

    class Meta(Held.Meta):
        indexes = [
            models.Index(
                fields=["area", "id"],
                name="worklists_entry_unsure",
                condition=models.Q(how="unsure", returned_at=None),
            ),
            models.Index(fields=["list", "row"], name="worklists_entry_row"),
            models.Index(
                fields=["area", "list"],
                include=["done", "incident"],
                name="worklists_entry_progress",
                condition=models.Q(returned_at=None),
            ),
        ]


class WorkItem(Held):
    """One piece of work with all its causes; its id derives from kind, subject and occasion."""

    kind = models.CharField(max_length=12)
    subject_kind = models.CharField(max_length=12)
    subject = models.UUIDField(db_index=True)
    occasion = models.CharField(max_length=60, blank=True, default="")
    building = models.UUIDField(null=True)
    state = models.CharField(max_length=10, default="open")  # open, done, withdrawn, closed
    step = models.CharField(max_length=14, default="call")
    due_at = models.DateTimeField(null=True)
    priority = models.SmallIntegerField(default=5)
    causes = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    last_outcome = models.CharField(max_length=20, blank=True, default="")
    last_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    satisfied_at = models.DateTimeField(null=True)  # when a cause was satisfied without an attempt
    opened_at = models.DateTimeField()
    assignee = models.UUIDField(null=True)
    leased_by = models.UUIDField(null=True)
    leased_at = models.DateTimeField(null=True)  # the beginning of a lease: its spoken code follows from it
    leased_until = models.DateTimeField(null=True)
    quiet_until = models.DateTimeField(null=True)  # the person was reached about something else just now
    language = models.CharField(max_length=8, blank=True, db_default="")  # what must be spoken, once known
    from_area = models.BigIntegerField(null=True)  # where it was transferred from

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="worklists_workitem_security", form="both")]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="worklists_item_open", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["area", "due_at", "id"],
                include=["kind", "incident", "from_area"],
                name="worklists_item_area",
                condition=models.Q(state="open"),
            ),
            models.Index(
                fields=["priority", "due_at", "id"],
                name="worklists_item_queue",
                condition=models.Q(state="open", next_try_at=None, step__in=PHONED_STEPS),
            ),
            models.Index(
                fields=["priority", "next_try_at", "id"],
                name="worklists_item_again",
                condition=models.Q(state="open", next_try_at__isnull=False, step__in=PHONED_STEPS),
            ),
            models.Index(
                fields=["leased_until"],
                name="worklists_item_leased",
                condition=models.Q(leased_until__isnull=False),
            ),
            models.Index(fields=["area", "kind", "state"], name="worklists_item_count"),
            models.Index(
                fields=["assignee", "due_at"],
                name="worklists_item_mine",
                condition=models.Q(state="open", assignee__isnull=False),
            ),
            models.Index(
                fields=["from_area"], name="worklists_item_sent", condition=models.Q(from_area__isnull=False)
            ),
            models.Index(
                fields=["building"], name="worklists_item_house", condition=models.Q(building__isnull=False)
            ),
            models.Index(
                fields=["subject"],
                name="worklists_item_said",
                condition=models.Q(last_outcome__in=TURNED_AWAY),
            ),
        ]


class WorkCause(Held):
    """Why an item exists: one per item and source; wanted until its source no longer asks."""

    item = models.UUIDField(db_index=True)
    source_kind = models.CharField(max_length=12)
    source = models.UUIDField()
    due_at = models.DateTimeField(null=True)
    priority = models.SmallIntegerField(default=5)
    satisfied_at = models.DateTimeField(null=True)
    wanted = models.BooleanField(default=True)

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["source"], name="worklists_cause_source")]


class Attempt(Fact):
    """A call or a visit about a person, and how it ended."""

    item = models.UUIDField(db_index=True)
    subject = models.UUIDField(db_index=True)
    channel = models.CharField(max_length=8)
    outcome = models.CharField(max_length=20)
    callback_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=8, blank=True, db_default="")  # asked for by a person who needs it
    needs = models.CharField(max_length=16, blank=True, db_default="")  # the kind of request it becomes
    note_c = models.BinaryField(null=True)  # sealed

    class Meta(Fact.Meta):
        # history goes with the person: where an item was sent, what was tried before is seen and counted
        constraints = [
            RowSecurity(name="worklists_attempt_security", form="shared", subject="subject", facts=True)
        ]


class Visit(Fact):
    """A visit at a door during a sweep."""

    dwelling = models.UUIDField(db_index=True)
    building = models.UUIDField()
    outcome = models.CharField(max_length=10)
    persons = models.SmallIntegerField(default=0)
    with_responder = models.UUIDField(null=True)


class Transfer(Fact):
    """An item went to another area, or back, with its history and open work."""

    retracted_by = "worklists.assign"
    item = models.UUIDField(db_index=True)
    to_area = models.BigIntegerField()
    returned = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True, default="")


class Closing(Fact):
    """A desk closed an item without a call, or opened it again."""

    retracted_by = "worklists.assign"
    item = models.UUIDField(db_index=True)
    closed = models.BooleanField()
    reason = models.CharField(max_length=40, blank=True, default="")


class DwellingState(Held):
    """What a door is after all visits (the id is the dwelling's)."""

    building = models.UUIDField(db_index=True)
    outcome = models.CharField(max_length=10)
    visits = models.IntegerField()
    persons = models.IntegerField()
    last_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    was_shut = models.BooleanField(default=False)
    doubled = models.BooleanField(db_default=False)  # two teams settled it: both visits are kept

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["area"], name="worklists_door_shut", condition=models.Q(outcome__in=SHUT))
        ]


class BuildingState(Held):
    """How far a building is (the id is the building's)."""

    units = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    absent = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    empty = models.IntegerField(default=0)
    persons = models.IntegerField(default=0)
    last_at = models.DateTimeField(null=True)


# the tables of sweeps stand in a file of their own
SWEEPS = (BreedingSite, BreedingSiteSeen, BuildingGiven, ContainerSurvey, DoorMark, HouseholdCard, Photograph)
