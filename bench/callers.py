"""Fifty callers on one queue of 100,000 open items, over HTTP: how long taking the next one takes, and who holds what.

Each caller takes, talks for a while, says how it ended, and takes again; some go away in mid-call. The reference is one
bare update with SKIP LOCKED through the same server (`bench/reference/claim_rows.py`), by the same callers at the same
pace. Both rows are milliseconds as a caller waits for them; a call lasts five seconds
(`--pause`), which is twenty times faster than people talk. Afterwards every answer is compared: no item was ever held
by two, and what the vanished held is handed out again once its lease has ended.
"""

from __future__ import annotations

import http.client
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg

from bench.house import as_owner, as_superuser, house, options, row, show, web
from bench.reference.claim_rows import CREATE

INCIDENT = UUID("018f0000-0000-7000-8000-0000000ca11e")
DISTRICT = 440307000000000
VANISHED, REACHED = 0.02, 0.7
# a hundred communities; most items are new, some wait for another hour, some are to be tried again now
SEED = """
select setseed({seed});
insert into worklists_workitem (id, incident, area, kind, subject_kind, subject, occasion, state, step, priority,
    causes, attempts, last_outcome, opened_at, due_at, next_try_at)
select gen_random_uuid(), '{incident}', {district} + (1 + n % 100) * 1000, 'verify', 'resident', gen_random_uuid(), '',
    'open', 'call', 5, 1, 0, '', now(), now() + random() * interval '48 hours',
    case when n % 10 = 0 then now() + interval '6 hours' * random() end
from generate_series(1, {items}) n;
insert into worklists_workcause (id, incident, area, item, source_kind, source, due_at, priority, wanted)
select gen_random_uuid(), incident, area, id, 'entry', gen_random_uuid(), due_at, 5, true from worklists_workitem;
vacuum analyze worklists_workitem;
analyze;
"""
EXPIRE = "update worklists_workitem set leased_until = now() - interval '1 second' where id in ({ids})"
HELD = "select id from worklists_workitem where leased_until > now()"


class Caller:
    """One caller on one connection: what was taken and finished, and how long each taking took."""

    def __init__(self, number: int, port: int, token: str, seed: int) -> None:
        self.number, self.port, self.token = number, port, token
        self.rng = random.Random(seed * 1_000 + number)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.waits: list[float] = []
        self.taken: list[str] = []
        self.left: list[str] = []
        self.shed = 0

    def ask(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """One request; a server that is full is asked again when it says so. Anything else ends the measurement."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        while True:
            self.connection.request("POST", path, msgspec.json.encode(body), headers)
            reply = self.connection.getresponse()
            read = reply.read()
            if reply.status != 503:
                break
            self.shed += 1
            time.sleep(float(reply.headers["Retry-After"]))
        if reply.status != 200:
            raise RuntimeError(f"{reply.status}: {read[:300]!r}")
        found: dict[str, Any] = msgspec.json.decode(read)
        return found

    def command(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """One command through the door of telephones; its answer."""
        said = {"id": str(uuid4()), "name": name, "at": datetime.now(UTC), "seq": 1, "body": body}
        answer: dict[str, Any] = self.ask("/sync", {"batch": str(uuid4()), "commands": [said]})["answers"][0]
        return answer

    def take(self) -> str | None:
        """The product's next item."""
        answer = self.command("take_next", {"area": DISTRICT})
        return str(answer["data"]["id"]) if answer["result"] == "stored" else None

    def finish(self, item: str) -> None:
        """Say how the call ended."""
        outcome = "reached_verified" if self.rng.random() < REACHED else "no_answer"
        answer = self.command("record_attempt", {"item": item, "outcome": outcome})
        if answer["result"] != "stored":
            raise RuntimeError(str(answer))

    def take_bare(self) -> str | None:
        """The reference's next row."""
        found = self.ask("/bench/claim", {"by": str(self.number)})["item"]
        return str(found) if found else None

    def finish_bare(self, item: str) -> None:
        """Close the reference's row."""
        self.ask("/bench/claim", {"by": str(self.number), "close": item})

    def work(
        self,
        until: float,
        pause: float,
        take: Callable[[Caller], str | None],
        finish: Callable[[Caller, str], None],
    ) -> None:
        """Take, talk, finish, until the time is over."""
        time.sleep(self.rng.random() * min(pause, until - time.perf_counter()))
        while time.perf_counter() < until:
            began = time.perf_counter()
            item = take(self)
            self.waits.append((time.perf_counter() - began) * 1_000)
            if item is None:
                return
            self.taken.append(item)
            talk = min(self.rng.expovariate(1 / pause), 3 * pause)
            time.sleep(max(0.0, min(talk, until - time.perf_counter())))  # who is talking at the end hangs up
            if self.rng.random() < VANISHED:
                self.left.append(item)
            else:
                finish(self, item)


def shift(callers: Sequence[Caller], seconds: float, pause: float, bare: bool) -> list[float]:
    """Everybody works at once; how long each taking took."""
    until = time.perf_counter() + seconds
    take, finish = (Caller.take_bare, Caller.finish_bare) if bare else (Caller.take, Caller.finish)
    with ThreadPoolExecutor(len(callers)) as hands:
        list(hands.map(lambda one: one.work(until, pause, take, finish), callers))
    return [wait for one in callers for wait in one.waits]


def p95(waits: Sequence[float]) -> float:
    """What nineteen of twenty waited at most."""
    return statistics.quantiles(waits, n=20)[-1]


def seed(items: int, callers: int, number: int, role: str = "caller") -> list[str]:
    """An incident, open items, the reference's table, and one enrolled telephone per caller."""
    from django.contrib.auth.hashers import make_password

    from muster.core import accounts
    from muster.core.access import scope, system
    from muster.core.models import Account
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    tokens = []
    now = datetime.now(UTC)
    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="calls", title_zh="基准", title_en="bench", pack="covid-cn-v8",
            opened_at=now,
        )  # fmt: skip
        for one in range(callers):
            account = Account.objects.create(username=f"caller-{one}", password=make_password(None))
            accounts.give(
                account=account.pk, role=role, area=DISTRICT, incident=None, until=None, by=system()
            )
            _, token = accounts.enrol_device(
                account=account.pk, label=str(one), by=system(), incident=INCIDENT, area=DISTRICT, now=now
            )
            tokens.append(token)
    for line in (
        SEED.rstrip()
        .format(incident=INCIDENT, district=DISTRICT, items=items, seed=(number % 1_000) / 1_000)
        .split(";\n")
    ):
        as_superuser(line)
    as_owner("alter table worklists_workitem no force row level security")
    as_owner(CREATE)
    as_owner("alter table worklists_workitem force row level security")
    return tokens


