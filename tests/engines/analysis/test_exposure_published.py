"""The exposure question on published intervals, against counting seconds."""

from __future__ import annotations

import pytest

from tests.engines.analysis import oracle, published
from tests.engines.analysis.asking import ask
from tests.engines.analysis.oracle import Asked, Case


@pytest.mark.parametrize("least", [0, 900])
def test_venue_windows_of_new_zealand(pytestconfig: pytest.Config, least: int) -> None:
    windows = published.venues(published.folder(pytestconfig))
    assert len(windows) > 400
    stays = published.visitors(windows, seed=24)
    notices = [Case(one.number, None, one.place, one.opens, one.closes) for one in windows]
    rows = ask(stays, notices, Asked(least, 1))
    assert rows == oracle.trace(stays, notices, Asked(least, 1))
    assert len(rows) > 300


@pytest.mark.parametrize(("name", "hours"), [("workplace_InVS_tij.dat.zip", 8), ("SFHH_tij.dat.gz", 4)])
def test_face_to_face_readings_of_sociopatterns(pytestconfig: pytest.Config, name: str, hours: int) -> None:
    stays = published.meetings(published.folder(pytestconfig), name, until=hours * 3600)
    ill = published.busiest(stays, 3)
    asked = Asked(60, 3)
    rows = ask(stays, ill, asked)
    assert rows == oracle.trace(stays, ill, asked)
    assert {one.generation for one in rows} == {1, 2, 3}


def test_minutes_add_up_over_places_within_an_hour(pytestconfig: pytest.Config) -> None:
    stays = published.meetings(published.folder(pytestconfig), "workplace_InVS_tij.dat.zip", until=8 * 3600)
    ill = published.busiest(stays, 2)
    asked = Asked(200, 1, over_places=True, within=3600)
    rows = ask(stays, ill, asked)
    assert rows == oracle.trace(stays, ill, asked)
    assert rows
