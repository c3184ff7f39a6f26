"""Needs and offers meet: met follows from deliveries, an offer is never given twice, also under pressure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connections

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.core.vault import create_keys
from muster.domain.incidents.models import Incident
from muster.domain.supplies import queries
from muster.domain.supplies.actions import meeting, moving
from muster.domain.supplies.models import Allocation, Need, Offer
from muster.domain.supplies.rules import MovementKind, Urgency
from muster.journeys.promises import wants_of_needs
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, SUBDISTRICT
from tests.domain.supplies.cast import BESIDE, BOOT, COAT, MAIN, NEXT, move, set_up, tell, told


def need(quantity: int = 830, **fields: object) -> meeting.StateNeed:
    plain = {"id": new_id(), "area": SUBDISTRICT, "item": BOOT, "store": MAIN, "urgency": Urgency.URGENT}
    return meeting.StateNeed(**{**plain, **fields}, quantity=quantity)  # type: ignore[arg-type]


def offer(quantity: int = 1000, area: int = NEXT, item: UUID = BOOT) -> meeting.MakeOffer:
    return meeting.MakeOffer(new_id(), area, item, quantity)


def state(one: meeting.StateNeed) -> tuple[str, int, int, datetime | None]:
    row = Need.objects.get(pk=one.id)
    return row.state, row.met, row.allocated, row.met_at


def test_a_need_is_allocated_then_met_by_what_arrives_for_it(stores: UUID, in_scope: Actor) -> None:
    asked, given = need(), offer()
    assert tell(meeting.state_needs, [asked], in_scope).touched["supplies.need"] == {asked.id}
    tell(meeting.make_offers, [given], in_scope)
    share = meeting.Allocate(new_id(), given.id, asked.id, 830)
    done = tell(meeting.allocate, [share], in_scope)
    assert done.data == {share.id: {"left": 170}}
    assert state(asked) == ("allocated", 0, 830, None)
    hours = [NOW + timedelta(hours=n) for n in (1, 2, 3)]
    first = move(500, BESIDE, MAIN, kind=MovementKind.DELIVER, need=asked.id)
    rest = move(330, BESIDE, MAIN, kind=MovementKind.ISSUE, need=asked.id)
    other = move(999, BESIDE, MAIN, kind=MovementKind.DELIVER, need=asked.id, item=COAT)
    tell(moving.move_stock, [rest], in_scope, hours[2])
    tell(moving.move_stock, [other], in_scope, hours[0])
    assert state(asked)[:2] == ("allocated", 330)
    done = tell(moving.move_stock, [first], in_scope, hours[1])
    assert done.touched["supplies.need"] == {asked.id}
    assert state(asked) == ("met", 830, 830, hours[2])
    assert not queries.needs()
    assert queries.offers().get().left == 170


def test_a_need_wants_a_delivery_until_it_is_met(stores: UUID, in_scope: Actor) -> None:
    asked, usual = need(needed_by=NOW + timedelta(hours=6)), need(urgency=Urgency.NORMAL)
    tell(meeting.state_needs, [asked, usual], in_scope)
    wants = {want.subject: want for want in wants_of_needs({asked.id, usual.id}, INCIDENT, NOW)}
    assert (wants[asked.id].kind, wants[asked.id].due_at) == ("deliver", asked.needed_by)
    assert wants[asked.id].priority < wants[usual.id].priority
    tell(moving.move_stock, [move(830, BESIDE, MAIN, kind=MovementKind.DELIVER, need=asked.id)], in_scope)
    assert wants_of_needs({asked.id}, INCIDENT, NOW)[0].satisfied_at == NOW
    assert [one.id for one in queries.needs()] == [usual.id]


def test_the_giving_side_meets_a_need_it_may_not_read(stores: UUID, keeper: Actor, neighbour: Actor) -> None:
    asked, given = need(100), offer(100)
    with scope(keeper, stores):
        tell(meeting.state_needs, [asked], keeper)
    with scope(neighbour, stores):
        tell(meeting.make_offers, [given], neighbour)
        assert not Need.objects.exists()
        assert not tell(
            meeting.allocate, [meeting.Allocate(new_id(), given.id, asked.id, 100)], neighbour
        ).refused
        assert Allocation.objects.get().area == SUBDISTRICT
        tell(
            moving.move_stock, [move(100, BESIDE, MAIN, kind=MovementKind.DELIVER, need=asked.id)], neighbour
        )
    with scope(keeper, stores):
        assert state(asked)[:2] == ("met", 100)
        assert Allocation.objects.get().from_area == NEXT


@pytest.mark.parametrize(
    ("quantity", "item", "code"),
    [(11, BOOT, "supplies.offer_used_up"), (5, COAT, "supplies.other_item"), (0, BOOT, "input.unreadable")],
)
def test_what_cannot_be_given_is_refused(
    stores: UUID, in_scope: Actor, quantity: int, item: UUID, code: str
) -> None:
    asked, given = need(), offer(10, item=item)
    tell(meeting.state_needs, [asked], in_scope)
    tell(meeting.make_offers, [given], in_scope)
    done = tell(meeting.allocate, [meeting.Allocate(new_id(), given.id, asked.id, quantity)], in_scope)
    assert [r.code for r in done.refused.values()] == [code]
    assert not Allocation.objects.exists()


def test_within_one_batch_the_offer_goes_to_the_first(stores: UUID, in_scope: Actor) -> None:
    asked, given = need(), offer(10)
    tell(meeting.state_needs, [asked], in_scope)
    tell(meeting.make_offers, [given], in_scope)
    shares = [
        meeting.Allocate(new_id(), given.id, asked.id, 6),
        meeting.Allocate(new_id(), given.id, asked.id, 6),
    ]
    done = tell(meeting.allocate, shares, in_scope)
    assert {one: r.details for one, r in done.refused.items()} == {shares[1].id: {"left": 4, "asked": 6}}
    again = tell(meeting.allocate, shares[:1], in_scope)
    assert not again.refused
    assert Offer.objects.get().allocated == 6


def test_an_allocation_taken_back_is_free_again(stores: UUID, in_scope: Actor) -> None:
    asked, given = need(10), offer(10)
    tell(meeting.state_needs, [asked], in_scope)
    tell(meeting.make_offers, [given], in_scope)
    share = meeting.Allocate(new_id(), given.id, asked.id, 10)
    tell(meeting.allocate, [share], in_scope)
    assert not queries.offers()
    tell(retract_facts, [RetractBody("supplies.allocation", share.id)], in_scope)
    meeting.reconsider_allocations({share.id}, INCIDENT, NOW)
    assert queries.offers(item=BOOT).get().left == 10
    assert state(asked)[0] == "open"


def test_allocating_needs_a_plan_right_at_one_end(stores: UUID, in_scope: Actor, outsider: Actor) -> None:
    asked, given = need(), offer()
    tell(meeting.state_needs, [asked], in_scope)
    tell(meeting.make_offers, [given], in_scope)
    with scope(outsider, INCIDENT):
        shares = [
            meeting.Allocate(new_id(), given.id, asked.id, 1), meeting.Allocate(new_id(), new_id(), asked.id, 1),
        ]  # fmt: skip
        done = tell(meeting.allocate, shares, outsider)
        assert [r.code for r in done.refused.values()] == ["access.not_allowed", "access.not_found"]
        assert not Need.objects.exists()
        assert not Offer.objects.exists()


def test_needs_and_offers_wait_for_right_and_item(stores: UUID, keeper: Actor) -> None:
    with scope(keeper, stores):
        far = NOW.replace(year=9999)
        bodies = [
            need(area=DISTRICT),
            need(item=new_id()),
            need(area=COMMUNITY),
            need(0),
            need(needed_by=far),
        ]
        done = tell(meeting.state_needs, bodies, keeper)
        assert {one.id: (done.waiting | done.refused)[one.id].code for one in (*bodies[:2], *bodies[3:])} == {
            bodies[0].id: "access.not_allowed", bodies[1].id: "sync.not_visible_yet", bodies[3].id: "input.unreadable",
            bodies[4].id: "input.unreadable",
        }  # fmt: skip
        assert Need.objects.get().id == bodies[2].id
        assert list(tell(meeting.make_offers, [offer()], keeper).waiting)


THREADS, SHARES = 8, 25


def test_the_last_piece_of_an_offer_has_one_winner(fresh_db: str, commander: Actor) -> None:
    """Eight desks ask 25 times each for one piece of 100: exactly 100 get one, the others are told."""
    with scope(system(), INCIDENT):
        create_keys(INCIDENT)
        Incident.objects.create(
            id=INCIDENT, area=DISTRICT, code="lg-0217", title_zh="龙岗", title_en="Longgang", pack="covid-cn-v8",
            opened_at=NOW,
        )  # fmt: skip
    set_up()
    asked, given = need(1000), offer(100)
    with scope(commander, INCIDENT):
        tell(meeting.state_needs, [asked], commander)
        tell(meeting.make_offers, [given], commander)

    def desk(_: int) -> tuple[int, set[str]]:
        won, lost = 0, set()
        try:
            for _share in range(SHARES):
                with scope(commander, INCIDENT):
                    one = told(meeting.Allocate(new_id(), given.id, asked.id, 1), commander)
                    done = meeting.allocate(told=[one], by=commander, incident=INCIDENT, now=NOW)
                won += not done.refused
                lost |= {r.code for r in done.refused.values()}
        finally:
            connections.close_all()
        return won, lost

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(desk, range(THREADS)))
    assert sum(won for won, _ in answers) == 100
    assert set().union(*(lost for _, lost in answers)) == {"supplies.offer_used_up"}
    with scope(commander, INCIDENT):
        assert (
            Offer.objects.get().allocated == Need.objects.get().allocated == Allocation.objects.count() == 100
        )
