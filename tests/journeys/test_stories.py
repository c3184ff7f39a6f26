"""Stories across domains: a positive pool, a contact's plan, two residents who are one, a case withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.cases import actions as cases
from muster.domain.cases.models import Contact
from muster.domain.helpline.models import Request
from muster.domain.passes import actions as passes
from muster.domain.passes import carried, keys
from muster.domain.passes.lists import mark
from muster.domain.passes.lists import read as read_list
from muster.domain.passes.rules import PassKind
from muster.domain.people import actions as people
from muster.domain.people.models import Resident
from muster.domain.responders.actions import teams
from muster.domain.responders.rules import TeamKind
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.holds import on_hold
from muster.domain.sampling.rules import Place, Result
from muster.domain.worklists.actions import calls, desk, lists
from muster.domain.worklists.models import ListEntry, WorkItem
from muster.domain.worklists.rules import Outcome
from muster.journeys.settle import settle, wake
from tests.cast import COMMUNITY, DISTRICT, SUBDISTRICT

Tell = Callable[..., Done]
NEIGHBOUR = 440307006006000


@pytest.fixture
def chief() -> Actor:
    """May do everything in the district, the laboratory's work too."""
    return Actor(account=new_id(), grants=(Grant("commander", DISTRICT), Grant("laboratory", DISTRICT)))


@pytest.fixture
def tell(incident: UUID, chief: Actor, now: datetime) -> Tell:
    """Tell the system one thing at an instant, as sync does, and settle."""

    def one(action: Any, body: Any, at: datetime = now, by: Actor = chief) -> Done:
        with scope(by, incident):
            told = [Told(new_id(), at, by.by, body)]
            done: Done = action(told=told, by=by, incident=incident, now=at)
            assert not done.refused
            assert not done.waiting
            settle([done.touched], incident=incident, now=at)
        return done

    return one


@pytest.fixture
def residents(tell: Tell) -> list[UUID]:
    """Four registered people of the community, in the order of their ids."""
    ids = sorted(new_id() for _ in range(4))
    for number, one in enumerate(ids):
        body = people.RegisterPerson(
            id=one, area=COMMUNITY, name=f"居民{number}", phone=f"1380013800{number}"
        )
        tell(people.register_people, body)
    return ids


def open_work(incident: UUID, kind: str) -> list[WorkItem]:
    with scope(system(), incident):
        return list(WorkItem.objects.filter(kind=kind, state="open").order_by("id"))


def take(tell: Tell, code: str, resident: UUID, at: datetime, pool: int = 10) -> None:
    body = sampling.TakeSample(code=code, resident=resident, place=Place.HOME, area=COMMUNITY, pool_size=pool)
    tell(sampling.take_samples, body, at)


