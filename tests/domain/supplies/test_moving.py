"""The ledger through the real actions: two ends, flags instead of refusals, and what each area sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done
from muster.domain.incidents import queries as incidents
from muster.domain.supplies import queries
from muster.domain.supplies.actions import meeting, moving
from muster.domain.supplies.commands import COMMANDS
from muster.domain.supplies.models import Balance, DayClosing, Item, Movement, Need, Store
from muster.domain.supplies.rules import MovementKind, StoreKind, outside_id
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, NOW, SUBDISTRICT
from tests.domain.supplies.cast import BESIDE, BOOT, COAT, MAIN, NEXT, SEALED, all_sums, move, tell, told


def stock(store: UUID, item: UUID = BOOT) -> tuple[int, bool]:
    row = Balance.objects.get(store=store, item=item)
    return row.quantity, row.overdrawn


def codes(done: Done) -> list[str]:
    return [r.code for r in (*done.refused.values(), *done.waiting.values())]


def test_goods_come_in_and_go_on_into_the_sealed_area(stores: UUID, keeper: Actor) -> None:
    with scope(keeper, stores):
        done = tell(moving.move_stock, [move(900, None, MAIN, from_area=ELSEWHERE)], keeper)
        assert done.touched["supplies.store"] == {MAIN}
        tell(moving.move_stock, [move(300, MAIN, SEALED, kind=MovementKind.DELIVER)], keeper)
        assert (stock(MAIN), stock(SEALED)) == ((600, False), (300, False))
        inside, outside = Movement.objects.get(to_store=SEALED), Movement.objects.get(to_store=MAIN)
        assert (inside.area, inside.from_area) == (COMMUNITY, SUBDISTRICT)
        assert (outside.area, outside.from_area) == (SUBDISTRICT, ELSEWHERE)
        moved = queries.moved(
            kinds=["deliver"], code="rubber_boot", from_area=DISTRICT, to_kind=StoreKind.SEALED_AREA
        )
        assert (moved, queries.moved(kinds=["deliver"], code="winter_coat")) == (300, 0)
    assert sum(all_sums().values()) == 0


def test_what_the_ledger_did_not_have_is_stored_and_flagged_until_it_is_explained(
    stores: UUID, keeper: Actor
) -> None:
    with scope(keeper, stores):
        assert not codes(tell(moving.move_stock, [move(30, MAIN, None, kind=MovementKind.ISSUE)], keeper))
        assert stock(MAIN) == (-30, True)
        assert [row.store_name for row in queries.overdrawn()] == ["总仓"]
        tell(moving.move_stock, [move(40, None, MAIN)], keeper, NOW - timedelta(days=3))
        assert stock(MAIN) == (10, False)
        assert not queries.overdrawn()


def test_a_count_difference_goes_either_way(stores: UUID, keeper: Actor) -> None:
    with scope(keeper, stores):
        counted = MovementKind.COUNT_DIFFERENCE
        tell(
            moving.move_stock, [move(10, None, MAIN, kind=counted), move(4, MAIN, None, kind=counted)], keeper
        )
        assert stock(MAIN) == (6, False)
        assert Movement.objects.get(to_store=outside_id(stores)).area == SUBDISTRICT


def test_a_movement_about_something_unknown_waits(stores: UUID, keeper: Actor) -> None:
    with scope(keeper, stores):
        unknown = [move(1, new_id(), MAIN), move(1, None, new_id()), move(1, None, MAIN, item=new_id())]
        done = tell(moving.move_stock, unknown, keeper)
        assert [r.code for r in done.waiting.values()] == ["sync.not_visible_yet"] * 3
        assert not Movement.objects.exists()


NONSENSE = [(0, None, MAIN), (-5, None, MAIN), (1, MAIN, MAIN), (1, None, None)]


@pytest.mark.parametrize(("quantity", "giver", "taker"), NONSENSE)
def test_nonsense_is_refused(
    stores: UUID, keeper: Actor, quantity: int, giver: UUID | None, taker: UUID | None
) -> None:
    with scope(keeper, stores):
        done = tell(moving.move_stock, [move(quantity, giver, taker)], keeper)
        assert [r.code for r in done.refused.values()] == ["input.unreadable"]
        assert not Movement.objects.exists()


def test_either_end_may_record_and_both_ends_see_it(stores: UUID, keeper: Actor, neighbour: Actor) -> None:
    with scope(neighbour, stores):
        tell(moving.move_stock, [move(1000, None, BESIDE)], neighbour)
        boots = move(830, BESIDE, MAIN, kind=MovementKind.DELIVER, from_area=ELSEWHERE)
        done = tell(moving.move_stock, [boots], neighbour)
        assert not codes(done)
        assert [row.store for row in queries.balances()] == [BESIDE]
        assert stock(BESIDE) == (170, False)
    with scope(keeper, stores):
        assert stock(MAIN) == (830, False)
        assert [row.store for row in queries.balances()] == [MAIN]
        (seen,) = queries.movements()
        assert seen.from_area == NEXT, "whose store it was decides who gave, not the sender's word"
        assert not codes(tell(moving.move_stock, [move(30, BESIDE, MAIN)], keeper))
    with scope(neighbour, stores):
        assert stock(BESIDE) == (140, False)


def test_a_third_area_moves_nothing_between_two_others(stores: UUID, outsider: Actor) -> None:
    with scope(outsider, stores):
        done = tell(
            moving.move_stock, [move(5, BESIDE, MAIN), move(5, None, MAIN, from_area=ELSEWHERE)], outsider
        )
        assert [r.code for r in done.waiting.values()] == ["access.not_allowed"] * 2
    assert not any(all_sums().values())


def test_an_outsider_sees_no_stock(stores: UUID, keeper: Actor, outsider: Actor) -> None:
    with scope(keeper, stores):
        need = meeting.StateNeed(new_id(), SUBDISTRICT, BOOT, 5)
        tell(meeting.state_needs, [need], keeper)
        tell(moving.move_stock, [move(5, None, MAIN, need=need.id)], keeper)
    tables = (Store, Movement, Balance, DayClosing, Need)
    with scope(system(), stores):
        assert all(table.objects.exists() for table in tables)
    with scope(outsider, stores):
        assert [table.__name__ for table in tables if table.objects.exists()] == []


def test_a_movement_taken_back_is_gone_from_both_ends(stores: UUID, in_scope: Actor) -> None:
    wrong = told(move(50, MAIN, SEALED), in_scope)
    tell(moving.move_stock, [move(60, None, MAIN)], in_scope)
    moving.move_stock(told=[wrong], by=in_scope, incident=stores, now=NOW)
    tell(retract_facts, [RetractBody("supplies.movement", wrong.id)], in_scope)
    done = moving.reconsider_movements({wrong.id}, stores, NOW)
    assert done.touched["supplies.store"] == {MAIN, SEALED}
    assert (stock(MAIN), stock(SEALED)) == ((60, False), (0, False))
    assert queries.movements().count() == 1


def test_days_of_supply_follow_what_was_used_not_what_came(stores: UUID, keeper: Actor) -> None:
    pack = incidents.pack_of(stores)
    with scope(keeper, stores):
        tell(moving.move_stock, [move(1000, None, MAIN)], keeper, NOW - timedelta(days=9))
        for days in range(1, 1 + pack.supplies.burn_counts.value):
            used = move(100, MAIN, None, kind=MovementKind.ISSUE)
            tell(moving.move_stock, [used, move(70, None, MAIN)], keeper, NOW - timedelta(days=days))
        tell(moving.move_stock, [move(5, None, SEALED)], keeper)
        found = {row.store: row for row in queries.stock(pack, NOW)}
        left = 1000 - 30 * pack.supplies.burn_counts.value
        assert found[MAIN].days_left == pytest.approx(left / 100)
        assert found[SEALED].days_left is None
        tell(moving.move_stock, [move(left - 10, MAIN, None, kind=MovementKind.ISSUE)], keeper)
        low = {row.store: row.is_low for row in queries.stock(pack, NOW)}
        assert low == {MAIN: True, SEALED: False}


def test_the_same_code_is_one_item_and_a_taken_code_is_refused(stores: UUID, in_scope: Actor) -> None:
    again = moving.AddItems(DISTRICT, [moving.NewItem("rubber_boot", "雨靴", "Rubber boot", "piece")])
    assert not codes(tell(moving.add_items, [again, again], in_scope))
    other = moving.AddItems(DISTRICT, [moving.NewItem("rubber_boot", "靴", "Boot", "pair", new_id())])
    done = tell(moving.add_items, [other], in_scope)
    (refusal,) = done.refused.values()
    assert "rubber_boot" in refusal.say("zh")
    assert "rubber_boot" in refusal.say("en")
    assert Item.objects.get(code="rubber_boot").pk == BOOT
    assert [one.code for one in queries.items()] == ["rubber_boot", "winter_coat"]


def test_setting_up_needs_the_right(stores: UUID, grid_worker: Actor) -> None:
    with scope(grid_worker, stores):
        goods = moving.AddItems(COMMUNITY, [moving.NewItem("x", "x", "x", "piece")])
        assert codes(tell(moving.add_items, [goods], grid_worker)) == ["access.not_allowed"]
        store = moving.AddStore(new_id(), COMMUNITY, "x")
        assert codes(tell(moving.add_stores, [store], grid_worker)) == ["access.not_allowed"]


def test_nobody_adds_a_second_outside(stores: UUID, in_scope: Actor) -> None:
    done = tell(moving.add_stores, [moving.AddStore(new_id(), SUBDISTRICT, "x", StoreKind.OUTSIDE)], in_scope)
    assert codes(done) == ["input.unreadable"]
    assert not queries.stores().filter(kind=StoreKind.OUTSIDE)


def test_a_batch_of_movements_costs_no_more_statements_than_one(stores: UUID, in_scope: Actor) -> None:
    def statements(many: int) -> int:
        moves = [move(n + 1, None, MAIN, item=COAT if n % 2 else BOOT, need=new_id()) for n in range(many)]
        with CaptureQueriesContext(connection) as asked:
            tell(moving.move_stock, moves, in_scope)
        return len(asked)

    statements(1)  # outside is made once
    assert statements(100) == statements(1) < 30


LONG, FAR = "x" * 200, 10**30
UNREADABLE: list[tuple[str, dict[str, Any]]] = [
    ("add_items", {"area": 1, "items": [{"code": LONG, "name_zh": "x", "name_en": "x", "unit": "x"}]}),
    ("add_items", {"area": 1, "items": [{"code": "x", "name_zh": "x", "name_en": "x", "unit": LONG}]}),
    ("add_store", {"id": str(MAIN), "area": 1, "name": LONG}),
    ("add_store", {"id": str(MAIN), "area": 1, "name": "a\x00b"}),
    ("move_stock", {"item": str(BOOT), "quantity": 1, "kind": "issue", "from_area": FAR}),
    ("move_stock", {"item": str(BOOT), "quantity": 1, "kind": "teleport"}),
    (
        "state_need",
        {"id": str(MAIN), "area": 1, "item": str(BOOT), "quantity": 1, "needed_by": "2022-02-18T20:00:00"},
    ),
    ("record_donation", {"item": str(BOOT), "quantity": 1, "to_store": str(MAIN), "donor_kind": LONG}),
    ("record_thanks", {"kind": LONG}),
]


@pytest.mark.parametrize(("name", "body"), UNREADABLE)
def test_what_no_column_can_hold_is_unreadable(name: str, body: dict[str, Any]) -> None:
    with pytest.raises((msgspec.ValidationError, OverflowError)):
        msgspec.convert(body, COMMANDS[name][0], strict=False)


REFUSALS = [meeting.OfferUsedUp(left=1, asked=2), meeting.OtherItem(), moving.ItemKnown(codes="x")]


@pytest.mark.parametrize("refusal", REFUSALS)
def test_refusals_speak_both_languages(refusal: Refusal) -> None:
    assert refusal.say("zh") != refusal.say("en")
