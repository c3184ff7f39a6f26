"""Slots: one winner for the last place, the loser learns what is free; whoever comes late is sampled all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.sampling import actions, appointments
from muster.domain.sampling.models import Booking, SiteSetup, Slot
from muster.domain.sampling.rules import Mode, capacity, slots_of
from tests.cast import INCIDENT, person
from tests.domain.sampling.cast import FAR, FAR_SITE, MEMBERS, SITE, do, later, sample, tell

DAY = 1440  # minutes: the slots lie on the day after


def opened(by: Actor, room: int = 1, **more: Any) -> list[Slot]:
    """Three slots of twenty minutes."""
    usual: dict[str, Any] = {
        "site": SITE, "from_at": later(DAY), "to_at": later(DAY + 60), "minutes": 20, "capacity": room
    }  # fmt: skip
    assert not do([tell(actions.OpenSlots(**(usual | more)), by)], by).refused
    return list(Slot.objects.filter(site=SITE).order_by("from_at"))


def ask(slot: Slot, member: UUID, by: Actor, minutes: float = 0) -> Any:
    return tell(actions.SlotBody(slot.id, member), by, minutes)


def book(*told: Any, by: Actor) -> dict[UUID, str]:
    """What each was refused with."""
    done = actions.book_slots(told=told, by=by, incident=INCIDENT, now=later(600))
    return {one: refusal.code for one, refusal in done.refused.items()}


def test_the_last_place_has_one_winner_and_the_loser_learns_what_is_free(site: UUID, in_scope: Actor) -> None:
    first, second, third = opened(in_scope)
    late, early = ask(second, MEMBERS[0], in_scope, 2), ask(second, MEMBERS[1], in_scope, 1)
    done = actions.book_slots(told=[late, early], by=in_scope, incident=INCIDENT, now=later(600))
    assert [*done.refused] == [late.id]
    said = done.refused[late.id].say("en")
    assert said.index(f"{third.from_at + timedelta(hours=8):%H:%M}") < said.index(
        f"{first.from_at + timedelta(hours=8):%H:%M}"
    )
    assert book(early, by=in_scope) == {}  # said again, it is the same booking
    assert book(ask(third, MEMBERS[1], in_scope), by=in_scope).popitem()[1] == "sampling.booked_already"
    assert [slot.booked for slot in Slot.objects.order_by("from_at")] == [0, 1, 0]
    assert appointments.ahead([MEMBERS[1]], later(600)) == {MEMBERS[1]: second.from_at}


def test_a_cancelled_place_is_free_again_and_can_be_booked_again(site: UUID, in_scope: Actor) -> None:
    slot = opened(in_scope)[0]
    book(ask(slot, MEMBERS[0], in_scope), by=in_scope)
    for _ in range(2):
        assert not actions.cancel_slots(
            told=[ask(slot, MEMBERS[0], in_scope)], by=in_scope, incident=INCIDENT, now=later(600)
        ).refused
    assert Slot.objects.get(pk=slot.id).booked == 0
    assert book(ask(slot, MEMBERS[1], in_scope), by=in_scope) == {}
    assert book(ask(slot, MEMBERS[0], in_scope), by=in_scope).popitem()[1] == "sampling.slot_full"
    assert Booking.objects.exclude(booked_at=None).get().resident == MEMBERS[1]


def test_late_and_unbooked_people_are_sampled_and_the_board_says_so(site: UUID, in_scope: Actor) -> None:
    first, second, _ = opened(in_scope, room=3)
    book(*(ask(first, one, in_scope) for one in MEMBERS[:3]), by=in_scope)
    told = [tell(sample(MEMBERS[0]), in_scope, DAY + 5), tell(sample(MEMBERS[1]), in_scope, DAY + 25),
            tell(sample(MEMBERS[3], "B1"), in_scope, DAY + 6)]  # fmt: skip
    assert not do(told, in_scope).refused
    row, after, _ = appointments.board([SITE], first.from_at, first.from_at + timedelta(days=1))
    assert (row.booked, row.in_time, row.late, row.arrived, row.walk_ins) == (3, 1, 1, 2, 1)
    assert (after.id, after.booked, after.walk_ins) == (second.id, 0, 1)


def test_slots_change_their_room_but_never_drop_who_is_booked_nor_overlap(
    site: UUID, in_scope: Actor
) -> None:
    slot = opened(in_scope, room=2)[0]
    book(*(ask(slot, one, in_scope) for one in MEMBERS[:2]), by=in_scope)
    assert [one.capacity for one in opened(in_scope, room=1)] == [2, 1, 1]
    for wrong, code in (
        ({"minutes": 30}, "slots_overlap"), ({"to_at": later(DAY)}, "unreadable"), ({"site": new_id()}, "not_found"),
        ({"from_at": later(DAY - 10**6)}, "unreadable"),
    ):  # fmt: skip
        usual = {"site": SITE, "from_at": later(DAY), "to_at": later(DAY + 60), "minutes": 20, "capacity": 1}
        done = do([tell(actions.OpenSlots(**(usual | wrong)), in_scope)], in_scope)  # type: ignore[arg-type]
        assert [one.code.rpartition(".")[2] for one in done.refused.values()] == [code]
    assert (
        book(tell(actions.SlotBody(slot.id, new_id()), in_scope), by=in_scope) == {}
    )  # waits: not known yet
    over = Slot.objects.create(
        incident=INCIDENT, area=slot.area, site=SITE, from_at=later(0), to_at=later(9), capacity=1
    )
    assert book(ask(over, MEMBERS[4], in_scope), by=in_scope).popitem()[1] == "sampling.slot_over"


def test_the_newest_set_up_counts_and_strangers_decide_nothing(site: UUID, in_scope: Actor) -> None:
    plan = actions.SetUpSite(SITE, 2, 82, 164, Mode.SLOTS)
    do([tell(plan, in_scope, 5)], in_scope)
    do([tell(actions.SetUpSite(SITE, 9, 10, 90), in_scope, 1)], in_scope)
    assert (SiteSetup.objects.get().lanes, SiteSetup.objects.get().mode) == (2, "slots")
    slot = opened(in_scope)[0]
    far = person("far", "field_team", FAR)
    with scope(far, INCIDENT):
        told = [tell(plan, far), tell(actions.SetUpSite(FAR_SITE, 1, 1, 1), far)]
        assert [one.code for one in do(told, far).refused.values()] == [
            "access.not_found",
            "access.not_allowed",
        ]
        assert actions.book_slots(
            told=[ask(slot, MEMBERS[0], far)], by=far, incident=INCIDENT, now=later(600)
        ).waiting


def test_slots_are_whole_and_take_what_their_lanes_serve() -> None:
    assert [end - begin for begin, end in slots_of(later(0), later(50), 20)] == [timedelta(minutes=20)] * 2
    assert capacity(2, 82, 20) == 54
