"""Tables of the helpline.

Counselling notes and the words of a request are sealed in the standing class, which outlives an incident:
such records are kept for years by rule. There is no index on them and no query returns them; only
`actions.read_note` opens one. Reads and the index that serves each: open requests by promise -
`helpline_request_due`; of an area - `helpline_request_area`; of a household - `helpline_request_home`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muster.core.history import tracked
from muster.core.tables import Fact, Held

IS_OPEN = Q(state__in=("open", "doing"))


@tracked(form="incident")
class Line(Held):
    """A telephone line that people call."""

    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True, default="")
    round_the_clock = models.BooleanField(default=False)


class Call(Fact):
    """Somebody called a line."""

    line = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=20)
    outcome = models.CharField(max_length=20, blank=True, default="")
    note_c = models.BinaryField(null=True)  # sealed, class counselling


class Request(Held):
    """Something asked for, with the hour it was promised for."""

    kind = models.CharField(max_length=16)
    resident = models.UUIDField(null=True)
    dwelling = models.UUIDField(null=True)
    call = models.UUIDField(
        null=True, db_index=True
    )  # the call, or the attempt of a caller, that asked for it
    vulnerable = models.CharField(max_length=20, blank=True, default="")
    note_c = models.BinaryField(null=True)  # sealed
    asked_at = models.DateTimeField()
    asked_of = models.UUIDField()
    first_promised_at = models.DateTimeField()
    # derived from the updates
    promised_at = models.DateTimeField()
    promises = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default="open")
    closed_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    taken_by = models.UUIDField(null=True)
    next_change_at = models.DateTimeField(null=True)
    unasked_at = models.DateTimeField(null=True)  # the call was taken back

    class Meta(Held.Meta):
        indexes = [
            models.Index(fields=["promised_at", "id"], name="helpline_request_due", condition=IS_OPEN),
            models.Index(fields=["area", "state", "kind"], name="helpline_request_area"),
            models.Index(
                fields=["dwelling", "asked_at"],
                name="helpline_request_home",
                condition=Q(dwelling__isnull=False),
            ),
        ]


class RequestUpdate(Fact):
    """Something was done about a request."""

    request = models.UUIDField(db_index=True)
    step = models.CharField(max_length=10)
    promised_at = models.DateTimeField(null=True)


class Support(Fact):
    """Support that reached people: a letter to families, a video, a visit."""

    kind = models.CharField(max_length=20)
    audience = models.IntegerField()
