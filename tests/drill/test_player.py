"""Plays against a real training server: what it derives is what the drill's own log counts, whatever happens."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from drill.acknowledged import count, question
from drill.client import Desk, connected
from drill.ledger import Ledger
from drill.play.run import Outcome, play
from drill.play.script import COMMANDER, Script
from drill.reconcile import Derived, figures, services
from drill.scenario import load, published
from muster.project import embedded
from tests.drill.small import all_taken, script_of, small
from tests.project.places import HOUSE, free_port, muster, open_directory, own_environment

pytestmark = pytest.mark.slow
PASSWORD = "drill-tests-2022"
PREPARE = f"""
from datetime import UTC, datetime
from drill.play.script import Account
from muster.project import demo, installation
installation.setup_django()
account = Account("{COMMANDER}", "commander", 0, "")
demo.create_accounts([account], {{"{COMMANDER}": "{PASSWORD}"}}, datetime(2022, 2, 28, tzinfo=UTC))
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A training server of its own with one commander."""
    with open_directory() as place:
        port, environment = free_port(), own_environment(place / "var")
        command = muster("serve", "--training", "--no-jobs", "--port", str(port))
        serve = subprocess.Popen(command, cwd=HOUSE, env=environment, stdout=subprocess.PIPE, text=True)
        try:
            assert serve.stdout is not None
            assert "ready" in serve.stdout.readline()
            subprocess.run([sys.executable, "-c", PREPARE], cwd=HOUSE, env=environment, check=True)
            yield f"http://127.0.0.1:{port}"
        finally:
            serve.terminate()
            serve.wait()
            embedded.Server(place / "var" / "pg").delete()


def quiet(_done: int, _total: int, _at: datetime) -> None:
    """No progress shown."""


def played(
    url: str, script: Script, folder: Path, withheld: Mapping[str, float] | None = None
) -> tuple[Outcome, Ledger]:
    """Play it with the one account there is."""
    return play(script, url, folder, {COMMANDER: PASSWORD}, (withheld or {}, quiet))


def derived(url: str, path: Path, ledger: Ledger) -> dict[str, Derived]:
    """What the server derives for the published figures of a scenario."""
    with connected(url) as server:
        found = figures(Desk(server, COMMANDER, PASSWORD), load(path), published(path), ledger)
    return {str(one.entry["ref"]): one for one in found}


def expected(path: Path, script: Script, folder: Path) -> dict[str, int | None]:
    """What the figures are when everything of the plan was taken."""
    ledger = all_taken(script, folder)
    return {str(one["ref"]): count(ledger, question(script.scenario, one)) for one in published(path).figures}


def test_the_server_derives_what_the_log_counts(url: str, tmp_path: Path) -> None:
    """With phones offline, lost, sending twice and by wrong clocks: every figure is that of the plan."""
    path = small(tmp_path, "whole", 1)
    script = script_of(path)
    outcome, ledger = played(url, script, tmp_path / "log")
    found = derived(url, path, ledger)
    assert {ref: one.value or 0 for ref, one in found.items()} == expected(path, script, tmp_path / "plan")
    assert {ref: one.counted for ref, one in found.items()} == {
        ref: one.value or 0 for ref, one in found.items()
    }
    assert outcome.lost == 0
    told = Counter(act.name for act in script.acts if act.id not in ledger.entries)
    assert set(told) <= {"claim_seat", "declare_fitness"}, told
    with connected(url) as server:
        listed = services(Desk(server, COMMANDER, PASSWORD), script.scenario, published(path))
    assert listed == [{"ref": "L1", "status": "played"}, {"ref": "G15", "status": "played"}]


def test_an_interrupted_play_goes_on_to_the_same_end(url: str, tmp_path: Path) -> None:
    """Stopped twice, with the end of the log torn off once: nothing is lost and nothing counts twice."""
    path = small(tmp_path, "torn", 8)
    script = script_of(path)

    def stop(done: int, total: int, _at: datetime) -> None:
        """Stop in the middle."""
        if done > total * 0.4:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            play(script, url, tmp_path / "log", {COMMANDER: PASSWORD}, ({}, stop))
    log = tmp_path / "log" / "acknowledged.jsonl"
    log.write_bytes(log.read_bytes()[:-1500])
    outcome, ledger = played(url, script, tmp_path / "log")
    found = derived(url, path, ledger)
    assert {ref: one.value or 0 for ref, one in found.items()} == expected(path, script, tmp_path / "plan")
    assert outcome.lost == 0


@pytest.mark.parametrize(
    ("code", "day", "withheld", "gone", "lower"),
    [
        ("no-meals", 15, {"serve": 1.0}, {"P10"}, set()),
        ("few-calls", 22, {"record_attempt": 0.5}, set(), {"P3", "P11"}),
    ],
)
def test_withheld_commands_lower_what_depends_on_them(
    url: str, tmp_path: Path, code: str, day: int, withheld: dict[str, float], gone: set[str], lower: set[str]
) -> None:
    """Exactly the figures of the withheld kind go or fall, to what the log counts."""
    path = small(tmp_path, code, day)
    script = script_of(path)
    outcome, ledger = played(url, script, tmp_path / "log", withheld)
    found = derived(url, path, ledger)
    whole = expected(path, script, tmp_path / "plan")
    for ref, one in found.items():
        assert (one.value or 0) == one.counted, ref
        if ref in gone:
            assert not one.value
        elif ref in lower:
            assert 0 < (one.value or 0) < (whole[ref] or 0)
        elif ref != "P2":  # callers: fewer calls may or may not silence one
            assert one.value == whole[ref], ref
    assert outcome.lost == 0
