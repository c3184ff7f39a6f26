"""All server time. Only an installation made with --training can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from muster.core.errors import Refusal


class ClockFixed(Refusal):
    """Somebody asked to move the clock of a real installation."""

    code = "clock.fixed"
    status = 403
    texts = {
        "zh": "只有演练系统可以调整时间；真实系统的时间不可更改。",
        "en": "Only a training installation can move its clock; a real one never does.",
    }


def now() -> datetime:
    """The present instant (UTC), as the database says it in a training installation."""
    if not settings.TRAINING:
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("select muster_now()")
        instant: datetime = cursor.fetchone()[0]
    return instant


def move(*, to: datetime) -> timedelta:
    """Set a training installation's clock to `to`; returns the new offset. Refuses to go back."""
    if not settings.TRAINING:
        raise ClockFixed
    with connection.cursor() as cursor:
        cursor.execute(
            "update core_installation set clock_offset = %s - now()"
            " where training and (%s - now() > clock_offset or clock_offset = interval '0')"
            " returning clock_offset",
            [to, to],
        )
        row = cursor.fetchone()
    if row is None:
        raise ClockBackwards
    offset: timedelta = row[0]
    return offset


class ClockBackwards(Refusal):
    """A training clock runs forwards only, or facts would be recorded before they happened."""

    code = "clock.backwards"
    texts = {
        "zh": "演练时钟只能向前调整。",
        "en": "A training clock only moves forwards.",
    }
