"""What the figures count, and what they do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from muster.core import bulk
from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.mobilising.models import Batch, MealServed, Post, RollCall, Shift, ShiftBegun
from muster.domain.people.models import Registration, Resident, SamePerson
from muster.domain.places.models import Area, Building, Dwelling
from muster.domain.responders.models import SignUp, Team, TeamMember
from muster.domain.supplies.models import Item, Movement
from muster.domain.worklists.models import Attempt, ListEntry, VerificationList, Visit
from muster.reports.figures import counting
from muster.reports.figures.asking import Wanted, instant, read
from muster.reports.figures.definition import Value
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, SUBDISTRICT
from tests.reports.play import facts, name, organisation, retract

HOUR = timedelta(hours=1)
TX = "select muster_tx()"


def count(figure: str, now: datetime, **params: Any) -> Value:
    """The figure, and the promise that its rows add up to it."""
    ask = read(Wanted(figure=figure, params=params), now=now + HOUR)
    value = counting.value(ask, INCIDENT)
    if value.value is not None:
        assert sum(row.amount for row in counting.rows(ask, INCIDENT)) == value.value
        assert sum(counting.by_area(ask, INCIDENT).values()) == value.value
    return value


def residents(*keys: str) -> list[UUID]:
    ids = [name("resident", key) for key in keys]
    now = datetime.fromisoformat("2022-02-17T20:00+08:00")
    bulk.insert(
        Resident, ("id", "incident", "area", "canonical", "said_at", "said_id", "vulnerabilities"),
        [(one, INCIDENT, COMMUNITY, one, now, one, []) for one in ids],
    )  # fmt: skip
    return ids


def batch(key: str, sender: UUID, from_area: int, now: datetime) -> UUID:
    made = name("batch", key)
    columns = ("id", "incident", "area", "from_area", "organisation", "planned", "planned_at")
    bulk.insert(Batch, columns, [(made, INCIDENT, SUBDISTRICT, from_area, sender, 50, now)])
    return made


def call(
    where: UUID, stage: str, heads: int, present: list[UUID] | None = None, **more: Any
) -> dict[str, Any]:
    people = present or []
    return {
        "batch": where,
        "from_area": DISTRICT,
        "stage": stage,
        "headcount": heads,
        "present": people,
        **more,
    }


def shift(now: datetime, kind: str = "gate") -> UUID:
    post, made = name("post", kind), name("shift", kind)
    bulk.insert(Post, ("id", "incident", "area", "kind", "name", "seats", "skills", "forbids"),
                [(post, INCIDENT, COMMUNITY, kind, kind, 9, [], [])])  # fmt: skip
    columns = (
        "id",
        "incident",
        "area",
        "post",
        "from_at",
        "to_at",
        "seats",
        "claimed",
        "begun",
        "ended",
        "unrostered",
    )
    bulk.insert(Shift, columns,
                [(made, INCIDENT, COMMUNITY, post, now, now + 8 * HOUR, 9, 0, 0, 0, 0)])  # fmt: skip
    return made


def test_volunteers_count_once_under_their_first_channel(in_scope: Actor, now: datetime) -> None:
    rows = [{"responder": name("v", n), "channel": "online_a" if n < 2 else "branches"} for n in range(3)]
    facts(SignUp, now, [*rows, {"responder": name("v", 0), "channel": "branches", "at": now + HOUR / 2}])
    value = count("volunteers_recruited", now)
    assert {part.what: part.value for part in value.parts} == {"online_a": 2, "branches": 1}
    assert value.value == 3


def test_teachers_are_counted_by_profession_and_telephone(in_scope: Actor, now: datetime) -> None:
    organisation("school", "school", "学校", people=3, profession="teacher")
    organisation("firm", "firm", "企业", people=1)
    row = {"item": new_id(), "subject": new_id(), "outcome": "no_answer", "channel": "phone"}
    callers = [name("school", 0), name("school", 0), name("school", 1), name("firm", 0)]
    facts(
        Attempt,
        now,
        [*({**row, "by": who} for who in callers), {**row, "by": name("school", 2), "channel": "door"}],
    )
    assert count("teacher_callers", now).value == 2


def listed(purpose: str, people: list[UUID], now: datetime) -> None:
    held = name("list", purpose)
    columns = ("id", "incident", "area", "source", "purpose", "title", "received_at")
    bulk.insert(VerificationList, columns, [(held, INCIDENT, COMMUNITY, "city", purpose, "t", now)])
    bulk.insert(ListEntry, ("id", "incident", "area", "list", "row", "resident", "item", "how"),
                [(name(purpose, n), INCIDENT, COMMUNITY, held, n, one, one, "new")
                 for n, one in enumerate(people)])  # fmt: skip


def reach(people: list[UUID], by: UUID, now: datetime, outcome: str = "reached_verified") -> list[UUID]:
    rows = [{"item": one, "subject": one, "channel": "phone", "outcome": outcome, "by": by} for one in people]
    return facts(Attempt, now, rows)


def test_records_of_joined_people_are_verified_together(in_scope: Actor, now: datetime) -> None:
    a, b, c = residents("a", "b", "c")
    organisation("water", "agency", "区水务局", people=1)
    listed("verification", [a, b, c], now)
    listed("key_person", [a, c], now)
    reach([a], name("water", 0), now)
    reach([c], name("water", 0), now, "no_answer")
    assert count("records_verified", now).value == 1
    facts(SamePerson, now, [{"a": a, "b": b, "decision": "same"}])
    bulk.update(Resident, ("id", "canonical"), [(b, a)])
    assert count("records_verified", now).value == 2
    assert count("key_person_records_verified", now).value == 1
    assert count("key_person_records_verified", now, by="water").value == 1
    assert count("contacts_verified", now).value == 0
    listed("contact", [a, b], now)
    assert count("contacts_verified", now, organisation="区水务局").value == 1
    nobody = count("contacts_verified", now, organisation="区气象局")
    assert nobody.value is None
    assert nobody.note is not None
    assert "区气象局" in nobody.note.zh


def test_a_decision_made_later_does_not_change_an_earlier_count(in_scope: Actor, now: datetime) -> None:
    from django.db import connection

    a, b = residents("a", "b")
    facts(Registration, now, [{"resident": a, "persons": 1}, {"resident": b, "persons": 1}])
    with connection.cursor() as cursor:
        cursor.execute(TX)
        here = cursor.fetchone()[0]
    # everything in a test is one transaction, so the later decision is given a later number by hand
    facts(SamePerson, now, [{"a": a, "b": b, "decision": "same", "tx": here + 5}])
    bulk.update(Resident, ("id", "canonical"), [(max(a, b), min(a, b))])
    assert count("persons_registered", now).value == 1
    before = read(Wanted(figure="persons_registered"), now=now + HOUR, as_of=here + 1)
    assert counting.value(before, INCIDENT).value == 2


def test_a_batch_counts_at_its_furthest_stage(in_scope: Actor, now: datetime) -> None:
    sender = organisation("works", "agency", "建筑工务署")
    people = [name("p", n) for n in range(4)]
    first, second = batch("1", sender, DISTRICT, now), batch("2", sender, SUBDISTRICT, now)
    facts(RollCall, now, [call(first, "mustered", 4, people), call(first, "arrived", 3, people[:2])])
    facts(RollCall, now, [call(first, "arrived", 2, people[1:3]), call(second, "mustered", 50)])
    facts(RollCall, now + HOUR / 2, [call(second, "mustered", 48)])
    value = count("batch_people", now)
    assert value.value == 3 + 48
    assert {part.value for part in value.parts} == {3, 48}
    assert count("batch_people", now, **{"from": SUBDISTRICT}).value == 48
    assert count("batch_people", now, to=[COMMUNITY]).value == 51
    assert (
        count(
            "batch_people", now, organisation="works", window=["2022-02-19T00:00", "2022-02-19T24:00"]
        ).value
        == 0
    )
    assert count("first_batch", now).value == 4 + 48


def test_shifts_give_person_times_people_teams_and_agencies(in_scope: Actor, now: datetime) -> None:
    water = organisation("water", "agency", "区水务局", people=2)
    organisation("school", "school", "学校", people=2)
    day, night = shift(now), shift(now, "night")
    duty = [(day, "water", 0), (night, "water", 0), (day, "water", 1), (day, "school", 0), (day, "school", 0)]
    facts(ShiftBegun, now, [{"shift": s, "responder": name(o, n)} for s, o, n in duty])
    team = name("team")
    bulk.insert(Team, ("id", "incident", "area", "organisation", "kind", "name"),
                [(team, INCIDENT, COMMUNITY, water, "tracing", "一组")])  # fmt: skip
    facts(TeamMember, now, [{"team": team, "responder": name("water", 1), "from_at": now, "to_at": None}])
    assert count("agency_staff_deployed", now).value == 3
    assert count("agencies_contributing", now).value == 1
    assert count("tracing_teams", now, organisation="water").value == 0
    call = {"item": name("i"), "subject": name("s"), "channel": "phone", "outcome": "no_answer"}
    facts(Attempt, now, [call | {"by": name("water", 0)}])
    assert count("tracing_teams", now, organisation="water").value == 0
    facts(Attempt, now, [call | {"by": name("water", 1)}])
    assert count("tracing_teams", now, organisation="water").value == 1
    assert count("logistics_staff", now, organisation="water").value == 2
    assert count("logistics_teams", now).value == 0
    assert count("school_staff_on_duty", now).value == 1
    assert count("people_on_duty", now).value == 3
    facts(MealServed, now, [{"responder": name("m", n % 2), "kind": "meal"} for n in range(4)])
    facts(MealServed, now, [{"responder": name("m", 9), "kind": "thanks"}])
    assert count("responders_served", now).value == 2


def test_goods_count_by_kind_item_and_sender(in_scope: Actor, now: datetime) -> None:
    boot, van = name("boot"), name("van")
    bulk.insert(
        Item,
        ("id", "area", "code", "name_zh", "name_en", "unit"),
        [
            (boot, SUBDISTRICT, "rubber_boot", "雨靴", "rubber boot", "piece"),
            (van, SUBDISTRICT, "minibus", "车", "bus", "vehicle"),
        ],
    )
    row = {
        "from_store": name("s1"),
        "to_store": name("s2"),
        "from_area": SUBDISTRICT,
        "need": None,
        "batch": None,
    }
    moved = facts(Movement, now, [
        {**row, "item": boot, "quantity": 800, "kind": "deliver"},
        {**row, "item": boot, "quantity": 30, "kind": "deliver"},
        {**row, "item": boot, "quantity": 7, "kind": "issue"}, {**row, "item": van, "quantity": 20, "kind": "lend"},
        {**row, "item": boot, "quantity": 5, "kind": "deliver", "from_area": DISTRICT},
    ])  # fmt: skip
    bulk.insert(
        Area,
        ("code", "name", "level", "sort_key", "generated"),
        [(SUBDISTRICT, "坂田街道", "subdistrict", b"b", False)],
    )
    assert count("supplies_delivered", now, item="rubber_boot", **{"from": "坂田街道"}).value == 830
    assert count("supplies_issued", now, item="rubber_boot").value == 7
    assert count("vehicles_lent", now).value == 20
    assert count("supplies_delivered", now, item="moon_boot").value is None
    assert count("supplies_delivered", now, item="rubber_boot", **{"from": "月球街道"}).value is None
    retract(moved[0], "supplies.movement", now, in_scope)
    assert count("supplies_delivered", now, item="rubber_boot", **{"from": SUBDISTRICT}).value == 30


def test_a_building_is_swept_when_every_door_was_visited(in_scope: Actor, now: datetime) -> None:
    organisation("office", "subdistrict", "龙城街道办事处", people=2)
    bulk.insert(
        Area,
        ("code", "name", "level", "sort_key", "generated"),
        [(SUBDISTRICT, "龙城街道", "subdistrict", b"b", False)],
    )
    organisation("firm", "firm", "企业", people=1)
    house = name("house")
    bulk.insert(Building, ("id", "area", "name"), [(house, COMMUNITY, "1栋")])
    doors = [name("door", n) for n in range(3)]
    bulk.insert(
        Dwelling,
        ("id", "area", "building", "label"),
        [(d, COMMUNITY, house, str(n)) for n, d in enumerate(doors)],
    )
    knock = {"building": house, "outcome": "absent", "persons": 0}
    facts(Visit, now, [{**knock, "dwelling": d, "by": name("office", 0)} for d in doors[:2]])
    assert count("buildings_swept", now).value == 0
    (last,) = facts(Visit, now, [{**knock, "dwelling": doors[2], "by": name("firm", 0)}])
    assert count("buildings_swept", now).value == 1
    assert count("buildings_swept", now, by="龙城街道").value == 0, "a firm visited one of the doors"
    assert count("doors_visited", now, by="龙城街道").value == 2
    retract(last, "worklists.visit", now, in_scope)
    assert count("buildings_swept", now).value == 0


def test_a_person_registered_twice_is_one_person(in_scope: Actor, now: datetime) -> None:
    (a,) = residents("a")
    kept, _ = facts(Registration, now, [{"resident": a, "persons": 1}, {"resident": a, "persons": 1}])
    facts(Registration, now, [{"resident": new_id(), "persons": 1}])
    assert count("persons_registered", now).value == 2
    retract(kept, "people.registration", now, in_scope)
    assert count("persons_registered", now).value == 2


def test_the_window_is_half_open_and_in_local_time(in_scope: Actor, now: datetime) -> None:
    facts(SignUp, now, [{"responder": new_id(), "channel": "online_a"}])  # 20:00 in Shenzhen
    assert count("volunteers_recruited", now, window=["2022-02-18T20:00", "2022-02-18T20:01"]).value == 1
    assert count("volunteers_recruited", now, window=["2022-02-18T19:00", "2022-02-18T20:00"]).value == 0
    assert count("volunteers_recruited", now, until="2022-02-18T24:00").value == 1
    assert instant("2022-02-18T24:00") == instant("2022-02-19")


def test_an_outsider_counts_nothing(in_scope: Actor, outsider: Actor, now: datetime) -> None:
    facts(SignUp, now, [{"responder": new_id(), "channel": "online_a"}])
    with scope(outsider, INCIDENT):
        assert count("volunteers_recruited", now).value == 0
    assert count("volunteers_recruited", now).value == 1
