"""Whether a pass holds, how old a list may be, who answers for an exception: without a database."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import derive_id
from muster.domain.passes.rules import (
    Check,
    Closing,
    Standing,
    Step,
    differs,
    is_old,
    judge,
    keep_until,
    standing,
)
from tests.cast import NOW

GUARD, OFFICE, CLINIC = (derive_id("who", n) for n in range(3))


def test_revoked_comes_before_expired() -> None:
    end = NOW + timedelta(hours=1)
    assert judge(end, NOW, end, None) == Check.EXPIRED
    assert judge(end, NOW, end, NOW) == Check.REVOKED
    assert judge(NOW, NOW, end, end) == Check.GOOD


def test_a_verdict_differs_when_it_lets_through_what_does_not_hold() -> None:
    assert differs("pass", Check.EXPIRED)
    assert not differs("stop", Check.GOOD), "a fever stops somebody with a good pass"
    assert not differs("pass", Check.GOOD)
    assert not differs("stop", Check.UNKNOWN)
    assert not differs("amber", Check.REVOKED)
    assert not differs("pass", Check.NOT_SHOWN)


def test_it_is_kept_who_it_was_only_where_the_protocol_asks() -> None:
    assert keep_until(NOW, True, 14) == NOW + timedelta(days=14)
    assert keep_until(NOW, False, 14) is None
    assert keep_until(NOW, True, 0) is None


def test_a_list_is_old_after_its_hours_and_no_list_is_old() -> None:
    assert is_old(None, NOW, 12)
    assert not is_old(NOW - timedelta(hours=12), NOW, 12)
    assert is_old(NOW - timedelta(hours=12, seconds=1), NOW, 12)
    assert not is_old(NOW + timedelta(hours=1), NOW, 12), "a clock that is behind makes no list old"


def step(hours: float, name: str = "", **more: object) -> Step:
    return Step(NOW + timedelta(hours=hours), derive_id("step", hours, name), **more)  # type: ignore[arg-type]


STEPS = [
    step(1, owner=OFFICE, due_at=NOW + timedelta(hours=3)),
    step(2, owner=CLINIC),
    step(4, closing=Closing.PAPERS),
    step(5, closing=Closing.REFUSED),
    step(6, owner=GUARD),
]


def test_an_exception_always_has_one_owner_and_a_deadline() -> None:
    end = NOW + timedelta(hours=24)
    assert standing(GUARD, end, []) == Standing(GUARD, end)
    assert standing(GUARD, end, STEPS[:2]) == Standing(CLINIC, NOW + timedelta(hours=3))
    closed = standing(GUARD, end, STEPS)
    assert (closed.owner, closed.closing, closed.closed_at) == (
        CLINIC,
        Closing.PAPERS,
        NOW + timedelta(hours=4),
    )


def test_an_exception_is_late_from_its_deadline_until_it_is_closed() -> None:
    held = standing(GUARD, NOW, [])
    assert held.is_late(NOW)
    assert not held.is_late(NOW - timedelta(seconds=1))
    assert not standing(GUARD, NOW, [step(1, closing=Closing.PAPERS)]).is_late(NOW + timedelta(days=1))


@given(mixed=st.permutations(STEPS))
def test_the_order_in_which_steps_arrive_changes_nothing(mixed: list[Step]) -> None:
    assert standing(GUARD, NOW, mixed) == standing(GUARD, NOW, STEPS)
