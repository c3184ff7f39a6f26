"""How do you feel today? The page behind a contact's link: no name, no account, one question."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.core import clock
from muster.core.access import scope, system
from muster.domain.cases import actions as cases
from muster.domain.cases.actions.links import LinkUnknown
from muster.domain.cases.models import Contact
from muster.domain.cases.rules import Health
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.actions import require_open
from muster.journeys.settle import settle
from muster.public import limits
from muster.public.frame import page, show

TRIES, MINUTES = 20, 10
SYMPTOMS: tuple[tuple[str, str | Promise], ...] = (
    ("fever", _("Fever")),
    ("cough", _("Cough")),
    ("sore_throat", _("Sore throat")),
    ("short_breath", _("Short of breath")),
    ("diarrhoea", _("Diarrhoea")),
    ("other", _("Something else")),
)
ANSWERS = {"well": Health.SEEN_OK, "unwell": Health.SEEN_NOT_OK}


@page
def report(request: HttpRequest, code: str, token: str) -> HttpResponse:
    """Ask, take the answer, and say what happens next. An address that holds nothing counts as a guess."""
    limits.require_room(request, "report", most=TRIES, minutes=MINUTES)
    now = clock.now()
    with scope(system()):
        found = incidents.by_code(code)
    if found is None:
        limits.count_wrong(request, "report", minutes=MINUTES)
        raise LinkUnknown
    with scope(system(incident=found.id), found.id):
        if request.method == "POST":
            require_open(found.id)
        try:
            link = cases.opened(token, found.id, now)
        except LinkUnknown:
            limits.count_wrong(request, "report", minutes=MINUTES)
            raise
        answer = ANSWERS.get(request.POST.get("answer", "")) if request.method == "POST" else None
        if answer is not None:
            said = [name for name, _word in SYMPTOMS if name in request.POST.getlist("symptom")]
            symptoms = said if answer == Health.SEEN_NOT_OK else []
            done = cases.report(link=link, outcome=answer, symptoms=symptoms, incident=found.id, now=now)
            settle([done.touched], incident=found.id, now=now)
        context = {
            "taken": answer,
            "unanswered": request.method == "POST" and answer is None,
            "last": next(iter(cases.reports_of(link, now)), None),
            "until": Contact.objects.values_list("release_at", flat=True).get(pk=link.contact),
            "symptoms": SYMPTOMS,
        }
        return show(request, "public/report.html", context, 422 if context["unanswered"] else 200)


urlpatterns = [path("r/<slug:code>/<str:token>/", report, name="public-report")]
