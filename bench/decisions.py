"""Ten thousand items assigned, sent to another area, closed and opened again, each in one action over HTTP.

Every action answers for every item and is checked to have done what it says. The reference is one bare update of as
many rows through the same server (`bench/reference/decide_rows.py`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import psycopg

from bench import callers
from bench.house import as_owner, house, options, row, show, web
from bench.reference.decide_rows import CREATE

SENT_TO = callers.DISTRICT + 99_000
VERBS = ("assign", "transfer", "close", "reopen")


def picked(items: int, number: int) -> list[str]:
    """As many open items as are decided about, of areas they can be sent from; another lot each time."""
    from muster.project import installation

    sql = (
        "select id from worklists_workitem where state = 'open' and area <> %s order by id limit %s offset %s"
    )
    with psycopg.connect(installation.server().dsn(installation.database_name())) as superuser:
        return [str(found[0]) for found in superuser.execute(sql, [SENT_TO, items, number * items])]


def body(verb: str, items: list[str]) -> tuple[str, dict[str, Any]]:
    """The command of one decision."""
    if verb == "assign":
        return "assign_items", {"items": items, "to": str(uuid4())}
    if verb == "transfer":
        return "transfer_items", {"items": items, "area": SENT_TO, "reason": "bench"}
    return f"{verb}_items", {"items": items, "reason": "bench"}


def decide(desk: callers.Caller, verb: str, items: list[str]) -> float:
    """Seconds of one action; it must have answered `done` for each."""
    name, said = body(verb, items)
    began = time.perf_counter()
    answer = desk.command(name, said)
    took = time.perf_counter() - began
    if (
        answer["result"] != "stored"
        or set(answer["data"].values()) != {"done"}
        or len(answer["data"]) != len(items)
    ):
        raise RuntimeError(str(answer)[:300])
    return took


def bare(desk: callers.Caller, items: list[str]) -> float:
    """Seconds of the reference."""
    began = time.perf_counter()
    changed = desk.ask("/bench/decide", {"items": items, "team": str(uuid4())})["changed"]
    if changed != len(items):
        raise RuntimeError(f"{changed} of {len(items)} changed")
    return time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print; see the module's first lines."""
    wish = options(arguments, runs=3, items=10_000, known=100_000, seed=1)
    ours: dict[str, list[float]] = {verb: [] for verb in VERBS}
    limit: list[float] = []
    with house():
        tokens = callers.seed(wish.known, 1, wish.seed, role="commander")
        as_owner("alter table worklists_workitem no force row level security")
        as_owner(CREATE)
        as_owner("alter table worklists_workitem force row level security")
        with web() as port:
            desk = callers.Caller(0, port, tokens[0], wish.seed)
            for run in range(wish.runs + 1):
                items = picked(wish.items, run)
                took = {verb: decide(desk, verb, items) for verb in VERBS}
                reference = bare(desk, items)
                if run:
                    limit.append(reference)
                    for verb in VERBS:
                        ours[verb].append(took[verb])
    show([row(f"{verb} {wish.items:,} items at once", ours[verb], limit, "s") for verb in VERBS], wish.json)


if __name__ == "__main__":
    main()
