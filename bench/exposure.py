"""Exposure: two generations of twenty cases among many visits, beside the best SQL written by hand.

Every run is a process of its own, ours from the command line; both read the same Parquet, stay inside the same
DuckDB memory and write their rows in order, and the rows are compared. The last lines say the peak memory of the
whole process, and how much longer ten times the visits take (the reference of that line is ten).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from bench.house import Row, options, row, show

CASES, LEAST, GENERATIONS = 20, 900, 2
SMALLER = 10


def measured(words: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{words} ended with {process.returncode}")
    return seconds, used.ru_maxrss / 1024


def ours(place: Path) -> list[str]:
    """The command as a user types it."""
    return [
        sys.executable, "-m", "muster.project", "exposure", "--visits", f"{place}/visits.parquet",
        "--cases", f"{place}/cases.parquet", "--min-overlap", str(LEAST), "--generations", str(GENERATIONS),
        "--out", f"{place}/ours.parquet",
    ]  # fmt: skip


def reference(place: Path) -> list[str]:
    """The hand-written SQL."""
    return [
        sys.executable, "-m", "bench.reference.exposure", str(place), str(LEAST), str(GENERATIONS),
        f"{place}/reference.parquet",
    ]  # fmt: skip


def generate(place: Path, visits: int, seed: int) -> None:
    """The files, by a process of its own: a child's peak begins at what its parent holds."""
    words = ["--out", str(place), "--visits", str(visits), "--cases", str(CASES), "--seed", str(seed)]
    subprocess.run([sys.executable, "-m", "bench.seed_visits", *words], check=True, stdout=subprocess.DEVNULL)


def agree(place: Path) -> int:
    """How many rows both wrote; they must be the same."""
    with duckdb.connect() as con:
        for name in ("ours", "reference"):
            con.execute(f"create view {name} as from '{place}/{name}.parquet'")
        found = con.execute(
            "select (select count(*) from ours), (select count(*) from reference), "
            "(select count(*) from (from ours except all from reference))"
        ).fetchone()
    assert found is not None
    if found[0] != found[1] or found[2]:
        raise RuntimeError(
            f"the rows differ: {found[0]} and {found[1]}, {found[2]} of ours are not the reference's"
        )
    return int(found[0])


def compare(place: Path, runs: int) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Alternating runs after one of each that warms the files."""
    pairs = [(measured(ours(place)), measured(reference(place))) for _ in range(runs + 1)][1:]
    agree(place)
    return [one for one, _ in pairs], [other for _, other in pairs]


def rows_of(visits: int, seed: int, runs: int) -> list[Row]:
    """All lines of the measurement."""
    rows: list[Row] = []
    taken: dict[int, list[float]] = {}
    with tempfile.TemporaryDirectory(
        prefix="muster-bench-", dir=os.environ.get("MUSTER_BENCH_DIR")
    ) as directory:
        for size in (visits // SMALLER, visits):
            place = Path(directory) / str(size)
            generate(place, size, seed)
            mine, theirs = compare(place, runs)
            taken[size] = [seconds for seconds, _ in mine]
            name = f"exposure, {size:,} visits, {CASES} cases, {GENERATIONS} generations"
            rows.append(row(name, taken[size], [seconds for seconds, _ in theirs], "s"))
        rows.append(row("peak memory of the process", [mb for _, mb in mine], [mb for _, mb in theirs], "MB"))
    growth = [big / small for big, small in zip(taken[visits], taken[visits // SMALLER], strict=True)]
    rows.append(row(f"growth over {SMALLER} times the visits", growth, [float(SMALLER)] * runs, "times"))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print the lines."""
    given = options(arguments, visits=100_000_000, seed=1, runs=5)
    show(rows_of(given.visits, given.seed, given.runs), given.json)


if __name__ == "__main__":
    main()
