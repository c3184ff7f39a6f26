"""Paper for the worst night: print packs of sheets, and type in what was written, by keyboard alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from muster.commandpost import labels
from muster.commandpost.asking import has, wish
from muster.commandpost.frame import DeskRequest, ids, screen, within
from muster.core import journal
from muster.core.errors import BadInput, NotAllowed, NotFound
from muster.core.ids import derive_id
from muster.domain.places.models import Building, Point
from muster.domain.worklists.rules import DoorOutcome
from muster.interop.paper import making, sheets
from muster.interop.paper.rows import MOST_SHEETS, Form, Misread, Sheet, read_header, record_of

MOST_PLACES = 200
LATEST_PACK = 10**12
FORMS = {
    Form.SITE: pgettext_lazy("paper", "sampling site"), Form.BUILDING: pgettext_lazy("paper", "building"),
    Form.GATE: pgettext_lazy("paper", "gate"),
}  # fmt: skip
VERDICTS = {
    "pass": gettext_lazy("let through"), "stop": gettext_lazy("turned away"), "amber": gettext_lazy("papers follow"),
}  # fmt: skip


@screen
def paper(request: DeskRequest) -> HttpResponse:
    """Print a pack for a site, a building or a gate; or say which sheet is to be typed in."""
    asked = wish(request, "q")
    context = {
        "wish": asked, "places": _places(request, asked["q"]), "most": MOST_SHEETS,
        "may_passes": has(request, "passes.scan"),
        "narrowed": Building.objects.filter(within(request)).count() > MOST_PLACES,
    }  # fmt: skip
    return render(request, "commandpost/paper/paper.html", context)


def _places(request: DeskRequest, words: str) -> list[tuple[Any, list[tuple[str, str]]]]:
    """What a pack can be for: sites and gates, then buildings whose name or address has these words."""
    points = Point.objects.filter(within(request), incident=request.incident.id, kind__in=("site", "gate"))
    found: dict[Form, list[tuple[str, str]]] = {form: [] for form in Form}
    for one in points.order_by("name", "id")[:MOST_PLACES]:
        form = Form.GATE if one.kind == "gate" else Form.SITE
        found[form].append((f"{form}~{one.id}", one.name))
    buildings = Building.objects.filter(within(request))
    if words:
        buildings = buildings.filter(address__contains=words) | buildings.filter(name__contains=words)
    for name in buildings.order_by("compound", "name", "id")[:MOST_PLACES]:
        found[Form.BUILDING].append((f"{Form.BUILDING}~{name.id}", f"{name.compound} {name.name}".strip()))
    return [(FORMS[form], rows) for form, rows in found.items() if rows]


def _chosen(request: DeskRequest) -> tuple[Form, UUID]:
    form, _tilde, place = request.GET.get("place", "").partition("~")
    found = ids([place])
    if form not in [*Form] or not found:
        raise BadInput(problem=_("which place?"))
    return Form(form), found[0]


def _number(request: DeskRequest, name: str, least: int, most: int) -> int:
    said = request.GET.get(name, "").strip()
    if not (said.isascii() and said.isdecimal() and len(said) < 13 and least <= int(said) <= most):
        raise BadInput(problem=name)
    return int(said)


@require_safe
@screen
def pack(request: DeskRequest) -> HttpResponse:
    """A fresh pack as PDF; its number is the second it was made, so that no two sheets share a row code."""
    form, place = _chosen(request)
    most = _number(request, "sheets", 1, MOST_SHEETS) if form != Form.BUILDING else MOST_SHEETS
    number = int(f"{localtime(request.now):%y%m%d%H%M%S}")
    language = "en" if (get_language() or "zh").startswith("en") else "zh"
    made = making.pack_pdf(form, place, number, most, request.incident, language)
    if made is None:
        raise NotFound
    journal.write(
        action="paper.print", by=request.actor, incident=request.incident.id, area=request.incident.area,
        subjects=[place], count=most,
    )  # fmt: skip
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="pack-{form}-{number}.pdf"'
    return answer


@require_safe
@screen
def wall(request: DeskRequest, what: str) -> HttpResponse:
    """A list for the wall as PDF: whom to call, or the passes that hold (for those who look at passes)."""
    make = {"contacts": sheets.contacts_pdf, "passes": sheets.pass_list_pdf}.get(what)
    if make is None:
        raise NotFound
    if what == "passes" and not has(request, "passes.scan"):
        raise NotAllowed(right="passes.scan")
    language = "en" if (get_language() or "zh").startswith("en") else "zh"
    made = make(request.incident, language, request.now)
    journal.write(
        action="paper.print", by=request.actor, incident=request.incident.id, area=request.incident.area,
        subjects=[request.incident.id],
    )  # fmt: skip
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{what}-{localtime(request.now):%y%m%d%H%M}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@screen
def find(request: DeskRequest) -> HttpResponse:
    """From the code at the head of a sheet, or from what is printed beside it, to its grid."""
    text = request.GET.get("header", "").strip()
    if text:
        try:
            sheet = read_header(text[:200])
        except Misread as error:
            raise BadInput(problem=_("this is no code of a sheet; scan it again")) from error
    else:
        form, place = _chosen(request)
        sheet = Sheet(
            form, place, _number(request, "pack", 1, LATEST_PACK), _number(request, "sheet", 1, MOST_SHEETS)
        )
    return redirect(f"../type/{sheet.form}/{sheet.place}/{sheet.pack}/{sheet.number}/")


@screen
def typing(request: DeskRequest, form: str, place: UUID, pack: int, number: int) -> HttpResponse:
    """The grid of one sheet with its row numbers; what is typed goes the way of every telephone."""
    if form not in [*Form] or not 1 <= number <= MOST_SHEETS or not 0 < pack < LATEST_PACK:
        raise NotFound
    kind = Form(form)
    title = making.place_of(kind, place)
    if title is None:
        raise NotFound
    doors = making.doors_of(place) if kind == Form.BUILDING else []
    printed = making.sheets_of(kind, place, pack, number)
    if number > len(printed):
        raise NotFound
    sheet, rows = printed[number - 1]
    now = localtime(request.now)
    context = {
        "form": str(kind), "form_word": FORMS[kind], "title": title, "sheet": sheet, "place": place,
        "area": Point.objects.filter(pk=place).values_list("area", flat=True).first() or 0,
        "rows": [_row(sheet, row, doors) for row in rows],
        "outcomes": {str(one): labels.OUTCOME[one] for one in DoorOutcome}, "verdicts": VERDICTS,
        "today": f"{now:%Y-%m-%d}", "offset": now.isoformat()[-6:],
    }  # fmt: skip
    return render(request, "commandpost/paper/typing.html", context)


def _row(sheet: Sheet, row: tuple[int, str, str, str], doors: list[making.Door]) -> dict[str, Any]:
    number, code, _text, label = row
    record = record_of(sheet.pack_id, code)
    return {
        "number": number, "code": code, "label": label, "record": record,
        "person": derive_id(record, "person"), "resident": derive_id(record, "resident"),
        "dwelling": doors[number - 1].id if doors else "",
    }  # fmt: skip


urlpatterns = [
    path("paper/", paper, name="paper"),
    path("paper/pack/", pack, name="paper-pack"),
    path("paper/wall/<slug:what>/", wall, name="paper-wall"),
    path("paper/find/", find, name="paper-find"),
    path("paper/type/<slug:form>/<uuid:place>/<int:pack>/<int:number>/", typing, name="paper-type"),
]
