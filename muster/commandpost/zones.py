"""Zones and notices: what holds where, from when, and who decides the next step."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost import labels
from muster.commandpost.asking import body, tabs, whereabouts
from muster.commandpost.frame import DeskRequest, act, area_in_view, areas, drawer, ids, said, screen, within
from muster.core import bulk
from muster.core.access import span
from muster.core.errors import BadInput, NotFound
from muster.core.ids import new_id
from muster.domain.incidents import actions as incidents
from muster.domain.incidents import queries as arrangements
from muster.domain.incidents.models import Zone, ZoneChange
from muster.domain.notices import actions as telling
from muster.domain.notices import queries as notices
from muster.domain.notices.models import Notice
from muster.domain.places import queries as places
from muster.domain.responders import queries as responders
from muster.domain.worklists import queries as worklists
from muster.protocols import Pack
from muster.protocols.values import NoSuchCodeError, Text

TZ = ZoneInfo(settings.TIME_ZONE)
MOST = 500
LISTED, LONGEST = 100, 4_000
PAGES = (("", pgettext_lazy("tab", "Zones and notices")), ("protocol/", gettext_lazy("Protocol")))


class ZoneView(msgspec.Struct, frozen=True):
    """A zone with what the protocol says of it today."""

    zone: Zone
    word: str
    place: str
    buildings: int
    day: int
    phase: str
    phase_rules: Text | None
    rule: Text | None
    release_rule: Text | None
    release_at: datetime | None

    def is_due(self, now: datetime) -> bool:
        """Whether a person should decide on its release now."""
        return self.zone.released_at is None and self.release_at is not None and self.release_at <= now


def level_word(level: str) -> str:
    """The word for a level; an unknown one stands for itself."""
    return str(labels.ZONE.get(level, level))


def views(request: DeskRequest, zones: list[Zone]) -> list[ZoneView]:
    """Zones as the protocol in force sees them on this day."""
    pack = arrangements.pack_of(request.incident.id)
    counts = arrangements.building_counts({one.id for one in zones})
    names = places.area_names({one.area for one in zones})
    return [_view(one, pack, names[one.area], counts.get(one.id, 0), request.now) for one in zones]


def _view(zone: Zone, pack: Pack, place: str, buildings: int, now: datetime) -> ZoneView:
    known = next((level for level in pack.zones if level.code == zone.level), None)
    if known is None:
        return ZoneView(zone, level_word(zone.level), place, buildings, 0, "", None, None, None, None)
    day = known.day_at(zone.since, now, TZ)
    try:
        phase = known.phase_on(day)
    except NoSuchCodeError:  # it is still to begin
        phase = None
    return ZoneView(
        zone,
        level_word(zone.level),
        place,
        buildings,
        day,
        said(phase.title) if phase else "",
        phase.rules.value if phase else None,
        known.rule.value,
        known.release.rule.value,
        known.release.earliest_at(zone.since),
    )


@screen
def zone_list(request: DeskRequest) -> HttpResponse:
    """Zones in force, those released, notices and how they were made known."""
    held = list(Zone.objects.filter(within(request)).order_by("-from_at", "id")[:MOST])
    shown = views(request, held)
    in_force = list(notices.in_force().filter(within(request))[:LISTED])
    withdrawn = Notice.objects.filter(within(request), withdrawn_at__isnull=False).order_by(
        "-withdrawn_at", "id"
    )
    language = get_language() or "zh"
    mine = request.actor.allowed("notices.publish", {one.area for one in in_force}, request.incident.id)
    context = {
        "tabs": tabs(request, "zones", *PAGES),
        "zones": [one for one in shown if one.zone.released_at is None],
        "released": [one for one in shown if one.zone.released_at is not None],
        "due": {one.zone.id for one in shown if one.is_due(request.now)},
        "notices": [
            (one, one.title_in(language), one.text_in(language), one.area in mine) for one in in_force
        ],
        "withdrawn": [(one, one.title_in(language)) for one in withdrawn[:LISTED]],
        "channels": [(labels.CHANNEL.get(one.channel, one.channel), one) for one in notices.by_channel()],
        "may": bool(request.actor.spans("incidents.zone", request.incident.id)),
        "tell_areas": whereabouts(request, "notices.publish"),
        "fresh": new_id(),
    }
    return render(request, "commandpost/zones/list.html", context)


@screen
def zone_drawer(request: DeskRequest, zone: UUID) -> HttpResponse:
    """One zone: rules in both languages, notice, hotlines, buildings, history, and what may be decided."""
    found = Zone.objects.filter(pk=zone).first()
    if found is None:
        raise NotFound
    changes = arrangements.history(zone)
    callers = responders.known({one.by for one, _gone in changes})
    pack = arrangements.pack_of(request.incident.id)
    context = {
        "title": found.name,
        "view": views(request, [found])[0],
        "buildings": places.building_names(arrangements.buildings_of(zone, LISTED)),
        "events": [
            {
                "at": one.at,
                "what": _decided(one, request.now),
                "note": one.notice_number,
                "by": callers[one.by].code if one.by in callers else "",
                "retracted": gone,
            }
            for one, gone in changes
        ],
        "may": request.actor.may("incidents.zone", found.area, request.incident.id),
        "levels": [(level.code, said(level.title)) for level in pack.zones],
    }
    return drawer(request, "commandpost/zones/drawer.html", context)


def _decided(change: ZoneChange, now: datetime) -> str:
    word = _("released") if change.released else level_word(change.level)
    return word if change.at <= now else _("%(what)s, to come") % {"what": word}


@screen
def new_zone(request: DeskRequest) -> HttpResponse:
    """Designate a zone: first the area, then its level, hour and buildings."""
    request.actor.require("incidents.zone", *_somewhere(request))
    if request.method == "POST":
        return _designate(request)
    area = area_in_view(request)
    rows = worklists.buildings(span(area), size=MOST) if area else []
    pack = arrangements.pack_of(request.incident.id)
    zoned = arrangements.zone_of_buildings({row.id for row in rows}, request.now)
    context = {
        "area": area,
        "name": places.area_names({area})[area] if area else "",
        "areas": areas(request),
        "rows": [(row, level := zoned.get(row.id, ""), level_word(level)) for row in rows],
        "levels": [(level.code, said(level.title), said(level.rule.value)) for level in pack.zones],
        "from_at": request.now.astimezone(TZ).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "commandpost/zones/new.html", context)


def _somewhere(request: DeskRequest) -> tuple[int, UUID]:
    """An area where the person may decide on zones, so that the form refuses before it is filled in."""
    spans = request.actor.spans("incidents.zone", request.incident.id)
    return (spans[0][0] if spans else request.incident.area), request.incident.id


def _designate(request: DeskRequest) -> HttpResponse:
    form = request.POST
    level, area = form.get("level", ""), form.get("area", "")
    pack = arrangements.pack_of(request.incident.id)
    if level not in {one.code for one in pack.zones}:
        raise BadInput(problem=_("level"))
    if not (area.isdecimal() and len(area) == 15):
        raise BadInput(problem=_("area"))
    body = incidents.DesignateZone(
        id=new_id(),
        level=level,
        area=int(area),
        name=_text(request, "name", 80, needed=True),
        from_at=_instant(form.get("from_at", "")),
        buildings=places.inside(ids(form.getlist("building")), int(area)),
        notice_number=_text(request, "notice_number", 60),
        hotlines=[
            one[:40]
            for one in _text(request, "hotlines", 400).replace("，", ",").replace("、", ",").split(",")
            if one.strip()
        ],
    )
    act(request, incidents.designate_zones, body)
    said_of = {"name": body.name, "level": level_word(level)}
    begun = body.from_at <= request.now
    messages.success(
        request, (_("%(name)s is %(level)s.") if begun else _("%(name)s will be %(level)s.")) % said_of
    )
    return redirect(f"/i/{request.incident.code}/zones/")


def _text(request: DeskRequest, field: str, longest: int, *, needed: bool = False) -> str:
    text = request.POST.get(field, "").replace("\0", "").strip()
    if len(text) > longest or (needed and not text):
        raise BadInput(problem=field)
    return text


def _instant(text: str) -> datetime:
    """What a date and time field says, in the hours of the installation."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(problem=text[:40] or _("time")) from None
    if not 2000 <= found.year <= 2199:
        raise BadInput(problem=text[:40])
    return found if found.tzinfo else found.replace(tzinfo=TZ)


