"""Enrolling: organisations, people, teams and the 1+3+N structure are entered here; teams are listed here too."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import LONGEST, body, has, tabs, told, turn, wish
from muster.commandpost.batches import BETWEEN
from muster.commandpost.frame import DeskRequest, act, drawer, ids, screen, within
from muster.commandpost.responders import (
    ENROL,
    MOST_SENDERS,
    PAGES,
    SKILLS,
    STRIKES,
    enrolment,
    org_name,
    senders,
)
from muster.core.errors import BadInput, NotAllowed, NotFound
from muster.core.ids import checked, derive_id, new_id
from muster.domain.places import queries as places
from muster.domain.responders import actions, queries
from muster.domain.responders.actions.enrol import CODE_LENGTH
from muster.domain.responders.models import Team

MOST_CODES = 500


@require_POST
@screen
def add_organisation(request: DeskRequest) -> HttpResponse:
    """Add an organisation that sends people."""
    added = body(request, actions.OrganisationBody)
    act(request, actions.add_organisations, actions.AddOrganisations([added]), added.id)
    return told(request, _("The organisation is added. Enrol its people next."), "responders/organisations")


@require_POST
@screen
def enrol(request: DeskRequest) -> HttpResponse:
    """Enrol one person; the spoken code that was given is said."""
    given: dict[str, Any] = {"skills": [skill for skill in request.POST.getlist("skills") if skill in SKILLS]}
    if request.POST.get("profession", "") not in terms.PROFESSION:
        given["profession"] = ""
    wanted = body(request, actions.ResponderBody, given)
    act(request, actions.enrol_responders, actions.EnrolResponders([wanted]), wanted.id)
    code = queries.known([wanted.id])[wanted.id].code
    return told(
        request, _("Enrolled. The spoken code is %(code)s: write it down.") % {"code": code}, "responders"
    )


@require_POST
@screen
def set_up(request: DeskRequest) -> HttpResponse:
    """Set up a structure: the committee, strike teams of different kinds, partners one per line."""
    kinds = request.POST.getlist("kind")
    if len(set(kinds)) < len(kinds):
        raise BadInput(problem=_("two strike teams of one kind"))
    names = [_line(name) for name in request.POST.getlist("name")]
    partners = [_line(line) for line in request.POST.get("partners", "").splitlines()]
    given = {
        "committee": _line(request.POST.get("committee", "")) or str(terms.TEAM["committee"]),
        "teams": [
            {"kind": kind, "name": name or terms.word(terms.TEAM, kind)}
            for kind, name in zip(kinds, names, strict=False)
        ],
        "partners": list(dict.fromkeys(filter(None, partners))),
    }  # fmt: skip
    wanted = body(request, actions.SetUpStructure, given)
    act(request, actions.set_up_structures, wanted, wanted.id)
    return told(request, _("The structure stands. Put people into its teams next."), "responders/structure")


def _line(text: str) -> str:
    """A name on a line of its own."""
    said = text.strip()
    if len(said) > LONGEST or "\x00" in said:
        raise BadInput(problem=_("a name is too long (at most %(n)d)") % {"n": LONGEST})
    return said


def coded(text: str) -> list[UUID]:
    """People by their spoken codes, as they are typed or pasted; codes that mean nobody are all named at once."""
    words = filter(None, BETWEEN.split(text.replace("\x00", "").strip()))
    said = {word[:20]: checked(word, CODE_LENGTH) or word for word in words}
    if len(said) > MOST_CODES:
        raise BadInput(problem=_("too many codes at once (at most %(n)d)") % {"n": MOST_CODES})
    found = queries.by_codes(said.values())
    wrong = [typed for typed, code in said.items() if len(found.get(code, ())) != 1]
    if wrong:
        several = ngettext(
            "nobody, or not one alone, has the code %(codes)s",
            "nobody, or not one alone, has the codes %(codes)s",
            len(wrong),
        )
        raise BadInput(problem=several % {"codes": ", ".join(wrong)})
    return list(dict.fromkeys(found[code][0] for code in said.values()))


@screen
def teams(request: DeskRequest) -> HttpResponse:
    """A page of teams with their strength. Sent, a new team; what was typed stays when something is refused."""
    if request.method != "POST":
        return render(request, "commandpost/responders/teams.html", _listed(request))
    if not has(request, ENROL):
        raise NotAllowed(right=ENROL)
    try:
        wanted = body(request, actions.FormTeam, _people(request))
    except BadInput as refusal:
        context = _listed(request) | _refused(refusal, request)
        return render(request, "commandpost/responders/teams.html", context, status=refusal.status)
    act(request, actions.form_teams, wanted, wanted.id)
    return told(request, _("The team is formed."), "responders/teams")


def _people(request: DeskRequest) -> dict[str, Any]:
    """Who leads and who is in it; who leads a team stands in it."""
    leaders = coded(request.POST.get("leader_code", ""))
    if len(leaders) > 1:
        raise BadInput(problem=_("more than one leader"))
    members = coded(request.POST.get("codes", ""))
    return {
        "leader": next(iter(leaders), None),
        "members": list(dict.fromkeys(leaders + members)),
    }


def _refused(refusal: BadInput, request: DeskRequest) -> dict[str, Any]:
    """What a form shows again, with the id it had."""
    kept = ids([request.POST.get("id", "")])
    said = {"what": refusal.say(get_language() or "zh"), "given": request.POST}
    return said | ({"fresh": kept[0]} if kept else {})


def _listed(request: DeskRequest) -> dict[str, Any]:
    asked = wish(request, "kind")
    found = Team.objects.filter(within(request), incident=request.incident.id).select_related("organisation")
    if asked["kind"] in terms.TEAM:
        found = found.filter(kind=asked["kind"])
    rows, pager = turn(request, found, "name")
    strength = queries.members((row.id for row in rows), request.now)
    known = queries.known({row.leader for row in rows if row.leader})
    names = places.area_names({row.area for row in rows})
    forms = enrolment(request)
    return pager | forms | {
        "tabs": tabs(request, "responders", *PAGES),
        "rows": [
            {
                "id": row.id, "name": row.name, "kind": terms.word(terms.TEAM, row.kind), "area": names[row.area],
                "organisation": org_name(row.organisation) if row.organisation else "",
                "leader": known[row.leader].code if row.leader in known else "",
                "people": len(strength.get(row.id, ())),
            }
            for row in rows
        ],
        "wish": asked,
        "kinds": terms.TEAM,
        "team_kinds": STRIKES | terms.TEAM,  # those that are formed most stand first
        "organisations": [(str(one.id), org_name(one)) for one in senders(request)[:MOST_SENDERS]] if forms else [],
    }  # fmt: skip


def _drawn(request: DeskRequest, team: UUID, **more: Any) -> HttpResponse:
    held = Team.objects.filter(pk=team, incident=request.incident.id).first()
    if held is None:
        raise NotFound
    listed = queries.members([team], request.now).get(team, [])
    known = queries.known([*listed, *([held.leader] if held.leader else [])])
    context = {
        "title": held.name,
        "kind": terms.word(terms.TEAM, held.kind),
        "team": held,
        "members": [
            (one, terms.word(terms.PROFESSION, one.profession))
            for one in sorted((known[one] for one in listed if one in known), key=lambda one: one.code)
        ],
        "leader": known.get(held.leader) if held.leader else None,
        "may_enrol": request.actor.may(ENROL, held.area, request.incident.id),
        "fresh": new_id(),
    }
    return drawer(request, "commandpost/responders/team.html", context | more)


@screen
def team_drawer(request: DeskRequest, team: UUID) -> HttpResponse:
    """Who stands in a team now; people join by code and leave by a button."""
    return _drawn(request, team)


@require_POST
@screen
def join(request: DeskRequest, team: UUID) -> HttpResponse:
    """People join a team; codes that mean nobody are said, and what was typed stays."""
    if not has(request, ENROL):
        raise NotAllowed(right=ENROL)
    try:
        people = coded(request.POST.get("codes", ""))
        if not people:
            raise BadInput(problem=_("no code was given"))
    except BadInput as refusal:
        answer = _drawn(request, team, **_refused(refusal, request))
        answer.status_code = refusal.status
        return answer
    act(request, actions.join_teams, actions.JoinTeam(team, people), _key(request, "join"))
    return _back(request, team, _("They stand in the team now."))


@require_POST
@screen
def leave(request: DeskRequest, team: UUID) -> HttpResponse:
    """People leave a team from now on."""
    gone = body(request, actions.JoinTeam, {"team": team, "to_at": request.now})
    act(request, actions.join_teams, gone, _key(request, "leave"))
    return _back(request, team, _("They have left the team."))


def _key(request: DeskRequest, deed: str) -> UUID | None:
    """What makes a form that is sent twice one deed: the forms of a drawer share their id."""
    return next((derive_id(one, deed) for one in ids([request.POST.get("id", "")])), None)


def _back(request: DeskRequest, team: UUID, text: str) -> HttpResponse:
    """In the drawer the drawer again; without scripts the page."""
    if "HX-Request" in request.headers:
        return _drawn(request, team, said=text)
    return told(request, text, "responders/teams")


urlpatterns = [
    path("responders/enrol/", enrol, name="responder-enrol"),
    path("responders/organisations/add/", add_organisation, name="organisation-add"),
    path("responders/structure/set-up/", set_up, name="structure-set-up"),
    path("responders/teams/", teams, name="teams"),
    path("responders/teams/<uuid:team>/drawer/", team_drawer, name="team-drawer"),
    path("responders/teams/<uuid:team>/join/", join, name="team-join"),
    path("responders/teams/<uuid:team>/leave/", leave, name="team-leave"),
]
