"""The table of editions: append-only, because what was published is never changed."""

from __future__ import annotations

import pgtrigger
from django.db import models

from muster.core.tables import Held, RowSecurity


class Edition(Held):
    """A situation report as published: everything before `as_of_tx` in commit order, frozen."""

    number = models.IntegerField()
    title = models.CharField(max_length=120, blank=True, default="")
    as_of_tx = models.BigIntegerField()
    segment = models.BigIntegerField()
    journal_head = models.CharField(max_length=64)
    until_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.UUIDField()
    figures = models.JSONField()
    changes = models.JSONField()
    text_zh = models.TextField()
    text_en = models.TextField()

    class Meta(Held.Meta):
        constraints = [
            RowSecurity(name="reports_edition_security", facts=True),
            models.UniqueConstraint(fields=["incident", "area", "number"], name="reports_edition_once"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
