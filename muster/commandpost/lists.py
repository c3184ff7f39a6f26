"""Pushed lists: each sees its own completion, deadline and the names that remain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, act, areas, bounds, link, screen
from muster.core import journal
from muster.core.errors import NotFound
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.worklists import happened, progress, queries
from muster.domain.worklists.actions import wording
from muster.domain.worklists.progress import EntryRow, ListProgress
from muster.interop.tables import written

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2_000
WHICH = {
    "left": gettext_lazy("still to be reached"),
    "done": gettext_lazy("done"),
    "returned": gettext_lazy("sent back"),
    "all": gettext_lazy("all rows"),
}


@screen
def all_lists(request: DeskRequest) -> HttpResponse:
    """Every list in view, the first deadline first."""
    found = progress.lists(bounds(request), size=100)
    context = {
        "lists": [(one, labels.PURPOSE.get(one.purpose, one.purpose), _late(one, request)) for one in found],
        "areas": areas(request),
        "area": request.GET.get("area", ""),
    }
    return render(request, "commandpost/lists/all.html", context)


def _late(one: ListProgress, request: DeskRequest) -> int | None:
    """Hours past the deadline with rows left."""
    if one.deadline_at is None or one.deadline_at > request.now or not one.left:
        return None
    return int((request.now - one.deadline_at).total_seconds() // 3600)


def _found(request: DeskRequest, pushed: UUID) -> ListProgress:
    found = progress.lists(bounds(request), one=pushed)
    if not found:
        raise NotFound
    return found[0]


@screen
def one_list(request: DeskRequest, pushed: UUID) -> HttpResponse:
    """The rows of a list with what became of each; those that remain first."""
    found = _found(request, pushed)
    which = request.GET.get("which", "left")
    which = which if which in progress.WHICH else "left"
    said = request.GET.get("after", "")
    after = int(said) if said.isdecimal() and len(said) < 10 else -1
    rows = progress.entries(pushed, which=which, after=after, size=51)
    more = rows[50:]
    rows = rows[:50]
    context = {
        "list": found,
        "purpose": labels.PURPOSE.get(found.purpose, found.purpose),
        "late": _late(found, request),
        "rows": _told(rows, request),
        "which": which,
        "choices": WHICH,
        "previous_url": link(request, after="") if after >= 0 else None,
        "next_url": link(request, after=str(rows[-1].row)) if more else None,
        "script": queries.script_of_list(pushed),
        "may": request.actor.may("worklists.list", found.area, request.incident.id),
    }
    return render(request, "commandpost/lists/one.html", context)


@screen
def script(request: DeskRequest, pushed: UUID) -> HttpResponse:
    """Change what callers say for this list."""
    if request.method == "POST":
        act(request, wording.write_scripts, wording.WriteScript(pushed, wording.script_of(request.POST)))
        messages.success(request, _("Callers read these words from their next call on."))
    return redirect(f"/i/{request.incident.code}/lists/{pushed}/")


def _told(rows: list[EntryRow], request: DeskRequest) -> list[dict[str, Any]]:
    """Rows as people read them: masked names, states in words, the area of what was sent elsewhere."""
    names = people.masked((one.resident for one in rows), request.incident.id)
    away = happened.whereabouts([one.item for one in rows if one.state is None], request.incident.id)
    low, high = bounds(request)
    now_at: list[Any] = [away.get(one.item, one) for one in rows]
    where = places.area_names({at.area for at in now_at if at.area})
    return [
        {
            "entry": one,
            "name": names[one.resident].name if one.resident in names else "–",
            "phone": names[one.resident].phone if one.resident in names else "",
            "look": _look(one),
            "word": _word(one),
            "at": at,
            "outcome": labels.OUTCOME.get(at.last_outcome or "", ""),
            "step": labels.STEP.get(at.step, "") if at.step and at.state == "open" else "",
            "elsewhere": where.get(at.area, "") if at.area and not low <= at.area < high else "",
        }
        for one, at in zip(rows, now_at, strict=True)
    ]


def _look(one: EntryRow) -> str:
    if one.done:
        return "done"
    return "blocked" if one.returned_at or one.state in ("closed", "withdrawn") else "open"


def _word(one: EntryRow) -> str:
    if one.done:
        return _("done")
    if one.returned_at:
        return _("sent back")
    return _("with another area") if one.state is None else str(labels.ITEM_STATE.get(one.state, one.state))


@screen
def export(request: DeskRequest, pushed: UUID) -> HttpResponse:
    """The rows as a workbook of text cells, masked, marked with who took it; the journal says so."""
    found = _found(request, pushed)
    which = request.GET.get("which", "left")
    which = which if which in progress.WHICH else "left"
    mark = f"{found.title} · {request.actor.username} · {request.now:%Y-%m-%d %H:%M} UTC"
    header = (_("Row"), _("Name"), _("Telephone"), _("State"), _("Last outcome"), _("Tries"), _("Area"))
    rows = list(_cells(found, which, request))
    journal.write(
        action="worklists.export_list", by=request.actor, incident=request.incident.id, area=found.area,
        subjects=[pushed], count=len(rows),
    )  # fmt: skip
    answer = HttpResponse(written.workbook({"list": ((mark,), header, *rows)}), content_type=SHEET)
    answer["Content-Disposition"] = f'attachment; filename="list-{pushed}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


def _cells(found: ListProgress, which: str, request: DeskRequest) -> Iterator[tuple[object, ...]]:
    after = -1
    while listed := progress.entries(found.id, which=which, after=after, size=CHUNK):
        for one in _told(listed, request):
            entry: EntryRow = one["entry"]
            said = (one["name"], one["phone"], one["word"], one["outcome"])
            yield (entry.row, *said, one["at"].attempts or 0, one["elsewhere"])
        after = listed[-1].row


urlpatterns = [
    path("lists/", all_lists, name="lists"),
    path("lists/<uuid:pushed>/", one_list, name="list"),
    path("lists/<uuid:pushed>/script/", script, name="list-script"),
    path("lists/<uuid:pushed>/rows.xlsx", export, name="list-export"),
]
