"""Opening an incident: its name, its place and its protocol, on one page; the next steps are named there."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from muster import protocols
from muster.commandpost.asking import body, local
from muster.commandpost.frame import DeskRequest, refused, said
from muster.core.access import scope
from muster.core.errors import BadInput, NotAllowed, Refusal
from muster.core.ids import new_id
from muster.core.told import Many, Told
from muster.domain.incidents import actions as incidents
from muster.domain.places import actions as places
from muster.domain.places import queries as registry
from muster.domain.places.rules import CODE_LENGTHS, level_of

RIGHT = "incidents.open"


def opening(request: HttpRequest) -> HttpResponse:
    """The form; sent, the new incident. What was typed stays when something is refused."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    asked = cast(DeskRequest, request)
    if not asked.actor.spans(RIGHT, None):
        return refused(asked, NotAllowed(right=RIGHT))
    if request.method != "POST":
        return render(request, "commandpost/opening.html", _form(asked))
    try:
        wanted = _open(asked)
    except Refusal as refusal:
        what = {"what": refusal.say(get_language() or "zh"), "code": refusal.code}
        return render(request, "commandpost/opening.html", _form(asked) | what, status=refusal.status)
    messages.success(request, _("The incident is open. Next: bring in its areas, buildings and people."))
    return redirect("imports", incident=wanted.code)


def _form(request: DeskRequest) -> dict[str, Any]:
    known = [
        one
        for one in registry.areas_under(0).exclude(level__in=("community", "grid"))
        if request.actor.may(RIGHT, one.code, None)
    ]
    return {
        "given": request.POST,
        "areas": known,
        "packs": [(name, said(protocols.load(name).title)) for name in protocols.names()],
        "fresh": request.POST.get("id") or new_id(),
        "begun": request.POST.get("opened_at") or local(request.now),
    }


def _open(request: DeskRequest) -> incidents.OpenIncident:
    """The incident with its keys, and its area where nobody had named that yet."""
    given = {"title_en": request.POST.get("title_en", "").strip() or request.POST.get("title_zh", "").strip()}
    new = _new_area(request)
    wanted = body(request, incidents.OpenIncident, given | ({"area": new.code} if new else {}))
    with scope(request.actor, wanted.id):
        _act(request, incidents.open_incidents, wanted, wanted)
        if new:
            _act(request, places.add_areas, places.AddAreas([new]), wanted)
    return wanted


def _new_area(request: DeskRequest) -> places.NewArea | None:
    """An area that was typed: its official code, filled up with zeros, and its name."""
    code, name = (request.POST.get(field, "").strip() for field in ("area_code", "area_name"))
    if not code and not name:
        return None
    if not (code.isascii() and code.isdecimal() and len(code) in CODE_LENGTHS and 0 < len(name) <= 80):
        raise BadInput(problem=_("an official area code of 2, 4, 6, 9, 12 or 15 digits, and a name"))
    whole = int(code.ljust(15, "0"))
    return places.NewArea(whole, name, level_of(whole))


def _act(request: DeskRequest, action: Many, what: Any, wanted: incidents.OpenIncident) -> None:
    told = Told(new_id(), request.now, request.actor.by, what)
    done = action(told=[told], by=request.actor, incident=wanted.id, now=request.now)
    for refusal in done.refused.values():
        raise refusal


urlpatterns = [path("incidents/new/", opening, name="incident-new")]
