"""Buildings: the list and its sentence, the grid of doors, one door with its people."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core import clock
from muster.core.access import Actor
from tests.cast import NOW
from tests.commandpost.desk import (
    BASE,
    EMPTY_HOUSE,
    HOUSE,
    LANGUAGES,
    NAME,
    NONSENSE,
    PERSON,
    door,
    signed_in,
    text,
)

PAGE = f"{BASE}buildings/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_shows_each_building_with_its_zone(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert "中兴路3栋" in page
    assert "中兴路4栋" in page
    assert "zone-sealed" in page


def test_the_sentence_narrows_by_state(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    refused = text(client.get(f"{PAGE}?state=refused"))
    assert "中兴路3栋" in refused
    assert "中兴路4栋" not in refused
    assert "中兴路3栋" not in text(client.get(f"{PAGE}?state=open"))


def test_pages_follow_one_another_without_a_gap(
    night: UUID, commander: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muster.commandpost import buildings

    monkeypatch.setattr(buildings, "PAGE", 1)
    client = signed_in(commander)
    first = text(client.get(PAGE))
    assert "中兴路3栋" in first
    assert f"after={HOUSE}" in first
    second = text(client.get(f"{PAGE}?after={HOUSE}"))
    assert "中兴路4栋" in second
    assert "中兴路3栋" not in second


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grid_draws_every_door_in_its_state(
    night: UUID, commander: Actor, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    page = text(signed_in(commander, language).get(f"{PAGE}{HOUSE}/"))
    for state, number in (("done", 2), ("absent", 1), ("refused", 1), ("open", 2)):
        assert page.count(f'class="cell cell-{state}"') == number, state
    high, low = ("3 层", "1 层") if language == "zh-hans" else ("3F", "1F")
    assert page.index(high) < page.index(low)
    assert "2 / 2" not in page
    assert "1 / 2" in page


def test_who_was_met_is_held_against_who_is_registered(night: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}{HOUSE}/"))
    assert "2 met · 1 registered" in page


def test_a_door_shows_its_people_masked_with_visits_and_work(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    page = text(client.get(f"{PAGE}{HOUSE}/units/{door('101')}/drawer/"))
    slip = f"{PAGE}{HOUSE}/units/{door('101')}/slip/"
    assert slip in page
    assert client.get(slip).content.startswith(b"%PDF")
    assert client.get(f"{PAGE}{EMPTY_HOUSE}/units/{door('101')}/slip/").status_code == 404
    assert "王**" in page
    assert "138****8000" in page
    assert NAME not in page
    assert "13800138000" not in page
    assert str(PERSON) in page


def test_a_drawer_is_a_page_without_scripts_and_a_part_with_them(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    url = f"{PAGE}{HOUSE}/drawer/"
    assert "<html" in text(client.get(url))
    part = client.get(url, headers={"HX-Request": "true"})
    assert "<html" not in text(part)
    assert part["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "tail", ["", f"{HOUSE}/", f"{HOUSE}/drawer/", f"{HOUSE}/units/{door('101')}/drawer/"]
)
def test_an_outsider_finds_nothing(night: UUID, outsider: Actor, tail: str) -> None:
    response = signed_in(outsider).get(PAGE + tail)
    assert response.status_code == (404 if tail else 200)
    assert "中兴路" not in response.content.decode()


def test_a_door_of_another_building_is_not_found(night: UUID, commander: Actor) -> None:
    assert signed_in(commander).get(f"{PAGE}{EMPTY_HOUSE}/units/{door('101')}/drawer/").status_code == 404


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        assert signed_in(commander).get(PAGE + query).status_code == 200
