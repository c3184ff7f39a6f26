"""Naming contacts, and what a contact comes to be after all facts about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.core import bulk
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotVisibleYet
from muster.core.told import Done, Told
from muster.domain.cases import queries
from muster.domain.cases.actions.shared import FACT, TRACE, head, note, sorted_out
from muster.domain.cases.models import Case, Contact, ContactNamed
from muster.domain.cases.rules import Code, Rules, contact_state, newest, transfer
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people

CONTACT = (
    "id", "incident", "area", "from_area", "case", "resident", "contact_class", "last_exposure_at", "named_at",
)  # fmt: skip
NAMED = ("contact", "case", "resident", "contact_class", "last_exposure_at", "exposure", "via")
STATE = (
    "id", "area", "contact_class", "exposure", "via", "last_exposure_at", "named_at", "state", "place",
    "quarantine_point", "transfer", "ordered_at", "arrived_at", "needs", "misses", "release_at", "last_seen_at",
    "next_change_at",
)  # fmt: skip


class NameContact(msgspec.Struct, frozen=True):
    """A person is a contact of a case, perhaps through another contact; `id` is the contact's."""

    id: UUID
    case: UUID
    resident: UUID
    contact_class: str
    last_exposure_at: datetime
    exposure: Code = ""
    via: UUID | None = None


def name_contacts(*, told: Sequence[Told[NameContact]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Name contacts, or say again of which class they are. The right is that of the case's area.

    The contact belongs where the person lives; who named them elsewhere sees them as long as they are shared.
    """
    done = Done()
    pack = incidents.pack_of(incident)
    classes = {one.code for one in pack.contacts.classes} if pack.contacts else set()
    cases = dict(Case.objects.filter(pk__in={one.body.case for one in told}).values_list("id", "area"))
    homes = {r: area for r, (_, area) in people.heads({one.body.resident for one in told}).items()}
    for one in told:
        if one.body.contact_class not in classes:
            done.refused[one.id] = BadInput(problem=one.body.contact_class)
    ready = {
        one.id: [cases[b.case]] if (b := one.body).case in cases and b.resident in homes else []
        for one in told
    }
    good, where = sorted_out(done.stored(told), ready, by, incident, done, TRACE)
    if not good:
        return done
    rows = [
        (b.id, incident, homes[b.resident], where[o.id], b.case, b.resident, b.contact_class, b.last_exposure_at, o.at)
        for o in good
        for b in [o.body]
    ]  # fmt: skip
    bulk.insert(Contact, CONTACT, rows)
    seen = set(Contact.objects.filter(pk__in={o.body.id for o in good}).values_list("id", flat=True))
    done.waiting |= {o.id: NotVisibleYet() for o in good if o.body.id not in seen}
    good = done.stored(good)
    facts = [
        (
            *head(o, incident, where[o.id]), b.id, b.case, b.resident, b.contact_class, b.last_exposure_at, b.exposure,
            b.via,
        )
        for o in good
        for b in [o.body]
    ]  # fmt: skip
    bulk.insert(ContactNamed, (*FACT, *NAMED), facts)
    contacts = {o.body.id for o in good}
    if contacts:
        note("cases.contact", by, incident, [where[o.id] for o in good], contacts)
    done.touch("cases.contact", contacts)
    return done


def rules_of(incident: UUID, contact_class: str) -> Rules:
    """What the pack in force says about contacts of this class."""
    contacts = incidents.pack_of(incident).contacts
    if contacts is None:
        return Rules()
    plan = next((one.follow_up for one in contacts.classes if one.code == contact_class), None)
    misses, hours = contacts.lost_after_misses, contacts.symptom_test_hours
    return Rules(plan, misses.value if misses else None, hours.value if hours else None)


def recompute_contacts(contacts: set[UUID], incident: UUID, now: datetime) -> None:
    """Derive contacts from all facts about them and the clock.

    As the system: a contact lives in one area, their case is in another, and facts come from both.
    """
    if not contacts:
        return
    with scope(system(incident=incident), incident, savepoint=False):
        bulk.lock(Contact, contacts)
        held = list(Contact.objects.filter(pk__in=contacts))
        known = _Known(held)
        bulk.update(Contact, STATE, [known.row(one, incident, now) for one in held])


class _Known:
    """Everything said about some contacts, read at once."""

    def __init__(self, held: Sequence[Contact]) -> None:
        ids = {one.id for one in held}
        self.named, self.seen = queries.named(ids), queries.seen(ids)
        self.moves, self.needs = queries.moves(ids), queries.needs(ids)
        self.homes = people.heads({one.resident for one in held})
        self.ended = queries.ended_cases({one.case for one in held})
        self.cases = queries.persons_with_case({person for person, _ in self.homes.values()})
        self.tz = ZoneInfo(settings.TIME_ZONE)

    def row(self, one: Contact, incident: UUID, now: datetime) -> tuple[object, ...]:
        """The columns of `STATE`."""
        word = newest(self.named.get(one.id, []))
        person, area = self.homes.get(one.resident, (one.resident, one.area))
        ended = "withdrawn" if word is None or one.case in self.ended else ""
        if not ended and self.cases.get(person, set()) - {one.case}:
            ended = "case"
        kind = word.contact_class if word else one.contact_class
        exposed = word.last_exposure_at if word else one.last_exposure_at
        s = contact_state(
            rules_of(incident, kind), exposed, self.seen.get(one.id, []), ended=ended, now=now, tz=self.tz
        )
        t = transfer(self.moves.get(one.id, []))
        first = min((said.at for said in self.named.get(one.id, [])), default=one.named_at)
        return (
            one.id, area, kind, word.exposure if word else one.exposure, word.via if word else one.via, exposed, first,
            s.state, t.stays, t.place, t.stage, t.ordered_at, t.arrived_at, self.needs.get(one.id, []), s.misses,
            s.release_at, s.last_seen_at, s.next_change_at,
        )  # fmt: skip


def reconsider_names(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: a contact nobody names any more is withdrawn."""
    done = Done()
    contacts = set(ContactNamed.objects.filter(pk__in=facts).values_list("contact", flat=True))
    done.touch("cases.contact", contacts)
    return done
