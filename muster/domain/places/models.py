"""Tables of places.

Areas are public geography (official codes) without row security; everything else belongs to an area.
Reads and the index that serves each: buildings of an area by key set - `places_building_area`; dwellings of
a building in door order - `places_dwelling_building`; an address by its key - `places_alias_key`; points of
an incident by area - `places_point_area`.
"""

from __future__ import annotations

from django.db import models

from muster.core.history import tracked
from muster.core.tables import CommitOrder, Held, Standing


@tracked(form=None, without=("sort_key",))
class Area(models.Model):
    """An official or generated area; the code says where it stands in the hierarchy."""

    code = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=80)
    level = models.CharField(max_length=12)
    parent = models.BigIntegerField(null=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    sort_key = models.BinaryField()
    generated = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["parent", "sort_key"], name="places_area_parent")]


@tracked()
class Building(Standing):
    """A building, as surveyed, imported or generated (`source` and `generated` say which)."""

    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True, default="")
    compound = models.CharField(max_length=120, blank=True, default="")
    number = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=20, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    outline = models.JSONField(null=True)
    floors = models.IntegerField(null=True)
    units_per_floor = models.IntegerField(null=True)
    units = models.IntegerField(default=0)
    walk = models.IntegerField(null=True)  # its place in the walk that found it
    generated = models.BooleanField(default=False)
    source = models.CharField(max_length=80, blank=True, default="")

    class Meta(Standing.Meta):
        indexes = [models.Index(fields=["area", "id"], name="places_building_area")]


class Dwelling(Standing):
    """A door behind which somebody may live; its id follows from building and label."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(max_length=40)
    floor = models.IntegerField(null=True)
    unit = models.IntegerField(null=True)
    tx = models.BigIntegerField(
        db_default=CommitOrder()
    )  # figures of an edition count the doors known before it

    class Meta(Standing.Meta):
        constraints = [
            *Standing.Meta.constraints,
            models.UniqueConstraint(fields=["building", "label"], name="places_label_once_a_building"),
        ]
        indexes = [
            models.Index(fields=["building", "floor", "unit", "label"], name="places_dwelling_building")
        ]


class Alias(Standing):
    """A key under which a building is found: names, old names, what people call it."""

    building = models.ForeignKey(Building, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = models.CharField(max_length=400)

    class Meta(Standing.Meta):
        constraints = [
            *Standing.Meta.constraints,
            models.UniqueConstraint(fields=["building", "text"], name="places_alias_once_a_building"),
        ]
        indexes = [models.Index(fields=["text"], name="places_alias_key")]


@tracked(form="incident")
class Point(Held):
    """A place of work in an incident: a sampling site, a gate, a desk, a store, a hostel."""

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True, default="")
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    building = models.UUIDField(null=True)
    administrator = models.UUIDField(null=True)

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["incident", "area", "kind"], name="places_point_area")]
