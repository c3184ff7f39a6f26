"""`muster demo`: what it refuses, what it prints, and one whole small demo from nothing."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from drill.play.run import Outcome
from drill.reconcile import Derived
from muster.project import demo as house
from muster.project import embedded
from muster.project.commands_demo import demo, shares
from muster.project.demo_table import show
from tests.project.places import HOUSE, muster, open_directory, own_environment

SMALL = HOUSE / "tests" / "drill" / "data" / "small.yaml"


@pytest.fixture
def var() -> Iterator[Path]:
    """An installation directory that is not there yet."""
    with open_directory() as place:
        yield place / "var"
        embedded.Server(place / "var" / "pg").delete()


def run(var: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """`muster demo` in a process of its own."""
    command = muster("demo", "--var", str(var), "--no-serve", *args)
    return subprocess.run(
        command, cwd=HOUSE, env=own_environment(var), capture_output=True, text=True, check=False
    )


def test_shares_are_read() -> None:
    """A name alone is all of it."""
    assert shares(("record_attempt:0.5", "serve")) == {"record_attempt": 0.5, "serve": 1.0}


@pytest.mark.parametrize("text", ["serve:half", "serve:1.5", "serve:-1"])
def test_a_share_must_be_a_share(text: str) -> None:
    """Anything else is refused in words."""
    with pytest.raises(click.BadParameter, match="0 to 1"):
        shares((text,))


def test_a_real_installation_is_left_alone(var: Path) -> None:
    """Nothing of it is touched, not even with --fresh."""
    var.mkdir()
    (var / "installation.json").write_text('{"training": false}')
    refused = run(var, "--fresh")
    assert refused.returncode == 1
    assert "real installation" in refused.stderr
    assert [path.name for path in var.iterdir()] == ["installation.json"]


def test_an_unknown_command_is_refused_with_the_names_there_are(var: Path) -> None:
    """Before anything is made."""
    refused = run(var, "--scenario", str(SMALL), "--withhold", "record_atempt")
    assert refused.returncode == 1
    assert "record_atempt" in refused.stderr
    assert "record_attempt" in refused.stderr
    assert not (var / "pg").exists()


def test_a_broken_scenario_is_refused_in_plain_words(var: Path, tmp_path: Path) -> None:
    """The file, the place and the reason; no traceback."""
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        SMALL.read_text(encoding="utf-8").replace("people: 10,", "people: ten,"), encoding="utf-8"
    )
    refused = run(var, "--scenario", str(broken))
    assert refused.returncode == 1
    assert "broken.yaml" in refused.stderr
    assert "batches" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_help_tells_the_options() -> None:
    """Every option has its line."""
    text = CliRunner().invoke(demo, ["--help"]).output
    assert all(
        option in text for option in ("--scenario", "--withhold", "--no-serve", "--json", "--fresh", "--seed")
    )


def derived(recorded: int | None, **entry: Any) -> Derived:
    """A published entry with what was derived."""
    return Derived(
        {"ref": "X", "figure": "batch_people", "value": 100, "relation": "exact"} | entry,
        recorded,
        (),
        recorded,
    )


def test_the_judgement_names_every_status(capsys: pytest.CaptureFixture[str]) -> None:
    """Agreement, bounds, conflict, absence, error; said in both languages, services with what they are."""
    batches = [{"people": 50, "muster_at": "2022-02-18T20:00", "printed_date": "2022-12-18"}, {"people": 60}]
    found = house.judge([
        derived(100), derived(120, relation="at_least"), derived(None), derived(99),
        derived(110, value=200, relation="conflict", batches=batches),
    ])  # fmt: skip
    assert [one["status"] for one in found] == [
        "agrees",
        "bound_met",
        "missing",
        "wrong",
        "conflict_reported",
    ]
    assert "12-18" in found[-1]["explanation"].en
    part = {"title": {"zh": "召集书", "en": "call-out letters"}, "found": 27, "least": 1, "screen": "batches"}
    listed = [
        {"ref": "G3", "status": "played", "parts": [part]},
        {"ref": "X9", "status": "missing", "parts": []},
    ]
    total = {"facts": 5, "lost": 0, "duplicated": 0, "seconds": 1.5}
    show({"figures": found, "services": listed, **total}, Outcome(5, 0))
    said = capsys.readouterr().out
    for words in (
        "应为02-18",
        "plainly 02-18",
        "没有可用于统计的记录",
        "召集书 / call-out letters",
        "27",
        "X9",
    ):
        assert words in said


@pytest.mark.slow
def test_a_whole_demo_and_the_same_again(var: Path) -> None:
    """One line of JSON with every figure; a second run finds everything played and says the same."""
    lines = []
    for _ in range(2):
        done = run(var, "--scenario", str(SMALL), "--json")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count("\n") == 1
        lines.append(json.loads(done.stdout))
    first, second = lines
    assert {one["status"] for one in first["figures"]} == {"agrees", "bound_met"}
    assert set(first["figures"][0]) == {"ref", "published", "relation", "derived", "status"}
    assert first["services"] == [{"ref": "L1", "status": "played"}, {"ref": "G15", "status": "played"}]
    assert (first["lost"], first["duplicated"]) == (0, 0)
    assert first["facts"] > 300
    assert {**first, "seconds": 0} == {**second, "seconds": 0}
