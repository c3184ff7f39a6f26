"""Reads of organisations, responders, fitness and teams."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from muster.core.access import span
from muster.core.models import Retraction
from muster.domain.responders.models import FitnessLimit, Organisation, Responder, Structure, Team, TeamMember
from muster.domain.responders.rules import Declared, Membership, is_member, limits_at


class Known(msgspec.Struct, frozen=True):
    """What everybody signed in may know of a responder."""

    id: UUID
    area: int
    code: str
    kind: str
    profession: str
    skills: list[str]
    organisation: UUID
    organisation_name: str
    organisation_name_en: str


KNOWN = (
    "id", "area", "code", "kind", "profession", "skills", "organisation", "organisation__name", "organisation__name_en",
)  # fmt: skip


def known(ids: Iterable[UUID]) -> dict[UUID, Known]:
    """Responders by id, without names; unknown ids are left out."""
    rows = Responder.objects.filter(pk__in=set(ids)).values_list(*KNOWN)
    return {row[0]: Known(*row) for row in rows}


def by_code(code: str) -> list[Known]:
    """Responders with this spoken code (two people may share one)."""
    said = code.replace("\x00", "").strip().upper()
    rows = Responder.objects.filter(code=said).order_by("id").values_list(*KNOWN)
    return [Known(*row) for row in rows]


def by_codes(codes: Iterable[str]) -> dict[str, list[UUID]]:
    """Responders by spoken codes, as they are written there; a code that nobody has is left out."""
    wanted = {code: code.replace("\x00", "").strip().upper() for code in codes}
    found: dict[str, list[UUID]] = {}
    for code, one in Responder.objects.filter(code__in=set(wanted.values())).values_list("code", "id"):
        found.setdefault(code, []).append(one)
    return {code: found[said] for code, said in wanted.items() if said in found}


def organisations(area: int | None = None, kind: str = "") -> QuerySet[Organisation]:
    """Organisations, perhaps of an area and a kind."""
    rows = Organisation.objects.order_by("name", "id")
    if area is not None:
        low, high = span(area)
        rows = rows.filter(area__gte=low, area__lt=high)
    return rows.filter(kind=kind) if kind else rows


def declared_limits(ids: Iterable[UUID]) -> dict[UUID, list[Declared]]:
    """All that was declared about the fitness of these people, for `rules.limits_at`."""
    declared: dict[UUID, list[Declared]] = {}
    rows = FitnessLimit.objects.filter(responder__in=set(ids)).exclude(
        id__in=Retraction.objects.values("target")
    )
    for row in rows:
        one = Declared(at=row.at, id=str(row.id), limits=tuple(row.limits), until=row.until)
        declared.setdefault(row.responder, []).append(one)
    return declared


def limits_of(ids: Iterable[UUID], at: datetime) -> dict[UUID, frozenset[str]]:
    """The fitness limits in force for each of these people at an instant; people without limits are left out."""
    found = {responder: limits_at(listed, at) for responder, listed in declared_limits(ids).items()}
    return {responder: limits for responder, limits in found.items() if limits}


def _memberships(rows: QuerySet[TeamMember]) -> dict[tuple[UUID, UUID], list[Membership]]:
    listed: dict[tuple[UUID, UUID], list[Membership]] = {}
    for row in rows.exclude(id__in=Retraction.objects.values("target")):
        one = Membership(at=row.at, id=str(row.id), from_at=row.from_at, to_at=row.to_at)
        listed.setdefault((row.team, row.responder), []).append(one)
    return listed


def members(teams: Iterable[UUID], at: datetime) -> dict[UUID, list[UUID]]:
    """Who stands in each of these teams at an instant."""
    found: dict[UUID, list[UUID]] = {}
    for (team, responder), listed in _memberships(TeamMember.objects.filter(team__in=set(teams))).items():
        if is_member(listed, at):
            found.setdefault(team, []).append(responder)
    return {team: sorted(people) for team, people in found.items()}


def teams_of(ids: Iterable[UUID], at: datetime) -> dict[UUID, list[Team]]:
    """The teams in scope in which each of these people stands at an instant."""
    listed = _memberships(TeamMember.objects.filter(responder__in=set(ids)))
    pairs = [pair for pair, memberships in listed.items() if is_member(memberships, at)]
    teams = Team.objects.in_bulk({team for team, _ in pairs})
    found: dict[UUID, list[Team]] = {}
    for team, responder in sorted(pairs):
        if team in teams:
            found.setdefault(responder, []).append(teams[team])
    return found


class Branch(msgspec.Struct, frozen=True):
    """One team of a structure with its strength."""

    id: UUID
    kind: str
    name: str
    people: int


class Tree(msgspec.Struct, frozen=True):
    """A structure with its committee, strike teams and partners."""

    id: UUID
    template: str
    area: int
    committee: Branch | None
    strikes: list[Branch]
    partners: list[Branch]


def structures(incident: UUID, at: datetime) -> list[Tree]:
    """The structures of an incident in scope, each as a tree."""
    found = list(Structure.objects.filter(incident=incident).order_by("set_up_at", "id"))
    teams = list(Team.objects.filter(structure__in=found).order_by("name", "id"))
    strength = members((team.id for team in teams), at)
    trees = []
    for structure in found:
        mine = [(t.kind, Branch(t.id, t.kind, t.name, len(strength.get(t.id, ())))) for t in teams
                if t.structure_id == structure.id]  # fmt: skip
        trees.append(
            Tree(
                id=structure.id,
                template=structure.template,
                area=structure.area,
                committee=next((branch for kind, branch in mine if kind == "committee"), None),
                strikes=[branch for kind, branch in mine if kind not in ("committee", "partner")],
                partners=[branch for kind, branch in mine if kind == "partner"],
            )
        )
    return trees
