"""The clock: a real installation's never moves, whoever asks; a training one's moves forwards only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from muster.core import clock
from muster.core.access import Actor
from muster.core.models import Installation

SOON = timedelta(hours=6)
NEAR = timedelta(seconds=30)


def database_says() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select muster_now()")
        instant: datetime = cursor.fetchone()[0]
    return instant


def test_a_real_installation_cannot_be_moved_by_any_way_the_app_has(in_scope: Actor) -> None:
    with pytest.raises(clock.ClockFixed) as refused:
        clock.move(to=datetime.now(UTC) + SOON)
    assert refused.value.code == "clock.fixed"
    assert Client().post("/training/clock", "{}", content_type="application/json").status_code == 404
    Installation.objects.update(clock_offset=SOON)
    for now in (clock.now(), database_says()):
        assert abs(now - datetime.now(UTC)) < NEAR
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Installation.objects.update(training=True)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Installation.objects.all().delete()


def test_a_training_clock_runs_forwards_for_everybody(fresh_db: str, settings: object) -> None:
    held = connection.settings_dict
    with psycopg.connect(host=held["HOST"], dbname=held["NAME"], user="app_owner") as owner:
        owner.execute("update core_installation set training = true")
    settings.TRAINING = True  # type: ignore[attr-defined]
    evening = datetime(2022, 2, 17, 11, 0, tzinfo=UTC)  # the first move may go back to the hour of a scenario
    clock.move(to=evening)
    for now in (clock.now(), database_says()):
        assert timedelta() <= now - evening < NEAR
    with pytest.raises(clock.ClockBackwards):
        clock.move(to=evening - SOON)
    clock.move(to=evening + SOON)
    assert timedelta() <= database_says() - evening - SOON < NEAR
