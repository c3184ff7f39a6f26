"""Reads of cases and contacts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from muster.core.models import Retraction
from muster.domain.cases.models import Case, Contact, FollowedUp
from muster.domain.cases.rules import Seen


def seen(contacts: set[UUID]) -> dict[UUID, list[Seen]]:
    """The unretracted follow-ups of these contacts."""
    found: dict[UUID, list[Seen]] = defaultdict(list)
    rows = FollowedUp.objects.filter(contact__in=contacts).exclude(id__in=Retraction.objects.values("target"))
    for contact, at, key, outcome in rows.values_list("contact", "at", "id", "outcome"):
        found[contact].append(Seen(at, str(key), outcome))
    return found


def due_contacts(now: datetime, most: int = 5_000) -> set[UUID]:
    """Contacts whose state or plan changes by the clock; read through the wake index only."""
    rows = Contact.objects.filter(next_change_at__lte=now).order_by("next_change_at")
    return set(rows.values_list("id", flat=True)[:most])


def open_cases() -> QuerySet[Case]:
    """The cases in force, newest first."""
    return Case.objects.filter(withdrawn_at=None).order_by("-positive_at", "id")


def contacts_of(case: UUID) -> QuerySet[Contact]:
    """The contacts of a case."""
    return Contact.objects.filter(case=case).order_by("contact_class", "named_at", "id")


def contact_counts() -> dict[str, int]:
    """How many contacts are followed, symptomatic, released."""
    states = ("followed", "symptomatic", "released")
    return Contact.objects.aggregate(**{state: Count("id", filter=Q(state=state)) for state in states})
