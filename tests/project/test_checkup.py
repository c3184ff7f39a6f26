"""`muster check` sees what is wrong and is silent about what is not."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from django.db import connection

from muster.project import checkup

Usage = namedtuple("Usage", "total used free")


def codes(look: checkup.Look) -> list[str]:
    return [problem.code for problem in look()]


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
