"""A commander opens an incident on a page, in a place nobody has named yet, and goes on from there."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.domain.incidents.models import Incident
from muster.domain.places.models import Area
from tests.cast import DISTRICT, INCIDENT, account_for, person
from tests.commandpost.desk import signed_in, text

PAGE = "/incidents/new/"
FORM = {
    "title_zh": "暴雨 7·20", "title_en": "", "code": "rain-0720", "pack": "flood", "area_code": "440307",
    "area_name": "龙岗区", "opened_at": "2022-02-18T08:00",
}  # fmt: skip


def browser(actor: Actor, language: str = "zh-hans") -> Client:
    with scope(system(), INCIDENT):
        account_for(actor)
    return signed_in(actor, language)


def shown(client: Client) -> dict[str, str]:
    """The form as the page gives it, filled in."""
    identity = re.search(r'name="id" value="([^"]+)"', text(client.get(PAGE)))
    assert identity
    return FORM | {"id": identity[1]}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_incident_is_opened_where_nobody_had_named_the_area(
    db: None, commander: Actor, language: str
) -> None:
    client = browser(commander, language)
    assert PAGE in text(client.get("/"))
    form = shown(client)
    for _ in range(2):  # sent twice is one incident
        answer = client.post(PAGE, form)
        assert answer["Location"] == "/i/rain-0720/imports/"
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/i/rain-0720/").status_code == 200
    with scope(system()):
        made = Incident.objects.get()
        area = Area.objects.get()
    assert (made.area, made.pack, made.title_en) == (DISTRICT, "flood", "暴雨 7·20")
    assert (area.code, area.name, area.level, area.parent) == (
        DISTRICT,
        "龙岗区",
        "district",
        440300000000000,
    )
    assert client.get("/")["Location"] == "/i/rain-0720/"
    assert PAGE in text(client.get("/?all=1"))
    again = shown(client) | {"code": "rain-2", "area": str(DISTRICT), "area_code": "", "area_name": ""}
    assert client.post(PAGE, again)["Location"] == "/i/rain-2/imports/"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"code": "lg-0217"}, "incidents.code_taken"),
        ({"code": "雨"}, "input.unreadable"),
        ({"code": "../x"}, "input.unreadable"),
        ({"title_zh": " "}, "input.unreadable"),
        ({"title_zh": "雨" * 121}, "input.unreadable"),
        ({"pack": "plague"}, "incidents.unknown_pack"),
        ({"area_code": "44030"}, "input.unreadable"),
        ({"area_code": "44030x"}, "input.unreadable"),
        ({"area_code": ""}, "input.unreadable"),
        ({"area_name": ""}, "input.unreadable"),
        ({"area_code": "440303"}, "access.not_allowed"),
        ({"opened_at": "yesterday"}, "input.unreadable"),
        ({"opened_at": ""}, "input.unreadable"),
        ({"id": "x"}, "input.unreadable"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    incident: UUID, commander: Actor, wrong: dict[str, str], code: str
) -> None:
    client = browser(commander)
    answer = client.post(PAGE, shown(client) | wrong)
    page = answer.content.decode()
    assert 400 <= answer.status_code < 500
    assert code in page
    assert wrong.get("title_zh", "暴雨 7·20") in page
    with scope(system()):
        assert Incident.objects.count() == 1
        assert not Area.objects.exists()


def test_only_who_may_open_incidents_sees_the_page(incident: UUID, desk: Actor) -> None:
    client = browser(desk)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, FORM).status_code == 403
    assert PAGE not in text(client.get("/?all=1"))
    assert Client().get(PAGE).status_code == 302
    bound = person("bound", "commander", DISTRICT)
    one_only = type(bound)(
        account=bound.account,
        grants=tuple(type(g)(g.role, g.area, INCIDENT) for g in bound.grants),
        username="bound",
    )
    assert browser(one_only).get(PAGE).status_code == 403
