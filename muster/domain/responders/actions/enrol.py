"""Organisations, enrolment and fitness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.ids import short_code
from muster.core.told import Done, Told
from muster.core.vault import Vault, vault
from muster.domain.responders import queries
from muster.domain.responders.actions.shared import FACT, enter_journal
from muster.domain.responders.models import FitnessLimit, Organisation, Responder, SignUp
from muster.domain.responders.rules import OrganisationKind, ResponderKind

CODE_LENGTH = 8


class OrganisationBody(msgspec.Struct, frozen=True):
    """One organisation at the area of its office."""

    id: UUID
    area: int
    name: str
    kind: OrganisationKind
    name_en: str = ""


class AddOrganisations(msgspec.Struct, frozen=True):
    """Add organisations."""

    organisations: list[OrganisationBody]


class ResponderBody(msgspec.Struct, frozen=True):
    """One person who responds; `area` is the home area."""

    id: UUID
    area: int
    organisation: UUID
    kind: ResponderKind = ResponderKind.STAFF
    profession: str = ""
    skills: list[str] = []
    name: str = ""
    account: UUID | None = None


class EnrolResponders(msgspec.Struct, frozen=True):
    """Enrol responders."""

    responders: list[ResponderBody]


class SignUpVolunteer(msgspec.Struct, frozen=True):
    """A volunteer signs up through a channel."""

    responder: ResponderBody
    channel: str


class DeclareFitness(msgspec.Struct, frozen=True):
    """What a person shall not be asked to do, as codes, until an instant. No limits lifts all."""

    responder: UUID
    limits: list[str] = []
    until: datetime | None = None
    area: int | None = None


def add_organisations(
    *, told: Sequence[Told[AddOrganisations]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Add organisations, or correct the names of known ones."""
    done = Done()
    allowed = by.allowed(
        "responders.enrol", (o.area for one in told for o in one.body.organisations), incident
    )
    for one in told:
        if any(organisation.area not in allowed for organisation in one.body.organisations):
            done.refused[one.id] = NotAllowed(right="responders.enrol")
    bodies = {o.id: o for one in done.stored(told) for o in one.body.organisations}
    known = dict(Organisation.objects.filter(pk__in=bodies).values_list("id", "area"))
    rows = [
        (o.id, o.area, o.name, o.name_en, o.kind)
        for o in bodies.values()
        if known.get(o.id, o.area) in allowed
    ]
    if rows:
        bulk.insert(
            Organisation, ("id", "area", "name", "name_en", "kind"), rows, update=("name", "name_en", "kind")
        )
        enter_journal("responders.organisations", by, incident, [(row[1], row[0]) for row in rows])
    return done


