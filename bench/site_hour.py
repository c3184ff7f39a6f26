"""The site hour: Dongguan's 194 persons a second in tubes of ten, from phones, against `muster serve` on one machine.

Every batch is what a phone at a site seals: registrations, samples, the closed tube. Batches arrive at random moments
whether or not earlier ones were answered, and wait from the moment they were due. Then the capacity is measured
(phones that send as fast as they are answered), five times that is offered, and the hour goes on at once; what was
told to come back comes back. At the end every acknowledged record is looked for in the database. The database, the
server and the phones share the machine.

    muster bench site-hour --seconds 3600      the whole hour
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from bench import crowd
from bench.hands import Lines, Tally, arrive, in_turns
from bench.house import Rows, as_superuser, house, options, served, show
from bench.reference import copy_facts

SITES = 20
FEW = 4  # hands that find a place even when all their lines come to one process
ROUND = UUID("018f0000-0000-7000-8000-00000000c001")
SEED = """
insert into sampling_round (id, incident, area, name, purpose, from_at)
values ('{round}', '{incident}', {area}, 'bench', '', now());
insert into places_point (id, incident, area, kind, name, address)
select ('00000000-0000-5000-b000-' || lpad(to_hex(n), 12, '0'))::uuid, '{incident}', {area}, 'site', 's' || n, ''
from generate_series(1, {sites}) n;
analyze;
"""
FACTS = ("people_registration", "sampling_sampletaken", "sampling_tubesealed")
LIMIT_MS, STORM_LIMIT_MS, NO_MS = (
    1_000,
    2_000,
    200,
)  # a batch; one let in while five times too much comes; a no


@dataclass(frozen=True)
class Tubes:
    """So many tubes for each phone, each of so many persons; `part` of them in one batch."""

    seed: str
    counts: tuple[int, ...]
    persons: int
    part: int

    def __call__(self, number: int) -> Iterator[crowd.Batch]:
        """The batches of one phone."""
        rng = random.Random(f"{self.seed}/{number}")
        for tube in range(self.counts[number]):
            yield from self._tube(rng, f"{self.seed}{number:05}{tube:04}", number % SITES + 1)

    def _tube(self, rng: random.Random, code: str, site: int) -> Iterator[crowd.Batch]:
        at = datetime.now(UTC) - timedelta(seconds=self.persons)
        part: crowd.Batch = []
        for seat in range(1, self.persons + 1):
            at += timedelta(seconds=1)
            resident = str(crowd.new_id(at))
            paper = (
                {"document": f"44190{rng.randrange(10**13):013}"}
                if seat % 5
                else {"phone": f"13{rng.randrange(10**9):09}"}
            )
            part += [
                crowd.command("register_person", {"id": resident, "area": crowd.AREA, **paper}, at),
                crowd.command("take_sample", {
                    "resident": resident, "code": code, "site": f"00000000-0000-5000-b000-{site:012x}",
                    "round": str(ROUND), "pool_size": self.persons, "seat": seat, "place": "site",
                }, at),
            ]  # fmt: skip
            if seat == self.persons:
                part.append(crowd.command("seal_tube", {"code": code, "seats_said": seat}, at))
            if seat % self.part == 0 or seat == self.persons:
                yield part
                part = []


@dataclass
class Site:
    """The phones of all sites: what they sent, what was acknowledged, and what is still with them."""

    lines: Lines
    stored: set[str] = field(default_factory=set)
    waiting: list[crowd.Parcel] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    async def send(self, parcel: crowd.Parcel) -> int:
        """Hand in a batch; without a receipt it stays with the phone."""
        headers = {"Authorization": f"Bearer {parcel.token}", "Accept-Language": "zh-Hans"}
        reply = await self.lines.ask("POST", "/sync", headers, crowd.body([parcel]))
        if reply.status == 200:
            good = crowd.acknowledged(reply.body)
            self.stored |= good
            if len(good) < len(parcel.ids):
                self.wrong.append(reply.body[:300].decode())
            return 200
        self.waiting.append(parcel)
        if reply.status in (429, 503):
            self._check_no(reply.headers, reply.body)
        elif reply.status:
            self.wrong.append(f"{reply.status} {reply.body[:300].decode(errors='replace')}")
        return reply.status

    def _check_no(self, headers: dict[str, str], body: bytes) -> None:
        said = msgspec.json.decode(body)
        if not headers.get("retry-after", "").isdigit() or "手机" not in said["reason"]:
            self.wrong.append(f"no clear no: {headers} {said}")

    def works(self, parcels: Sequence[crowd.Parcel]) -> list[Callable[[], Awaitable[int]]]:
        """Each batch as something to do."""
        return [partial(self.send, parcel) for parcel in parcels]


class Hour:
    """The phases, one after the other, on one server."""

    def __init__(self, wish: Any, place: Path, port: int) -> None:
        self.wish, self.place = wish, place
        self.rng = random.Random(wish.seed)
        self.part = wish.part or wish.persons
        self.rows = Rows()
        self.sent: set[str] = set()
        self.phones = crowd.enrol(wish.phones, crowd.open_incident())
        as_superuser(SEED.format(round=ROUND, incident=crowd.INCIDENT, area=crowd.AREA, sites=SITES))
        self.site = Site(Lines(port))

    def sealed(self, name: str, persons: float) -> list[crowd.Parcel]:
        """Batches of about so many persons, spread over the phones, in the order they are sent."""
        tubes, phones = max(1, round(persons / self.wish.persons)), len(self.phones)
        counts = tuple(tubes // phones + (number < tubes % phones) for number in range(phones))
        told = crowd.seal(self.place, self.phones, Tubes(name, counts, self.wish.persons, self.part), name)
        self.sent.update(*(parcel.ids for parcels in told for parcel in parcels))
        turns = max(map(len, told))
        return [one[turn] for turn in range(turns) for one in told if turn < len(one)]

    async def arriving(self, parcels: Sequence[crowd.Parcel], persons_a_second: float) -> tuple[Tally, float]:
        """These batches at random moments; what became of them, and the seconds."""
        tally = Tally()
        rate = persons_a_second * len(parcels) / max(1, persons(parcels))
        return tally, await arrive(self.site.works(parcels), rate, tally, self.rng)

    async def run(self) -> None:
        """All phases; whoever was told to come back does so at the end."""
        wish = self.wish
        await in_turns(self.site.works(self.sealed("A", 3 * wish.rate)), wish.hands, Tally())
        await self.hour(self.sealed("B", wish.rate * wish.seconds))
        left, capacity = await self.capacity(self.sealed("C", 4 * wish.rate * wish.capacity))
        wanted = wish.times * capacity * wish.storm
        crowd_ = [*left, *self.sealed("D", max(wish.persons, wanted - persons(left)))]
        after = self.sealed("E", wish.rate * wish.after)
        await self.storm(crowd_, capacity)
        await self.calm(after)
        for _ in range(100):
            again, self.site.waiting = self.site.waiting, []
            if not again:
                break
            await in_turns(self.site.works(again), FEW, Tally())
        self.site.lines.close()

    async def hour(self, parcels: Sequence[crowd.Parcel]) -> None:
        """What Dongguan saw."""
        tally, seconds = await self.arriving(parcels, self.wish.rate)
        said = f"site hour, {self.wish.rate:g} persons/s"
        came = persons(parcels) / seconds
        self.rows.put(
            f"{said}: taken in, against those who came",
            came * tally.count(200) / tally.whole,
            came,
            "persons/s",
        )
        self.rows.put(f"{said}: batch p50, against 1 s", tally.milliseconds(0.5), LIMIT_MS, "ms")
        self.rows.put(f"{said}: batch p99, against 1 s", tally.milliseconds(0.99), LIMIT_MS, "ms")

    async def capacity(self, parcels: list[crowd.Parcel]) -> tuple[list[crowd.Parcel], float]:
        """As many as are taken from phones that always have more; the batches that were not sent, and the rate."""
        tally, works = Tally(), self.site.works(parcels)
        seconds = await in_turns(works, self.wish.hands, tally, self.wish.capacity)
        reached = parcels[: tally.whole]
        rate = persons(reached) * tally.count(200) / tally.whole / seconds
        self.rows.put("capacity, against the hour", rate, self.wish.rate, "persons/s")
        return parcels[tally.whole :], rate

    async def storm(self, parcels: list[crowd.Parcel], capacity: float) -> None:
        """Many times the capacity: a few are let in and served well, the others told at once when to come back."""
        tally, seconds = await self.arriving(parcels, self.wish.times * capacity)
        taken = persons(parcels) * tally.count(200) / tally.whole / seconds
        said = f"{self.wish.times:g} times the capacity"
        self.rows.put(f"{said}: taken in, against the capacity", taken, capacity, "persons/s")
        self.rows.put(f"{said}: let in, p99, against 2 s", tally.milliseconds(0.99), STORM_LIMIT_MS, "ms")
        self.rows.put(
            f"{said}: told to come back, p99, against 200 ms", tally.milliseconds(0.99, 503), NO_MS, "ms"
        )
        self.rows.put(f"{said}: told to come back, of all", tally.count(503, 429), tally.whole, "batches")
        unclear = tally.whole - tally.count(200, 503, 429)
        if unclear:
            self.site.wrong.append(
                f"{unclear} without a clear answer: { {k: len(v) for k, v in tally.took.items()} }"
            )

    async def calm(self, parcels: Sequence[crowd.Parcel]) -> None:
        """The hour goes on at once."""
        tally, _ = await self.arriving(parcels, self.wish.rate)
        self.rows.put("at once afterwards: batch p99, against 1 s", tally.milliseconds(0.99), LIMIT_MS, "ms")
        self.rows.put("at once afterwards: taken in, of all", tally.count(200), tally.whole, "batches")

    def reckon(self) -> list[str]:
        """Look for everything in the database; what is wrong, in words."""
        from muster.project import installation

        dsn = installation.server().dsn(installation.database_name())
        there = crowd.in_database(dsn, FACTS)
        stored = self.site.stored
        self.rows.put(
            "acknowledged and in the database, of acknowledged", len(stored & there), len(stored), "records"
        )
        self.rows.put("in the database, of sealed", len(there), len(self.sent), "records")
        wrong = [f"{len(stored - there)} acknowledged records are lost"] if stored - there else []
        if there != self.sent:
            wrong.append(
                f"{len(self.sent - there)} records never arrived, {len(there - self.sent)} nobody sent"
            )
        limit = copy_facts.rate(dsn, FACTS, self.part * 2 + 1)
        rate = next(row.ours for row in self.rows if row.name.startswith("capacity"))
        self.rows.put(
            "capacity, against COPY of the rows", rate * (2 + 1 / self.wish.persons), limit, "records/s"
        )
        return [*wrong, *self.site.wrong[:5]]


def persons(parcels: Sequence[crowd.Parcel]) -> int:
    """How many people are in these batches: a registration and a sample each."""
    return sum(len(parcel.ids) // 2 for parcel in parcels)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines. Ends with 1 when something was lost or not answered clearly."""
    wish = options(
        arguments, rate=194.0, seconds=60.0, persons=10, part=0, phones=1_200, hands=8, capacity=15.0, times=5.0,
        storm=20.0, after=20.0, seed=1,
    )  # fmt: skip
    with house() as place, served() as port:
        hour = Hour(wish, place, port)
        asyncio.run(hour.run())
        wrong = hour.reckon()
    show(hour.rows, wish.json)
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
