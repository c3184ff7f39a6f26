"""The caller's cockpit: take the next one, see what must be known, say it, press one key. Works by keyboard alone."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import calling_facts, frame, labels
from muster.commandpost.asking import moment
from muster.commandpost.frame import DESK, DeskRequest, Screen, act, areas, bounds, ids, tell
from muster.core.errors import BadInput
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.cases.rules import Health
from muster.domain.incidents import queries as incidents
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.actions import calls, desk, opening, taking
from muster.domain.worklists.rules import ItemKind, Outcome
from muster.journeys import asked_by_phone
from muster.journeys.settle import settle

KINDS = (ItemKind.VERIFY, ItemKind.INVESTIGATE, ItemKind.FOLLOW_UP)
RIGHT = "worklists.record"
LANGUAGES = ("zh", "yue", "en", "other")
HEALTH = (Health.SEEN_OK.value, Health.SEEN_NOT_OK.value)


def seat(view: Screen) -> Screen:
    """A page for whoever may record calls here, with or without a desk. Kept by no browser: see `Cache-Control`."""
    opened = frame.seat(RIGHT)(view)

    @functools.wraps(view)
    def shown(request: HttpRequest, incident: str, **rest: Any) -> HttpResponse:
        answer = opened(request, incident, **rest)
        answer["Cache-Control"] = "no-store"
        return answer

    return shown


@seat
def start(request: DeskRequest) -> HttpResponse:
    """How long the queue is, what one did today, and the next one at one key. Names nobody."""
    held = opening.held_by(request.actor, request.now)
    if held is not None:
        return redirect(f"/i/{request.incident.code}/calling/{held}/")
    kinds, languages = _wish(request)
    local = request.now.astimezone(ZoneInfo(settings.TIME_ZONE))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    hours = incidents.pack_of(request.incident.id).attempts
    mine = worklists.called_since(request.actor.by, midnight)
    context = {
        "queue": worklists.queue(bounds(request), kinds, request.now),
        "kinds": [(one.value, labels.ITEM_KIND[one.value], one in kinds) for one in KINDS],
        "languages": [(one, labels.SPEECH[one], one in languages) for one in LANGUAGES],
        "areas": areas(request),
        "area": request.GET.get("area", ""),
        "mine": [(labels.OUTCOME.get(code, code), times) for code, times in mine.items()],
        "total": sum(mine.values()),
        "decent": hours.is_decent(request.now, ZoneInfo(settings.TIME_ZONE)),
        "hours": (hours.from_hour.value, hours.to_hour.value),
        "has_desk": bool(request.actor.spans(DESK, request.incident.id)),
        "recorded": ids([request.GET.get("recorded", "")]),
        "undo": ids([request.GET.get("undo", "")]),
    }
    return render(request, "commandpost/calling/start.html", context)


def _wish(request: DeskRequest) -> tuple[tuple[ItemKind, ...], tuple[str, ...]]:
    """Kinds and languages of the address (or of the form), the usual ones where nothing is said."""
    said = request.POST if request.method == "POST" else request.GET
    kinds = tuple(one for one in KINDS if one.value in said.getlist("kind")) or (ItemKind.VERIFY,)
    languages = tuple(one for one in LANGUAGES if one in said.getlist("speak")) or ("zh",)
    return kinds, languages


def _wished(request: DeskRequest, **more: str) -> str:
    """The same wishes for the next page: they travel in the forms."""
    said = request.POST
    kept = [(name, value) for name in ("kind", "speak", "area") for value in said.getlist(name) if value]
    return "?" + urlencode([*kept, *more.items()])


def _back(request: DeskRequest, **more: str) -> HttpResponse:
    return redirect(f"/i/{request.incident.code}/calling/{_wished(request, **more)}")


@require_POST
@seat
def take(request: DeskRequest) -> HttpResponse:
    """Take the next one, or say why there is none."""
    kinds, languages = _wish(request)
    area = request.POST.get("area", "")
    wanted = int(area) if area.isdecimal() and len(area) <= 15 else 0
    done = tell(request, taking.take_next, taking.TakeNext(wanted, kinds, languages=languages))
    for refusal in done.refused.values():
        messages.warning(request, refusal.say(request.LANGUAGE_CODE))
        return _back(request)
    item = next(iter(done.data.values()))["id"]
    return redirect(f"/i/{request.incident.code}/calling/{item}/{_wished(request)}")


@require_POST
@seat
def take_one(request: DeskRequest, item: UUID) -> HttpResponse:
    """Take the item one looks at; a reason where the person was reached just now."""
    act(request, taking.take_items, taking.TakeItem(item, request.POST.get("reason", "")))
    return redirect(f"/i/{request.incident.code}/calling/{item}/")


@seat
def cockpit(request: DeskRequest, item: UUID) -> HttpResponse:
    """One call: facts, script and outcomes, for as long as the lease lasts."""
    opened = opening.open_call(item, by=request.actor, incident=request.incident.id, now=request.now)
    kinds, languages = _wish(request)
    context = calling_facts.of(opened, request) | {
        "outcomes": OUTCOMES,
        "speeches": [(one, labels.SPEECH[one]) for one in ("yue", "en", "other")],
        "needs": labels.NEED,
        "feels": [(one, labels.HEALTH[one]) for one in HEALTH]
        if opened.item.kind == ItemKind.FOLLOW_UP
        else [],
        "areas": areas(request),
        "kept": [("kind", one.value) for one in kinds] + [("speak", one) for one in languages],
        "area": request.GET.get("area", ""),
    }
    return render(request, "commandpost/calling/call.html", context)


OUTCOMES = tuple(
    (str(key), outcome.value, labels.OUTCOME[outcome.value], look)
    for key, (outcome, look) in enumerate(
        (
            (Outcome.REACHED_VERIFIED, "done"),
            (Outcome.NO_ANSWER, "absent"),
            (Outcome.BUSY, "absent"),
            (Outcome.WRONG_NUMBER, "absent"),
            (Outcome.MOVED, "open"),
            (Outcome.REFUSED, "refused"),
            (Outcome.NEEDS_INTERPRETER, "refused"),
            (Outcome.NEEDS_HELP, "refused"),
            (Outcome.ALREADY_VERIFIED, "done"),
        ),
        start=1,
    )
)


@require_POST
@seat
def outcome(request: DeskRequest, item: UUID) -> HttpResponse:
    """How the call ended. An observation: it counts even when the lease is over."""
    said = request.POST
    to = said.get("to", "") if said.get("outcome") == Outcome.MOVED else ""
    ending = Outcome.MOVED_WITHIN if to.isdecimal() else _outcome(said.get("outcome", ""))
    body = calls.RecordAttempt(
        item=item,
        outcome=ending,
        callback_at=moment(said["callback_at"], "callback_at") if said.get("callback_at") else None,
        language=_of(calls.LANGUAGES, said.get("language", ""))
        if ending == Outcome.NEEDS_INTERPRETER
        else "",
        needs=_of(calls.NEEDS, said.get("needs", "")) if ending == Outcome.NEEDS_HELP else "",
        note=said.get("note", "")[: calls.LONGEST],
    )
    bodies = [body]
    if ending == Outcome.NEEDS_HELP and said.get("verified") == "1":
        bodies.append(calls.RecordAttempt(item=item, outcome=Outcome.REACHED_VERIFIED))
    facts = _record(request, bodies, _health(request, item, ending))
    if ending == Outcome.MOVED_WITHIN:
        _send_after(request, item, int(to))
    messages.success(request, _("Recorded: %(outcome)s.") % {"outcome": labels.OUTCOME[ending.value]})
    return _back(request, recorded=str(item), undo=str(facts[0]))


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError:
        raise BadInput(problem=_("how the call ended")) from None


def _of(known: tuple[str, ...], text: str) -> Any:
    return text if text in known else ""


def _health(request: DeskRequest, item: UUID, ending: Outcome) -> str:
    """How a contact is whose follow-up this call was; somebody who was reached is asked."""
    health = _of(HEALTH, request.POST.get("health", ""))
    if ending == Outcome.REACHED_VERIFIED and not health and worklists.kind_of(item) == ItemKind.FOLLOW_UP:
        raise BadInput(problem=_("How do they feel?"))
    return str(health)


def _record(request: DeskRequest, bodies: list[calls.RecordAttempt], health: str) -> list[UUID]:
    """Both sentences of one call in one go, and how a contact is; the ids of the calls."""
    told = [Told(new_id(), request.now, request.actor.by, body) for body in bodies]
    done = calls.record_attempts(told=told, by=request.actor, incident=request.incident.id, now=request.now)
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise refusal
    touched = [done.touched]
    if worklists.kind_of(bodies[0].item) == ItemKind.FOLLOW_UP:
        incident, now = request.incident.id, request.now
        touched.append(asked_by_phone.record(call=told[0], health=health, incident=incident, now=now).touched)
    settle(touched, incident=request.incident.id, now=request.now)
    return [one.id for one in told]


def _send_after(request: DeskRequest, item: UUID, to: int) -> None:
    """Somebody moved within reach: the item follows, by the hand of who holds it or has the right of a desk."""
    if tell(request, desk.transfer_items, desk.TransferItems([item], to, "moved")).refused:
        tell(request, taking.release_items, taking.ReleaseItem(item))
        messages.warning(request, _("The item stays here; ask the desk to send it to the other area."))


@require_POST
@seat
def undo(request: DeskRequest, fact: UUID) -> HttpResponse:
    """Take back what was just recorded."""
    facts = worklists.said_with(fact)
    told = [
        Told(new_id(), request.now, request.actor.by, RetractBody("worklists.attempt", one, "slip"))
        for one in facts
    ]
    done = retract_facts(told=told, by=request.actor, incident=request.incident.id, now=request.now)
    for refusal in [*done.refused.values(), *done.waiting.values()]:
        raise refusal
    again = calls.reconsider_attempts(set(facts), request.incident.id, request.now)
    said = asked_by_phone.take_back(call=fact, incident=request.incident.id, now=request.now)
    settle([done.touched, again.touched, said.touched], incident=request.incident.id, now=request.now)
    moved = worklists.ended_by(facts, Outcome.MOVED_WITHIN)
    if moved and tell(request, desk.recall_items, desk.RecallItems(moved)).refused:
        messages.warning(
            request, _("Taken back. The other area has begun with the item or sent it on; ask its desk.")
        )
    else:
        messages.success(request, _("Taken back. The item is in the queue again."))
    return _back(request)


@require_POST
@seat
def release(request: DeskRequest, item: UUID) -> HttpResponse:
    """Give the item back without a call."""
    tell(request, taking.release_items, taking.ReleaseItem(item))
    return _back(request, recorded=str(item))


@require_POST
@seat
def hold(request: DeskRequest, item: UUID) -> HttpResponse:
    """The call goes on: keep the lease. Asked by the page while somebody works in it."""
    act(request, taking.hold_items, taking.HoldItem(item))
    return HttpResponse(status=204)


urlpatterns = [
    path("calling/", start, name="calling"),
    path("calling/take/", take, name="calling-take"),
    path("calling/undo/<uuid:fact>/", undo, name="calling-undo"),
    path("calling/<uuid:item>/", cockpit, name="calling-item"),
    path("calling/<uuid:item>/take/", take_one, name="calling-take-one"),
    path("calling/<uuid:item>/outcome/", outcome, name="calling-outcome"),
    path("calling/<uuid:item>/release/", release, name="calling-release"),
    path("calling/<uuid:item>/hold/", hold, name="calling-hold"),
]
