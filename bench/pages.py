"""Pages of the desk in a district of 300,000 residents, for a user of one community beside one of the district.

Server time of a whole request through the product's middleware, views and templates, in process (Django's test
client, signed in, warm connection); the network and the web server's own share are not in it. The two users take
turns. Each row holds the 95th percentile in milliseconds of the restricted user (ours) and of the district user
(reference), a second one the medians. `--residents 10000,300000` takes other sizes, `--pages "overview;work list"`
only some pages.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import psycopg

from bench.house import Row, house, options, show
from bench.seed_pages import DISTRICT, PASSWORD, seed

WARM = 3
Times = tuple[list[float], list[float]]
# the three that are promised, then the others
PAGES = {
    "overview": "",
    "work list": "work/",
    "work list, filtered": "work/?kind=verify&due=late&who=nobody",
    "work list, deep page": "work/?after={deep}",
    "work list of one list": "work/?list={list}",
    "building list": "buildings/",
    "building list, filtered": "buildings/?state=refused",
    "building page": "buildings/{building}/",
    "door": "buildings/{building}/units/{door}/drawer/",
    "people": "people/",
    "person": "people/{resident}/drawer/",
    "map": "map/",
    "map json": "map/buildings.json",
    "batches": "batches/",
    "shifts": "shifts/",
    "responders": "responders/",
    "sites": "sites/",
    "tubes": "sites/tubes/",
    "coverage": "sites/coverage/",
    "untested": "sites/untested/",
    "stock": "stock/",
    "needs": "stock/needs/",
    "movements": "stock/movements/",
    "requests": "requests/",
    "cases": "cases/",
    "zones": "zones/",
    "journal": "journal/",
    "situation report": "sitrep/",
    "situation report, counted anew": "sitrep/?fresh=1",
}
# The desk keeps a count that was slow for twenty times as long as it took, and shows when it was taken:
# these are asked with nothing kept, as by the first person for a while.
ANEW = {"overview, nothing kept": "", "work list, nothing kept": "work/"}
KNOWN = """
select (select id from places_building where area >= {low} and area < {high} and units = 80 order by id limit 1),
    (select d.id from places_dwelling d join places_building b on b.id = d.building_id
        where b.area >= {low} and b.area < {high} and units = 80 order by b.id, d.id limit 1),
    (select id from people_resident where area >= {low} and area < {high} order by id limit 1),
    (select id from worklists_verificationlist order by id limit 1)
"""
DEEP = """
select due_at, id from worklists_workitem where state = 'open' and area >= {low} and area < {high}
order by due_at, id offset (select count(*) * 9 / 10 from worklists_workitem
    where state = 'open' and area >= {low} and area < {high}) limit 1
"""


class User:
    """A signed-in browser and the things of its area that the pages are asked for."""

    def __init__(self, name: str, area: int) -> None:
        from django.test import Client

        self.client = Client()
        if not self.client.login(username=name, password=PASSWORD):
            raise RuntimeError("the user cannot sign in")
        self.words = _words(area)

    def ask(self, path: str, *, anew: bool = False) -> float:
        """Milliseconds of one request."""
        if anew:
            from muster.commandpost import remembered

            remembered.forget()
        began = time.perf_counter()
        answer = self.client.get("/i/bench/" + path.format(**self.words))
        took = (time.perf_counter() - began) * 1000
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return took


def _words(area: int) -> dict[str, Any]:
    from muster.core.access import span
    from muster.project import installation

    low, high = span(area)
    with psycopg.connect(installation.server().dsn(installation.database_name())) as superuser:
        row = superuser.execute(KNOWN.format(low=low, high=high).encode()).fetchone()
        deep = superuser.execute(DEEP.format(low=low, high=high).encode()).fetchone()
    if row is None or deep is None:
        raise RuntimeError("the district is empty")
    words = dict(zip(("building", "door", "resident", "list"), row, strict=True))
    return words | {"deep": quote(f"{deep[0].isoformat()}~{deep[1]}")}


def p95(times: Sequence[float]) -> float:
    """The time that 95 of 100 requests keep."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def measure(name: str, path: str, users: tuple[User, User], requests: int) -> Times:
    """Both users in turns; the first requests of each only warm up."""
    anew = name in ANEW
    for _ in range(WARM):
        for user in users:
            user.ask(path, anew=anew)
    times: Times = ([], [])
    for _ in range(requests):
        for user, taken in zip(users, times, strict=True):
            taken.append(user.ask(path, anew=anew))
    return times


def rows(name: str, times: Times) -> list[Row]:
    """The 95th percentile of both users, and the medians below it."""
    found = []
    for said, of in ((name, p95), (f"{name}, median", statistics.median)):
        ours, reference = (round(of(taken), 1) for taken in times)
        found.append(Row(said, ours, reference, round(ours / reference, 3), "ms", len(times[0])))
    return found


def of_size(residents: int, requests: int, pages: str) -> list[Row]:
    """The rows of one district."""
    asked = {one.strip() for one in pages.split(";") if one.strip()}
    chosen = {name: path for name, path in (PAGES | ANEW).items() if not asked or name in asked}
    results: list[Row] = []
    with house():
        from muster.project import installation

        seed(installation.server().dsn(installation.database_name()), residents)
        users = (User("restricted", DISTRICT + 1_001_000), User("district", DISTRICT))
        for name, path in chosen.items():
            results += rows(name, measure(name, path, users, requests))
    return results


def apart(residents: int, requests: int, pages: str) -> list[Row]:
    """The same by a process of its own, for a process can be one installation only."""
    words = ["--residents", str(residents), "--requests", str(requests), "--pages", pages, "--json"]
    said = subprocess.run([sys.executable, "-m", "bench.pages", *words], stdout=subprocess.PIPE, check=True)
    found = msgspec.json.decode(said.stdout, type=list[Row])
    return [msgspec.structs.replace(one, name=f"{one.name}, {residents:,} residents") for one in found]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, residents="300000", requests=40, pages="")
    sizes = [int(one) for one in wish.residents.split(",")]
    by = of_size if len(sizes) == 1 else apart
    show([one for size in sizes for one in by(size, wish.requests, wish.pages)], wish.json)


if __name__ == "__main__":
    main()
