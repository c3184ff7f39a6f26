"""A request is work until it is answered, through the whole loop: action, settle, work item."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.told import Done, Told
from muster.domain.helpline import actions
from muster.domain.helpline.rules import RequestKind, Step
from muster.domain.places.models import Building, Dwelling
from muster.domain.worklists.models import WorkItem
from muster.journeys import settle
from muster.journeys.promises import wants_of_requests
from tests.cast import GRID, INCIDENT, NOW


def ask(by: Actor, **fields: object) -> tuple[UUID, Done]:
    request = new_id()
    body = actions.OpenRequest(request, GRID, RequestKind.MEDICINE, **fields)  # type: ignore[arg-type]
    told = [Told(request, NOW, by.by, body)]
    return request, actions.open_requests(told=told, by=by, incident=INCIDENT, now=NOW)


def update(by: Actor, request: UUID, step: Step, hours: int, promise: int | None = None) -> Done:
    promised = None if promise is None else NOW + timedelta(hours=promise)
    told = [
        Told(new_id(), NOW + timedelta(hours=hours), by.by, actions.UpdateRequest(request, step, promised))
    ]
    return actions.update_requests(told=told, by=by, incident=INCIDENT, now=NOW)


def item(request: UUID) -> WorkItem:
    return WorkItem.objects.get(subject=request)


def test_an_answer_is_wanted_by_the_promise_and_done_when_it_is_given(in_scope: Actor) -> None:
    request, done = ask(in_scope)
    settle.settle([done.touched], incident=INCIDENT, now=NOW)
    assert (item(request).kind, item(request).state) == ("answer", "open")
    assert item(request).due_at == NOW + timedelta(hours=24)
    done = update(in_scope, request, Step.PROMISED, 1, promise=30)
    settle.settle([done.touched], incident=INCIDENT, now=NOW)
    assert item(request).due_at == NOW + timedelta(hours=30)
    done = update(in_scope, request, Step.DELIVERED, 5)
    settle.settle([done.touched], incident=INCIDENT, now=NOW)
    assert (item(request).state, item(request).done_at) == ("done", NOW + timedelta(hours=5))


def test_a_withdrawn_request_wants_nothing_any_more(in_scope: Actor) -> None:
    request, done = ask(in_scope)
    settle.settle([done.touched], incident=INCIDENT, now=NOW)
    done = update(in_scope, request, Step.WITHDRAWN, 1)
    settle.settle([done.touched], incident=INCIDENT, now=NOW)
    assert item(request).state == "withdrawn"


def test_vulnerable_households_come_first_and_the_item_knows_its_building(in_scope: Actor) -> None:
    building, dwelling = new_id(), new_id()
    with scope(system(), INCIDENT):
        Building.objects.create(id=building, area=GRID, name="3 栋")
        Dwelling.objects.create(id=dwelling, area=GRID, building_id=building, label="501")
    first, usual = ask(in_scope, dwelling=dwelling, vulnerable="dialysis")[0], ask(in_scope)[0]
    wants = {want.subject: want for want in wants_of_requests({first, usual}, INCIDENT, NOW)}
    assert wants[first].priority < wants[usual].priority
    assert (wants[first].building, wants[usual].building) == (building, None)


def test_an_outsider_settles_nothing_of_ours(in_scope: Actor, outsider: Actor) -> None:
    request, _ = ask(in_scope)
    with scope(outsider, INCIDENT):
        assert wants_of_requests({request}, INCIDENT, NOW) == []
