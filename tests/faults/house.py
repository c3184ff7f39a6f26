"""A real installation that is hurt on purpose: `muster serve`, telephones that never give up, processes to kill."""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from muster.core.ids import new_id
from muster.project import embedded
from tests.faults import field
from tests.project.places import HOUSE, free_port, muster, open_directory, own_environment

PATIENCE = 120.0


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE, what: str = "") -> float:
    """Until it holds; the seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"waited {seconds} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - began


def children_of(pid: int) -> list[int]:
    """Direct children that run just now."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> str:
    """The command line, or nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


class Installation:
    """One served installation and the ids of its processes."""

    def __init__(self, var: Path, log: IO[bytes]) -> None:
        self.port = free_port()
        self.environment = own_environment(var) | {"GRANIAN_RESPAWN_INTERVAL": "0.2"}
        self.server = embedded.Server(var / "pg")
        command = muster("serve", "--port", str(self.port), "--no-jobs")
        self.serve = subprocess.Popen(
            command, cwd=HOUSE, env=self.environment, stdout=subprocess.PIPE, stderr=log
        )
        assert self.serve.stdout is not None
        assert b"ready" in self.serve.stdout.readline()

    def inside(self, *args: str) -> Any:
        """Run tests/faults/stage.py in this installation; what it printed."""
        boot = "import sys; from muster.project import installation; installation.setup_django()"
        command = [
            sys.executable,
            "-c",
            f"{boot}; from tests.faults import stage; stage.run(*sys.argv[1:])",
            *args,
        ]
        done = subprocess.run(
            command, cwd=HOUSE, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def workers(self) -> list[int]:
        """The web workers."""
        masters = [pid for pid in children_of(self.serve.pid) if "granian" in command_of(pid)]
        return [pid for one in masters for pid in children_of(one) if "tracker" not in command_of(pid)]

    def backends(self) -> list[int]:
        """The database's processes that work for the web."""
        pid = self.server.pid()
        return [one for one in children_of(pid or 0) if "app_rw" in command_of(one)]

    def postmasters(self) -> list[int]:
        """The database itself."""
        pid = self.server.pid()
        return [pid] if pid and self.server.running() else []

    def post(
        self, token: str, commands: list[field.Command], timeout: float = 15
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a batch once: status, headers, body; status 0 when the connection broke."""
        body = json.dumps({"batch": str(new_id()), "commands": commands}, default=str)
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            web.request(
                "POST",
                "/sync",
                body,
                {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
            )
            answer = web.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, {}, b""
        finally:
            web.close()

    def stop(self) -> None:
        """Down, whatever state it is in."""
        self.serve.send_signal(signal.SIGTERM)
        try:
            self.serve.wait(40)
        finally:
            self.serve.kill()
            self.serve.wait()
            self.server.delete()


@contextmanager
def served(telephones: int, directory: Path | None = None) -> Iterator[tuple[Installation, list[str]]]:
    """An installation (on a disk of one's own, if wished) with its scene set, and the tokens of its telephones."""
    with open_directory() as place, open(place / "serve.log", "wb") as log:
        house = Installation((directory or place) / "var", log)
        try:
            yield house, house.inside("set", str(telephones))
        finally:
            house.stop()


class Telephone(threading.Thread):
    """Sends batch after batch, each until it is acknowledged, and remembers every answer."""

    def __init__(self, house: Installation, number: int, token: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.house, self.number, self.token = house, number, token
        self.rng = random.Random(f"{seed}/{number}")
        self.sent: list[field.Command] = []
        self.answers: dict[str, str] = {}
        self.seen: Counter[int] = Counter()
        self.impolite: list[bytes] = []
        self.acknowledged_at = 0.0
        self.slowest = 0.0
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until told to stop; the batch in hand is still brought home."""
        while not self.stopping.is_set():
            batch = field.observed(self.rng)
            self.sent += batch
            while not self._deliver(batch):
                time.sleep(self.rng.uniform(0.01, 0.05))

    def _deliver(self, batch: list[field.Command]) -> bool:
        began = time.monotonic()
        status, headers, body = self.house.post(self.token, batch)
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.seen[status] += 1
        if status == 200:
            self.answers |= {answer["id"]: answer["result"] for answer in json.loads(body)["answers"]}
            self.acknowledged_at = time.monotonic()
            return True
        if status not in (0, 503) or (status == 503 and "retry-after" not in headers):
            self.impolite.append(b"%d %s" % (status, body[:200]))
        return False


@contextmanager
def under_load(house: Installation, tokens: list[str], seed: int) -> Iterator[list[Telephone]]:
    """Telephones that send while the block runs; afterwards every batch has been brought home."""
    phones = [Telephone(house, number, token, seed) for number, token in enumerate(tokens)]
    for phone in phones:
        phone.start()
    try:
        yield phones
    finally:
        for phone in phones:
            phone.stopping.set()
        for phone in phones:
            phone.join(PATIENCE)


def kill(pids: list[int], rng: random.Random, number: int = signal.SIGKILL) -> bool:
    """End one of these processes without a word; False when it was gone already."""
    if not pids:
        return False
    try:
        os.kill(rng.choice(pids), number)
    except ProcessLookupError:
        return False
    return True
