"""Reads of forms for the desk: what is published, what came in, what of it waits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Count, Max

from muster.core.errors import NotFound
from muster.core.models import Receipt
from muster.interop.forms.models import EntityChange, Form, FormMedia, FormVersion, Submission


class Line(msgspec.Struct, frozen=True):
    """A form with how many submissions came in and when the last one did."""

    form: Form
    submissions: int
    last_at: datetime | None


class Arrived(msgspec.Struct, frozen=True):
    """A submission with how many of its commands were stored and how many not, and the row of a list it changed."""

    submission: Submission
    stored: int
    left: int
    change: EntityChange | None = None


def forms(incident: UUID) -> list[Line]:
    """The forms of an incident with what came in, as far as it is visible here."""
    counted = {
        row["form"]: (row["n"], row["last"])
        for row in Submission.objects.values("form").annotate(n=Count("id"), last=Max("recorded_at"))
    }
    found = Form.objects.filter(incident=incident).order_by("-is_open", "title", "code")
    return [Line(one, *counted.get(one.id, (0, None))) for one in found]


def find(form: UUID, incident: UUID) -> Form:
    """One form of the incident."""
    found = Form.objects.filter(pk=form, incident=incident).first()
    if found is None:
        raise NotFound
    return found


def versions(form: UUID) -> list[FormVersion]:
    """Its published versions, the newest first."""
    return list(FormVersion.objects.filter(form=form).defer("xform").order_by("-published_at", "-id"))


def given(form: UUID) -> list[str]:
    """The names of the files the desk gave it."""
    return list(FormMedia.objects.filter(form=form).order_by("name").values_list("name", flat=True))


def arrived(form: UUID, size: int = 50) -> list[Arrived]:
    """The newest submissions and what became of their commands."""
    found = list(Submission.objects.filter(form=form).defer("sealed").order_by("-recorded_at", "-id")[:size])
    ids = [UUID(command[0]) for one in found for command in one.commands]
    stored = set(Receipt.objects.filter(pk__in=ids, result="stored").values_list("id", flat=True))
    changes = EntityChange.objects.in_bulk([one.id for one in found])
    lines = []
    for one in found:
        good = sum(UUID(command[0]) in stored for command in one.commands)
        lines.append(Arrived(one, good, len(one.commands) - good, changes.get(one.id)))
    return lines
