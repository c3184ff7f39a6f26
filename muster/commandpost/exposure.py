"""Shared places: who asks about which case and why, who approves, and what a person makes of everybody found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.commandpost import labels
from muster.commandpost.asking import moment
from muster.commandpost.case_page import case_of
from muster.commandpost.cases import classes
from muster.commandpost.frame import DeskRequest, act, ids, said, screen, within
from muster.core import bulk
from muster.core.errors import BadInput, NotFound
from muster.core.ids import derive_id, new_id
from muster.domain.cases import actions
from muster.domain.cases import queries as cases
from muster.domain.cases.models import CandidateJudged, Case, Contact, ExposureCandidate, ExposureQuestion
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising import queries as mobilising
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.journeys import naming
from muster.protocols.values import Text

MOST = 100
SHOWN = 300
TRACE = "cases.trace"


@screen
def questions(request: DeskRequest) -> HttpResponse:
    """Questions that wait for an approval, then those decided."""
    rows = list(ExposureQuestion.objects.filter(within(request)).order_by("-asked_at", "id")[:MOST])
    held = {one.id: one for one in Case.objects.filter(pk__in={row.case for row in rows})}
    masked = people.masked({one.resident for one in held.values()}, request.incident.id)
    shown = [_question(request, one, held, masked) for one in rows]
    context = {
        "waiting": [one for one in shown if one["row"].state == "asked"],
        "decided": [one for one in shown if one["row"].state != "asked"],
    }
    return render(request, "commandpost/exposure/list.html", context)


def _question(
    request: DeskRequest, row: ExposureQuestion, held: dict[UUID, Case], masked: dict[UUID, Any]
) -> dict[str, Any]:
    case = held.get(row.case)
    state = {"asked": "doing", "answered": "done", "declined": "blocked"}[row.state]
    return {
        "row": row,
        "name": masked[case.resident].name if case and case.resident in masked else "–",
        "state": state,
        "word": labels.QUESTION[row.state],
        "mine": row.asked_by == request.actor.account,
        "may": request.actor.may(actions.APPROVE, row.area, request.incident.id),
        "minutes": row.min_overlap_s // 60,
    }


@screen
def ask(request: DeskRequest, case: UUID) -> HttpResponse:
    """Ask about a case: the window the protocol gives, perhaps narrowed to one place of a notice."""
    found = case_of(case)
    request.actor.require(TRACE, found.area, request.incident.id)
    if request.method == "POST":
        return _asked(request, found)
    rule = actions.rule_of(request.incident.id)
    from_at, to_at = actions.window_of(found, request.incident.id, request.now)
    masked = people.masked({found.resident}, request.incident.id)
    pack = incidents.pack_of(request.incident.id)
    context = {
        "case": found,
        "name": masked[found.resident].name if found.resident in masked else "–",
        "from_at": from_at,
        "to_at": to_at,
        "rule": rule,
        "look_back": said(pack.contacts.look_back_from.value) if pack.contacts else "",
        "places": [(one.id, one.name) for one in places.points().order_by("name", "id")[:SHOWN]],
        "rides": list(_rides(request).items())[:SHOWN],
        "id": new_id(),
    }
    return render(request, "commandpost/exposure/ask.html", context)


def _asked(request: DeskRequest, case: Case) -> HttpResponse:
    form = request.POST
    place = next(iter(ids([form.get("place", "")])), None)
    bounds = {
        name: moment(form.get(name, ""), name) if place and form.get(name) else None
        for name in ("from_at", "to_at")
    }
    question = actions.Question(
        id=next(iter(ids([form.get("id", "")])), None) or new_id(),
        case=case.id,
        reason=form.get("reason", "").replace("\0", ""),
        place=place,
        **bounds,
    )
    asked = actions.ask(question=question, by=request.actor, incident=request.incident.id, now=request.now)
    messages.success(request, _("Asked. Another person must approve before anything is looked up."))
    return redirect(f"/i/{request.incident.code}/exposure/{asked}/")


@screen
def question_page(request: DeskRequest, question: UUID) -> HttpResponse:
    """One question; once it is approved, everybody found and what was decided about each."""
    row = ExposureQuestion.objects.filter(pk=question).first()
    if row is None:
        raise NotFound
    case = case_of(row.case)
    masked = people.masked({case.resident}, request.incident.id)
    found = cases.candidates_of(row.case) if row.state == "answered" else []
    rows = _candidates(request, case, found)
    context = _question(request, row, {case.id: case}, masked) | {
        "case": case,
        "place": _spots({row.place}, request).get(row.place, _("a place elsewhere")) if row.place else "",
        "rows": rows[:SHOWN],
        "more": max(len(rows) - SHOWN, 0),
        "open": sum(not one["verdict"] for one in rows),
        "classes": classes(incidents.pack_of(request.incident.id)),
        "may_trace": request.actor.may(TRACE, case.area, request.incident.id),
    }
    return render(request, "commandpost/exposure/question.html", context)


def _candidates(request: DeskRequest, case: Case, found: Sequence[ExposureCandidate]) -> list[dict[str, Any]]:
    """People, each with the places and times shared; names only of those who may be seen here."""
    meetings: dict[UUID, list[ExposureCandidate]] = defaultdict(list)
    for one in found:
        meetings[one.person].append(one)
    masked = people.masked(meetings, request.incident.id)
    duty = responders.known(meetings)
    spots = _spots({one.place for one in found}, request)
    areas = places.area_names({one.home_area for one in found if one.home_area})
    heads = people.persons(
        Contact.objects.filter(case=case.id).exclude(state="withdrawn").values_list("resident", flat=True)
    )
    named = set(heads.values())
    verdicts = _verdicts(case.id)
    rows = []
    for person, some in meetings.items():
        first, verdict = some[0], verdicts.get(person, "contact" if person in named else "")
        rows.append(
            {
                "person": person,
                "name": masked[person].name if person in masked else "",
                "code": duty[person].code if person in duty else "",
                "area": areas.get(first.home_area, "") if first.home_area else "",
                "generation": first.generation,
                "meetings": [
                    (spots.get(one.place, _("a place elsewhere")), labels.SHARED.get(one.source, ""), one)
                    for one in some
                ],
                "minutes": sum(one.overlap_s for one in some) // 60,
                "last_at": max(one.last_at for one in some),
                "verdict": verdict,
                "word": labels.VERDICT.get(verdict, verdict),
            }
        )
    return sorted(rows, key=lambda one: (bool(one["verdict"]), one["generation"], -one["minutes"]))


def _rides(request: DeskRequest) -> dict[UUID, str]:
    """Vehicles and batches as places, as long as visits are kept."""
    kept = timedelta(days=actions.rule_of(request.incident.id).keep_days.value)
    found = {}
    for place, one in mobilising.rides(request.now - kept).items():
        sender = said(Text(zh=one.organisation_name, en=one.organisation_name_en or one.organisation_name))
        which = one.vehicle or _("whole batch")
        found[place] = f"{sender} · {which} · {localtime(one.departed_at):%m-%d %H:%M}"
    return found


def _spots(ids: set[UUID], request: DeskRequest) -> dict[UUID, str]:
    """What shared places are called: points by name, rides by sender and vehicle, doors and households as the home."""
    found = dict(places.points().filter(pk__in=ids).values_list("id", "name"))
    if ids - set(found):
        found |= _rides(request)
    found |= dict.fromkeys(places.dwellings_at(ids - set(found)), _("the same home"))
    return found


def _verdicts(case: UUID) -> dict[UUID, str]:
    """The newest decision about each person found for a case."""
    rows = cases.standing(CandidateJudged.objects.filter(case=case)).order_by("at", "id")
    return dict(rows.values_list("person", "verdict"))


@screen
def decide(request: DeskRequest, question: UUID) -> HttpResponse:
    """Approve and look it up, or decline."""
    if request.method == "POST":
        approved = request.POST.get("verb") == "approve"
        found = actions.decide(
            question=question,
            approved=approved,
            by=request.actor,
            incident=request.incident.id,
            now=request.now,
        )
        text = ngettext("Approved: %(n)d person was found.", "Approved: %(n)d people were found.", found)
        messages.success(request, text % {"n": found} if approved else _("Declined; nothing was looked up."))
    return redirect(f"/i/{request.incident.code}/exposure/{question}/")


@screen
def judge(request: DeskRequest, question: UUID) -> HttpResponse:
    """Say of people found whether they are contacts, and of which class; or dismiss them for a reason."""
    back = redirect(f"/i/{request.incident.code}/exposure/{question}/")
    if request.method != "POST":
        return back
    row = ExposureQuestion.objects.filter(pk=question, state="answered").first()
    if row is None:
        raise NotFound
    chosen = ids(request.POST.getlist("person"))
    if not chosen:
        raise BadInput(problem=_("choose somebody"))
    last = _last_meetings(row.case, chosen)
    bulk.lock(ExposureQuestion, [question])
    for person in chosen:
        if request.POST.get("verb") == "dismiss":
            reason = request.POST.get("reason", "").replace("\0", "").strip()[:40]
            act(request, actions.judge_candidates, actions.JudgeCandidate(row.case, person, reason))
        else:
            tie = naming.Tie(
                derive_id("found at a shared place", row.case, person), row.case,
                request.POST.get("contact_class", "")[:24], last[person],
            )  # fmt: skip
            naming.accept_candidate(
                person=person, tie=tie, by=request.actor, incident=request.incident.id, now=request.now
            )
    messages.success(request, _("Decided: %(n)d.") % {"n": len(chosen)})
    return back


def _last_meetings(case: UUID, persons: Sequence[UUID]) -> dict[UUID, Any]:
    """When each of these people shared a place last."""
    last: dict[UUID, Any] = {}
    for one in ExposureCandidate.objects.filter(Q(case=case), person__in=persons):
        last[one.person] = max(one.last_at, last.get(one.person, one.last_at))
    if set(persons) - set(last):
        raise NotFound
    return last


urlpatterns = [
    path("exposure/", questions, name="exposure"),
    path("cases/<uuid:case>/ask/", ask, name="exposure-ask"),
    path("exposure/<uuid:question>/", question_page, name="exposure-question"),
    path("exposure/<uuid:question>/decide/", decide, name="exposure-decide"),
    path("exposure/<uuid:question>/judge/", judge, name="exposure-judge"),
]
