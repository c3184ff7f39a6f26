"""Who shared a place with a case, from a live database of 10 million visits: one case, one generation.

The product's question, through row security as the app role, beside a hand-written one that the superuser asks
without row security, pieces and joined records. Both must find the same people; milliseconds of both, in turns,
over cases drawn by `--seed`. Visits are made by the server: 14 days, ten minutes to four hours each, most at few
places. `--visits 200000` takes another size, `--plan` prints the plan of the product's question.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from bench.house import Row, house, options, show

INCIDENT = UUID("018f0000-0000-7000-8000-00000000eeee")
DISTRICT = 440307000000000
START = datetime(2022, 2, 1, tzinfo=UTC)
DAYS = 14
WINDOW = timedelta(days=3)
LEAST = timedelta(minutes=15)
WARM = 5
SEED = """
select setseed({seed});
insert into cases_placevisit (id, incident, area, person, place, source, origin, from_at, to_at, keep_until)
select ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{incident}', {district} + 6005000,
    md5('person' || (random() * {persons})::int)::uuid, md5('place' || (power(random(), 2) * {places})::int)::uuid,
    'check_in', '{incident}', at,
    at + interval '10 minutes' + random() * interval '230 minutes', at + interval '30 days'
from (select n, timestamptz '{start}' + n * (interval '{days} days' / {visits}) as at
    from generate_series(0, {visits} - 1) n) x
"""
# What one would write by hand for the same question: a range of time on each side, no more.
BY_HAND = """
with mine as (
    select place, greatest(from_at, %(opens)s) a, least(to_at, %(closes)s) b from cases_placevisit
    where person = %(person)s and from_at > %(opens)s - interval '4 hours' and from_at < %(closes)s
        and to_at > %(opens)s
), shared as (
    select o.person, o.place, range_agg(tstzrange(greatest(o.from_at, a), least(o.to_at, b))) stretch
    from mine join cases_placevisit o on o.place = mine.place
        and o.from_at > a - interval '4 hours' and o.from_at < b and o.to_at > a and o.person <> %(person)s
    where a < b group by 1, 2
)
select person, place from (select person, place,
    (select sum(upper(r) - lower(r)) from unnest(stretch) r) together from shared) s where together >= %(least)s
"""


def fill(superuser: psycopg.Connection[Any], visits: int, seed: float) -> None:
    """All rows, then the indexes: each is built once."""
    indexes = superuser.execute(
        "select indexname, indexdef from pg_indexes"
        " where tablename = 'cases_placevisit' and indexname like 'cases_visit%'"
    ).fetchall()
    for name, _ in indexes:
        superuser.execute(f'drop index "{name}"'.encode())
    sizes = {
        "persons": max(visits // 33, 10),
        "places": max(visits // 500, 5),
        "visits": visits,
        "days": DAYS,
    }
    sql = SEED.format(seed=seed, incident=INCIDENT, district=DISTRICT, start=START.isoformat(), **sizes)
    superuser.execute(sql.encode())
    for _, definition in indexes:
        superuser.execute(definition.encode())
    superuser.execute(b"vacuum analyze cases_placevisit")


def set_up() -> None:
    """The incident in which everything happens."""
    from muster.core.access import scope, system
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="bench", title_zh="测量", title_en="Bench", pack="covid-cn-v8",
            opened_at=START,
        )  # fmt: skip


def ours(person: UUID, opens: datetime, closes: datetime) -> tuple[set[tuple[UUID, UUID]], float]:
    """The product's answer and its milliseconds, in a transaction of its own as a page has."""
    from muster.core.access import scope, system
    from muster.domain.cases import queries

    began = time.perf_counter()
    with scope(system(incident=INCIDENT), INCIDENT):
        found = queries.meetings(
            queries.Window(opens, closes, person), known={person}, least=LEAST, generations=1
        )
    took = (time.perf_counter() - began) * 1000
    return {(one.person, one.place) for one in found}, took


def by_hand(
    superuser: psycopg.Connection[Any], person: UUID, opens: datetime, closes: datetime
) -> tuple[set[tuple[UUID, UUID]], float]:
    """The reference's answer and its milliseconds."""
    values = {"person": person, "opens": opens, "closes": closes, "least": LEAST}
    began = time.perf_counter()
    rows = superuser.execute(BY_HAND.encode(), values).fetchall()
    return {(row[0], row[1]) for row in rows}, (time.perf_counter() - began) * 1000


def plan() -> str:
    """How PostgreSQL answers the product's question about the first case."""
    from django.db import connection

    from muster.core.access import scope, system
    from muster.domain.cases import queries

    said: list[str] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "cases_placevisit" in sql:
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"explain (analyze, buffers, costs off) {sql}", params)
                said.extend(row[0] for row in cursor.fetchall())
        return execute(sql, params, many, context)

    opens = START + timedelta(days=5)
    with scope(system(incident=INCIDENT), INCIDENT), connection.execute_wrapper(explained):
        queries.meetings(
            queries.Window(opens, opens + WINDOW, a_person(1)), known=(), least=LEAST, generations=1
        )
    return "\n".join(said)


def a_person(number: int) -> UUID:
    """One of the people of the seed."""
    import hashlib

    return UUID(hashlib.md5(f"person{number}".encode(), usedforsecurity=False).hexdigest())


def measure(
    superuser: psycopg.Connection[Any], cases: int, persons: int, seed: int
) -> tuple[list[float], list[float], int]:
    """Both sides in turns over the same cases, after a few that warm up; refuses when they differ."""
    dice = random.Random(seed)
    times: tuple[list[float], list[float]] = ([], [])
    people = 0
    for number in range(WARM + cases):
        person = a_person(dice.randrange(persons))
        opens = START + timedelta(minutes=dice.randrange((DAYS - 4) * 24 * 60))
        (mine, took), (theirs, reference) = (
            ours(person, opens, opens + WINDOW),
            by_hand(superuser, person, opens, opens + WINDOW),
        )
        if mine != theirs:
            raise RuntimeError(f"the answers differ: {len(mine ^ theirs)} pairs of {len(theirs)}")
        if number >= WARM:
            times[0].append(took)
            times[1].append(reference)
            people += len(mine)
    return *times, people


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 questions keep."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, visits=10_000_000, cases=100, seed=7, plan=0)
    with house():
        from muster.project import installation

        set_up()
        place = installation.server().dsn(installation.database_name())
        with psycopg.connect(place, autocommit=True) as superuser:
            fill(superuser, wish.visits, 0.2022)
            if wish.plan:
                print(plan())
            mine, theirs, people = measure(superuser, wish.cases, max(wish.visits // 33, 10), wish.seed)
    rows = [
        Row(f"exposure, {wish.visits:,} visits, p95", round(p95(mine), 1), round(p95(theirs), 1),
            round(p95(mine) / p95(theirs), 3), "ms", len(mine)),
        Row("exposure, median", round(statistics.median(mine), 1), round(statistics.median(theirs), 1),
            round(statistics.median(mine) / statistics.median(theirs), 3), "ms", len(mine)),
    ]  # fmt: skip
    show(rows, wish.json)
    if not wish.json:
        print(f"people found in {len(mine)} cases: {people}")
