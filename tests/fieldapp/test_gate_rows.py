"""What a phone at a gate holds: nothing for who may not scan, keys and marks for who may, names only masked."""

from __future__ import annotations

import base64
from uuid import UUID

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.core.models import Device
from muster.domain.passes import actions, cose, keys, lists
from muster.domain.passes.rules import PassKind
from muster.fieldapp import gates
from muster.fieldapp.bundle import SECTIONS
from muster.fieldapp.holder import Holder
from tests.cast import COMMUNITY, INCIDENT, person
from tests.domain.passes.test_actions import PASS, do, gate, issue, later, tell

__all__ = ["gate"]


def holder(actor: Actor) -> Holder:
    return Holder(actor, Device(id=derive_id("phone"), account=actor.account), INCIDENT, later(2))


def test_a_guard_gets_keys_rules_and_the_marks_of_revoked_passes(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    gone = derive_id("test", "gone")
    do([tell(actions.IssuePass(id=gone, area=COMMUNITY, kind=PassKind.VISITOR), in_scope)], in_scope)
    do([tell(actions.RevokePass(gone), in_scope, 1)], in_scope)
    guard = person("guard", "field_team", COMMUNITY)
    with scope(guard, INCIDENT):
        rules, waiting, *parts = gates.gate(holder(guard))
        (row,) = gates.listed(holder(guard))
    assert [cose.fingerprint(base64.b64decode(key)) for key in rules["keys"]] == list(keys.known(INCIDENT))
    assert (rules["hours"], rules["keeps"]) == (12, True)
    assert [one["code"] for one in rules["exceptions"]] == ["medical", "essential", "delivery", "no_phone"]
    assert waiting == {"id": "held", "held": ""}, "nobody's test is to be repeated"
    assert len(parts) == 16
    assert b"".join(base64.b64decode(one["marks"]) for one in parts) == lists.mark(gone)
    assert (row["id"], row["mark"]) == (str(PASS), lists.mark(PASS).hex())


def test_rows_stay_the_same_while_nothing_changes(gate: UUID, in_scope: Actor) -> None:
    """Otherwise every phone would load them anew each minute."""
    issue(in_scope)
    first, again = holder(in_scope), holder(in_scope)
    again.now = later(3)
    assert gates.gate(first) == gates.gate(again)
    assert gates.listed(first) == gates.listed(again)


def test_who_may_not_scan_holds_nothing_of_it(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    caller = person("caller", "caller", COMMUNITY)
    with scope(caller, INCIDENT):
        assert gates.gate(holder(caller)) == gates.listed(holder(caller)) == []


def test_both_are_sections_of_the_bundle() -> None:
    assert (SECTIONS["gate"], SECTIONS["listed"]) == (gates.gate, gates.listed)