def enrol_responders(
    *, told: Sequence[Told[EnrolResponders]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Enrol responders of known organisations; a list is taken whole or not at all."""
    done = Done()
    _admit({one.id: one.body.responders for one in told}, by, incident, done)
    bodies = [body for one in done.stored(told) for body in one.body.responders]
    _enrol(bodies)
    enter_journal("responders.enrol", by, incident, [(body.area, body.id) for body in bodies])
    return done


def sign_up_volunteers(
    *, told: Sequence[Told[SignUpVolunteer]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Enrol volunteers and remember the channel each came through."""
    done = Done()
    _admit({one.id: [one.body.responder] for one in told}, by, incident, done)
    good = done.stored(told)
    _enrol([one.body.responder for one in good])
    rows = [
        (
            one.id,
            incident,
            one.body.responder.area,
            one.at,
            one.by,
            one.device,
            one.body.responder.id,
            one.body.channel,
        )
        for one in good
    ]
    bulk.insert(SignUp, (*FACT, "responder", "channel"), rows)
    enter_journal("responders.sign_up", by, incident, [(row[2], row[6]) for row in rows])
    return done


def _admit(lists: Mapping[UUID, Sequence[ResponderBody]], by: Actor, incident: UUID, done: Done) -> None:
    bodies = [body for listed in lists.values() for body in listed]
    allowed = by.allowed("responders.enrol", (body.area for body in bodies), incident)
    asked = {body.organisation for body in bodies}
    known = set(Organisation.objects.filter(pk__in=asked).values_list("id", flat=True))
    for command, listed in lists.items():
        if any(body.area not in allowed for body in listed):
            done.refused[command] = NotAllowed(right="responders.enrol")
        elif any(body.organisation not in known for body in listed):
            done.waiting[command] = NotVisibleYet()


def _enrol(bodies: Sequence[ResponderBody]) -> None:
    if not bodies:
        return
    standing = vault(None)
    rows = {
        b.id: (
            b.id, b.area, b.organisation, b.kind, b.profession, list(b.skills), short_code(b.id, CODE_LENGTH),
            _sealed(b, standing), b.account,
        )
        for b in bodies
    }  # fmt: skip
    names = ("id", "area", "organisation", "kind", "profession", "skills", "code", "name_c", "account")
    bulk.insert(Responder, names, rows.values())


def _sealed(body: ResponderBody, standing: Vault) -> bytes | None:
    if not body.name:
        return None
    return standing.seal(body.name, kind="identity", table="responders_responder", row=body.id, field="name")


def declare_fitness(
    *, told: Sequence[Told[DeclareFitness]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Store what people shall not be asked to do: by themselves, or by who enrols them."""
    done = Done()
    homes = dict(
        Responder.objects.filter(pk__in=[one.body.responder for one in told]).values_list("id", "area")
    )
    rows: list[tuple[Any, ...]] = []
    for one in told:
        body = one.body
        if body.responder not in homes:
            done.waiting[one.id] = NotVisibleYet()
            continue
        # Away from home it is declared where the person works now; one's own limits need no other right.
        rights = ["responders.enrol"] + (["mobilising.shift"] if body.responder == one.by else [])
        places = [homes[body.responder]] + ([body.area] if body.area is not None else [])
        area = next((p for p in places if any(by.may(right, p, incident) for right in rights)), None)
        if area is None:
            done.waiting[one.id] = NotAllowed(right="responders.enrol")
        elif any(len(limit) > 20 for limit in body.limits):
            done.refused[one.id] = BadInput(problem="limits")
        else:
            limits = sorted(set(body.limits))
            rows.append(
                (one.id, incident, area, one.at, one.by, one.device, body.responder, limits, body.until)
            )
    bulk.insert(FitnessLimit, (*FACT, "responder", "limits", "until"), rows)
    enter_journal("responders.fitness", by, incident, [(row[2], row[6]) for row in rows])
    return done


def unmask(
    *,
    ids: Sequence[UUID],
    reason: str,
    by: Actor,
    incident: UUID,
    now: datetime,
    placed: Mapping[UUID, int] | None = None,
) -> dict[UUID, str]:
    """The names of responders, journalled with the reason.

    Allowed where the right to unmask holds: at their home, at an area of a team of theirs, or where they
    are `placed` (their batch or shift, told by the caller). Others are left out.
    """
    rows = list(Responder.objects.filter(pk__in=set(ids)).values_list("id", "area", "name_c"))
    teams = queries.teams_of([row[0] for row in rows], now)
    names: dict[UUID, str] = {}
    seen: list[tuple[int, UUID]] = []
    for identity, home, sealed in rows:
        areas = [home, *(team.area for team in teams.get(identity, ()))]
        areas += [placed[identity]] if placed and identity in placed else []
        area = next((a for a in areas if by.may("people.unmask", a, incident)), None)
        if area is not None:
            seen.append((area, identity))
            names[identity] = "" if sealed is None else vault(None).open(
                sealed, kind="identity", table="responders_responder", row=identity, field="name"
            )  # fmt: skip
    if seen:
        journal.write(
            action="responders.unmask", by=by, incident=incident, area=min(area for area, _ in seen),
            subjects=[identity for _, identity in seen], reason=reason,
        )  # fmt: skip
    return names
