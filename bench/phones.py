"""Three hundred phones come back after a day offline with 2,000 records each, while everybody else works on.

Each phone holds what a door team makes in a long day (visits, calls, home samples in tubes), sealed before the clock
starts, and sends it as the application does: a hundred records at a time, up to four hundred while that goes quickly,
the next when the last was answered, and when told to wait, so long and a little more. All begin at once, against
`muster serve` on one machine with its database and everybody's load. Meanwhile desks open pages and phones on the line
send a record or two, at random moments; their times count from the moment they were due. At the end every acknowledged
record is looked for in the database.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from bench import crowd
from bench.hands import Lines, Tally, arrive
from bench.house import Rows, as_superuser, house, options, served, show
from bench.reference import copy_facts

BATCH, LARGEST, QUICK_S = (
    100,
    4,
    5.0,
)  # as `limits` of sync.js: up to four times as many while that goes quickly
LIMIT_S, OTHERS_MS = 300, 2_000
ROUND = UUID("018f0000-0000-7000-8000-00000000c001")
DOORS_A_PHONE, ITEMS_A_PHONE, RESIDENTS_A_PHONE = 400, 200, 400
FACTS = ("worklists_visit", "worklists_attempt", "sampling_sampletaken", "sampling_tubesealed")
PAGES = ("", "work/", "buildings/", "buildings/00000000-0000-5000-9000-{building:012x}/")
SEED = """
insert into sampling_round (id, incident, area, name, purpose, from_at)
values ('{round}', '{incident}', {area}, 'bench', '', now());
insert into places_building (id, area, name, address, compound, number, kind, units, generated, source)
select ('00000000-0000-5000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, {area}, 'b' || n, '', '', '', '', 100, true, ''
from generate_series(1, {phones} * {doors} / 100) n;
insert into places_dwelling (id, area, building_id, label)
select ('00000000-0000-5000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, {area},
    ('00000000-0000-5000-9000-' || lpad(to_hex(1 + (n - 1) / 100), 12, '0'))::uuid, 'd' || n
from generate_series(1, {phones} * {doors}) n;
insert into people_resident (id, incident, area, canonical, dwelling, sex, vulnerabilities, partial, source, said_at,
    said_id)
select id, '{incident}', {area}, id, door, '', '{{}}', false, 'bench', now(), id
from (select ('00000000-0000-5000-8800-' || lpad(to_hex(n), 12, '0'))::uuid as id,
    ('00000000-0000-5000-a000-' || lpad(to_hex(n), 12, '0'))::uuid as door
    from generate_series(1, {phones} * {residents}) n) who;
insert into worklists_workitem (id, incident, area, kind, subject_kind, subject, occasion, state, step, priority,
    causes, attempts, last_outcome, opened_at, due_at)
select ('00000000-0000-5000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{incident}', {area}, 'verify', 'resident',
    ('00000000-0000-5000-8800-' || lpad(to_hex(n), 12, '0'))::uuid, '', 'open', 'call', 5, 1, 0, '', now(),
    now() + interval '1 day'
from generate_series(1, {phones} * {items}) n;
insert into worklists_workcause (id, incident, area, item, source_kind, source, due_at, priority, wanted)
select gen_random_uuid(), incident, area, id, 'entry', gen_random_uuid(), due_at, 5, true from worklists_workitem;
analyze;
"""


def thing(kind: str, number: int) -> str:
    """The id of a seeded thing."""
    return f"00000000-0000-5000-{kind}-{number:012x}"


@dataclass(frozen=True)
class Day:
    """What a door team's phone makes in a day: rounds of its doors, calls before and after, samples at home."""

    seed: int
    records: int

    def __call__(self, number: int) -> Iterator[crowd.Batch]:
        """The batches of one phone, oldest first."""
        rng = random.Random(f"{self.seed}/{number}")
        at = datetime.now(UTC) - timedelta(seconds=10 * self.records)
        batch: crowd.Batch = []
        for step in range(self.records):
            at += timedelta(seconds=10)
            batch.append(self._record(number, step, rng, at))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _record(self, number: int, step: int, rng: random.Random, at: datetime) -> dict[str, Any]:
        turn, place = divmod(
            step, 50
        )  # of fifty records 29 are visits, 10 calls, 10 samples of a tube and its seal
        if place < 29:
            door = number * DOORS_A_PHONE + (turn * 29 + place) % DOORS_A_PHONE + 1
            outcome = rng.choice(("done", "done", "absent", "refused"))
            return crowd.command(
                "record_visit", {"dwelling": thing("a000", door), "outcome": outcome, "persons": 3}, at
            )
        if place < 39:
            item = number * ITEMS_A_PHONE + (turn * 10 + place - 29) % ITEMS_A_PHONE + 1
            said = {"item": thing("8000", item), "channel": "phone", "outcome": "no_answer"}
            return crowd.command("record_attempt", said, at)
        code = f"D{number:04}{turn:05}"
        if place == 49:
            return crowd.command("seal_tube", {"code": code, "seats_said": 10}, at)
        who = number * RESIDENTS_A_PHONE + (turn * 10 + place - 39) % RESIDENTS_A_PHONE + 1
        seat = {
            "resident": thing("8800", who),
            "code": code,
            "round": str(ROUND),
            "pool_size": 10,
            "seat": place - 38,
        }
        return crowd.command("take_sample", {**seat, "place": "home"}, at)


@dataclass
class Night:
    """All phones and everybody else: what was acknowledged, and what was wrong."""

    lines: Lines
    rng: random.Random
    stored: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)
    told_to_wait: int = 0

    async def bring(self, parcels: Sequence[crowd.Parcel]) -> None:
        """One phone until it has nothing left: the batches and pauses of `sync.js`."""
        sent, size, pause = 0, 1, 1.0
        while sent < len(parcels):
            asked = time.perf_counter()
            wait = await self.send(parcels[sent : sent + size])
            if wait is None:
                sent, pause = sent + size, 1.0
                size = min(2 * size, LARGEST) if time.perf_counter() - asked < QUICK_S else 1
                continue
            size = size if wait else 1
            pause = pause if wait else min(2 * pause, 300.0)
            await asyncio.sleep(wait * (1 + self.rng.random()) or pause * (0.5 + self.rng.random()))

    async def send(self, parcels: Sequence[crowd.Parcel]) -> float | None:
        """Hand in a batch; how long the server asks to wait, 0 when nobody answered, None when it has it."""
        headers = {"Authorization": f"Bearer {parcels[0].token}", "Accept-Language": "zh-Hans"}
        reply = await self.lines.ask("POST", "/sync", headers, crowd.body(parcels))
        if reply.status == 200:
            good = crowd.acknowledged(reply.body)
            self.stored |= good
            if len(good) < sum(len(parcel.ids) for parcel in parcels):
                self.wrong.append(reply.body[:300].decode())
            return None
        if reply.status in (429, 503):
            self.told_to_wait += 1
            return float(reply.headers["retry-after"])
        if reply.status:
            self.wrong.append(f"{reply.status} {reply.body[:300].decode(errors='replace')}")
        return 0.0

    async def small(self, parcel: crowd.Parcel) -> int:
        """A phone on the line: one record or two; told to wait it would wait."""
        return 200 if await self.send([parcel]) is None else 503

    async def page(self, cookie: str, path: str) -> int:
        """Somebody at a desk opens a page."""
        return (await self.lines.ask("GET", path, {"Cookie": cookie, "Accept-Language": "zh-Hans"})).status

    async def others(
        self, small: Sequence[crowd.Parcel], cookie: str, rates: tuple[float, float], over: asyncio.Event
    ) -> tuple[Tally, Tally]:
        """Desks and phones on the line, so many a second each, until it is over."""
        pages, line = Tally(), Tally()
        opened = (partial(self.page, cookie, f"/i/bench/{path}") for path in _paths(over))
        sent = (partial(self.small, parcel) for parcel in takewhile(lambda _: not over.is_set(), small))
        await asyncio.gather(
            arrive(opened, rates[0], pages, self.rng),
            arrive(sent, rates[1], line, random.Random(self.rng.random())),
        )
        return pages, line


def _paths(over: asyncio.Event) -> Iterator[str]:
    number = 0
    while not over.is_set():
        number += 1
        yield PAGES[number % len(PAGES)].format(building=1 + number // len(PAGES) % DOORS_A_PHONE // 100)


class Return:
    """The whole measurement on one server."""

    def __init__(self, wish: Any, place: Path, port: int) -> None:
        self.wish, self.rows, self.port = wish, Rows(), port
        everybody = crowd.enrol(wish.phones + wish.live, crowd.open_incident())
        fill = {"doors": DOORS_A_PHONE, "items": ITEMS_A_PHONE, "residents": RESIDENTS_A_PHONE}
        as_superuser(
            SEED.format(
                round=ROUND, incident=crowd.INCIDENT, area=crowd.AREA, phones=wish.phones + wish.live, **fill
            )
        )
        back, live = everybody[: wish.phones], everybody[wish.phones :]
        self.parcels = crowd.seal(place, back, Day(wish.seed, wish.records), "back")
        each = round(wish.small * 1.5 * LIMIT_S / max(1, wish.live))
        turns = crowd.seal(place, live, Moments(wish.seed, wish.phones, each), "live")
        self.small = [parcel for turn in zip(*turns, strict=True) for parcel in turn]
        self.night = Night(Lines(port), random.Random(wish.seed))

    async def run(self) -> None:
        """All phones at once, everybody else until the last of them has nothing left."""
        from drill.client import Desk, connected

        with connected(f"http://127.0.0.1:{self.port}") as server:
            desk = Desk(server, "desk", crowd.PASSWORD)
            cookie = "; ".join(f"{name}={value}" for name, value in desk.client.cookies.items())
            desk.client.close()
        over, rates = asyncio.Event(), (self.wish.pages, self.wish.small)
        others = asyncio.create_task(self.night.others(self.small, cookie, rates, over))
        began = time.perf_counter()
        await asyncio.gather(*(self.night.bring(parcels) for parcels in self.parcels))
        seconds = time.perf_counter() - began
        over.set()
        pages, line = await others
        self.night.lines.close()
        whole = self.wish.phones * self.wish.records
        self.rows.put(
            f"{self.wish.phones} phones x {self.wish.records}: all in, against 5 min", seconds, LIMIT_S, "s"
        )
        self.rate = whole / seconds
        for name, tally in (("desk pages", pages), ("phones on the line", line)):
            self.rows.put(f"{name} meanwhile: p50, against 2 s", tally.milliseconds(0.5), OTHERS_MS, "ms")
            self.rows.put(f"{name} meanwhile: p99, against 2 s", tally.milliseconds(0.99), OTHERS_MS, "ms")
            self.rows.put(f"{name} meanwhile: answered, of all", tally.count(200), tally.whole, "requests")
        told = self.night.told_to_wait
        self.rows.put("told to wait, against batches", told, sum(map(len, self.parcels)), "batches")

    def reckon(self) -> list[str]:
        """Look for everything in the database; what is wrong, in words."""
        from muster.project import installation

        dsn = installation.server().dsn(installation.database_name())
        there = crowd.in_database(dsn, FACTS)
        stored = self.night.stored
        sealed = {one for parcels in self.parcels for parcel in parcels for one in parcel.ids}
        self.rows.put(
            "acknowledged and in the database, of acknowledged", len(stored & there), len(stored), "records"
        )
        limit = copy_facts.rate(dsn, FACTS, BATCH)
        self.rows.put("taken in, against COPY of the rows", self.rate, limit, "records/s")
        wrong = [f"{len(stored - there)} acknowledged records are lost"] if stored - there else []
        if sealed - stored:
            wrong.append(f"{len(sealed - stored)} records were never acknowledged")
        return [*wrong, *self.night.wrong[:5]]


@dataclass(frozen=True)
class Moments:
    """What phones on the line send one at a time: a visit, now and then with a call."""

    seed: int
    first: int
    times: int

    def __call__(self, number: int) -> Iterator[crowd.Batch]:
        """The batches of one phone."""
        phone, at = self.first + number, datetime.now(UTC)
        for turn in range(self.times):
            door, item = (
                phone * DOORS_A_PHONE + turn % DOORS_A_PHONE + 1,
                phone * ITEMS_A_PHONE + turn % ITEMS_A_PHONE + 1,
            )
            visit = {"dwelling": thing("a000", door), "outcome": "done", "persons": 2}
            call = {"item": thing("8000", item), "channel": "phone", "outcome": "no_answer"}
            both = [crowd.command("record_visit", visit, at), crowd.command("record_attempt", call, at)]
            yield both[: 1 + turn % 2]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines. Ends with 1 when something was lost or answered wrongly."""
    wish = options(arguments, phones=300, records=2_000, live=40, pages=4.0, small=4.0, seed=1)
    with house() as place, served() as port:
        back = Return(wish, place, port)
        asyncio.run(back.run())
        wrong = back.reckon()
    show(back.rows, wish.json)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
