"""Lists for the wall of a gate or a site: passes that hold, and whom to call when nothing else works."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from muster.domain.helpline.models import Line
from muster.domain.incidents.models import Incident, Zone
from muster.domain.passes import carried
from muster.domain.passes.models import Pass
from muster.domain.places.models import Point
from muster.domain.responders import queries as responders
from muster.interop.paper import words
from muster.interop.paper.setting import pages

MOST_PASSES = 3_000
MOST_PLACES = 60
ORDER = ["command_post", "lab", "site", "gate", "store", "hostel", "desk", "meal"]


def _common(
    said: dict[str, tuple[str, str]], incident: Incident, language: str, now: datetime
) -> dict[str, Any]:
    return {
        "words": words.of(said, language), "at": f"{localtime(now):%Y-%m-%d %H:%M}",
        "incident": incident.title_en if language == "en" else incident.title_zh,
    }  # fmt: skip


def pass_list_pdf(incident: Incident, language: str, now: datetime) -> bytes:
    """The passes of this scope that hold now or later, by number; names masked. What does not fit is counted."""
    held = carried.listed(incident=incident.id, now=now, most=MOST_PASSES)
    whole = Pass.objects.filter(incident=incident.id, revoked_at=None, valid_to__gt=now).count()
    tongue = "en" if language == "en" else "zh"
    rows = [
        {
            "code": f"{row.code[:4]} {row.code[4:]}", "kind": words.KINDS[row.kind][tongue], "who": row.holder,
            "tail": row.tail, "to": f"{localtime(datetime.fromtimestamp(row.valid_to, now.tzinfo)):%m-%d %H:%M}",
        }
        for _pass, row in sorted(held, key=lambda one: one[1].code)
    ]  # fmt: skip
    value = _common(words.PASS_LIST, incident, language, now)
    return pages("passlist.typ", value | {"rows": rows, "left": max(whole - len(rows), 0)})


def contacts_pdf(incident: Incident, language: str, now: datetime) -> bytes:
    """Telephone lines, zones with their hotlines, places with who answers for them, and what to do meanwhile."""
    lines = (
        Line.objects.filter(incident=incident.id).exclude(phone="").order_by("-round_the_clock", "name", "id")
    )
    zones = Zone.objects.filter(incident=incident.id, released_at=None).order_by("name", "id")
    points = Point.objects.filter(incident=incident.id, kind__in=ORDER)
    listed = sorted(points.order_by("name", "id")[:500], key=lambda one: ORDER.index(one.kind))[:MOST_PLACES]
    known = responders.known({one.administrator for one in listed if one.administrator})
    kinds = words.of(words.PLACES, language)
    value = _common(words.CONTACTS, incident, language, now) | {
        "lines": [
            {"name": one.name, "phone": one.phone, "always": one.round_the_clock} for one in lines[:MOST_PLACES]
        ],
        "zones": [
            {"name": one.name, "notice": one.notice_number, "hotlines": one.hotlines} for one in zones[:MOST_PLACES]
        ],
        "places": [
            {
                "kind": kinds[one.kind], "name": one.name, "address": one.address,
                "code": known[one.administrator].code if one.administrator in known else "",
            }
            for one in listed
        ],
    }  # fmt: skip
    return pages("contacts.typ", value)
