"""Tables of notices. `notices_notice_area` serves the notices in force of an area, newest first."""

from __future__ import annotations

from django.db import models

from muster.core.history import tracked
from muster.core.tables import Fact, Held


@tracked(form="incident")
class Notice(Held):
    """What people of an area are told, in Chinese and English, with its number and zone."""

    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True, default="")
    text_zh = models.TextField()
    text_en = models.TextField(blank=True, default="")
    number = models.CharField(max_length=60, blank=True, default="")
    zone = models.UUIDField(null=True, db_index=True)
    published_at = models.DateTimeField()
    published_by = models.UUIDField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Held.Meta):
        indexes = [models.Index(fields=["area", "published_at"], name="notices_notice_area")]

    def title_in(self, language: str) -> str:
        """The title for a language code; Chinese where there is no other."""
        return self.title_zh if language.startswith("zh") else self.title_en or self.title_zh

    def text_in(self, language: str) -> str:
        """The text for a language code; Chinese where there is no other."""
        return self.text_zh if language.startswith("zh") else self.text_en or self.text_zh


class Broadcast(Fact):
    """People were told over a channel; about how many heard or read it."""

    notice = models.UUIDField(null=True, db_index=True)
    channel = models.CharField(max_length=12)
    audience = models.IntegerField(default=0)
