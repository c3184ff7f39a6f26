"""One round of testing for 30,000 residents: Muster's lists and board beside queues that people walk up to.

Both sides replay one book (who comes when, who only when asked by name, whose scan goes wrong) at the same sites, with
the same desks, callers and pairs; service times, sites, desks and bands are the pack's, with their sources there. Ours
is played over HTTP in a training installation: samples, seals, counts and hand-overs are its commands, some sent late;
who is called, where people are sent and who is left are read from its coverage and board. A mis-bound tube counts as
noticed when the product says so: a flag on it, a table that does not fit, a code nobody knows, or somebody who was
tested and is still on the list of who is left. The scorer is imported by neither side.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

from bench.house import Row, options, show
from drill.areas import resolve
from drill.client import Desk, DrillError, connected
from drill.play.ground import building, person
from drill.play.script import Account
from drill.testing import score, walk_up
from drill.testing.book import OPEN_MINUTES, START, Book, Person, Rules, generate
from drill.testing.day import PAIR, TICK, Day
from drill.testing.hall import Hall, Record

CHIEF, PASSWORD = "值班长", "演练-round-0219"
SPACE = UUID("5d1c1f0e-0000-5000-8000-000000000c0d")
INCIDENT, ROUND = uuid5(SPACE, "incident"), uuid5(SPACE, "round")
DISTRICT = 440307000000000
PACK = "covid-cn-v8"
PART = 500
COURIER = 120  # minutes between two couriers
LATE_SHARE, LATE = 0.3, (60, 180)  # telephones without a network for a while, in minutes
PATIENCE, AGAIN, TRIES = (
    90,
    120,
    4,
)  # minutes until who was called is looked for; between tries; unanswered calls
FREE = 1.6  # times what a site can serve is called where nobody waits: not everybody follows
Command = tuple[str, float, dict[str, Any]]


def rules(slips: float) -> Rules:
    """The numbers of the pack, and the share of mis-scans: that of the reference scenario unless one is given."""
    from drill.scenario import load as scenario
    from muster.protocols import load

    pack = load(PACK)
    sites, testing = pack.staffing.sites, pack.testing
    assert sites
    assert testing
    assert sites.people_per_desk_hour
    busy = next(one for one in testing.queue_bands if one.code == "busy")
    return Rules(
        site_people=sites.people_per_site_max.value, desk_people=sites.people_per_desk_max.value,
        desk_hour=sites.people_per_desk_hour.value, pool=sites.queue_group.value,
        busy_minutes=busy.from_minutes.value, hours=int(testing.round_within_hours.value),
        mis_scan=slips or scenario("shenzhen-2022").disturbances.tubes.mis_scan,
    )  # fmt: skip


class Post:
    """The desk of the training server through which everything of the round goes."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.sent = 0

    def send(self, commands: Sequence[Command]) -> None:
        """Hand commands in as they happened; whatever is refused ends the measurement."""
        for start in range(0, len(commands), PART):
            listed = []
            for name, at, body in commands[start : start + PART]:
                self.sent += 1
                told = {"id": str(uuid5(SPACE, f"command {self.sent}")), "name": name, "body": body}
                listed.append(told | {"at": START + timedelta(minutes=at), "seq": self.sent})
            answers = self.desk.sync({"incident": str(INCIDENT), "commands": listed}).answers
            if wrong := [one for one in answers if one.result not in ("stored", "quarantined")]:
                raise DrillError(wrong[0].reason, f"{wrong[0].code}: {wrong[0].reason}")

    def prepare(self, book: Book) -> None:
        """The incident, the buildings and residents of the book, the sites and the round."""
        early, area = -120.0, int(book.area.code)
        opened = {
            "id": INCIDENT, "code": "round", "area": DISTRICT, "title_zh": "全员检测演练",
            "title_en": "Round of tests", "pack": PACK, "opened_at": START - timedelta(hours=2),
        }  # fmt: skip
        self.send([("open_incident", early, opened)])
        self.send([("add_building", early, building(one, "register")) for one in book.houses])
        self.send([("register_person", early, person(one, one.dwelling)) for one in book.residents])
        wanted = {"id": ROUND, "area": area, "name": "演练轮次", "purpose": "screening", "from_at": START}
        wanted |= {"to_at": START + timedelta(hours=book.rules.hours)}
        sites = [
            {"id": site_id(number), "area": area, "kind": "site", "name": f"采样点{number + 1}"}
            for number in range(book.sites)
        ]
        self.send([("open_round", early, wanted), *(("add_point", early, one) for one in sites)])


