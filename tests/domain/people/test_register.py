"""Registering people at their doors."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.core.ids import derive_id, new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.people import actions as people
from muster.domain.people import queries
from muster.domain.people.models import Identity, Registration, Resident
from tests.cast import COMMUNITY, ELSEWHERE, GRID
from tests.domain.people.homes import BUILDING, build, door, persons, register, tell

NAMES = [
    "王伟", "阿卜杜拉·买买提", "𠮷田花子", "㐂", "O’Connor-Śmith", "ﬁn", "Ａｌｉ", "عبد الله", "नेहा",
    "e\u0301va", "王\u200b芳",
    "李\u202eabc", "nul\x00name", "🧑‍🚒", " 空 格 ", "龍\U000e0101", "a" * 200,
]  # fmt: skip


@pytest.fixture
def built(incident: UUID, now: datetime) -> UUID:
    return build(incident, now)


def person(**words: Any) -> people.RegisterPerson:
    said: dict[str, Any] = {"id": new_id(), "dwelling": door("101"), "name": "王伟"}
    return people.RegisterPerson(**(said | words))


def test_a_grid_worker_registers_a_person_at_a_door(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    body = person(phone="13812341234")
    done = register([tell(body, now, grid_worker)], grid_worker, incident, now)
    assert not done.waiting
    assert not done.refused
    assert body.id in done.touched["people.resident"]
    with scope(grid_worker, incident):
        resident = Resident.objects.get(pk=body.id)
        assert (resident.area, resident.dwelling, resident.canonical) == (GRID, door("101"), body.id)
        assert Registration.objects.get().area == GRID
        assert queries.registered_by_building([BUILDING]) == {BUILDING: 1}


def test_a_person_without_a_door_is_registered_in_an_area(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    body = person(dwelling=None, area=COMMUNITY)
    assert not register([tell(body, now, grid_worker)], grid_worker, incident, now).waiting
    with scope(grid_worker, incident):
        assert Resident.objects.get().area == COMMUNITY
        assert Resident.objects.get().partial


@pytest.mark.parametrize(
    "wrong",
    [
        {"dwelling": None}, {"dwelling": None, "area": -1}, {"dwelling": None, "area": 10**15}, {"sex": "男"},
        {"name": "王" * 201}, {"phone": "1" * 61}, {"document": "1" * 61}, {"address": "路" * 401},
        {"vulnerabilities": ["行动不便，住在三楼"]},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_nothing_is_kept(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime, wrong: dict[str, Any]
) -> None:
    told = tell(person(**wrong), now, grid_worker)
    done = register([told], grid_worker, incident, now)
    assert [refusal.code for refusal in done.refused.values()] == ["input.unreadable"]
    assert persons(incident) == {}


def test_a_door_that_has_not_arrived_waits(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    told = [tell(person(), now, grid_worker), tell(person(dwelling=new_id()), now, grid_worker)]
    done = register(told, grid_worker, incident, now)
    assert {one: refusal.code for one, refusal in done.waiting.items()} == {
        told[1].id: "sync.not_visible_yet"
    }
    assert len(persons(incident)) == 1


def test_a_place_outside_the_own_area_waits_for_a_right(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    done = register(
        [tell(person(dwelling=None, area=ELSEWHERE), now, grid_worker)], grid_worker, incident, now
    )
    assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    assert persons(incident) == {}


def test_somebody_elses_resident_is_neither_changed_nor_shown(
    built: UUID, grid_worker: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    body = person()
    register([tell(body, now, grid_worker)], grid_worker, incident, now)
    theirs = person(id=body.id, dwelling=None, area=ELSEWHERE, name="别人")
    done = register([tell(theirs, now, outsider)], outsider, incident, now)
    assert [type(refusal).code for refusal in done.waiting.values()] == ["sync.not_visible_yet"]
    with scope(outsider, incident):
        assert not Resident.objects.exists()
        assert not Identity.objects.exists()
        assert not Registration.objects.exists()
        assert queries.residents_page(queries.Asked(), incident) == []
        assert queries.masked([body.id], incident) == {}
        assert queries.card(body.id, incident) is None
        with pytest.raises(Refusal):
            people.unmask([body.id], "想看", by=outsider, incident=incident, now=now)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_stored_exactly(built: UUID, desk: Actor, incident: UUID, now: datetime, name: str) -> None:
    body = person(name=name)
    assert not register([tell(body, now, desk)], desk, incident, now).refused
    with scope(desk, incident):
        assert people.unmask([body.id], "核对姓名", by=desk, incident=incident, now=now)[body.id].name == name


def test_a_dump_of_every_table_shows_nobody(built: UUID, desk: Actor, incident: UUID, now: datetime) -> None:
    body = person(name="欧阳明月", document="440307199001011234", phone="13987654321", address="荣华路九号")
    register([tell(body, now, desk)], desk, incident, now)
    with scope(system(incident=incident), incident), connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        for (table,) in cursor.fetchall():
            if not table.startswith(("people_", "places_", "core_")):
                continue
            cursor.execute(f'select t::text from "{table}" t')
            text = "\n".join(row[0] for row in cursor.fetchall())
            for word in ("欧阳明月", "440307199001011234", "13987654321", "荣华路九号"):
                assert word not in text
                assert word.encode().hex() not in text


def test_two_records_of_one_document_are_one_person(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    one, two = (
        person(document="44030719900101123x"),
        person(document="44030719900101123X", dwelling=door("202")),
    )
    register([tell(one, now, grid_worker)], grid_worker, incident, now)
    register([tell(two, now, grid_worker)], grid_worker, incident, now)
    assert set(persons(incident).values()) == {min(one.id, two.id)}
    with scope(grid_worker, incident):
        assert queries.registered_by_building([BUILDING]) == {BUILDING: 1}


def test_a_child_under_its_mothers_number_stays_a_person(
    built: UUID, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    told = [
        tell(person(document="440307199001011234", name=name), now, grid_worker)
        for name in ("李芳", "王小明")
    ]
    register(told, grid_worker, incident, now)
    assert len(set(persons(incident).values())) == 2


def test_a_registration_taken_back_leaves_the_home_before(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    first = person()
    later = tell(person(id=first.id, dwelling=door("202")), now + timedelta(hours=1), desk)
    register([tell(first, now, desk), later], desk, incident, now)
    with scope(desk, incident):
        assert Resident.objects.get().dwelling == door("202")
        back = tell(RetractBody("people.registration", later.id), now, desk)
        retract_facts(told=[back], by=desk, incident=incident, now=now)
        people.reconsider_registrations({later.id}, incident, now)
        assert Resident.objects.get().dwelling == door("101")
        assert queries.registered_by_dwelling([door("101"), door("202")]) == {door("101"): 1}


def state(incident: UUID, desk: Actor, now: datetime) -> object:
    with scope(desk, incident):
        rows = sorted(
            Resident.objects.values_list("id", "canonical", "dwelling", "area", "sex", "said_at", "said_id")
        )
        clear = people.unmask([row[0] for row in rows], "比对", by=desk, incident=incident, now=now)
        return rows, clear, sorted(Registration.objects.values_list("id", "dwelling")), _places()


def _places() -> list[tuple[UUID, bytes]]:
    return [
        (one, bytes(key or b""))
        for one, key in Identity.objects.order_by("resident").values_list("resident", "place_x")
    ]


CALLS = [
    (resident, hour, label, document, name)
    for resident, hour, label, document, name in [
        (1, 0, "101", "", "王伟"), (1, 2, "202", "440307199001011234", "王伟"), (1, 2, "102", "", "王卫"),
        (2, 1, "101", "440307199001011234", "王伟"), (3, 1, "201", "440307199001011234", ""), (2, 3, "201", "", "李芳"),
    ]
]  # fmt: skip


def calls(by: Actor, now: datetime) -> list[Told[Any]]:
    return [
        tell(
            person(
                id=derive_id("r", who), dwelling=door(label), document=document, name=name,
                sex="male" if hour else "",
            ),
            now + timedelta(hours=hour), by, derive_id("call", place),
        )
        for place, (who, hour, label, document, name) in enumerate(CALLS)
    ]  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    order=st.permutations(range(len(CALLS))), repeats=st.lists(st.integers(0, len(CALLS) - 1), max_size=3),
    cuts=st.sets(st.integers(1, len(CALLS) + 2), max_size=4),
)  # fmt: skip
def test_any_order_repeat_and_split_of_registrations_is_the_same(
    built: UUID,
    desk: Actor,
    incident: UUID,
    now: datetime,
    order: list[int],
    repeats: list[int],
    cuts: set[int],
) -> None:
    told = calls(desk, now)
    clean = transaction.savepoint()
    register(told, desk, incident, now)
    expected = state(incident, desk, now)
    transaction.savepoint_rollback(clean)
    clean = transaction.savepoint()
    mixed = [told[place] for place in [*order, *repeats]]
    edges = [0, *sorted(cuts), len(mixed)]
    for low, high in pairwise(edges):
        register(mixed[low:high], desk, incident, now)
    assert state(incident, desk, now) == expected
    transaction.savepoint_rollback(clean)
