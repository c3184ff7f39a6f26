"""One command, three processes: PostgreSQL if it is ours, the web server, the job worker; stopped in order."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from muster.project import installation
from muster.project.embedded import EmbeddedError

START_SECONDS = 120.0
STOP_SECONDS = 20.0
PAUSE = 2.0  # between two starts of one process
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Plan:
    """Where to listen and with how many hands."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 24  # seven work at a time (project/admission.py), thirteen wait, the rest say no
    jobs: bool = True
    training: bool = False

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        return f"http://{self.host}:{self.port}"


@dataclass
class Child:
    """A process that is started again when it dies."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches only us; it ends when we are killed."""
        self._sweep()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=installation.environment(),
            stdout=2,  # our own output is the ready line and nothing else
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def is_up(self) -> bool:
        """Still running?"""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Politely; by force when it does not listen."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._sweep()

    def _sweep(self) -> None:
        """End what a killed process left in its session: orphaned web workers would keep the port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def children(plan: Plan) -> list[Child]:
    """The web server first: it is stopped first too, so that nothing new arrives while jobs finish."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--log-level", "error"]
    web += ["--host", plan.host, "--port", str(plan.port), "--workers", str(plan.workers)]
    web += [
        "--blocking-threads",
        str(plan.threads),
        "--respawn-failed-workers",
        "--workers-kill-timeout",
        "10",
    ]
    worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2"]
    worker += ["--delete-jobs", "successful", "--shutdown-graceful-timeout", "10"]
    jobs = [Child("worker", worker)] if plan.jobs else []
    return [Child("web", [*web, "muster.project.wsgi:application"]), *jobs]


def run(plan: Plan, ready: Callable[[str], None] | None = None) -> int:
    """Serve until a signal; returns the exit status. `ready` is told the address once it answers."""
    stopping: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        stopping.append(number)

    for number in SIGNALS:
        signal.signal(number, on_signal)
    with only_one():
        _require_free(plan)
        started = installation.prepare(training=plan.training)
        try:
            return _supervise(children(plan), plan, ready, stopping)
        finally:
            if started:
                installation.server().stop()


def _supervise(
    processes: list[Child], plan: Plan, ready: Callable[[str], None] | None, stopping: list[int]
) -> int:
    """Keep everything running until told to stop; then stop in order."""
    told, began = False, time.monotonic()
    try:
        for child in processes:
            if not stopping:
                child.start()
        while not stopping:
            if not told and answers(plan):
                told = True
                if ready:
                    ready(plan.url)
            dead = [child for child in processes if not child.is_up()]
            if not told and (dead or time.monotonic() - began > START_SECONDS):
                name = dead[0].name if dead else "web"
                print(f"{name} does not start: giving up", file=sys.stderr, flush=True)
                return 1
            _bring_back(dead)
            time.sleep(0.1)
        return 0
    finally:
        for child in processes:
            child.stop()


def _bring_back(dead: list[Child]) -> None:
    """Start again what died: the database first, since the others stop when it does."""
    if installation.is_embedded() and not installation.server().running():
        print("database died: starting it again", file=sys.stderr, flush=True)
        try:
            installation.server().start()
        except (EmbeddedError, subprocess.TimeoutExpired) as error:  # killed while it started, or slow to go
            said = str(error).splitlines()[0]
            print(f"database: {said} trying again; see postgres.log", file=sys.stderr, flush=True)
            time.sleep(PAUSE)
            return
    for child in dead:
        if time.monotonic() - child.started > PAUSE:
            print(f"{child.name} died: starting it again", file=sys.stderr, flush=True)
            child.start()


def answers(plan: Plan) -> bool:
    """Does the program answer a request, whatever it says? The port alone opens before that."""
    web = http.client.HTTPConnection(plan.host, plan.port, timeout=2)
    try:
        web.request("HEAD", "/", headers={"Host": "localhost"})
        return web.getresponse().status > 0
    except (OSError, http.client.HTTPException):
        return False
    finally:
        web.close()


def _require_free(plan: Plan) -> None:
    with contextlib.suppress(OSError), socket.create_connection((plan.host, plan.port), timeout=1):
        raise installation.InstallationError(
            f"端口 {plan.port} 已被占用 / port {plan.port} is taken: stop the other program or use --port"
        )


def die_with_parent() -> None:
    """Linux: ask for SIGTERM when the parent is killed, so that no orphan keeps the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _lock_path() -> Path:
    return installation.root() / "serve.lock"


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """One `serve` per installation; the lock file holds its pid and the lock proves it alive."""
    installation.root().mkdir(parents=True, exist_ok=True)
    with open(_lock_path(), "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise installation.InstallationError(
                "已在运行 / already running; `muster stop` ends it"
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def stop_running(wait: float = 3 * STOP_SECONDS) -> bool:
    """Ask a running `serve` of this installation to stop and wait; False when there is none."""
    if not _lock_path().exists():
        return False
    end = time.monotonic() + wait
    with open(_lock_path()) as lock:
        asked = False
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                pid = lock.read().strip()  # empty for the moment before it is written
                if pid and not asked:
                    os.kill(int(pid), signal.SIGTERM)
                    asked = True
                if time.monotonic() > end:
                    raise installation.InstallationError("无法停止 / serve does not stop") from None
                time.sleep(0.1)
                continue
            return asked
