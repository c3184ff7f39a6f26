"""The script: written once, the same again, free of published values; schedules, packages and the log."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

import drill.play
from drill.client import Answer, DrillError, Server
from drill.ledger import Ledger
from drill.play.run import check_names, fingerprint
from drill.play.schedule import MOST, WINDOW, Withheld, hours, packages, schedule
from drill.play.writing import write
from drill.scenario import load
from tests.drill.small import all_taken, counts, script_of, small


def test_the_same_file_gives_the_same_commands(tmp_path: Path) -> None:
    """Ids and contents are derived, so that a second run is a retry of the first."""
    path = small(tmp_path, "twice")
    first, second = script_of(path), script_of(path)
    assert first.acts == second.acts
    assert len({act.id for act in first.acts}) == len(first.acts)


def test_published_values_change_nothing(tmp_path: Path) -> None:
    """Other published values, relations and hours: not one command differs, and it is the same play."""
    path = small(tmp_path, "scrambled")
    before = script_of(path)
    head, _, tail = path.read_text(encoding="utf-8").partition("services:")
    head = (
        re.sub(r"value: \d+", "value: 987654", head)
        .replace("exact", "at_least")
        .replace("横岗街道, measure", "x, measure")
    )
    path.write_text(f"{head}services:{tail}", encoding="utf-8")
    after = script_of(path)
    assert before.acts == after.acts
    assert fingerprint(before, {}) == fingerprint(after, {})


def test_nothing_that_plays_reads_what_was_published() -> None:
    """No module of the player names the function that reads the published figures."""
    for path in Path(drill.play.__file__).parent.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        imported = {alias.name for node in ast.walk(ast.parse(path.read_text()))
                    if isinstance(node, ast.ImportFrom) for alias in node.names}  # fmt: skip
        assert "published" not in names | imported


def test_withheld_is_a_seeded_share_of_one_kind(tmp_path: Path) -> None:
    """Half of the attempts stay away, the same half each time; nothing else does."""
    script = script_of(small(tmp_path, "half"))
    whole = Counter(one.event.command.name for one in schedule(script, Withheld({}, 7)) if not one.repeat)
    halves = [
        {
            one.event.command.id
            for one in schedule(script, Withheld({"record_attempt": 0.5}, 7))
            if not one.repeat
        }
        for _ in range(2)
    ]
    assert halves[0] == halves[1]
    left = Counter(act.name for act in script.acts if act.id in halves[0])
    assert 0.3 * whole["record_attempt"] < left["record_attempt"] < 0.7 * whole["record_attempt"]
    assert {**whole, "record_attempt": 0} == {**left, "record_attempt": 0}


def test_packages_keep_order_sender_and_size(tmp_path: Path) -> None:
    """Batches are full at the limit, of one sender and incident, and lose nothing."""
    sends = schedule(script_of(small(tmp_path, "packed")), Withheld({}, 7))
    by_sender = sorted(sends, key=lambda one: one.device)
    made = packages(by_sender)
    assert [one for package in made for one in package.sent] == by_sender
    assert all(len(package.sent) <= MOST for package in made)
    assert all({one.device for one in package.sent} == {package.sender} for package in made)


def test_windows_hold_what_leaves_in_them(tmp_path: Path) -> None:
    """No command leaves before it happened or after its window has ended; what is sent twice comes a window later."""
    listed = hours(schedule(script_of(small(tmp_path, "windows")), Withheld({}, 7)))
    for end, sends in listed:
        assert all(
            end - WINDOW * (1 + one.repeat) <= one.sent_at < end - WINDOW * one.repeat for one in sends
        )
        assert all(one.event.at <= one.sent_at for one in sends)
    assert any(one.repeat for _, sends in listed for one in sends)


def test_a_line_cut_off_by_a_kill_is_not_there(tmp_path: Path) -> None:
    """The log takes up its whole lines and goes on after them."""
    script = script_of(small(tmp_path, "cut"))
    ledger = all_taken(script, tmp_path)
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole[:-25])
    again = Ledger(tmp_path)
    again.read()
    assert len(again.entries) == len(script.acts) - 1
    again.write([(script.acts[-1], Answer(str(script.acts[-1].id), "duplicate"))])
    again.close()
    assert again.path.read_bytes() == whole


def test_what_was_refused_and_then_taken_counts_once(tmp_path: Path) -> None:
    """A command that had to wait is counted when the server takes it, and refusals are told by code."""
    script = script_of(small(tmp_path, "waits"))
    act = next(one for one in script.acts if one.name == "roll_call")
    ledger = Ledger(tmp_path / "log")
    ledger.read()
    ledger.write([(act, Answer(str(act.id), "quarantined", "sync.not_visible_yet"))])
    assert not ledger.settled(act)
    assert not ledger.entries
    ledger.write([(act, Answer(str(act.id), "duplicate"))] * 2)
    ledger.close()
    assert ledger.settled(act)
    assert list(ledger.entries) == [act.id]
    assert ledger.refusals == {("roll_call", "quarantined", "sync.not_visible_yet"): 1}


def test_the_log_counts_what_the_plan_says(tmp_path: Path) -> None:
    """Figures of a play of which everything was taken are those of the plan."""
    found = counts(all_taken(script_of(small(tmp_path, "plan")), tmp_path / "log"), "plan")
    assert found["volunteers_recruited"] == 6
    assert found["batch_people"] == 10
    assert found["agency_staff_deployed"] == 9  # one of them keeps order at the site
    assert found["school_staff_on_duty"] == 3
    assert found["buildings_swept"] == 2
    assert found["responders_served"] == 12


def test_an_unknown_command_is_named_with_those_there_are(tmp_path: Path) -> None:
    """A misspelt command is refused before anything is sent."""
    with pytest.raises(DrillError, match=r"record_attempts.*record_attempt"):
        check_names(script_of(small(tmp_path, "misspelt")), {"record_attempts": 1.0})


def test_the_drill_stays_on_this_machine() -> None:
    """No server elsewhere is ever addressed."""
    with pytest.raises(DrillError, match="this machine"):
        Server("http://192.0.2.1:8000")


def test_nothing_happens_before_its_incident_is_opened() -> None:
    """In the reference case: the server knows no incident before."""
    script = write(load("shenzhen-2022"))
    opened = {key: play.opened_at for key, play in script.scenario.plays.items()}
    assert {act.name for act in script.acts if act.at < opened[act.incident]} == set()
