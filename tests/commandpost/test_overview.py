"""The overview: decisions first, every number a door, nothing of other areas."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.core.access import Actor, scope, system
from muster.core.models import Parked
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import BASE, LANGUAGES, NONSENSE, signed_in, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_tonight_stands_on_one_page(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(BASE))
    for words in {
        "zh-hans": ("待决定", "重点人员", "南坑封控区"),
        "en": ("Needs a decision", "key persons", "sealed zone"),
    }[language]:
        assert words in page


def test_every_number_opens_a_page_that_exists(night: UUID, commander: Actor) -> None:
    import re

    client = signed_in(commander)
    page = text(client.get(BASE))
    mine = [
        f"{BASE}{name}"
        for name in ("work", "buildings", "cases", "zones", "people", "journal", "map", "parked")
    ]
    doors = {href for href in re.findall(r'href="(/i/[^"#]+)', page) if href.startswith(tuple(mine))}
    assert len(doors) > 8
    for href in doors:
        assert client.get(href.replace("&amp;", "&")).status_code == 200, href


def test_late_work_is_a_decision(night: UUID, commander: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    from muster.core import clock

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(days=3))
    assert "work/?due=late" in text(signed_in(commander).get(BASE))


def test_an_outsider_sees_an_empty_night(night: UUID, outsider: Actor) -> None:
    page = text(signed_in(outsider).get(BASE))
    for canary in ("南坑", "重点人员", "中兴路", "王*"):
        assert canary not in page


def test_a_grid_worker_has_no_desk(night: UUID, grid_worker: Actor) -> None:
    response = signed_in(grid_worker).get(BASE)
    assert response.status_code == 403
    assert "access.not_allowed" in response.content.decode()


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        assert signed_in(commander).get(BASE + query).status_code == 200


def test_the_overview_asks_the_database_a_bounded_number_of_times(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    client.get(BASE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(BASE)
    assert len(asked) < 60


def test_what_was_not_taken_is_listed_without_its_words(night: UUID, commander: Actor, tracer: Actor) -> None:
    with scope(system(), night):
        Parked.objects.create(
            command=night,
            incident=night,
            area=COMMUNITY,
            account=commander.account,
            name="record_visit",
            result="refused",
            code="input.unreadable",
            sealed=b"secret",
            parked_at=NOW,
        )
    client = signed_in(commander)
    assert "parked/" in text(client.get(BASE))
    page = text(client.get(f"{BASE}parked/?result=refused"))
    assert "record_visit" in page
    assert "secret" not in page
    assert signed_in(tracer).get(f"{BASE}parked/").status_code == 403
