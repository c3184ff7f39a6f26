"""Calling through 6,000 records with 100 callers: Muster's queue beside a spreadsheet split evenly among them.

Both sides replay one book of events (who is at home when, who refuses, whose number is wrong), written before; the
spreadsheet keeps to the same hours, gaps, numbers of tries and parts of the day; one more row sets it free of the last.
The scorer is imported by neither. Muster's side is
played over HTTP in a training installation of its own, by its own clock. `--keep DIR` keeps the book and both logs.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from bench.house import Row, options, show
from drill.callers import book as books
from drill.callers import queue, score, spreadsheet
from drill.callers.book import START, Book, Call
from drill.client import Desk, connected
from drill.play.script import Account

CHIEF, PASSWORD = "值班长", "演练-calls-0218"


def muster_side(events: Book, lists: int) -> list[Call]:
    """A training installation in a temporary directory, played and thrown away."""
    place = Path(tempfile.mkdtemp(prefix="muster-calls-", dir=os.environ.get("MUSTER_BENCH_DIR")))
    place.chmod(0o755)
    os.environ["MUSTER_VAR"] = str(place / "var")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")
    from muster.project import demo, embedded, installation

    try:
        with demo.port_of_our_own(0) as port, demo.serving(port) as (url, _process):
            installation.setup_django()
            wanted = [Account(CHIEF, "commander", queue.DISTRICT, CHIEF)]
            demo.create_accounts(wanted, {CHIEF: PASSWORD}, START - timedelta(hours=1))
            with connected(url) as server:
                office = queue.Office(events, Desk(server, CHIEF, PASSWORD), lists)
                office.prepare()
                return office.play(_progress)
    finally:
        embedded.Server(place / "var" / "pg").delete()
        shutil.rmtree(place, ignore_errors=True)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} / {total:,}", end="", file=sys.stderr)


def rows(ours: score.Score, sheet: score.Score, free: score.Score) -> list[Row]:
    """What is compared, ours beside the spreadsheet's; `free` is one whose callers try again at any hour."""

    def row(name: str, one: float, other: float, unit: str) -> Row:
        return Row(name, one, other, round(one / other, 3) if other else 0.0, unit, 1)

    return [
        row("calling, hours until every record is settled or handed on", ours.hours, sheet.hours, "h"),
        row(
            "calling, the same beside a spreadsheet that tries again at any hour", ours.hours, free.hours, "h"
        ),
        row(
            "calling, hours until 95 % of records are settled or handed on",
            ours.hours_to_nearly or 0,
            sheet.hours_to_nearly or 0,
            "h",
        ),
        row(
            "calling, hours until 80 % of records are reached",
            ours.hours_to_most or 0,
            sheet.hours_to_most or 0,
            "h",
        ),
        row("calling, calls to people already spoken with", ours.repeated, sheet.repeated, "calls"),
        row("calling, calls within the gap", ours.too_soon, sheet.too_soon, "calls"),
        row("calling, calls in all", ours.calls, sheet.calls, "calls"),
        row("calling, calls at night", ours.at_night, sheet.at_night, "calls"),
        row(
            "calling, records reached in 24 h",
            round(ours.reached_in_a_day * 100, 2),
            round(sheet.reached_in_a_day * 100, 2),
            "%",
        ),
        row("calling, records handed to a visit", ours.to_visit, sheet.to_visit, "records"),
        row("calling, the same, tried again at any hour", ours.to_visit, free.to_visit, "records"),
        row("calling, records settled", ours.settled, sheet.settled, "records"),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, records=6_000, callers=100, lists=4, seed=1, keep="")
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(wish.keep or kept)
        folder.mkdir(parents=True, exist_ok=True)
        written = folder / "book.jsonl"
        books.generate(written, seed=wish.seed, records=wish.records, callers=wish.callers)
        events = books.read(written)
        logs = {
            "spreadsheet": spreadsheet.play(events),
            "any-hour": spreadsheet.play(events, any_hour=True),
            "muster": muster_side(events, wish.lists),
        }
        for name, calls in logs.items():
            (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(msgspec.json.encode, calls)))
    show(rows(*(score.score(events, logs[one]) for one in ("muster", "spreadsheet", "any-hour"))), wish.json)


if __name__ == "__main__":
    main()
