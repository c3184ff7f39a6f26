"""A small night for the desk's tests: a building, its people, a list, a case, a zone, a tube, a notice; and clients."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Account
from muster.core.told import Done, Told
from muster.domain.cases import actions as cases
from muster.domain.incidents import actions as incidents
from muster.domain.notices import actions as notices
from muster.domain.people import actions as people
from muster.domain.places import actions as places
from muster.domain.places.models import Area
from muster.domain.worklists.actions import doors, lists
from muster.domain.worklists.rules import DoorOutcome
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, NOW, account_for

BASE = "/i/lg-0217/"
HOUSE = derive_id("test", "house")
EMPTY_HOUSE = derive_id("test", "empty house")
PERSON = derive_id("test", "resident", "wang")
OTHER = derive_id("test", "resident", "li")
CASE = derive_id("test", "case")
CONTACT = derive_id("test", "contact")
ZONE = derive_id("test", "zone")
NAME = "王小明"
LANGUAGES = ("zh-hans", "en")


def tell(action: Any, body: Any, by: Actor, incident: UUID, at: datetime = NOW) -> Done:
    """One command by one person, settled as the server does."""
    told = Told(new_id(), at, by.by, body)
    done: Done = action(told=[told], by=by, incident=incident, now=at)
    assert not done.refused
    assert not done.waiting
    settle([done.touched], incident=incident, now=at)
    return done


def door(label: str) -> UUID:
    """The id of a door of the house."""
    return derive_id(HOUSE, label)


def play(incident: UUID, commander: Actor, cast: list[Actor]) -> None:
    """The scene, told by the commander; accounts for everybody."""
    with scope(system(), incident):
        Area.objects.create(
            code=COMMUNITY, name="南坑社区", level="community", parent=440307006000000, sort_key=b"n"
        )
        for actor in cast:
            account_for(actor)
    with scope(commander, incident):
        _houses(commander, incident)
        _people(commander, incident)
        _outbreak(commander, incident)


def _houses(by: Actor, incident: UUID) -> None:
    for one, name in ((HOUSE, "中兴路3栋"), (EMPTY_HOUSE, "中兴路4栋")):
        body = places.AddBuilding(
            id=one,
            area=COMMUNITY,
            name=name,
            floors=3,
            units_per_floor=2,
            lat=22.63,
            lon=114.06,
            generated=True,
        )
        tell(places.add_buildings, body, by, incident)
    for label, outcome, persons in (
        ("101", "done", 2),
        ("102", "absent", 0),
        ("201", "refused", 0),
        ("202", "empty", 0),
    ):
        tell(doors.record_visits, doors.RecordVisit(door(label), DoorOutcome(outcome), persons), by, incident)


def _people(by: Actor, incident: UUID) -> None:
    rows = ((PERSON, NAME, "13800138000", "101"), (OTHER, "李四", "13900139000", "301"))
    for one, name, phone, label in rows:
        person = people.RegisterPerson(id=one, dwelling=door(label), name=name, phone=phone)
        tell(people.register_people, person, by, incident)
    body = lists.PushList(
        derive_id("test", "list"),
        COMMUNITY,
        "市公安局",
        "key_person",
        "重点人员 1",
        [lists.ListRow(1, resident=PERSON)],
        deadline_at=NOW + timedelta(hours=3),
    )
    tell(lists.push_lists, body, by, incident)


def _outbreak(by: Actor, incident: UUID) -> None:
    tell(cases.confirm_cases, cases.ConfirmCase(CASE, PERSON, NOW), by, incident)
    tell(
        cases.name_contacts,
        cases.NameContact(CONTACT, CASE, OTHER, "close", NOW - timedelta(hours=5)),
        by,
        incident,
    )
    body = incidents.DesignateZone(
        ZONE, "sealed", COMMUNITY, "南坑封控区", NOW - timedelta(days=2), [HOUSE], "第3号", ["0755-1234"]
    )
    tell(incidents.designate_zones, body, by, incident)
    notice = notices.PublishNotice(
        id=derive_id("test", "notice"),
        area=COMMUNITY,
        title_zh="通告三",
        text_zh="足不出户",
        title_en="Notice three",
    )
    tell(notices.publish_notices, notice, by, incident)


def signed_in(actor: Actor, language: str = "zh-hans") -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    client.force_login(Account.objects.get(username=actor.username))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def text(response: Any) -> str:
    """The page, which must have come out."""
    assert response.status_code == 200, response.content[:800]
    return str(response.content.decode())


NONSENSE = (
    "?area=x",
    "?area=9999999999999999999",
    "?area=440307006005000",
    "?state=%00",
    "?after=~",
    "?after=x~y",
    "?after=1~2",
    "?before=-1",
    "?before=99999999999999999999",
    "?who=x",
    "?list=1",
    "?case=%27",
    "?class=%00",
    "?since=x",
    "?page=2",
    "?after=%FF%00~x",
)
