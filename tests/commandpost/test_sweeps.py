"""The pages of sweeps: indices, rechecks, breeding sites, a split accepted by a person, a list made by walking."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.domain.incidents.models import Incident, Zone, ZoneBuilding
from muster.domain.places import actions as places
from muster.domain.places.models import Building, Dwelling
from muster.domain.responders.models import Team
from muster.domain.worklists.actions import breeding, doors, households, photographs
from muster.domain.worklists.models import WorkItem
from muster.domain.worklists.rules import DoorOutcome
from muster.domain.worklists.sweep_models import BreedingSite, Photograph
from muster.domain.worklists.sweep_rules import SiteState
from tests.cast import COMMUNITY, NOW, account_for, person
from tests.commandpost.desk import BASE, HOUSE, LANGUAGES, NONSENSE, door, play, signed_in, tell, text

PAGE = f"{BASE}sweeps/"
HERE = f"?area={COMMUNITY}"


@pytest.fixture
def stage(incident: UUID, commander: Actor, tracer: Actor) -> UUID:
    """The small night, carried by mosquitoes."""
    from muster.domain.incidents import queries

    play(incident, commander, [commander, tracer])
    with scope(system(), incident):
        Incident.objects.filter(pk=incident).update(pack="chikungunya-2025")
        queries.forget_pack(incident)
    return incident


@pytest.mark.parametrize("language", LANGUAGES)
def test_indices_rechecks_and_breeding_sites_are_shown_live(
    stage: UUID, commander: Actor, outsider: Actor, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = new_id()
    monkeypatch.setattr("muster.core.clock.now", lambda: NOW)
    with scope(commander, stage):
        for label, inspected, positive in (("101", 5, 2), ("102", 4, 0), ("201", 1, 0)):
            body = breeding.SurveyContainers(door(label), inspected, positive)
            tell(breeding.survey_containers, body, commander, stage, NOW - timedelta(days=3, hours=1))
        pool = breeding.ReportBreedingSite(site, COMMUNITY, "tyre", "修车铺后院", owner="李老板")
        tell(breeding.report_breeding_sites, pool, commander, stage, NOW)
    client = signed_in(commander, language)
    page = text(client.get(PAGE))
    assert re.search(r"66[.,]7", page), "two containers in three homes"
    assert re.search(r"20[.,]0", page), "two of ten containers"
    assert "修车铺后院" in page
    assert "中兴路3栋 101" in page
    assert "中兴路3栋" in text(client.get(PAGE + HERE))
    drawer = text(client.get(f"{PAGE}sites/{site}/drawer/"))
    assert "李老板" in drawer
    content = b"\xff\xd8\xff\xe0 a yard"
    with scope(commander, stage):
        shot = photographs.KeepPhotograph(COMMUNITY, site, base64.b64encode(content).decode())
        tell(photographs.keep_photographs, shot, commander, stage, NOW)
        fact = Photograph.objects.get().id
        after = breeding.InspectBreedingSite(site, SiteState.CLEARED, str(fact))
        tell(breeding.inspect_breeding_sites, after, commander, stage, NOW)
    picture = f"{PAGE}photographs/{fact}/"
    drawer = text(client.get(f"{PAGE}sites/{site}/drawer/"))
    assert picture in drawer
    assert client.get(picture).content == content
    with scope(system(), stage):
        account_for(outsider)
    assert signed_in(outsider).get(picture).status_code == 404
    client.post(f"{PAGE}sites/{site}/look/", {"state": "cleared"})
    with scope(commander, stage):
        assert BreedingSite.objects.get().state == "cleared"


def test_a_breeding_site_is_written_down_at_the_desk(stage: UUID, commander: Actor) -> None:
    said = {"kind": "tyre", "area": COMMUNITY, "place": "井边", "owner": "物业"}
    assert signed_in(commander).post(f"{PAGE}sites/", said).status_code == 302
    with scope(commander, stage):
        assert BreedingSite.objects.get().place == "井边"


def spread(stage: UUID, commander: Actor) -> list[UUID]:
    """Twelve more buildings on a line, and two teams."""
    houses = [derive_id("spread", n) for n in range(12)]
    with scope(commander, stage):
        for n, one in enumerate(houses):
            body = places.AddBuilding(
                one, COMMUNITY, f"排{n}", floors=2, units_per_floor=2, lat=22.64 + n * 0.001, lon=114.06
            )
            tell(places.add_buildings, body, commander, stage)
        for n in (1, 2):
            Team.objects.create(
                id=derive_id("sweep team", n), incident=stage, area=COMMUNITY, kind="sweep", name=f"扫楼{n}队"
            )
    return houses


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_split_is_seen_on_the_map_and_becomes_work_when_a_person_accepts_it(
    stage: UUID, commander: Actor, language: str
) -> None:
    houses = spread(stage, commander)
    client = signed_in(commander, language)
    asked = f"{PAGE}split/{HERE}&teams=2"
    page = text(client.get(asked))
    drawn = client.get(f"{PAGE}split.json{HERE}&teams=2").json()
    assert len(drawn["features"]) == 14
    assert {one["properties"]["label"] for one in drawn["features"]} == {"1", "2"}
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark
    said: dict[str, Any] = {
        "teams": 2, "mark": mark.group(1), "team-1": str(derive_id("sweep team", 1)),
        "team-2": str(derive_id("sweep team", 2)), "due_at": "2022-02-20T18:00",
    }  # fmt: skip
    with scope(commander, stage):
        assert not WorkItem.objects.filter(kind="visit").exists()
    assert client.post(asked, said | {"mark": "another"}).status_code == 422
    assert client.post(asked, said).status_code == 302
    with scope(commander, stage):
        items = WorkItem.objects.filter(kind="visit", state="open")
        assert items.count() == 14
        loads = sorted(items.filter(assignee=derive_id("sweep team", n)).count() for n in (1, 2))
        assert loads in ([6, 8], [7, 7])
        first = items.filter(subject__in=houses[:3]).values_list("assignee", flat=True)
        assert len(set(first)) == 1, "neighbours go to one team"
    assert "扫楼1队" in page
    assert "排11" in text(client.get(f"{BASE}work/?kind=visit"))


def test_a_circle_lists_buildings_and_becomes_a_zone(stage: UUID, commander: Actor) -> None:
    spread(stage, commander)
    client = signed_in(commander)
    page = text(client.get(f"{PAGE}circle/?q=排5&metres=250"))
    found = re.findall(r'name="building" value="([^"]+)"', page)
    assert set(found) == {str(derive_id("spread", n)) for n in (3, 4, 5, 6, 7)}
    said = {
        "area": COMMUNITY, "building": found, "name": "核心区 1", "level": "core", "from_at": "2022-02-18T20:00",
    }  # fmt: skip
    assert client.post(f"{BASE}zones/new/", said).status_code == 302
    with scope(commander, stage):
        zone = Zone.objects.get(level="core")
        assert ZoneBuilding.objects.filter(zone=zone.id).count() == 5
    assert "排5" in text(client.get(f"{PAGE}circle/?q=22.645,114.06"))
    assert "排10" in text(client.get(f"{PAGE}circle/?q=排1")), "several fit: which of these?"


def test_a_walk_is_looked_at_then_written_down_once(stage: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    said = {
        "area": COMMUNITY, "compound": "南坑村", "skipped": "4，13",
        "text": "永安 3 栋 | 18 x 4\n蓝色铁门对面 | 6×2\n老榕树后院",
    }  # fmt: skip
    page = text(client.post(f"{PAGE}walk/", said | {"verb": "look"}))
    assert "蓝色铁门对面" in page
    with scope(commander, stage):
        assert not Building.objects.filter(source="walk").exists()
        for _ in range(2):
            assert client.post(f"{PAGE}walk/", said | {"verb": "add"}).status_code == 302
        found = Building.objects.filter(source="walk").order_by("walk")
        assert [(one.walk, one.name, one.units) for one in found] == [
            (1, "永安 3 栋", 64), (2, "蓝色铁门对面", 10), (3, "老榕树后院", 0),
        ]  # fmt: skip
    wrong = text(client.post(f"{PAGE}walk/", said | {"text": "怪屋 | 十来户", "verb": "add"}))
    assert "怪屋" in wrong


def test_doors_card_marks_and_double_visits_show_at_the_building(stage: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    client.post(f"{BASE}buildings/{HOUSE}/doors/", {"labels": "阁楼，101"})
    with scope(commander, stage):
        assert Dwelling.objects.filter(building=HOUSE).count() == 7
        other = person("other", "grid_worker", COMMUNITY)
        tell(doors.record_visits, doors.RecordVisit(door("101"), DoorOutcome.DONE, 2), other, stage)
        card = households.RecordHousehold(door("101"), 2, needs=["medicine"], consent=True)
        tell(households.record_households, card, commander, stage)
        tell(breeding.survey_containers, breeding.SurveyContainers(door("101"), 3, 1), commander, stage)
    page = text(client.get(f"{BASE}buildings/{HOUSE}/"))
    assert "Visited by two teams" in page
    unit = text(client.get(f"{BASE}buildings/{HOUSE}/units/{door('101')}/drawer/"))
    assert "1 of 3 containers with larvae" in unit
    assert "medicine" in unit


def test_a_reader_may_look_and_change_nothing(stage: UUID, commander: Actor, tracer: Actor) -> None:
    spread(stage, commander)
    client = signed_in(tracer)
    assert text(client.get(PAGE))
    page = text(client.get(f"{PAGE}split/{HERE}&teams=2"))
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark
    said = {"teams": 2, "mark": mark.group(1), "team-1": str(derive_id("sweep team", 1))}
    assert client.post(f"{PAGE}split/{HERE}&teams=2", said).status_code == 403
    assert client.get(f"{PAGE}walk/").status_code == 403
    assert client.post(f"{BASE}buildings/{HOUSE}/doors/", {"labels": "9"}).status_code == 403
    with scope(commander, stage):
        assert not WorkItem.objects.filter(kind="visit").exists()


@pytest.mark.parametrize("page", ["", "split/", "circle/", "split.json"])
def test_nonsense_in_the_address_breaks_nothing(stage: UUID, commander: Actor, page: str) -> None:
    client = signed_in(commander)
    for nonsense in (*NONSENSE, "?q=1,x", "?q=999,0", "?teams=0", "?area=440307006005000&teams=99999"):
        assert client.get(PAGE + page + nonsense).status_code in (200, 422), nonsense


def test_empty_and_strange_forms_are_answered_in_words(stage: UUID, commander: Actor) -> None:
    client, nobody = signed_in(commander), derive_id("nobody")
    paths = [
        "forms/preview/", "forms/publish/", "forms/phone/", f"forms/{nobody}/", f"forms/{nobody}/mapping/",
        f"forms/{nobody}/state/", f"forms/{nobody}/file/", f"forms/{nobody}/submissions/{nobody}/", "sweeps/sites/",
        f"sweeps/sites/{nobody}/look/", f"sweeps/sites/{nobody}/drawer/", "sweeps/split/", "sweeps/walk/",
        f"buildings/{nobody}/doors/", f"buildings/{HOUSE}/doors/",
    ]  # fmt: skip
    for path in paths:
        for answer in (
            client.get(BASE + path),
            client.post(BASE + path),
            client.post(BASE + path, {"area": "x"}),
        ):
            assert answer.status_code in (200, 302, 404, 422), (path, answer.status_code)
