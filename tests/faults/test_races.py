"""R8: many callers, one work list; many hands, one item and one store. Nothing is held twice, stuck or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import scope, system
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.supplies.models import Balance
from muster.domain.worklists.actions import taking
from muster.domain.worklists.models import Attempt, WorkItem
from muster.domain.worklists.rules import LEASE, ItemKind, Outcome
from tests.cast import COMMUNITY, INCIDENT, NOW
from tests.faults import field, stage

CALLERS, ITEMS = 20, 200


@pytest.fixture
def night(fresh_db: str) -> list[UUID]:
    """The arrangements of the night and a list of many people to call."""
    stage.set_scene(CALLERS)
    rows = [{"row": n, "name": f"李{n}", "phone": f"139002{n:05}"} for n in range(ITEMS)]
    pushed = {
        "id": field.uid("long list"),
        "area": COMMUNITY,
        "source": "公安",
        "purpose": "verification",
        "title": "长",
        "rows": rows,
    }
    told = {"id": str(new_id()), "name": "push_list", "at": NOW.isoformat(), "body": pushed}
    assert stage.take(0, [told]) == {"stored": 1}
    with scope(system(incident=INCIDENT), INCIDENT):
        return list(WorkItem.objects.filter(kind="verify", state="open").values_list("id", flat=True))


def together(work: Callable[[int], Any]) -> list[Any]:
    """The same work by everybody at once, each over a connection of its own."""
    gate = Barrier(CALLERS)

    def one(number: int) -> Any:
        try:
            gate.wait(60)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(one, range(CALLERS)))


def take(number: int, later: float = 1, kind: ItemKind = ItemKind.VERIFY) -> UUID | None:
    """Take the next item as caller `number`, `later` leases from now."""
    actor = field.writer(number)
    body = taking.TakeNext(area=COMMUNITY, kinds=(kind,))
    with scope(actor, INCIDENT):
        told: Told[taking.TakeNext] = Told(new_id(), NOW, actor.by, body)
        done = taking.take_next(told=[told], by=actor, incident=INCIDENT, now=NOW + later * LEASE)
    taken: UUID | None = done.data[told.id]["id"] if told.id in done.data else None
    return taken


def take_of(later: float, kinds: Sequence[ItemKind], number: int) -> UUID | None:
    """Take the next item of the kind of this caller."""
    return take(number, later, kinds[number % len(kinds)])


def test_twenty_callers_never_hold_one_item_and_leave_none(night: list[UUID]) -> None:
    def work(number: int) -> list[UUID]:
        held = []
        while (item := take(number)) is not None:
            held.append(item)
        return held

    taken = Counter(item for held in together(work) for item in held)
    assert set(taken.values()) == {1}, "held twice"
    assert taken.keys() == set(night), "left over"
    again = {
        item
        for held in together(lambda n: [take(n, 2.5) for _ in range(len(night) // CALLERS)])
        for item in held
    }
    assert again == set(night), "what nobody finished can be taken again when the lease is over"


def test_twenty_callers_never_phone_one_person_twice_at_once(night: list[UUID]) -> None:
    """Everybody has two pieces of work; half the callers ask for the one kind, half for the other."""
    with scope(system(incident=INCIDENT), INCIDENT):
        for one in WorkItem.objects.filter(pk__in=night):
            one.pk, one.kind = new_id(), "follow_up"
            one.save(force_insert=True)
    kinds = (ItemKind.VERIFY, ItemKind.FOLLOW_UP)
    for round_ in range(1, 4):
        together(partial(take_of, round_ * 2, kinds))
        with scope(system(incident=INCIDENT), INCIDENT):
            held = WorkItem.objects.filter(leased_until__gt=NOW + 2 * round_ * LEASE)
            people = list(held.values_list("subject", flat=True))
        assert len(people) == len(set(people)) == CALLERS


def test_twenty_hands_on_one_item_lose_no_attempt(night: list[UUID]) -> None:
    item, each = night[0], 5

    def work(number: int) -> Counter[str]:
        body = {"item": item, "outcome": Outcome.NO_ANSWER.value}
        told = [
            {"id": str(new_id()), "name": "record_attempt", "at": NOW.isoformat(), "seq": n, "body": body}
            for n in range(each)
        ]
        return sum((stage.take(number, [one]) for one in told), Counter())

    assert sum(together(work), Counter()) == {"stored": CALLERS * each}
    with scope(system(incident=INCIDENT), INCIDENT):
        assert Attempt.objects.filter(item=item).count() == CALLERS * each
        assert WorkItem.objects.get(pk=item).attempts == CALLERS * each


def test_twenty_hands_in_one_store_lose_no_piece(night: list[UUID]) -> None:
    def work(number: int) -> Counter[str]:
        there, back = (field.uid("store", 0), field.uid("store", 1))[:: 1 if number % 2 else -1]
        told = [
            {"id": str(new_id()), "name": "move_stock", "at": NOW.isoformat(), "seq": n,
             "body": {"item": field.uid("boot"), "quantity": 3, "kind": "deliver", "from_store": there,
                      "to_store": back}}
            for n in range(5)
        ]  # fmt: skip
        return sum((stage.take(number, [one]) for one in told), Counter())

    assert sum(together(work), Counter()) == {"stored": CALLERS * 5}
    with scope(system(incident=INCIDENT), INCIDENT):
        held = dict(Balance.objects.values_list("store", "quantity"))
    assert [held.get(field.uid("store", n), 0) for n in (0, 1)] == [0, 0], "as much went there as came back"
