"""Responders: who there is, from where, in which team, and what they have served. Names stay masked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, day_of, has, tabs, told, turn, whereabouts, wish
from muster.commandpost.frame import DeskRequest, act, drawer, ids, screen, within
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import new_id
from muster.core.models import Retraction
from muster.domain.mobilising import actions as mobilising
from muster.domain.mobilising import queries as duty
from muster.domain.mobilising.models import Batch, MealServed, Seat
from muster.domain.people.actions.opening import LONGEST_REASON, ReasonMissing
from muster.domain.places import queries as places
from muster.domain.responders import actions, queries
from muster.domain.responders.models import Organisation, Responder
from muster.domain.responders.rules import STRIKE, OrganisationKind, ResponderKind

ENROL = "responders.enrol"
MASK = "＊＊＊"
DAYS = 7
MOST_SENDERS = 600
SKILLS = {code: label for code, label in terms.SKILL.items() if code != "order"}  # order_keeping is the same
STRIKES = {code: label for code, label in terms.TEAM.items() if code not in ("committee", "partner")}
PAGES = (
    ("", pgettext_lazy("tab", "Responders")),
    ("organisations/", pgettext_lazy("tab", "Organisations")),
    ("structure/", pgettext_lazy("tab", "1+3+N structure")),
    ("teams/", pgettext_lazy("tab", "Teams")),
    ("services/", pgettext_lazy("tab", "Meals and beds")),
)
DUTY = {"on": gettext_lazy("on duty now"), "resting": gettext_lazy("resting")}


def _here(request: DeskRequest) -> Q:
    """Responders of the person's areas, and those who have a seat there."""
    seated = Seat.objects.filter(within(request), incident=request.incident.id).values("responder")
    return within(request) | Q(pk__in=seated)


@screen
def people(request: DeskRequest) -> HttpResponse:
    """A page of responders by code."""
    asked = wish(request, "organisation", "kind", "skill", "duty", "code")
    on_duty = _on_duty(request)
    resting = {one.responder: one.until for one in duty.resting(request.incident.id, request.now)}
    rows, pager = turn(
        request, _narrowed(request, asked, on_duty, resting).select_related("organisation"), "code"
    )
    limits = queries.limits_of([row.id for row in rows], request.now)
    names = places.area_names({row.area for row in rows})
    context = pager | {
        "tabs": tabs(request, "responders", *PAGES),
        "rows": [_row(row, on_duty, resting, limits, names) for row in rows],
        "wish": asked,
        "kinds": {str(kind): terms.RESPONDER[kind] for kind in ResponderKind},
        "duties": DUTY,
        "organisations": senders(request)[:MOST_SENDERS],
        "counts": {"on": len(on_duty), "resting": len(resting)},
        "professions": terms.PROFESSION,
        "skills": SKILLS,
    }
    return render(request, "commandpost/responders/list.html", context | enrolment(request))


def enrolment(request: DeskRequest) -> dict[str, Any]:
    """What every form here needs; nothing for who may not enrol, who then sees no form."""
    if not has(request, ENROL):
        return {}
    return {"may_enrol": True, "areas": whereabouts(request, ENROL), "fresh": new_id()}


def _on_duty(request: DeskRequest) -> set[UUID]:
    """Begun within a day and not ended; seats whose shift is in the person's areas."""
    begun = Seat.objects.filter(
        within(request), incident=request.incident.id, ended_at=None,
        began_at__gt=request.now - timedelta(days=1), began_at__lte=request.now,
    )  # fmt: skip
    return set(begun.values_list("responder", flat=True))


def _narrowed(
    request: DeskRequest, asked: dict[str, str], on_duty: set[UUID], resting: dict[UUID, Any]
) -> QuerySet[Responder]:
    rows = Responder.objects.filter(_here(request))
    if found := ids([asked["organisation"]]):
        rows = rows.filter(organisation=found[0])
    if asked["kind"] in terms.RESPONDER:
        rows = rows.filter(kind=asked["kind"])
    if asked["skill"]:
        rows = rows.filter(skills__contains=[asked["skill"][:40]])
    if asked["code"]:
        rows = rows.filter(code__startswith=asked["code"].strip().upper()[:12])
    if asked["duty"] in DUTY:
        rows = rows.filter(pk__in=on_duty if asked["duty"] == "on" else resting)
    return rows


