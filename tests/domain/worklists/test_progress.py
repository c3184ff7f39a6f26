"""How far lists are: said on each of their rows, whoever does the work and in whatever order it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from muster.core.access import Actor, span
from muster.core.ids import derive_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Told
from muster.domain.worklists import queries
from muster.domain.worklists.actions import calls, lists
from muster.domain.worklists.models import ListEntry, WorkItem
from muster.domain.worklists.rules import Outcome
from muster.journeys.settle import settle
from tests.cast import COMMUNITY
from tests.domain.worklists.test_actions import push, row, tell


def said(by: Actor, incident: UUID, now: datetime, outcome: Outcome) -> Told[calls.RecordAttempt]:
    told = tell(calls.RecordAttempt(WorkItem.objects.get().id, outcome), now, by)
    done = calls.record_attempts(told=[told], by=by, incident=incident, now=now)
    settle([done.touched], incident=incident, now=now)
    return told


def flags() -> list[bool]:
    return list(ListEntry.objects.order_by("list_id", "row").values_list("done", flat=True))


def test_every_list_that_names_a_person_sees_the_one_call(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    push(in_scope, incident, now, [row(1)], title="一")
    push(in_scope, incident, now, [row(1)], title="二")
    said(in_scope, incident, now, Outcome.NO_ANSWER)
    assert flags() == [False, False]
    said(in_scope, incident, now, Outcome.REACHED_VERIFIED)
    assert flags() == [True, True]


def test_a_list_that_comes_after_the_call_is_done_at_once(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    push(in_scope, incident, now, [row(1)], title="一")
    said(in_scope, incident, now, Outcome.REACHED_VERIFIED)
    push(in_scope, incident, now, [row(1)], title="二")
    assert flags() == [True, True]


def test_a_retracted_call_opens_the_rows_again(in_scope: Actor, incident: UUID, now: datetime) -> None:
    push(in_scope, incident, now, [row(1)])
    told = said(in_scope, incident, now, Outcome.REACHED_VERIFIED)
    body = RetractBody("worklists.attempt", told.id, "slip")
    retract_facts(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    settle([calls.reconsider_attempts({told.id}, incident, now).touched], incident=incident, now=now)
    assert flags() == [False]


def test_progress_counts_rows_done_and_late_by_the_deadline_of_their_list(
    in_scope: Actor, incident: UUID, now: datetime
) -> None:
    rows = [row(1), row(2, "李二", "13900139000"), row(3, "赵三", "13700137000")]
    deadline = now + timedelta(hours=2)
    body = lists.PushList(derive_id("list", "x"), COMMUNITY, "疾控", "contact", "名单", rows, deadline)
    done = lists.push_lists(told=[tell(body, now, in_scope)], by=in_scope, incident=incident, now=now)
    settle([done.touched], incident=incident, now=now)
    first = WorkItem.objects.order_by("id").first()
    assert first is not None
    told = tell(calls.RecordAttempt(first.id, Outcome.REACHED_VERIFIED), now, in_scope)
    done = calls.record_attempts(told=[told], by=in_scope, incident=incident, now=now)
    settle([done.touched], incident=incident, now=now)
    before, after = (
        queries.progress(span(COMMUNITY), deadline + by) for by in (timedelta(hours=-1), timedelta(hours=1))
    )
    assert [(one.purpose, one.total, one.done, one.late) for one in before] == [("contact", 3, 1, 0)]
    assert [(one.purpose, one.total, one.done, one.late) for one in after] == [("contact", 3, 1, 2)]
