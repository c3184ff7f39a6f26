"""Tables of cases and contacts."""

from __future__ import annotations

from django.db import models

from muster.core.tables import Fact, Held, RowSecurity


class Case(Held):
    """A confirmed case (the id is that of the confirmation)."""

    resident = models.UUIDField(db_index=True)
    positive_at = models.DateTimeField()
    onset_date = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class Contact(Held):
    """A person named as contact of a case; visible also where the person was shared."""

    case = models.UUIDField(db_index=True)
    resident = models.UUIDField(db_index=True)
    contact_class = models.CharField(max_length=24)
    last_exposure_at = models.DateTimeField()
    named_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="followed")
    place = models.CharField(max_length=10, blank=True, default="")
    release_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    next_change_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        constraints = [RowSecurity(name="cases_contact_security", form="shared", subject="resident")]
        indexes = [
            models.Index(
                fields=["next_change_at"],
                name="cases_contact_wake",
                condition=models.Q(next_change_at__isnull=False),
            )
        ]


class CaseConfirmed(Fact):
    """A person was confirmed."""

    case = models.UUIDField(db_index=True)
    resident = models.UUIDField()
    positive_at = models.DateTimeField()


class CaseWithdrawn(Fact):
    """A confirmation was withdrawn: its wanted work goes, its facts stay."""

    case = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=40, blank=True, default="")


class ContactNamed(Fact):
    """A person was named as contact of a case."""

    contact = models.UUIDField(db_index=True)
    case = models.UUIDField(db_index=True)
    resident = models.UUIDField()
    contact_class = models.CharField(max_length=24)
    last_exposure_at = models.DateTimeField()


class FollowedUp(Fact):
    """A contact was asked how they are."""

    contact = models.UUIDField(db_index=True)
    outcome = models.CharField(max_length=12)


class Quarantined(Fact):
    """A contact was brought to, or stays at, a place."""

    contact = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10)
    place = models.UUIDField(null=True)
