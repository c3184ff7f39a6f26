"""Pages of cases and contacts, and their histories."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q, QuerySet

from muster.core.access import scope, system
from muster.core.models import Retraction
from muster.domain.cases.models import (
    Case,
    CaseConfirmed,
    CaseWithdrawn,
    Contact,
    ContactNamed,
    FollowedUp,
    Investigated,
    InvestigationNote,
    NeedStated,
    Quarantined,
    Transferred,
)

STATES = ("followed", "symptomatic", "lost", "released", "case")


class Event(msgspec.Struct, frozen=True):
    """One fact in the history of a case or contact."""

    at: datetime
    id: UUID
    kind: str
    by: UUID
    detail: str
    symptoms: tuple[str, ...]
    retracted: bool


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
    """How many contacts are in each state."""
    return Contact.objects.aggregate(**{state: Count("id", filter=Q(state=state)) for state in STATES})


def tally(of: set[UUID]) -> dict[UUID, dict[str, int]]:
    """Contacts of these cases by state."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Contact.objects.filter(case__in=of).values_list("case", "state").annotate(n=Count("id"))
    for case, state, number in rows:
        found[case][state] = number
    return found


def history_of_case(case: UUID, incident: UUID) -> list[Event]:
    """What was recorded about a case that is visible here, newest first."""
    if not Case.objects.filter(pk=case).exists():
        return []
    parts: list[tuple[str, QuerySet[Any], str]] = [
        ("confirmed", CaseConfirmed.objects.filter(case=case), ""),
        ("withdrawn", CaseWithdrawn.objects.filter(case=case), "reason"),
        ("investigated", Investigated.objects.filter(case=case), "step"),
        ("named", ContactNamed.objects.filter(case=case), "contact_class"),
    ]
    return _history(parts, incident)


class NoteHead(msgspec.Struct, frozen=True):
    """When a note was written and by whom; its words are opened elsewhere."""

    id: UUID
    at: datetime
    by: UUID
    retracted: bool


def notes_of(case: UUID) -> list[NoteHead]:
    """The notes about a case, newest first, without their words."""
    rows = list(
        InvestigationNote.objects.filter(case=case).order_by("-at", "-id").values_list("id", "at", "by")
    )
    gone = set(
        Retraction.objects.filter(target__in=[row[0] for row in rows]).values_list("target", flat=True)
    )
    return [NoteHead(*row, row[0] in gone) for row in rows]


def history_of_contact(contact: UUID, incident: UUID) -> list[Event]:
    """What was recorded about a contact who is visible here, newest first."""
    if not Contact.objects.filter(pk=contact).exists():
        return []
    parts: list[tuple[str, QuerySet[Any], str]] = [
        ("named", ContactNamed.objects.filter(contact=contact), "contact_class"),
        ("seen", FollowedUp.objects.filter(contact=contact), "outcome"),
        ("placed", Quarantined.objects.filter(contact=contact), "kind"),
        ("transferred", Transferred.objects.filter(contact=contact), "stage"),
        ("needed", NeedStated.objects.filter(contact=contact), "need"),
    ]
    return _history(parts, incident)


def _history(parts: list[tuple[str, QuerySet[Any], str]], incident: UUID, size: int = 100) -> list[Event]:
    """Read as the system: who sees a contact sees what was said about them, wherever it was said."""
    with scope(system(incident=incident), incident):
        rows = [
            (
                fact.at, fact.id, kind, fact.by, str(getattr(fact, detail)) if detail else "",
                tuple(getattr(fact, "symptoms", ())),
            )
            for kind, facts, detail in parts
            for fact in facts.order_by("-at", "-id")[:size]
        ]  # fmt: skip
        gone = set(
            Retraction.objects.filter(target__in=[row[1] for row in rows]).values_list("target", flat=True)
        )
    return [Event(*row, row[1] in gone) for row in sorted(rows, reverse=True)]
