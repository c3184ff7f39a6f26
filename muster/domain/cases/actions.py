"""Confirming cases, naming contacts, following them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.cases import queries
from muster.domain.cases.models import (
    Case,
    CaseConfirmed,
    CaseWithdrawn,
    Contact,
    ContactNamed,
    FollowedUp,
    Quarantined,
)
from muster.domain.cases.rules import Health, QuarantineKind, contact_state
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.protocols.people import FollowUp

T = TypeVar("T")
FACT = ("id", "incident", "area", "at", "by", "device")
CONTACT = ("id", "incident", "area", "case", "resident", "contact_class", "last_exposure_at", "named_at")
STATE = ("id", "state", "place", "release_at", "last_seen_at", "next_change_at")


class ConfirmCase(msgspec.Struct, frozen=True):
    """A person is confirmed; `id` is the case's."""

    id: UUID
    resident: UUID
    positive_at: datetime
    onset_date: date | None = None


class WithdrawCase(msgspec.Struct, frozen=True):
    """A confirmation was wrong."""

    case: UUID
    reason: str = ""


class NameContact(msgspec.Struct, frozen=True):
    """A person is a contact of a case; `id` is the contact's."""

    id: UUID
    case: UUID
    resident: UUID
    contact_class: str
    last_exposure_at: datetime


class RecordFollowUp(msgspec.Struct, frozen=True):
    """How a contact is today."""

    contact: UUID
    outcome: Health


class PlaceInQuarantine(msgspec.Struct, frozen=True):
    """Where a contact stays from now on."""

    contact: UUID
    kind: QuarantineKind
    place: UUID | None = None


