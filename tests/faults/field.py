"""A seeded night in the field: the arrangements a desk makes, and observations without end."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from muster.core.access import Actor, Grant
from muster.core.ids import derive_id
from muster.domain.worklists.rules import item_id
from tests.cast import COMMUNITY, DISTRICT, GRID, INCIDENT

Command = dict[str, Any]
START = datetime(2022, 2, 18, 1, 0, tzinfo=UTC)
DOORS, RESIDENTS, CONTACTS, REQUESTS, WORKERS, TUBES = 60, 40, 20, 20, 6, 12
SIZE = (4, 16)


def uid(*parts: object) -> UUID:
    """An id of this night."""
    return derive_id("fault", *parts)


def writer(number: int) -> Actor:
    """Who writes with telephone `number`: the same in every installation, so that replays agree."""
    grants = (Grant("commander", DISTRICT), Grant("laboratory", DISTRICT))
    return Actor(
        account=uid("account", number), grants=grants, device=uid("device", number), username=f"w{number}"
    )


def _command(identity: UUID, name: str, at: datetime, body: dict[str, Any]) -> Command:
    return {"id": str(identity), "name": name, "at": at.isoformat(), "body": body}


def door(number: int) -> UUID:
    """A dwelling of the one building."""
    return derive_id(uid("house"), f"{number // 4 + 1}{number % 4 + 1:02}")


def arrangements() -> list[Command]:
    """What stands before the night begins."""
    labels = [f"{n // 4 + 1}{n % 4 + 1:02}" for n in range(DOORS)]
    workers = [
        {"id": uid("worker", n), "area": COMMUNITY, "organisation": uid("org"), "name": f"队员{n}"}
        for n in range(WORKERS)
    ]
    rows = [{"row": n, "resident": uid("resident", n)} for n in range(RESIDENTS)]
    boots = {
        "id": uid("boot"),
        "code": "rubber_boot",
        "name_zh": "雨靴",
        "name_en": "rubber boot",
        "unit": "piece",
    }
    shift = {"id": uid("shift"), "post": uid("post"), "from_at": START, "to_at": START + timedelta(hours=6)}
    here = {"area": COMMUNITY}
    listed: list[tuple[str, dict[str, Any]]] = [
        ("add_areas", {"areas": [{"code": GRID, "name": "一网格", "level": "grid", "parent": COMMUNITY}]}),
        ("add_organisations", {"organisations": [{"id": uid("org"), **here, "name": "区水务局", "kind": "agency"}]}),
        ("enrol_responders", {"responders": workers}),
        ("add_point", {"id": uid("site"), **here, "kind": "site", "name": "采样点"}),
        ("add_point", {"id": uid("gate"), **here, "kind": "gate", "name": "东门"}),
        ("add_building", {"id": uid("house"), "area": GRID, "name": "3栋", "labels": labels}),
        ("add_post", {"id": uid("post"), **here, "kind": "gate", "name": "东门岗", "seats": 2}),
        ("add_shifts", {"shifts": [shift]}),
        ("add_items", {**here, "items": [boots]}),
        ("add_store", {"id": uid("store", 0), **here, "name": "仓库"}),
        ("add_store", {"id": uid("store", 1), **here, "name": "封控区", "kind": "sealed_area"}),
        ("add_line", {"id": uid("line"), **here, "kind": "care", "name": "关爱热线"}),
        ("open_round", {"id": uid("round"), **here, "name": "第一轮", "from_at": START}),
        *[("register_person", {"id": uid("resident", n), "dwelling": door(n), "name": f"居民{n}",
                               "phone": f"138001{n:05}"}) for n in range(RESIDENTS)],
        *[("take_sample", {"code": f"T{n}", "resident": uid("resident", n), "seat": 1, "site": uid("site"),
                           "round": uid("round"), "pool_size": 10}) for n in range(TUBES)],
        ("push_list", {"id": uid("list"), **here, "source": "公安", "purpose": "verification", "title": "名单",
                       "rows": rows}),
        ("confirm_case", {"id": uid("case"), "resident": uid("resident", 0), "positive_at": START}),
        *[("name_contact", {"id": uid("contact", n), "case": uid("case"), "resident": uid("resident", n + 1),
                            "contact_class": "close", "last_exposure_at": START}) for n in range(CONTACTS)],
        *[("open_request", {"id": uid("request", n), **here, "kind": "medicine", "resident": uid("resident", n)})
          for n in range(REQUESTS)],
        ("plan_batch", {"id": uid("batch"), **here, "from_area": COMMUNITY, "organisation": uid("org"), "planned": 4,
                        "planned_at": START}),
    ]  # fmt: skip
    return [_command(uid("set-up", n, name), name, START, body) for n, (name, body) in enumerate(listed)]


Body = Callable[[random.Random], dict[str, Any]]


def _tube(rng: random.Random) -> dict[str, Any]:
    return {
        "code": f"T{rng.randrange(TUBES)}", "resident": uid("resident", rng.randrange(RESIDENTS)),
        "seat": rng.randint(1, 10),
        "site": uid("site"), "round": uid("round"), "pool_size": 10,
    }  # fmt: skip


def _move(rng: random.Random) -> dict[str, Any]:
    stores = [uid("store", 0), uid("store", 1)]
    rng.shuffle(stores)
    kind, places = rng.choice(
        (("receive", {"to_store": stores[0]}), ("deliver", {"from_store": stores[0], "to_store": stores[1]}))
    )
    return {"item": uid("boot"), "quantity": rng.randint(1, 20), "kind": kind, **places}


def _attempt(rng: random.Random) -> dict[str, Any]:
    asked = item_id(INCIDENT, "verify", uid("resident", rng.randrange(RESIDENTS)), "")
    return {"item": asked, "outcome": rng.choice(("no_answer", "busy", "refused", "reached_verified"))}


OBSERVED: dict[str, Body] = {
    "record_visit": lambda r: {"dwelling": door(r.randrange(DOORS)), "outcome": r.choice(("absent", "done", "refused")),
                               "persons": r.randint(0, 5)},
    "record_attempt": _attempt,
    "take_sample": _tube,
    "seal_tube": lambda r: {"tube": derive_id(INCIDENT, "tube", f"T{r.randrange(TUBES)}"),
                            "seats_said": r.randint(1, 10)},
    "move_stock": _move,
    "record_follow_up": lambda r: {"contact": uid("contact", r.randrange(CONTACTS)), "outcome": "seen_ok"},
    "update_request": lambda r: {"request": uid("request", r.randrange(REQUESTS)),
                                 "step": r.choice(("taken", "closed"))},
    "roll_call": lambda r: {"batch": uid("batch"), "stage": r.choice(("mustered", "arrived")),
                            "present": [uid("worker", n) for n in range(r.randint(1, WORKERS))]},
    "serve": lambda r: {"responder": uid("worker", r.randrange(WORKERS)), "kind": "meal"},
    "take_call": lambda _: {"line": uid("line"), "kind": "care"},
    "broadcast": lambda r: {"channel": "loudspeaker", "area": COMMUNITY, "audience": r.randint(1, 900)},
    "record_works": lambda _: {"kind": "canopy", "area": COMMUNITY},
    "check_in_place": lambda _: {"point": uid("gate")},
}  # fmt: skip


def observed(rng: random.Random) -> list[Command]:
    """One batch of a telephone."""
    batch = []
    for _ in range(rng.randint(*SIZE)):
        name = rng.choice(list(OBSERVED))
        at = START + timedelta(seconds=rng.randrange(50_000))
        batch.append(_command(UUID(int=rng.getrandbits(128), version=4), name, at, OBSERVED[name](rng)))
    return batch
