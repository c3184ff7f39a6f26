"""The two ways of calling read one book and keep to the same limits; the scorer sees through both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from drill.callers import book as books
from drill.callers import score, spreadsheet
from drill.callers.book import START, Book, Call
from muster.protocols import load

HOUSE = Path(__file__).parents[2]


@pytest.fixture
def small(tmp_path: Path) -> Book:
    books.generate(tmp_path / "book.jsonl", seed=3, records=120, callers=6)
    return books.read(tmp_path / "book.jsonl")


def call(book: Book, row: int, minute: int, outcome: str) -> Call:
    record = book.records[row]
    return Call(START + timedelta(minutes=minute), record.person, 0, (record.row,), outcome, 4)


def test_a_seed_writes_one_book(tmp_path: Path) -> None:
    for name in ("a", "b"):
        books.generate(tmp_path / name, seed=5, records=60, callers=4)
    books.generate(tmp_path / "c", seed=6, records=60, callers=4)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a").read_bytes() != (tmp_path / "c").read_bytes()


def test_some_people_are_named_twice(small: Book) -> None:
    assert len({one.person for one in small.records}) < len(small.records) == 120


@pytest.mark.parametrize("any_hour", [False, True])
def test_the_spreadsheet_keeps_to_the_limits_and_settles_every_row(small: Book, any_hour: bool) -> None:
    calls = spreadsheet.play(small, any_hour=any_hour)
    found = score.score(small, calls)
    assert (found.settled, found.at_night) == (120, 0)
    by_row: dict[int, list[Call]] = {}
    for one in calls:
        by_row.setdefault(one.rows[0], []).append(one)
    gap = timedelta(minutes=small.head.limits.gap_minutes)
    for tries in by_row.values():
        assert [one.outcome for one in tries].count("no_answer") <= small.head.limits.tries
        assert all(b.at - a.at >= gap for a, b in pairwise(tries))
    assert found.repeated > 0, "nobody sees what another wrote about the same person"


def test_a_call_is_tried_again_in_another_part_of_the_day_as_the_protocol_says(small: Book) -> None:
    """The book's rule is that of the pack, so that both sides wait equally long."""
    calling = load("covid-cn-v8").attempts
    assert calling
    rng = Random(4)
    for _ in range(300):
        tries = sorted(START + timedelta(minutes=rng.randrange(13 * 60)) for _ in range(rng.randrange(1, 6)))
        due = tries[-1] + timedelta(minutes=small.head.limits.gap_minutes)
        asked = calling.next_try_at(tries[-1], START.tzinfo or UTC, tries[:-1])
        assert small.again_at(due, tries) == asked, tries


def test_who_refused_one_caller_may_agree_with_another(small: Book) -> None:
    number = next(one.number for one in small.people.values() if one.manner == "second")
    hour = next(h for day in small.people[number].home[:1] for h, bit in enumerate(day) if bit == "1")
    at = START + timedelta(hours=hour)
    assert small.outcome(number, at, [], 1) == "refused"
    assert small.outcome(number, at, [1], 1) == "refused"
    assert small.outcome(number, at, [1], 2) == "reached_verified"


def test_the_scorer_counts_calls_that_should_not_have_been(small: Book) -> None:
    twice = [call(small, 0, 0, "reached_verified"), call(small, 0, 30, "reached_verified")]
    late = [call(small, 1, 16 * 60, "no_answer")]
    found = score.score(small, twice + late)
    assert (found.repeated, found.too_soon, found.at_night, found.settled) == (1, 1, 1, 1)


def test_neither_side_knows_the_scorer_or_the_other() -> None:
    sides = {
        name: (HOUSE / "drill" / "callers" / f"{name}.py").read_text()
        for name in ("queue", "spreadsheet", "score")
    }
    for name, text in sides.items():
        assert not [other for other in sides if other != name and f"callers.{other}" in text], name
        assert "import score" not in text


@pytest.mark.slow
def test_the_queue_calls_nobody_twice_and_settles_everything() -> None:
    command = [
        sys.executable,
        "-m",
        "bench.calling",
        "--records",
        "60",
        "--callers",
        "5",
        "--lists",
        "3",
        "--json",
    ]
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "DJANGO_"))}
    done = subprocess.run(command, cwd=HOUSE, env=ours, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    rows = {row["name"]: row for row in json.loads(done.stdout)}
    assert rows["calling, records settled"]["ours"] == 60
    for name in ("calls to people already spoken with", "calls within the gap", "calls at night"):
        assert rows[f"calling, {name}"]["ours"] == 0