def confirm_cases(*, told: Sequence[Told[ConfirmCase]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record confirmations. A person decides; the right is that of tracers."""
    done = Done()
    areas = {r: area for r, (_, area) in people.heads({one.body.resident for one in told}).items()}
    allowed = by.allowed("cases.trace", areas.values(), incident)
    for one in told:
        area = areas.get(one.body.resident)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right="cases.trace")
    good = done.stored(told)
    if good:
        rows = [
            (
                o.body.id,
                incident,
                areas[o.body.resident],
                o.body.resident,
                o.body.positive_at,
                o.body.onset_date,
            )
            for o in good
        ]
        bulk.insert(Case, ("id", "incident", "area", "resident", "positive_at", "onset_date"), rows)
        facts = [
            (
                o.id,
                incident,
                areas[o.body.resident],
                o.at,
                o.by,
                o.device,
                o.body.id,
                o.body.resident,
                o.body.positive_at,
            )
            for o in good
        ]
        bulk.insert(CaseConfirmed, (*FACT, "case", "resident", "positive_at"), facts)
        cases = {o.body.id for o in good}
        _journal("cases.confirm", by, incident, [fact[2] for fact in facts], cases)
        done.touch("cases.case", cases)
    return done


def withdraw_cases(*, told: Sequence[Told[WithdrawCase]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Withdraw confirmations; the contacts are released from their plan, all facts stay."""
    done = Done()
    areas = dict(Case.objects.filter(pk__in=[one.body.case for one in told]).values_list("id", "area"))
    good = _sorted_out(
        told, {one.id: areas.get(one.body.case) for one in told}, by, incident, done, "cases.trace"
    )
    if good:
        facts = [
            (o.id, incident, areas[o.body.case], o.at, o.by, o.device, o.body.case, o.body.reason[:40])
            for o in good
        ]
        bulk.insert(CaseWithdrawn, (*FACT, "case", "reason"), facts)
        cases = {o.body.case for o in good}
        _recompute_cases(cases, incident, now, done)
        _journal("cases.withdraw", by, incident, [fact[2] for fact in facts], cases)
    return done


def _recompute_cases(cases: set[UUID], incident: UUID, now: datetime, done: Done) -> None:
    rows = CaseWithdrawn.objects.filter(case__in=cases).exclude(id__in=Retraction.objects.values("target"))
    ends: dict[UUID, datetime] = {}
    for case, at in rows.values_list("case", "at"):
        ends[case] = min(at, ends.get(case, at))
    bulk.update(Case, ("id", "withdrawn_at"), [(case, ends.get(case)) for case in cases])
    contacts = set(Contact.objects.filter(case__in=cases).values_list("id", flat=True))
    recompute_contacts(contacts, incident, now)
    done.touch("cases.case", cases)
    done.touch("cases.contact", contacts)


def name_contacts(*, told: Sequence[Told[NameContact]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Name contacts. Their area is where the person lives; where that is not ours, it is the case's."""
    done = Done()
    pack = incidents.pack_of(incident)
    classes = {one.code for one in pack.contacts.classes} if pack.contacts else set()
    cases = dict(Case.objects.filter(pk__in={one.body.case for one in told}).values_list("id", "area"))
    homes = {r: area for r, (_, area) in people.heads({one.body.resident for one in told}).items()}
    places = {one.id: homes.get(one.body.resident) if one.body.case in cases else None for one in told}
    for one in told:
        if one.body.contact_class not in classes:
            done.refused[one.id] = BadInput(problem=one.body.contact_class)
    good = _sorted_out(done.stored(told), places, by, incident, done, "cases.trace")
    if good:
        rows, facts = [], []
        for o in good:
            b, area = o.body, places[o.id]
            rows.append((b.id, incident, area, b.case, b.resident, b.contact_class, b.last_exposure_at, o.at))
            facts.append(
                (
                    o.id,
                    incident,
                    area,
                    o.at,
                    o.by,
                    o.device,
                    b.id,
                    b.case,
                    b.resident,
                    b.contact_class,
                    b.last_exposure_at,
                )
            )
        bulk.insert(Contact, CONTACT, rows)
        bulk.insert(
            ContactNamed, (*FACT, "contact", "case", "resident", "contact_class", "last_exposure_at"), facts
        )
        contacts = {o.body.id for o in good}
        recompute_contacts(contacts, incident, now)
        _journal("cases.contact", by, incident, [int(str(fact[2])) for fact in facts], contacts)
        done.touch("cases.contact", contacts)
    return done


def record_follow_ups(
    *, told: Sequence[Told[RecordFollowUp]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record how contacts are."""
    done = Done()
    areas = dict(Contact.objects.filter(pk__in={one.body.contact for one in told}).values_list("id", "area"))
    places = {one.id: areas.get(one.body.contact) for one in told}
    good = _sorted_out(told, places, by, incident, done, "cases.follow")
    facts = [
        (o.id, incident, places[o.id], o.at, o.by, o.device, o.body.contact, o.body.outcome.value)
        for o in good
    ]
    _about_contacts(FollowedUp, "outcome", facts, by, incident, now, done)
    return done


def place_in_quarantine(
    *, told: Sequence[Told[PlaceInQuarantine]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Record where contacts stay."""
    done = Done()
    areas = dict(Contact.objects.filter(pk__in={one.body.contact for one in told}).values_list("id", "area"))
    places = {one.id: areas.get(one.body.contact) for one in told}
    good = _sorted_out(told, places, by, incident, done, "cases.follow")
    facts = [
        (o.id, incident, places[o.id], o.at, o.by, o.device, o.body.contact, o.body.kind.value) for o in good
    ]
    _about_contacts(Quarantined, "kind", facts, by, incident, now, done)
    return done


def _about_contacts(  # noqa: PLR0913 (the common end of two actions)
    model: type[FollowedUp] | type[Quarantined],
    last: str,
    facts: Sequence[Sequence[object]],
    by: Actor,
    incident: UUID,
    now: datetime,
    done: Done,
) -> None:
    if not facts:
        return
    contacts = {UUID(str(fact[6])) for fact in facts}
    bulk.lock(Contact, contacts)
    bulk.insert(model, (*FACT, "contact", last), facts)
    recompute_contacts(contacts, incident, now)
    _journal("cases.follow", by, incident, [int(str(fact[2])) for fact in facts], contacts)
    done.touch("cases.contact", contacts)


def plan_of(incident: UUID, contact_class: str) -> FollowUp | None:
    """The follow-up plan the pack in force gives a contact class."""
    contacts = incidents.pack_of(incident).contacts
    return (
        next((c.follow_up for c in contacts.classes if c.code == contact_class), None) if contacts else None
    )


def recompute_contacts(contacts: set[UUID], incident: UUID, now: datetime) -> None:
    """Derive contacts from their facts and the clock."""
    if not contacts:
        return
    bulk.lock(Contact, contacts)
    tz = ZoneInfo(settings.TIME_ZONE)
    seen = queries.seen(contacts)
    kinds = _places(contacts)
    rows = []
    held = Contact.objects.filter(pk__in=contacts)
    ended = set(
        Case.objects.filter(pk__in=held.values("case"), withdrawn_at__isnull=False).values_list(
            "id", flat=True
        )
    )
    for c in held:
        s = contact_state(
            plan_of(incident, c.contact_class),
            c.last_exposure_at,
            seen.get(c.id, []),
            withdrawn=c.case in ended,
            now=now,
            tz=tz,
        )
        rows.append((c.id, s.state, kinds.get(c.id, ""), s.release_at, s.last_seen_at, s.next_change_at))
    bulk.update(Contact, STATE, rows)


def _places(contacts: set[UUID]) -> dict[UUID, str]:
    rows = Quarantined.objects.filter(contact__in=contacts).exclude(
        id__in=Retraction.objects.values("target")
    )
    return dict(rows.order_by("at", "id").values_list("contact", "kind"))


def reconsider(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the contacts of these facts again."""
    done = Done()
    contacts = set(FollowedUp.objects.filter(pk__in=facts).values_list("contact", flat=True))
    contacts |= set(Quarantined.objects.filter(pk__in=facts).values_list("contact", flat=True))
    recompute_contacts(contacts, incident, now)
    done.touch("cases.contact", contacts)
    cases = set(CaseWithdrawn.objects.filter(pk__in=facts).values_list("case", flat=True))
    if cases:
        _recompute_cases(cases, incident, now, done)
    return done


def _sorted_out(
    told: Sequence[Told[T]], areas: dict[UUID, int | None], by: Actor, incident: UUID, done: Done, right: str
) -> list[Told[T]]:
    """Park what is not visible or not allowed yet; return the rest."""
    allowed = by.allowed(right, (area for area in areas.values() if area is not None), incident)
    for one in told:
        area = areas[one.id]
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right=right)
    return done.stored(told)


def _journal(action: str, by: Actor, incident: UUID, areas: Sequence[int], subjects: set[UUID]) -> None:
    journal.write(action=action, by=by, incident=incident, area=min(areas), subjects=subjects)
