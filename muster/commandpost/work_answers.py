"""What became of each item of one decision, kept an hour for who took it: on a page, and as a workbook."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from muster.commandpost import labels
from muster.commandpost.frame import DeskRequest, screen
from muster.core.errors import NotFound, Refusal
from muster.core.ids import new_id
from muster.domain.people import queries as people
from muster.domain.worklists.actions.desk import ANSWERS, DONE
from muster.domain.worklists.models import WorkItem
from muster.interop.tables import written

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = 3_600
SHOWN = 200
Answers = dict[str, str]


def keep(request: DeskRequest, verb: str, answers: Answers) -> HttpResponse:
    """Keep the answers and go to their page."""
    identity = new_id()
    cache.set(_key(request, identity), (verb, answers), KEPT)
    return redirect(f"/i/{request.incident.code}/work/answers/{identity}/")


def _key(request: DeskRequest, identity: UUID) -> str:
    return f"work-answers.{request.actor.account}.{request.incident.id}.{identity}"


def _held(request: DeskRequest, identity: UUID) -> tuple[str, Answers]:
    found = cache.get(_key(request, identity))
    if found is None:
        raise NotFound
    return found  # type: ignore[no-any-return]


def reason(code: str) -> str:
    """An answer in words."""
    refusal: type[Refusal] | None = ANSWERS.get(code)
    if refusal is None:
        return _("changed") if code == DONE else code
    return refusal().say(get_language() or "zh") if "{" not in refusal.texts["en"] else code


@screen
def answers(request: DeskRequest, identity: UUID) -> HttpResponse:
    """How many were changed, and of the others why not, item by item."""
    verb, said = _held(request, identity)
    others = [UUID(item) for item, code in said.items() if code != DONE]
    shown = _named(others[:SHOWN], request)
    counts = Counter(said.values())
    context = {
        "verb": labels.DECISION.get(verb, verb),
        "done": counts.pop(DONE, 0),
        "total": len(said),
        "reasons": [(reason(code), times) for code, times in counts.most_common()],
        "rows": [(item, shown.get(item, ("–", "")), reason(said[str(item)])) for item in others[:SHOWN]],
        "rest": max(len(others) - SHOWN, 0),
    }
    return render(request, "commandpost/work/answers.html", context)


def _named(items: list[UUID], request: DeskRequest) -> dict[UUID, tuple[str, str]]:
    """Masked name and kind of the items one may see."""
    found = WorkItem.objects.filter(pk__in=items).values_list("id", "subject", "kind")
    rows = list(found)
    names = people.masked((subject for _id, subject, _kind in rows), request.incident.id)
    return {
        item: (names[subject].name if subject in names else "–", str(labels.ITEM_KIND.get(kind, kind)))
        for item, subject, kind in rows
    }


@screen
def workbook(request: DeskRequest, identity: UUID) -> HttpResponse:
    """Every item with its answer, as text cells."""
    verb, said = _held(request, identity)
    named = _named([UUID(item) for item in said], request)
    mark = f"{labels.DECISION.get(verb, verb)} · {request.actor.username} · {request.now:%Y-%m-%d %H:%M} UTC"
    lines: list[tuple[str, ...]] = [(mark,), (_("Item"), _("Name"), _("Work"), _("Code"), _("Answer"))]
    for item, code in said.items():
        name, kind = named.get(UUID(item), ("–", ""))
        lines.append((item, name, kind, code, reason(code)))
    answer = HttpResponse(written.workbook({"answers": lines}), content_type=SHEET)
    answer["Content-Disposition"] = f'attachment; filename="answers-{identity}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("work/answers/<uuid:identity>/", answers, name="work-answers"),
    path("work/answers/<uuid:identity>/answers.xlsx", workbook, name="work-answers-export"),
]
