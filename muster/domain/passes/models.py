"""Tables of passes, scans and check-ins. Who was scanned stands apart from the fact, so that it can be forgotten."""

from __future__ import annotations

from django.db import models

from muster.core.tables import Fact, Held
from muster.domain.passes.rules import Check, Closing, PassKind, Verdict


class Pass(Held):
    """A pass with the signature that stands in its code."""

    kind = models.CharField(max_length=10)
    resident = models.UUIDField(null=True, db_index=True)
    code = models.CharField(max_length=20)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    signature = models.BinaryField(max_length=64)

    class Meta(Held.Meta):
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(name="passes_pass_kind", condition=models.Q(kind__in=[*PassKind])),
            models.CheckConstraint(
                name="passes_pass_window", condition=models.Q(valid_to__gt=models.F("valid_from"))
            ),
        ]
        indexes = [
            models.Index(fields=["incident", "code"], name="passes_pass_code"),
            models.Index(fields=["incident", "area"], name="passes_pass_area"),
        ]


class PassRevoked(Fact):
    """A pass was taken back."""

    retracted_by = "passes.issue"
    pass_id = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=40, blank=True, default="")


class PassScanned(Fact):
    """Somebody came to a gate: the guard's verdict, and what the server knew of the pass when it heard of it."""

    gate = models.UUIDField()
    verdict = models.CharField(max_length=5)
    reason = models.CharField(max_length=40, blank=True, default="")
    checked = models.CharField(max_length=10, default=Check.NOT_SHOWN)
    differs = models.BooleanField(default=False)

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(name="passes_scan_verdict", condition=models.Q(verdict__in=[*Verdict])),
            models.CheckConstraint(name="passes_scan_checked", condition=models.Q(checked__in=[*Check])),
        ]
        indexes = [
            models.Index(fields=["gate", "at"], name="passes_scan_gate"),
            models.Index(
                fields=["incident", "at"], name="passes_scan_differs", condition=models.Q(differs=True)
            ),
        ]


class PlaceCheckIn(Fact):
    """Somebody scanned the code of a place."""

    point = models.UUIDField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["point", "at"], name="passes_check_in_point")]


class Trace(Held):
    """Who a scan or check-in was: only where the protocol demands it, deleted in time. Its id is the fact's."""

    point = models.UUIDField()
    at = models.DateTimeField()
    pass_id = models.UUIDField(null=True, db_index=True)
    resident = models.UUIDField(null=True, db_index=True)
    keep_until = models.DateTimeField(db_index=True)


class ExceptionMade(Fact):
    """Somebody went through without papers: who answers for it, and until when the papers are brought."""

    gate = models.UUIDField()
    kind = models.CharField(max_length=20)
    resident = models.UUIDField(null=True)
    pass_id = models.UUIDField(null=True)
    owner = models.UUIDField()
    due_at = models.DateTimeField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["incident", "at"], name="passes_exception_at")]


class ExceptionStep(Fact):
    """An exception was given to somebody, got another deadline, or was closed."""

    exception = models.UUIDField(db_index=True)
    owner = models.UUIDField(null=True)
    due_at = models.DateTimeField(null=True)
    closing = models.CharField(max_length=10, blank=True, default="")

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.CheckConstraint(
                name="passes_step_closing", condition=models.Q(closing__in=["", *Closing])
            ),
        ]


class PlaceAdministered(Fact):
    """From now on this person answers for the code of a place; the last one named is the one."""

    retracted_by = "passes.issue"
    point = models.UUIDField(db_index=True)
    responder = models.UUIDField()
