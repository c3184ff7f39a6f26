"""The callers' queue: who gets what, who is left in peace, what a desk decides about many items."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from muster.core import clock, plans
from muster.core.access import Actor, Grant, scope, system
from muster.core.errors import NotAllowed
from muster.core.ids import new_id
from muster.core.told import Done, Told
from muster.domain.people import actions as people
from muster.domain.people.models import Resident
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import TeamKind
from muster.domain.worklists import happened
from muster.domain.worklists.actions import calls, desk, taking
from muster.domain.worklists.models import Attempt, WorkItem
from muster.domain.worklists.rules import LEASE, ItemKind, Outcome
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, ELSEWHERE, INCIDENT


def caller(area: int = COMMUNITY) -> Actor:
    return Actor(account=new_id(), grants=(Grant("caller", area),), responder=new_id())


def item(now: datetime, **more: Any) -> UUID:
    """One open item about somebody."""
    said = {"kind": "verify", "subject_kind": "resident", "subject": new_id(), "area": COMMUNITY, "causes": 1}
    with scope(system(), INCIDENT):
        made = WorkItem.objects.create(incident=INCIDENT, opened_at=now, **{**said, "due_at": now, **more})
    return made.id


def do(action: Any, body: Any, by: Actor, now: datetime) -> Done:
    """One command, settled."""
    with scope(by, INCIDENT):
        told = Told(new_id(), now, by.by, body)
        done: Done = action(told=[told], by=by, incident=INCIDENT, now=now)
        settle([done.touched], incident=INCIDENT, now=now)
    return done


def take(by: Actor, now: datetime, **wish: Any) -> UUID | None:
    done = do(taking.take_next, taking.TakeNext(**wish), by, now)
    return next((found["id"] for found in done.data.values()), None)


def end(by: Actor, now: datetime, one: UUID, outcome: Outcome) -> None:
    do(calls.record_attempts, calls.RecordAttempt(one, outcome), by, now)


def test_a_promised_hour_comes_before_new_names(incident: UUID, now: datetime) -> None:
    item(now, due_at=now - timedelta(hours=5))
    promised = item(now, next_try_at=now - timedelta(minutes=1))
    later = item(now, next_try_at=now + timedelta(minutes=1))
    assert take(caller(), now) == promised
    assert take(caller(), now) != later


def test_what_presses_comes_before_everything_and_the_queue_is_read_from_its_index(
    incident: UUID, now: datetime
) -> None:
    usual = item(now, due_at=now - timedelta(hours=5))
    promised = item(now, next_try_at=now - timedelta(minutes=9))
    sooner = item(now, priority=3, due_at=now + timedelta(hours=9))
    contact = item(now, priority=1, due_at=now + timedelta(hours=2))
    again = item(now, priority=2, next_try_at=now - timedelta(minutes=1))
    item(now, priority=1, next_try_at=now + timedelta(minutes=1))
    item(now, subject=new_id(), kind="test", step="visit", due_at=now)
    carer = item(now, kind="test", step="visit", due_at=now + timedelta(hours=1), priority=2)
    order = [again, contact, promised, sooner, usual, None]
    near, far = caller(), Actor(new_id(), (Grant("caller", 440000000000000),), responder=new_id())
    assert [take(near, now) for _ in order] == order
    assert take(near, now, kinds=(ItemKind.TEST,), steps=("visit",)) == carer
    later = now + LEASE
    with scope(system(), INCIDENT):
        WorkItem.objects.filter(next_try_at__gt=now).update(next_try_at=later + LEASE)
    assert [take(far, later) for _ in order] == order
    read = [plan(queue, by, far, later) for queue, by in taking._queues(("call",), False)]
    assert [found for found, _ in read] == ["worklists_item_again", "worklists_item_queue"] * 2
    assert not any(sorts for _, sorts in read)


def plan(queue: str, order: str, by: Actor, now: datetime) -> tuple[str, bool]:
    """Which index of the queue a caller of a whole province reads, and whether anything is sorted."""
    values: dict[str, Any] = {
        "by": by.by, "now": now, "until": now, "kinds": ["verify"], "mine": "{}", "languages": ["zh"], "passed": "{}",
        "low": 440000000000000, "high": 450000000000000,
    }  # fmt: skip
    with scope(by, INCIDENT), plans.in_index_order(), connection.cursor() as cursor:
        cursor.execute("explain " + taking.TAKE.format(queue=queue, order=order), values)
        said = "\n".join(row[0] for row in cursor.fetchall())
    return next(name for name in re.findall(r"worklists_item_\w+", said)), "Sort" in said


def test_near_and_far_callers_share_one_queue(incident: UUID, now: datetime) -> None:
    found = {item(now), item(now, area=ELSEWHERE)}
    far = Actor(account=new_id(), grants=(Grant("caller", 440000000000000),), responder=new_id())
    near = take(caller(), now)
    assert {near, take(far, now)} == found
    assert take(caller(), now) is None
    assert take(caller(), now + LEASE) == near, "a lease nobody kept returns by itself"


def test_work_given_to_a_team_is_taken_by_its_members(
    incident: UUID, commander: Actor, now: datetime
) -> None:
    mine, other, team = caller(), caller(), new_id()
    body = responders.FormTeam(
        id=team, area=COMMUNITY, kind=TeamKind.TRACING, name="流调一队", members=[mine.by]
    )
    do(responders.form_teams, body, commander, now)
    given = item(now, assignee=team)
    assert take(other, now + timedelta(minutes=1)) is None
    assert take(mine, now + timedelta(minutes=1)) == given


def test_who_was_reached_is_left_in_peace_by_other_desks(incident: UUID, now: datetime) -> None:
    person = new_id()
    first, second = item(now, subject=person), item(now, subject=person, kind="follow_up")
    here, there = caller(), caller()
    assert take(here, now) == first
    kinds = (ItemKind.VERIFY, ItemKind.FOLLOW_UP)
    assert take(there, now, kinds=kinds) is None, "somebody is on the phone with them"
    (refusal,) = do(taking.take_items, taking.TakeItem(second, "now"), there, now).refused.values()
    assert isinstance(refusal, taking.NotYours), "no reason lets two desks phone at once"
    end(here, now, first, Outcome.REFUSED)
    soon = now + timedelta(hours=1)
    assert take(there, soon, kinds=kinds) is None
    refused = do(taking.take_items, taking.TakeItem(second), there, soon).refused
    assert isinstance(next(iter(refused.values())), taking.JustReached)
    assert do(taking.take_items, taking.TakeItem(second, "symptoms reported"), there, soon).data
    assert take(caller(), now + timedelta(hours=5), kinds=(ItemKind.FOLLOW_UP,)) == second


def test_a_call_counts_for_whoever_turns_out_to_be_the_same_person(
    incident: UUID, now: datetime, desk: Actor
) -> None:
    one, other = sorted([new_id(), new_id()])
    with scope(system(), INCIDENT):
        for who in (one, other):
            Resident.objects.create(
                id=who, canonical=who, incident=INCIDENT, area=COMMUNITY, said_at=now, said_id=new_id()
            )
    called, waiting = item(now, subject=other), item(now, subject=one, kind="follow_up")
    by, wish = caller(), {"kinds": (ItemKind.FOLLOW_UP,)}
    assert take(by, now) == called
    end(by, now, called, Outcome.REFUSED)
    do(people.join_residents, people.JoinResidents(other, one), desk, now)
    soon = now + timedelta(minutes=10)
    assert take(by, soon, **wish) is None, "reached under the other record"
    do(people.part_residents, people.PartResidents(other, one), desk, soon)
    assert take(by, soon, **wish) == waiting, "two people after all"
    do(taking.release_items, taking.ReleaseItem(waiting), by, soon)
    do(people.join_residents, people.JoinResidents(other, one), desk, soon)
    assert take(by, soon, **wish) is None
    late = new_id()  # a call on the old record that arrives after the two were joined
    body = calls.RecordAttempt(called, Outcome.REFUSED)
    with scope(by, INCIDENT):
        done = calls.record_attempts(
            told=[Told(late, soon + timedelta(hours=3), by.by, body)], by=by, incident=INCIDENT, now=soon
        )
        settle([done.touched], incident=INCIDENT, now=soon)
    assert take(by, now + timedelta(hours=5), **wish) is None
    assert take(by, now + timedelta(hours=8), **wish) == waiting


def test_a_person_on_the_phone_is_passed_by_a_desk_that_cannot_see_it(incident: UUID, now: datetime) -> None:
    person = new_id()
    here = item(now, subject=person)
    item(now, subject=person, kind="follow_up", area=ELSEWHERE)
    other = item(now, kind="follow_up", area=ELSEWHERE, due_at=now + timedelta(hours=1))
    assert take(caller(), now) == here
    assert take(caller(ELSEWHERE), now, kinds=(ItemKind.FOLLOW_UP,)) == other
    assert take(caller(ELSEWHERE), now, kinds=(ItemKind.FOLLOW_UP,)) is None


def test_no_answer_disturbs_nobody(incident: UUID, now: datetime) -> None:
    person = new_id()
    first, second = item(now, subject=person), item(now, subject=person, kind="follow_up")
    by = caller()
    take(by, now)
    end(by, now, first, Outcome.NO_ANSWER)
    assert take(by, now, kinds=(ItemKind.FOLLOW_UP,)) == second


@pytest.mark.parametrize("state", ["done", "held", "elsewhere"])
def test_an_item_is_not_taken_by_choice_against_the_rules(incident: UUID, now: datetime, state: str) -> None:
    one = item(now, area=ELSEWHERE if state == "elsewhere" else COMMUNITY)
    by, expected = caller(), {"done": taking.NotOpen, "held": taking.NotYours, "elsewhere": Exception}[state]
    if state == "done":
        take(by, now)
        end(by, now, one, Outcome.REACHED_VERIFIED)
    elif state == "held":
        take(caller(), now)
    (refusal,) = do(taking.take_items, taking.TakeItem(one), by, now).refused.values()
    assert isinstance(refusal, expected)


def test_a_lease_is_kept_by_its_holder_and_for_two_hours_at_most(incident: UUID, now: datetime) -> None:
    one, by = item(now), caller()
    take(by, now)
    assert do(taking.hold_items, taking.HoldItem(one), caller(), now).refused
    for minutes in range(15, 120, 15):
        assert do(taking.hold_items, taking.HoldItem(one), by, now + timedelta(minutes=minutes)).data
    assert do(taking.hold_items, taking.HoldItem(one), by, now + timedelta(minutes=121)).refused


def test_many_items_are_closed_and_opened_again_with_an_answer_for_each(
    incident: UUID, commander: Actor, now: datetime
) -> None:
    open_one, done_one, unknown, far = item(now), item(now), new_id(), item(now, area=ELSEWHERE)
    by = caller()
    with scope(system(), INCIDENT):
        WorkItem.objects.filter(pk=open_one).update(due_at=now + timedelta(hours=1))
    assert take(by, now) == done_one
    end(by, now, done_one, Outcome.REACHED_VERIFIED)
    asked = [open_one, done_one, unknown, far]
    (answers,) = do(desk.close_items, desk.CloseItems(asked, "on paper"), commander, now).data.values()
    codes = [desk.DONE, taking.NotOpen.code, "access.not_found", "access.not_found"]
    assert list(answers.values()) == codes
    later = now + timedelta(minutes=1)
    (answers,) = do(desk.reopen_items, desk.ReopenItems(asked[:2]), commander, later).data.values()
    assert set(answers.values()) == {desk.DONE}
    with scope(system(), INCIDENT):
        assert set(WorkItem.objects.filter(pk__in=asked[:2]).values_list("state", flat=True)) == {"open"}


def test_when_nothing_changes_the_whole_is_refused_with_each_reason(
    incident: UUID, tracer: Actor, now: datetime
) -> None:
    one = item(now)
    done = do(desk.close_items, desk.CloseItems([one]), tracer, now)
    assert isinstance(next(iter(done.refused.values())), desk.NothingChanged)
    assert list(next(iter(done.data.values())).values()) == [NotAllowed.code]


def test_what_is_sent_on_takes_its_history_along(incident: UUID, commander: Actor, outsider: Actor) -> None:
    now = clock.now()  # people are shared by the server's clock
    one, by = item(now), caller()
    take(by, now)
    end(by, now, one, Outcome.NO_ANSWER)
    do(desk.transfer_items, desk.TransferItems([one], ELSEWHERE, "not ours"), commander, now)
    there = caller(ELSEWHERE)
    later = now + timedelta(hours=20)
    assert take(there, later) == one
    end(there, later, one, Outcome.NO_ANSWER)
    for who in (outsider, commander):
        with scope(who, INCIDENT):
            held = WorkItem.objects.get(pk=one)
            assert (held.attempts, held.area, held.from_area) == (2, ELSEWHERE, COMMUNITY)
            assert Attempt.objects.filter(item=one).count() == 2


def test_what_is_sent_on_twice_goes_back_step_by_step(
    incident: UUID, commander: Actor, outsider: Actor
) -> None:
    """And whoever had it once reads where it is and how far."""
    now, third = clock.now(), ELSEWHERE + 1_000_000
    beyond = Actor(account=new_id(), grants=(Grant("commander", third),), responder=new_id())
    one = item(now)
    do(desk.transfer_items, desk.TransferItems([one], ELSEWHERE, "not ours"), commander, now)
    do(
        desk.transfer_items,
        desk.TransferItems([one], third, "not ours"),
        outsider,
        now + timedelta(minutes=1),
    )
    with scope(commander, INCIDENT):
        assert not WorkItem.objects.filter(pk=one).exists()
        assert happened.whereabouts([one], INCIDENT)[one].area == third
    for minutes, by, home in ((2, beyond, ELSEWHERE), (3, outsider, COMMUNITY)):
        later = now + timedelta(minutes=minutes)
        (answers,) = do(desk.return_items, desk.ReturnItems([one], "nor ours"), by, later).data.values()
        assert answers == {str(one): desk.DONE}
        with scope(by, INCIDENT):
            assert WorkItem.objects.get(pk=one).area == home, "who sends back still sees it"
    (answers,) = do(desk.return_items, desk.ReturnItems([one]), commander, now).data.values()
    assert answers == {str(one): desk.CameFromNowhere.code}
    with scope(commander, INCIDENT):
        way = [(event.kind, event.area) for event in happened.history(one, INCIDENT)]
    assert way == [("returned", COMMUNITY), ("returned", ELSEWHERE), ("sent", third), ("sent", ELSEWHERE)]
