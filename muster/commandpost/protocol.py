"""The protocol of an incident: what holds, what another one would change, and the decision to bring it into force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from muster.commandpost.asking import body, tabs, wish
from muster.commandpost.frame import DeskRequest, act, ids, said, screen
from muster.commandpost.protocol_words import GRADE, SECTION, called, read_out, section
from muster.commandpost.zones import PAGES, level_word
from muster.core import bulk
from muster.core.errors import BadInput, Refusal
from muster.core.ids import new_id
from muster.core.models import Retraction
from muster.domain.incidents import actions as incidents
from muster.domain.incidents import queries as arrangements
from muster.domain.incidents.models import Incident, PackChange
from muster.domain.responders import queries as responders
from muster.protocols import Difference, Pack, differences, load, names
from muster.protocols.leaves import Leaf, leaves

RIGHT = "incidents.zone"
LISTED = 50
# Long lists of small numbers that are looked up on other screens; they show where another protocol changes them.
ELSEWHERE = ("staffing.posts", "supplies.per_shift", "testing.queue_bands", "vector.bands")
FOR_MACHINES = ("code", "post", "item", "name", "kinds")
# What a new or a lost part is made of: said of parts that stay only.
OF_PARTS = ("kind", "required", "sensitive", "choices", "closes", "recheck", "other_worker", "unit")


class Row(msgspec.Struct, frozen=True):
    """One value of a protocol as a person reads it."""

    what: str
    now: str
    then: str
    source: str
    grade: str


class Meanwhile(Refusal):
    """Somebody else brought another protocol into force since the differences were shown."""

    code = "commandpost.protocol_meanwhile"
    status = 409
    texts = {
        "zh": "您查看期间，现行防控方案已变为“{now}”，您的决定没有执行。请返回“防控方案”页，重新查看变化后再作决定。",
        "en": "Since you looked, “{now}” came into force; your decision was not carried out. Go back to the page "
        "Protocol, see again what would change, and decide then.",
    }


def title_of(name: str) -> str:
    """The title of a pack; one that is no longer installed stands for itself."""
    return said(load(name).title) if name in names() else name


@screen
def protocol(request: DeskRequest) -> HttpResponse:
    """The pack in force with its numbers and its history; for who may decide, what another one would change."""
    held, pack = request.incident, arrangements.pack_of(request.incident.id)
    may = request.actor.may(RIGHT, held.area, held.id)
    changes = list(PackChange.objects.filter(incident=held.id).order_by("-at", "-id")[:LISTED])
    context = {
        "tabs": tabs(request, "zones", *PAGES),
        "pack": pack,
        "pack_title": said(pack.title),
        "since": changes[0].at if changes else held.opened_at,
        "groups": numbers(pack),
        "grades": GRADE.values(),
        "events": _history(held, changes),
        "may": may,
        "others": [(name, title_of(name)) for name in names() if name != pack.name],
    }
    asked = wish(request, "to")["to"]
    if may and asked not in ("", pack.name):
        context |= _compared(held, pack, asked)
    return render(request, "commandpost/zones/protocol.html", context)


def numbers(pack: Pack) -> list[tuple[str, list[Row]]]:
    """The main numbers of a pack by section, with who says so."""
    shown = [
        (leaf.path, Row(called(leaf), read_out(leaf.path, leaf.value, pack), "", leaf.source, leaf.grade))
        for leaf in leaves(pack)
        if leaf.grade and _is_number(leaf.value) and not leaf.path.startswith(ELSEWHERE)
    ]
    return _grouped(shown)


def _is_number(value: Any) -> bool:
    """A number or a list of numbers; a yes or no is none."""
    every = value if isinstance(value, (list, tuple)) else [value]
    return bool(every) and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in every)


def _grouped(shown: Iterable[tuple[str, Row]]) -> list[tuple[str, list[Row]]]:
    by_section: dict[str, list[Row]] = {key: [] for key in SECTION}
    for where, row in shown:
        by_section[section(where)].append(row)
    return [(str(SECTION[key]), rows) for key, rows in by_section.items() if rows]


def _compared(held: Incident, old: Pack, asked: str) -> dict[str, Any]:
    """What comes with another pack, for its decision."""
    if asked not in names():
        raise incidents.UnknownPack(pack=asked, known=", ".join(names()))
    new = load(asked)
    known = {level.code for level in new.zones}
    return {
        "other": new,
        "other_title": said(new.title),
        "changed": changed(old, new),
        "unknown": [f"{one.name} ({level_word(one.level)})" for one in _zones_without(held, known)],
        "fresh": new_id(),
    }


def _zones_without(held: Incident, known: set[str]) -> list[Any]:
    """Zones in force for whose level a pack has no rules."""
    return list(arrangements.zones().filter(incident=held.id).exclude(level__in=known)[:LISTED])


def changed(old: Pack, new: Pack) -> list[tuple[str, list[Row]]]:
    """What differs, by section: the value now, the value then, and who says so."""
    before, after = ({leaf.path: leaf for leaf in leaves(pack)} for pack in (old, new))
    found = differences(old, new)
    lost = {one.path.removesuffix("title") for one in found if one.new is None and _is_title(one)}
    rows: dict[str, Row] = {}
    for one in found:
        leaf = after.get(one.path) or before[one.path]
        if section(one.path) == "scripts":
            script = one.path.partition("]")[0]
            rows.setdefault(script, _script(script, leaf, before.keys(), after.keys()))
        elif any(one.path.startswith(part) and one.path != f"{part}title" for part in lost):
            continue  # with the name of the part all of it is said to go
        elif _is_title(one) and None in (one.old, one.new):
            words = ("–", _("new")) if one.old is None else (_("in use"), _("no longer"))
            rows[one.path] = Row(called(leaf), *words, leaf.source, leaf.grade)
        elif _is_read(one, leaf):
            now, then = read_out(one.path, one.old, old), read_out(one.path, one.new, new)
            if now != then:  # a text may differ in the other language only
                rows[one.path] = Row(called(leaf), now, then, leaf.source, leaf.grade)
    return _grouped(rows.items())


def _is_title(one: Difference) -> bool:
    """The name of a part; where it comes or goes the whole part does."""
    return one.path.endswith(".title")


def _is_read(one: Difference, leaf: Leaf) -> bool:
    """Whether a person is told of a difference: not of codes, nor of each detail of a part that comes or goes."""
    key = one.path.rpartition(".")[2]
    is_detail = key in OF_PARTS and not leaf.grade
    return key not in FOR_MACHINES and not (is_detail and None in (one.old, one.new))


def _script(path: str, leaf: Leaf, before: Iterable[str], after: Iterable[str]) -> Row:
    """The words of callers about one kind of work: told as a whole, line by line would be another book."""
    was, will = (any(one.startswith(path) for one in paths) for paths in (before, after))
    now = _("in use") if was else "–"
    then = (_("other words") if was else _("new")) if will else _("no longer")
    return Row(said(leaf.about[0]), now, then, leaf.source, leaf.grade)


def _history(held: Incident, changes: list[PackChange]) -> list[dict[str, Any]]:
    """The decisions, the newest first, down to the opening."""
    known = responders.known({one.by for one in changes})
    gone = set(
        Retraction.objects.filter(target__in=[one.id for one in changes]).values_list("target", flat=True)
    )
    events: list[dict[str, Any]] = [
        {
            "at": one.at,
            "what": title_of(one.pack),
            "note": _("before: %(title)s") % {"title": title_of(one.before)},
            "by": known[one.by].code if one.by in known else "",
            "retracted": one.id in gone,
        }
        for one in changes
    ]
    if len(changes) < LISTED:
        first = changes[-1].before if changes else held.pack
        events.append({"at": held.opened_at, "what": title_of(first), "note": _("opened under it")})
    return events


@require_POST
@screen
def change(request: DeskRequest) -> HttpResponse:
    """Bring another pack into force; sent twice it is one decision."""
    held = request.incident
    request.actor.require(RIGHT, held.area, held.id)
    wanted, key = body(request, incidents.ChangePack), ids([request.POST.get("id", "")])
    if not key:
        raise BadInput(problem="id")
    bulk.lock(Incident, [held.id])
    if not PackChange.objects.filter(pk=key[0]).exists():
        now = arrangements.get(held.id).pack
        if request.POST.get("seen") != now:
            raise Meanwhile(now=title_of(now))
        act(request, incidents.change_packs, wanted, key[0])
    messages.success(request, _("In force now: %(title)s") % {"title": title_of(wanted.pack)})
    return redirect(f"/i/{held.code}/zones/protocol/")


urlpatterns = [
    path("zones/protocol/", protocol, name="protocol"),
    path("zones/protocol/change/", change, name="protocol-change"),
]
