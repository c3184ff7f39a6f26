"""Compare people: two records side by side, decided with one key, remembered as a fact that can be taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, areas, bounds, drawer, ids, screen
from muster.core.access import span
from muster.core.errors import NotFound, NotVisibleYet
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.people import actions as registry
from muster.domain.people import pairs
from muster.domain.people import queries as people
from muster.domain.people.models import Likeness, Resident, SamePerson
from muster.domain.people.pairs import ALIKE, NEAR, OTHER, SAME, UNKNOWN, Compared, Waiting
from muster.domain.places import actions as where_places
from muster.domain.places import queries as places
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.naming import lists_naming
from muster.interop.imports.placing import building_words
from muster.journeys.settle import settle

LISTED = 100
FIELD: labels.Labels = {
    "name": gettext_lazy("Name"), "document": gettext_lazy("Identity document"), "phone": gettext_lazy("Telephone"),
    "address": gettext_lazy("Written address"), "sex": gettext_lazy("Sex"), "born": gettext_lazy("Born"),
    "door": gettext_lazy("Door"), "area": gettext_lazy("Area"),
}  # fmt: skip
VERDICT: labels.Labels = {
    SAME: gettext_lazy("the same"), ALIKE: gettext_lazy("sounds the same"), NEAR: gettext_lazy("one character differs"),
    OTHER: gettext_lazy("differs"), UNKNOWN: gettext_lazy("not known on one side"),
}  # fmt: skip
STATE = {SAME: "done", ALIKE: "doing", NEAR: "absent", OTHER: "late", UNKNOWN: "blocked"}
HOW: labels.Labels = {
    "document": gettext_lazy("same document, another name"), "phone": gettext_lazy("same telephone"),
    "place": gettext_lazy("same name and building"), "sound": gettext_lazy("the name sounds the same"),
    "linkage": gettext_lazy("several details together"),
}  # fmt: skip
ACTIONS: dict[str, tuple[Any, Any]] = {
    "same": (registry.join_residents, registry.JoinResidents),
    "different": (registry.part_residents, registry.PartResidents),
}


@screen
def overview(request: DeskRequest) -> HttpResponse:
    """The pair in view, and those that wait."""
    waiting = pairs.waiting(bounds(request), LISTED)
    asked = ids([request.GET.get("pair", "")])
    at = next((n for n, one in enumerate(waiting) if asked and one.id == asked[0]), 0)
    pair = waiting[at] if waiting else None
    names = people.masked({end for one in waiting for end in (one.a, one.b)}, request.incident.id)
    context = {
        "count": pairs.count(bounds(request)),
        "rows": [
            {"pair": one, "a": names.get(one.a), "b": names.get(one.b), "how": HOW.get(one.how, one.how),
             "url": _to(request, one.id), "open": one is pair}
            for one in waiting
        ],
        "at": at + 1,
        "following": waiting[at + 1].id if at + 1 < len(waiting) else None,
        "previous": _to(request, waiting[at - 1].id) if at else None,
        "next": _to(request, waiting[at + 1].id) if at + 1 < len(waiting) else None,
        "last": next(iter(ids([request.GET.get("last", "")])), None),
        "areas": areas(request),
        "area": request.GET.get("area", ""),
    }  # fmt: skip
    if pair is not None:
        context |= _pair(request, pair)
    return render(request, "commandpost/matching/overview.html", context)


def _to(request: DeskRequest, pair: UUID | None = None, last: UUID | None = None) -> str:
    """The page of a pair, in the area in view."""
    area = request.GET.get("area", "")
    query = {"area": area if area.isdecimal() else "", "pair": pair, "last": last}
    return "?" + "&".join(f"{name}={value}" for name, value in query.items() if value)


def _pair(request: DeskRequest, pair: Waiting) -> dict[str, Any]:
    """Both sides: words masked, facts, lists and calls, and what of it agrees."""
    heads = people.residents([pair.a, pair.b])
    records = [list(Resident.objects.filter(canonical=one.canonical).order_by("id")) for one in heads]
    everybody = {one.id for side in records for one in side}
    doors = places.dwelling_titles({one.dwelling for one in heads if one.dwelling})
    lists = lists_naming(everybody)
    spots = places.area_names({one.area for one in heads})
    lines = pairs.side_by_side(pair.a, pair.b, request.incident.id)
    lines += [
        _plain("sex", *(str(labels.SEX.get(one.sex, one.sex)) if one.sex else "" for one in heads)),
        _plain("born", *(str(one.birth_year or "") for one in heads)),
        _plain("door", *(doors.get(one.dwelling, "") if one.dwelling else "" for one in heads)),
        _plain("area", *(spots[one.area] for one in heads), nested=_is_nested(*(one.area for one in heads))),
    ]
    return {
        "pair": pair,
        "how": HOW.get(pair.how, pair.how),
        "chance": round(pair.probability * 100) if pair.probability is not None else None,
        "why": [(FIELD.get(str(name), name), weight) for name, weight in pair.why],
        "lines": [
            {"label": FIELD[one.field], "a": one.a, "b": one.b, "verdict": VERDICT[one.verdict],
             "state": STATE[one.verdict]}
            for one in lines
            if one.a or one.b
        ],
        "sides": [_side(side, lists) for side in records],
        "people": [(one,) for one in heads],
        "alias": _alias(request, heads),
        "may": all(request.actor.may("people.join", one.area, request.incident.id) for one in heads),
        "may_unmask": all(request.actor.may("people.unmask", one.area, request.incident.id) for one in heads),
    }  # fmt: skip


def _alias(request: DeskRequest, heads: list[Resident]) -> dict[str, Any] | None:
    """What the later record calls the building of the earlier one, where that is not known: to be remembered."""
    if len(heads) != 2 or heads[0].dwelling or not heads[1].dwelling:
        return None
    later, earlier = heads
    assert earlier.dwelling is not None
    words = building_words(pairs.written_address(later.id, request.incident.id))
    door = places.dwellings_at([earlier.dwelling]).get(earlier.dwelling)
    if not words or door is None or not request.actor.may("places.edit", door[0], request.incident.id):
        return None
    return {"words": words, "building": places.building_names([door[1]])[0]}


def _remember(request: DeskRequest, pair: Likeness) -> None:
    """Keep the written address as another name of the building; said afterwards."""
    if (found := _alias(request, people.residents([pair.a, pair.b]))) is None:
        return
    building, name = found["building"]
    where_places.name_building(
        building=building,
        text=found["words"],
        by=request.actor,
        incident=request.incident.id,
        now=request.now,
    )
    messages.success(
        request, _("“%(words)s” is remembered as %(name)s.") % {"words": found["words"], "name": name}
    )


def _forget(request: DeskRequest, fact: UUID) -> None:
    """With the decision goes the name that was remembered with it."""
    decided = SamePerson.objects.filter(pk=fact).values_list("a", "b").first()
    found = _alias(request, people.residents(decided or ()))
    if found is not None:
        where_places.forget_name(
            building=found["building"][0], text=found["words"], by=request.actor,
            incident=request.incident.id, now=request.now,
        )  # fmt: skip


def _plain(field: str, a: str, b: str, *, nested: bool = False) -> Compared:
    """A detail that is no secret; one area inside the other says nothing for or against."""
    unknown = not (a and b) or (nested and a != b)
    return Compared(field, a, b, UNKNOWN if unknown else SAME if a == b else OTHER)


def _is_nested(a: int, b: int) -> bool:
    """Whether one area lies in the other."""
    return any(low <= one < high for one, (low, high) in ((a, span(b)), (b, span(a))))


def _side(records: list[Resident], lists: dict[UUID, Any]) -> dict[str, Any]:
    """What one person has behind them: lists, calls, open work."""
    mine = [one.id for one in records]
    return {
        "records": len(records),
        "groups": labels.words(sorted({code for one in records for code in one.vulnerabilities})),
        "lists": [
            (one, labels.PURPOSE.get(one.purpose, one.purpose))
            for who in mine
            for one in lists.get(who, [])[:10]
        ],
        "calls": [
            (one, labels.OUTCOME.get(one.outcome, one.outcome)) for one in worklists.attempts(mine)[:10]
        ],
        "work": [labels.ITEM_KIND.get(one.kind, one.kind) for one in worklists.open_items(mine)[:10]],
    }


@screen
def decide(request: DeskRequest, pair: UUID) -> HttpResponse:
    """The same person, another one, or later; then the next pair."""
    verb = request.POST.get("verb", "")
    following = next(iter(ids([request.POST.get("next", "")])), None)
    if request.method != "POST" or verb not in ("same", "different", "later"):
        return redirect("matching", incident=request.incident.code)
    found = Likeness.objects.filter(pk=pair).first()
    if found is None:
        raise NotFound
    fact = None
    if verb == "later":
        registry.put_off(likeness=pair, by=request.actor, incident=request.incident.id, now=request.now)
    else:
        if verb == "same" and request.POST.get("alias") == "on":
            _remember(request, found)
        fact = _judge(request, verb, found)
        messages.success(
            request, _("One person: one call, one visit.") if verb == "same" else _("Two people, and not asked again.")
        )  # fmt: skip
    return redirect(f"/i/{request.incident.code}/matching/{_to(request, following, fact)}")


def _judge(request: DeskRequest, verb: str, pair: Likeness) -> UUID:
    """Record the decision; the id of the fact, for taking it back."""
    action, body = ACTIONS[verb]
    fact, incident = new_id(), request.incident.id
    told = [Told(fact, request.now, request.actor.by, body(pair.a, pair.b))]
    done = action(told=told, by=request.actor, incident=incident, now=request.now)
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise NotFound if isinstance(refusal, NotVisibleYet) else refusal
    settle([done.touched], incident=incident, now=request.now)
    return fact


@screen
def undo(request: DeskRequest) -> HttpResponse:
    """Take the last decision back: the pair waits again."""
    fact = ids([request.POST.get("fact", "")])
    if request.method != "POST" or not fact:
        return redirect("matching", incident=request.incident.code)
    told = [Told(new_id(), request.now, request.actor.by, RetractBody("people.sameperson", fact[0], "undo"))]
    incident = request.incident.id
    done = retract_facts(told=told, by=request.actor, incident=incident, now=request.now)
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise refusal
    _forget(request, fact[0])
    again = registry.reconsider_decisions({fact[0]}, incident, request.now)
    settle([done.touched, again.touched], incident=incident, now=request.now)
    messages.success(request, _("Taken back: the pair waits again."))
    return redirect(f"/i/{request.incident.code}/matching/{_to(request)}")


@screen
def unmask(request: DeskRequest) -> HttpResponse:
    """Both records in full, for a reason that stays in the journal, the differing characters marked."""
    asked = ids(request.POST.getlist("resident"))[:2]
    if request.method != "POST" or len(asked) != 2:
        return redirect("matching", incident=request.incident.code)
    clear = registry.unmask(
        asked, request.POST.get("reason", ""), by=request.actor, incident=request.incident.id, now=request.now
    )
    if len(clear) != 2:
        raise NotFound
    rows = []
    for field in pairs.FIELDS:
        words = [str(getattr(clear[one], field)) for one in asked]
        rows.append((FIELD[field], marked(*words), marked(*words[::-1])))
    return drawer(request, "commandpost/matching/clear.html", {"title": _("In full"), "rows": rows})


def marked(mine: str, other: str) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether the other text has something else there."""
    pieces: list[tuple[str, bool]] = []
    for n, letter in enumerate(mine):
        differs = bool(other) and (n >= len(other) or other[n] != letter)
        if pieces and pieces[-1][1] == differs:
            pieces[-1] = (pieces[-1][0] + letter, differs)
        else:
            pieces.append((letter, differs))
    return pieces


urlpatterns = [
    path("matching/", overview, name="matching"),
    path("matching/undo/", undo, name="matching-undo"),
    path("matching/unmask/", unmask, name="matching-unmask"),
    path("matching/<uuid:pair>/decide/", decide, name="matching-decide"),
]
