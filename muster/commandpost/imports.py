"""Imports: four steps on one page - file, columns, people found, report."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import get_default_timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from muster.commandpost import labels, terms
from muster.commandpost.asking import has
from muster.commandpost.frame import DESK, DeskRequest, ids, seat, within
from muster.commandpost.import_labels import CODED, FIELD, KIND, LISTED, RESULT, STATE, WOULD_BE
from muster.core.access import span
from muster.core.errors import BadInput
from muster.domain.people import pairs
from muster.domain.places import queries as places
from muster.interop.imports import actions as importing
from muster.interop.imports import export, kinds, queries, texts
from muster.interop.imports.outcomes import RESULTS, is_balanced
from muster.interop.imports.refusals import FileRefused, WrongState
from muster.interop.models import Import, ImportRow
from muster.interop.tables import pasted
from muster.interop.tables.read import MAX_BYTES
from muster.interop.tables.shapes import MUST_ACCEPT, TableRefused

OPTIONS = ("purpose", "source", "title", "script_zh", "script_yue", "script_en")
LABORATORY = "sampling.result"
PAGE, NEWEST, WAITING = 50, 50, 100


@seat(DESK, LABORATORY)
def overview(request: DeskRequest) -> HttpResponse:
    """All imports, and the form for the next file."""
    if request.method == "POST":
        return _upload(request)
    mine = {code: label for code, label in KIND.items() if has(request, kinds.KINDS[code].right)}
    found = queries.imports(request.incident.id).filter(within(request))
    listed = list((found if has(request, DESK) else found.filter(kind__in=mine))[:NEWEST])
    context = {
        "imports": [_line(one) for one in listed],
        "kinds": mine,
        "purposes": labels.PURPOSE,
        "areas": _areas(request),
    }
    return render(request, "commandpost/imports/list.html", context)


def _line(one: Import) -> dict[str, Any]:
    area = places.area_names([one.area])[one.area]
    return {"made": one, "kind": KIND[one.kind], "state": STATE[one.state], "area": area}


def _areas(request: DeskRequest) -> list[Any]:
    """Where this person may import something, widest first; grids are too narrow for files."""
    wide = places.areas_under(request.incident.area).exclude(level="grid")
    may = [
        one
        for one in wide
        if any(request.actor.may(kind.right, one.code, request.incident.id) for kind in kinds.KINDS.values())
    ]
    return sorted(may, key=lambda one: (span(one.code)[0] - span(one.code)[1], one.code))[:2_000]


def _upload(request: DeskRequest) -> HttpResponse:
    given = request.FILES.get("file")
    area = request.POST.get("area", "")
    kind, text = request.POST.get("kind", ""), request.POST.get("text", "")
    if not given and int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:  # too much to be kept at all
        raise FileRefused(TableRefused("tables.too_large", name="", bytes=0, limit=MAX_BYTES))
    if not (given or text.strip()) or not (area.isascii() and area.isdigit() and len(area) <= 15):
        raise BadInput(problem=_("choose a file, or paste a text, and an area"))
    if given is not None and (given.size or 0) > MAX_BYTES:
        refused = TableRefused(
            "tables.too_large", name=str(given.name), bytes=given.size or 0, limit=MAX_BYTES
        )
        raise FileRefused(refused)
    options = {name: request.POST.get(name, "").strip() for name in OPTIONS}
    if deadline := request.POST.get("deadline", ""):
        options["deadline"] = _local(deadline)
    made = importing.upload(
        file=importing.File(str(given.name), given.read())
        if given is not None
        else importing.File(_("pasted text"), pasted.to_table(text, of_people=kind in kinds.OF_PEOPLE)),
        wish=importing.Wish(kind, int(area), options),
        by=request.actor, incident=request.incident.id, now=request.now,
    )  # fmt: skip
    return _to(request, made)


def _local(text: str) -> str:
    """What a date field of the browser says, with the zone of the installation."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(problem=text) from error
    return (at if at.tzinfo else at.replace(tzinfo=get_default_timezone())).isoformat()


def _to(request: DeskRequest, made: Import) -> HttpResponse:
    return redirect("imports-one", incident=request.incident.code, upload=made.id)


def _found(request: DeskRequest, upload: UUID) -> Import:
    """An import of this desk; without a desk, of a kind one may take in oneself."""
    made = importing.find(upload)
    if not has(request, DESK):
        request.actor.require(kinds.KINDS[made.kind].right, made.area, request.incident.id)
    return made


