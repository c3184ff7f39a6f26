"""Organisations, enrolment, fitness and teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet, Refusal
from muster.core.ids import derive_id, short_code
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.responders import queries
from muster.domain.responders.models import (
    FitnessLimit,
    Organisation,
    Responder,
    SignUp,
    Structure,
    Team,
    TeamMember,
)
from muster.domain.responders.rules import (
    NAMES,
    STRIKE,
    OrganisationKind,
    ResponderKind,
    TeamKind,
    fits_template,
    read_template,
)

FACT = ("id", "incident", "area", "at", "by", "device")
CODE_LENGTH = 8
TEAM = ("id", "incident", "area", "organisation", "structure", "kind", "name", "leader")


class WrongTemplate(Refusal):
    """The teams named do not make the structure of the template."""

    code = "responders.wrong_template"
    status = 422
    texts = {
        "zh": "“{template}”与所列队伍不符：1 个居委会、{strikes} 支突击队、{partners} 个协同单位。请核对模板或队伍名单。",
        "en": "“{template}” does not fit the teams named: 1 committee, {strikes} strike teams, {partners} partners. "
        "Check the template or the list of teams.",
    }


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


class FormTeam(msgspec.Struct, frozen=True):
    """Form a team with its members."""

    id: UUID
    area: int
    kind: TeamKind
    name: str
    organisation: UUID | None = None
    leader: UUID | None = None
    members: list[UUID] = []


class JoinTeam(msgspec.Struct, frozen=True):
    """People join a team, or leave it when `to_at` is given."""

    team: UUID
    responders: list[UUID]
    to_at: datetime | None = None


class StrikeTeam(msgspec.Struct, frozen=True):
    """A strike team of a structure."""

    kind: TeamKind
    name: str = ""


class SetUpStructure(msgspec.Struct, frozen=True):
    """Set up one committee, strike teams and partners, by a template such as 1+3+N."""

    id: UUID
    area: int
    template: str = "1+3+N"
    committee: str = ""
    teams: list[StrikeTeam] = []
    partners: list[str] = []


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
        _journal("responders.organisations", by, incident, [(row[1], row[0]) for row in rows])
    return done


def enrol_responders(
    *, told: Sequence[Told[EnrolResponders]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Enrol responders of known organisations; a list is taken whole or not at all."""
    done = Done()
    _admit({one.id: one.body.responders for one in told}, by, incident, done)
    bodies = [body for one in done.stored(told) for body in one.body.responders]
    _enrol(bodies)
    _journal("responders.enrol", by, incident, [(body.area, body.id) for body in bodies])
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
    _journal("responders.sign_up", by, incident, [(row[2], row[6]) for row in rows])
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
            standing.seal(b.name, kind="identity", table="responders_responder", row=b.id, field="name") if b.name else None,
            b.account,
        )
        for b in bodies
    }  # fmt: skip
    names = ("id", "area", "organisation", "kind", "profession", "skills", "code", "name_c", "account")
    bulk.insert(Responder, names, rows.values())


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
    _journal("responders.fitness", by, incident, [(row[2], row[6]) for row in rows])
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


def _journal(action: str, by: Actor, incident: UUID, about: Sequence[tuple[int, UUID]]) -> None:
    if about:
        area = min(area for area, _ in about)
        journal.write(action=action, by=by, incident=incident, area=area, subjects=[one for _, one in about])


def form_teams(*, told: Sequence[Told[FormTeam]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Form teams; the members stand in them from then on."""
    done = Done()
    allowed = by.allowed("responders.enrol", (one.body.area for one in told), incident)
    asked = {one.body.organisation for one in told if one.body.organisation}
    known = set(Organisation.objects.filter(pk__in=asked).values_list("id", flat=True))
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="responders.enrol")
        elif one.body.organisation and one.body.organisation not in known:
            done.waiting[one.id] = NotVisibleYet()
    good = done.stored(told)
    bodies = [one.body for one in good]
    rows = [(b.id, incident, b.area, b.organisation, None, b.kind, b.name, b.leader) for b in bodies]
    bulk.insert(Team, TEAM, rows)
    joined = [
        (one, one.body.id, one.body.area, responder, None) for one in good for responder in one.body.members
    ]
    _add_members(joined, incident)
    _journal("responders.team", by, incident, [(body.area, body.id) for body in bodies])
    return done


def join_teams(*, told: Sequence[Told[JoinTeam]], by: Actor, incident: UUID, now: datetime) -> Done:
    """People join or leave teams."""
    done = Done()
    areas = dict(Team.objects.filter(pk__in=[one.body.team for one in told]).values_list("id", "area"))
    allowed = by.allowed("responders.enrol", areas.values(), incident)
    for one in told:
        if one.body.team not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif areas[one.body.team] not in allowed:
            done.waiting[one.id] = NotAllowed(right="responders.enrol")
    joined = [
        (one, one.body.team, areas[one.body.team], responder, one.body.to_at)
        for one in done.stored(told)
        for responder in one.body.responders
    ]
    _add_members(joined, incident)
    _journal("responders.join_team", by, incident, [(row[2], row[3]) for row in joined])
    return done


def _add_members(
    joined: Sequence[tuple[Told[Any], UUID, int, UUID, datetime | None]], incident: UUID
) -> None:
    rows = {
        identity: (identity, incident, area, one.at, one.by, one.device, team, responder, one.at, to_at)
        for one, team, area, responder, to_at in joined
        for identity in [derive_id(one.id, responder)]
    }
    bulk.insert(TeamMember, (*FACT, "team", "responder", "from_at", "to_at"), rows.values())


def set_up_structures(
    *, told: Sequence[Told[SetUpStructure]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Set up structures by their template. Repeating one changes nothing."""
    done = Done()
    allowed = by.allowed("responders.enrol", (one.body.area for one in told), incident)
    structures, teams = [], []
    for one in told:
        body = one.body
        strikes = body.teams or [StrikeTeam(kind) for kind in STRIKE]
        template = read_template(body.template)
        if body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="responders.enrol")
        elif template is None or not fits_template(template, len(strikes), len(body.partners)):
            done.refused[one.id] = WrongTemplate(
                template=body.template, strikes=len(strikes), partners=len(body.partners)
            )
        else:
            structures.append((body.id, incident, body.area, body.template, one.at))
            teams += _structure_teams(body, strikes, incident)
    if structures:
        bulk.insert(Structure, ("id", "incident", "area", "template", "set_up_at"), structures)
        bulk.insert(Team, TEAM, teams)
        _journal("responders.structure", by, incident, [(row[2], row[0]) for row in structures])
    return done


def _structure_teams(
    body: SetUpStructure, strikes: Sequence[StrikeTeam], incident: UUID
) -> list[tuple[Any, ...]]:
    """Rows of the teams, with ids that follow from the structure: committee, then each kind, then partners."""
    committee = (TeamKind.COMMITTEE, body.committee or NAMES[TeamKind.COMMITTEE], "committee")
    named = [(team.kind, team.name or NAMES.get(team.kind, team.kind), team.kind) for team in strikes]
    partners = [(TeamKind.PARTNER, name, f"partner/{name}") for name in body.partners]
    return [
        (derive_id(body.id, mark), incident, body.area, None, body.id, kind, name, None)
        for kind, name, mark in [committee, *named, *partners]
    ]
