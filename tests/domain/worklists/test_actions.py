"""Lists, calls and doors on the real database, as people with their own rights."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.people.models import Resident
from muster.domain.places.models import Building, Dwelling
from muster.domain.worklists.actions import calls, desk, doors, lists, taking
from muster.domain.worklists.models import Attempt, BuildingState, DwellingState, ListEntry, Visit, WorkItem
from muster.domain.worklists.rules import LEASE, DoorOutcome, Outcome
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, ELSEWHERE, person


def tell(body: object, at: datetime, by: Actor) -> Told[Any]:
    return Told(new_id(), at, by.by, body)


def push(by: Actor, incident: UUID, now: datetime, rows: list[lists.ListRow], title: str = "名单") -> Done:
    body = lists.PushList(derive_id("list", title), COMMUNITY, "市公安局", "verification", title, rows)
    done = lists.push_lists(told=[tell(body, now, by)], by=by, incident=incident, now=now)
    settle([done.touched], incident=incident, now=now)
    return done


def row(number: int, name: str = "王一", phone: str = "13800138000") -> lists.ListRow:
    return lists.ListRow(row=number, name=name, phone=phone)


def attempt(by: Actor, incident: UUID, now: datetime, item: UUID, outcome: Outcome) -> Told[Any]:
    told = tell(calls.RecordAttempt(item, outcome), now, by)
    done = calls.record_attempts(told=[told], by=by, incident=incident, now=now)
    assert not done.refused
    assert not done.waiting
    return told


@pytest.fixture
def house(incident: UUID) -> list[UUID]:
    """Four doors of one building of the community."""
    building = new_id()
    with scope(system(), incident):
        Building.objects.create(id=building, area=COMMUNITY, name="中兴路3栋", units=4)
        return [
            Dwelling.objects.create(area=COMMUNITY, building_id=building, label=label).id
            for label in ("101", "102", "201", "202")
        ]


def test_ten_lists_that_name_one_person_are_one_call_with_ten_causes(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    for number in range(10):
        push(in_scope, incident, now, [row(1)], title=f"名单 {number}")
    item = WorkItem.objects.get()
    assert (item.causes, item.state, ListEntry.objects.count(), Resident.objects.count()) == (
        10,
        "open",
        10,
        1,
    )
    attempt(in_scope, incident, now, item.id, Outcome.REACHED_VERIFIED)
    assert WorkItem.objects.get().state == "done"


def test_the_same_list_again_changes_nothing(in_scope: Actor, incident: UUID, now: datetime) -> None:
    rows = [row(1), row(2, "欧阳镕", "13900139000"), row(3, "", "13700137000"), row(4, "只有名字", "")]
    first = push(in_scope, incident, now, rows)
    again = push(in_scope, incident, now, rows)
    assert next(iter(first.data.values()))["taken"] == 4
    answer = next(iter(again.data.values()))
    assert (answer["rows"], answer["taken"], answer["already"], answer["refused"]) == (4, 0, 4, {})
    assert (WorkItem.objects.count(), ListEntry.objects.count(), Resident.objects.count()) == (4, 4, 4)


def test_an_empty_row_is_refused_by_number_and_the_rest_is_taken(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    done = push(in_scope, incident, now, [row(1), lists.ListRow(row=2)])
    answer = next(iter(done.data.values()))
    assert (answer["taken"], answer["refused"]) == (1, {2: "empty"})


def test_a_late_and_repeated_attempt_counts_once(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1)])
    item = WorkItem.objects.get().id
    told = tell(calls.RecordAttempt(item, Outcome.NO_ANSWER), now - timedelta(hours=20), in_scope)
    for _ in range(2):
        calls.record_attempts(told=[told], by=in_scope, incident=incident, now=now)
    assert Attempt.objects.count() == 1
    assert WorkItem.objects.get().attempts == 1


def test_a_retracted_attempt_opens_the_item_again(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1)])
    told = attempt(in_scope, incident, now, WorkItem.objects.get().id, Outcome.REACHED_VERIFIED)
    body = RetractBody("worklists.attempt", told.id, "slip")
    retract_facts(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    calls.reconsider_attempts({told.id}, incident, now)
    assert WorkItem.objects.get().state == "open"
    assert Attempt.objects.count() == 1


def test_an_attempt_on_an_unknown_item_waits(in_scope: Actor, incident: UUID, now: datetime) -> None:
    told = tell(calls.RecordAttempt(new_id(), Outcome.BUSY), now, in_scope)
    done = calls.record_attempts(told=[told], by=in_scope, incident=incident, now=now)
    assert done.waiting[told.id].code == "sync.not_visible_yet"


def test_an_outsider_may_neither_see_nor_call(
    in_scope: Actor, outsider: Actor, incident: UUID, now: datetime
) -> None:
    push(in_scope, incident, now, [row(1)])
    item = WorkItem.objects.get().id
    with scope(outsider, incident):
        assert WorkItem.objects.count() == 0
        told = tell(calls.RecordAttempt(item, Outcome.REFUSED), now, outsider)
        assert calls.record_attempts(told=[told], by=outsider, incident=incident, now=now).waiting
    assert Attempt.objects.count() == 0


def test_two_callers_never_hold_one_item(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1), row(2, "李二", "13700137000")])
    held = []
    for name in ("caller 1", "caller 2", "caller 3"):
        caller = person(name, "caller", COMMUNITY)
        told = tell(taking.TakeNext(), now, caller)
        done = taking.take_next(told=[told], by=caller, incident=incident, now=now)
        held.append(done.data.get(told.id, {}).get("id"))
        if held[-1] is None:
            assert done.refused[told.id].code == "worklists.nothing_to_do"
    assert held[2] is None
    assert len({held[0], held[1]}) == 2


def test_a_lease_ends_by_itself(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1)])
    for at, free in ((now, True), (now + timedelta(minutes=5), False), (now + LEASE, True)):
        caller = person(f"caller {at}", "caller", COMMUNITY)
        told = tell(taking.TakeNext(), at, caller)
        done = taking.take_next(told=[told], by=caller, incident=incident, now=at)
        assert (told.id in done.data) is free


def test_who_was_refused_does_not_call_again(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1)])
    first, other = person("first", "caller", COMMUNITY), person("other", "caller", COMMUNITY)
    attempt(first, incident, now, WorkItem.objects.get().id, Outcome.REFUSED)
    tomorrow = now + timedelta(days=1)
    for caller, gets in ((first, False), (other, True)):
        told = tell(taking.TakeNext(), tomorrow, caller)
        done = taking.take_next(told=[told], by=caller, incident=incident, now=tomorrow)
        assert (told.id in done.data) is gets


def test_a_transfer_carries_the_open_work_and_stays_visible_to_the_sender(
    in_scope: Actor, outsider: Actor, incident: UUID
) -> None:
    now = datetime.now(UTC)  # what is shared is open until an instant of the server's clock
    push(in_scope, incident, now, [row(1)])
    item = WorkItem.objects.get()
    attempt(in_scope, incident, now, item.id, Outcome.NO_ANSWER)
    body = desk.TransferItems([item.id], ELSEWHERE, "moved")
    done = desk.transfer_items(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    assert next(iter(done.data.values())) == {str(item.id): "done"}
    assert WorkItem.objects.get().area == ELSEWHERE
    with scope(outsider, incident):
        assert WorkItem.objects.get().attempts == 1
        assert Resident.objects.count() == 1
        back = desk.ReturnItems([item.id], "not ours")
        desk.return_items(told=[tell(back, now, outsider)], by=outsider, incident=incident, now=now)
    assert WorkItem.objects.get().area == COMMUNITY


def visit(
    by: Actor, incident: UUID, at: datetime, dwelling: UUID, outcome: DoorOutcome, persons: int = 0
) -> Told[Any]:
    told = tell(doors.RecordVisit(dwelling, outcome, persons), at, by)
    done = doors.record_visits(told=[told], by=by, incident=incident, now=at)
    settle([done.touched], incident=incident, now=at)
    return told


def test_a_building_counts_its_doors_by_state(
    in_scope: Actor, grid_worker: Actor, incident: UUID, now: datetime, house: list[UUID]
) -> None:
    with scope(grid_worker, incident):
        visit(grid_worker, incident, now, house[0], DoorOutcome.DONE, 3)
        visit(grid_worker, incident, now, house[1], DoorOutcome.ABSENT)
        visit(grid_worker, incident, now, house[2], DoorOutcome.REFUSED)
    state = BuildingState.objects.get()
    assert (state.units, state.done, state.absent, state.refused, state.persons) == (4, 1, 1, 1, 3)
    assert set(WorkItem.objects.filter(state="open").values_list("kind", "subject")) == {
        ("recheck", house[1]),
        ("recheck", house[2]),
    }


def test_the_recheck_is_done_when_the_door_opens(
    in_scope: Actor, incident: UUID, now: datetime, house: list[UUID]
) -> None:
    visit(in_scope, incident, now, house[0], DoorOutcome.ABSENT)
    later = now + timedelta(hours=4)
    visit(in_scope, incident, later, house[0], DoorOutcome.DONE, 2)
    assert WorkItem.objects.get().state == "done"
    assert (DwellingState.objects.get().visits, Visit.objects.count()) == (2, 2)


def test_a_visit_at_a_door_that_has_not_arrived_waits(in_scope: Actor, incident: UUID, now: datetime) -> None:
    told = tell(doors.RecordVisit(new_id(), DoorOutcome.DONE), now, in_scope)
    assert told.id in doors.record_visits(told=[told], by=in_scope, incident=incident, now=now).waiting


def test_assigning_tells_for_each_item_what_became_of_it(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    push(in_scope, incident, now, [row(1)])
    item, team, unknown = WorkItem.objects.get().id, new_id(), new_id()
    body = desk.AssignItems([item, unknown], team)
    done = desk.assign_items(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    assert next(iter(done.data.values())) == {str(item): "done", str(unknown): "access.not_found"}
    assert WorkItem.objects.get().assignee == team
