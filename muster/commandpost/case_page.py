"""One case: its clocks, its contacts by class, the chain, and what is done about it: investigate, name, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.asking import body, moment
from muster.commandpost.cases import LOOKS, classes, events, listed
from muster.commandpost.chain import Link, Picture, draw
from muster.commandpost.frame import DeskRequest, act, ids, said, screen
from muster.commandpost.lookups import looked_up
from muster.core.access import scope, system
from muster.core.errors import BadInput, NotFound
from muster.core.ids import derive_id, new_id
from muster.domain.cases import actions
from muster.domain.cases import queries as cases
from muster.domain.cases.models import Case, Contact
from muster.domain.cases.rules import FOLLOWED, Step
from muster.domain.incidents import queries as incidents
from muster.domain.people import queries as people
from muster.domain.people.queries import Asked
from muster.domain.places import queries as places
from muster.journeys import naming
from muster.journeys.follow_up import moved_by
from muster.protocols import Pack

MOST = 500
FOUND = 20
TRACE = "cases.trace"
STEPS = (Step.STARTED, Step.TRACK_KNOWN, Step.ISOLATED, Step.REPORTED)


def case_of(case: UUID) -> Case:
    """A case that is visible here."""
    found = Case.objects.filter(pk=case).first()
    if found is None:
        raise NotFound
    return found


@screen
def case_page(request: DeskRequest, case: UUID) -> HttpResponse:
    """Everything about one case."""
    found = case_of(case)
    pack = incidents.pack_of(request.incident.id)
    rows = list(cases.contacts_of(case)[:MOST])
    masked = people.masked({found.resident, *(one.resident for one in rows)}, request.incident.id)
    names = places.area_names({found.area, *(one.area for one in rows)})
    shown = listed(request, rows, masked, names)
    for one in shown:
        one["late"] = _late(one["contact"], pack, request.now)
        via = next((other for other in shown if other["contact"].id == one["contact"].via), None)
        one["via"] = via["name"] if via else ""
    who = masked.get(found.resident)
    context = {
        "case": found,
        "name": who.name if who else "–",
        "place": names[found.area],
        "clocks": _clocks(found, rows, pack, request.now),
        "groups": [(word, list(some)) for word, some in groupby(shown, key=lambda one: one["class"])],
        "numbers": _numbers(rows, shown),
        "picture": _picture(request, found, who.name if who else "–", shown),
        "events": events(request, cases.history_of_case(case, request.incident.id)),
        "may": request.actor.may(TRACE, found.area, request.incident.id),
        "steps": [(step.value, labels.STEP_OF_INVESTIGATION[step.value]) for step in STEPS],
        "exposure": bool(pack.contacts and pack.contacts.exposure),
    }
    return render(request, "commandpost/cases/page.html", context)


def _late(contact: Contact, pack: Pack, now: datetime) -> bool:
    """Whether a transfer that was ordered came, or is, later than the pack's clock."""
    due = moved_by(pack, contact)
    if contact.ordered_at is None or due is None:
        return False
    return (contact.arrived_at or now) > due


def _clocks(case: Case, contacts: Sequence[Contact], pack: Pack, now: datetime) -> list[dict[str, Any]]:
    """The pack's promises about this case: due, kept or late."""
    done = {"movement_track": case.track_known_at, "first_report": case.reported_at}
    rows = []
    for code, done_at in done.items():
        if clock := pack.clocks.get(code):
            rows.append(_clock(said(clock.title), clock.deadline(case.positive_at), done_at, now))
    moves = [one for one in contacts if one.ordered_at is not None]
    for one in moves[:1]:
        arrived = [other.arrived_at for other in moves if other.arrived_at]
        last = max(arrived) if len(arrived) == len(moves) else None
        due = max((at for other in moves if (at := moved_by(pack, other))), default=one.named_at)
        rows.append(_clock(_("Contacts moved to quarantine"), due, last, now))
    return rows


