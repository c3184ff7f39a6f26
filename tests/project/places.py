"""Directories for servers and installations of their own, in memory where that exists."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOUSE = Path(__file__).parents[2]


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that the server's user can walk into, unlike pytest's private ones."""
    memory = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="muster-own-", dir=memory if memory.is_dir() else None))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def own_environment(var: Path) -> dict[str, str]:
    """The environment of an installation of its own: nothing of the test run's database."""
    kept = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("MUSTER_", "DATABASE_", "DJANGO_", "PYTEST_"))
    }
    path = os.pathsep.join(part for part in (str(HOUSE), os.environ.get("PYTHONPATH", "")) if part)
    return {**kept, "MUSTER_VAR": str(var), "PYTHONPATH": path}


def muster(*args: str) -> list[str]:
    """The command line, as a list for subprocess."""
    return [sys.executable, "-m", "muster.project", *args]


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
