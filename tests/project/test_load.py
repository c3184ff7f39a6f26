"""The two loads at a small size, over real HTTP against the real server: nothing lost, a clear no, nobody starved."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).parents[2]


def run(name: str, *sizes: str) -> dict[str, dict[str, Any]]:
    """The lines of one run by name; it ends with 1 when something was lost or not answered clearly."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("MUSTER_")}
    command = [sys.executable, "-m", "muster.project", "bench", name, "--json", *sizes]
    done = subprocess.run(command, cwd=HOUSE, env=ours, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    return {row["name"]: row for row in json.loads(done.stdout)}


@pytest.mark.slow
def test_five_times_the_capacity_is_shed_and_nothing_is_lost() -> None:
    sizes = (
        "--rate",
        "20",
        "--seconds",
        "2",
        "--phones",
        "10",
        "--capacity",
        "1",
        "--storm",
        "2",
        "--after",
        "1",
    )
    rows = run("site-hour", *sizes)
    assert rows["acknowledged and in the database, of acknowledged"]["ratio"] == 1
    kept = rows["in the database, of sealed"]
    assert kept["ours"] == kept["reference"] > 0, "also what was told to come back has come"
    assert rows["5 times the capacity: told to come back, of all"]["ours"] > 0


@pytest.mark.slow
def test_phones_come_back_while_desks_and_others_work_on() -> None:
    sizes = ("--phones", "5", "--records", "120", "--live", "2", "--pages", "2", "--small", "2")
    rows = run("phones", *sizes)
    kept = rows["acknowledged and in the database, of acknowledged"]
    assert kept["ours"] == kept["reference"] >= 600
    for who in ("desk pages", "phones on the line"):
        assert rows[f"{who} meanwhile: answered, of all"]["ours"] > 0
