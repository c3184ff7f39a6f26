"""Visits for the exposure engine: as many as asked, in time order, in Parquet; the same seed gives the same rows.

Run: python -m bench.seed_visits --out DIR --visits 10000000 --seed 1
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import duckdb

DAYS = 14
VISITS_A_PERSON = 25
VISITS_A_PLACE = 250
ROW_GROUP = 122_880

# Places are uneven: every fourth visit goes to one place in a hundred. Stays last 5 minutes to 3 hours,
# and every hundredth up to 12 hours; every fiftieth visit is a scan of the same stay again, so that there is
# something to merge. Instants are whole seconds.
VISITS = """
copy (
    with raw as (
        select i, hash({seed}, (case when i % 50 = 49 then i - 1 else i end), 1) as a,
            hash({seed}, (case when i % 50 = 49 then i - 1 else i end), 2) as b,
            hash({seed}, i, 3) as c
        from range({visits}) as rows(i)
    )
    select cast(a % {persons} as bigint) as person,
        cast(case when b % 4 = 0 then (b >> 8) % greatest({places} // 100, 1) else (b >> 8) % {places} end as bigint)
            as place,
        make_timestamp({first} + 1000000 * cast(floor(i * {step}) as bigint)) as start,
        make_timestamp({first} + 1000000 * cast(floor(i * {step}) as bigint) + 1000000 * (300
            + cast(case when c % 100 = 0 then (c >> 8) % 42900 else (c >> 8) % 10500 end as bigint))) as "end"
    from raw order by i
) to '{out}' (format parquet, row_group_size {group}, compression snappy)
"""
CASES = """
copy (
    select cast(hash({seed}, i, 4) % {persons} as bigint) as person,
        make_timestamp({first} + 3600000000 * (24 * 6 + i * 7 % 96)) as "from",
        make_timestamp({first} + 3600000000 * (24 * 9 + i * 7 % 96)) as "to"
    from range({cases}) as rows(i) order by i
) to '{out}' (format parquet)
"""
FIRST = 1_647_216_000_000_000  # 2022-03-14 00:00


def write(place: Path, *, visits: int, cases: int, seed: int) -> tuple[Path, Path]:
    """Write visits.parquet and cases.parquet into `place`; returns their paths."""
    place.mkdir(parents=True, exist_ok=True)
    files = place / "visits.parquet", place / "cases.parquet"
    fill = {
        "seed": seed, "visits": visits, "cases": cases, "first": FIRST, "group": ROW_GROUP,
        "persons": max(visits // VISITS_A_PERSON, 2), "places": max(visits // VISITS_A_PLACE, 1),
        "step": DAYS * 86_400 / visits,
    }  # fmt: skip
    with duckdb.connect() as con:
        con.execute("set memory_limit = '2GB'")
        for question, file in zip((VISITS, CASES), files, strict=True):
            con.execute(question.format(**fill, out=str(file).replace("'", "''")))
    return files


def main(arguments: Sequence[str] | None = None) -> None:
    """Write one set of files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--visits", type=int, default=10_000_000)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    for file in write(given.out, visits=given.visits, cases=given.cases, seed=given.seed):
        print(f"{file} ({file.stat().st_size:,} bytes)")


if __name__ == "__main__":
    main()
