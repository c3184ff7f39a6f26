"""Situation report: the figures of now, what changed since the last edition, and every edition as it was frozen."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import body, told
from muster.commandpost.frame import DeskRequest, act, ids, link, screen
from muster.core.access import ROLES, span
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import new_id
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.reports import actions, queries, wording, writing
from muster.reports.changes import Changes, Moved
from muster.reports.figures import catalogue, counting
from muster.reports.figures.asking import Wanted, read
from muster.reports.figures.definition import Ask, Value
from muster.reports.models import Edition
from muster.reports.rendering import labels
from muster.reports.rendering.sheet import sheet

READ, PUBLISH = "reports.read", "reports.publish"
COUNTED_FOR = 60  # seconds that a count is shown again; its age stands beside it
MOST_EDITIONS = 60
FORMS = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def _may_read(request: DeskRequest) -> None:
    if not request.actor.spans(READ, request.incident.id):
        raise NotAllowed(right=READ)


def own_area(request: DeskRequest) -> int:
    """The area a person reports on: the whole incident, or the widest of their own inside it."""
    whole = request.incident.area
    spans = request.actor.spans(READ, request.incident.id)
    if any(low <= whole < high for low, high in spans):
        return whole
    low, high = span(whole)
    mine = [
        grant.area
        for grant in request.actor.grants
        if low <= grant.area < high
        and grant.incident in (None, request.incident.id)
        and READ in ROLES.get(grant.role, ())
    ]
    return max(mine, key=lambda area: span(area)[1] - area, default=whole)


def _language() -> str:
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def counted(request: DeskRequest, area: int) -> tuple[list[Value], datetime]:
    """The ordinary figures of this person's areas, counted at most once a minute, with the instant of counting."""
    spans = request.actor.spans(None, request.incident.id)
    key = f"sitrep/{request.incident.id}/{area}/{hash(tuple(spans))}"
    held = None if request.GET.get("fresh") == "1" else cache.get(key)
    if held is not None and held[1] <= request.now:
        return held[0], held[1]
    narrowed = queries.narrowed(request.incident.id, area)
    asks = [read(one, now=request.now, area=narrowed) for one in queries.ordinary_questions()]
    values = counting.values(asks, request.incident.id)
    cache.set(key, (values, request.now), COUNTED_FOR)
    return values, request.now


@screen
def current(request: DeskRequest) -> HttpResponse:
    """The figures as they stand, beside the words; what differs from the last edition is marked."""
    _may_read(request)
    area = own_area(request)
    last = queries.edition(None, area)
    values, at = counted(request, area)
    before = {one.figure: one.value for one in queries.figures(last)} if last else {}
    moved = [
        Moved("", one.figure, before[one.figure], one.value)
        for one in values if one.figure in before and before[one.figure] != one.value
    ]  # fmt: skip
    changed = Changes(
        since=last.number if last else None, figures=moved, new=[], late=[], corrected=[], late_examples=[]
    )
    context = {
        "lines": [_line(one, before, last is not None) for one in values],
        "at": at,
        "text": _draft(values, at),
        "moved": len(changed.figures),
        "last": last,
        "editions": _editions(request),
        "place": places.area_names({area})[area],
        "area": area,
        "may_publish": request.actor.may(PUBLISH, area, request.incident.id),
        "fresh": new_id(),
        "edition": last.number if last else None,
        "journal_head": last.journal_head if last else None,
    }
    return render(request, "commandpost/sitrep/current.html", context)


def _draft(values: list[Value], at: datetime) -> str:
    """The words of the figures as they stand, without what only an edition can count."""
    told_lines = [wording.line(value, _language()) for value in values if value.value]
    head = _("As of %(at)s") % {"at": wording.local(at)}
    return "\n".join([head, *told_lines])


def _line(one: Value, before: dict[str, int | None], compared: bool) -> dict[str, Any]:
    figure = catalogue.get(one.figure)
    was = before.get(one.figure)
    differs = compared and one.figure in before and was != one.value
    return {
        "code": one.figure,
        "title": figure.title.say(_language()),
        "definition": figure.definition.say(_language()),
        "unit": wording.unit(one.measure, _language(), one.value),
        "value": one.value,
        "was": was if differs else None,
        "differs": differs,
        "delta": f"{one.value - was:+,}" if differs and one.value is not None and was is not None else "",
        "note": one.note.say(_language()) if one.note else "",
    }


