"""One small world per area, full of names that must never be read anywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id
from muster.domain.sampling.rules import tube_id
from muster.domain.worklists.rules import item_id
from muster.fieldapp import sync
from muster.fieldapp.envelope import Envelope
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, INCIDENT, person

START = datetime(2022, 2, 18, 1, 0, tzinfo=UTC)
BESIDE = 440307005003000  # a community of the next sub-district, in the same district
AREAS = (COMMUNITY, BESIDE, ELSEWHERE)
RARE = {COMMUNITY: "龘", BESIDE: "靐", ELSEWHERE: "齉"}  # a surname: a masked name shows it too
LATIN = {COMMUNITY: "Zqxours", BESIDE: "Zqxbeside", ELSEWHERE: "Zqxelse"}


def writer(area: int) -> Actor:
    """Who may do everything in one area."""
    grants = (Grant("commander", area), Grant("laboratory", area), Grant("counsellor", area))
    return Actor(account=derive_id("canary", "writer", area), grants=grants, username=f"writer{area}")


@dataclass
class World:
    """What was planted in one area: ids by the name of the thing."""

    area: int
    ids: dict[str, list[UUID]] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """The name that everything of this area carries."""
        return f"{RARE[self.area]}{LATIN[self.area]}"

    @property
    def marks(self) -> tuple[str, ...]:
        """What must not be read by people of other areas, as it stands in HTML, JSON and addresses."""
        rare = RARE[self.area]
        return rare, json.dumps(rare).strip('"'), LATIN[self.area], f"&#x{ord(rare):x};", f"&#{ord(rare)};"

    def aim(self, name: str) -> list[UUID]:
        """Ids a field or a part of an address of this name means; all there are when the name says nothing."""
        alias = ALIASES.get(name, name.rstrip("s"))
        if name == "id":
            return []
        return self.ids.get(alias) or [one for few in self.ids.values() for one in few]


ALIASES = {
    "a": "resident", "b": "resident", "subject": "resident", "unit": "dwelling", "pass_id": "pass", "gate": "point",
    "from_store": "store", "leader": "responder", "members": "responder", "to": "responder", "target": "fact",
    "with_responder": "responder", "site": "point", "place": "point", "to_organisation": "organisation",
    "buildings": "building", "present": "responder", "open_items": "item", "items": "item",
    "administrator": "responder",
}  # fmt: skip


def plant(area: int) -> World:
    """Fill an area through the same door as everybody: commands."""
    world = World(area)
    by = writer(area)
    commands = [
        {"id": body.get("id") or new_id(), "name": name, "at": START, "seq": number, "body": body}
        for number, (name, body) in enumerate(_bodies(world))
    ]
    raw = [msgspec.Raw(msgspec.json.encode(one)) for one in commands]
    _, answers = sync.receive(lambda: (by, INCIDENT), Envelope(commands=raw), "en")
    assert {(answer.result, answer.code) for answer in answers} == {("stored", "")}, answers
    world.ids["fact"] = [UUID(str(one["id"])) for one in commands if one["name"] == "record_visit"]
    from muster.domain.worklists.models import WorkItem

    with scope(system(incident=INCIDENT), INCIDENT):
        listed = item_id(INCIDENT, "verify", world.ids["resident"][0], "")
        world.ids["item"] = [
            listed,
            *WorkItem.objects.filter(area=area).exclude(pk=listed).values_list("id", flat=True),
        ]
    return world


def _bodies(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    area, mark = world.area, world.mark

    def new(kind: str) -> dict[str, Any]:
        identity = derive_id("canary", area, kind, len(world.ids.setdefault(kind, [])))
        world.ids[kind].append(identity)
        return {"id": identity, "area": area}

    def known(kind: str) -> UUID:
        return world.ids[kind][0]

    shelf = derive_id("canary", "item of stock")
    yield (
        "add_areas",
        {"areas": [{"code": area, "name": "某社区", "level": "community", "parent": area // 10**6 * 10**6}]},
    )
    yield (
        "add_organisations",
        {"organisations": [{**new("organisation"), "name": "某单位", "kind": "agency"}]},
    )
    worker = {**new("responder"), "organisation": known("organisation"), "name": mark}
    yield "enrol_responders", {"responders": [worker]}
    for kind, name in (("gate", mark), ("site", "采样点")):  # where people are tested is told to everybody
        yield "add_point", {**new("point"), "kind": kind, "name": name}
    yield (
        "add_building",
        {**new("building"), "name": f"{mark}楼", "address": mark, "compound": mark, "labels": ["101", "102"]},
    )
    world.ids["dwelling"] = [derive_id(known("building"), label) for label in ("101", "102")]
    yield "add_post", {**new("post"), "kind": "gate", "name": mark, "seats": 2}
    shift = {**new("shift"), "post": known("post"), "from_at": START, "to_at": START + timedelta(hours=6)}
    shift.pop("area")
    yield "add_shifts", {"shifts": [shift]}
    stock = {"id": shelf, "code": "rubber_boot", "name_zh": "雨靴", "name_en": "boot", "unit": "piece"}
    yield "add_items", {"area": area, "items": [stock]}
    yield "add_store", {**new("store"), "name": mark}
    yield "move_stock", {"item": shelf, "quantity": 5, "kind": "receive", "to_store": known("store")}
    yield "add_line", {**new("line"), "kind": "care", "name": mark}
    yield "open_round", {**new("round"), "name": mark, "from_at": START}
    for number in range(2):
        yield "register_person", {
            "id": new("resident")["id"], "dwelling": world.ids["dwelling"][number], "name": f"{mark}{number}",
            "phone": f"1380013{number}{area % 1000:03}", "address": mark,
        }  # fmt: skip
    resident = {"resident": known("resident")}
    yield (
        "push_list",
        {
            **new("list"),
            "source": mark,
            "purpose": "verification",
            "title": mark,
            "rows": [{"row": 1, **resident}],
        },
    )
    yield "record_visit", {"dwelling": world.ids["dwelling"][0], "outcome": "absent"}
    code = f"{LATIN[area]}-T1"
    yield (
        "take_sample",
        {"code": code, **resident, "seat": 1, "site": world.ids["point"][1], "round": known("round")},
    )
    world.ids["tube"] = [tube_id(INCIDENT, code)]
    yield "confirm_case", {"id": new("case")["id"], **resident, "positive_at": START}
    yield "name_contact", {
        "id": new("contact")["id"], "case": known("case"), "resident": world.ids["resident"][1],
        "contact_class": "close",
        "last_exposure_at": START,
    }  # fmt: skip
    plan = {
        "from_area": area,
        "organisation": known("organisation"),
        "planned": 4,
        "planned_at": START,
        "task": mark,
    }
    yield "plan_batch", {**new("batch"), **plan}
    yield (
        "send_callout",
        {**new("callout"), "title": mark, "text": mark, "organisations": [known("organisation")]},
    )
    yield "state_need", {**new("need"), "item": shelf, "quantity": 8, "store": known("store")}
    yield "make_offer", {**new("offer"), "item": shelf, "quantity": 5}
    yield "open_request", {**new("request"), "kind": "medicine", **resident, "note": mark}
    yield (
        "issue_pass",
        {
            **new("pass"),
            "kind": "visitor",
            **resident,
            "valid_from": START,
            "valid_to": START + timedelta(days=1),
        },
    )
    yield "form_team", {**new("team"), "kind": "gate", "name": mark, "members": [known("responder")]}
    zone = {
        "level": "sealed",
        "name": mark,
        "from_at": START,
        "buildings": [known("building")],
        "notice_number": LATIN[area],
    }
    yield "designate_zone", {**new("zone"), **zone}
    yield (
        "publish_notice",
        {**new("notice"), "title_zh": mark, "text_zh": mark, "title_en": mark, "text_en": mark},
    )


PASSWORD = "night-shift-2022"


@dataclass(frozen=True)
class Stranger:
    """A wrong role, and the areas whose canaries it must not read."""

    name: str
    role: str
    area: int
    blind: tuple[int, ...]
    ended: bool = False

    def actor(self) -> Actor:
        """With its rights in force, before any of them ended."""
        return person(self.name, self.role, self.area)


STRANGERS = (
    Stranger("outsider", "commander", ELSEWHERE, (COMMUNITY, BESIDE)),
    Stranger("other-auditor", "auditor", BESIDE, (COMMUNITY, ELSEWHERE)),
    Stranger("other-desk", "desk", BESIDE, (COMMUNITY, ELSEWHERE)),
    Stranger("caller", "caller", BESIDE, (COMMUNITY, ELSEWHERE)),  # takes calls of its own area
    Stranger("laboratory", "laboratory", DISTRICT, AREAS),  # sees the tubes of its areas, and nobody in them
    Stranger("counsellor", "counsellor", BESIDE, (COMMUNITY, ELSEWHERE)),
    Stranger("expired", "commander", DISTRICT, AREAS, ended=True),
)