def _clock(title: str, due_at: datetime, done_at: datetime | None, now: datetime) -> dict[str, Any]:
    late = (done_at or now) > due_at
    state = "late" if late else "done" if done_at else "doing"
    hours = int(((done_at or now) - due_at).total_seconds() // 3600) if late else None
    return {"title": title, "due_at": due_at, "done_at": done_at, "state": state, "hours": hours}


def _numbers(rows: Sequence[Contact], shown: Sequence[dict[str, Any]]) -> dict[str, int]:
    return {
        "contacts": len(rows),
        "followed": sum(one.state in FOLLOWED for one in rows),
        "symptomatic": sum(one.state == "symptomatic" for one in rows),
        "lost": sum(one.state == "lost" for one in rows),
        "due": sum(bool(one["due"]) for one in shown),
        "late": sum(one["late"] for one in shown),
    }


def _picture(
    request: DeskRequest, case: Case, name: str, shown: Sequence[dict[str, Any]]
) -> tuple[Picture, list[Link]]:
    """The chain: the case, its contacts, theirs; and the cases that contacts became."""
    base = f"/i/{request.incident.code}/cases/"
    state = "blocked" if case.withdrawn_at else "refused"
    links = [Link(case.id, None, name, _("case"), state, _("confirmed"), f"{base}{case.id}/")]
    for one in shown:
        c = one["contact"]
        links.append(
            Link(
                c.id, c.via or case.id, one["name"] or "–", one["class"], LOOKS.get(c.state, "open"), str(one["word"]),
                f"{base}contacts/{c.id}/",
            )
        )  # fmt: skip
    return draw(links), links


@screen
def confirm(request: DeskRequest) -> HttpResponse:
    """Confirm a case: find the person by a whole name, number or telephone, then say since when."""
    if request.method == "POST" and "words" not in request.POST:
        return _confirm(request)
    words = looked_up(request)
    chosen = ids([request.GET.get("resident", "")])
    found = people.residents(chosen) if chosen else _spelled(request, words)
    masked = people.masked({one.id for one in found}, request.incident.id)
    names = places.area_names({one.area for one in found})
    doors = places.dwelling_titles({one.dwelling for one in found if one.dwelling})
    context = {
        "words": words,
        "found": [
            (one, masked.get(one.id), names[one.area], doors.get(one.dwelling, "") if one.dwelling else "")
            for one in found
        ],
        "id": new_id(),
    }
    return render(request, "commandpost/cases/confirm.html", context)


def _spelled(request: DeskRequest, words: str) -> list[Any]:
    """People here with exactly this name, number or telephone."""
    return people.residents_page(Asked(words=words), request.incident.id, size=FOUND) if words else []


def _confirm(request: DeskRequest) -> HttpResponse:
    given = {"onset_date": _day(request.POST.get("onset_date", ""))}
    wish = body(request, actions.ConfirmCase, given)
    if wish.positive_at > request.now:
        raise BadInput(problem=_("positive since: in the future"))
    act(request, actions.confirm_cases, wish)
    messages.success(request, _("The case is confirmed; its investigation is on the work list."))
    return redirect(f"/i/{request.incident.code}/cases/{wish.id}/")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(problem=text[:20]) from error
    if not 2000 <= found.year <= 2199:
        raise BadInput(problem=text[:20])
    return found


@screen
def record(request: DeskRequest, case: UUID) -> HttpResponse:
    """A step of the investigation, or the withdrawal of the confirmation."""
    if request.method == "POST":
        if request.POST.get("what") == "withdraw":
            reason = request.POST.get("reason", "").replace("\0", "").strip()[:40]
            act(request, actions.withdraw_cases, actions.WithdrawCase(case, reason))
            messages.success(request, _("The confirmation is withdrawn. Its work is gone, its records stay."))
        else:
            given = {"case": case, "onset_date": _day(request.POST.get("onset_date", ""))}
            act(request, actions.record_investigations, body(request, actions.RecordInvestigation, given))
            messages.success(request, _("Recorded."))
    return redirect(f"/i/{request.incident.code}/cases/{case}/")


@screen
def name(request: DeskRequest, case: UUID) -> HttpResponse:
    """Name contacts: those who live with the case are proposed, others are found or described."""
    found = case_of(case)
    request.actor.require(TRACE, found.area, request.incident.id)
    if request.method == "POST" and "words" not in request.POST:
        return _named(request, found)
    words = looked_up(request)
    pack = incidents.pack_of(request.incident.id)
    via = list(cases.contacts_of(case)[:MOST])
    listed_here = {one.resident for one in via} | {found.resident}
    home = _home(request, found, listed_here)
    spelled = [one for one in _spelled(request, words) if one.id not in listed_here]
    masked = people.masked({one.id for one in [*home, *spelled]} | listed_here, request.incident.id)
    names = places.area_names({one.area for one in [*home, *spelled]})
    who = masked.get(found.resident)
    context = {
        "case": found, "name": who.name if who else "–", "words": words, "id": new_id(),
        "home": [(one, masked.get(one.id), names[one.area]) for one in home],
        "spelled": [(one, masked.get(one.id), names[one.area]) for one in spelled],
        "via": [(one.id, masked[one.resident].name) for one in via if one.resident in masked],
        "classes": classes(pack),
        "exposures": [(one.code, said(one.title)) for one in pack.contacts.exposures] if pack.contacts else [],
        "areas": places.areas_under(request.incident.area, "community"),
        "last": min(found.isolated_at or request.now, request.now),
    }  # fmt: skip
    return render(request, "commandpost/cases/name.html", context)


def _home(request: DeskRequest, case: Case, listed_here: set[UUID]) -> list[Any]:
    """Who lives with the case and is not named yet. Read as the system, shown only where visible."""
    with scope(system(incident=request.incident.id), request.incident.id):
        person = people.persons([case.resident]).get(case.resident, case.resident)
        others = cases.households([person]).get(person, {})
    return people.residents(sorted(set(others) - listed_here))


def _named(request: DeskRequest, case: Case) -> HttpResponse:
    form = request.POST
    last = moment(form.get("last_exposure_at", ""), _("last exposure"))
    via = next(iter(ids([form.get("via", "")])), None)
    chosen = ids(form.getlist("resident"))
    common: dict[str, Any] = {"by": request.actor, "incident": request.incident.id, "now": request.now}

    def tie(key: object) -> naming.Tie:
        given = {
            "id": derive_id("named at the desk", case.id, key),
            "case": case.id,
            "last_exposure_at": last,
        }
        return body(request, naming.Tie, given | {"via": via})

    for resident in chosen:
        naming.name_known(resident=resident, tie=tie(resident), **common)
    if not chosen:
        given = body(request, naming.Said)
        naming.name_described(said=given, tie=tie(form.get("id", "")), **common)
    messages.success(request, _("Contacts named: %(n)d.") % {"n": max(len(chosen), 1)})
    return redirect(f"/i/{request.incident.code}/cases/{case.id}/")


urlpatterns = [
    path("cases/confirm/", confirm, name="case-confirm"),
    path("cases/<uuid:case>/", case_page, name="case-page"),
    path("cases/<uuid:case>/record/", record, name="case-record"),
    path("cases/<uuid:case>/name/", name, name="case-name"),
]
