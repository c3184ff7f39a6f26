"""Reads of notices and broadcasts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet, Sum

from muster.core.models import Retraction
from muster.domain.notices.models import Broadcast, Notice


class ChannelCount(msgspec.Struct, frozen=True):
    """How often a channel was used and about how many it reached."""

    channel: str
    times: int
    audience: int


def in_force(now: datetime | None = None) -> QuerySet[Notice]:
    """The notices that hold (at `now`, or whatever the hour), newest first."""
    holds = Q(withdrawn_at=None)
    if now is not None:
        holds = Q(published_at__lte=now) & (holds | Q(withdrawn_at__gt=now))
    return Notice.objects.filter(holds).order_by("-published_at", "id")


def broadcasts(*, notice: UUID | None = None) -> QuerySet[Broadcast]:
    """Broadcasts that were not taken back, newest first; of one notice when given."""
    rows = Broadcast.objects.exclude(id__in=Retraction.objects.values("target"))
    if notice is not None:
        rows = rows.filter(notice=notice)
    return rows.order_by("-at", "id")


def by_channel(*, notice: UUID | None = None) -> list[ChannelCount]:
    """Broadcasts and their audience by channel; of one notice when given."""
    rows = broadcasts(notice=notice).order_by("channel").values("channel")
    counted = rows.annotate(times=Count("id"), heard=Sum("audience"))
    return [ChannelCount(row["channel"], row["times"], row["heard"]) for row in counted]
