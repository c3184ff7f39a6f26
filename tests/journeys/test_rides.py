"""Who rode together: roll-calls of a batch become visits of its vehicles, whatever order they come in."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core import retractions
from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.told import Done, Told
from muster.domain.cases import actions as cases
from muster.domain.cases.models import ExposureCandidate, PlaceVisit
from muster.domain.incidents.models import Incident
from muster.domain.mobilising import actions as mobilising
from muster.domain.mobilising.actions import batches
from muster.domain.mobilising.models import Batch
from muster.domain.mobilising.rules import Stage, ride_place
from muster.domain.people import actions as people
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import OrganisationKind
from muster.fieldapp.commands import RETRACTED
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, DISTRICT

ORG = derive_id("test", "sender of rides")
FOUR = [derive_id("test", "rider", n) for n in range(4)]
BUS, VAN = "粤B1", "粤B2"
Tell = Callable[..., UUID]


@pytest.fixture
def chief() -> Actor:
    """Commands the district."""
    return Actor(account=new_id(), grants=(Grant("commander", DISTRICT),))


@pytest.fixture
def tell(incident: UUID, chief: Actor, now: datetime) -> Tell:
    """Tell the system one thing, as sync does; returns its id."""

    def one(action: Any, body: Any, at: datetime = now, key: UUID | None = None) -> UUID:
        told = [Told(key or new_id(), at, chief.by, body)]
        with scope(chief, incident):
            done: Done = action(told=told, by=chief, incident=incident, now=now + timedelta(hours=9))
            assert not done.refused
            assert not done.waiting
            settle([done.touched], incident=incident, now=now + timedelta(hours=9))
        return told[0].id

    body = responders.OrganisationBody(id=ORG, name="市水务局", kind=OrganisationKind.AGENCY, area=DISTRICT)
    one(responders.add_organisations, responders.AddOrganisations([body]))
    return one


def planned(tell: Tell, now: datetime, vehicles: int = 0) -> UUID:
    body = mobilising.PlanBatch(
        id=new_id(), area=COMMUNITY, organisation=ORG, planned=4, planned_at=now, vehicles=vehicles
    )
    tell(mobilising.plan_batches, body)
    return body.id


def visits(incident: UUID) -> set[tuple[UUID, UUID, str, datetime, datetime]]:
    with scope(system(), incident):
        return set(PlaceVisit.objects.values_list("person", "place", "source", "from_at", "to_at"))


def test_roll_calls_in_any_order_and_twice_give_the_same_rides(
    tell: Tell, incident: UUID, now: datetime
) -> None:
    found = []
    for order in itertools.permutations(range(3)):
        batch = planned(tell, now)
        calls = [
            (mobilising.CallRoll(batch, Stage.MUSTERED, present=FOUR), now),
            (
                mobilising.CallRoll(batch, Stage.DEPARTED, rides=[batches.Ride(BUS, FOUR[:2])]),
                now + timedelta(hours=1),
            ),
            (
                mobilising.CallRoll(
                    batch,
                    Stage.ARRIVED,
                    rides=[batches.Ride(BUS.lower(), FOUR[1:2]), batches.Ride(VAN, FOUR[2:3])],
                ),
                now + timedelta(hours=3),
            ),
        ]
        for n in (*order, *order):
            tell(mobilising.call_rolls, calls[n][0], calls[n][1], derive_id(batch, n))
        names = {ride_place(batch, BUS): BUS, ride_place(batch, VAN): VAN}
        with scope(system(), incident):
            rows = PlaceVisit.objects.filter(origin=batch).values_list(
                "person", "place", "source", "from_at", "to_at"
            )
            found.append({(person, names[place], *rest) for person, place, *rest in rows})
    hours = (now + timedelta(hours=1), now + timedelta(hours=3))
    assert found[0] == {
        (FOUR[0], BUS, "vehicle", *hours), (FOUR[1], BUS, "vehicle", *hours), (FOUR[2], VAN, "vehicle", *hours)
    }  # fmt: skip
    assert all(one == found[0] for one in found)


def ride(tell: Tell, batch: UUID, now: datetime, vehicles: int | None = None) -> list[UUID]:
    """Names at the departure, heads at the arrival."""
    left = mobilising.CallRoll(batch, Stage.DEPARTED, present=FOUR, vehicles=vehicles)
    came = mobilising.CallRoll(batch, Stage.ARRIVED, headcount=4)
    return [
        tell(mobilising.call_rolls, left, now + timedelta(hours=1)),
        tell(mobilising.call_rolls, came, now + timedelta(hours=6)),
    ]


def test_without_the_vehicle_the_batch_is_one_place_and_the_class_says_so(
    tell: Tell, incident: UUID, now: datetime
) -> None:
    many, one, unsaid = planned(tell, now, vehicles=3), planned(tell, now, vehicles=3), planned(tell, now)
    ride(tell, many, now)
    ride(tell, one, now, vehicles=1)
    left, _ = ride(tell, unsaid, now)
    found = visits(incident)
    assert {(place, source) for _, place, source, *_ in found} == {
        (many, "batch"), (one, "vehicle"), (unsaid, "batch")
    }  # fmt: skip
    assert len(found) == 3 * 4 * 2, "a ride of five hours is kept in two pieces"
    tell(retractions.retract_facts, retractions.RetractBody("mobilising.rollcall", left))
    with scope(system(), incident):
        again = RETRACTED["mobilising.rollcall"]({left}, incident, now)
        settle([again.touched], incident=incident, now=now)
    assert unsaid not in {place for _, place, *_ in visits(incident)}, "nobody knows any more when it left"


def test_nothing_is_kept_without_a_rule_nor_of_a_ride_that_has_no_end(
    tell: Tell, incident: UUID, now: datetime
) -> None:
    batch = planned(tell, now)
    tell(mobilising.call_rolls, mobilising.CallRoll(batch, Stage.DEPARTED, present=FOUR))
    before = mobilising.CallRoll(batch, Stage.ARRIVED, present=FOUR)
    tell(mobilising.call_rolls, before, now - timedelta(hours=1))  # a clock that is wrong
    assert not visits(incident)
    with scope(system(), incident):
        Incident.objects.update(pack="flood")
    from muster.domain.incidents import queries

    queries.forget_pack(incident)
    ride(tell, planned(tell, now), now)
    assert not visits(incident)


def test_a_question_about_a_ride_finds_who_was_in_it_and_says_how(
    tell: Tell, incident: UUID, now: datetime, tracer: Actor, desk: Actor
) -> None:
    resident, case, batch = new_id(), new_id(), planned(tell, now, vehicles=2)
    tell(people.register_people, people.RegisterPerson(id=resident, area=COMMUNITY, name="陈一"))
    tell(cases.confirm_cases, cases.ConfirmCase(case, resident, now))
    ride(tell, batch, now)
    hours = (now, now + timedelta(hours=8))
    with scope(tracer, incident):
        question = cases.ask(
            question=cases.Question(new_id(), case, "同车", batch, *hours),
            by=tracer,
            incident=incident,
            now=now,
        )
        assert not ExposureCandidate.objects.exists(), "nothing before another person approved"
    with scope(desk, incident):
        assert cases.decide(question=question, approved=True, by=desk, incident=incident, now=now) == 4
        found = set(ExposureCandidate.objects.values_list("person", "place", "source", "overlap_s"))
        assert found == {(one, batch, "batch", 5 * 3600) for one in FOUR}
        assert Batch.objects.get(pk=batch).departed == 4
    ill = new_id()
    tell(people.register_people, people.RegisterPerson(id=FOUR[0], area=COMMUNITY, name="工号一"))
    tell(cases.confirm_cases, cases.ConfirmCase(ill, FOUR[0], now))
    later: Any = {"incident": incident, "now": now + timedelta(hours=9)}
    with scope(tracer, incident):
        cases.ask(question=cases.Question(question := new_id(), ill, "同车"), by=tracer, **later)
    with scope(desk, incident):
        cases.decide(question=question, approved=True, by=desk, **later)
        others = set(ExposureCandidate.objects.filter(case=ill).values_list("person", "source"))
    assert others == {(one, "batch") for one in FOUR[1:]}, "a responder who falls ill is a source"
