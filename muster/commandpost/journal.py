"""The journal: who did what, when, to how many, and whether the chain holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, area_in_view, areas, link, screen
from muster.core import journal
from muster.core.access import scope, span, system
from muster.core.errors import NotAllowed
from muster.core.models import Account, Entry, Segment
from muster.domain.places import queries as places

PAGE = 50
SEGMENTS = 12

# particulars people can read; ids and codes of the program stay in the export
DETAIL: labels.Labels = {
    "rows": gettext_lazy("rows"),
    "purpose": gettext_lazy("Purpose"),
    "taken": gettext_lazy("taken"),
    "refused": gettext_lazy("refused"),
    "already": gettext_lazy("already there"),
    "doubtful": gettext_lazy("waits for a decision"),
    "kept": gettext_lazy("kept"),
    "new": gettext_lazy("new"),
    "matched": gettext_lazy("recognised"),
    "ambiguous": gettext_lazy("not clear"),
    "number": gettext_lazy("edition"),
    "segment": gettext_lazy("Journal segment"),
}


@screen
def entry_list(request: DeskRequest) -> HttpResponse:
    """Entries of this incident in scope, newest first; the sealed segments with their heads."""
    if not request.actor.spans("journal.read", request.incident.id):
        raise NotAllowed(right="journal.read")
    wish = {name: request.GET.get(name, "") for name in ("action", "area")}
    rows = Entry.objects.filter(_readable(request), incident=request.incident.id)
    if wish["action"] in labels.ACTION:
        rows = rows.filter(action=wish["action"])
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    segments = list(Segment.objects.order_by("-serial")[:SEGMENTS])
    checked = _checked() if request.method == "POST" else None
    context = {
        "rows": _listed(shown),
        "wish": wish,
        "actions": labels.ACTION,
        "areas": areas(request),
        "segments": [(one, bytes(one.head).hex()[:16]) for one in segments],
        "checked": checked,
        "journal_head": bytes(segments[0].head).hex()[:16] if segments else None,
        "previous_url": link(request, before="") if before else None,
        "next_url": link(request, before=str(shown[-1].pk)) if len(found) > PAGE else None,
    }
    return render(request, "commandpost/journal/list.html", context)


def _readable(request: DeskRequest) -> Q:
    """The areas where this person may read the journal, which may be fewer than they see."""
    low, high = span(area_in_view(request))
    found = Q(pk__in=[])
    for a, b in request.actor.spans("journal.read", request.incident.id):
        found |= Q(area__gte=max(a, low), area__lt=min(b, high))
    return found


def _checked() -> list[int]:
    """The segments that do not hold. The chain runs over all areas, so the system reads it; only numbers come back."""
    with scope(system()):
        return journal.verify()


def _listed(entries: list[Entry]) -> list[dict[str, Any]]:
    names: dict[UUID, str] = dict(
        Account.objects.filter(pk__in={one.actor for one in entries}).values_list("id", "username")
    )
    areas = places.area_names({one.area for one in entries if one.area})
    return [
        {
            "entry": one,
            "what": labels.ACTION.get(one.action, one.action),
            "who": names.get(one.actor, _("the system")),
            "place": areas.get(one.area, ""),
            "reason": journal.reason(one),
            "detail": " · ".join(
                f"{DETAIL[key]} {labels.PURPOSE.get(str(value), value)}"
                for key, value in one.detail.items()
                if key in DETAIL
            ),
        }
        for one in entries
    ]


urlpatterns = [path("journal/", entry_list, name="journal")]
