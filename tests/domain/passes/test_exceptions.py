"""Care comes first at a gate, and somebody answers for the papers; lists travel signed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from muster.core.access import Actor, scope
from muster.core.ids import derive_id, new_id
from muster.core.told import Told
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.models import Incident
from muster.domain.passes import actions, carried, exceptions, keys, lists
from muster.domain.passes.exceptions import NameAdministrator, OpenException, StepException
from muster.domain.passes.models import ExceptionMade
from muster.domain.passes.rules import Closing, PassKind
from muster.domain.people.actions import RegisterPerson
from muster.domain.people.actions import register_people as register
from tests.cast import COMMUNITY, INCIDENT, NOW, person
from tests.domain.passes.test_actions import GATE, PASS, RESIDENT, do, gate, issue, later, take_back, tell

__all__ = ["gate"]
CLINIC, DOCTOR = derive_id("test", "clinic"), derive_id("test", "doctor")


def held() -> list[exceptions.Held]:
    return exceptions.exceptions(since=later(-1))


def let_through(by: Actor, hours: float = 1, **more: Any) -> Told[Any]:
    told = tell(OpenException(GATE, "medical", RESIDENT, **more), by, hours)
    assert not do([told], by).waiting
    return told


def test_an_exception_has_an_owner_and_a_deadline_from_the_first_minute(gate: UUID, in_scope: Actor) -> None:
    told = let_through(in_scope)
    (one,) = held()
    assert (one.id, one.kind, one.standing.owner) == (told.id, "medical", in_scope.by)
    assert one.standing.due_at == later(25), "twenty-four hours, says the pack"
    assert not one.standing.is_late(later(24))
    assert one.standing.is_late(later(25))


def test_an_exception_is_given_on_and_closed(gate: UUID, in_scope: Actor) -> None:
    told = let_through(in_scope, owner=DOCTOR, due_at=later(3))
    do([tell(StepException(told.id, owner=CLINIC, due_at=later(5)), in_scope, 2)], in_scope)
    assert (held()[0].standing.owner, held()[0].standing.due_at) == (CLINIC, later(5))
    closing = tell(StepException(told.id, closing=Closing.PAPERS), in_scope, 4)
    do([closing], in_scope)
    assert held()[0].standing.closing == Closing.PAPERS
    take_back("passes.exceptionstep", closing.id, in_scope)
    assert held()[0].standing.closed_at is None


def test_open_exceptions_stand_first_the_most_urgent_on_top(gate: UUID, in_scope: Actor) -> None:
    late, soon, done = (let_through(in_scope, due_at=later(hours)) for hours in (9, 5, 2))
    do([tell(StepException(done.id, closing=Closing.NOT_NEEDED), in_scope, 2)], in_scope)
    assert [one.id for one in held()] == [soon.id, late.id, done.id]


def test_an_open_exception_is_never_too_old_to_be_seen(gate: UUID, in_scope: Actor) -> None:
    told = let_through(in_scope)
    assert [one.id for one in exceptions.exceptions(since=later(900))] == [told.id]
    do([tell(StepException(told.id, closing=Closing.PAPERS), in_scope, 2)], in_scope)
    assert exceptions.exceptions(since=later(900)) == []


def test_an_exception_taken_back_is_gone(gate: UUID, in_scope: Actor) -> None:
    told = let_through(in_scope)
    take_back("passes.exceptionmade", told.id, in_scope)
    assert held() == []


def test_a_step_before_its_exception_waits(gate: UUID, in_scope: Actor) -> None:
    waiting = do([tell(StepException(new_id(), closing=Closing.PAPERS), in_scope)], in_scope).waiting
    assert [refusal.code for refusal in waiting.values()] == ["sync.not_visible_yet"]


def test_an_outsider_makes_and_closes_none(gate: UUID, in_scope: Actor, outsider: Actor) -> None:
    told = let_through(in_scope)
    with scope(outsider, INCIDENT):
        for body in (OpenException(GATE, "medical"), StepException(told.id, closing=Closing.PAPERS),
                     NameAdministrator(GATE, DOCTOR)):  # fmt: skip
            assert do([tell(body, outsider)], outsider).waiting
        assert held() == []
    assert ExceptionMade.objects.count() == 1


def test_a_hazard_without_gates_still_gives_a_deadline(gate: UUID, in_scope: Actor) -> None:
    Incident.objects.update(pack="flood")
    incidents.forget_pack(INCIDENT)
    let_through(in_scope)
    assert held()[0].standing.due_at == later(25)


@hypothesis(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_and_repetition_of_steps_change_nothing(
    gate: UUID, commander: Actor, data: st.DataObject
) -> None:
    with scope(commander, INCIDENT):
        mark = transaction.savepoint()
        told = let_through(commander)
        steps = [
            tell(StepException(told.id, owner=DOCTOR), commander, 2, derive_id("step", 1)),
            tell(StepException(told.id, due_at=later(4)), commander, 2, derive_id("step", 2)),
            tell(StepException(told.id, closing=Closing.PAPERS), commander, 3, derive_id("step", 3)),
            tell(StepException(told.id, closing=Closing.REFUSED), commander, 3, derive_id("step", 4)),
        ]
        for one in data.draw(
            st.permutations(steps + data.draw(st.lists(st.sampled_from(steps), max_size=3)))
        ):
            do([one], commander)
        standing = held()[0].standing
        transaction.savepoint_rollback(mark)
    first = min(steps[2:], key=lambda one: one.id)
    assert (standing.owner, standing.due_at, standing.closing) == (DOCTOR, later(4), first.body.closing)


def test_a_place_has_one_administrator_the_last_one_named(gate: UUID, in_scope: Actor) -> None:
    assert exceptions.administrators({GATE}) == {}
    told = [tell(NameAdministrator(GATE, who), in_scope, hours) for who, hours in ((DOCTOR, 2), (CLINIC, 1))]
    do(told, in_scope)
    assert exceptions.administrators({GATE}) == {GATE: DOCTOR}
    take_back("passes.placeadministered", told[0].id, in_scope)
    assert exceptions.administrators({GATE}) == {GATE: CLINIC}


def test_a_gate_carries_signed_lists_with_their_age(gate: UUID, in_scope: Actor) -> None:
    who = RegisterPerson(
        id=RESIDENT, area=COMMUNITY, name="王小明", document="11010119900307299X", phone="13800138000"
    )
    register(told=[tell(who, in_scope)], by=in_scope, incident=INCIDENT, now=NOW)
    issue(in_scope)
    gone = derive_id("test", "gone")
    do([tell(actions.IssuePass(id=gone, area=COMMUNITY, kind=PassKind.VISITOR), in_scope)], in_scope)
    do([tell(actions.RevokePass(gone), in_scope, 1)], in_scope)
    known = keys.known(INCIDENT)
    revoked = lists.read(carried.revoked_list(incident=INCIDENT, now=later(2)), known)
    white = lists.read(carried.whitelist(incident=INCIDENT, now=later(2)), known)
    parts = carried.revoked_parts(incident=INCIDENT, now=later(2))
    assert len(parts) == 16
    assert b"".join(parts.values()) == lists.mark(gone) == parts[lists.mark(gone).hex()[0]]
    assert (gone in revoked, PASS in revoked, PASS in white, gone in white) == (True, False, True, False)
    assert revoked.made_at == int(later(2).timestamp())
    (row,) = white.rows
    assert (row.holder, row.tail, row.kind) == ("王**", "9X", "resident")
    assert "小明" not in repr(white)
    assert carried.old_after_hours(INCIDENT) == 12


def test_revocations_of_other_areas_reach_a_gate_names_do_not(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope, area=440307001001000)
    do([tell(actions.RevokePass(PASS), in_scope, 1)], in_scope)
    guard = person("guard", "field_team", COMMUNITY)
    with scope(guard, INCIDENT):
        known = keys.known(INCIDENT)
        assert PASS in lists.read(carried.revoked_list(incident=INCIDENT, now=later(2)), known)
        assert PASS not in lists.read(carried.revoked_list(incident=INCIDENT, now=later(30)), known), (
            "expired anyway"
        )
        assert lists.read(carried.whitelist(incident=INCIDENT, now=later(2)), known).rows == ()


@pytest.mark.parametrize("kind", ["", "Medical", "就医", "a b"])
def test_kinds_are_codes(gate: UUID, in_scope: Actor, kind: str) -> None:
    (refusal,) = do([tell(OpenException(GATE, kind), in_scope)], in_scope).refused.values()
    assert refusal.code == "input.unreadable"
    assert held() == []
