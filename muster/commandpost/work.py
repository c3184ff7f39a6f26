"""The work list: who is still to be reached, by whom, until when."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.commandpost import frame, labels, work_answers
from muster.commandpost.frame import PAGE, DeskRequest, areas, bounds, ids, page, screen, tell, within
from muster.commandpost.remembered import remembered
from muster.core import plans
from muster.core.access import span
from muster.core.errors import BadInput
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.responders.models import Team
from muster.domain.worklists import happened
from muster.domain.worklists import queries as worklists
from muster.domain.worklists import sweep_queries as sweeps
from muster.domain.worklists.actions import desk as deciding
from muster.domain.worklists.models import ListEntry, WorkItem

MOST_AT_ONCE = deciding.MOST
CALLED = ("verify", "investigate", "follow_up")
DECISIONS: dict[str, tuple[Any, Any]] = {
    "return": (deciding.return_items, deciding.ReturnItems),
    "recall": (deciding.recall_items, deciding.RecallItems),
    "close": (deciding.close_items, deciding.CloseItems),
    "reopen": (deciding.reopen_items, deciding.ReopenItems),
}
# an array: as a join, row security makes the planner probe the list for all work of a district
OF_LIST = "worklists_workitem.id = any(array(select item from worklists_listentry where list_id = %s))"


def chosen(request: DeskRequest) -> tuple[QuerySet[WorkItem], dict[str, str]]:
    """The items of the sentence in the address: kind, state, due, assigned, area, list."""
    wish = {
        name: request.GET.get(name, "")
        for name in ("kind", "state", "due", "who", "step", "list", "purpose", "area")
    }
    state = wish["state"] if wish["state"] in ("done", "withdrawn", "closed") else "open"
    if wish["who"] == "sent":
        rows = WorkItem.objects.filter(within(request, "from_area"), state=state).exclude(within(request))
    else:
        rows = WorkItem.objects.filter(within(request), state=state)
    if wish["kind"] in labels.ITEM_KIND:
        rows = rows.filter(kind=wish["kind"])
    if wish["step"] in labels.STEP:
        rows = rows.filter(step=wish["step"])
    if wish["due"] == "late":
        rows = rows.filter(due_at__lt=request.now)
    if wish["who"] == "nobody":
        rows = rows.filter(assignee=None)
    elif wish["who"] == "leased":
        rows = rows.filter(leased_until__gt=request.now)
    elif found := ids([wish["who"]]):
        rows = rows.filter(assignee=found[0])
    if found := ids([wish["list"]]):
        rows = rows.extra(where=[OF_LIST], params=[found[0]])  # noqa: S610  # nosec B610
    if wish["purpose"] in labels.PURPOSE:
        rows = rows.filter(pk__in=ListEntry.objects.filter(list__purpose=wish["purpose"]).values("item"))
    return rows, wish


@screen
def work_list(request: DeskRequest) -> HttpResponse:
    """One page of work items; the filters are a sentence, the whole state is in the address."""
    rows, wish = chosen(request)
    with plans.in_index_order() if _is_wide(request, wish) else nullcontext():
        items, pager = page(request, rows.filter(due_at__isnull=False), ("due_at", "id"))
    context = pager | {
        "items": [_row(item, request) for item in _with_names(items, request.incident.id)],
        "wish": wish,
        "kinds": labels.ITEM_KIND,
        "purposes": labels.PURPOSE,
        "steps": labels.STEP,
        "teams": Team.objects.filter(within(request)).order_by("name", "id")[:300],
        "areas": areas(request),
        "counts": _counts(request),
    }
    return render(request, "commandpost/work/list.html", context)


def _is_wide(request: DeskRequest, wish: dict[str, str]) -> bool:
    """Nearly all open work is in view, so the first page is found soonest in the order of the deadlines."""
    low, high = bounds(request)
    whole = span(request.incident.area)
    narrow = any(wish[name] for name in ("state", "who", "list", "purpose", "area"))
    return not narrow and low <= whole[0] and high >= whole[1]


def _with_names(items: list[WorkItem], incident: UUID) -> list[tuple[WorkItem, str]]:
    """Items with the masked name of the person or the door they are about."""
    persons = people.masked((item.subject for item in items if item.subject_kind == "resident"), incident)
    doors = places.dwelling_titles({item.subject for item in items if item.subject_kind == "dwelling"})
    doors |= sweeps.names_of(items)
    return [
        (item, persons[item.subject].name if item.subject in persons else doors.get(item.subject, ""))
        for item in items
    ]


def _row(pair: tuple[WorkItem, str], request: DeskRequest) -> dict[str, Any]:
    item, name = pair
    late = item.state == "open" and item.due_at is not None and item.due_at < request.now
    doing = item.leased_until is not None and item.leased_until > request.now
    return {
        "item": item,
        "name": name,
        "kind": labels.ITEM_KIND.get(item.kind, item.kind),
        "step": labels.STEP.get(item.step, item.step),
        "outcome": labels.OUTCOME.get(item.last_outcome, item.last_outcome),
        "late": late,
        "waits": _waits(item, request),
        "hours": int((request.now - item.due_at).total_seconds() // 3600) if late and item.due_at else None,
        "state": _look(item, doing=doing, late=late),
        "word": labels.ITEM_STATE[item.state] if item.state in ("closed", "withdrawn") else "",
    }


def _look(item: WorkItem, *, doing: bool, late: bool) -> str:
    """How the state is drawn."""
    if item.state != "open":
        return "done" if item.state == "done" else "blocked"
    return "doing" if doing else "late" if late else "open"


def _waits(item: WorkItem, request: DeskRequest) -> str:
    """The area that was sent this and has not begun with it."""
    low, high = bounds(request)
    untouched = item.state == "open" and item.assignee is None and item.leased_until is None
    if item.from_area is None or low <= item.area < high or not untouched:
        return ""
    return places.area_names([item.area]).get(item.area, "")


def _counts(request: DeskRequest) -> list[dict[str, Any]]:
    reach = bounds(request)
    kinds, _at = remembered(request, "kinds", lambda: worklists.kinds(reach, request.now))
    return [
        {
            "kind": one.kind,
            "label": labels.ITEM_KIND.get(one.kind, one.kind),
            "value": one.open,
            "late": one.late,
        }
        for one in kinds
    ]


@screen
def drawer(request: DeskRequest, item: UUID) -> HttpResponse:
    """One item with its causes and history, beside the list."""
    found = get_object_or_404(WorkItem, pk=item)
    events = _events(happened.history(item, request.incident.id))
    causes = ListEntry.objects.filter(item=item).select_related("list").order_by("list__received_at")[:50]
    row = _row(_with_names([found], request.incident.id)[0], request)
    context = {"row": row, "title": row["name"] or row["kind"], "events": events, "causes": causes}
    mine = request.actor.may("worklists.record", found.area, request.incident.id)
    context["may_call"] = mine and found.kind in CALLED
    if found.assignee:
        context["assignee"] = Team.objects.filter(pk=found.assignee).values_list("name", flat=True).first()
    return frame.drawer(request, "commandpost/work/drawer.html", context)


def _events(history: list[happened.Event]) -> list[dict[str, Any]]:
    """A history as the timeline shows it."""
    callers = responders.known({one.by for one in history})
    areas = places.area_names({one.area for one in history if one.area})
    return [
        {
            "at": one.at,
            "what": labels.OUTCOME.get(one.detail, one.detail)
            if one.kind == "tried"
            else labels.HAPPENED[one.kind] % {"area": areas.get(one.area or 0, "")},
            "note": "" if one.kind == "tried" else one.detail,
            "by": callers[one.by].code if one.by in callers else "",
        }
        for one in history
    ]


@screen
def decide(request: DeskRequest) -> HttpResponse:
    """One decision about many items at once; says for each what became of it."""
    back = redirect(request.META.get("HTTP_REFERER") or f"/i/{request.incident.code}/work/")
    picked = ids(request.POST.getlist("item"))
    if request.POST.get("all") == "1":
        rows, _wish = chosen(request)
        picked = list(rows.values_list("id", flat=True)[:MOST_AT_ONCE])
    if not picked:
        messages.warning(request, _("Nothing was selected."))
        return back
    done = _decided(request, picked)
    if not done.data:  # refused as a whole: there is no answer for each
        raise next(iter(done.refused.values()))
    answers: dict[str, str] = next(iter(done.data.values()), {})
    good = sum(answer == deciding.DONE for answer in answers.values())
    if good < len(answers) or len(answers) > PAGE:
        return work_answers.keep(request, request.POST.get("verb", ""), answers)
    messages.success(request, ngettext("%(n)d item changed.", "%(n)d items changed.", good) % {"n": good})
    return back


def _decided(request: DeskRequest, picked: list[UUID]) -> Any:
    verb = request.POST.get("verb")
    if verb == "assign":
        team = ids([request.POST.get("team", "")])
        return tell(request, deciding.assign_items, deciding.AssignItems(picked, team[0] if team else None))
    if verb == "transfer" and request.POST.get("to", "").isdecimal():
        body = deciding.TransferItems(picked, int(request.POST["to"]), request.POST.get("reason", "")[:40])
        return tell(request, deciding.transfer_items, body)
    if verb in DECISIONS:
        action, kind = DECISIONS[verb]
        return tell(request, action, kind(picked, request.POST.get("reason", "")[:40]))
    raise BadInput(problem=str(verb))


urlpatterns = [
    path("work/", work_list, name="work"),
    path("work/decide/", decide, name="work-decide"),
    path("work/<uuid:item>/drawer/", drawer, name="work-drawer"),
    *work_answers.urlpatterns,
]
