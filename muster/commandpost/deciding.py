"""What waits for a person's decision, for the top of the overview: each line says its effect and opens its rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from muster.commandpost.frame import DeskRequest, bounds, within
from muster.commandpost.remembered import remembered
from muster.commandpost.zones import ZoneView
from muster.core.models import Parked
from muster.domain.helpline.queries import Promises
from muster.domain.mobilising import queries as mobilising
from muster.domain.sampling.queries import TubeCounts
from muster.domain.supplies import queries as supplies
from muster.domain.supplies.models import Item
from muster.domain.worklists import queries as worklists
from muster.domain.worklists.queries import KindCount
from muster.reports import wording

NEXT_SHIFT = timedelta(hours=12)
NAMED = 3
Line = dict[str, Any]


def decisions(
    request: DeskRequest, kinds: list[KindCount], tubes: TubeCounts, promises: Promises, zones: list[ZoneView]
) -> list[Line]:
    """Everything that waits for a decision, people first."""
    base = f"/i/{request.incident.code}/"
    return [
        *_posts(request, base),
        *_needs(request, base),
        *_pools(kinds, tubes, base),
        *_zones(request, zones, base),
        *_promises(promises, base),
        *_late(kinds, base),
        *_unsure(request, base),
        *_parked(request, base),
    ]


def _line(what: str, act: str, href: str, state: str = "late") -> Line:
    return {"what": what, "act": act, "href": href, "state": state}


def _posts(request: DeskRequest, base: str) -> list[Line]:
    """Posts that lack people in the next shift."""
    short = mobilising.short_shifts(
        bounds(request), request.incident.id, request.now, request.now + NEXT_SHIFT
    )
    names = mobilising.post_names(one.post for one in short[:NAMED])
    lines = [
        _line(
            _("%(post)s lacks %(n)d from %(at)s")
            % {"post": names.get(one.post, ""), "n": one.hole, "at": _hour(one.from_at)},
            _("Fill"),
            f"{base}shifts/",
        )
        for one in short[:NAMED]
    ]
    if len(short) > NAMED:
        more = len(short) - NAMED
        text = ngettext("%(n)d more shift is short", "%(n)d more shifts are short", more) % {"n": more}
        lines.append(_line(text, _("Open"), f"{base}shifts/"))
    return lines


def _needs(request: DeskRequest, base: str) -> list[Line]:
    """Needs nobody has met."""
    unmet = supplies.needs().filter(within(request))
    first = list(unmet[: NAMED + 1])
    if not first:
        return []
    language = get_language() or "zh"
    items = {one.id: one for one in supplies.items()}
    lines = [
        _line(
            _("%(item)s: %(n)d %(unit)s still needed")
            % {"n": (n := need.quantity - need.met), **_item(items.get(need.item), need.code, language, n)},
            _("Match"),
            f"{base}stock/?need={need.id}",
            "late" if need.urgency == "urgent" else "doing",
        )
        for need in first[:NAMED]
    ]
    if len(first) > NAMED:
        more = unmet.count() - NAMED
        text = ngettext("%(n)d more need is unmet", "%(n)d more needs are unmet", more) % {"n": more}
        lines.append(_line(text, _("Open"), f"{base}stock/", "doing"))
    return lines


def _item(item: Item | None, code: str, language: str, n: int) -> dict[str, str]:
    """What goods are called and counted in; the code where they are not known."""
    if item is None:
        return {"item": code, "unit": ""}
    name = item.name_en if language == "en" else item.name_zh
    return {"item": name, "unit": wording.unit(f"items:{item.unit}", language, n)}


def _pools(kinds: list[KindCount], tubes: TubeCounts, base: str) -> list[Line]:
    """Positive pools whose people are not yet sampled one by one."""
    left = next((one.open for one in kinds if one.kind == "resample"), 0)
    lines = []
    if left:
        text = ngettext(
            "Positive pools: %(pools)d; %(n)d person to sample singly",
            "Positive pools: %(pools)d; %(n)d people to sample singly",
            left,
        ) % {"pools": tubes.positive, "n": left}
        lines.append(_line(text, _("Open"), f"{base}work/?kind=resample", "refused"))
    if tubes.difference:
        text = ngettext(
            "Table and system differ by %(n)d tube (sites: %(sites)d)",
            "Table and system differ by %(n)d tubes (sites: %(sites)d)",
            tubes.difference,
        ) % {"n": tubes.difference, "sites": tubes.tables}
        lines.append(_line(text, _("Count"), f"{base}sites/"))
    return lines


def _zones(request: DeskRequest, zones: list[ZoneView], base: str) -> list[Line]:
    """Zones whose days are over: a person decides."""
    due = [one for one in zones if one.is_due(request.now)]
    return [
        _line(
            _("%(zone)s could be released since %(at)s")
            % {"zone": one.zone.name, "at": _hour(one.release_at)},
            _("Decide"),
            f"{base}zones/{one.zone.id}/drawer/",
            "doing",
        )
        for one in due[:NAMED]
    ]


def _promises(promises: Promises, base: str) -> list[Line]:
    if not promises.late:
        return []
    text = ngettext(
        "%(n)d promise to a household is broken", "%(n)d promises to households are broken", promises.late
    )
    return [_line(text % {"n": promises.late}, _("Open"), f"{base}requests/?due=late")]


def _late(kinds: list[KindCount], base: str) -> list[Line]:
    late = sum(one.late for one in kinds)
    if not late:
        return []
    text = ngettext("%(n)s piece of work is late", "%(n)s pieces of work are late", late) % {"n": f"{late:,}"}
    return [_line(text, _("Assign"), f"{base}work/?due=late")]


def _unsure(request: DeskRequest, base: str) -> list[Line]:
    rows, _at = remembered(request, "unsure", lambda: worklists.unsure(bounds(request)))
    if not rows:
        return []
    text = ngettext("%(n)d row fits several people", "%(n)d rows fit several people", rows) % {"n": rows}
    return [_line(text, _("Decide"), f"{base}matching/", "doing")]


def _parked(request: DeskRequest, base: str) -> list[Line]:
    if not request.actor.spans("sync.review", request.incident.id):
        return []
    waiting = Parked.objects.filter(incident=request.incident.id, settled_at=None)[:1000].count()
    if not waiting:
        return []
    text = ngettext(
        "%(n)d record of a telephone was not taken", "%(n)d records of telephones were not taken", waiting
    )
    return [_line(text % {"n": waiting}, _("Look"), f"{base}parked/", "doing")]


def _hour(at: Any) -> str:
    return date_format(localtime(at), "m-d H:i")
