"""Tables of incidents, zones and works."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.history import tracked
from muster.core.tables import Fact, Held, RowSecurity, Standing


@tracked(form="open")
class Incident(Standing):
    """An outbreak or disaster, with the protocol pack in force."""

    code = models.SlugField(max_length=40, unique=True)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    pack = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta(Standing.Meta):
        constraints = [RowSecurity(name="incidents_incident_security", form="open")]

    @property
    def title(self) -> str:
        """The title, both languages side by side where they differ."""
        return self.title_zh


class PackChange(Fact):
    """A protocol pack came into force by a dated decision."""

    retracted_by = "incidents.zone"
    pack = models.CharField(max_length=40)
    before = models.CharField(max_length=40, blank=True, default="")


class Zone(Held):
    """A named part of an incident under one level; its state follows from its changes."""

    name = models.CharField(max_length=80)
    level = models.CharField(max_length=20)
    notice_number = models.CharField(max_length=60, blank=True, default="")
    from_at = models.DateTimeField()
    since = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    next_change_at = models.DateTimeField(null=True)
    hotlines = ArrayField(models.CharField(max_length=40), default=list)
    case = models.UUIDField(null=True)

    class Meta(Held.Meta):
        indexes = [
            models.Index(
                fields=["next_change_at"],
                name="incidents_zone_wake",
                condition=models.Q(next_change_at__isnull=False),
            )
        ]


class ZoneBuilding(Held):
    """A building that belongs to a zone."""

    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    building = models.UUIDField(db_index=True)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.UniqueConstraint(fields=["zone", "building"], name="incidents_building_once_a_zone"),
        ]


class ZoneChange(Fact):
    """A zone was designated, changed or released, effective from `at`."""

    retracted_by = "incidents.zone"
    zone = models.UUIDField(db_index=True)
    level = models.CharField(max_length=20)
    released = models.BooleanField(default=False)
    notice_number = models.CharField(max_length=60, blank=True, default="")


class Works(Fact):
    """Something built or done on the spot: a command post, canopies, disinfection, an enclosure."""

    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=80, blank=True, default="")
    zone = models.UUIDField(null=True)
