"""A confirmed case is investigated; its contacts are called, followed up and tested by the pack in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.core.told import Touched, no_touch
from muster.domain.cases import actions as cases
from muster.domain.cases import queries
from muster.domain.cases.models import Case, Contact
from muster.domain.cases.rules import due_today
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.sampling import queries as sampling
from muster.domain.worklists.rules import ItemKind, Want


def asked_again(touched_cases: set[UUID]) -> Touched:
    """The contacts of these cases."""
    touched = no_touch()
    touched["cases.contact"] |= set(
        Contact.objects.filter(case__in=touched_cases).values_list("id", flat=True)
    )
    return touched


def wants_of_cases(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """An investigation for every case in force, within the pack's clock."""
    clock = incidents.pack_of(incident).clocks.get("first_report")
    return [
        Want(
            kind=ItemKind.INVESTIGATE,
            subject_kind="resident",
            subject=case.resident,
            occasion=str(case.id),
            area=case.area,
            source_kind="case",
            source=case.id,
            priority=1,
            due_at=clock.deadline(case.positive_at) if clock else None,
        )
        for case in Case.objects.filter(pk__in=touched, withdrawn_at=None)
    ]


def wants_of_contacts(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A first call, today's follow-up and the tests that are due, for every contact who is followed."""
    contacts = list(Contact.objects.filter(pk__in=touched, state__in=("followed", "symptomatic")))
    heads = people.heads({contact.resident for contact in contacts})
    seen = queries.seen({contact.id for contact in contacts})
    sampled = sampling.sampled_at({contact.resident for contact in contacts})
    tz = ZoneInfo(settings.TIME_ZONE)
    clock = incidents.pack_of(incident).clocks.get("contacts_moved")
    wants = []
    for c in contacts:
        head = heads.get(c.resident, (c.resident, c.area))[0]
        common: dict[str, Any] = {
            "subject_kind": "resident",
            "subject": head,
            "area": c.area,
            "source_kind": "contact",
            "source": c.id,
        }
        deadline = clock.deadline(c.named_at) if clock else None
        wants.append(Want(kind=ItemKind.VERIFY, occasion="", due_at=deadline, priority=2, **common))
        plan = cases.plan_of(incident, c.contact_class)
        if plan is None:
            continue
        for due in due_today(
            plan,
            c.last_exposure_at,
            c.named_at,
            seen.get(c.id, []),
            sampled.get(c.resident, []),
            now=now,
            tz=tz,
        ):
            wants.append(
                Want(
                    kind=due.kind,
                    occasion=due.occasion,
                    due_at=due.due_at,
                    satisfied_at=due.satisfied_at,
                    priority=2,
                    **common,
                )
            )
    return wants
