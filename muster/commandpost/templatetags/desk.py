"""Template tags of the desk: state and zone words, figures, ages, bars, the rail of screens."""

from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Literal
from uuid import UUID

from django import template
from django.template import Context
from django.urls import is_valid_path
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from muster.commandpost.frame import DESK, seats
from muster.core.access import Actor

register = template.Library()

Word = str | Promise

STATES: dict[str, Word] = {
    "open": pgettext_lazy("state", "open"),
    "doing": pgettext_lazy("state", "in progress"),
    "done": pgettext_lazy("state", "done"),
    "absent": pgettext_lazy("state", "no answer"),
    "refused": pgettext_lazy("state", "needs help"),
    "late": pgettext_lazy("state", "late"),
    "blocked": pgettext_lazy("state", "blocked"),
}
ZONES: dict[str, Word] = {
    "sealed": pgettext_lazy("zone", "sealed"),
    "controlled": pgettext_lazy("zone", "controlled"),
    "precaution": pgettext_lazy("zone", "precaution"),
    "core": pgettext_lazy("zone", "core"),
    "alert": pgettext_lazy("zone", "alert"),
}
# (folder below /i/<incident>/, label); groups are set apart, and a phone shows the first one in its bar.
SCREENS: tuple[tuple[tuple[str, Word], ...], ...] = (
    (
        ("", _("Overview")),
        ("work/", _("Work list")),
        ("lists/", _("Lists")),
        ("calling/", _("Calling")),
        ("buildings/", _("Buildings")),
    ),
    (
        ("map/", _("Map")),
        ("sweeps/", _("Sweeps")),
        ("cases/", _("Cases")),
        ("exposure/", _("Shared places")),
        ("zones/", _("Zones and notices")),
        ("people/", _("People")),
        ("matching/", _("Compare people")),
    ),
    (("sites/", _("Sites and tubes")), ("requests/", _("Requests")), ("stock/", _("Stock"))),
    (
        ("batches/", _("Batches")),
        ("responders/", _("Responders")),
        ("shifts/", _("Shifts")),
        ("phones/", _("Phones")),
    ),
    (
        ("imports/", _("Imports")),
        ("forms/", _("Forms")),
        ("sitrep/", _("Situation report")),
        ("journal/", _("Journal")),
    ),
)


LABORATORY: dict[str, Word] = {"sites/laboratory/": pgettext_lazy("tab", "Laboratory")}


def _doors(actor: Actor, incident: UUID) -> tuple[tuple[tuple[str, Word], ...], ...]:
    """All screens for a desk; who has none sees the doors of their own pages only."""
    if actor.spans(DESK, incident):
        return SCREENS
    words = dict(chain(*SCREENS)) | LABORATORY
    return (tuple((folder, words[folder]) for folder in seats(actor, incident)),)


@register.inclusion_tag("commandpost/parts/rail.html", takes_context=True)
def rail(context: Context) -> dict[str, Any]:
    """The screens of the open incident that this installation has, the current one marked."""
    incident, request = context.get("incident"), context.get("request")
    if incident is None or request is None:
        return {"groups": []}
    base = f"/i/{incident.code}/"
    groups = []
    for group in _doors(request.actor, incident.id):
        items = [
            _item(base, folder, label, request.path)
            for folder, label in group
            if is_valid_path(base + folder)
        ]
        if items:
            groups.append(items)
    return {"groups": groups}


def _item(base: str, folder: str, label: Word, path: str) -> dict[str, Any]:
    """One door of the rail; below a screen's own address its door stays marked."""
    url = base + folder
    return {"label": label, "url": url, "current": path.startswith(url) if folder else path == url}


@register.simple_tag(takes_context=True)
def incident_title(context: Context) -> str:
    """The title of the open incident in the language of the page."""
    incident = context.get("incident")
    if incident is None:
        return ""
    return str(incident.title_en if get_language() == "en" else incident.title_zh)


@register.inclusion_tag("commandpost/parts/chip.html")
def chip(state: str, count: int | None = None, hours: int | None = None, word: str = "") -> dict[str, Any]:
    """State as word, shape and colour; absent shows its `count`, late its `hours`; `word` is more exact."""
    return {
        "state": state,
        "word": word or STATES[state],
        "count": count if state == "absent" else None,
        "hours": hours if state == "late" else None,
    }


@register.inclusion_tag("commandpost/parts/zone.html")
def zone(level: str) -> dict[str, Any]:
    """A zone level as ring or block with its word."""
    return {"level": level, "word": ZONES[level]}


@register.simple_tag
def state_word(state: str) -> Word:
    """The word of a state, for tooltips and print."""
    return STATES[state]


@register.inclusion_tag("commandpost/parts/bar.html")
def bar(value: float | None, total: float | None, late: float = 0) -> dict[str, Any]:
    """A bar from zero: `value` of `total`, with the late part marked at its end."""
    whole = max(total or 0, value or 0)
    done = _percent(value or 0, whole)
    return {
        "done": done,
        "late": min(_percent(late, whole), 100 - done),
        "rest_from": done,
        "unknown": value is None or not total,
    }


@register.filter
def percent(value: float | None, total: float | None) -> str:
    """`61 %`, rounded down so that 100 % means all; a dash when there is nothing to divide by."""
    if value is None or not total:
        return "–"
    return f"{int(value * 100 // total)} %"


def _percent(value: float, whole: float) -> float:
    return round(100 * value / whole, 2) if whole else 0.0


@register.filter
def figure(value: float | Literal[""] | None) -> str:
    """A number with thousands separators, a dash when it is not known (which is not zero).

    Django hands "" to a filter for what is not there at all.
    """
    return "–" if value is None or value == "" else f"{value:,}"


@register.simple_tag(takes_context=True)
def age(context: Context, at: datetime | None) -> str:
    """How long ago, by the clock of the page (`now`), in words short enough for a table."""
    if at is None:
        return "–"
    return since(at, context["now"])


def since(at: datetime, now: datetime) -> str:
    """The time between two instants in one unit; a future instant counts as now."""
    passed = max(now - at, timedelta())
    minutes = int(passed.total_seconds() // 60)
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d h ago", "%(n)d h ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