def test_a_positive_pool_resamples_each_member_once_and_singly(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    for one in residents[:3]:
        take(tell, "T1", one, now)
    tell(
        sampling.report_results,
        sampling.ReportResult(result=Result.POSITIVE, code="T1"),
        now + timedelta(hours=5),
    )
    assert {item.subject for item in open_work(incident, "resample")} == set(residents[:3])
    take(tell, "S1", residents[0], now + timedelta(hours=6), pool=1)
    assert {item.subject for item in open_work(incident, "resample")} == set(residents[1:3])


def test_a_positive_pool_holds_calls_and_sends_the_team_until_a_single_sample_is_negative(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    near, far, team = residents[0], residents[1], new_id()
    tell(teams.form_teams, teams.FormTeam(team, DISTRICT, TeamKind.SAMPLING, "区采样队"))
    tell(teams.form_teams, teams.FormTeam(new_id(), NEIGHBOUR, TeamKind.SAMPLING, "邻社区采样队"))
    body = people.RegisterPerson(id=(child := new_id()), area=COMMUNITY, name="没有电话的孩子")
    tell(people.register_people, body)
    gone = tell(passes.issue_passes, passes.IssuePass(held := new_id(), COMMUNITY, PassKind.RESIDENT, near))
    assert not gone.refused
    for one in (near, far, child):
        take(tell, "T1", one, now)

    def report(code: str, result: Result, hours: float) -> None:
        at = now + timedelta(hours=hours)
        tell(sampling.report_results, sampling.ReportResult(result=result, code=code), at)

    def stopped() -> bool:
        later = now + timedelta(hours=20)
        with scope(system(), incident):
            marks = carried.held_marks(on_hold(incident), incident=incident, now=later)
            signed = carried.revoked_list(incident=incident, now=later, on_hold=on_hold(incident))
            assert (marks == mark(held)) == (held in read_list(signed, keys.known(incident)))
        return bool(marks)

    assert (on_hold(incident), stopped()) == (set(), False)
    report("T1", Result.POSITIVE, 5)
    assert (on_hold(incident), stopped()) == ({near, far, child}, True)
    assert {item.subject for item in open_work(incident, "verify")} == {near, far}, (
        "who has a telephone is called"
    )
    work = open_work(incident, "resample")
    assert {(item.assignee, item.area, item.priority) for item in work} == {(team, COMMUNITY, 1)}
    take(tell, "S1", near, now + timedelta(hours=6), pool=1)
    assert [item.subject for item in open_work(incident, "verify")] == [far]
    assert stopped(), "sampled again, but nobody knows yet"
    report("S1", Result.POSITIVE, 8)
    assert stopped()
    take(tell, "S2", near, now + timedelta(hours=9), pool=1)
    report("S2", Result.NEGATIVE, 12)
    assert (on_hold(incident), stopped()) == ({far, child}, False)
    item = next(one for one in open_work(incident, "resample") if one.subject == child)
    tell(desk.close_items, desk.CloseItems([item.id], "送医院"))
    assert on_hold(incident) == {far}, "a person decides otherwise"
    tell(people.join_residents, people.JoinResidents(residents[2], far))
    assert on_hold(incident) == {far, residents[2]}, "under every record"
    report("T1", Result.NEGATIVE, 13)
    assert on_hold(incident) == set()


def test_a_corrected_result_takes_the_resampling_back(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    take(tell, "T1", residents[0], now)
    tell(
        sampling.report_results,
        sampling.ReportResult(result=Result.POSITIVE, code="T1"),
        now + timedelta(hours=5),
    )
    tell(
        sampling.report_results,
        sampling.ReportResult(result=Result.NEGATIVE, code="T1"),
        now + timedelta(hours=6),
    )
    assert open_work(incident, "resample") == []


def named(tell: Tell, residents: list[UUID], now: datetime) -> UUID:
    case, contact = new_id(), new_id()
    tell(cases.confirm_cases, cases.ConfirmCase(id=case, resident=residents[0], positive_at=now))
    body = cases.NameContact(
        id=contact,
        case=case,
        resident=residents[1],
        contact_class="close",
        last_exposure_at=now - timedelta(days=1),
    )
    tell(cases.name_contacts, body)
    return case


def test_a_contact_is_called_followed_up_and_tested_by_the_pack(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    named(tell, residents, now)
    assert [len(open_work(incident, kind)) for kind in ("investigate", "verify", "follow_up", "test")] == [
        1,
        1,
        1,
        1,
    ]


def test_tomorrow_brings_tomorrows_follow_up_and_the_last_day_the_release(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    named(tell, residents, now)
    today = open_work(incident, "follow_up")[0].occasion
    with scope(system(incident=incident), incident):
        assert wake(incident=incident, now=now) == 0
        assert wake(incident=incident, now=now + timedelta(days=1)) == 1
    assert open_work(incident, "follow_up")[0].occasion > today
    with scope(system(incident=incident), incident):
        wake(incident=incident, now=now + timedelta(days=30))
        assert Contact.objects.get().state == "released"
    assert open_work(incident, "follow_up") == []


def test_a_withdrawn_case_takes_its_work_back_and_leaves_its_facts(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    case = named(tell, residents, now)
    tell(cases.withdraw_cases, cases.WithdrawCase(case=case, reason="false_positive"))
    with scope(system(), incident):
        assert not WorkItem.objects.filter(state="open").exists()
        assert Contact.objects.get().state == "withdrawn"


def push(tell: Tell, residents: list[UUID]) -> None:
    rows = [lists.ListRow(row=n, resident=one) for n, one in enumerate(residents)]
    tell(lists.push_lists, lists.PushList(new_id(), COMMUNITY, "公安", "verification", "名单", rows))


def test_two_residents_who_are_one_are_one_call_and_the_call_already_made_counts(
    tell: Tell, residents: list[UUID], incident: UUID
) -> None:
    push(tell, residents)
    with scope(system(), incident):
        theirs = WorkItem.objects.get(subject=residents[3], kind="verify")
    tell(calls.record_attempts, calls.RecordAttempt(theirs.id, Outcome.REACHED_VERIFIED))
    tell(people.join_residents, people.JoinResidents(residents[0], residents[3]))
    assert {item.subject for item in open_work(incident, "verify")} == set(residents[1:3])
    tell(people.part_residents, people.PartResidents(residents[0], residents[3]), datetime.now(UTC))
    assert {item.subject for item in open_work(incident, "verify")} == set(residents[:3])
    with scope(system(), incident):
        assert ListEntry.objects.get(resident=residents[3]).item == theirs.id


def test_help_of_a_call_taken_back_is_the_same_in_one_batch_and_in_parts(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime, chief: Actor
) -> None:
    push(tell, residents)
    with scope(system(), incident):
        items = list(WorkItem.objects.filter(kind="verify").order_by("subject").values_list("id", flat=True))

    def said(item: UUID, key: UUID) -> Done:
        told = [Told(key, now, chief.by, calls.RecordAttempt(item, Outcome.NEEDS_HELP, needs="food"))]
        return calls.record_attempts(told=told, by=chief, incident=incident, now=now)

    def took_back(key: UUID) -> list[Done]:
        told = [Told(new_id(), now, chief.by, RetractBody("worklists.attempt", key, "slip"))]
        done = retract_facts(told=told, by=chief, incident=incident, now=now)
        return [done, calls.reconsider_attempts({key}, incident, now)]

    together, apart = new_id(), new_id()
    with scope(chief, incident):
        settle(
            [one.touched for one in [said(items[0], together), *took_back(together)]],
            incident=incident,
            now=now,
        )
        settle([said(items[1], apart).touched], incident=incident, now=now)
        settle([one.touched for one in took_back(apart)], incident=incident, now=now)
        found = set(Request.objects.values_list("kind", "state", "closed_at", "unasked_at"))
        assert (Request.objects.count(), found) == (2, {("food", "withdrawn", now, now)})
        assert not WorkItem.objects.filter(kind="answer", state="open").exists()


def test_work_about_somebody_elsewhere_opens_where_they_live(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    elsewhere = new_id()
    body = people.RegisterPerson(id=elsewhere, area=NEIGHBOUR, name="张三", phone="13900139000")
    tell(people.register_people, body)
    desk = Actor(account=new_id(), grants=(Grant("desk", SUBDISTRICT),))
    rows = [lists.ListRow(row=1, resident=elsewhere)]
    tell(lists.push_lists, lists.PushList(new_id(), COMMUNITY, "公安", "contact", "名单", rows), now, desk)
    neighbour = Actor(account=new_id(), grants=(Grant("tracer", NEIGHBOUR),))
    with scope(neighbour, incident):
        assert WorkItem.objects.get().subject == elsewhere
        assert Resident.objects.count() == 1