def check(callers: Sequence[Caller]) -> None:
    """Nobody held what another held; nothing is held but what the vanished left."""
    times = Counter(item for one in callers for item in one.taken)
    if twice := [item for item, often in times.items() if often > 1]:
        raise RuntimeError(f"held by two: {twice[:3]}")
    left = {item for one in callers for item in one.left}
    if (held := _held()) != left:
        raise RuntimeError(f"stuck: {len(held - left)}, lost: {len(left - held)}")


def _held() -> set[str]:
    from muster.project import installation

    with psycopg.connect(installation.server().dsn(installation.database_name())) as superuser:
        return {str(row[0]) for row in superuser.execute(HELD)}


def recover(callers: Sequence[Caller]) -> None:
    """Once their leases end, the items of the vanished are handed out again."""
    left = {item for one in callers for item in one.left}
    if not left:
        return
    as_superuser(EXPIRE.format(ids=", ".join(f"'{item}'" for item in left)))
    fresh = Caller(0, callers[0].port, callers[0].token, 0)  # the others' connections have been idle too long
    again: set[str] = set()
    for _ in range(len(left) * 3 + 50):
        item = fresh.take()
        if item is None or left <= again:
            break
        again.add(item)
    if missing := left - again:
        raise RuntimeError(f"never handed out again: {len(missing)}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, runs=3, callers=50, items=100_000, seconds=14.0, pause=5.0, seed=1)
    ours: list[float] = []
    bare: list[float] = []
    middle: list[tuple[float, float]] = []
    with house():
        tokens = seed(wish.items, wish.callers, wish.seed)
        with web() as port:
            everybody: list[Caller] = []
            for run in range(wish.runs + 1):  # the first is the warm-up
                pair = []
                for plain in (True, False):
                    callers = [Caller(n, port, token, wish.seed + run) for n, token in enumerate(tokens)]
                    pair.append(shift(callers, wish.seconds if run else 3.0, wish.pause, plain))
                    everybody += [] if plain else callers
                if run:
                    bare.append(p95(pair[0]))
                    ours.append(p95(pair[1]))
                    middle.append((statistics.median(pair[1]), statistics.median(pair[0])))
            check(everybody)
            recover(everybody)
    what = f"take next, {wish.callers} callers, {wish.items:,} open"
    medians = [[pair[side] for pair in middle] for side in (0, 1)]
    rows = [row(f"{what}, p95", ours, bare, "ms"), row(f"{what}, median", medians[0], medians[1], "ms")]
    show(rows, wish.json)


if __name__ == "__main__":
    main()
