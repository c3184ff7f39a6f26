"""`muster bench`: the measurements are named, and one runs from end to end at a small size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from muster.project.commands_bench import BENCHES, bench


def test_the_measurements_are_named_without_being_loaded() -> None:
    said = CliRunner().invoke(bench, ["--help"]).output
    assert all(name in said for name in BENCHES)
    assert CliRunner().invoke(bench, ["weather"]).exit_code == 2


@pytest.mark.slow
def test_imports_are_measured_beside_the_plain_one() -> None:
    command = [sys.executable, "-m", "muster.project", "bench", "import", "--json"]
    sizes = ["--runs", "2", "--known", "300", "--rows", "200", "--list", "100"]
    house = Path(__file__).parents[2]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    done = subprocess.run([*command, *sizes], cwd=house, env=ours, capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    assert [row["name"].split()[:2] for row in rows] == [
        ["import", "residents"], ["preview", "residents"], ["import", "lists"], ["preview", "lists"],
    ]  # fmt: skip
    for row in rows:
        assert set(row) >= {"name", "ours", "reference", "ratio", "unit", "runs"}
        assert row["runs"] == 2
        assert row["ours"] > 0
