"""Joining records of one person, and taking them apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope
from muster.core.ids import derive_id, new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.people import actions as people
from muster.domain.people.models import SamePerson
from muster.domain.people.rules import Decision, canonical
from tests.cast import ELSEWHERE
from tests.domain.people.homes import build, door, persons, register, tell

WHO = sorted(derive_id("who", place) for place in range(5))
START = datetime(2022, 2, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def five(incident: UUID, now: datetime, desk: Actor) -> list[UUID]:
    build(incident, now)
    told = [tell(people.RegisterPerson(id=one, dwelling=door("101"), name="王伟"), now, desk) for one in WHO]
    assert not register(told, desk, incident, now).waiting
    return WHO


def decide(told: Sequence[Told[Any]], by: Actor, incident: UUID, now: datetime) -> list[Done]:
    """Joins and parts in the order given, each by itself."""
    done = []
    with scope(by, incident):
        for one in told:
            act = (
                people.join_residents if isinstance(one.body, people.JoinResidents) else people.part_residents
            )
            done.append(act(told=[one], by=by, incident=incident, now=now))
    return done


def join(a: int, b: int, at: datetime, by: Actor) -> Told[Any]:
    return tell(people.JoinResidents(WHO[a], WHO[b]), at, by)


def part(a: int, b: int, at: datetime, by: Actor) -> Told[Any]:
    return tell(people.PartResidents(WHO[a], WHO[b]), at, by)


def test_joined_records_have_the_smallest_id_and_can_be_parted(
    five: list[UUID], desk: Actor, incident: UUID, now: datetime
) -> None:
    (done,) = decide([join(2, 1, now, desk)], desk, incident, now)
    assert done.touched["people.resident"] == {WHO[1], WHO[2]}
    decide([join(2, 3, now, desk)], desk, incident, now)
    assert [persons(incident)[one] for one in WHO[:4]] == [WHO[0], WHO[1], WHO[1], WHO[1]]
    decide([part(1, 2, now + timedelta(minutes=1), desk)], desk, incident, now)
    assert [persons(incident)[one] for one in WHO[1:4]] == [WHO[1], WHO[2], WHO[2]]


def test_a_join_taken_back_is_undone(five: list[UUID], desk: Actor, incident: UUID, now: datetime) -> None:
    one = join(0, 4, now, desk)
    decide([one], desk, incident, now)
    assert persons(incident)[WHO[4]] == WHO[0]
    with scope(desk, incident):
        back = tell(RetractBody("people.sameperson", one.id), now, desk)
        retract_facts(told=[back], by=desk, incident=incident, now=now)
        people.reconsider_decisions({one.id}, incident, now)
    assert persons(incident)[WHO[4]] == WHO[4]


def test_records_of_one_document_stay_apart_once_somebody_said_so(
    five: list[UUID], desk: Actor, incident: UUID, now: datetime
) -> None:
    decide([part(0, 1, now, desk)], desk, incident, now)
    words = {"dwelling": door("101"), "name": "王伟", "document": "440307199001011234"}
    later = now + timedelta(minutes=1)
    told = [tell(people.RegisterPerson(id=one, **words), later, desk) for one in WHO[:2]]  # type: ignore[arg-type]
    register(told, desk, incident, now)
    assert [persons(incident)[one] for one in WHO[:2]] == WHO[:2]
    decide([join(0, 1, later, desk)], desk, incident, now)
    assert [persons(incident)[one] for one in WHO[:2]] == [WHO[0], WHO[0]]


def test_who_may_not_decide_waits_and_nonsense_is_refused(
    five: list[UUID], desk: Actor, grid_worker: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    for by, code in ((grid_worker, "access.not_allowed"), (outsider, "sync.not_visible_yet")):
        (done,) = decide([join(0, 1, now, by)], by, incident, now)
        assert [refusal.code for refusal in done.waiting.values()] == [code]
    (done,) = decide([join(0, 0, now, desk)], desk, incident, now)
    assert [refusal.code for refusal in done.refused.values()] == ["input.unreadable"]
    unknown = tell(people.JoinResidents(WHO[0], new_id()), now, desk)
    (done,) = decide([unknown], desk, incident, now)
    assert [refusal.code for refusal in done.waiting.values()] == ["sync.not_visible_yet"]
    with scope(desk, incident):
        assert not SamePerson.objects.exists()
    assert persons(incident) == {one: one for one in WHO}


def test_a_decision_of_a_wider_area_holds_for_those_who_cannot_see_it(
    five: list[UUID], desk: Actor, incident: UUID, now: datetime
) -> None:
    from muster.core.access import system

    whole = system(incident=incident)
    other = people.RegisterPerson(id=UUID(int=1), dwelling=None, area=ELSEWHERE, name="王伟")
    register([tell(other, now, whole)], whole, incident, now)
    decide([tell(people.JoinResidents(other.id, WHO[4]), now, whole)], whole, incident, now)
    assert persons(incident)[WHO[4]] == other.id
    decide([join(3, 4, now, desk)], desk, incident, now)
    assert persons(incident)[WHO[3]] == other.id


decisions = st.builds(
    Decision,
    at=st.integers(0, 3).map(lambda minutes: START + timedelta(minutes=minutes)),
    id=st.integers(1, 2**40).map(lambda number: UUID(int=number)),
    a=st.sampled_from(WHO), b=st.sampled_from(WHO), same=st.booleans(),
)  # fmt: skip


@given(said=st.lists(decisions, max_size=12, unique_by=lambda one: one.id), data=st.data())
def test_the_order_of_decisions_does_not_matter(said: list[Decision], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(said)) + data.draw(
        st.lists(st.sampled_from(said), max_size=4) if said else st.just([])
    )
    persons = canonical(WHO, said)
    assert canonical(reversed(WHO), mixed) == persons
    assert all(persons[person] == person <= resident for resident, person in persons.items())


pairs = st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2), st.booleans()).filter(
    lambda p: p[0] != p[1]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(pairs, min_size=1, max_size=6), data=st.data())
def test_any_order_and_repeat_of_joins_and_parts_is_the_same(
    five: list[UUID],
    desk: Actor,
    incident: UUID,
    now: datetime,
    said: list[tuple[int, int, int, bool]],
    data: st.DataObject,
) -> None:
    told = [(join if same else part)(a, b, now + timedelta(minutes=m), desk) for a, b, m, same in said]
    mixed = data.draw(st.permutations(told)) + data.draw(st.lists(st.sampled_from(told), max_size=2))
    expected = canonical(
        WHO,
        [
            Decision(one.at, one.id, one.body.a, one.body.b, isinstance(one.body, people.JoinResidents))
            for one in told
        ],
    )
    for order in (told, mixed):
        clean = transaction.savepoint()
        decide(order, desk, incident, now)
        assert persons(incident) == expected
        transaction.savepoint_rollback(clean)
