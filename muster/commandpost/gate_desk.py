"""Passes at the desk: issue, revoke, print; exceptions with who answers for them; codes of places; signed lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from muster.commandpost import terms
from muster.commandpost.asking import body, has, tabs, told, turn, whereabouts, wish
from muster.commandpost.frame import DeskRequest, act, ids, screen, within
from muster.commandpost.sites import PAGES
from muster.core import journal
from muster.core.errors import BadInput, NotAllowed, NotFound
from muster.core.ids import new_id, short_code
from muster.domain.passes import actions, carried, exceptions
from muster.domain.passes import queries as passes
from muster.domain.passes.models import Pass
from muster.domain.passes.rules import Closing
from muster.domain.people import queries as people
from muster.domain.places import actions as places
from muster.domain.places.models import Point
from muster.domain.places.rules import PointKind
from muster.domain.responders import queries as responders
from muster.domain.sampling.holds import on_hold
from muster.interop.paper import making

ISSUE = "passes.issue"


@screen
def listed(request: DeskRequest) -> HttpResponse:
    """The passes in view, newest first, narrowed by number, kind and state; a form to issue one."""
    asked = wish(request, "code", "kind", "state")
    rows = passes.passes().filter(within(request), incident=request.incident.id).order_by()
    if asked["code"]:
        rows = rows.filter(code__endswith=asked["code"].strip().upper().replace(" ", ""))
    if asked["kind"] in terms.PASS:
        rows = rows.filter(kind=asked["kind"])
    if asked["state"] == "good":
        rows = rows.filter(revoked_at=None, valid_from__lte=request.now, valid_to__gt=request.now)
    elif asked["state"] == "gone":
        rows = rows.filter(revoked_at__isnull=False)
    held, pager = turn(request, rows, "valid_from", newest=True)
    names = people.masked({one.resident for one in held if one.resident}, request.incident.id)
    context = pager | {
        "tabs": tabs(request, "sites", *PAGES), "wish": asked, "kinds": terms.PASS, "may_issue": has(request, ISSUE),
        "areas": whereabouts(request, ISSUE), "fresh": new_id(), "resident": _resident(request),
        "rows": [
            {"pass": one, "kind": terms.word(terms.PASS, one.kind), "state": state_of(one, request),
             "holder": names[one.resident].name if one.resident in names else ""}
            for one in held
        ],
    }  # fmt: skip
    return render(request, "commandpost/sites/passes.html", context)


def _resident(request: DeskRequest) -> tuple[UUID, str] | None:
    """The person a page of people sent us here with."""
    asked = ids([request.GET.get("resident", "")])
    known = people.masked(asked, request.incident.id)
    return (asked[0], known[asked[0]].name) if asked and asked[0] in known else None


def state_of(held: Pass, request: DeskRequest) -> str:
    """One of the states every list shows in the same way."""
    if held.revoked_at is not None and held.revoked_at <= request.now:
        return "refused"
    if request.now < held.valid_from:
        return "open"
    return "done" if request.now < held.valid_to else "blocked"


@require_POST
@screen
def issue(request: DeskRequest) -> HttpResponse:
    """Issue a pass and show where to print it."""
    asked = body(request, actions.IssuePass)
    act(request, actions.issue_passes, asked)
    held = Pass.objects.filter(pk=asked.id).first()
    if held is None:
        raise NotFound
    text = _("Pass %(code)s is issued. Print it, or let it be photographed.") % {"code": held.code}
    return told(request, text, "sites/gates/passes")


@require_POST
@screen
def revoke(request: DeskRequest, held: UUID) -> HttpResponse:
    """Take a pass back; telephones know it with their next list."""
    act(request, actions.revoke_passes, body(request, actions.RevokePass, {"pass_id": held}))
    return told(request, _("The pass is revoked. Gates know it with their next list."), "sites/gates/passes")


@require_safe
@screen
def printed(request: DeskRequest) -> HttpResponse:
    """Paper passes as PDF, one to a page of A6: those named in the address."""
    asked = ids(request.GET.getlist("pass"))[: making.MOST_PASSES]
    held = list(
        Pass.objects.filter(within(request), pk__in=asked, incident=request.incident.id).order_by("code")
    )
    if not held:
        raise NotFound
    _require(request, (one.area for one in held))
    _journal(request, "passes.print", held[0].area, [one.id for one in held])
    return _file(making.passes_pdf(held, request.incident), "application/pdf", "passes.pdf")


def _require(request: DeskRequest, areas: Iterable[int]) -> None:
    wanted = set(areas)
    if wanted - request.actor.allowed(ISSUE, wanted, request.incident.id):
        raise NotAllowed(right=ISSUE)


def _journal(request: DeskRequest, action: str, area: int, subjects: list[UUID]) -> None:
    journal.write(
        action=action, by=request.actor, incident=request.incident.id, area=area, subjects=subjects,
        count=len(subjects),
    )  # fmt: skip


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@screen
def signed_list(request: DeskRequest, kind: str) -> HttpResponse:
    """A signed list as a file, for devices without this system: `muster pass verify --revoked`."""
    if not has(request, ISSUE):
        raise NotAllowed(right=ISSUE)
    incident, now = request.incident.id, request.now
    if kind == "revoked":
        made = carried.revoked_list(incident=incident, now=now, on_hold=on_hold(incident))
    elif kind == "whitelist":
        made = carried.whitelist(incident=incident, now=now)
    else:
        raise NotFound
    _journal(request, "passes.list", request.incident.area, [])
    return _file(made, "application/cose", f"{kind}.list")


def exceptions_of(request: DeskRequest, names: dict[UUID, str]) -> list[dict[str, Any]]:
    """Exceptions of the last week: what for, who answers, until when."""
    held = exceptions.exceptions(since=request.now - timedelta(days=7))
    known = responders.known({one.standing.owner for one in held})
    return [
        {
            "one": one, "gate": names.get(one.gate, ""), "late": one.standing.is_late(request.now),
            "kind": terms.word(terms.EXCEPTION, one.kind),
            "owner": known[one.standing.owner].code if one.standing.owner in known else _("the desk"),
            "closing": terms.word(terms.CLOSING, one.standing.closing or ""),
        }
        for one in held
    ]  # fmt: skip


@require_POST
@screen
def step(request: DeskRequest, held: UUID) -> HttpResponse:
    """Give an exception to somebody by code, move its deadline, or close it."""
    given: dict[str, Any] = {"exception": held}
    code = request.POST.get("owner_code", "").strip()
    if code:
        given["owner"] = _by_code(code)
    if request.POST.get("closing") not in (None, "", *Closing):
        raise BadInput(problem="closing")
    act(request, exceptions.step_exceptions, body(request, exceptions.StepException, given))
    return told(request, _("The exception is up to date."), "sites/gates")


def _by_code(code: str) -> UUID:
    found = responders.by_code(code[:20])
    if len(found) != 1:
        raise BadInput(problem=_("no such code, or more than one: %(code)s") % {"code": code[:20]})
    return found[0].id


@require_POST
@screen
def add_place(request: DeskRequest) -> HttpResponse:
    """A shop, a market, a school that gets a code at its door."""
    act(request, places.add_points, body(request, places.AddPoint, {"kind": PointKind.PLACE}))
    return told(request, _("The place is written down. Name who answers for it."), "sites/gates")


@require_POST
@screen
def administer(request: DeskRequest, point: UUID) -> HttpResponse:
    """Name the one person who answers for the code of a place."""
    who = _by_code(request.POST.get("owner_code", ""))
    act(request, exceptions.name_administrators, exceptions.NameAdministrator(point, who))
    return told(request, _("The place has its administrator."), "sites/gates")


@require_safe
@screen
def place_code(request: DeskRequest, point: UUID) -> HttpResponse:
    """The poster with the code of a place; without an administrator there is none."""
    found = Point.objects.filter(within(request), pk=point, incident=request.incident.id).first()
    if found is None:
        raise NotFound
    _require(request, [found.area])
    who = exceptions.administrators({point}).get(point)
    known = responders.known([who]).get(who) if who else None
    if known is None:
        raise BadInput(problem=_("name an administrator of this place first"))
    made = making.place_pdf(found, short_code(found.id, 6), known.code, request.incident)
    return _file(made, "application/pdf", "place.pdf")


FOLDER = "sites/gates/"
urlpatterns = [
    path(FOLDER + "passes/", listed, name="passes"),
    path(FOLDER + "passes/issue/", issue, name="passes-issue"),
    path(FOLDER + "passes/print/", printed, name="passes-print"),
    path(FOLDER + "passes/<uuid:held>/revoke/", revoke, name="passes-revoke"),
    path(FOLDER + "lists/<slug:kind>/", signed_list, name="passes-list"),
    path(FOLDER + "exceptions/<uuid:held>/", step, name="exceptions-step"),
    path(FOLDER + "places/", add_place, name="places-add"),
    path(FOLDER + "places/<uuid:point>/administrator/", administer, name="places-administer"),
    path(FOLDER + "places/<uuid:point>/code/", place_code, name="places-code"),
]
