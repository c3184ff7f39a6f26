"""One site: set up from the protocol for so many people an hour, its slots, booked against arrived."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import terms
from muster.commandpost.asking import body, day_of, has, local, moment, tabs, told
from muster.commandpost.frame import DeskRequest, act, said, screen, within
from muster.commandpost.shifts import post_words
from muster.commandpost.sites import PAGES
from muster.core.errors import BadInput, NotFound
from muster.core.ids import derive_id
from muster.domain.incidents import queries as incidents
from muster.domain.mobilising import actions as mobilising
from muster.domain.mobilising.models import Shift
from muster.domain.places.models import Point
from muster.domain.sampling import actions, appointments
from muster.domain.sampling.models import SiteSetup
from muster.domain.sampling.rules import capacity
from muster.domain.supplies.actions import meeting, moving
from muster.domain.supplies.models import Item, Need
from muster.domain.supplies.rules import item_id
from muster.protocols import Pack

USUAL_PEOPLE, USUAL_HOURS, SLOT_MINUTES = 160, 8, 30
POSTS = ("order", "temperature", "triage", "registration", "sampler", "guide", "logistics")
SAMPLER = "sampler"
MOST = 2_000


class Proposal(msgspec.Struct, frozen=True):
    """What a site needs for so many people an hour: lanes, people by post, goods by item."""

    lanes: int
    per_lane_hour: int
    posts: dict[str, int]
    goods: dict[str, int]


def proposal(pack: Pack, people_per_hour: int, hours: float, lanes: int | None = None) -> Proposal:
    """By the protocol: what a desk serves in an hour gives the lanes, each lane has its posts, each post its goods."""
    sites = pack.staffing.sites
    pace = sites.people_per_desk_hour if sites else None
    number = lanes or (sites.lanes_for(people_per_hour) if sites else 1)
    usual = {post.code: post.people.value for post in pack.staffing.posts}
    posts = {code: usual[code] * number for code in POSTS if code in usual}
    shifts = max(-(-hours // pack.staffing.shift_hours.value), 1)
    goods: dict[str, int] = {}
    for post, people in posts.items():
        for item, quantity in pack.supplies.needed(post, int(people * shifts)).items():
            goods[item] = goods.get(item, 0) + quantity
    return Proposal(number, pace.value if pace else people_per_hour, posts, goods)


def _site(request: DeskRequest, site: UUID) -> Point:
    held = Point.objects.filter(within(request), pk=site, incident=request.incident.id, kind="site").first()
    if held is None:
        raise NotFound
    return held


def _number(said: str, usual: int, most: int = MOST) -> int:
    return min(max(int(said), 1), most) if said.isascii() and said.isdecimal() and len(said) < 7 else usual


@screen
def site(request: DeskRequest, site: UUID) -> HttpResponse:
    """How the site works, what it would need for so many an hour, and its slots of a day."""
    held, setup = _site(request, site), SiteSetup.objects.filter(pk=site).first()
    pack = incidents.pack_of(request.incident.id)
    asked = request.GET
    people = _number(asked.get("people", ""), setup.people_per_hour if setup else USUAL_PEOPLE)
    hours = _number(asked.get("hours", ""), USUAL_HOURS, 24)
    plan = proposal(pack, people, hours, _number(asked.get("lanes", ""), 0, 200) or None)
    day, begin, end = day_of(request)
    slots = appointments.board([site], begin, end)
    start = localtime(request.now).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    words, items = post_words(request), {one.code: one for one in pack.supplies.items}
    context = {
        "tabs": tabs(request, "sites", *PAGES), "site": held, "setup": setup, "people": people, "hours": hours,
        "plan": plan, "posts": [(code, terms.word(words, code), n) for code, n in plan.posts.items()],
        "goods": [(code, said(items[code].title), n) for code, n in plan.goods.items() if code in items],
        "from_at": local(start), "to_at": local(start + timedelta(hours=hours)), "day": day, "slots": slots,
        "booked": sum(one.booked for one in slots), "arrived": sum(one.arrived for one in slots),
        "minutes": SLOT_MINUTES, "room": capacity(plan.lanes, plan.per_lane_hour, SLOT_MINUTES),
        "may_plan": has(request, "sampling.plan"), "may_staff": has(request, "mobilising.plan"),
        "before": day - timedelta(days=1), "after_day": day + timedelta(days=1),
        "sources": _sources(pack),
    }  # fmt: skip
    return render(request, "commandpost/sites/site.html", context)


def _sources(pack: Pack) -> list[tuple[str, str]]:
    """Where the numbers behind a proposal come from, with their grade."""
    sites = pack.staffing.sites
    pace = sites.people_per_desk_hour if sites else None
    found = [(pace.source, pace.grade)] if pace else []
    found += [(one.people.source, one.people.grade) for one in pack.staffing.posts if one.code in POSTS]
    return list(dict.fromkeys(found))


@require_POST
@screen
def set_up(request: DeskRequest, site: UUID) -> HttpResponse:
    """Write down how the site works; make its posts, their seats for these hours, and what it needs. Said again with
    other numbers, what is missing is added."""
    held = _site(request, site)
    act(request, actions.set_up_sites, body(request, actions.SetUpSite, {"site": site}))
    begin, end = (moment(request.POST.get(name, ""), name) for name in ("from_at", "to_at"))
    if end <= begin:
        raise BadInput(problem="to_at")
    seats = _seats(request, held, begin, end)
    needs = _needs(request, held, begin)
    said = {"seats": seats, "needs": needs}
    return told(
        request, _("The site is set up: %(seats)s more seats, %(needs)s more needs.") % said, f"sites/{site}"
    )


def _wanted(request: DeskRequest, prefix: str) -> dict[str, int]:
    found = {name[len(prefix) :]: str(said) for name, said in request.POST.items() if name.startswith(prefix)}
    if any(not (text.isascii() and text.isdecimal() and len(text) < 7) for text in found.values()):
        raise BadInput(problem=prefix)
    return {code: int(text) for code, text in found.items() if int(text)}


def _seats(request: DeskRequest, held: Point, begin: datetime, end: datetime) -> int:
    """The seats that are lacking at each post in these hours; how many were made."""
    words, made = post_words(request), 0
    for code, number in _wanted(request, "post_").items():
        if code not in POSTS:
            raise BadInput(problem=code)
        post = derive_id(held.id, "post", code)
        name = f"{held.name} · {terms.word(words, code)}"
        act(
            request,
            mobilising.add_posts,
            mobilising.AddPost(post, held.area, code, name, number, held.id),
            post,
        )
        there = Shift.objects.filter(post=post, from_at=begin, to_at=end).values_list("seats", flat=True)
        lacking = number - sum(there)
        if lacking > 0:
            shift = derive_id(post, begin.isoformat(), end.isoformat(), len(there))
            one = mobilising.ShiftBody(shift, post, begin, end, lacking)
            act(request, mobilising.add_shifts, mobilising.AddShifts([one]), shift)
            made += lacking
    return made


def _needs(request: DeskRequest, held: Point, begin: datetime) -> int:
    """What is needed by then and not stated yet for this site; how many needs were stated."""
    made, wanted = 0, _wanted(request, "need_")
    items = _items(request, held, set(wanted))
    for code, number in wanted.items():
        item = items[code]
        stated = Need.objects.filter(point=held.id, item=item, needed_by=begin).values_list(
            "quantity", flat=True
        )
        lacking = number - sum(stated)
        if lacking > 0:
            need = derive_id(held.id, item, begin.isoformat(), len(stated))
            wish = meeting.StateNeed(need, held.area, item, lacking, point=held.id, needed_by=begin)
            act(request, meeting.state_needs, wish, need)
            made += 1
    return made


def _items(request: DeskRequest, held: Point, wanted: set[str]) -> dict[str, UUID]:
    """The goods of the protocol by code; those no store knew are added."""
    known = {one.code: one for one in incidents.pack_of(request.incident.id).supplies.items}
    if wanted - known.keys():
        raise BadInput(problem=", ".join(sorted(wanted - known.keys())))
    there = dict(Item.objects.filter(code__in=wanted).values_list("code", "id"))
    lacking = [known[code] for code in sorted(wanted - there.keys())]
    if lacking:
        new = [moving.NewItem(one.code, one.title.zh, one.title.en, one.unit) for one in lacking]
        act(request, moving.add_items, moving.AddItems(held.area, new))
    return there | {one.code: item_id(one.code) for one in lacking}


@require_POST
@screen
def slots(request: DeskRequest, site: UUID) -> HttpResponse:
    """Open slots of a stretch of time, or change how many they take."""
    held = _site(request, site)
    act(request, actions.open_slots, body(request, actions.OpenSlots, {"site": held.id}))
    return told(
        request, _("The slots are open. Whoever comes without one is sampled all the same."), f"sites/{site}"
    )


urlpatterns = [
    path("sites/<uuid:site>/", site, name="site"),
    path("sites/<uuid:site>/set-up/", set_up, name="site-set-up"),
    path("sites/<uuid:site>/slots/", slots, name="site-slots"),
]
