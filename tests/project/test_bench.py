"""`muster bench`: the measurements are named, and one runs from end to end at a small size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from muster.project.commands_bench import BENCHES, bench

PAGES = "overview;work list;building page;coverage;untested"


def test_the_measurements_are_named_without_being_loaded() -> None:
    said = CliRunner().invoke(bench, ["--help"]).output
    assert all(name in said for name in BENCHES)
    assert CliRunner().invoke(bench, ["weather"]).exit_code == 2


def measured(*words: str) -> list[dict[str, Any]]:
    """What a measurement prints, run as users run it."""
    command = [sys.executable, "-m", "muster.project", "bench", *words, "--json"]
    house = Path(__file__).parents[2]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    done = subprocess.run(command, cwd=house, env=ours, capture_output=True, text=True, check=True)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    for row in rows:
        assert set(row) >= {"name", "ours", "reference", "ratio", "unit", "runs"}
        assert row["ours"] > 0
    return rows


@pytest.mark.slow
def test_imports_are_measured_beside_the_plain_one() -> None:
    rows = measured("import", "--runs", "2", "--known", "300", "--rows", "200", "--list", "100")
    assert [row["name"].split()[:2] for row in rows] == [
        ["import", "residents"], ["preview", "residents"], ["import", "lists"], ["preview", "lists"],
    ]  # fmt: skip
    assert {row["runs"] for row in rows} == {2}


@pytest.mark.slow
def test_every_page_is_measured_in_a_small_district() -> None:
    rows = measured("pages", "--residents", "3000", "--requests", "2", "--pages", PAGES)
    assert [row["name"] for row in rows[::2]] == PAGES.split(";")


@pytest.mark.slow
def test_pages_are_measured_in_districts_of_several_sizes() -> None:
    rows = measured("pages", "--residents", "1000,2000", "--requests", "2", "--pages", "work list")
    assert [row["name"] for row in rows[::2]] == ["work list, 1,000 residents", "work list, 2,000 residents"]


@pytest.mark.slow
def test_batches_are_measured_beside_copy() -> None:
    rows = measured("sync", "--runs", "1", "--batches", "4", "--items", "2000")
    assert len(rows) == 4