def _row(
    row: Responder,
    on_duty: set[UUID],
    resting: dict[UUID, Any],
    limits: dict[UUID, frozenset[str]],
    names: dict[int, str],
) -> dict[str, Any]:
    return {
        "id": row.id,
        "code": row.code,
        "organisation": org_name(row.organisation),
        "kind": terms.word(terms.RESPONDER, row.kind),
        "profession": terms.word(terms.PROFESSION, row.profession),
        "skills": terms.words(terms.SKILL, row.skills),
        "home": names[row.area],
        "limits": terms.words(terms.LIMIT, sorted(limits.get(row.id, ()))),
        "state": "doing" if row.id in on_duty else "blocked" if row.id in resting else "open",
        "word": _("on duty") if row.id in on_duty else _("resting") if row.id in resting else _("free"),
        "until": None if row.id in on_duty else resting.get(row.id),
    }


def org_name(held: Organisation) -> str:
    """The name of an organisation in the language of the page."""
    return held.name_en if held.name_en and (get_language() or "zh").startswith("en") else held.name


def senders(request: DeskRequest) -> QuerySet[Organisation]:
    """Organisations of the person's areas, and those whose people or batches are here."""
    seated = Seat.objects.filter(within(request), incident=request.incident.id).values("responder")
    through = Responder.objects.filter(pk__in=seated).values("organisation")
    sent = Batch.objects.filter(incident=request.incident.id).values("organisation")
    return Organisation.objects.filter(within(request) | Q(pk__in=through) | Q(pk__in=sent)).order_by(
        "name", "id"
    )


@screen
def organisations(request: DeskRequest) -> HttpResponse:
    """Who sends people, how many are enrolled, how many are on duty now."""
    asked = wish(request, "kind")
    found = senders(request)
    if asked["kind"] in terms.ORGANISATION:
        found = found.filter(kind=asked["kind"])
    rows, pager = turn(request, found, "name")
    enrolled = Responder.objects.filter(organisation__in=[row.id for row in rows])
    counts = dict(enrolled.values_list("organisation").annotate(n=Count("id")))
    busy = dict(enrolled.filter(pk__in=_on_duty(request)).values_list("organisation").annotate(n=Count("id")))
    names = places.area_names({row.area for row in rows})
    context = pager | {
        "tabs": tabs(request, "responders", *PAGES),
        "rows": [(row, org_name(row), terms.word(terms.ORGANISATION, row.kind), names[row.area],
                  counts.get(row.id, 0), busy.get(row.id, 0)) for row in rows],
        "wish": asked,
        "kinds": {str(kind): terms.ORGANISATION[kind] for kind in OrganisationKind},
    }  # fmt: skip
    return render(request, "commandpost/responders/organisations.html", context | enrolment(request))


@screen
def structure(request: DeskRequest) -> HttpResponse:
    """Each community's structure as a tree: committee, strike teams, partners."""
    trees = queries.structures(request.incident.id, request.now)
    names = places.area_names({tree.area for tree in trees})
    context = {
        "tabs": tabs(request, "responders", *PAGES),
        "trees": [(tree, names[tree.area]) for tree in trees[:100]],
        "kinds": STRIKES,
        "strikes": STRIKE,
    }
    return render(request, "commandpost/responders/structure.html", context | enrolment(request))


def _card(request: DeskRequest, responder: UUID, **more: Any) -> HttpResponse:
    card = duty.responder_card(responder, request.incident.id, request.now)
    if card is None or not Responder.objects.filter(_here(request), pk=responder).exists():
        raise NotFound
    context = {
        "title": card.responder.code,
        "card": card,
        "kind": terms.word(terms.RESPONDER, card.responder.kind),
        "profession": terms.word(terms.PROFESSION, card.responder.profession),
        "skills": terms.words(terms.SKILL, card.responder.skills),
        "limits": terms.words(terms.LIMIT, card.limits),
        "choices": [(code, label, code in card.limits) for code, label in terms.LIMIT.items()],
        "services": [(terms.word(terms.SERVICE, kind), n) for kind, n in sorted(card.services.items())],
        "kinds": terms.SERVICE,
        "hours": round(card.record.minutes / 60, 1) if card.record else 0,
        "mask": MASK,
        "may_unmask": has(request, "people.unmask"),
        "may_serve": has(request, "mobilising.shift"),
        "may_declare": has(request, ENROL),
        "until": _until(responder),
        "fresh": new_id(),
    }
    return drawer(request, "commandpost/responders/card.html", context | more)


