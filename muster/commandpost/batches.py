"""Batches: who is on the way, who is here, who is missing; and the call-outs that asked for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, has, local, told, whereabouts, wish
from muster.commandpost.frame import DeskRequest, act, drawer, screen
from muster.commandpost.responders import org_name
from muster.core.errors import BadInput, NotFound
from muster.core.ids import new_id
from muster.domain.mobilising import actions, queries
from muster.domain.mobilising.models import Callout, CalloutAnswered, CalloutSent
from muster.domain.mobilising.queries import BatchRow
from muster.domain.mobilising.rules import Stage
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders

SHOWN = 60  # cards in one column
MOST_ORGANISATIONS = 600
MOST_WORDS = 20_000
BETWEEN = re.compile(r"[\s,，、;；]+")
FLAGS = ("short", "implausible_date", "total_differs", "uneven", "late")


@screen
def board(request: DeskRequest) -> HttpResponse:
    """The board: a column for each stage, flagged and short batches in words."""
    asked = wish(request, "flag", "sender")
    rows = queries.batch_rows(request.incident.id, request.now)
    senders = {row.organisation: _sender(row) for row in rows}
    kept = [
        row for row in rows
        if (asked["flag"] not in FLAGS or asked["flag"] in row.flags) and asked["sender"] in ("", str(row.organisation))
    ]  # fmt: skip
    leaders = responders.known({row.leader for row in kept if row.leader})
    names = places.area_names({row.area for row in kept} | {row.from_area for row in kept})
    columns, printed = [], _printed(rows)
    for stage in queries.COLUMNS:
        listed = [row for row in kept if row.state == stage]
        shown = listed[-SHOWN:] if stage == "released" else listed[:SHOWN]
        cards = [
            _card(row, request, leaders, names, printed.get((row.organisation, row.from_area)))
            for row in shown
        ]
        columns.append(
            {
                "title": terms.STAGE[stage],
                "count": len(listed),
                "cards": cards,
                "more": len(listed) - len(cards),
            }
        )
    context = {
        "columns": columns,
        "found": len(rows),
        "wish": asked,
        "flags": {flag: _flag_name(flag) for flag in FLAGS},
        "senders": sorted(senders.items(), key=lambda pair: pair[1]),
        "short": sum(row.shortfall or 0 for row in rows),
        "callouts": [
            one for one in queries.callout_board(request.incident.id) if one.sent or _mine(request, one.area)
        ],
    }
    return render(request, "commandpost/batches/board.html", context | _forms(request))


def _forms(request: DeskRequest) -> dict[str, Any]:
    may_plan, may_call = has(request, "mobilising.batch"), has(request, "mobilising.plan")
    if not (may_plan or may_call):
        return {}
    listed = responders.organisations()[:MOST_ORGANISATIONS]
    return {
        "may_plan": may_plan,
        "may_call": may_call,
        "organisations": [(one.id, org_name(one)) for one in listed],
        "areas": whereabouts(request, "mobilising.batch"),
        "fresh": new_id(),
        "soon": local(request.now),
    }


def _english() -> bool:
    return (get_language() or "zh").startswith("en")


def _mine(request: DeskRequest, area: int) -> bool:
    return any(low <= area < high for low, high in request.actor.spans(None, request.incident.id))


def _sender(row: BatchRow) -> str:
    return row.organisation_name_en if _english() and row.organisation_name_en else row.organisation_name


def _flag_name(flag: str) -> str:
    return {
        "short": _("short"),
        "implausible_date": _("printed date cannot be right"),
        "total_differs": _("printed total differs"),
        "uneven": _("heads and names differ"),
        "late": _("should be here by now"),
    }[flag]


def _printed(rows: Sequence[BatchRow]) -> dict[tuple[UUID, int], int]:
    """The total a letter gives for all batches of a sender."""
    return {
        (row.organisation, row.from_area): row.printed_total for row in rows if row.printed_total is not None
    }


def explained(row: BatchRow, printed: int | None) -> list[str]:
    """The flags of a batch, each as a sentence that says what to look at; `printed` is the total of the letter."""
    said = {
        "short": _("%(n)d short: %(came)s came of %(planned)d planned") % {
            "n": row.shortfall or 0, "came": row.counts["arrived"], "planned": row.planned,
        },
        "implausible_date": _("the letter is dated %(printed)s, likely meant: %(likely)s") % {
            "printed": row.printed_date, "likely": row.suggested_date,
        },
        "total_differs": _("the letter says %(n)s in all, the batches of this sender do not add up to it")
        % {"n": printed},
        "uneven": _("at one roll-call the heads counted and the names taken differ"),
        "late": _("planned for %(at)s, nobody has called the roll") % {"at": local(row.planned_at).replace("T", " ")},
    }  # fmt: skip
    return [said[flag] for flag in row.flags if flag in said]


def _card(
    row: BatchRow, request: DeskRequest, leaders: dict[UUID, Any], names: dict[int, str], printed: int | None
) -> dict[str, Any]:
    reached = row.reached.get(row.state) or row.planned_at
    return {
        "href": f"/i/{request.incident.code}/batches/{row.id}/drawer/",
        "sender": _sender(row) or names[row.from_area],
        "way": f"{names[row.from_area]} → {names[row.area]}",
        "leader": leaders[row.leader].code if row.leader in leaders else "",
        "task": row.task,
        "planned": row.planned,
        "actual": None if row.state == "planned" else row.known,
        "vehicles": row.vehicles if row.vehicles_seen is None else row.vehicles_seen,
        "flags": explained(row, printed),
        "at": reached,
    }


@screen
def batch_drawer(request: DeskRequest, batch: UUID) -> HttpResponse:
    """One batch: its numbers by stage, what is odd about it, every roll-call; the roll can be called here."""
    card = queries.batch_card(batch, request.now)
    if card is None:
        raise NotFound
    row = card.batch
    known = responders.known(
        {one.by for one in card.calls} | set(card.present) | ({row.leader} if row.leader else set())
    )
    names = places.area_names({row.area, row.from_area})
    events = [
        {
            "at": one.at,
            "what": f"{terms.word(terms.ROLL, one.stage)}: {one.headcount}",
            "by": known[one.by].code if one.by in known else "",
            "note": _called(one.named, one.vehicles),
            "retracted": one.retracted,
        }
        for one in reversed(card.calls)
    ]
    context = {
        "title": _sender(row),
        "row": row,
        "card": _card(
            row, request, known, names, card.conflict.printed if card.conflict else row.printed_total
        ),
        "state": terms.STAGE[row.state],
        "stages": [
            (terms.STAGE[stage], row.counts[stage], row.reached[stage]) for stage in queries.COLUMNS[1:]
        ],
        "present": sorted(known[one].code for one in card.present if one in known),
        "events": events,
        "rolls": {str(stage): terms.ROLL[stage] for stage in Stage},
        "next": _following(row.state),
        "may_call": any(
            request.actor.may("mobilising.batch", end, request.incident.id)
            for end in (row.area, row.from_area)
        ),
    }
    return drawer(request, "commandpost/batches/drawer.html", context)


def _following(state: str) -> str:
    place = queries.COLUMNS.index(state)
    return queries.COLUMNS[min(place + 1, len(queries.COLUMNS) - 1)]


def _called(named: int, vehicles: int | None) -> str:
    said = [_("%(n)d by name") % {"n": named}] if named else []
    if vehicles is not None:
        said.append(ngettext("%(n)d vehicle", "%(n)d vehicles", vehicles) % {"n": vehicles})
    return " · ".join(said)


@require_POST
@screen
def plan(request: DeskRequest) -> HttpResponse:
    """Plan a batch."""
    given: dict[str, Any] = {}
    if code := request.POST.get("leader_code", "").strip():
        given["leader"] = _one(code)
    act(request, actions.plan_batches, body(request, actions.PlanBatch, given))
    return told(request, _("The batch is planned."), "batches")


def _one(code: str) -> UUID:
    return _alone(code, [one.id for one in responders.by_code(code)])


def _alone(code: str, found: Sequence[UUID]) -> UUID:
    if len(found) != 1:
        raise BadInput(problem=_("nobody, or not one alone, has the code %(code)s") % {"code": code[:20]})
    return found[0]


def _named(text: str) -> dict[str, Any]:
    """Codes of those present; a line that begins with a vehicle and a colon says who sat in it."""
    if len(text) > MOST_WORDS:
        raise BadInput(problem=_("more names than one roll-call holds"))
    lines = [line.rpartition(":") for line in text.replace("：", ":").splitlines() if line.strip()]
    said = [(vehicle.strip(), colon, BETWEEN.split(codes.strip())) for vehicle, colon, codes in lines]
    known = responders.by_codes(code for *_, codes in said for code in codes if code)
    present: list[UUID] = []
    rides = []
    for vehicle, colon, codes in said:
        people = [_alone(code, known.get(code, ())) for code in codes if code]
        if colon:
            rides.append({"vehicle": vehicle, "present": people})
        else:
            present += people
    return {"present": present, "rides": rides}


@require_POST
@screen
def roll_call(request: DeskRequest, batch: UUID) -> HttpResponse:
    """Record a roll-call, perhaps with names and vehicles."""
    given = {"batch": batch} | _named(request.POST.get("named", ""))
    act(request, actions.call_rolls, body(request, actions.CallRoll, given))
    return told(request, _("The roll-call is recorded."), "batches")


@require_POST
@screen
def send(request: DeskRequest) -> HttpResponse:
    """Send a call-out to organisations."""
    act(request, actions.send_callouts, body(request, actions.SendCallout, longest=2000))
    return told(request, _("The call-out is sent."), "batches")


@screen
def callout_drawer(request: DeskRequest, callout: UUID) -> HttpResponse:
    """One call-out: whom it asked and what they answered."""
    held = Callout.objects.filter(pk=callout, incident=request.incident.id).first()
    if held is None:
        raise NotFound
    asked = list(CalloutSent.objects.filter(callout=callout).order_by("at", "id")[:MOST_ORGANISATIONS])
    if not asked and not _mine(request, held.area):
        raise NotFound
    answers = {
        one.organisation: one for one in CalloutAnswered.objects.filter(callout=callout).order_by("at", "id")
    }
    known = responders.organisations().in_bulk({one.organisation for one in asked} | answers.keys())
    rows = [
        (
            one.organisation,
            org_name(known[one.organisation]) if one.organisation in known else "",
            answers.get(one.organisation),
        )
        for one in asked
    ]
    context = {
        "title": held.title,
        "held": held,
        "rows": rows,
        "may_answer": has(request, "mobilising.batch"),
    }
    return drawer(request, "commandpost/batches/callout.html", context)


@require_POST
@screen
def answer(request: DeskRequest, callout: UUID) -> HttpResponse:
    """Record what an organisation answered."""
    act(request, actions.answer_callouts, body(request, actions.AnswerCallout, {"callout": callout}))
    return told(request, _("The answer is recorded."), "batches")


urlpatterns = [
    path("batches/", board, name="batches"),
    path("batches/plan/", plan, name="batch-plan"),
    path("batches/call-outs/", send, name="callout-send"),
    path("batches/call-outs/<uuid:callout>/drawer/", callout_drawer, name="callout-drawer"),
    path("batches/call-outs/<uuid:callout>/answer/", answer, name="callout-answer"),
    path("batches/<uuid:batch>/drawer/", batch_drawer, name="batch-drawer"),
    path("batches/<uuid:batch>/roll-call/", roll_call, name="batch-roll-call"),
]
