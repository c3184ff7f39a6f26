"""What a form or an address asks of a desk page, read with care: bodies, instants, days, pages by key, tabs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import get_current_timezone, localtime, make_aware

from muster.commandpost.frame import DeskRequest, link
from muster.core.errors import BadInput
from muster.core.ids import new_id
from muster.domain.places import queries as places

PAGE = 50
LONGEST = 120
DIGITS = 15
B = TypeVar("B", bound=msgspec.Struct)
Pager = dict[str, str | None]


def body(
    request: DeskRequest, kind: type[B], given: dict[str, Any] | None = None, *, longest: int = LONGEST
) -> B:
    """A command body from the fields of a form that have its names; empty fields keep their defaults.

    A form carries the id of what it makes, so that sending it twice makes one thing.
    """
    values: dict[str, Any] = dict(given or {})
    for field in msgspec.structs.fields(kind):
        if field.name in values or field.name not in request.POST:
            continue
        said = [
            text for one in request.POST.getlist(field.name) if (text := _plain(one, longest, field.name))
        ]
        if said:
            kinds = _kinds(field.type)
            last = moment(said[-1], field.name) if datetime in kinds else said[-1]
            values[field.name] = said if list in kinds else last
    if "id" in kind.__struct_fields__:
        values.setdefault("id", new_id())
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(problem=str(error)) from error


def _plain(text: str, longest: int, name: str) -> str:
    text = text.strip()
    if len(text) > longest or "\x00" in text or (text.isdecimal() and len(text) > DIGITS):
        raise BadInput(problem=name)
    return text


def _kinds(kind: Any) -> set[Any]:
    """A type and everything it is made of: `Annotated[datetime, …] | None` has a datetime in it."""
    parts = [part for part in get_args(kind) if isinstance(part, type) or get_args(part)]
    return {get_origin(kind) or kind}.union(*map(_kinds, parts))


def moment(text: str, name: str) -> datetime:
    """An instant as people write it: on the clock of the place."""
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise BadInput(problem=name)
    return found if found.tzinfo else make_aware(found, get_current_timezone())


def local(at: datetime) -> str:
    """An instant as a field for date and time wants it."""
    return localtime(at).strftime("%Y-%m-%dT%H:%M")


def day_of(request: DeskRequest) -> tuple[date, datetime, datetime]:
    """The day in the address (else today) with its first and last instant; nonsense means today."""
    try:
        found = parse_date(request.GET.get("day", ""))
    except ValueError:
        found = None
    if found is None or not 2000 <= found.year <= 2200:
        found = localtime(request.now).date()
    begin = make_aware(datetime.combine(found, time()), get_current_timezone())
    return found, begin, begin + timedelta(days=1)


def wish(request: DeskRequest, *names: str) -> dict[str, str]:
    """These parts of the sentence in the address, as plain short texts."""
    return {name: request.GET.get(name, "").replace("\x00", "")[:80] for name in names}


def turn(
    request: DeskRequest, rows: QuerySet[Any], first: str, *, newest: bool = False, size: int = PAGE
) -> tuple[list[Any], Pager]:
    """One page by `first` and id, perhaps the newest first; a mark nobody can read is page one."""
    beyond = "lt" if newest else "gt"
    after = request.GET.get("after", "")
    mark = _mark(after)
    if mark:
        value, identity = mark
        rest = Q(**{f"{first}__{beyond}": value}) | Q(**{first: value, f"id__{beyond}": identity})
        rows = rows.filter(rest, **{f"{first}__{beyond}e": value})  # said again: an index can begin there
    sign = "-" if newest else ""
    listed = list(rows.order_by(sign + first, sign + "id")[: size + 1])
    following = None
    if len(listed) > size:
        last = listed[size - 1]
        value = getattr(last, first)
        said = value.isoformat() if isinstance(value, datetime) else f"={value}"
        following = link(request, after=f"{said}~{last.id}")
    return listed[:size], {"previous_url": link(request, after="") if after else None, "next_url": following}


def _mark(after: str) -> tuple[Any, UUID] | None:
    value, _, identity = after.rpartition("~")
    try:
        unique = UUID(identity)
        if value.startswith("="):
            return value[1:].replace("\x00", ""), unique
        found = parse_datetime(value)
    except ValueError:
        return None
    return (found, unique) if found and found.tzinfo else None


def sliced(request: DeskRequest, rows: Sequence[Any], size: int = PAGE) -> tuple[Sequence[Any], Pager]:
    """A page of rows that had to be weighed all together before they could be ordered."""
    said = request.GET.get("from", "")
    start = int(said) if said.isdecimal() and len(said) < 7 else 0
    following = link(request, **{"from": str(start + size)}) if start + size < len(rows) else None
    before = link(request, **{"from": str(max(start - size, 0) or "")}) if start else None
    return rows[start : start + size], {"previous_url": before, "next_url": following}


def tabs(request: DeskRequest, screen: str, *pages: tuple[str, str | Promise]) -> list[dict[str, Any]]:
    """The pages of a screen, the current one marked."""
    base = f"/i/{request.incident.code}/{screen}/"
    return [
        {"url": base + folder, "label": label, "current": request.path == base + folder}
        for folder, label in pages
    ]


def has(request: DeskRequest, right: str) -> bool:
    """Whether a right holds anywhere here: only then a form is shown. The action asks again, by area."""
    return bool(request.actor.spans(right, request.incident.id))


def whereabouts(request: DeskRequest, right: str) -> list[tuple[int, str]]:
    """Areas of this incident a form may name: those at or below which the right holds, with their names."""
    spans = request.actor.spans(right, request.incident.id)
    found = places.areas_under(request.incident.area).exclude(level="grid").values_list("code", "name")
    return [(code, name) for code, name in found if any(low <= code < high for low, high in spans)]


def told(request: DeskRequest, text: str, page: str) -> HttpResponse:
    """Say what was done and go back to where the form stood."""
    messages.success(request, text)
    came = request.META.get("HTTP_REFERER", "")
    own = url_has_allowed_host_and_scheme(came, {request.get_host()}, require_https=request.is_secure())
    return redirect(came if own and "/drawer/" not in came else f"/i/{request.incident.code}/{page}/")
