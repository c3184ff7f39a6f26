"""Runs the hand-written SQL beside it: python -m bench.reference.exposure DIR LEAST GENERATIONS OUT."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("exposure.sql")
MEMORY = "1400MB"
CASES = 'select min("from") from cases', 'select max("to") from cases'


def main(place: Path, least: float, generations: int, out: Path) -> None:
    """Answer from visits.parquet and cases.parquet of a directory, and write the rows in order."""
    first, _, repeated = SQL.read_text(encoding="utf-8").partition("-- generation\n")
    with duckdb.connect(config={"memory_limit": MEMORY}) as con:
        con.execute(f"create view visits as from '{place}/visits.parquet'")
        con.execute(f"create table cases as from '{place}/cases.parquet'")
        con.execute(f"set variable least = {least}")
        for name, question in zip(("lo", "hi"), CASES, strict=True):
            con.execute(f"set variable {name} = ({question})")
        con.execute(first)
        for generation in range(1, generations + 1):
            con.execute(f"set variable generation = {generation}")
            con.execute(repeated)
        con.execute(
            f"copy (from found order by case_id, generation, person, place) to '{out}' (format parquet)"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
