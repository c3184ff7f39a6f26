"""R1 and R7: a hundred kills and five restarts under load; nothing acknowledged is lost, nothing counts twice.

`MUSTER_KILLS` asks for more kills, `MUSTER_SEED` for a run that was printed before.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import scope, system
from muster.core.models import Account
from tests.cast import INCIDENT
from tests.faults import field, stage
from tests.faults.house import Installation, Telephone, kill, served, under_load, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.crash, pytest.mark.django_db]  # in one row, with one installation

SEED = int(os.environ.get("MUSTER_SEED") or random.SystemRandom().randrange(10**9))
OF_ALL = int(os.environ.get("MUSTER_KILLS") or 100)  # a night takes 2,000
# a web worker takes the longest to come back
KILLS = {"postmaster": OF_ALL // 5, "backend": OF_ALL - 2 * (OF_ALL // 5), "worker": OF_ALL // 5}
TELEPHONES = 4
RESTARTS = 5
SELDOM = 20  # batches for each time that some wait in a circle: the database ends it, and they go again
Served = tuple[Installation, list[str]]


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    print(f"seed {SEED}: MUSTER_SEED={SEED} repeats this run", file=sys.stderr)
    with served(TELEPHONES) as found:
        yield found


def acknowledged_since(phones: list[Telephone], instant: float) -> bool:
    return any(phone.acknowledged_at > instant for phone in phones)


def strike(find: Callable[[], list[int]], rng: random.Random) -> bool:
    return kill(find(), rng)


def restarted(installation: Installation, before: int | None) -> bool:
    return installation.server.running() and installation.server.pid() != before


def test_a_hundred_kills_lose_nothing_and_double_nothing(house: Served, incident: UUID) -> None:
    installation, tokens = house
    with connection.cursor() as cursor:  # this test's own transaction waits idle all the while
        cursor.execute("set local idle_in_transaction_session_timeout = 0")
    rng = random.Random(SEED)
    plan = [kind for kind, times in KILLS.items() for _ in range(times)]
    rng.shuffle(plan)
    targets = {
        "postmaster": installation.postmasters,
        "backend": installation.backends,
        "worker": installation.workers,
    }
    with under_load(installation, tokens, SEED) as phones:
        wait_for(lambda: all(phone.acknowledged_at for phone in phones), what="everybody's first answer")
        for kind in plan:
            time.sleep(rng.uniform(0, 0.1))
            wait_for(partial(strike, targets[kind], rng), what=f"a {kind} to kill")
            killed = time.monotonic()
            wait_for(partial(acknowledged_since, phones, killed), what=f"an answer after a {kind} died")
    check(installation, phones)
    same_as_recomputed(installation, phones)


def check(installation: Installation, phones: list[Telephone]) -> None:
    """Acknowledged ⊆ stored ⊆ sent, each once; receipts are facts; circles are rare; the ledger sums to zero."""
    assert not any(phone.is_alive() for phone in phones)
    assert [phone.impolite for phone in phones] == [[]] * len(phones), (
        "an error answer is 503 and says when to retry"
    )
    answers = dict(itertools.chain.from_iterable(phone.answers.items() for phone in phones))
    sent = {one["id"] for phone in phones for one in phone.sent}
    assert Counter(answers.values()).keys() <= {"stored", "duplicate"}
    assert answers.keys() == sent
    found = installation.inside("read")
    facts, receipts = found["facts"], found["receipts"]
    assert not [i for i in sent if facts.get(i) != 1], "lost or doubled"
    assert not [i for i in sent if receipts.get(i) != "stored"], "an effect without its receipt"
    arranged = {one["id"] for one in field.arrangements()}
    assert receipts.keys() - arranged >= sent
    assert (found["ledger"], found["unbalanced"]) == (0, [])
    circles = installation.server.log.read_text(errors="replace").count("deadlock detected")
    assert circles <= sum(phone.seen[200] for phone in phones) // SELDOM


def same_as_recomputed(installation: Installation, phones: list[Telephone]) -> None:
    """Derived state is what the same observations give on a server that nobody hurt."""
    with scope(system(), INCIDENT):
        Account.objects.bulk_create(
            Account(id=field.writer(n).account, username=f"w{n}", password="!") for n in range(TELEPHONES)
        )
    stage.take(0, field.arrangements())
    for phone in phones:
        for start in range(0, len(phone.sent), 500):
            part = phone.sent[start : start + 500]
            assert stage.take(phone.number, part) == {"stored": len(part)}
    hurt, whole = installation.inside("read")["digests"], stage.digests()
    assert {label: (hurt[label], whole[label]) for label in whole if hurt[label] != whole[label]} == {}
    connection.close_if_unusable_or_obsolete()


def test_a_restarted_database_is_waited_for_politely(house: Served) -> None:
    installation, tokens = house
    with under_load(installation, tokens, SEED + 1) as phones:
        for _ in range(RESTARTS):
            wait_for(lambda: acknowledged_since(phones, time.monotonic() - 1), what="load")
            before = installation.server.pid()
            installation.server.stop("immediate")
            wait_for(partial(restarted, installation, before), what="the database to be started again")
            installation.server.start()  # takes the supervisor's lock: the server accepts when it returns
            ready = time.monotonic()
            took = wait_for(partial(acknowledged_since, phones, ready), what="an answer")
            print(f"first answer {took:.2f} s after the database was ready", file=sys.stderr)
    assert sum(phone.seen[503] + phone.seen[0] for phone in phones) > 0, (
        "the restart was not noticed: no test"
    )
    check(installation, phones)


def test_a_frozen_database_answers_late_or_politely_but_never_falsely(house: Served) -> None:
    installation, tokens = house
    with under_load(installation, tokens, SEED + 2) as phones:
        wait_for(lambda: all(phone.acknowledged_at for phone in phones), what="load")
        frozen = installation.backends()
        for pid in frozen:
            kill([pid], random.Random(SEED), signal.SIGSTOP)
        time.sleep(3)
        for pid in frozen:
            kill([pid], random.Random(SEED), signal.SIGCONT)
        thawed = time.monotonic()
        wait_for(
            lambda: all(phone.acknowledged_at > thawed for phone in phones), what="an answer to everybody"
        )
    check(installation, phones)
