"""A confirmed case is investigated; its contacts are called, moved, followed up and tested by the pack in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.core.access import SYSTEM, span, system
from muster.core.ids import derive_id
from muster.core.models import Share
from muster.core.told import Told, Touched, no_touch
from muster.domain.cases import actions as cases
from muster.domain.cases import queries
from muster.domain.cases.models import Case, Contact
from muster.domain.cases.rules import FOLLOWED, Due, due_today
from muster.domain.incidents import queries as incidents
from muster.domain.people import actions as opening
from muster.domain.people import queries as people
from muster.domain.sampling import queries as sampling
from muster.domain.worklists.rules import ItemKind, Want
from muster.protocols import Pack

FIRST, SOON = 1, 2
CLOCK = "contacts_moved"
CLOCKS = {"contact_of_contact": "contacts_of_contacts_moved"}


def asked_again(touched_cases: set[UUID]) -> Touched:
    """The contacts of these cases, and the contacts that these cases were before."""
    touched = no_touch()
    rows = list(Case.objects.filter(pk__in=touched_cases).values_list("resident", flat=True))
    persons = set(people.persons(rows).values())
    records = {*rows, *persons, *(one for twins in people.joined_with(persons).values() for one in twins)}
    found = Contact.objects.filter(case__in=touched_cases) | Contact.objects.filter(resident__in=records)
    touched["cases.contact"] |= set(found.values_list("id", flat=True))
    return touched


def wants_of_cases(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """An investigation for every case in force, within the pack's clock; satisfied by its first report."""
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
            priority=FIRST,
            due_at=clock.deadline(case.positive_at) if clock else None,
            satisfied_at=case.reported_at,
        )
        for case in Case.objects.filter(pk__in=touched, withdrawn_at=None)
    ]


def moved_by(pack: Pack, contact: Contact) -> datetime | None:
    """Until when a contact should be at their place of quarantine."""
    clock = pack.clocks.get(CLOCKS.get(contact.contact_class, CLOCK))
    return clock.deadline(contact.named_at) if clock else None


def wants_of_contacts(touched: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """A first call, a transfer that was ordered, today's follow-up and the tests that are due."""
    contacts = list(Contact.objects.filter(pk__in=touched, state__in=FOLLOWED))
    heads = people.heads({contact.resident for contact in contacts})
    seen = queries.seen({contact.id for contact in contacts})
    sampled = sampling.sampled_at({contact.resident for contact in contacts})
    tz, pack = ZoneInfo(settings.TIME_ZONE), incidents.pack_of(incident)
    wants = []
    for c in contacts:
        common: dict[str, Any] = {
            "subject_kind": "resident",
            "subject": heads.get(c.resident, (c.resident, c.area))[0],
            "area": c.area,
            "source_kind": "contact",
            "source": c.id,
            "priority": FIRST if c.state == "lost" else SOON,
        }
        deadline = moved_by(pack, c)
        wants.append(Want(kind=ItemKind.VERIFY, occasion="", due_at=deadline, **common))
        if c.ordered_at is not None:
            common_move = common | {
                "occasion": f"move-{c.ordered_at.isoformat()}",
                "satisfied_at": c.arrived_at,
            }
            wants.append(Want(kind=ItemKind.TRANSFER, due_at=deadline, **common_move))
        rules = cases.rules_of(incident, c.contact_class)
        facts = seen.get(c.id, []), sampled.get(c.resident, [])
        for due in due_today(rules, c.last_exposure_at, c.named_at, *facts, now=now, tz=tz):
            wants.append(_wanted(due, common))
    _share_home(contacts, incident, now, timedelta(days=pack.retention_days.value))
    return wants


def _wanted(due: Due, common: dict[str, Any]) -> Want:
    return Want(
        kind=due.kind, occasion=due.occasion, due_at=due.due_at, satisfied_at=due.satisfied_at, **common
    )


def _share_home(contacts: list[Contact], incident: UUID, now: datetime, longest: timedelta) -> None:
    """A contact who lives elsewhere stays visible where their case is until the follow-up ends."""
    told = []
    for c in contacts:
        if c.from_area is None or _holds(c.from_area, c.area):
            continue
        until = c.release_at or c.last_exposure_at + longest
        share = derive_id(incident, "contact elsewhere", c.id, c.from_area, until.isoformat())
        body = opening.ShareSubject(c.resident, c.from_area, "contact", until)
        told.append(Told(share, now, SYSTEM, body))
    known = set(Share.objects.filter(pk__in=[one.id for one in told]).values_list("id", flat=True))
    fresh = [one for one in told if one.id not in known]
    if fresh:
        opening.share_subjects(told=fresh, by=system(incident=incident), incident=incident, now=now)


def _holds(outer: int, area: int) -> bool:
    low, high = span(outer)
    return low <= area < high
