"""R3: the disk fills up under load and is emptied again: nothing acknowledged is lost, and work goes on by itself."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import Installation, served, under_load, wait_for
from tests.faults.test_crash import SEED, check
from tests.project.places import open_directory

pytestmark = [pytest.mark.slow, pytest.mark.crash]

SIZE = "700m"  # the database, its log of changes, and room for a ballast


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system with an end; only an administrator can make one."""
    with open_directory() as place:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("R3 NOT TESTED HERE: mounting a small file system needs an administrator")
        try:
            yield place
        finally:
            subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(ballast: Path) -> None:
    """Take every byte that is left."""
    with contextlib.suppress(OSError), open(ballast, "ab", buffering=0) as file:
        while file.write(bytes(1 << 20)):
            pass
    with contextlib.suppress(OSError), open(ballast, "ab", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def healthy(house: Installation) -> bool:
    """Does the program still answer that its database is there?"""
    import urllib.request

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{house.port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_a_full_disk_loses_nothing_and_is_survived(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with served(2, small_disk) as (house, tokens):
        with under_load(house, tokens, SEED + 3) as phones:
            wait_for(lambda: all(phone.acknowledged_at for phone in phones), what="load")
            refused = sum(phone.seen[503] + phone.seen[0] for phone in phones)

            def is_felt() -> bool:
                fill(ballast)  # again and again: what a failed transaction gave back is taken too
                return sum(phone.seen[503] + phone.seen[0] for phone in phones) > refused + 3

            wait_for(is_felt, what="an answer that nothing can be stored")
            time.sleep(1)
            ballast.unlink()
            emptied = time.monotonic()
            wait_for(lambda: all(phone.acknowledged_at > emptied for phone in phones), what="work to go on")
        wait_for(lambda: healthy(house), what="health")
        check(house, phones)
