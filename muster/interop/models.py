"""Tables of imports: the file, sealed; what became of each row; what a person decided. No personal data in clear.

`interop_import_page` serves the list of imports, `interop_row_report` the report of one by result and row.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from muster.core.tables import Held
from muster.interop.forms.models import Attachment, EntityChange, Form, FormMedia, FormVersion, Submission


class Import(Held):
    """One file on its way in. `digest` is a blind index of its cells, `name_x` of its name.

    States: uploaded, mapped, previewed, run, undone. `queued` names a step that a job is to do.
    """

    kind = models.CharField(max_length=16)
    options = models.JSONField(default=dict)
    uploaded_by = models.UUIDField()
    uploaded_at = models.DateTimeField()
    name_c = models.BinaryField()
    name_x = models.BinaryField()
    digest = models.BinaryField()
    shown_c = models.BinaryField()
    cautions = models.JSONField(default=list)
    accepted = models.BooleanField(default=False)
    mapping = models.JSONField(default=dict)
    rows = models.IntegerField()
    counts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="uploaded")
    queued = models.CharField(max_length=10, blank=True, default="")
    queued_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=60, blank=True, default="")
    run_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["incident", "uploaded_at", "id"], name="interop_import_page")]


class ImportFile(Held):
    """The bytes of a file, packed and sealed (the id is the import's)."""

    sealed = models.BinaryField()


class ImportPart(Held):
    """Some rows of a file as the preview read them, sealed; gone once the file was run."""

    upload = models.UUIDField()
    part = models.IntegerField()
    sealed = models.BinaryField()

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["upload", "part"], name="interop_part_order")]


class ImportRow(Held):
    """What became of a row. Before the run only rows that are refused or wait for a person are here."""

    upload = models.ForeignKey(
        Import, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    row = models.IntegerField()
    result = models.CharField(max_length=8)  # taken, refused, already, doubtful
    code = models.CharField(max_length=40, blank=True, default="")
    field = models.CharField(max_length=200, blank=True, default="")  # several are apart by spaces
    how = models.CharField(max_length=12, blank=True, default="")
    subject = models.UUIDField(null=True)  # the resident, batch or building
    candidates = ArrayField(models.UUIDField(), default=list)
    said_x = models.BinaryField(
        null=True
    )  # of rows that wait: the words, blind, for the decision to be found by
    shown_c = models.BinaryField(null=True)  # of rows that wait: the words, masked

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["upload", "result", "row"], name="interop_row_report")]


class ImportDecision(Held):
    """What a person decided about a row with these words; the id follows from kind and words, in any file."""

    upload = models.UUIDField()
    said_x = models.BinaryField()
    choice = models.CharField(max_length=10)  # same, other, take, skip
    subject = models.UUIDField(null=True)
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField()

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["area"], name="interop_decision_area")]


__all__ = [
    "Attachment",
    "EntityChange",
    "Form",
    "FormMedia",
    "FormVersion",
    "Import",
    "ImportDecision",
    "ImportFile",
    "ImportPart",
    "ImportRow",
    "Submission",
]
