"""Sync: one-hundred-command batches through the whole path, against a bare COPY of the same rows.

Both sides are one server (two workers), one durable database and one client on this machine, in turns.
"""

from __future__ import annotations

import http.client
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from bench.house import Row, as_owner, as_superuser, house, options, row, show, web
from bench.reference.copy_rows import CREATE

INCIDENT = UUID("018f0000-0000-7000-8000-00000000bbbb")
AREA = 440307006005000
SIZE = 100
FULL = 0.01  # seconds
PLACE = {"incident": str(INCIDENT), "area": AREA}  # the product finds these itself; the reference is told
SEED_ITEMS = """
insert into worklists_workitem (id, incident, area, kind, subject_kind, subject, occasion, state, step, priority,
    causes, attempts, last_outcome, opened_at, due_at)
select ('00000000-0000-5000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{incident}', {area}, 'verify', 'resident',
    gen_random_uuid(), '', 'open', 'call', 5, 1, 0, '', now(), now() + interval '1 day'
from generate_series(1, {items}) n;
insert into worklists_workcause (id, incident, area, item, source_kind, source, due_at, priority, wanted)
select gen_random_uuid(), incident, area, id, 'entry', gen_random_uuid(), due_at, 5, true from worklists_workitem;
insert into places_building (id, area, name, address, compound, number, kind, units, generated, source)
select ('00000000-0000-5000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, {area}, 'b' || n, '', '', '', '', 100, true, ''
from generate_series(1, {items} / 100) n;
insert into places_dwelling (id, area, building_id, label)
select ('00000000-0000-5000-a000-' || lpad(to_hex(n), 12, '0'))::uuid, {area},
    ('00000000-0000-5000-9000-' || lpad(to_hex(1 + (n - 1) / 100), 12, '0'))::uuid, 'd' || n
from generate_series(1, {items}) n;
analyze;
"""


def numbered(kind: str, number: int) -> str:
    """The id of a seeded thing."""
    return f"00000000-0000-5000-{kind}-{number:012x}"


def attempts(numbers: Sequence[int], by: str) -> list[dict[str, Any]]:
    """Commands of one batch: a call about each item."""
    at = datetime.now(UTC).isoformat()
    return [
        {
            "id": str(uuid4()),
            "name": "record_attempt",
            "at": at,
            "seq": n,
            "body": {
                "item": numbered("8000", n),
                "channel": "phone",
                "outcome": "no_answer",
                "by": by,
                **PLACE,
                "subject": numbered("8000", n),
            },
        }
        for n in numbers
    ]


def visits(numbers: Sequence[int], by: str) -> list[dict[str, Any]]:
    """Commands of one batch: a visit at each door, as a team walks through buildings."""
    at = datetime.now(UTC).isoformat()
    return [
        {
            "id": str(uuid4()),
            "name": "record_visit",
            "at": at,
            "seq": n,
            "body": {
                "dwelling": numbered("a000", n),
                "outcome": "done",
                "persons": 3,
                "by": by,
                **PLACE,
                "building": numbered("9000", 1 + (n - 1) // 100),
            },
        }
        for n in numbers
    ]


def batches(make: Any, count: int, items: int, hands: int, rng: random.Random) -> list[list[bytes]]:
    """Encoded batches for each hand; hands work in different items."""
    share = items // hands
    made = []
    for hand in range(hands):
        mine = []
        for _ in range(count // hands):
            start = hand * share + rng.randrange(1, share - SIZE)
            commands = make(range(start, start + SIZE), str(uuid4()))
            mine.append(msgspec.json.encode({"batch": str(uuid4()), "commands": commands}))
        made.append(mine)
    return made


def send(port: int, path: str, token: str, bodies: list[bytes]) -> None:
    """One hand: its batches one after the other, each on a connection of its own, so that both processes get theirs.

    Told that the server is full (all hands came to one process), it calls again.
    """
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    waiting = bodies[::-1]
    while waiting:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("POST", path, waiting[-1], headers)
            reply = connection.getresponse()
            answer = reply.read()
        if reply.status == 503:
            time.sleep(FULL)
        elif reply.status != 200 or b'"quarantined"' in answer or b'"refused"' in answer:
            raise RuntimeError(answer[:500].decode())
        else:
            waiting.pop()


def rate(port: int, path: str, tokens: Sequence[str], work: list[list[bytes]]) -> float:
    """Commands per second over all hands."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(work)) as hands:
        list(hands.map(lambda pair: send(port, path, *pair), zip(tokens, work, strict=True)))
    return sum(len(mine) for mine in work) * SIZE / (time.perf_counter() - began)


def seed(items: int, hands: int) -> list[str]:
    """An incident, open items, doors, and one enrolled telephone per hand."""
    from muster.core import accounts
    from muster.core.access import scope, system
    from muster.core.vault import create_keys
    from muster.domain.incidents.models import Incident

    tokens = []
    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT,
            area=AREA,
            code="bench",
            title_zh="基准",
            title_en="bench",
            pack="covid-cn-v8",
            opened_at=datetime.now(UTC),
        )
        for hand in range(hands):
            account = accounts.create_account(username=f"hand-{hand}", password=str(uuid4()))
            accounts.give(
                account=account.pk, role="field_team", area=AREA, incident=None, until=None, by=system()
            )
            _, token = accounts.enrol_device(
                account=account.pk,
                label=str(hand),
                by=system(),
                incident=INCIDENT,
                area=AREA,
                now=datetime.now(UTC),
            )
            tokens.append(token)
    as_owner(CREATE)
    as_superuser(SEED_ITEMS.format(incident=INCIDENT, area=AREA, items=items))
    return tokens


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, runs=5, batches=200, items=40_000, hands=4, seed=1)
    rng = random.Random(wish.seed)
    rows: list[Row] = []
    with house():
        tokens = seed(wish.items, wish.hands)
        with web() as port:
            for name, make in (("calls", attempts), ("visits", visits)):
                ours, limit, again = [], [], []
                for run in range(wish.runs + 1):
                    work = batches(make, wish.batches, wish.items, wish.hands, rng)
                    pair = (rate(port, "/bench/copy", tokens, work), rate(port, "/sync", tokens, work))
                    repeat = rate(port, "/sync", tokens, work)
                    if run:  # the first is the warm-up
                        limit.append(pair[0])
                        ours.append(pair[1])
                        again.append(repeat)
                rows.append(row(f"sync {name}, against bare COPY", ours, limit, "commands/s"))
                rows.append(row(f"sync {name} sent again, against first send", again, ours, "commands/s"))
    show(rows, wish.json)


if __name__ == "__main__":
    main()