@seat(DESK, LABORATORY)
def one(request: DeskRequest, upload: UUID) -> HttpResponse:
    """The page of one import."""
    made = _found(request, upload)
    kind, shown = kinds.KINDS[made.kind], queries.words(made)
    counts = made.counts
    context = _line(made) | {
        "name": shown["name"],
        "cautions": [_caution(one) for one in made.cautions],
        "must_accept": any(one["code"] in MUST_ACCEPT for one in made.cautions),
        "twins": queries.twins(made),
        "owners": _owners(counts),
        "known": queries.known_before(made) if made.kind == kinds.LISTS and made.state == "run" else None,
        "pairs": pairs.of_batch(made.id) if made.state == "run" else 0,
        "columns": [
            {"field": field, "label": FIELD[field], "at": made.mapping.get(field, -1)}
            for field in kind.fields
        ],
        "header": [
            (at, text or _("column %(n)d") % {"n": at + 1}) for at, text in enumerate(shown["header"])
        ],
        "fields": [(field, FIELD[field]) for field in (shown["first"][0]["words"] if shown["first"] else {})],
        "first": [_shown(row, taken=made.state in ("run", "undone")) for row in shown["first"]],
        "counts": counts,
        "balanced": is_balanced(counts),
        "can_map": made.state in ("uploaded", "mapped", "previewed") and not made.queued,
        "can_run": not made.queued
        and (made.state == "previewed" or (made.state == "run" and counts.get("doubtful"))),
        "can_skip_look": made.kind in kinds.OF_PEOPLE,
        "can_undo": made.state == "run" and kind.undoable and not made.queued,
        "problem": texts.reason(made.problem, _language()) if made.problem else "",
    }
    return render(request, "commandpost/imports/one.html", context | _report(request, made) | _working(made))


def _owners(counts: dict[str, Any]) -> list[tuple[str, int]]:
    """How many rows go on to which other area."""
    areas = {int(code): number for code, number in counts.get("owners", {}).items()}
    names = places.area_names(areas)
    return [(names[code], number) for code, number in areas.items()]


def _language() -> str:
    return get_language() or "zh-hans"


def _caution(caution: dict[str, Any]) -> dict[str, Any]:
    text = texts.reason(caution["code"], _language())
    return {"text": text.format_map(caution["details"]), "must": caution["code"] in MUST_ACCEPT}


def _said(field: str, word: str) -> str:
    """What a cell was understood as, in the words of the reader."""
    if field in LISTED:
        return " · ".join(terms.words(LISTED[field], word.split(", "))) if word else ""
    return str(CODED[field].get(word, word)) if word and field in CODED else word


def _shown(row: dict[str, Any], *, taken: bool) -> dict[str, Any]:
    """A row of the preview, in words."""
    return row | {
        "cells": [_said(field, str(word)) for field, word in row["words"].items()],
        "label": WOULD_BE if row["result"] == "taken" and not taken else RESULT[row["result"]],
        "reason": texts.reason(row["code"], _language()) if row["code"] else "",
        "how": texts.how(row["how"], _language()) if row["how"] else "",
        "field": _fields(row["field"]),
    }


def _report(request: DeskRequest, made: Import) -> dict[str, Any]:
    """The rows of one result from a row on, and those that wait with their candidates."""
    wish, after = request.GET.get("result", ""), request.GET.get("after", "")
    result = wish if wish in RESULTS else ""
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    listed = queries.rows(made, result, start, PAGE + 1)
    more, listed = len(listed) > PAGE, listed[:PAGE]
    waiting = queries.rows(made, "doubtful", 0, WAITING)
    names = queries.names([*listed, *waiting], made.incident)
    said = queries.said(waiting)
    return {
        "rows": [_row(row, names) for row in listed],
        "waiting": [_row(row, names) | {"words": said[row.row]} for row in waiting],
        "wish": result,
        "results": RESULT,
        "previous_url": f"?result={result}#report" if start else None,
        "next_url": f"?result={result}&after={listed[-1].row}#report" if more else None,
    }


def _row(row: ImportRow, names: dict[UUID, Any]) -> dict[str, Any]:
    return {
        "row": row.row,
        "result": row.result,
        "label": RESULT[row.result],
        "field": _fields(row.field),
        "reason": texts.reason(row.code, _language()) if row.code else "",
        "how": texts.how(row.how, _language()) if row.how else "",
        "who": names.get(row.subject) if row.subject else None,
        "candidates": [(who, names[who]) for who in row.candidates if who in names],
    }


def _fields(said: str) -> str:
    """The fields a row names, in words; those that were left as they are say so."""
    words = []
    for one in said.split():
        word = str(FIELD.get(one.removeprefix("!"), one))
        words.append(_("not: %(field)s") % {"field": word} if one.startswith("!") else word)
    return " · ".join(words)


def _working(made: Import) -> dict[str, Any]:
    """What a job is doing with this import."""
    return {"made": made, "done": queries.progress(made) if made.queued else None}


