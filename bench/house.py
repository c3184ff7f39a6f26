"""A throw-away installation with a durable database and a real web server, for one measurement."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg


class Row(msgspec.Struct):
    """One line of results: medians, and how the two compare."""

    name: str
    ours: float
    reference: float
    ratio: float
    unit: str
    runs: int


def row(name: str, ours: Sequence[float], reference: Sequence[float], unit: str) -> Row:
    """Medians of both sides and the median of the ratios run by run."""
    ratios = [a / b for a, b in zip(ours, reference, strict=True)]
    return Row(
        name,
        round(statistics.median(ours), 2),
        round(statistics.median(reference), 2),
        round(statistics.median(ratios), 3),
        unit,
        len(ours),
    )


class Rows(list[Row]):
    """Lines of what was measured once."""

    def put(self, name: str, ours: float, reference: float, unit: str) -> None:
        """One more."""
        self.append(Row(name, round(ours, 1), round(reference, 1), round(ours / reference, 3), unit, 1))


def show(rows: Sequence[Row], as_json: bool) -> None:
    """One line of JSON, or a table."""
    if as_json:
        print(msgspec.json.encode(rows).decode())
        return
    for one in rows:
        print(
            f"{one.name:42} {one.ours:>12,.1f} {one.reference:>12,.1f} {one.ratio:>7.3f}  {one.unit} (n={one.runs})"
        )


@contextmanager
def house() -> Iterator[Path]:
    """An installation in a temporary directory; durable settings, removed afterwards."""
    place = Path(tempfile.mkdtemp(prefix="muster-bench-", dir=os.environ.get("MUSTER_BENCH_DIR")))
    place.chmod(0o755)
    os.environ["MUSTER_VAR"] = str(place)
    os.environ["DJANGO_SETTINGS_MODULE"] = "muster.project.settings"
    from muster.project import installation

    try:
        installation.prepare()
        installation.setup_django()
        yield place
    finally:
        from django.db import connections

        connections.close_all()
        installation.server().delete()
        shutil.rmtree(place, ignore_errors=True)


def as_owner(script: str) -> None:
    """Run a script as the owner of the tables."""
    from muster.project import installation

    with psycopg.connect(installation.owner_dsn(), autocommit=True) as owner:
        owner.execute(script.encode())


def as_superuser(script: str) -> None:
    """Run a script as the server's superuser: for seeding by generated rows, past row security."""
    from muster.project import installation

    with psycopg.connect(
        installation.server().dsn(installation.database_name()), autocommit=True
    ) as superuser:
        superuser.execute(script.encode())


@contextmanager
def web(workers: int = 2, threads: int = 4) -> Iterator[int]:
    """The product's web server with the reference's address; yields its port."""
    from muster.project import installation

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = installation.environment() | {"DJANGO_SETTINGS_MODULE": "bench.settings"}
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        str(workers),
        "--blocking-threads",
        str(threads),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-ws",
        "--log-level",
        "warning",
        "muster.project.wsgi:application",
    ]
    server = subprocess.Popen(command, env=env)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


@contextmanager
def served() -> Iterator[int]:
    """`muster serve` as it is installed, jobs and all; yields its port."""
    from muster.project import installation

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "muster.project", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=installation.environment(), stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def _wait(port: int) -> None:
    for _ in range(1_200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server does not answer")


def options(arguments: Sequence[str] | None, **defaults: Any) -> Any:
    """`--name value` options with these defaults, and `--json`."""
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    for name, value in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser.parse_args(arguments)
