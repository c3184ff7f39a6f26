"""From what somebody asks (names, local times) to a question in ids and instants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.db.models import Q

from muster.core.access import span
from muster.domain.places.models import Area
from muster.domain.responders.models import Organisation
from muster.domain.supplies.models import Item
from muster.reports.figures import catalogue
from muster.reports.figures.definition import LATEST, Ask, Figure, Text, WrongParameter

OFFICES = ("subdistrict", "community")
LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d))?)?").fullmatch
Spans = tuple[tuple[int, int], ...]


class Wanted(msgspec.Struct, frozen=True):
    """A question as it arrives from outside.

    `params` may hold organisation (or by), area, from, to, item, window, until, as far as the figure takes them.
    """

    figure: str
    ref: str = ""
    params: dict[str, Any] = {}


def instant(text: str) -> datetime:
    """An instant; without a zone it is local time, and 24:00 is the end of that day."""
    found = LOCAL(text.strip())
    if found is None:
        said = datetime.fromisoformat(text)
        return said if said.tzinfo else said.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))
    day = datetime.combine(date.fromisoformat(found[1]), datetime.min.time(), ZoneInfo(settings.TIME_ZONE))
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    if hours > 24 or minutes > 59 or seconds > 59 or (hours == 24 and minutes + seconds):
        raise ValueError(text)
    return day + timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read(wanted: Wanted, *, now: datetime, as_of: int = LATEST, area: int | None = None) -> Ask:
    """The question in ids and instants; refuses what the figure does not take.

    A name nobody has here is not refused: the figure cannot be counted, and a note says why. `area` narrows
    the whole question, for a report of a part of the incident.
    """
    figure = catalogue.get(wanted.figure)
    params = {name: value for name, value in wanted.params.items() if value not in (None, "", [])}
    if "by" in params and "organisation" not in params:
        params["organisation"] = params.pop("by")
    _check(figure, params)
    since, until = _hours(figure, params, now)
    notes: list[Text] = []
    organisations = _ids(params.get("organisation"), notes)
    spans = _spans(params.get("area", area), notes)
    from_spans, to_spans = _spans(params.get("from"), notes), _spans(params.get("to"), notes, around=True)
    item = params.get("item")
    if item is not None and not Item.objects.filter(code=item).exists():
        notes.append(Text(f"没有物资“{item}”", f"there is no item “{item}”"))
    return Ask(
        figure=figure.code, ref=wanted.ref, organisations=organisations, spans=spans, from_spans=from_spans,
        to_spans=to_spans, item=None if item is None else str(item), since=since, until=until, as_of=as_of,
        note=notes[0] if notes else None,
    )  # fmt: skip


def _check(figure: Figure, params: Mapping[str, Any]) -> None:
    for name in params:
        if name not in figure.accepts:
            raise WrongParameter(figure=figure.code, parameter=name, problem="not accepted / 不适用")
    for name in sorted(figure.needs - params.keys()):
        raise WrongParameter(figure=figure.code, parameter=name, problem="missing / 缺少")


def _hours(figure: Figure, params: Mapping[str, Any], now: datetime) -> tuple[datetime | None, datetime]:
    try:
        window = params.get("window")
        if window is not None:
            since, until = (instant(str(end)) for end in window)
            return since, until
        return None, instant(str(params["until"])) if "until" in params else now
    except (ValueError, TypeError) as error:
        raise WrongParameter(figure=figure.code, parameter="window, until", problem=str(error)) from error


def _listed(said: object) -> list[object]:
    return list(said) if isinstance(said, Sequence) and not isinstance(said, str) else [said]


def _ids(said: object, notes: list[Text]) -> tuple[UUID, ...] | None:
    """Organisations by id, name in either language, or the name of the area whose office they are."""
    if said is None:
        return None
    found: list[UUID] = []
    for one in _listed(said):
        known = _organisations(str(one))
        if not known:
            notes.append(Text(f"没有单位“{one}”", f"there is no organisation “{one}”"))
        found += known
    return tuple(found)


def _organisations(name: str) -> list[UUID]:
    try:
        return list(Organisation.objects.filter(pk=UUID(name)).values_list("id", flat=True))
    except ValueError:
        named = Organisation.objects.filter(Q(name=name) | Q(name_en__iexact=name)).values_list(
            "id", flat=True
        )
        offices = Organisation.objects.filter(
            kind__in=OFFICES, area__in=Area.objects.filter(name=name).values("code")
        )
        return list(named) or list(offices.values_list("id", flat=True))


def _spans(said: object, notes: list[Text], *, around: bool = False) -> Spans | None:
    """Areas by code or name as ranges; `around` takes in the areas above them too (a batch sent to the whole)."""
    if said is None:
        return None
    found: list[tuple[int, int]] = []
    for one in _listed(said):
        code = str(one)
        codes = (
            [int(code)]
            if code.isdecimal() and len(code) <= 15
            else list(Area.objects.filter(name=code.replace("\x00", "")).values_list("code", flat=True))
        )
        if not codes:
            notes.append(Text(f"没有辖区“{code}”", f"there is no area “{code}”"))
        for number in codes:
            found.append(span(number))
            if around:
                found += [(above, above + 1) for above in _above(number)]
    return tuple(found)


def _above(code: int) -> set[int]:
    """The community, sub-district and district an area lies in."""
    return {code // width * width for width in (10**3, 10**6, 10**9)} - {code}
