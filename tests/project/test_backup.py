"""A backup comes back whole, into an empty database only, and commit order goes on above it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from muster.project import embedded
from tests.project.places import HOUSE, muster, open_directory, own_environment

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def var() -> Iterator[Path]:
    with open_directory() as place:
        run(place / "var", "migrate")
        yield place / "var"
        embedded.Server(place / "var" / "pg").delete()


def run(var: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = own_environment(var)
    return subprocess.run(
        muster(*args), cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )


def query(var: Path, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.Server(var / "pg").dsn("muster"), autocommit=True) as database:
        cursor = database.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def test_a_backup_comes_back_and_the_old_database_is_kept(var: Path, tmp_path: Path) -> None:
    query(
        var, "create table kept as select generate_series(1, 1000) as n; alter table kept owner to app_owner"
    )
    done = run(var, "backup", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (dump,) = tmp_path.glob("*.dump")
    assert dump.stat().st_mode & 0o777 == 0o600
    query(var, "delete from kept where n > 10")
    (before,) = query(var, "select pg_current_xact_id()::text::bigint")

    refused = run(var, "restore", str(tmp_path))
    assert refused.returncode == 1
    assert "not empty" in refused.stderr
    assert query(var, "select count(*) from kept") == [(10,)]

    restored = run(var, "restore", str(tmp_path), "--into-empty")
    assert restored.returncode == 0, restored.stderr
    assert query(var, "select count(*) from kept") == [(1000,)]
    (kept,) = query(var, "select datname from pg_database where datname like 'muster_before_%'")
    assert str(kept[0]) in restored.stdout
    assert query(var, "select training from core_installation") == [(False,)]
    (after,) = query(var, "select muster_tx()")
    assert int(str(after[0])) > int(str(before[0]))
    check = run(var, "check", "--json")
    assert check.returncode == 0, check.stdout
    assert all(not problem["is_grave"] for problem in json.loads(check.stdout)["problems"])


def test_a_damaged_backup_is_refused(var: Path, tmp_path: Path) -> None:
    assert run(var, "backup", str(tmp_path)).returncode == 0
    (dump,) = tmp_path.glob("*.dump")
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)
    done = run(var, "restore", str(tmp_path), "--into-empty")
    assert done.returncode == 1
    assert "damaged" in done.stderr


def test_a_directory_without_a_backup_is_refused(var: Path, tmp_path: Path) -> None:
    done = run(var, "restore", str(tmp_path))
    assert done.returncode == 1
    assert "no usable backup" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_used_real_installation_never_becomes_training(var: Path) -> None:
    query(var, "insert into core_account (id, password, username, title, is_active, language)"
               " values (gen_random_uuid(), '', 'somebody', '', true, 'zh-hans')")  # fmt: skip
    done = run(var, "serve", "--training", "--port", "0")
    assert done.returncode == 1
    assert "never becomes a training one" in done.stderr
    assert query(var, "select training from core_installation") == [(False,)]
