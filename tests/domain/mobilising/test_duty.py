"""Work on shifts: observations are never refused; the state follows from the facts."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.mobilising import queries
from muster.domain.mobilising.actions import batches, duty, seats
from muster.domain.mobilising.actions.duty import DutyBody
from muster.domain.mobilising.actions.seats import SeatBody
from muster.domain.mobilising.commands import RETRACTED
from muster.domain.mobilising.models import MealServed, Seat, Shift, ShiftBegun
from muster.domain.mobilising.rules import ServiceKind, Stage
from muster.domain.responders.rules import ResponderKind
from tests.cast import COMMUNITY, ELSEWHERE, person
from tests.domain.mobilising.scene import HOUR, MORNING, Scene


def state(shift: UUID) -> tuple[int, int, int, int]:
    held = Shift.objects.get(pk=shift)
    return held.claimed, held.begun, held.ended, held.unrostered


def test_who_comes_without_a_seat_is_stored_and_shows(scene: Scene) -> None:
    rostered, guest = scene.people(2)
    shift = scene.shift(seats=1)
    scene.tell(seats.claim_seats, SeatBody(shift, rostered))
    done = scene.tell(duty.begin_shifts, DutyBody(shift, rostered), DutyBody(shift, guest), at=MORNING)
    assert not done.refused
    assert done.touched["mobilising.shift"] == {shift}
    assert state(shift) == (1, 2, 0, 1)


def test_a_seat_claimed_after_the_beginning_makes_it_rostered(scene: Scene) -> None:
    (responder,) = scene.people(1)
    shift = scene.shift()
    scene.tell(duty.begin_shifts, DutyBody(shift, responder), at=MORNING)
    assert state(shift) == (0, 1, 0, 1)
    assert not scene.tell(seats.claim_seats, SeatBody(shift, responder)).refused
    assert state(shift) == (1, 1, 0, 0)
    assert Seat.objects.get(shift=shift).began_at == MORNING


@pytest.mark.parametrize("seed", range(6))
def test_beginnings_and_ends_in_any_order_split_or_repeated_come_to_the_same(scene: Scene, seed: int) -> None:
    chance = random.Random(seed)
    people = scene.people(4)
    shift = scene.shift()
    facts = [(duty.begin_shifts, Told(new_id(), MORNING, new_id(), DutyBody(shift, one))) for one in people]
    facts += [
        (duty.end_shifts, Told(new_id(), MORNING + 9 * HOUR, new_id(), DutyBody(shift, one)))
        for one in people[:3]
    ]
    facts += [(duty.begin_shifts, Told(new_id(), MORNING + HOUR, new_id(), DutyBody(shift, people[0])))]
    sent = facts + chance.sample(facts, 3)
    chance.shuffle(sent)
    for action, told in sent:
        action(told=[told], by=scene.by, incident=scene.incident, now=scene.now)
    assert state(shift) == (0, 4, 3, 4)
    minutes = dict(Seat.objects.values_list("responder", "minutes"))
    assert [minutes[one] for one in people] == [540, 540, 540, 0]


def test_an_unknown_shift_or_a_missing_right_waits(scene: Scene, incident: UUID, now: datetime) -> None:
    shift = scene.shift()
    unknown = scene.tell(duty.begin_shifts, DutyBody(new_id(), new_id()))
    assert [refusal.code for refusal in unknown.waiting.values()] == ["sync.not_visible_yet"]
    caller = person("caller", "caller", COMMUNITY)
    with scope(caller, incident):
        done = Scene(caller, incident, now).tell(duty.begin_shifts, DutyBody(shift, new_id()))
        assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    assert not ShiftBegun.objects.exists()


def test_a_retracted_beginning_does_not_count(scene: Scene) -> None:
    (responder,) = scene.people(1)
    shift = scene.shift()
    scene.tell(duty.begin_shifts, DutyBody(shift, responder), at=MORNING)
    slip = ShiftBegun.objects.get().id
    done = scene.tell(retract_facts, RetractBody("mobilising.shiftbegun", slip))
    RETRACTED["mobilising.shiftbegun"](done.touched["fact:mobilising.shiftbegun"], scene.incident, scene.now)
    assert state(shift) == (0, 0, 0, 0)
    assert queries.person_times(scene.incident, MORNING, MORNING + HOUR) == 0


def test_five_hundred_beginnings_cost_a_handful_of_statements(scene: Scene) -> None:
    people = scene.people(500)
    shifts = [scene.shift(seats=100) for _ in range(5)]
    bodies = [DutyBody(shifts[place % 5], one) for place, one in enumerate(people)]
    with CaptureQueriesContext(
        connection,
    ) as counted:
        scene.tell(duty.begin_shifts, *bodies, at=MORNING)
    assert len(counted) <= 10
    assert sum(Shift.objects.values_list("begun", flat=True)) == 500
    assert Entry.objects.filter(action="mobilising.begin_shift").count() == 1
    assert queries.person_times(scene.incident, MORNING, MORNING + HOUR) == 500


def test_a_hundred_claims_cost_a_handful_of_statements(scene: Scene) -> None:
    people = scene.people(100)
    shift = scene.shift(seats=60)
    with CaptureQueriesContext(connection) as counted:
        done = scene.tell(seats.claim_seats, *(SeatBody(shift, one) for one in people))
    assert len(done.refused) == 40
    assert len(counted) <= 14


def test_rest_strain_and_service_are_told(scene: Scene) -> None:
    rested, tired, working = scene.people(3)
    shift = scene.shift(hours=12, seats=3)
    scene.tell(duty.begin_shifts, *(DutyBody(shift, one) for one in (rested, tired, working)), at=MORNING)
    scene.tell(duty.end_shifts, DutyBody(shift, rested), at=MORNING + 2 * HOUR)
    scene.tell(duty.end_shifts, DutyBody(shift, tired), at=MORNING + 13 * HOUR)
    at = MORNING + 13 * HOUR
    assert [one.responder for one in queries.resting(scene.incident, at)] == [tired]
    assert queries.resting(scene.incident, MORNING + 3 * HOUR)[0].until == MORNING + 12 * HOUR
    assert {one.responder: one.minutes for one in queries.strained(scene.incident, at)} == {
        tired: 780,
        working: 780,
    }
    records = queries.service_records(scene.incident)
    assert {one: (record.shifts, record.minutes) for one, record in records.items()} == {
        rested: (1, 120), tired: (1, 780), working: (1, 0),
    }  # fmt: skip
    counts = queries.people_counts(scene.incident, at)
    assert (counts.on_shift, counts.resting) == (1, 1)


def test_volunteers_are_strained_sooner(scene: Scene) -> None:
    (volunteer,) = scene.people(1, ResponderKind.VOLUNTEER)
    shift = scene.shift()
    scene.tell(duty.begin_shifts, DutyBody(shift, volunteer), at=MORNING)
    (one,) = queries.strained(scene.incident, MORNING + 9 * HOUR)
    assert (one.minutes, one.limit) == (540, 480)


def test_another_area_reads_no_roster_of_ours(scene: Scene, outsider: Actor, incident: UUID) -> None:
    (responder,) = scene.people(1)
    shift = scene.shift()
    scene.tell(duty.begin_shifts, DutyBody(shift, responder), at=MORNING)
    with scope(outsider, incident):
        assert queries.service_records(incident) == {}
        assert queries.post_grid(incident, MORNING, MORNING + HOUR) == []
        card = queries.responder_card(responder, incident, MORNING)
        assert card is not None
        assert card.seats == []


def test_holes_come_first_in_the_grid(scene: Scene) -> None:
    people = scene.people(3)
    full, empty = scene.shift(seats=1), scene.shift(seats=3)
    scene.shift(MORNING + timedelta(days=3))
    scene.tell(seats.claim_seats, SeatBody(full, people[0]), SeatBody(empty, people[1]))
    rows = queries.post_grid(scene.incident, MORNING, MORNING + 8 * HOUR)
    assert [(row.holes, len(row.shifts)) for row in rows] == [(2, 1), (0, 1), (0, 0)]


def test_service_is_recorded_where_people_work(
    scene: Scene, outsider: Actor, incident: UUID, now: datetime
) -> None:
    with scope(outsider, incident):
        guest, sent, stranger = Scene(outsider, incident, now).people(3, area=ELSEWHERE)
    scene.tell(duty.begin_shifts, DutyBody(scene.shift(), guest), at=MORNING)
    batch = batches.PlanBatch(new_id(), COMMUNITY, scene.organisation(), 1, now)
    scene.tell(batches.plan_batches, batch)
    scene.tell(batches.call_rolls, batches.CallRoll(batch.id, Stage.ARRIVED, present=[sent]))
    bodies = [duty.Serve(one, ServiceKind.MEAL) for one in (guest, sent, stranger)]
    done = scene.tell(duty.serve, *bodies, duty.Serve(stranger, ServiceKind.MEETING, COMMUNITY))
    assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    assert set(MealServed.objects.values_list("responder", "area")) == {
        (one, COMMUNITY) for one in (guest, sent, stranger)
    }
    card = queries.responder_card(guest, incident, now)
    assert card is not None
    assert card.services == {"meal": 1}


def test_open_work_stays_open_until_it_is_acknowledged(scene: Scene) -> None:
    (next_one,) = scene.people(1)
    shift, items = scene.shift(), sorted([new_id(), new_id()])
    assert not scene.tell(duty.hand_over, duty.HandOver(shift, next_one, items)).waiting
    (opened,) = queries.open_handovers(scene.incident)
    assert (opened.to, opened.open_items) == (next_one, items)
    scene.tell(duty.take_over, duty.TakeOver(opened.id))
    assert queries.open_handovers(scene.incident) == []
    assert scene.tell(duty.take_over, duty.TakeOver(new_id())).waiting
