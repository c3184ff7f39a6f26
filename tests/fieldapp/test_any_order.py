"""Any order, any repetition, any split of the same observations gives the same state: all fact kinds."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.apps import apps
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id
from muster.core.models import Account, Parked
from muster.core.tables import Fact
from muster.domain.worklists.rules import item_id
from muster.fieldapp import sync
from muster.fieldapp.commands import COMMANDS
from muster.fieldapp.envelope import Envelope
from tests.cast import COMMUNITY, DISTRICT, GRID, INCIDENT

Command = dict[str, Any]
START = datetime(2022, 2, 18, 1, 0, tzinfo=UTC)
CLAIMS = {
    "take_next",
    "take_item",
    "hold_item",
    "release_item",
    "claim_seat",
    "release_seat",
    "allocate",
    "assign_items",
    "transfer_items",
    "return_items",
    "recall_items",
    "close_items",
    "reopen_items",
    "publish_sitrep",
    "take_over",
}
# decided by a desk, one after the other: not observations
DECISIONS = {
    "open_incident", "change_pack", "revoke_pass", "withdraw_notice", "publish_notice", "catch_up", "end_catch_up",
    "set_up_site", "open_slots", "book_slot", "cancel_slot",
}  # fmt: skip
OWN = (
    "core",
    "auth",
    "sessions",
    "procrastinate",
    "account",
    "mfa",
    "contenttypes",
    "pghistory",
    "reports",
    "interop",
)
# work that was wanted for a while and is not any more leaves a withdrawn row: history, not state
LIVE = {"worklists.WorkItem": "state <> 'withdrawn'", "worklists.WorkCause": "wanted"}
CLOCKED = {"recorded_at", "tx", "opened_at", "enrolled_at"}


def uid(*parts: object) -> UUID:
    return derive_id("any order", *parts)


def command(number: int, verb: str, body: dict[str, Any]) -> Command:
    at = START + timedelta(minutes=7 * number)
    return {"id": uid("command", number, verb), "name": verb, "at": at, "seq": number, "body": body}


def world() -> list[Command]:
    """Arrangements, in the order a desk makes them."""
    people = [
        {"id": uid("responder", n), "area": COMMUNITY, "organisation": uid("org"), "name": f"队员{n}"}
        for n in range(4)
    ]
    day = [START + timedelta(hours=4 * n) for n in range(3)]
    shifts = [
        {"id": uid("shift", n), "post": uid("post"), "from_at": day[n], "to_at": day[n + 1]} for n in range(2)
    ]
    listed: list[tuple[str, dict[str, Any]]] = [
        ("add_areas", {"areas": [{"code": GRID, "name": "一网格", "level": "grid", "parent": COMMUNITY}]}),
        (
            "add_organisations",
            {"organisations": [{"id": uid("org"), "area": COMMUNITY, "name": "区水务局", "kind": "agency"}]},
        ),
        ("enrol_responders", {"responders": people}),
        ("add_point", {"id": uid("site"), "area": COMMUNITY, "kind": "site", "name": "采样点"}),
        ("add_point", {"id": uid("gate"), "area": COMMUNITY, "kind": "gate", "name": "东门"}),
        ("add_building", {"id": uid("house"), "area": GRID, "name": "3栋", "labels": ["101", "102", "201"]}),
        ("add_post", {"id": uid("post"), "area": COMMUNITY, "kind": "gate", "name": "东门岗", "seats": 2}),
        ("add_shifts", {"shifts": shifts}),
        (
            "add_items",
            {
                "area": COMMUNITY,
                "items": [
                    {
                        "id": uid("boot"),
                        "code": "rubber_boot",
                        "name_zh": "雨靴",
                        "name_en": "rubber boot",
                        "unit": "piece",
                    }
                ],
            },
        ),
        ("add_store", {"id": uid("store"), "area": COMMUNITY, "name": "仓库"}),
        ("add_store", {"id": uid("sealed"), "area": COMMUNITY, "name": "封控区", "kind": "sealed_area"}),
        ("add_line", {"id": uid("line"), "area": COMMUNITY, "kind": "care", "name": "关爱热线"}),
        ("open_round", {"id": uid("round"), "area": COMMUNITY, "name": "第一轮", "from_at": START}),
    ]
    return [command(n, name, body) for n, (name, body) in enumerate(listed)]


def person(n: int) -> dict[str, Any]:
    return {"name": f"居民{n}", "phone": f"1380013800{n}", "sex": "female"}


def observations() -> list[Command]:
    """What phones say, one or more of every kind, with corrections and contradictions among them."""
    doors = [derive_id(uid("house"), label) for label in ("101", "102", "201")]
    residents = sorted(uid("resident", n) for n in range(4))  # a joined person goes by the smallest id
    workers = [uid("responder", n) for n in range(4)]
    asked = item_id(INCIDENT, "verify", residents[0], "")
    tube = [derive_id(INCIDENT, "tube", code) for code in ("T1", "T2")]
    sample = {"site": uid("site"), "round": uid("round"), "pool_size": 10}
    rows = [{"row": n, "resident": residents[n]} for n in range(3)]
    listed: list[tuple[str, dict[str, Any]]] = [
        *[("register_person", {"id": residents[n], "dwelling": doors[n % 3], **person(n)}) for n in range(4)],
        ("join_residents", {"a": residents[0], "b": residents[3]}),
        (
            "push_list",
            {
                "id": uid("list"),
                "area": COMMUNITY,
                "source": "公安",
                "purpose": "verification",
                "title": "名单",
                "rows": rows,
            },
        ),
        ("record_attempt", {"item": asked, "outcome": "no_answer"}),
        ("record_attempt", {"item": asked, "outcome": "refused"}),
        ("record_attempt", {"item": asked, "outcome": "reached_verified", "channel": "door"}),
        ("record_visit", {"dwelling": doors[0], "outcome": "absent"}),
        ("record_visit", {"dwelling": doors[0], "outcome": "done", "persons": 3}),
        ("record_visit", {"dwelling": doors[1], "outcome": "refused"}),
        ("add_doors", {"building": uid("house"), "labels": ["202", "101"]}),
        ("add_doors", {"building": uid("house"), "labels": ["202", "阁楼"]}),
        ("record_household", {"dwelling": doors[0], "persons": 3, "languages": ["yue"]}),
        ("record_household", {"dwelling": doors[0], "persons": 2, "consent": True, "needs": ["medicine"]}),
        (
            "survey_containers",
            {"dwelling": doors[0], "inspected": 4, "positive": 1, "kinds": {"vase": [2, 1]}},
        ),
        ("survey_containers", {"dwelling": doors[0], "inspected": 4, "cleared": True}),
        ("survey_containers", {"dwelling": doors[2], "inspected": 2, "positive": 2}),
        (
            "report_breeding_site",
            {"id": uid("pool"), "area": COMMUNITY, "kind": "tyre", "owner": "某店", "photo": "a"},
        ),
        ("inspect_breeding_site", {"site": uid("pool"), "state": "cleared", "photo": "b"}),
        ("inspect_breeding_site", {"site": uid("pool"), "state": "open"}),
        ("keep_photograph", {"area": COMMUNITY, "about": uid("pool"), "jpeg": "/9j/4AAQ"}),
        ("give_buildings", {"grounds": [{"team": uid("team"), "buildings": [uid("house")]}]}),
        ("give_buildings", {"grounds": [{"team": uid("other team"), "buildings": [uid("house")]}]}),
        ("take_sample", {"code": "T1", "resident": residents[0], "seat": 1, **sample}),
        ("take_sample", {"code": "T1", "resident": residents[1], "seat": 2, **sample}),
        ("take_sample", {"code": "T2", "resident": residents[1], "seat": 1, **sample}),
        ("seal_tube", {"tube": tube[0], "seats_said": 3}),
        ("count_tubes", {"site": uid("site"), "counted": 1, "tubes": [tube[0]]}),
        ("hand_over_tube", {"tube": tube[0], "to": "检测机构"}),
        ("report_queue", {"site": uid("site"), "waiting": 12}),
        (
            "explain_untested",
            {"round": uid("round"), "resident": residents[2], "standing": "away", "reason": "travel"},
        ),
        ("explain_untested", {"round": uid("round"), "resident": residents[2], "standing": "refused"}),
        ("report_result", {"tube": tube[0], "result": "negative"}),
        ("report_result", {"tube": tube[0], "result": "positive"}),
        ("confirm_case", {"id": uid("case"), "resident": residents[1], "positive_at": START}),
        (
            "name_contact",
            {
                "id": uid("contact"),
                "case": uid("case"),
                "resident": residents[2],
                "contact_class": "close",
                "last_exposure_at": START,
            },
        ),
        (
            "name_contact",
            {
                "id": uid("contact"),
                "case": uid("case"),
                "resident": residents[2],
                "contact_class": "contact_of_contact",
                "last_exposure_at": START + timedelta(hours=1),
                "exposure": "household",
                "via": uid("another contact"),
            },
        ),
        ("record_follow_up", {"contact": uid("contact"), "outcome": "seen_ok"}),
        ("record_follow_up", {"contact": uid("contact"), "outcome": "missed", "channel": "visit"}),
        (
            "record_follow_up",
            {
                "contact": uid("contact"),
                "outcome": "seen_not_ok",
                "channel": "self_report",
                "symptoms": ["fever"],
            },
        ),
        ("place_in_quarantine", {"contact": uid("contact"), "kind": "central"}),
        ("record_transfer", {"contact": uid("contact"), "stage": "ordered", "place": uid("site")}),
        ("record_transfer", {"contact": uid("contact"), "stage": "departed"}),
        ("record_transfer", {"contact": uid("contact"), "stage": "arrived", "place": uid("site")}),
        ("state_quarantine_need", {"contact": uid("contact"), "need": "dialysis"}),
        ("record_investigation", {"case": uid("case"), "step": "started"}),
        ("record_investigation", {"case": uid("case"), "step": "reported", "onset_date": "2022-02-16"}),
        ("record_investigation", {"case": uid("case"), "step": "isolated", "onset_date": "2022-02-15"}),
        ("note_investigation", {"case": uid("case"), "note": "发病前去过集市"}),
        ("begin_shift", {"shift": uid("shift", 0), "responder": workers[0]}),
        ("end_shift", {"shift": uid("shift", 0), "responder": workers[0]}),
        ("begin_shift", {"shift": uid("shift", 0), "responder": workers[1]}),
        ("serve", {"responder": workers[0], "kind": "meal"}),
        (
            "plan_batch",
            {
                "id": uid("batch"),
                "area": COMMUNITY,
                "from_area": COMMUNITY,
                "organisation": uid("org"),
                "planned": 4,
                "planned_at": START,
            },
        ),
        ("roll_call", {"batch": uid("batch"), "stage": "mustered", "present": workers[:3]}),
        ("roll_call", {"batch": uid("batch"), "stage": "departed", "present": workers[1:3], "vehicles": 2}),
        (
            "roll_call",
            {
                "batch": uid("batch"),
                "stage": "arrived",
                "present": workers[:1],
                "rides": [{"vehicle": "粤B1", "present": workers[:2]}],
            },
        ),
        (
            "send_callout",
            {"id": uid("callout"), "area": COMMUNITY, "title": "倡议书", "organisations": [uid("org")]},
        ),
        ("answer_callout", {"callout": uid("callout"), "organisation": uid("org"), "people": 12}),
        ("move_stock", {"item": uid("boot"), "quantity": 10, "kind": "receive", "to_store": uid("store")}),
        ("state_need", {"id": uid("need"), "area": COMMUNITY, "item": uid("boot"), "quantity": 8}),
        (
            "move_stock",
            {
                "item": uid("boot"),
                "quantity": 8,
                "kind": "deliver",
                "from_store": uid("store"),
                "to_store": uid("sealed"),
                "need": uid("need"),
            },
        ),
        ("make_offer", {"id": uid("offer"), "area": COMMUNITY, "item": uid("boot"), "quantity": 5}),
        (
            "record_donation",
            {"item": uid("boot"), "quantity": 3, "to_store": uid("store"), "donor": "一位孩子"},
        ),
        ("record_thanks", {"kind": "card", "to_organisation": uid("org"), "area": COMMUNITY}),
        ("take_call", {"line": uid("line"), "kind": "care"}),
        (
            "open_request",
            {"id": uid("request"), "area": COMMUNITY, "kind": "medicine", "resident": residents[0]},
        ),
        ("update_request", {"request": uid("request"), "step": "taken"}),
        ("update_request", {"request": uid("request"), "step": "closed"}),
        ("record_support", {"kind": "family_letter", "area": COMMUNITY, "audience": 40}),
        ("broadcast", {"channel": "loudspeaker", "area": COMMUNITY, "audience": 900}),
        ("scan_pass", {"gate": uid("gate"), "verdict": "pass"}),
        ("open_exception", {"gate": uid("gate"), "kind": "medical", "resident": residents[2]}),
        ("name_administrator", {"point": uid("gate"), "responder": workers[0]}),
        ("name_administrator", {"point": uid("gate"), "responder": workers[1]}),
        ("check_in_place", {"point": uid("gate"), "resident": residents[2]}),
        ("record_works", {"kind": "canopy", "area": COMMUNITY}),
        (
            "sign_up_volunteer",
            {
                "responder": {
                    "id": uid("volunteer"),
                    "area": COMMUNITY,
                    "organisation": uid("org"),
                    "kind": "volunteer",
                    "name": "志愿者",
                },
                "channel": "online_a",
            },
        ),
        ("declare_fitness", {"responder": workers[2], "limits": ["night"]}),
        ("hand_over", {"shift": uid("shift", 0), "to": workers[1], "open_items": []}),
        (
            "issue_pass",
            {
                "id": uid("pass"),
                "area": COMMUNITY,
                "kind": "visitor",
                "valid_from": START,
                "valid_to": START + timedelta(days=1),
            },
        ),
        (
            "form_team",
            {"id": uid("team"), "area": COMMUNITY, "kind": "gate", "name": "东门队", "members": workers[:2]},
        ),
        (
            "designate_zone",
            {
                "id": uid("zone"),
                "level": "sealed",
                "area": COMMUNITY,
                "name": "1 号",
                "from_at": START,
                "buildings": [uid("house")],
            },
        ),
        (
            "change_zone",
            {"zone": uid("zone"), "effective_at": START + timedelta(days=4), "level": "controlled"},
        ),
    ]
    told = [command(100 + n, name, body) for n, (name, body) in enumerate(listed)]
    wrong = next(one for one in told if one["name"] == "record_visit" and one["body"]["outcome"] == "refused")
    let_through = next(one["id"] for one in told if one["name"] == "open_exception")
    return [
        *told,
        command(301, "step_exception", {"exception": let_through, "owner": workers[1]}),
        command(302, "step_exception", {"exception": let_through, "closing": "papers"}),
        command(
            300, "retract_fact", {"kind": "worklists.visit", "target": wrong["id"], "reason": "wrong_door"}
        ),
    ]


ACTOR = Actor(account=uid("account"), grants=(Grant("commander", DISTRICT), Grant("laboratory", DISTRICT)))


def send(batch: list[Command]) -> None:
    raw = [msgspec.Raw(msgspec.json.encode(one)) for one in batch]
    _, answers = sync.receive(lambda: (ACTOR, INCIDENT), Envelope(commands=raw), "zh")
    bad = [a for a in answers if a.result in ("refused", "conflict")]
    assert not bad, bad


def settle_parked() -> None:
    """What time does: try the parked ones again until nothing moves."""
    while sync.retry(ACTOR, INCIDENT):
        pass
    with scope(system(incident=INCIDENT), INCIDENT):
        assert not list(Parked.objects.filter(settled_at=None).values_list("name", "code"))


def state() -> dict[str, str]:
    """A digest of every table of the domains, without the columns that say when the server had it."""
    found = {}
    with scope(system(incident=INCIDENT), INCIDENT), connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.app_label in OWN or model._meta.label.endswith("Event"):
                continue
            # a fact keeps the area its thing had when it arrived; the thing's own area is compared
            left_out = CLOCKED | ({"area"} if issubclass(model, Fact) else set())
            fields = [
                f.column
                for f in model._meta.concrete_fields
                if f.name not in left_out and not str(f.column).endswith(("_c", "sealed"))
            ]
            columns = ", ".join(f't."{column}"' for column in fields)
            live = LIVE.get(model._meta.label, "true")
            cursor.execute(f'select row({columns})::text from "{model._meta.db_table}" t where {live}')
            rows = sorted(row[0] for row in cursor.fetchall())
            found[model._meta.label] = (
                f"{len(rows)}:{hashlib.sha256(chr(10).join(rows).encode()).hexdigest()[:12]}"
            )
    return found


@pytest.fixture
def prepared(incident: UUID) -> dict[str, str]:
    """The world, and the state that the plain order gives."""
    with scope(system(), INCIDENT):
        Account.objects.create(id=ACTOR.account, username="all", password="!")
    for one in world():
        send([one])
    plain = state()
    with transaction.atomic():
        for one in observations():
            send([one])
        settle_parked()
        plain = state()
        transaction.set_rollback(True)
    return plain


def test_every_command_is_an_observation_in_this_test_or_named_as_something_else() -> None:
    played = {one["name"] for one in [*world(), *observations()]}
    others = {"part_residents", "share_subject", "set_up_structure", "join_team", "withdraw_case"}
    assert set(COMMANDS) == played | CLAIMS | DECISIONS | others


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32))
def test_any_order_repetition_and_split_gives_the_same_state(prepared: dict[str, str], seed: int) -> None:
    rng = random.Random(seed)
    told = observations()
    told += rng.sample(told, len(told) // 3)
    rng.shuffle(told)
    with transaction.atomic():
        while told:
            size = rng.choice((1, 3, 10, 30))
            send(told[:size])
            told = told[size:]
        settle_parked()
        found = state()
        transaction.set_rollback(True)
    assert {label for label, digest in found.items() if prepared[label] != digest} == set()


def test_the_state_that_is_compared_holds_something_of_everything(prepared: dict[str, str]) -> None:
    empty = {label for label, digest in prepared.items() if digest.startswith("0:")}
    facts = {m._meta.label for m in apps.get_models() if issubclass(m, Fact) and m._meta.app_label not in OWN}
    claimed = {"worklists.Transfer", "worklists.Closing", "mobilising.HandoverTaken", "supplies.Allocation"}
    decided = {
        "incidents.PackChange",
        "cases.CaseWithdrawn",
        "cases.CandidateJudged",
        "notices.NoticeChange",
        "passes.PassRevoked",
    }
    assert empty & facts <= claimed | decided
