"""Cases and contacts from the confirmation to the release: clocks, contacts elsewhere, transfers, care, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core import retractions
from muster.core.access import Actor, Grant, scope, system
from muster.core.ids import new_id
from muster.core.models import Share
from muster.core.told import Done, Told
from muster.domain.cases import actions as cases
from muster.domain.cases import queries
from muster.domain.cases.models import Case, Contact, FollowedUp, PlaceVisit
from muster.domain.cases.rules import Channel, Health, QuarantineKind, Stage, Step
from muster.domain.helpline.models import Request
from muster.domain.passes import actions as passes
from muster.domain.people import actions as people
from muster.domain.places import actions as places
from muster.domain.places.rules import PointKind
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.rules import Place
from muster.domain.worklists.actions import calls
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import Outcome
from muster.journeys.settle import settle, wake
from tests.cast import COMMUNITY, DISTRICT, SUBDISTRICT

NEIGHBOUR = 440307009001000
Tell = Callable[..., Done]


@pytest.fixture
def chief() -> Actor:
    """May do everything in the district."""
    return Actor(account=new_id(), grants=(Grant("commander", DISTRICT),))


@pytest.fixture
def tell(incident: UUID, chief: Actor, now: datetime) -> Tell:
    """Tell one thing at an instant and settle, as sync does."""

    def one(action: Any, body: Any, at: datetime = now, by: Actor = chief) -> Done:
        with scope(by, incident):
            told = Told(new_id(), at, by.by, body)
            done: Done = action(told=[told], by=by, incident=incident, now=at)
            assert not done.refused, done.refused
            assert not done.waiting, done.waiting
            settle([done.touched], incident=incident, now=at)
            done.data["fact"] = told.id  # type: ignore[index]
        return done

    return one


@pytest.fixture
def residents(tell: Tell) -> list[UUID]:
    """Three people here and one in another sub-district, in the order of their ids."""
    ids = sorted(new_id() for _ in range(4))
    for number, one in enumerate(ids):
        area = NEIGHBOUR if number == 3 else COMMUNITY
        body = people.RegisterPerson(id=one, area=area, name=f"居民{number}", phone=f"1380013800{number}")
        tell(people.register_people, body)
    return ids


@pytest.fixture
def case(tell: Tell, residents: list[UUID], now: datetime) -> UUID:
    """The first resident, confirmed."""
    identity = new_id()
    tell(cases.confirm_cases, cases.ConfirmCase(identity, residents[0], now))
    return identity


def name(tell: Tell, case: UUID, resident: UUID, now: datetime, **more: Any) -> UUID:
    identity = new_id()
    body = cases.NameContact(
        identity, case, resident, more.pop("kind", "close"), now - timedelta(days=1), **more
    )
    tell(cases.name_contacts, body, now)
    return identity


def work(incident: UUID, kind: str, state: str = "open") -> list[WorkItem]:
    with scope(system(), incident):
        return list(WorkItem.objects.filter(kind=kind, state=state).order_by("id"))


def contact(incident: UUID, identity: UUID) -> Contact:
    with scope(system(), incident):
        return Contact.objects.get(pk=identity)


def test_an_investigation_is_due_by_the_packs_clock_and_done_with_its_report(
    tell: Tell, case: UUID, incident: UUID, now: datetime
) -> None:
    (item,) = work(incident, "investigate")
    assert item.due_at == now + timedelta(hours=24)
    tell(cases.record_investigations, cases.RecordInvestigation(case, Step.STARTED), now + timedelta(hours=1))
    spoken = calls.RecordAttempt(item.id, Outcome.REACHED_VERIFIED)
    tell(calls.record_attempts, spoken, now + timedelta(hours=2))
    assert len(work(incident, "investigate")) == 1, "a call is no report"
    at = now + timedelta(hours=30)
    tell(cases.record_investigations, cases.RecordInvestigation(case, Step.REPORTED), at)
    (item,) = work(incident, "investigate", "done")
    assert item.done_at == at
    with scope(system(), incident):
        held = Case.objects.get()
    assert (held.investigation, held.reported_at) == ("finished", at)


def test_a_report_taken_back_opens_the_investigation_again(
    tell: Tell, case: UUID, incident: UUID, now: datetime
) -> None:
    from muster.fieldapp.commands import RETRACTED

    done = tell(cases.record_investigations, cases.RecordInvestigation(case, Step.REPORTED))
    fact = done.data["fact"]  # type: ignore[index]
    body = retractions.RetractBody(kind="cases.investigated", target=fact)
    tell(retractions.retract_facts, body)
    with scope(system(), incident):
        again = RETRACTED["cases.investigated"]({fact}, incident, now)
        settle([again.touched], incident=incident, now=now)
    assert len(work(incident, "investigate")) == 1


def test_a_contact_of_a_contact_has_the_plan_of_their_class(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    first = name(tell, case, residents[1], now)
    second = name(tell, case, residents[2], now, kind="contact_of_contact", via=first)
    assert contact(incident, first).release_at == now + timedelta(days=20)
    assert contact(incident, second).release_at == now + timedelta(days=6)
    assert contact(incident, second).via == first


def test_naming_a_contact_again_changes_the_class_and_the_release(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    identity = name(tell, case, residents[1], now)
    body = cases.NameContact(identity, case, residents[1], "casual", now - timedelta(days=1))
    tell(cases.name_contacts, body, now + timedelta(hours=1))
    assert contact(incident, identity).contact_class == "casual"
    assert work(incident, "follow_up") == []


def test_a_contact_who_lives_elsewhere_is_work_there_and_seen_from_both_sides(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID
) -> None:
    now = datetime.now(UTC)  # shares end by the clock of the database
    tracer = Actor(account=new_id(), grants=(Grant("tracer", SUBDISTRICT),))
    tell(
        people.share_subjects,
        people.ShareSubject(residents[3], COMMUNITY, "contact", now + timedelta(hours=1)),
    )
    identity = new_id()
    body = cases.NameContact(identity, case, residents[3], "close", now - timedelta(days=1))
    tell(cases.name_contacts, body, now, tracer)
    assert {item.area for item in work(incident, "follow_up")} == {NEIGHBOUR}
    there = Actor(account=new_id(), grants=(Grant("caller", NEIGHBOUR),))
    with scope(there, incident):
        assert Contact.objects.get().id == identity
        assert WorkItem.objects.filter(kind="follow_up").exists()
    tell(cases.record_follow_ups, cases.RecordFollowUp(identity, Health.SEEN_NOT_OK), now, there)
    with scope(tracer, incident):
        assert Contact.objects.get().state == "symptomatic"
        assert [one.kind for one in queries.history_of_contact(identity, incident)].count("seen") == 1
    with scope(system(), incident):
        kept = Share.objects.filter(subject=residents[3], area=COMMUNITY).order_by("until").last()
    assert kept is not None
    assert kept.until == contact(incident, identity).release_at == now + timedelta(days=20)


def test_who_records_does_not_change_what_follows(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    """A caller elsewhere cannot see the case: the contact of a withdrawn one stays withdrawn all the same."""
    identity = name(tell, case, residents[3], now)
    tell(cases.withdraw_cases, cases.WithdrawCase(case, "mistake"))
    there = Actor(account=new_id(), grants=(Grant("caller", NEIGHBOUR),))
    tell(cases.record_follow_ups, cases.RecordFollowUp(identity, Health.SEEN_OK), now, there)
    assert contact(incident, identity).state == "withdrawn"


def test_a_contact_who_moves_home_takes_the_work_along(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    name(tell, case, residents[1], now)
    moved = people.RegisterPerson(id=residents[1], area=NEIGHBOUR, name="居民1", phone="13800138001")
    tell(people.register_people, moved, now + timedelta(hours=2))
    assert {item.area for item in work(incident, "follow_up")} == {NEIGHBOUR}


def test_symptoms_want_a_test_which_a_sample_satisfies(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    identity = name(tell, case, residents[1], now, kind="companion")
    before = len(work(incident, "test"))
    body = cases.RecordFollowUp(identity, Health.SEEN_NOT_OK, Channel.VISIT, ["fever"])
    tell(cases.record_follow_ups, body, now + timedelta(hours=1))
    ill = [item for item in work(incident, "test") if item.occasion.startswith("ill-")]
    assert len(work(incident, "test")) == before + 1
    assert ill[0].due_at == now + timedelta(hours=25)
    sample = sampling.TakeSample(
        code="S9", resident=residents[1], place=Place.HOME, area=COMMUNITY, pool_size=1
    )
    tell(sampling.take_samples, sample, now + timedelta(hours=3))
    assert [item for item in work(incident, "test") if item.occasion.startswith("ill-")] == []


def test_three_missed_days_lose_a_contact_and_raise_their_work(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    identity = name(tell, case, residents[1], now)
    for day in range(3):
        at = now + timedelta(days=day)
        tell(cases.record_follow_ups, cases.RecordFollowUp(identity, Health.MISSED), at)
    assert (contact(incident, identity).state, contact(incident, identity).misses) == ("lost", 3)
    assert {item.priority for item in work(incident, "follow_up")} == {1}
    tell(
        cases.record_follow_ups,
        cases.RecordFollowUp(identity, Health.SEEN_OK),
        now + timedelta(days=2, hours=1),
    )
    assert contact(incident, identity).state == "followed"


def test_a_transfer_is_work_until_the_arrival_is_confirmed(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    identity = name(tell, case, residents[1], now)
    hostel = new_id()
    tell(places.add_points, places.AddPoint(hostel, COMMUNITY, PointKind.HOSTEL, "隔离酒店"))
    tell(cases.record_transfers, cases.RecordTransfer(identity, Stage.ORDERED, place=hostel), now)
    (item,) = work(incident, "transfer")
    assert item.due_at == now + timedelta(hours=8)
    late = now + timedelta(hours=9)
    tell(cases.record_transfers, cases.RecordTransfer(identity, Stage.ARRIVED, place=hostel), late)
    assert work(incident, "transfer") == []
    held = contact(incident, identity)
    assert (held.place, held.quarantine_point, held.transfer, held.arrived_at) == (
        "central",
        hostel,
        "arrived",
        late,
    )


def test_a_need_in_quarantine_becomes_one_request_and_a_mistake_withdraws_it(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    from muster.fieldapp.commands import RETRACTED

    identity = name(tell, case, residents[1], now)
    tell(cases.place_in_quarantine, cases.PlaceInQuarantine(identity, QuarantineKind.CENTRAL))
    done = tell(cases.state_quarantine_needs, cases.StateQuarantineNeed(identity, "dialysis"))
    with scope(system(), incident):
        request = Request.objects.get()
    assert (request.kind, request.resident, request.vulnerable) == ("transport", residents[1], "dialysis")
    assert len(work(incident, "answer")) == 1
    fact = done.data["fact"]  # type: ignore[index]
    tell(retractions.retract_facts, retractions.RetractBody(kind="cases.needstated", target=fact))
    with scope(system(), incident):
        again = RETRACTED["cases.needstated"]({fact}, incident, now)
        settle([again.touched], incident=incident, now=now)
        assert Request.objects.get().state == "withdrawn"
    assert contact(incident, identity).needs == []


def test_a_contact_who_is_confirmed_is_a_case_and_no_longer_followed(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    identity = name(tell, case, residents[1], now)
    tell(cases.confirm_cases, cases.ConfirmCase(new_id(), residents[1], now + timedelta(hours=5)))
    assert contact(incident, identity).state == "case"
    assert work(incident, "follow_up") == []


def test_a_withdrawn_case_takes_all_its_work_back_and_keeps_every_fact(
    tell: Tell, case: UUID, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    first = name(tell, case, residents[1], now)
    name(tell, case, residents[2], now, kind="contact_of_contact", via=first)
    tell(cases.record_follow_ups, cases.RecordFollowUp(first, Health.SEEN_NOT_OK))
    tell(cases.record_transfers, cases.RecordTransfer(first, Stage.ORDERED))
    done = tell(cases.withdraw_cases, cases.WithdrawCase(case, "false_positive"))
    with scope(system(), incident):
        assert not WorkItem.objects.filter(state="open").exists()
        assert FollowedUp.objects.count() == 1
        assert set(Contact.objects.values_list("state", flat=True)) == {"withdrawn"}
        wake(incident=incident, now=now + timedelta(days=2))
        assert not WorkItem.objects.filter(state="open").exists()
    from muster.fieldapp.commands import RETRACTED

    fact = done.data["fact"]  # type: ignore[index]
    tell(retractions.retract_facts, retractions.RetractBody(kind="cases.casewithdrawn", target=fact))
    with scope(system(), incident):
        again = RETRACTED["cases.casewithdrawn"]({fact}, incident, now)
        settle([again.touched], incident=incident, now=now)
    assert contact(incident, first).state == "symptomatic"
    assert len(work(incident, "follow_up")) >= 1


def test_check_ins_and_samples_become_visits_where_the_protocol_asks(
    tell: Tell, residents: list[UUID], incident: UUID, now: datetime
) -> None:
    shop, site = new_id(), new_id()
    tell(places.add_points, places.AddPoint(shop, COMMUNITY, PointKind.GATE, "超市"))
    tell(places.add_points, places.AddPoint(site, COMMUNITY, PointKind.SITE, "采样点"))
    tell(passes.check_in_places, passes.CheckInPlace(shop, residents[0]))
    sample = sampling.TakeSample(code="T5", resident=residents[1], place=Place.SITE, site=site, pool_size=10)
    done = tell(sampling.take_samples, sample, now + timedelta(hours=1))
    with scope(system(), incident):
        visits = {
            one.person: (one.place, one.source, one.to_at - one.from_at) for one in PlaceVisit.objects.all()
        }
    assert visits == {
        residents[0]: (shop, "check_in", timedelta(minutes=60)),
        residents[1]: (site, "site", timedelta(minutes=30)),
    }
    fact = done.data["fact"]  # type: ignore[index]
    tell(retractions.retract_facts, retractions.RetractBody(kind="sampling.sampletaken", target=fact))
    from muster.fieldapp.commands import RETRACTED

    with scope(system(), incident):
        again = RETRACTED["sampling.sampletaken"]({fact}, incident, now)
        settle([again.touched], incident=incident, now=now)
        assert not PlaceVisit.objects.filter(person=residents[1]).exists()