@screen
def change_zone(request: DeskRequest, zone: UUID) -> HttpResponse:
    """Another level from an hour on, or the release of a zone."""
    if request.method != "POST":
        return redirect(f"/i/{request.incident.code}/zones/{zone}/drawer/")
    released = request.POST.get("verb") == "release"
    level = "" if released else request.POST.get("level", "")
    if not released and level not in {one.code for one in arrangements.pack_of(request.incident.id).zones}:
        raise BadInput(problem=_("level"))
    at = _instant(request.POST.get("at", "")) if request.POST.get("at") else request.now
    body = incidents.ChangeZone(zone, at, level, released, _text(request, "notice_number", 60))
    act(request, incidents.change_zones, body)
    done = _("The zone is released.") if released else _("The zone is changed.")
    messages.success(request, done if at <= request.now else _("Decided. It takes effect at the hour given."))
    return redirect(f"/i/{request.incident.code}/zones/")


@require_POST
@screen
def publish_notice(request: DeskRequest) -> HttpResponse:
    """Tell the people of an area; sent twice it is one notice."""
    wanted = body(request, telling.PublishNotice, longest=LONGEST)
    if not Notice.objects.filter(pk=wanted.id).exists():
        act(request, telling.publish_notices, wanted, wanted.id)
    messages.success(request, _("The notice is published."))
    return redirect("zones", incident=request.incident.code)


@require_POST
@screen
def withdraw_notice(request: DeskRequest, notice: UUID) -> HttpResponse:
    """The notice no longer holds; the first withdrawal stands, sent twice it is one."""
    bulk.lock(Notice, [notice])
    if not Notice.objects.filter(pk=notice, withdrawn_at__isnull=False).exists():
        act(request, telling.withdraw_notices, telling.WithdrawNotice(notice))
    messages.success(request, _("The notice is withdrawn."))
    return redirect(f"/i/{request.incident.code}/zones/")


urlpatterns = [
    path("zones/", zone_list, name="zones"),
    path("zones/new/", new_zone, name="zone-new"),
    path("zones/notices/publish/", publish_notice, name="notice-publish"),
    path("zones/notices/<uuid:notice>/withdraw/", withdraw_notice, name="notice-withdraw"),
    path("zones/<uuid:zone>/drawer/", zone_drawer, name="zone-drawer"),
    path("zones/<uuid:zone>/change/", change_zone, name="zone-change"),
]
