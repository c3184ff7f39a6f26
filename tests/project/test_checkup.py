"""`muster check` sees what is wrong and is silent about what is not."""

from __future__ import annotations

import shutil
import time
from collections import namedtuple
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from muster.core import clock, journal
from muster.core.access import Actor, scope, system
from muster.core.vault import create_keys
from muster.project import checkup
from tests.cast import COMMUNITY, INCIDENT

Usage = namedtuple("Usage", "total used free")


def codes(look: checkup.Look) -> list[str]:
    return [problem.code for problem in look()]


def until(holds: Callable[[], bool]) -> bool:
    """Whether it holds within a few seconds: a neighbour's open transaction keeps the newest entries unsettled."""
    end = time.monotonic() + 10
    while not (done := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return done


@pytest.mark.django_db
def test_the_throwaway_settings_of_this_server_are_named() -> None:
    assert codes(checkup.durability) == [f"database.{name}" for name in checkup.DURABLE]


@pytest.mark.django_db
def test_the_app_role_and_the_migrations_are_in_order() -> None:
    assert codes(checkup.reachable) == codes(checkup.role) == codes(checkup.migrations) == []
    assert codes(checkup.clock) == codes(checkup.training) == []


def test_a_superuser_is_too_strong(fresh_db: str) -> None:
    connection.close()
    connection.settings_dict["USER"] = "postgres"
    try:
        assert codes(checkup.role) == ["database.role_too_strong"]
    finally:
        connection.close()
        connection.settings_dict["USER"] = "app_rw"


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_named() -> None:
    from django.db.migrations.recorder import MigrationRecorder

    assert MigrationRecorder.Migration.objects.filter(app="core").order_by("-id")[0].delete()
    assert codes(checkup.migrations) == ["database.not_migrated"]


@pytest.mark.django_db
def test_a_directory_of_another_kind_is_named(settings: object) -> None:
    settings.TRAINING = True  # type: ignore[attr-defined]
    assert codes(checkup.training) == ["installation.training_differs"]


def test_open_keys_are_named(tmp_path: Path, settings: object) -> None:
    settings.KEY_DIR = tmp_path  # type: ignore[attr-defined]
    tmp_path.chmod(0o700)
    key = tmp_path / "standing.key"
    key.write_bytes(b"0" * 32)
    key.chmod(0o600)
    assert codes(checkup.keys) == []
    key.chmod(0o640)
    assert codes(checkup.keys) == ["keys.not_private"]


def test_a_proxy_that_is_not_counted_is_named(settings: object) -> None:
    assert codes(checkup.proxies) == []
    settings.HTTPS = True  # type: ignore[attr-defined]
    assert codes(checkup.proxies) == ["proxies.not_counted"]
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1  # type: ignore[attr-defined]
    assert codes(checkup.proxies) == []


def test_a_key_that_is_gone_and_a_journal_that_was_changed_are_named(
    fresh_db: str, tmp_path: Path, settings: object
) -> None:
    settings.KEY_DIR = tmp_path  # type: ignore[attr-defined]
    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        journal.write(action="test", by=system(), incident=INCIDENT, area=COMMUNITY, subjects=[])
    assert codes(checkup.keyrings) == codes(checkup.seal) == codes(checkup.chain) == []
    with scope(system()):
        assert until(lambda: journal.seal().entries == 1)
    assert codes(checkup.keyrings) == codes(checkup.chain) == []
    for key in tmp_path.rglob(f"{INCIDENT}.key"):
        key.unlink()
    (said,) = checkup.keyrings()
    assert (said.code, str(INCIDENT) in said.zh, str(INCIDENT) in said.en) == ("keys.missing", True, True)
    (tmp_path / "journal.ed25519").write_bytes(bytes(range(32)))
    assert codes(checkup.chain) == ["journal.broken"]
    (tmp_path / "journal.ed25519").unlink()
    assert (codes(checkup.keyrings), codes(checkup.chain)) == (["keys.missing"] * 2, [])
    assert not (tmp_path / "journal.ed25519").exists()


@pytest.mark.django_db
def test_a_clockwork_that_stands_still_and_a_journal_nobody_seals_are_named(
    in_scope: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert codes(checkup.clockwork) == codes(checkup.seal) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_periodic_defers (task_name, defer_timestamp, periodic_id)"
            " values ('muster.project.jobs.wake', %s, '')",
            [int(time.time()) - 3_600],
        )
    (said,) = checkup.clockwork()
    assert (said.code, said.is_grave, "60" in said.zh, "60" in said.en) == ("jobs.still", False, True, True)
    journal.write(action="test", by=in_scope, incident=INCIDENT, area=COMMUNITY, subjects=[])
    later = clock.now() + timedelta(hours=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    (said,) = checkup.seal()
    assert (said.code, "3.0" in said.zh, "3.0" in said.en) == ("journal.unsealed", True, True)


@pytest.mark.parametrize(
    ("free", "found", "grave"),
    [
        (90_000_000_000, [], None),
        (15_000_000_000, ["disk.filling"], False),
        (400_000_000, ["disk.filling"], True),
    ],
)
def test_a_filling_disk_is_named(
    free: int, found: list[str], grave: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100_000_000_000, 100_000_000_000 - free, free))
    problems = list(checkup.disk())
    assert [problem.code for problem in problems] == found
    assert all(problem.is_grave is grave for problem in problems)


def test_every_problem_speaks_both_languages() -> None:
    text = str(checkup.Problem("x", "中文", "English"))
    assert "中文" in text
    assert "English" in text
