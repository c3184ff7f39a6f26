"""Who may be one person: found by sound, put before somebody, decided once, asked again only when taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.errors import NotAllowed
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.people import actions as people
from muster.domain.people import pairs
from muster.domain.people.models import Likeness, SamePerson
from muster.domain.people.rules import Row, document_key
from muster.domain.people.sounds import sound_key
from tests.domain.people.homes import BUILDING, door
from tests.domain.people.test_enrol import built as built
from tests.domain.people.test_enrol import enrol

EVERYWHERE = (0, 10**15)
WANG = Row(name="王伟", phone="13812341234", dwelling=door("101"))
LIKE = Row(name="汪玮", phone="13812341234")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("张伟", "章玮", True), ("王静", "汪晶", True), ("陈晨", "程诚", True), ("单雄信", "善雄信", True),
        ("曾志伟", "增志伟", True), ("John Smith", "JOHN SMITH", True), ("張偉", "张伟", True),
        ("张伟", "李伟", False), ("王大宝", "王小宝", False), ("王芳", "黄芳", False),
    ],
)  # fmt: skip
def test_how_names_sound(one: str, other: str, alike: bool) -> None:
    assert (sound_key(one) == sound_key(other)) is alike


def waiting(by: Actor, incident: UUID) -> list[pairs.Waiting]:
    with scope(by, incident):
        found = pairs.waiting(EVERYWHERE)
        assert pairs.count(EVERYWHERE) >= len(found)
    return found


def judge(same: bool, pair: pairs.Waiting, by: Actor, incident: UUID, now: datetime) -> UUID:
    action: Any = people.join_residents if same else people.part_residents
    body = (people.JoinResidents if same else people.PartResidents)(pair.a, pair.b)
    fact = new_id()
    with scope(by, incident):
        done = action(told=[Told(fact, now, by.by, body)], by=by, incident=incident, now=now)
    assert not done.refused
    assert not done.waiting
    return fact


@pytest.mark.parametrize("same", [True, False])
def test_a_question_is_asked_once_and_again_when_the_answer_is_taken_back(
    built: UUID, desk: Actor, incident: UUID, now: datetime, same: bool
) -> None:
    enrol([WANG], desk, incident, now)
    enrol([LIKE], desk, incident, now)
    (pair,) = waiting(desk, incident)
    assert pair.how == "sound"
    fact = judge(same, pair, desk, incident, now)
    assert waiting(desk, incident) == []
    enrol([LIKE, WANG], desk, incident, now)
    assert waiting(desk, incident) == []
    with scope(desk, incident):
        assert Likeness.objects.get().decided == ("same" if same else "different")
        told = [Told(new_id(), now, desk.by, RetractBody("people.sameperson", fact))]
        retract_facts(told=told, by=desk, incident=incident, now=now)
        people.reconsider_decisions({fact}, incident, now)
        assert SamePerson.objects.count() == 1
    assert [one.id for one in waiting(desk, incident)] == [pair.id]


def test_a_decision_about_a_person_counts_for_all_records(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    """Two records of one person are asked about together, and answered together."""
    enrol([WANG], desk, incident, now)
    enrol([LIKE], desk, incident, now)
    enrol([Row(name="望伟", phone="13812341234", document="440307199001011234")], desk, incident, now)
    asked = waiting(desk, incident)
    assert len(asked) == 3
    judge(True, next(one for one in asked if one.how == "sound"), desk, incident, now)
    left = waiting(desk, incident)
    assert len(left) == 1
    judge(False, left[0], desk, incident, now)
    assert waiting(desk, incident) == []


def test_a_telephone_of_thirty_people_joins_and_asks_nothing(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    names = [a + b for a in "赵钱孙李周" for b in "芳娜敏静丽强"]
    matches = enrol([Row(name=name, phone="075512345678") for name in names], desk, incident, now)
    assert {match.outcome for match in matches} == {"new"}
    enrol([Row(phone="075512345678")], desk, incident, now)
    assert waiting(desk, incident) == []


def test_two_names_and_an_old_number_are_for_a_person(
    built: UUID, desk: Actor, incident: UUID, now: datetime
) -> None:
    old = "440307900101123"
    (first,) = enrol([Row(name="买买提", document=document_key(old))], desk, incident, now)
    (match,) = enrol([Row(name="马明", document=old)], desk, incident, now)
    assert (match.outcome, match.candidates) == ("ambiguous", (first.resident,))


def test_a_pair_put_off_comes_last_and_needs_the_right(
    built: UUID, desk: Actor, grid_worker: Actor, incident: UUID, now: datetime
) -> None:
    enrol([WANG, Row(name="李四", phone="13900000000", building=BUILDING)], desk, incident, now)
    enrol([LIKE, Row(name="黎思", phone="13900000001", building=BUILDING)], desk, incident, now)
    first, second = waiting(desk, incident)
    with scope(desk, incident):
        people.put_off(likeness=first.id, by=desk, incident=incident, now=now)
    assert [one.id for one in waiting(desk, incident)] == [second.id, first.id]
    with scope(grid_worker, incident), pytest.raises(NotAllowed):
        people.put_off(likeness=second.id, by=grid_worker, incident=incident, now=now)
