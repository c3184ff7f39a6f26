"""DATABASE_URL: the same commands on a PostgreSQL server of one's own, with passwords, over TCP."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from muster.project import embedded, provision
from tests.project.places import HOUSE, free_port, muster, open_directory, own_environment

pytestmark = pytest.mark.slow
PASSWORD = "a word for this test"


@pytest.fixture(scope="module")
def installation() -> Iterator[dict[str, str]]:
    """The environment of an installation whose server is not ours to start."""
    with open_directory() as place:
        port = free_port()
        network = {"listen_addresses": "'127.0.0.1'", "port": str(port)}
        server = embedded.Server(place / "pg", {**embedded.THROWAWAY, **network})
        server.start()
        hba = server.data / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        admin = f"host={server.sock} port={port} dbname=postgres user=postgres"
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute("select pg_reload_conf()")
        provision.provision(admin, "district", PASSWORD)
        url = f"postgresql://app_rw:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/district"
        yield {**own_environment(place / "var"), "DATABASE_URL": url, "ADMIN": admin}
        server.delete()


def run(environment: dict[str, str], *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        muster(*args), cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )


def test_migrate_check_and_backup(installation: dict[str, str], tmp_path: Path) -> None:
    migrated = run(installation, "migrate")
    assert migrated.returncode == 0, migrated.stderr
    checked = run(installation, "check")
    # Its throw-away settings, and nothing else.
    assert checked.returncode == 1
    assert checked.stdout.count("✗") == 3, checked.stdout
    assert checked.stdout.count("断电会丢数据") == 3
    saved = run(installation, "backup", str(tmp_path))
    assert saved.returncode == 0, saved.stderr
    refused = run(installation, "restore", str(tmp_path), "--into-empty")
    assert refused.returncode == 1
    assert "ask your administrator" in refused.stderr

    spare = {**installation, "DATABASE_URL": installation["DATABASE_URL"].replace("/district", "/spare")}
    provision.provision(installation["ADMIN"], "spare")
    restored = run(spare, "restore", str(tmp_path))
    assert restored.returncode == 0, restored.stderr
    assert run(spare, "check").stdout == checked.stdout
    assert not (Path(installation["MUSTER_VAR"]) / "pg").exists()


def test_a_wrong_password_is_a_plain_sentence(installation: dict[str, str]) -> None:
    wrong = {**installation, "DATABASE_URL": installation["DATABASE_URL"].replace("word", "guess")}
    done = run(wrong, "check")
    assert done.returncode == 1
    assert "The database does not answer" in done.stdout
    assert "Traceback" not in done.stderr
    migrated = run(wrong, "migrate")
    assert migrated.returncode == 1
    assert "does not answer app_owner" in migrated.stderr
    assert "Traceback" not in migrated.stderr
    assert PASSWORD not in done.stdout + done.stderr + migrated.stdout
