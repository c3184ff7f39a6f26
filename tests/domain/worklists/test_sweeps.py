"""Sweeps on the real database: cards, surveys, breeding sites, buildings given to teams."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.helpline import actions as helpline
from muster.domain.helpline.models import Request
from muster.domain.helpline.rules import Step
from muster.domain.incidents.models import Incident
from muster.domain.places.models import Building, Dwelling
from muster.domain.worklists.actions import breeding, doors, giving, households, photographs
from muster.domain.worklists.commands import RETRACTED
from muster.domain.worklists.models import DwellingState, Visit, WorkItem
from muster.domain.worklists.rules import DoorOutcome, item_id
from muster.domain.worklists.sweep_models import BreedingSite, DoorMark, HouseholdCard, Photograph
from muster.domain.worklists.sweep_rules import Language, SiteState
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, ELSEWHERE, person

HOUSE = derive_id("sweeps", "house")
TEAM, OTHER = derive_id("team", 1), derive_id("team", 2)
DAY = timedelta(days=1)


def door(label: str) -> UUID:
    return derive_id(HOUSE, label)


@pytest.fixture
def house(incident: UUID) -> UUID:
    """A building of four doors, in an outbreak carried by mosquitoes."""
    from muster.domain.incidents import queries

    with scope(system(), incident):
        Incident.objects.filter(pk=incident).update(pack="chikungunya-2025")
        queries.forget_pack(incident)
        Building.objects.create(id=HOUSE, area=COMMUNITY, name="中兴路3栋", units=4)
        for label in ("101", "102", "201", "202"):
            Dwelling.objects.create(id=door(label), area=COMMUNITY, building_id=HOUSE, label=label)
    return HOUSE


ACTIONS: dict[type, Any] = {
    households.RecordHousehold: households.record_households,
    breeding.SurveyContainers: breeding.survey_containers,
    breeding.ReportBreedingSite: breeding.report_breeding_sites,
    breeding.InspectBreedingSite: breeding.inspect_breeding_sites,
    photographs.KeepPhotograph: photographs.keep_photographs,
    giving.GiveBuildings: giving.give_buildings,
    doors.RecordVisit: doors.record_visits,
    helpline.UpdateRequest: helpline.update_requests,
}


def tell(body: Any, by: Actor, incident: UUID, at: datetime) -> tuple[UUID, Done]:
    told = Told(new_id(), at, by.by, body)
    done: Done = ACTIONS[type(body)](told=[told], by=by, incident=incident, now=at)
    settle([done.touched], incident=incident, now=at)
    return told.id, done


def take_back(kind: str, fact: UUID, by: Actor, incident: UUID, at: datetime) -> None:
    told = Told(new_id(), at, by.by, RetractBody(kind, fact))
    retract_facts(told=[told], by=by, incident=incident, now=at)
    settle([RETRACTED[kind]({fact}, incident, at).touched], incident=incident, now=at)


def test_needs_are_kept_only_with_consent(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    said: dict[str, Any] = {
        "persons": 3,
        "languages": [Language.CANTONESE],
        "needs": ["dialysis"],
        "note": "三楼",
    }
    without, _ = tell(households.RecordHousehold(door("101"), **said), in_scope, incident, now)
    with_it, _ = tell(households.RecordHousehold(door("101"), consent=True, **said), in_scope, incident, now)
    bare, full = HouseholdCard.objects.get(pk=without), HouseholdCard.objects.get(pk=with_it)
    assert (bare.persons, bare.languages, bare.needs, bare.note_c) == (3, [], [], None)
    assert (full.languages, full.needs) == (["yue"], ["dialysis"])
    opened = vault(incident).open(
        full.note_c or b"", kind="note", table="worklists_householdcard", row=full.id, field="note_c"
    )
    assert opened == "三楼"


def said_needs(order: str, by: Actor, incident: UUID, now: datetime) -> set[tuple[str, str, datetime]]:
    """Two cards name medicine, the second a dialysis patient too; one is taken back where the order says so."""
    cards: dict[str, UUID] = {}
    for step in order:
        at = now + timedelta(hours=int(step) % 4)
        if step in "01":
            classes = ["dialysis"] if step == "1" else []
            body = households.RecordHousehold(
                door("101"), 2, needs=["medicine"], vulnerabilities=classes, consent=True
            )
            cards[step], _ = tell(body, by, incident, at)
        else:
            take_back("worklists.householdcard", cards[str(int(step) - 4)], by, incident, at)
    return set(Request.objects.values_list("state", "vulnerable", "asked_at"))


@pytest.mark.parametrize(
    ("order", "state", "vulnerable", "hours"),
    [("01", "open", "dialysis", 0), ("10", "open", "dialysis", 0), ("04", "withdrawn", "", 0),
     ("041", "open", "dialysis", 1), ("014", "open", "dialysis", 1), ("015", "open", "", 0),
     ("0415", "withdrawn", "dialysis", 1)],
)  # fmt: skip
def test_many_cards_make_one_request_as_those_that_stand_say_it(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime,
    order: str, state: str, vulnerable: str, hours: int,
) -> None:  # fmt: skip
    found = said_needs(order, in_scope, incident, now)
    assert found == {(state, vulnerable, now + timedelta(hours=hours))}
    assert WorkItem.objects.exclude(state="withdrawn").count() == (state == "open")


def test_a_need_that_comes_again_after_it_was_met_is_asked_for_again(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    body = households.RecordHousehold(door("101"), 2, needs=["medicine"], consent=True)
    tell(body, in_scope, incident, now)
    tell(body, in_scope, incident, now + 7 * DAY)
    request = Request.objects.get()
    # the word that it was met comes last, though it happened between the two cards
    tell(helpline.UpdateRequest(request.id, Step.DELIVERED), in_scope, incident, now + DAY)
    assert set(Request.objects.values_list("state", "asked_at")) == {("done", now), ("open", now + 7 * DAY)}
    assert WorkItem.objects.get(state="open").subject != request.id


def test_a_photograph_is_sealed_and_its_reading_is_journalled(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    content = b"\xff\xd8\xff\xe0 a tyre behind the shop"
    coded = base64.b64encode(content).decode()
    fact, _ = tell(photographs.KeepPhotograph(COMMUNITY, HOUSE, coded), in_scope, incident, now)
    assert b"tyre" not in bytes(Photograph.objects.get().jpeg_c)
    read = partial(photographs.read_photograph, photograph=fact, incident=incident, now=now)
    assert read(by=in_scope) == content
    assert Entry.objects.filter(action="worklists.see_photograph").count() == 1
    with pytest.raises(NotAllowed):
        read(by=person("walker", "grid_worker", COMMUNITY))
    for wrong in (
        "",
        "%%%",
        base64.b64encode(b"GIF89a").decode(),
        base64.b64encode(content * 4_000).decode(),
    ):
        _, done = tell(photographs.KeepPhotograph(COMMUNITY, HOUSE, wrong), in_scope, incident, now)
        assert [one.code for one in done.refused.values()] == ["input.unreadable"]
    take_back("worklists.photograph", fact, in_scope, incident, now)
    with pytest.raises(NotFound):
        read(by=in_scope)


def test_a_sentence_is_no_need(in_scope: Actor, house: UUID, incident: UUID, now: datetime) -> None:
    body = households.RecordHousehold(door("101"), needs=["张三需要透析"], consent=True)
    _, done = tell(body, in_scope, incident, now)
    assert [one.code for one in done.refused.values()] == ["input.unreadable"]


def test_larvae_make_a_recheck_on_the_packs_third_day_and_a_clean_survey_ends_it(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    tell(breeding.SurveyContainers(door("101"), 4, 1), in_scope, incident, now)
    item = WorkItem.objects.get(pk=item_id(incident, "recheck", door("101"), "containers"))
    assert (item.state, item.due_at, item.building) == ("open", now + 3 * DAY, HOUSE)
    assert DoorMark.objects.get(pk=door("101")).mark == "larvae"
    tell(breeding.SurveyContainers(door("101"), 4, 0, cleared=True), in_scope, incident, now + 3 * DAY)
    item.refresh_from_db()
    assert item.state == "done"


def test_a_shut_door_with_larvae_before_has_two_rechecks_that_do_not_end_each_other(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    tell(breeding.SurveyContainers(door("101"), 4, 1), in_scope, incident, now)
    tell(doors.RecordVisit(door("101"), DoorOutcome.ABSENT), in_scope, incident, now + DAY)
    assert set(WorkItem.objects.filter(state="open").values_list("occasion", flat=True)) == {"", "containers"}
    tell(doors.RecordVisit(door("101"), DoorOutcome.DONE, 2), in_scope, incident, now + 2 * DAY)
    assert WorkItem.objects.get(state="open").occasion == "containers"


def test_a_survey_taken_back_is_as_if_it_never_was(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    fact, _ = tell(breeding.SurveyContainers(door("101"), 4, 1), in_scope, incident, now)
    take_back("worklists.containersurvey", fact, in_scope, incident, now + DAY)
    assert not DoorMark.objects.exists()
    assert WorkItem.objects.get().state == "withdrawn"


def test_a_breeding_site_has_an_owner_a_deadline_and_two_photographs(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    site = new_id()
    body = breeding.ReportBreedingSite(
        site, COMMUNITY, "tyre", "修车铺后院", HOUSE, owner="李老板", photo="before.jpg"
    )
    fact, _ = tell(body, in_scope, incident, now)
    held = BreedingSite.objects.get(pk=site)
    assert (held.state, held.deadline_at, held.photo_before) == ("open", now + 3 * DAY, "before.jpg")
    assert "李老板".encode() not in bytes(held.owner_c or b"")
    item = WorkItem.objects.get(subject=site)
    assert (item.kind, item.state, item.due_at) == ("recheck", "open", now + 3 * DAY)
    tell(breeding.InspectBreedingSite(site, SiteState.CLEARED, "after.jpg"), in_scope, incident, now + DAY)
    held.refresh_from_db()
    item.refresh_from_db()
    assert (held.state, held.photo_after, item.state) == ("cleared", "after.jpg", "done")
    take_back("worklists.breedingsiteseen", fact, in_scope, incident, now + 2 * DAY)
    held.refresh_from_db()
    assert (held.state, held.photo_before) == ("cleared", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": 0},
        {"kind": ""},
        {"place": "x" * 201},
        {"lat": 22.0},
        {"lat": 99.0, "lon": 1.0},
        {"photo": "\0"},
    ],
    ids=str,
)
def test_a_breeding_site_that_cannot_be_is_refused(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime, wrong: dict[str, Any]
) -> None:
    said: dict[str, Any] = {"id": new_id(), "area": COMMUNITY, "kind": "tyre"} | wrong
    _, done = tell(breeding.ReportBreedingSite(**said), in_scope, incident, now)
    assert len(done.refused) == 1


def test_given_buildings_are_the_work_of_their_team_until_swept(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    ground = [giving.Ground([HOUSE], TEAM)]
    tell(giving.GiveBuildings(ground, due_at=now + DAY), in_scope, incident, now)
    item = WorkItem.objects.get(kind="visit")
    assert (item.subject, item.assignee, item.state, item.step) == (HOUSE, TEAM, "open", "visit")
    for label in ("101", "102", "201"):
        tell(doors.RecordVisit(door(label), DoorOutcome.DONE, 1), in_scope, incident, now)
    item.refresh_from_db()
    assert item.state == "open"
    tell(doors.RecordVisit(door("202"), DoorOutcome.EMPTY), in_scope, incident, now)
    item.refresh_from_db()
    assert item.state == "done"


def test_the_newest_word_on_a_building_counts_whatever_arrives_last(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    tell(giving.GiveBuildings([giving.Ground([HOUSE], TEAM)]), in_scope, incident, now + DAY)
    tell(giving.GiveBuildings([giving.Ground([HOUSE], OTHER)]), in_scope, incident, now)
    assert WorkItem.objects.get(kind="visit").assignee == TEAM
    tell(giving.GiveBuildings([giving.Ground([HOUSE])]), in_scope, incident, now + 2 * DAY)
    assert WorkItem.objects.get(kind="visit").state == "withdrawn"


def test_two_teams_at_one_door_are_both_kept_and_flagged(
    in_scope: Actor, house: UUID, incident: UUID, now: datetime
) -> None:
    for name in ("one", "two"):
        worker = person(name, "grid_worker", COMMUNITY)
        tell(doors.RecordVisit(door("101"), DoorOutcome.DONE, 2), worker, incident, now)
    assert Visit.objects.count() == 2
    assert DwellingState.objects.get().doubled


def test_nobody_records_or_gives_outside_their_area(house: UUID, incident: UUID, now: datetime) -> None:
    stranger = person("stranger", "grid_worker", ELSEWHERE)
    caller = person("caller", "caller", COMMUNITY)
    with scope(stranger, incident):
        for body in (
            households.RecordHousehold(door("101")),
            breeding.SurveyContainers(door("101"), 1),
            breeding.ReportBreedingSite(new_id(), COMMUNITY, "tyre"),
            giving.GiveBuildings([giving.Ground([HOUSE], TEAM)]),
        ):
            assert tell(body, stranger, incident, now)[1].waiting
    with scope(caller, incident):
        _, done = tell(giving.GiveBuildings([giving.Ground([HOUSE], TEAM)]), caller, incident, now)
        assert [one.code for one in done.refused.values()] == ["access.not_allowed"]


def test_without_mosquitoes_in_the_pack_a_survey_is_kept_all_the_same(
    in_scope: Actor, house: UUID, incident: UUID
) -> None:
    from muster.domain.incidents import queries

    Incident.objects.filter(pk=incident).update(pack="covid-cn-v9")
    queries.forget_pack(incident)
    at = datetime(2025, 7, 20, tzinfo=UTC)
    tell(breeding.SurveyContainers(door("101"), 4, 1, kinds={"vase": (1, 1)}), in_scope, incident, at)
    assert DoorMark.objects.get().recheck_at == at + 3 * DAY
