"""Reaching those who are left of a round: calls, a text for the loudspeaker, sheets for the doors, a workbook."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_POST, require_safe

from muster.commandpost.asking import body, has, told
from muster.commandpost.frame import DeskRequest, act, area_in_view, ids, said, screen
from muster.commandpost.lists import SHEET
from muster.commandpost.shifts import NobodyByThisCode
from muster.core import journal
from muster.core.errors import NotFound
from muster.core.ids import derive_id, new_id
from muster.domain.incidents import queries as incidents
from muster.domain.notices import actions as notices
from muster.domain.notices.rules import Channel
from muster.domain.people import queries as people
from muster.domain.places import queries as places
from muster.domain.places.models import Dwelling
from muster.domain.responders import queries as responders
from muster.domain.sampling import actions, queries, standing
from muster.domain.sampling.models import Round
from muster.domain.sampling.rules import Means
from muster.domain.sampling.standing import Covered, Person, Wish
from muster.interop.tables import written

MOST_PRINTED = 3_000


def round_in_view(request: DeskRequest) -> tuple[Round | None, list[Round]]:
    """The round of the address, else the newest; and all there are."""
    listed = list(queries.rounds().filter(incident=request.incident.id)[:50])
    wanted = ids([request.GET.get("round", "")])
    first = listed[0] if listed else None
    return next((one for one in listed if wanted and one.id == wanted[0]), first), listed


def reasons(request: DeskRequest) -> dict[str, tuple[str, Any]]:
    """Why somebody is not tested, as the protocol has it: code → title and where they stand then."""
    testing = incidents.pack_of(request.incident.id).testing
    return {one.code: (said(one.title), one.standing.value) for one in (testing.excuses if testing else ())}


def named_people(request: DeskRequest, found: list[Person]) -> list[dict[str, Any]]:
    """People as a desk may read them: masked, with their door; those who come first are marked."""
    masked = people.masked([one.id for one in found], request.incident.id)
    titles = places.dwelling_titles({one.dwelling for one in found if one.dwelling})
    first = standing.pressing([one.id for one in found], request.incident.id, request.now)
    return [
        {"person": one, "id": one.id, "name": masked[one.id].name if one.id in masked else "",
         "phone": masked[one.id].phone if one.id in masked else "", "first": one.id in first,
         "door": titles.get(one.dwelling, "") if one.dwelling else ""}
        for one in found
    ]  # fmt: skip


@require_POST
@screen
def begin(request: DeskRequest) -> HttpResponse:
    """Call everybody with a telephone, or send a pair to the doors: one piece of work for each person."""
    codes = request.POST.get("codes", "").replace("，", " ").replace(",", " ").split()
    given = {"pair": [_responder(code) for code in codes[:4]]} if codes else {}
    order = body(request, actions.CatchUp, given)
    act(request, actions.catch_up, order, order.id)
    made = _("The callers have them now: one person, one call.")
    if order.means == Means.DOOR:
        made = _("The tests at the doors are given out. Who is tested or exempt falls out by itself.")
    return told(request, made, "sites/coverage")


def _responder(code: str) -> UUID:
    found = responders.by_code(code[:40])
    if not found:
        raise NobodyByThisCode(said=code[:40])
    return found[0].id


def _place(request: DeskRequest) -> tuple[Round, int, UUID | None]:
    chosen, _listed = round_in_view(request)
    if chosen is None:
        raise NotFound
    return (
        chosen,
        area_in_view(request) or chosen.area,
        next(iter(ids([request.GET.get("building", "")])), None),
    )


def _left_here(request: DeskRequest) -> tuple[Round, int, UUID | None, list[Covered]]:
    chosen, area, building = _place(request)
    rows = [one for one in standing.by_building(chosen, area) if one.key and one.counts.left]
    return chosen, area, building, [one for one in rows if building in (None, one.key)]


@require_safe
@screen
def loudspeaker(request: DeskRequest) -> HttpResponse:
    """How many are left in each building, no names; and what to say about it."""
    chosen, area, building, rows = _left_here(request)
    names = dict(places.building_names([one.key for one in rows]))
    left = sum(one.counts.left for one in rows)
    context = {
        "chosen": chosen, "area": area, "building": building, "left": left, "place": _title(area, building),
        "rows": [(names.get(one.key, "–"), one.counts.left) for one in rows],
        "text": _announcement(chosen, _title(area, building), left), "may_tell": has(request, "notices.broadcast"),
        "now": request.now, "fresh": new_id(),
    }  # fmt: skip
    return render(request, "commandpost/sites/loudspeaker.html", context)


def _title(area: int, building: UUID | None) -> str:
    names = dict(places.building_names([building])) if building else {}
    return names[building] if building in names else places.area_names({area})[area]


def _announcement(chosen: Round, place: str, left: int) -> str:
    """The words to be read out: how many, until when, never who."""
    said = {"place": place, "round": chosen.name, "n": left}
    parts = [
        ngettext(
            "%(place)s, %(round)s: %(n)s person is still to be tested.",
            "%(place)s, %(round)s: %(n)s people are still to be tested.", left,
        ) % said
    ]  # fmt: skip
    if chosen.to_at:
        parts.append(_("The round ends on %(until)s.") % {"until": f"{localtime(chosen.to_at):%m-%d %H:%M}"})
    parts.append(_("Please come to the nearest site with your identity card."))
    parts.append(_("Whoever cannot come tells the community; a pair of samplers comes to the door."))
    return " ".join(parts)


def _words(language: str, chosen: Round, place: str, left: int) -> tuple[str, str]:
    with override(language):
        return _("Still to be tested"), _announcement(chosen, place, left)


@require_POST
@screen
def announce(request: DeskRequest) -> HttpResponse:
    """Publish the words as a notice where the desk may, and record that they were read out to so many."""
    chosen, area, building, rows = _left_here(request)
    left = sum(one.counts.left for one in rows)
    notice = next(iter(ids([request.POST.get("notice", "")])), new_id())
    if request.actor.may("notices.publish", area, request.incident.id):
        words = [_words(language, chosen, _title(area, building), left) for language in ("zh-hans", "en")]
        (title_zh, text_zh), (title_en, text_en) = words
        published = notices.PublishNotice(notice, area, title_zh, text_zh, title_en, text_en)
        act(request, notices.publish_notices, published, notice)
    heard = notices.RecordBroadcast(Channel.LOUDSPEAKER, area, left, notice)
    act(request, notices.broadcast, heard, derive_id(notice, "loudspeaker"))
    return told(request, _("The broadcast is recorded."), "sites/coverage")


@require_safe
@screen
def doors(request: DeskRequest) -> HttpResponse:
    """A sheet for each building: the vulnerable first, then floor by floor, names masked."""
    rows = _printed(request, "sampling.print_doors")
    rows.sort(key=lambda row: (row["house"], not row["first"], row["floor"], row["label"]))
    sheets = [(house, list(found)) for house, found in groupby(rows, key=lambda row: row["house"])]
    context = {
        "sheets": sheets,
        "chosen": _place(request)[0],
        "now": request.now,
        "by": request.actor.username,
    }
    return render(request, "commandpost/sites/doors.html", context)


def _printed(request: DeskRequest, action: str) -> list[dict[str, Any]]:
    """Who is left here, up to what one printing may carry; the journal says so."""
    chosen, area, building = _place(request)
    found = standing.people(chosen, Wish(area=area, building=building), size=MOST_PRINTED)
    rows = named_people(request, found)
    doors = Dwelling.objects.in_bulk({one.dwelling for one in found if one.dwelling})
    names = dict(places.building_names({one.building_id for one in doors.values()}))
    for row in rows:
        door = doors.get(row["person"].dwelling)
        row |= {
            "house": names.get(door.building_id, "–") if door else _("without a door"),
            "floor": (door.floor if door else None) or 0, "label": door.label if door else "",
        }  # fmt: skip
    journal.write(
        action=action,
        by=request.actor,
        incident=request.incident.id,
        area=area,
        subjects=[chosen.id],
        count=len(rows),
    )
    return rows


@require_safe
@screen
def export(request: DeskRequest) -> HttpResponse:
    """Who is left as a workbook of text cells, masked, marked with who took it; the journal says so."""
    rows = _printed(request, "sampling.export_left")
    chosen = _place(request)[0]
    mark = f"{chosen.name} · {request.actor.username} · {localtime(request.now):%Y-%m-%d %H:%M}"
    header = (_("Building"), _("Door"), _("Name"), _("Telephone"), _("Standing"), _("First"))
    cells = [
        (
            row["house"],
            row["label"],
            row["name"],
            row["phone"],
            row["person"].standing,
            "✓" if row["first"] else "",
        )
        for row in rows
    ]
    answer = HttpResponse(written.workbook({"left": ((mark,), header, *cells)}), content_type=SHEET)
    answer["Content-Disposition"] = f'attachment; filename="left-{chosen.id}.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


urlpatterns = [
    path("sites/coverage/begin/", begin, name="coverage-begin"),
    path("sites/coverage/loudspeaker/", loudspeaker, name="coverage-loudspeaker"),
    path("sites/coverage/announce/", announce, name="coverage-announce"),
    path("sites/coverage/doors/", doors, name="coverage-doors"),
    path("sites/coverage/left.xlsx", export, name="coverage-export"),
]
