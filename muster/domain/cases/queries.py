"""Reads of cases and contacts."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet

from muster.core.models import Retraction
from muster.domain.cases.models import (
    Case,
    CaseConfirmed,
    CaseWithdrawn,
    Contact,
    ContactNamed,
    FollowedUp,
    Quarantined,
)
from muster.domain.cases.rules import Seen


class Event(msgspec.Struct, frozen=True):
    """One fact in the history of a case or contact: confirmed, withdrawn, named, seen or placed."""

    at: datetime
    id: UUID
    kind: str
    by: UUID
    detail: str
    retracted: bool


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


def tally(of: set[UUID]) -> dict[UUID, dict[str, int]]:
    """Contacts of these cases by state."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Contact.objects.filter(case__in=of).values_list("case", "state").annotate(n=Count("id"))
    for case, state, number in rows:
        found[case][state] = number
    return found


def history_of_case(case: UUID) -> list[Event]:
    """What was recorded about a case, newest first."""
    return _history(
        [
            ("confirmed", CaseConfirmed.objects.filter(case=case), ""),
            ("withdrawn", CaseWithdrawn.objects.filter(case=case), "reason"),
            ("named", ContactNamed.objects.filter(case=case), "contact_class"),
        ]
    )


def history_of_contact(contact: UUID) -> list[Event]:
    """What was recorded about a contact, newest first."""
    return _history(
        [
            ("named", ContactNamed.objects.filter(contact=contact), "contact_class"),
            ("seen", FollowedUp.objects.filter(contact=contact), "outcome"),
            ("placed", Quarantined.objects.filter(contact=contact), "kind"),
        ]
    )


def _history(parts: list[tuple[str, QuerySet[Any], str]], size: int = 100) -> list[Event]:
    rows = [
        (fact.at, fact.id, kind, fact.by, str(getattr(fact, detail)) if detail else "")
        for kind, facts, detail in parts
        for fact in facts.order_by("-at", "-id")[:size]
    ]
    gone = set(
        Retraction.objects.filter(target__in=[row[1] for row in rows]).values_list("target", flat=True)
    )
    return [Event(*row, row[1] in gone) for row in sorted(rows, reverse=True)]
