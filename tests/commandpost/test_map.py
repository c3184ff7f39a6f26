"""The map: buildings as GeoJSON inside what one may see, communities where they are too many."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core.access import Actor
from tests.cast import COMMUNITY
from tests.commandpost.desk import BASE, HOUSE, LANGUAGES, NONSENSE, signed_in, text

PAGE = f"{BASE}map/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_the_map_and_the_list_beside_it(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(f"{PAGE}?area={COMMUNITY}"))
    assert f'data-map="{PAGE}buildings.json?area={COMMUNITY}"' in page
    assert "中兴路3栋" in page


def test_buildings_are_squares_with_their_state_and_say_that_they_are_generated(
    night: UUID, commander: Actor
) -> None:
    answer = signed_in(commander).get(f"{PAGE}buildings.json").json()
    assert answer["generated"] is True
    by_name = {one["properties"]["name"]: one for one in answer["features"]}
    house = by_name["中兴路3栋"]
    assert house["properties"]["state"] == "refused"
    assert house["properties"]["href"] == f"{BASE}buildings/{HOUSE}/drawer/"
    assert len(house["geometry"]["coordinates"][0]) == 5
    assert by_name["中兴路4栋"]["properties"]["state"] == "open"


def test_too_many_buildings_become_communities(
    night: UUID, commander: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from muster.commandpost import mapping

    monkeypatch.setattr(mapping, "MOST", 1)
    (only,) = signed_in(commander).get(f"{PAGE}buildings.json").json()["features"]
    assert only["properties"]["name"] == "南坑社区"
    assert only["properties"]["state"] == "doing"
    assert only["properties"]["href"] == f"{PAGE}?area={COMMUNITY}"


def test_an_area_clicked_on_the_map_opens_as_a_page(night: UUID, commander: Actor) -> None:
    response = signed_in(commander).get(f"{PAGE}?area={COMMUNITY}", headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == f"{PAGE}?area={COMMUNITY}"


def test_an_outsider_sees_an_empty_map(night: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    assert client.get(f"{PAGE}buildings.json").json()["features"] == []
    assert "中兴路" not in text(client.get(PAGE))


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        client = signed_in(commander)
        assert client.get(PAGE + query).status_code == 200
        assert client.get(f"{PAGE}buildings.json{query}").status_code == 200
