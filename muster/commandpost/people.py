"""People: the register, one person's card, and who is the same person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, act, area_in_view, areas, bounds, drawer, ids, link, screen
from muster.commandpost.lookups import looked_up
from muster.commandpost.remembered import remembered
from muster.core.errors import BadInput, NotFound
from muster.domain.people import actions as registry
from muster.domain.people import queries as people
from muster.domain.people.models import Resident
from muster.domain.people.queries import Asked, Card
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists

PAGE = 50
SHARED_FOR = timedelta(days=30)


@screen
def resident_list(request: DeskRequest) -> HttpResponse:
    """The register by area. A search comes by POST: no name or number ever stands in an address."""
    wish = {name: request.GET.get(name, "") for name in ("area", "group", "partial", "unsure")}
    words = looked_up(request)
    asked = Asked(
        area=area_in_view(request),
        vulnerability=wish["group"][:30].replace("\0", ""),
        partial=True if wish["partial"] == "1" else None,
        words=words,
    )
    if wish["unsure"] == "1":
        found = people.residents(worklists.unsure_residents(bounds(request), PAGE))
    else:
        found = people.residents_page(
            asked, request.incident.id, _after(request), PAGE + 1, within=bounds(request)
        )
    rows, more = found[:PAGE], len(found) > PAGE
    context = {
        "rows": _listed(rows, request),
        "wish": wish,
        "searched": bool(words),
        "areas": areas(request),
        "groups": labels.VULNERABILITY,
        "unsure": remembered(request, "unsure", lambda: worklists.unsure(bounds(request)))[0],
        "may_join": bool(request.actor.spans("people.join", request.incident.id)),
        "previous_url": link(request, after="") if request.GET.get("after") else None,
        "next_url": link(request, after=f"{rows[-1].area}~{rows[-1].id}") if more and not words else None,
    }
    return render(request, "commandpost/people/list.html", context)


def _after(request: DeskRequest) -> tuple[int, UUID] | None:
    area, _mark, identity = request.GET.get("after", "").partition("~")
    found = ids([identity])
    return (
        (int(area), found[0]) if found and area.isascii() and area.isdecimal() and len(area) <= 15 else None
    )


def _listed(rows: list[Resident], request: DeskRequest) -> list[dict[str, Any]]:
    masked = people.masked({one.id for one in rows}, request.incident.id)
    doors = places.dwelling_titles({one.dwelling for one in rows if one.dwelling})
    names = places.area_names({one.area for one in rows})
    return [
        {
            "one": one,
            "words": masked.get(one.id),
            "door": doors.get(one.dwelling, "") if one.dwelling else "",
            "place": names[one.area],
            "groups": labels.words(one.vulnerabilities),
            "sex": labels.SEX.get(one.sex, one.sex),
        }
        for one in rows
    ]


@screen
def resident_drawer(request: DeskRequest, resident: UUID) -> HttpResponse:
    """One person: records, household, registrations, decisions, shares, work; names masked."""
    card = people.card(resident, request.incident.id)
    if card is None:
        raise NotFound
    return drawer(request, "commandpost/people/card.html", _card(request, card))


def _card(request: DeskRequest, card: Card) -> dict[str, Any]:
    mine = {one.id for one in card.records}
    first = card.records[0]
    others = people.alike(mine, card.person)
    words = card.masked | people.masked({one.id for one in others}, request.incident.id)
    items = list(worklists.open_items([card.person, *mine])[:50])
    tries = worklists.attempts([card.person, *mine])
    callers = responders.known({one.by for one in [*card.registrations, *card.decisions, *tries]})
    homes = {one.dwelling for one in [*card.records, *others]} | {one.dwelling for one in card.registrations}
    doors = places.dwelling_titles(home for home in homes if home)
    names = places.area_names(
        {one.area for one in [*card.records, *others]} | {one.area for one in card.shares}
    )
    may = {
        right: request.actor.may(right, first.area, request.incident.id)
        for right in ("people.join", "people.share", "people.unmask", "helpline.record")
    }
    return {
        "title": (words[first.id].name if first.id in words else "") or "–",
        "first": first,
        "groups": labels.words(first.vulnerabilities),
        "sex": labels.SEX.get(first.sex, first.sex),
        "records": [
            (one, words.get(one.id), doors.get(one.dwelling, "") if one.dwelling else "", names[one.area])
            for one in card.records
        ],
        "household": [(one, words.get(one.id)) for one in card.household],
        "others": [
            (one, words.get(one.id), doors.get(one.dwelling, "") if one.dwelling else "", names[one.area])
            for one in others
        ],
        "shares": [(one, names[one.area]) for one in card.shares],
        "items": [(one, labels.ITEM_KIND.get(one.kind, one.kind)) for one in items],
        "events": _events(card, tries, doors, callers),
        "may_join": may["people.join"],
        "may_share": may["people.share"],
        "may_unmask": may["people.unmask"],
        "may_ask": may["helpline.record"],
        "areas": places.areas_under(request.incident.area, "community") if may["people.share"] else [],
    }


def _events(
    card: Card, tries: list[Any], doors: dict[UUID, str], callers: dict[UUID, Any]
) -> list[dict[str, Any]]:
    """Registrations, decisions and calls as one history, newest first."""
    rows: list[tuple[Any, Any, str]] = [
        (one, _("registered"), doors.get(one.dwelling, "") if one.dwelling else "")
        for one in card.registrations
    ]
    rows += [
        (one, _("one person") if one.decision == "same" else _("two people"), "") for one in card.decisions
    ]
    rows += [(one, labels.OUTCOME.get(one.outcome, one.outcome), "") for one in tries]
    rows.sort(key=lambda row: (row[0].at, row[0].id), reverse=True)
    return [
        {"at": one.at, "what": what, "note": note, "by": callers[one.by].code if one.by in callers else ""}
        for one, what, note in rows[:100]
    ]


@screen
def unmask(request: DeskRequest) -> HttpResponse:
    """Names and numbers in full, for a reason that stays in the journal."""
    asked = ids(request.POST.getlist("resident"))[:60]
    if request.method != "POST" or not asked:
        return redirect(f"/i/{request.incident.code}/people/")
    clear = registry.unmask(
        asked, request.POST.get("reason", ""), by=request.actor, incident=request.incident.id, now=request.now
    )
    context = {"title": _("In full"), "rows": [(one, clear[one]) for one in asked if one in clear]}
    return drawer(request, "commandpost/people/clear.html", context)


@screen
def decide(request: DeskRequest) -> HttpResponse:
    """Two records are one person, or two."""
    back = redirect(f"/i/{request.incident.code}/people/")
    pair = ids(request.POST.getlist("resident"))
    verb = request.POST.get("verb")
    if request.method != "POST" or verb not in ("join", "part"):
        return back
    if len(pair) != 2:
        messages.warning(request, _("Select exactly two records."))
        return back
    if verb == "join":
        act(request, registry.join_residents, registry.JoinResidents(*pair))
        messages.success(request, _("The two records are one person: one call, one visit."))
    else:
        act(request, registry.part_residents, registry.PartResidents(*pair))
        messages.success(request, _("The two records are two people."))
    return back


@screen
def share(request: DeskRequest, resident: UUID) -> HttpResponse:
    """Let another area see a person for thirty days."""
    back = redirect(f"/i/{request.incident.code}/people/{resident}/drawer/")
    if request.method != "POST":
        return back
    to = request.POST.get("area", "")
    if not (to.isascii() and to.isdecimal() and len(to) == 15):
        raise BadInput(problem=_("area"))
    body = registry.ShareSubject(
        resident, int(to), request.POST.get("cause", "lives_there"), request.now + SHARED_FOR
    )
    act(request, registry.share_subjects, body)
    messages.success(
        request,
        _("%(place)s sees this person for 30 days.") % {"place": places.area_names({int(to)})[int(to)]},
    )
    return back


urlpatterns = [
    path("people/", resident_list, name="people"),
    path("people/unmask/", unmask, name="people-unmask"),
    path("people/decide/", decide, name="people-decide"),
    path("people/<uuid:resident>/drawer/", resident_drawer, name="resident-drawer"),
    path("people/<uuid:resident>/share/", share, name="resident-share"),
]
