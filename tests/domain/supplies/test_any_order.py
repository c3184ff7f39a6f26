"""Any order, repetition and split of the same observations gives the same ledger, and nothing is lost in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.core.told import Many, Told
from muster.domain.supplies.actions import giving, meeting, moving
from muster.domain.supplies.models import Balance, DayClosing, Movement, Need
from muster.domain.supplies.rules import MovementKind
from tests.cast import INCIDENT, NOW, SUBDISTRICT
from tests.domain.supplies.cast import BESIDE, BOOT, COAT, MAIN, SEALED, all_sums, move, told

PLACES = st.sampled_from([MAIN, SEALED, BESIDE, None])
NEED = derive_id("test", "need")
MOVES = st.lists(
    st.tuples(
        st.integers(1, 500), PLACES, PLACES, st.sampled_from([BOOT, COAT]), st.sampled_from(MovementKind),
        st.integers(0, 72), st.sampled_from([NEED, None]),
    ).filter(lambda one: one[1] != one[2]),
    min_size=2, max_size=8,
)  # fmt: skip
ACTIONS: dict[type, Many] = {
    meeting.StateNeed: meeting.state_needs,
    moving.MoveStock: moving.move_stock,
    giving.RecordDonation: giving.record_donations,
}


def night(moves: list[Any], by: Actor) -> list[Told[Any]]:
    """A need, a donation and the movements drawn."""
    facts = [
        told(meeting.StateNeed(NEED, SUBDISTRICT, BOOT, 400), by),
        told(giving.RecordDonation(COAT, 20, MAIN, donor="一位房东"), by, NOW, derive_id("gift")),
    ]
    for number, (quantity, giver, taker, item, kind, hours, need) in enumerate(moves):
        body = move(quantity, giver, taker, item=item, kind=kind, need=need)
        facts.append(told(body, by, NOW + timedelta(hours=hours), derive_id("move", number)))
    return facts


def ledger(batches: list[list[Told[Any]]], by: Actor) -> list[Any]:
    """What the ledger says after these batches; all of it is undone again."""
    with scope(by, INCIDENT):
        mark = transaction.savepoint()
        for batch in batches:
            for kind, action in ACTIONS.items():
                mine = list({one.id: one for one in batch if isinstance(one.body, kind)}.values())
                done = action(told=mine, by=by, incident=INCIDENT, now=NOW)
                assert not done.refused
                assert not done.waiting
        sums = all_sums()
        assert sum(sums.values()) == 0
        for store in (MAIN, SEALED, BESIDE):
            assert sum(row.quantity for row in Balance.objects.filter(store=store)) == sums[store]
        assert all(row.overdrawn == (row.quantity < 0) for row in Balance.objects.all())
        found: list[Any] = [
            list(table.objects.order_by("id").values()) for table in (Balance, DayClosing, Need)
        ]
        found.append(sorted(Movement.objects.values_list("id", flat=True)))
        transaction.savepoint_rollback(mark)
    return found


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=MOVES, data=st.data())
def test_the_ledger_does_not_depend_on_how_it_was_told(
    stores: UUID, commander: Actor, moves: list[Any], data: st.DataObject
) -> None:
    facts = night(moves, commander)
    mixed = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=4))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(mixed) - 1), max_size=4)))
    batches = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
    assert ledger([facts], commander) == ledger(batches, commander)
