"""Teams and the 1+3+N structure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from muster.core import bulk
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet, Refusal
from muster.core.ids import derive_id
from muster.core.told import Done, Told
from muster.domain.responders.actions.shared import FACT, enter_journal
from muster.domain.responders.models import Organisation, Structure, Team, TeamMember
from muster.domain.responders.rules import NAMES, STRIKE, TeamKind, fits_template, read_template

TEAM = ("id", "incident", "area", "organisation", "structure", "kind", "name", "leader")


class WrongTemplate(Refusal):
    """The teams named do not make the structure of the template."""

    code = "responders.wrong_template"
    status = 422
    texts = {
        "zh": "“{template}”与所列队伍不符：1 个居委会、{strikes} 支突击队、{partners} 个协同单位。请核对。",
        "en": "“{template}” does not fit the teams named: 1 committee, {strikes} strike teams, {partners} partners. "
        "Check the template or the list of teams.",
    }


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
    enter_journal("responders.team", by, incident, [(body.area, body.id) for body in bodies])
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
    enter_journal("responders.join_team", by, incident, [(row[2], row[3]) for row in joined])
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
        enter_journal("responders.structure", by, incident, [(row[2], row[0]) for row in structures])
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
