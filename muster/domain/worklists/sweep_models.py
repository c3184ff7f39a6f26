"""Tables of sweeps: household cards, surveys of containers, breeding sites, and who sweeps what.

`worklists_mark_recheck` serves the recheck board; `worklists_mark_area` the indices of an area, `_house` those of a
building; `worklists_site_open` the board of breeding sites; `worklists_given_house` the newest team of a building;
`worklists_photo_about` the photographs of a site or a building.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.tables import Fact, Held


class HouseholdCard(Fact):
    """Who lives behind a door, as they told it: without their consent only how many."""

    dwelling = models.UUIDField()
    building = models.UUIDField()
    persons = models.SmallIntegerField(default=0)
    languages = ArrayField(models.CharField(max_length=8), default=list)
    vulnerabilities = ArrayField(models.CharField(max_length=30), default=list)
    needs = ArrayField(models.CharField(max_length=30), default=list)
    consent = models.BooleanField(default=False)
    note_c = models.BinaryField(null=True)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["dwelling"], name="worklists_card_home")]


class ContainerSurvey(Fact):
    """Containers with water looked into at a door, by kind: looked into, with larvae."""

    dwelling = models.UUIDField()
    building = models.UUIDField()
    inspected = models.SmallIntegerField()
    positive = models.SmallIntegerField()
    cleared = models.BooleanField(default=False)
    kinds = models.JSONField(default=dict)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["dwelling"], name="worklists_survey_home")]


class DoorMark(Held):
    """What a door's containers are after all surveys (the id is the dwelling's)."""

    building = models.UUIDField()
    mark = models.CharField(max_length=6)
    inspected = models.IntegerField()
    positive = models.IntegerField()
    surveys = models.IntegerField()
    last_at = models.DateTimeField()
    found_at = models.DateTimeField(null=True)
    recheck_at = models.DateTimeField(null=True)
    rechecked_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["area", "last_at"], name="worklists_mark_area"),
            models.Index(fields=["building"], name="worklists_mark_house"),
            models.Index(
                fields=["recheck_at", "id"],
                name="worklists_mark_recheck",
                condition=models.Q(recheck_at__isnull=False, rechecked_at=None),
            ),
        ]


class BreedingSite(Held):
    """Standing water outside homes: what, where, whose, until when; its state follows from all looks."""

    building = models.UUIDField(null=True)
    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=200, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    organisation = models.UUIDField(null=True)
    owner_c = models.BinaryField(null=True)
    deadline_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open")  # open, cleared, withdrawn
    looks = models.IntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)
    photo_before = models.CharField(max_length=100, blank=True, default="")
    photo_after = models.CharField(max_length=100, blank=True, default="")

    class Meta(Held.Meta):
        indexes = [
            models.Index(
                fields=["deadline_at", "id"], name="worklists_site_open", condition=models.Q(state="open")
            ),
            models.Index(
                fields=["building"], name="worklists_site_house", condition=models.Q(building__isnull=False)
            ),
        ]


class BreedingSiteSeen(Fact):
    """Somebody looked at a breeding site: open still, or cleared; with the name of a photograph."""

    site = models.UUIDField()
    state = models.CharField(max_length=10)
    photo = models.CharField(max_length=100, blank=True, default="")

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["site"], name="worklists_seen_site")]


class Photograph(Fact):
    """A small photograph of a breeding site or a landmark, sealed, and gone with the incident's key."""

    about = models.UUIDField()
    size = models.IntegerField()
    jpeg_c = models.BinaryField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["about"], name="worklists_photo_about")]


class BuildingGiven(Fact):
    """A person accepted that a team sweeps a building; the newest word counts, no team takes it back."""

    retracted_by = "worklists.assign"
    building = models.UUIDField()
    team = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["building"], name="worklists_given_house")]
