"""Migrations: each can be undone, none forgets the functions that row security calls, none locks for long."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

OURS = {config.label for config in apps.get_app_configs() if config.name.startswith("muster.")}
LOADER = MigrationLoader(None)
MIGRATIONS = sorted(key for key in LOADER.disk_migrations if key[0] in OURS)


def operations(key: tuple[str, str]) -> list[migrations.operations.base.Operation]:
    return list(LOADER.disk_migrations[key].operations)


@pytest.mark.parametrize("key", MIGRATIONS, ids="/".join)
def test_a_migration_can_be_undone(key: tuple[str, str]) -> None:
    assert [op for op in operations(key) if not op.reversible] == []


@pytest.mark.parametrize("key", [key for key in MIGRATIONS if key[0] != "core"], ids="/".join)
def test_a_migration_comes_after_the_functions_of_row_security(key: tuple[str, str]) -> None:
    assert ("core", "0001_initial") in LOADER.graph.forwards_plan(key)


@pytest.mark.parametrize("key", MIGRATIONS, ids="/".join)
def test_a_migration_runs_in_one_transaction(key: tuple[str, str]) -> None:
    assert LOADER.disk_migrations[key].atomic


@pytest.mark.parametrize(
    "key", [key for key in MIGRATIONS if not LOADER.disk_migrations[key].initial], ids="/".join
)
def test_a_later_migration_never_rewrites_a_full_table(key: tuple[str, str]) -> None:
    """A new column of an old table is nullable or has a default of the database; nothing is renamed or dropped."""
    fresh = {op.name_lower for op in operations(key) if isinstance(op, migrations.CreateModel)}
    for op in operations(key):
        assert not isinstance(op, migrations.RenameField | migrations.RenameModel | migrations.RemoveField), (
            op
        )
        if isinstance(op, migrations.AddField) and op.model_name_lower not in fresh:
            assert op.field.null or op.field.db_default is not NOT_PROVIDED, op


def test_every_package_of_models_has_its_migrations() -> None:
    for config in apps.get_app_configs():
        if config.label in OURS and list(config.get_models()):
            assert (Path(config.path) / "migrations" / "0001_initial.py").exists(), config.label