def site_id(number: int) -> UUID:
    """The point of a site."""
    return uuid5(SPACE, f"site {number}")


class Muster:
    """Our side: buildings are called as the board allows, who is left is phoned and then visited."""

    def __init__(self, book: Book, post: Post) -> None:
        self.book, self.post = book, post
        self.number = {one.id: one.number for one in book.people}
        self.uncalled: list[list[list[int]]] = [[] for _ in range(book.sites)]
        homes: dict[int, list[int]] = {}
        for one in book.people:
            homes.setdefault(one.house, []).append(one.number)
        for house in sorted(homes):
            self.uncalled[book.people[homes[house][0]].sites[0]].append(homes[house])
        self.called: dict[int, float] = {}
        self.unanswered: Counter[int] = Counter()
        self.wait_until: dict[int, float] = {}
        self.housebound: set[int] = set()
        self.knocked: dict[int, float] = {}
        self.board: dict[int, int | None] = dict.fromkeys(range(book.sites), 0)
        self.expected = [0.0] * book.sites
        self.to_call: list[int] = []
        self.to_visit: list[int] = []
        self.taken = 0
        self.fetched = 0.0  # when the courier came last
        self.late: list[tuple[float, Command]] = []
        self.gone: set[int] = set()
        rng = Random(f"late/{book.seed}")
        self.windows = {
            where: (begin, begin + rng.randrange(*LATE))
            for where in self._telephones() if rng.random() < LATE_SHARE
            for begin in (rng.randrange(OPEN_MINUTES),)
        }  # fmt: skip

    def _telephones(self) -> list[tuple[int | None, int]]:
        desks = [(site, desk) for site in range(self.book.sites) for desk in range(self.book.desks)]
        return [*desks, *((None, PAIR + pair) for pair in range(self.book.rules.pairs))]

    def begin(self) -> Iterable[tuple[float, int]]:
        """Who does not wait to be called comes as on the other side; so do those who hear the announcement."""
        for one in self.book.people:
            if one.manner == "comes" and not one.follows:
                yield one.own_at, one.number
            elif one.heard_at is not None:
                yield one.heard_at, one.number

    def tick(self, at: float, hall: Hall) -> Iterable[int]:
        """Send what the telephones have, read board and coverage, and call the next buildings."""
        now = START + timedelta(minutes=at)
        self.post.desk.move_clock(now)
        self._send(at, hall)
        self._read(now)
        self._look_for(at)
        if at > OPEN_MINUTES - 2 * PATIENCE:
            return self._call(at, everybody=True) if at <= OPEN_MINUTES else []
        return self._call(at)

    def _send(self, at: float, hall: Hall) -> None:
        """Records that have a network by now; order keepers and couriers always find one."""
        end = at > OPEN_MINUTES
        fresh = [
            self._leaving(one.at, (one.site, one.desk), self._sample(one))
            for one in hall.records[self.taken :]
        ]
        self.taken = len(hall.records)
        self.late += fresh
        for tube in hall.tubes:
            if tube.sealed_at is not None and tube.number not in self.gone:
                seal = {"code": tube.typed, "seats_said": len(tube.people)}
                self.late.append((tube.sealed_at, ("seal_tube", tube.sealed_at, seal)))
                self.gone.add(tube.number)
        ready = [command for leaves, command in self.late if end or leaves <= at]
        self.late = [] if end else [one for one in self.late if one[0] > at]
        ready += [
            ("report_queue", at, {"site": site_id(site), "waiting": hall.waiting(site, at)})
            for site in range(self.book.sites) if at <= OPEN_MINUTES
        ]  # fmt: skip
        self.post.send(sorted(ready, key=lambda one: one[1]))
        if end or at % COURIER == 0:
            self.post.send(self._courier(at, hall))

    def _sample(self, one: Record) -> Command:
        body: dict[str, Any] = {
            "code": one.tube, "resident": self.book.people[one.person].id, "round": ROUND,
            "pool_size": self.book.rules.pool, "seat": one.seat,
        }  # fmt: skip
        if one.site is None:
            return "take_sample", one.at, body | {"place": "home", "area": int(self.book.area.code)}
        return "take_sample", one.at, body | {"place": "site", "site": site_id(one.site)}

    def _leaving(self, at: float, phone: tuple[int | None, int], told: Command) -> tuple[float, Command]:
        begin, end = self.windows.get(phone, (0, 0))
        return (end if begin <= at < end else at), told

    def _courier(self, at: float, hall: Hall) -> list[Command]:
        """What stands on each table is scanned and counted; the courier takes it along."""
        found: list[Command] = []
        for site in [*range(self.book.sites), None]:
            there = [
                one.code for one in hall.tubes
                if one.site == site and one.sealed_at is not None and self.fetched < one.sealed_at <= at
            ]  # fmt: skip
            if there and site is not None:
                found.append(("count_tubes", at, {"site": site_id(site), "codes": there}))
            found += [("hand_over_tube", at, {"code": code, "to": "区检测中心"}) for code in there]
        self.fetched = at
        return found

    def _read(self, now: datetime) -> None:
        """The board of the sites, and everybody who is left, as the server has them."""
        from muster.core.access import scope, system
        from muster.domain.sampling import queries, standing
        from muster.domain.sampling.models import Round

        with scope(system(incident=INCIDENT), INCIDENT):
            lines = {line.site: line.wait for line in queries.site_lines(INCIDENT, now)}
            listed = standing.people(Round.objects.get(pk=ROUND), standing.Wish(), size=len(self.book.people))
        for site in range(self.book.sites):
            wait = lines.get(site_id(site))
            self.board[site] = wait.minutes if wait else None
        self.left = {self.number[one.id] for one in listed}

    def _look_for(self, at: float) -> None:
        """Whoever was called a while ago and is still left: first by telephone, then at the door."""
        missed = [
            one for one in self.left
            if at - self.called.get(one, at) >= PATIENCE and at >= self.wait_until.get(one, 0)
        ]  # fmt: skip
        self.to_call = sorted(
            (one for one in missed if self.unanswered[one] < TRIES and one not in self.housebound),
            key=lambda one: (self.unanswered[one], self.called[one], one),
        )
        doors: dict[int, tuple[int, int]] = {}
        for one in missed:
            door, wants = self.book.people[one].door, (one in self.housebound, self.unanswered[one])
            if at - self.knocked.get(door, -AGAIN) >= AGAIN:
                doors[door] = max(doors.get(door, wants), wants)
        self.to_visit = sorted(
            doors, key=lambda door: (*(-int(one) for one in doors[door]), self.knocked.get(door, 0), door)
        )

    def heard(self, number: int, outcome: str, comes_at: float) -> None:
        """Who comes is waited for, who cannot is visited, who did not answer is tried again; others are settled."""
        if outcome == "housebound":
            self.housebound.add(number)
        elif outcome == "no_answer":
            self.unanswered[number] += 1
            self.wait_until[number] = comes_at - self.book.people[number].delay + AGAIN
        else:
            self.wait_until[number] = comes_at + PATIENCE if outcome == "comes" else OPEN_MINUTES + TICK + 1

    def _call(self, at: float, *, everybody: bool = False) -> list[int]:
        """As many buildings at each site as it can serve until the next look, fewer where the line is long."""
        found: list[int] = []
        quarter = self.book.desks * self.book.rules.desk_hour / 4
        for site, waiting in enumerate(self.uncalled):
            line = self.board[site]
            full = (line or 0) / self.book.rules.busy_minutes  # 1: the board would say "busy"
            self.expected[site] += 0 if full >= 1 else quarter * (FREE if full < 0.4 else 1)
            while waiting and (everybody or self.expected[site] > 0):
                house = waiting.pop(0)
                self.expected[site] -= len(house)
                found += house
        self.called |= dict.fromkeys(found, at)
        return found

    def site(self, one: Person, at: float) -> int:
        """Of the sites near by, the one where the board says the wait is shorter."""
        return min(one.sites, key=lambda site: (self.board[site] or 0, one.sites.index(site)))

    def next_call(self, at: float) -> int | None:
        """The next on the list of who is left."""
        return self.to_call.pop(0) if self.to_call else None

    def next_door(self, at: float) -> int | None:
        """The next door behind which somebody is left."""
        if not self.to_visit:
            return None
        self.knocked[self.to_visit[0]] = at
        return self.to_visit.pop(0)

    def noticed(self, hall: Hall) -> set[str]:
        """Printed codes of tubes that the product sends somebody to look at, at the end of the round."""
        from muster.core.access import scope, system
        from muster.domain.sampling.models import SiteTable, Tube

        with scope(system(incident=INCIDENT), INCIDENT):
            known = dict(Tube.objects.values_list("code", "flags"))
            ids = dict(Tube.objects.values_list("id", "code"))
            missing = {ids[one] for table in SiteTable.objects.all() for one in table.missing}
        left = self.left & hall.sampled.keys()
        return {
            tube.code for tube in hall.tubes
            if known.get(tube.code) or tube.code not in known or tube.typed in missing or left.intersection(tube.people)
        }  # fmt: skip


