"""Notes of an investigation on the drawer of its case: written, opened and taken back by who traces it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import body
from muster.commandpost.cases import drawn
from muster.commandpost.frame import DeskRequest, act, ids, screen
from muster.core.errors import NotFound
from muster.core.retractions import RetractBody, retract_facts
from muster.domain.cases import actions
from muster.domain.cases.models import InvestigationNote


@require_POST
@screen
def write(request: DeskRequest, case: UUID) -> HttpResponse:
    """Keep a note; the same form twice is one note."""
    key = next(iter(ids([request.POST.get("id", "")])), None)
    note = request.POST.get("note", "").replace("\r\n", "\n")
    act(
        request,
        actions.note_investigations,
        body(request, actions.NoteInvestigation, {"case": case, "note": note}),
        key,
    )
    return _back(request, case, _("The note is kept, sealed."))


@require_POST
@screen
def read(request: DeskRequest, case: UUID) -> HttpResponse:
    """Open the notes; the journal says who did."""
    opened = actions.read_notes(case=case, by=request.actor, incident=request.incident.id, now=request.now)
    return drawn(request, case, opened)


@require_POST
@screen
def take_back(request: DeskRequest, case: UUID, note: UUID) -> HttpResponse:
    """Take a note back: it stays, crossed out, and its words are not opened any more."""
    if not InvestigationNote.objects.filter(pk=note, case=case).exists():
        raise NotFound
    act(request, retract_facts, RetractBody("cases.investigationnote", note, "mistake"))
    return _back(request, case, _("The note is taken back."))


def _back(request: DeskRequest, case: UUID, done: str) -> HttpResponse:
    """The drawer anew, where there is one; else the page of it, which says what was done."""
    if "HX-Request" in request.headers:
        return drawn(request, case)
    messages.success(request, done)
    return redirect(f"/i/{request.incident.code}/cases/{case}/drawer/")


urlpatterns = [
    path("cases/<uuid:case>/notes/", write, name="case-note"),
    path("cases/<uuid:case>/notes/read/", read, name="case-notes-read"),
    path("cases/<uuid:case>/notes/<uuid:note>/take-back/", take_back, name="case-note-take-back"),
]