def _until(responder: UUID) -> datetime | None:
    """Until when the declaration in force holds."""
    declared = queries.declared_limits([responder]).get(responder, ())
    latest = max(declared, key=lambda one: (one.at, one.id), default=None)
    return latest.until if latest else None


@screen
def card_drawer(request: DeskRequest, responder: UUID) -> HttpResponse:
    """One responder without a name: limits, teams, shifts, hours served, meals and beds."""
    return _card(request, responder)


@require_POST
@screen
def unmask(request: DeskRequest, responder: UUID) -> HttpResponse:
    """Open the name, for a reason that is kept in the journal."""
    reason = request.POST.get("reason", "").replace("\x00", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonMissing
    if not Responder.objects.filter(_here(request), pk=responder).exists():
        raise NotFound
    placed = duty.working_areas([responder], request.incident.id)
    opened = actions.unmask(
        ids=[responder],
        reason=reason,
        by=request.actor,
        incident=request.incident.id,
        now=request.now,
        placed=placed,
    )
    if responder not in opened:
        raise NotAllowed(right="people.unmask")
    return _card(request, responder, name=opened[responder] or _("no name was given"))


@require_POST
@screen
def serve(request: DeskRequest, responder: UUID) -> HttpResponse:
    """Record a meal, a bed, a meeting, a ride or thanks."""
    act(request, mobilising.serve, body(request, mobilising.Serve, {"responder": responder}))
    return told(request, _("Recorded for this responder."), "responders")


@require_POST
@screen
def declare(request: DeskRequest, responder: UUID) -> HttpResponse:
    """Declare what somebody shall not be asked to do: codes only, never why; at home or where they work now."""
    given = {
        "responder": responder,
        "limits": request.POST.getlist("limits"),
        "area": duty.working_areas([responder], request.incident.id).get(responder),
    }
    key = next(iter(ids([request.POST.get("id", "")])), None)
    act(request, actions.declare_fitness, body(request, actions.DeclareFitness, given), key)
    return told(request, _("The limits are recorded. No reason is kept or shown."), "responders")


@screen
def services(request: DeskRequest) -> HttpResponse:
    """Meals, beds, meetings, rides and thanks by day."""
    today, _begin, until = day_of(request)
    since = until - timedelta(days=DAYS)
    kept = MealServed.objects.filter(
        within(request), incident=request.incident.id, at__gte=since, at__lt=until
    ).exclude(id__in=Retraction.objects.values("target"))
    counted = kept.values_list("at__date", "kind").annotate(
        n=Count("id"), people=Count("responder", distinct=True)
    )
    cells = {(day, kind): (n, persons) for day, kind, n, persons in counted}
    days = [today - timedelta(days=n) for n in range(DAYS)]
    context = {
        "tabs": tabs(request, "responders", *PAGES),
        "day": today,
        "kinds": list(terms.SERVICE.values()),
        "rows": [(day, [cells.get((day, kind)) for kind in terms.SERVICE]) for day in days],
        "any": bool(cells),
    }
    return render(request, "commandpost/responders/services.html", context)


urlpatterns = [
    path("responders/", people, name="responders"),
    path("responders/organisations/", organisations, name="organisations"),
    path("responders/structure/", structure, name="structure"),
    path("responders/services/", services, name="services"),
    path("responders/<uuid:responder>/drawer/", card_drawer, name="responder-drawer"),
    path("responders/<uuid:responder>/unmask/", unmask, name="responder-unmask"),
    path("responders/<uuid:responder>/serve/", serve, name="responder-serve"),
    path("responders/<uuid:responder>/limits/", declare, name="responder-limits"),
]