def muster_side(book: Book) -> tuple[Day, set[str]]:
    """A training installation in a temporary directory, played and thrown away."""
    place = Path(tempfile.mkdtemp(prefix="muster-round-", dir=os.environ.get("MUSTER_BENCH_DIR")))
    place.chmod(0o755)
    os.environ["MUSTER_VAR"] = str(place / "var")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "muster.project.settings")
    from muster.project import demo, embedded, installation

    try:
        with demo.port_of_our_own(0) as port, demo.serving(port) as (url, _process):
            installation.setup_django()
            wanted = [Account(CHIEF, "commander", DISTRICT, CHIEF)]
            demo.create_accounts(wanted, {CHIEF: PASSWORD}, START - timedelta(hours=2))
            with connected(url) as server:
                post = Post(Desk(server, CHIEF, PASSWORD))
                post.prepare(book)
                ours = Muster(book, post)
                day = Day(book, ours)
                return day, ours.noticed(day.play())
    finally:
        from django.db import connections

        connections.close_all()
        embedded.Server(place / "var" / "pg").delete()
        shutil.rmtree(place, ignore_errors=True)


UNITS = (
    ("hours_to_nearly", "hours until 95 % of those who can be tested were", "h"),
    ("hours_to_last", "hours until the last sample", "h"),
    ("queue_p95", "minutes in the queue, p95", "min"),
    ("queue_median", "minutes in the queue, median", "min"),
    ("untested", "untested left", "people"),
    ("tubes", "tubes", "tubes"),
    ("mis_bound", "tubes mis-bound", "tubes"),
    ("undetected", "tubes mis-bound and not noticed", "tubes"),
    ("alarms", "tubes noticed with nothing wrong", "tubes"),
    ("calls", "calls", "calls"),
    ("calls_in_vain", "calls to people already tested", "calls"),
    ("doors", "doors knocked at", "doors"),
)


def rows(ours: score.Score, other: score.Score) -> list[Row]:
    """What is compared, ours beside the queues'."""

    def row(name: str, text: str, unit: str) -> Row:
        one, two = getattr(ours, name) or 0, getattr(other, name) or 0
        return Row(f"round, {text}", one, two, round(one / two, 3) if two else 0.0, unit, 1)

    return [row(*what) for what in UNITS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, residents=30_000, seed=1, slips=0.0)
    area = resolve("马安堂", "community", ["440307013000000"])
    book = generate(wish.seed, wish.residents, area, rules(wish.slips))
    queues = Day(book, walk_up.WalkUp(book))
    theirs = score.score(book, queues, score.over_full(queues.play(), book.rules.pool))
    day, noticed = muster_side(book)
    show(rows(score.score(book, day, noticed), theirs), wish.json)


if __name__ == "__main__":
    main()