@seat(DESK, LABORATORY)
def working(request: DeskRequest, upload: UUID) -> HttpResponse:
    """How far the job is; the whole page again once it is over."""
    made = _found(request, upload)
    answer = render(request, "commandpost/imports/_working.html", _working(made))
    if not made.queued:
        answer["HX-Refresh"] = "true"
    return answer


@seat(DESK, LABORATORY)
def columns(request: DeskRequest, upload: UUID) -> HttpResponse:
    """Name the columns and look what would happen, or take the file in at once."""
    _posted(request)
    mapping = {}
    for field in FIELD:
        at = request.POST.get(f"column-{field}", "")
        if at.isascii() and at.isdigit() and len(at) < 5:
            mapping[field] = int(at)
    importing.map_columns(
        upload=upload, mapping=mapping, accepted=request.POST.get("accepted") == "on",
        by=request.actor, incident=request.incident.id, now=request.now,
    )  # fmt: skip
    if request.POST.get("at_once"):
        return _run(request, upload)
    made = importing.look(upload=upload, by=request.actor, incident=request.incident.id, now=request.now)
    return _to(request, made)


@seat(DESK, LABORATORY)
def decide(request: DeskRequest, upload: UUID) -> HttpResponse:
    """Decisions on rows that wait: `row-<n>` is other, take, skip, or the id of the candidate it is."""
    _posted(request)
    choices: dict[int, tuple[str, UUID | None]] = {}
    for key, value in request.POST.items():
        number = key.removeprefix("row-")
        if key.startswith("row-") and number.isascii() and number.isdigit() and len(number) < 9 and value:
            found = ids([str(value)])
            choices[int(number)] = ("same", found[0]) if found else (str(value), None)
    decided = importing.decide(
        upload=upload, choices=choices, by=request.actor, incident=request.incident.id, now=request.now
    )
    text = ngettext(
        "%(n)d decision kept; it counts when the file is taken in.",
        "%(n)d decisions kept; they count when the file is taken in.",
        decided,
    )
    messages.success(request, text % {"n": decided})
    return _to(request, importing.find(upload))


@seat(DESK, LABORATORY)
def run(request: DeskRequest, upload: UUID) -> HttpResponse:
    """Take the file in."""
    _posted(request)
    return _run(request, upload)


def _run(request: DeskRequest, upload: UUID) -> HttpResponse:
    made = importing.run(upload=upload, by=request.actor, incident=request.incident.id, now=request.now)
    if not made.queued:
        taken = made.counts["taken"]
        text = ngettext("Taken in: %(n)d row.", "Taken in: %(n)d rows.", taken)
        messages.success(request, text % {"n": taken})
    return _to(request, made)


@seat(DESK, LABORATORY)
def undo(request: DeskRequest, upload: UUID) -> HttpResponse:
    """Take the import back."""
    _posted(request)
    made = importing.undo(upload=upload, by=request.actor, incident=request.incident.id, now=request.now)
    text = _("Undone: %(gone)d taken back, %(kept)d stay because they are in use.")
    messages.success(request, text % {"gone": made.counts["gone"], "kept": made.counts["kept"]})
    return _to(request, made)


def _posted(request: DeskRequest) -> None:
    """Nothing is changed by following a link."""
    if request.method != "POST":
        raise WrongState(state="GET")


@seat(DESK, LABORATORY)
def rows(request: DeskRequest, upload: UUID) -> HttpResponse:
    """For programs: how far an import is, its counts, and the work item of each row of a list. Nobody is named."""
    made = _found(request, upload)
    items = queries.items(made) if made.kind == kinds.LISTS and made.state == "run" else {}
    return JsonResponse({"state": made.state, "counts": made.counts, "items": items})


@seat(DESK, LABORATORY)
def report(request: DeskRequest, upload: UUID) -> HttpResponse:
    """The report as a workbook."""
    made, result = _found(request, upload), request.GET.get("result", "")
    book = export.report(
        upload=made.id, result=result if result in RESULTS else "", language=_language(), by=request.actor,
        incident=request.incident.id, now=request.now,
    )  # fmt: skip
    answer = HttpResponse(
        book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    answer["Content-Disposition"] = f'attachment; filename="import-{upload}.xlsx"'
    return answer


urlpatterns = [
    path("imports/", overview, name="imports"),
    path("imports/<uuid:upload>/", one, name="imports-one"),
    path("imports/<uuid:upload>/columns/", columns, name="imports-columns"),
    path("imports/<uuid:upload>/decide/", decide, name="imports-decide"),
    path("imports/<uuid:upload>/run/", run, name="imports-run"),
    path("imports/<uuid:upload>/undo/", undo, name="imports-undo"),
    path("imports/<uuid:upload>/working/", working, name="imports-working"),
    path("imports/<uuid:upload>/rows.json", rows, name="imports-rows"),
    path("imports/<uuid:upload>/report.xlsx", report, name="imports-report"),
]
