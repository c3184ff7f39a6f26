"""A round of testing: both sides read one book and meet the same tables; the scorer sees through both."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from drill.areas import resolve
from drill.testing import score, walk_up
from drill.testing.book import CAN_COME, SLIPS, Book, Rules, generate
from drill.testing.day import Day

HOUSE = Path(__file__).parents[2]
RULES = Rules(
    site_people=500, desk_people=250, desk_hour=82, pool=10, busy_minutes=25, hours=24, mis_scan=0.02, callers=2,
    pairs=2,
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Book:
    return generate(5, 1_000, resolve("马安堂", "community", ["440307013000000"]), RULES)


@pytest.fixture(scope="module")
def walked(book: Book) -> Day:
    day = Day(book, walk_up.WalkUp(book))
    day.play()
    return day


def test_a_seed_writes_one_book(book: Book) -> None:
    area = book.area
    assert generate(5, 1_000, area, RULES) == book
    assert generate(6, 1_000, area, RULES).people != book.people
    assert len(book.people) == 1_000
    assert (book.sites, book.desks) == (2, 2)
    assert {one.slip for one in book.people} == {"", *SLIPS}


def test_everybody_sits_in_one_tube_and_no_tube_is_over_full(book: Book, walked: Day) -> None:
    hall = walked.hall
    seated = Counter(number for tube in hall.tubes for number in tube.people)
    assert set(seated.values()) == {1}
    assert set(seated) == set(hall.sampled)
    assert all(0 < len(tube.people) <= RULES.pool and tube.sealed_at for tube in hall.tubes)
    assert min(hall.waits) >= 0
    assert not {one.number for one in book.people if one.manner not in CAN_COME} & set(seated)


def test_what_is_written_down_differs_from_the_tubes_only_where_the_book_says(
    book: Book, walked: Day
) -> None:
    hall = walked.hall
    wrong = score.mis_bound(hall)
    slipped = {one.number for one in book.people if one.slip}
    written = Counter((one.person, one.tube) for one in hall.records)
    for tube in hall.tubes:
        others = sum(number for (_, code), number in written.items() if code == tube.code) != len(tube.people)
        if tube.code not in wrong:
            assert all(written[number, tube.code] == 1 for number in tube.people)
        else:
            assert others or slipped.intersection(tube.people) or tube.typed != tube.code
    assert wrong


def test_the_scorer_counts_what_nobody_noticed(book: Book, walked: Day) -> None:
    wrong = score.mis_bound(walked.hall)
    blind, seeing = score.score(book, walked, ()), score.score(book, walked, wrong | {"R999999"})
    assert blind.mis_bound == blind.undetected == len(wrong)
    assert (seeing.undetected, seeing.alarms) == (0, 1)
    assert blind.untested == sum(
        one.manner in CAN_COME and one.number not in walked.hall.sampled for one in book.people
    )


def test_no_side_knows_the_scorer_or_the_other() -> None:
    side, ours = (HOUSE / "drill/testing/walk_up.py").read_text(), (HOUSE / "bench/round.py").read_text()
    assert "score" not in side
    assert "bench" not in side
    assert "score" not in ours[ours.index("class Post") : ours.index("def muster_side")]


@pytest.mark.slow
def test_every_mis_bound_tube_of_ours_is_noticed() -> None:
    command = [sys.executable, "-m", "bench.round", "--residents", "240", "--slips", "0.1", "--json"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "DJANGO_"))}
    done = subprocess.run(command, cwd=HOUSE, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    rows = {row["name"].removeprefix("round, "): row for row in json.loads(done.stdout)}
    assert rows["tubes mis-bound"]["ours"] > 5
    assert rows["tubes mis-bound and not noticed"]["ours"] == 0
    assert rows["tubes mis-bound and not noticed"]["reference"] > 0
    assert rows["untested left"]["ours"] <= rows["untested left"]["reference"]
