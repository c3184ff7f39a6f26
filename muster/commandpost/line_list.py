"""The line list goes out: masked, or with full names for a reason that is kept."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from muster.commandpost.asking import has
from muster.commandpost.frame import DeskRequest, screen
from muster.commandpost.labels import Labels
from muster.interop import linelist

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SHEET: Labels = {
    "cases": _("Cases"),
    "contacts": _("Contacts"),
    "relations": _("Who met whom"),
    "follow_ups": _("Follow-ups"),
}
DIALECT: Labels = {"": _("our own, everything"), "godata": "Go.Data", "sormas": "SORMAS"}


@screen
def line_list(request: DeskRequest) -> HttpResponse:
    """Say what goes out; the answer is the file."""
    if request.method != "POST":
        context = {"sheets": SHEET, "dialects": DIALECT, "may": has(request, "people.unmask")}
        return render(request, "commandpost/cases/export.html", context)
    form = request.POST.get("form", "")
    said = request.POST
    wish = linelist.Wish(
        form,
        said.get("sheet", "cases"),
        said.get("reason", "").replace("\0", ""),
        said.get("dialect", "") if form == "csv" else "",
    )
    data = linelist.export(wish=wish, by=request.actor, incident=request.incident.id, now=request.now)
    answer = HttpResponse(data, content_type=TYPES[form])
    name = f"{request.incident.code}-line-list-{request.now:%Y%m%d-%H%M}.{form}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [path("cases/export/", line_list, name="line-list")]