def _editions(request: DeskRequest) -> list[dict[str, Any]]:
    rows = list(
        queries.editions()
        .filter(incident=request.incident.id)
        .defer("figures", "changes", "text_zh", "text_en")[:MOST_EDITIONS]
    )
    names = places.area_names({row.area for row in rows})
    return [{"row": row, "area": names[row.area]} for row in rows]


def _held(request: DeskRequest, edition: UUID) -> Edition:
    _may_read(request)
    held = Edition.objects.filter(pk=edition, incident=request.incident.id).first()
    if held is None:
        raise NotFound
    return held


@screen
def edition_page(request: DeskRequest, edition: UUID) -> HttpResponse:
    """One edition as it was published: nothing on it changes any more."""
    held = _held(request, edition)
    incident = request.incident
    ready = sheet(
        held, {"code": incident.code, "zh": incident.title_zh, "en": incident.title_en}, _language()
    )
    plain = {one.figure for one in queries.figures(held) if not one.ref}
    signer = responders.known([held.published_by]).get(held.published_by)
    context = {
        "held": held,
        "sheet": ready,
        "lines": [(line, line.code if line.code in plain else "") for line in ready.figures],
        "late": [
            (labels.kind(one.kind, _language()), one.at, one.recorded_at)
            for one in _changes(held).late_examples[:20]
        ],
        "place": places.area_names({held.area})[held.area],
        "signer": signer.code if signer else "",
        "forms": list(FORMS),
        "edition": held.number,
        "journal_head": held.journal_head,
    }
    return render(request, "commandpost/sitrep/edition.html", context)


def _changes(held: Edition) -> Changes:
    return msgspec.convert(held.changes, Changes)


@screen
def download(request: DeskRequest, edition: UUID, form: str) -> HttpResponse:
    """An edition as a file."""
    if form not in FORMS:
        raise NotFound
    held = _held(request, edition)
    content = writing.render(held, request.incident, form, _language())
    answer = HttpResponse(content, content_type=FORMS[form])
    name = f"{request.incident.code}-{held.number}.{'txt' if form == 'text' else form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@screen
def rows(request: DeskRequest, code: str) -> HttpResponse:
    """The rows a figure is counted from, now or as of an edition; their amounts add up to it."""
    _may_read(request)
    figure = catalogue.get(code)
    held, ask = _asked(request, code)
    said = request.GET.get("from", "")
    start = int(said) if said.isdecimal() and len(said) < 9 else 0
    found = counting.rows(ask, request.incident.id, offset=start)
    known = responders.known({row.by for row in found if row.by})
    names = places.area_names({row.area for row in found})
    before = str(max(start - counting.PAGE, 0) or "")
    context = {
        "title": figure.title.say(_language()),
        "definition": figure.definition.say(_language()),
        "unit": wording.unit(figure.measure, _language()),
        "value": counting.value(ask, request.incident.id).value,
        "rows": [
            (
                row,
                names[row.area],
                known[row.by].code if row.by in known else "",
                labels.part(row.what, _language()),
            )
            for row in found
        ],
        "held": held,
        "next_url": link(request, **{"from": str(start + counting.PAGE)})
        if len(found) == counting.PAGE
        else None,
        "previous_url": link(request, **{"from": before}) if start else None,
        "edition": held.number if held else None,
        "journal_head": held.journal_head if held else None,
    }
    return render(request, "commandpost/sitrep/rows.html", context)


def _asked(request: DeskRequest, code: str) -> tuple[Edition | None, Ask]:
    wanted = Wanted(figure=code)
    chosen = ids([request.GET.get("edition", "")])
    if chosen:
        held = _held(request, chosen[0])
        return held, queries.asks(held, [wanted])[0]
    return None, read(wanted, now=request.now, area=queries.narrowed(request.incident.id, own_area(request)))


@require_POST
@screen
def publish(request: DeskRequest) -> HttpResponse:
    """Publish the next edition: seals the journal, counts, freezes."""
    said = body(request, actions.PublishSitrep, {"area": own_area(request), "wanted": []}, longest=4000)
    act(request, actions.publish_sitreps, said)
    return told(request, _("The edition is published. It will not change any more."), "sitrep")


urlpatterns = [
    path("sitrep/", current, name="sitrep"),
    path("sitrep/publish/", publish, name="sitrep-publish"),
    path("sitrep/editions/<uuid:edition>/", edition_page, name="edition"),
    path("sitrep/editions/<uuid:edition>/<slug:form>/", download, name="edition-download"),
    path("sitrep/figures/<slug:code>/rows/", rows, name="figure-rows"),
]
