"""One command brings everything up, keeps it up, and takes it down in order."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from muster.project import embedded
from tests.project.places import HOUSE, free_port, muster, open_directory, own_environment

pytestmark = [pytest.mark.slow, pytest.mark.crash]


@pytest.fixture
def var() -> Iterator[Path]:
    with open_directory() as place:
        yield place / "var"
        embedded.Server(place / "var" / "pg").delete()


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def children_of(pid: int) -> dict[str, int]:
    """The direct children of `serve` by what they are."""
    found = {}
    for line in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{line}/cmdline").read_bytes()
        found["web" if b"granian" in words else "worker" if b"procrastinate" in words else "other"] = int(
            line
        )
    return found


def test_serve_comes_up_heals_and_stops(var: Path) -> None:
    port, environment = free_port(), own_environment(var)
    command = muster("serve", "--port", str(port), "--training")
    serve = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert serve.stdout is not None
        assert re.search(rf"ready: http://127.0.0.1:{port}", serve.stdout.readline())
        url, server = f"http://127.0.0.1:{port}/", embedded.Server(var / "pg")
        assert 200 <= status_of(url) < 500
        assert server.running()

        again = subprocess.run(
            muster("serve"), cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
        )
        assert again.returncode == 1
        assert "already running" in again.stderr

        check = subprocess.run(
            muster("check"), cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
        )
        assert check.returncode == 0, check.stdout + check.stderr
        assert "training" in check.stdout

        wait_for(lambda: {"web", "worker"} <= children_of(serve.pid).keys())
        before = children_of(serve.pid)
        postmaster = server.pid()
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: server.running() and server.pid() != postmaster)
        for name, pid in before.items():
            wait_for(lambda name=name, pid=pid: children_of(serve.pid).get(name, pid) != pid)  # type: ignore[misc]
        wait_for(lambda: 200 <= status_of(url) < 500)

        conf, postmaster = server.data / "postgresql.conf", server.pid()
        whole = conf.read_text()
        conf.write_text(f"{whole}\nno_such_setting = 1\n")  # the next start fails: killed, full, slow to go
        assert postmaster is not None
        os.kill(postmaster, signal.SIGKILL)
        wait_for(lambda: "no_such_setting" in server.log.read_text())
        assert serve.poll() is None, "one start that fails is not the end"
        conf.write_text(whole)
        wait_for(lambda: server.running())
        wait_for(lambda: 200 <= status_of(url) < 500)

        serve.send_signal(signal.SIGTERM)
        assert serve.wait(40) == 0
        assert status_of(url) == 0
        assert not server.running()
    finally:
        serve.kill()
        serve.wait()


def test_stop_ends_serve_from_another_shell(var: Path) -> None:
    port, environment = free_port(), own_environment(var)
    command = muster("serve", "--port", str(port), "--no-jobs", "--workers", "1")
    serve = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert serve.stdout is not None
        assert "ready" in serve.stdout.readline()
        assert subprocess.run(muster("stop"), cwd=HOUSE, env=environment, check=True).returncode == 0
        assert serve.wait(5) == 0
        assert not embedded.Server(var / "pg").running()
    finally:
        serve.kill()
        serve.wait()


def test_a_killed_serve_leaves_nothing_in_the_way(var: Path) -> None:
    port, environment = free_port(), own_environment(var)
    command = muster("serve", "--port", str(port), "--workers", "1")
    for _ in range(2):
        serve = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.PIPE, text=True)
        assert serve.stdout is not None
        assert "ready" in serve.stdout.readline()
        serve.kill()
        serve.wait()
        wait_for(lambda: status_of(f"http://127.0.0.1:{port}/") == 0)
    assert embedded.Server(var / "pg").running(), "the database outlives a killed serve"
    done = subprocess.run(
        muster("stop"), cwd=HOUSE, env=environment, capture_output=True, text=True, check=True
    )
    assert "stopped" in done.stdout


def test_a_taken_port_is_a_clear_error(var: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        command = muster("serve", "--port", str(other.getsockname()[1]))
        done = subprocess.run(
            command, cwd=HOUSE, env=own_environment(var), capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "is taken" in done.stderr
    assert not (var / "pg" / "data").exists()
