"""Tables of residents. No column but the sealed ones of Identity says who somebody is.

Reads and the index that serves each: a page of residents by area - `people_resident_page`; who lives behind
a door - `people_resident_home`, in a household - `people_resident_house`; all records of one person -
`people_resident_person`; undoing an import - `people_resident_batch`; matching, and the search by document,
telephone or name - the `_x` indexes of Identity; registered persons of doors - `people_registration_home`; of a
resident - `people_registration_who`; what was decided about a resident - `people_same_a`, `people_same_b`; pairs
that wait for a decision - `people_likeness_open`; those of a resident - `people_likeness_a`, `people_likeness_b`.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.tables import Fact, Held, RowSecurity


class Resident(Held):
    """A record of a person in an incident. `canonical` is the smallest id of all records of that person.

    `said_at`, `said_id` are the newest registration the words come from; `enrolled_*` where an import put
    the person; `dwelling` and `area` follow from the newest registration, else from the import.
    """

    canonical = models.UUIDField()
    dwelling = models.UUIDField(null=True)
    household = models.UUIDField(null=True)
    sex = models.CharField(max_length=8, blank=True, default="")
    birth_year = models.SmallIntegerField(null=True)
    vulnerabilities = ArrayField(models.CharField(max_length=30), default=list)
    partial = models.BooleanField(default=False)
    source = models.CharField(max_length=40, blank=True, default="")
    batch = models.UUIDField(null=True)
    said_at = models.DateTimeField()
    said_id = models.UUIDField()
    enrolled_dwelling = models.UUIDField(null=True)
    enrolled_area = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [RowSecurity(name="people_resident_security", form="shared", subject="id")]
        indexes = [
            models.Index(fields=["incident", "area", "id"], name="people_resident_page"),
            models.Index(fields=["dwelling"], name="people_resident_home"),
            models.Index(
                fields=["household"],
                name="people_resident_house",
                condition=models.Q(household__isnull=False),
            ),
            models.Index(fields=["canonical"], name="people_resident_person"),
            models.Index(
                fields=["canonical"],
                name="people_resident_joined",
                condition=~models.Q(canonical=models.F("id")),
            ),
            models.Index(
                fields=["incident", "area"],
                name="people_resident_head",
                condition=models.Q(canonical=models.F("id"), withdrawn_at=None),
            ),
            models.Index(
                fields=["batch"], name="people_resident_batch", condition=models.Q(batch__isnull=False)
            ),
        ]


class Identity(models.Model):
    """The sealed words of a resident, and blind indexes that compare without opening them.

    `sound_x` is how the name sounds, `place_x` that sound in a building: homophones meet there.
    """

    resident = models.UUIDField(primary_key=True)
    incident = models.UUIDField()
    area = models.BigIntegerField()
    name_c = models.BinaryField()
    document_c = models.BinaryField()
    phone_c = models.BinaryField()
    address_c = models.BinaryField()
    note_c = models.BinaryField()
    name_x = models.BinaryField(null=True)
    document_x = models.BinaryField(null=True)
    phone_x = models.BinaryField(null=True)
    place_x = models.BinaryField(null=True)
    sound_x = models.BinaryField(null=True)

    class Meta:
        constraints = [RowSecurity(name="people_identity_security", form="shared", subject="resident")]
        indexes = [
            models.Index(fields=["name_x"], name="people_identity_name_x"),
            models.Index(fields=["document_x"], name="people_identity_document_x"),
            models.Index(fields=["phone_x"], name="people_identity_phone_x"),
            models.Index(fields=["place_x"], name="people_identity_place_x"),
        ]


class Registration(Fact):
    """Somebody registered a person at a door, or in an area when there was no door."""

    resident = models.UUIDField()
    dwelling = models.UUIDField(null=True)
    persons = models.IntegerField(default=1)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["resident"], name="people_registration_who"),
            models.Index(fields=["dwelling"], name="people_registration_home"),
        ]


class SamePerson(Fact):
    """Somebody decided that two records are, or are not, one person."""

    retracted_by = "people.join"
    a = models.UUIDField()
    b = models.UUIDField()
    decision = models.CharField(max_length=10)

    class Meta(Fact.Meta):
        indexes = [
            models.Index(fields=["a"], name="people_same_a"),
            models.Index(fields=["b"], name="people_same_b"),
        ]


class Likeness(Held):
    """Two residents who may be one person: what was found, and what is decided about it (`decided` follows facts).

    `a` is the record that came later. `why` says what each compared column weighed, never the words themselves.
    """

    a = models.UUIDField()
    b = models.UUIDField()
    how = models.CharField(max_length=10)  # document, phone, place, sound, linkage
    probability = models.FloatField(null=True)
    why = models.JSONField(default=list)
    batch = models.UUIDField(null=True)
    proposed_at = models.DateTimeField()
    later_at = models.DateTimeField(null=True)
    decided = models.CharField(max_length=10, blank=True, default="")

    class Meta(Held.Meta):
        indexes = [
            models.Index(
                fields=["area", "proposed_at", "id"],
                name="people_likeness_open",
                condition=models.Q(decided=""),
            ),
            models.Index(fields=["a"], name="people_likeness_a"),
            models.Index(fields=["b"], name="people_likeness_b"),
        ]
