"""Passes are issued, shown at gates, taken back and forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.incidents.models import Incident
from muster.domain.passes import actions, keys, queries
from muster.domain.passes.commands import COMMANDS, RETRACTED
from muster.domain.passes.cose import Fault
from muster.domain.passes.models import Pass, PassRevoked, PassScanned, PlaceCheckIn, Trace
from muster.domain.passes.rules import Check, PassKind, Verdict
from muster.domain.passes.token import MARK, Reading, text_of, unpack, verify
from muster.domain.places.models import Point
from tests.cast import COMMUNITY, ELSEWHERE, INCIDENT, NOW, person

GATE, PASS, RESIDENT = derive_id("test", "gate"), derive_id("test", "pass"), derive_id("test", "resident")
FAR = 440307001001000


def later(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


def tell(body: Any, by: Actor, hours: float = 0, identity: UUID | None = None) -> Told[Any]:
    return Told(identity or new_id(), later(hours), by.by, body)


def do(told: Sequence[Told[Any]], by: Actor, now: datetime | None = None) -> Done:
    many = next(many for body, many in COMMANDS.values() if isinstance(told[0].body, body))
    return many(told=told, by=by, incident=INCIDENT, now=now or later(48))


def issue(by: Actor, identity: UUID = PASS, area: int = COMMUNITY, **more: Any) -> str:
    """A resident's pass, valid a day; its token."""
    body = actions.IssuePass(id=identity, area=area, kind=PassKind.RESIDENT, resident=RESIDENT, **more)
    told = tell(body, by)
    done = do([told], by)
    assert not done.refused
    return str(done.data[told.id]["token"])


def scanned(**more: Any) -> actions.ScanPass:
    usual: dict[str, Any] = {"gate": GATE, "verdict": Verdict.PASS}
    return actions.ScanPass(**(usual | more))


def read(token: str, hours: float) -> Reading:
    return verify(token, keys.known(INCIDENT), later(hours).timestamp())


def take_back(kind: str, fact: UUID, by: Actor) -> None:
    told = [tell(RetractBody(kind=kind, target=fact), by)]
    assert not retract_facts(told=told, by=by, incident=INCIDENT, now=later(48)).waiting
    RETRACTED[kind]({fact}, INCIDENT, later(48))


@pytest.fixture
def gate(incident: UUID) -> UUID:
    with scope(system(), INCIDENT):
        Point.objects.create(id=GATE, incident=INCIDENT, area=COMMUNITY, kind="gate", name="东门卡口")
    return GATE


def test_an_issued_pass_verifies_with_the_public_key_alone(gate: UUID, in_scope: Actor) -> None:
    token = issue(in_scope)
    reading = read(token, 23)
    assert reading.fault is None
    assert reading.claims is not None
    assert reading.claims.id == PASS
    assert reading.claims.issuer == str(INCIDENT)
    assert (reading.claims.holder, reading.claims.tail) == ("", ""), "no name, no document"
    assert RESIDENT.bytes not in unpack(token)
    assert read(token, 24).fault == Fault.EXPIRED
    assert issue(in_scope) == token, "sent again, it is the same pass"
    assert queries.token_of(queries.passes().get()) == token


def test_the_signing_key_is_readable_by_the_server_alone(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    path = Path(settings.KEY_DIR) / f"{INCIDENT}.passes.ed25519"
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob(f"{path.name}.*")), "no draft is left behind"


def test_only_an_office_issues_and_revokes(gate: UUID, in_scope: Actor, grid_worker: Actor) -> None:
    issue(in_scope)
    with scope(grid_worker, INCIDENT):
        body = actions.IssuePass(id=new_id(), area=COMMUNITY, kind=PassKind.VISITOR)
        assert [r.code for r in do([tell(body, grid_worker)], grid_worker).refused.values()] == [
            "access.not_allowed"
        ]
        assert do([tell(actions.RevokePass(PASS), grid_worker)], grid_worker).refused
    assert Pass.objects.get().revoked_at is None


def test_a_pass_must_end_after_it_begins(gate: UUID, in_scope: Actor) -> None:
    body = actions.IssuePass(
        id=PASS, area=COMMUNITY, kind=PassKind.STAFF, valid_from=later(2), valid_to=later(1)
    )
    (refusal,) = do([tell(body, in_scope)], in_scope).refused.values()
    assert "失效时间" in refusal.say("zh-hans")
    assert "ends before" in refusal.say("en")


def test_a_hazard_without_gates_needs_an_end_told(gate: UUID, in_scope: Actor) -> None:
    Incident.objects.update(pack="flood")
    incidents.forget_pack(INCIDENT)
    body = actions.IssuePass(id=PASS, area=COMMUNITY, kind=PassKind.STAFF)
    assert [r.code for r in do([tell(body, in_scope)], in_scope).refused.values()] == ["input.unreadable"]
    issue(in_scope, valid_to=later(1))


def test_the_first_revocation_counts_until_it_is_taken_back(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    told = [tell(actions.RevokePass(PASS, "moved"), in_scope, hours) for hours in (3, 2)]
    do(told, in_scope)
    assert Pass.objects.get().revoked_at == later(2)
    take_back("passes.passrevoked", told[1].id, in_scope)
    assert Pass.objects.get().revoked_at == later(3)
    take_back("passes.passrevoked", told[0].id, in_scope)
    assert Pass.objects.get().revoked_at is None
    assert PassRevoked.objects.count() == 2


def test_a_revocation_of_a_pass_that_has_not_arrived_waits(gate: UUID, in_scope: Actor) -> None:
    assert do([tell(actions.RevokePass(PASS), in_scope)], in_scope).waiting


@pytest.mark.parametrize(
    ("body", "hours", "check", "flagged"),
    [
        ({"pass_id": PASS}, 1, Check.GOOD, False),
        ({"pass_id": PASS}, 25, Check.EXPIRED, True),
        ({"pass_id": PASS}, -1, Check.NOT_YET, True),
        ({"pass_id": PASS}, 13, Check.REVOKED, True),
        ({"pass_id": new_id()}, 1, Check.UNKNOWN, True),
        ({"pass_id": PASS, "verdict": Verdict.STOP, "reason": "fever"}, 1, Check.GOOD, False),
        ({"pass_id": PASS, "verdict": Verdict.AMBER}, 25, Check.EXPIRED, False),
        ({"token": "MUS1:AAAA"}, 1, Check.UNREADABLE, True),
        ({}, 1, Check.NOT_SHOWN, False),
    ],
)
def test_the_guard_decides_and_the_server_flags_what_differs(
    gate: UUID, in_scope: Actor, body: dict[str, Any], hours: float, check: Check, flagged: bool
) -> None:
    issue(in_scope)
    if check == Check.REVOKED:
        do([tell(actions.RevokePass(PASS), in_scope, 12)], in_scope)
    do([tell(scanned(**body), in_scope, hours)], in_scope)
    scan = PassScanned.objects.get()
    assert (scan.checked, scan.differs) == (check, flagged)
    assert queries.flagged().count() == flagged


def test_a_forged_token_names_nobody(gate: UUID, in_scope: Actor) -> None:
    token = issue(in_scope)
    forged = text_of(unpack(token)[:-1] + bytes([unpack(token)[-1] ^ 1]))
    do([tell(scanned(token=forged), in_scope, 1)], in_scope)
    assert PassScanned.objects.get().checked == Check.TAMPERED
    assert not Trace.objects.exists()


def test_a_gate_knows_the_passes_of_other_areas(gate: UUID, in_scope: Actor) -> None:
    token = issue(in_scope, area=FAR)
    guard = person("guard", "field_team", COMMUNITY)
    with scope(guard, INCIDENT):
        assert not Pass.objects.exists()
        do([tell(scanned(token=token), guard, 1)], guard)
        assert PassScanned.objects.get().checked == Check.GOOD
        assert actions.check_pass(text=token, gate=GATE, by=guard, incident=INCIDENT, now=later(1)).id == PASS


def test_who_was_scanned_is_kept_as_long_as_the_protocol_says_and_no_longer(
    gate: UUID, in_scope: Actor
) -> None:
    issue(in_scope)
    do([tell(scanned(pass_id=PASS), in_scope, 1), tell(scanned(), in_scope, 1)], in_scope)
    do([tell(actions.CheckInPlace(GATE, RESIDENT), in_scope, 2)], in_scope)
    assert list(Trace.objects.order_by("at").values_list("pass_id", "resident")) == [
        (PASS, None),
        (None, RESIDENT),
    ]
    with scope(system(), INCIDENT):
        assert actions.forget_traces(by=system(), incident=INCIDENT, now=later(14 * 24)) == 0
        assert actions.forget_traces(by=system(), incident=INCIDENT, now=later(14 * 24 + 1)) == 1
        assert actions.forget_traces(by=system(), incident=INCIDENT, now=later(15 * 24)) == 1
    assert (PassScanned.objects.count(), PlaceCheckIn.objects.count()) == (2, 1)
    do([tell(scanned(pass_id=PASS), in_scope, 1)], in_scope, now=later(16 * 24))
    assert not Trace.objects.exists(), "a scan that arrives after its time is counted only"
    columns = {field.name for field in [*PassScanned._meta.fields, *PlaceCheckIn._meta.fields]}
    assert not columns & {"pass_id", "resident", "code"}


def test_without_gates_in_the_protocol_nobody_is_kept(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    Incident.objects.update(pack="flood")
    incidents.forget_pack(INCIDENT)
    do([tell(scanned(pass_id=PASS), in_scope, 1)], in_scope)
    do([tell(actions.CheckInPlace(GATE, RESIDENT), in_scope, 2)], in_scope)
    assert not Trace.objects.exists()
    assert queries.check_ins(from_at=later(0), to_at=later(9)) == {GATE: 1}


def test_a_scan_taken_back_is_neither_counted_nor_kept(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)
    wrong, check_in = (
        tell(scanned(pass_id=PASS), in_scope, 25),
        tell(actions.CheckInPlace(GATE, RESIDENT), in_scope, 2),
    )
    do([wrong], in_scope)
    do([check_in], in_scope)
    take_back("passes.passscanned", wrong.id, in_scope)
    take_back("passes.placecheckin", check_in.id, in_scope)
    assert not Trace.objects.exists()
    assert not queries.flagged().exists()
    assert queries.gate_hours(from_at=later(0), to_at=later(48)) == []
    assert queries.check_ins(from_at=later(0), to_at=later(48)) == {}


def test_scans_are_counted_by_gate_and_hour(gate: UUID, in_scope: Actor) -> None:
    verdicts = [
        (0, Verdict.PASS),
        (0.5, Verdict.PASS),
        (0.9, Verdict.STOP),
        (1, Verdict.AMBER),
        (2, Verdict.PASS),
    ]
    do([tell(scanned(verdict=verdict), in_scope, hours) for hours, verdict in verdicts], in_scope)
    hours = queries.gate_hours(from_at=later(0), to_at=later(2))
    assert [(h.gate, h.hour, h.passed, h.stopped, h.amber) for h in hours] == [
        (GATE, later(0), 2, 1, 0), (GATE, later(1), 0, 0, 1)
    ]  # fmt: skip
    assert queries.gate_hours(from_at=later(0), to_at=later(2), gates=[new_id()]) == []


def test_an_outsider_scans_nothing_at_our_gates(gate: UUID, in_scope: Actor, outsider: Actor) -> None:
    issue(in_scope)
    caller = person("caller", "caller", COMMUNITY)
    for who, code in ((outsider, "sync.not_visible_yet"), (caller, "access.not_allowed")):
        with scope(who, INCIDENT):
            waiting = do([tell(scanned(pass_id=PASS), who)], who).waiting
            assert [refusal.code for refusal in waiting.values()] == [code]
    with scope(outsider, INCIDENT), pytest.raises(NotFound):
        actions.check_pass(text="", gate=GATE, by=outsider, incident=INCIDENT, now=later(1))
    with scope(caller, INCIDENT), pytest.raises(NotAllowed):
        actions.check_pass(text="", gate=GATE, by=caller, incident=INCIDENT, now=later(1))
    assert not PassScanned.objects.exists()
    assert ELSEWHERE not in Pass.objects.values_list("area", flat=True)


@pytest.mark.parametrize(
    ("hours", "code", "zh", "en"),
    [
        (-1, "passes.not_yet", "起才有效", "valid from"), (25, "passes.expired", "过期", "ended on"),
        (13, "passes.revoked", "作废", "revoked on"),
    ],
)  # fmt: skip
def test_a_refused_pass_says_why_in_both_languages(
    gate: UUID, in_scope: Actor, hours: float, code: str, zh: str, en: str
) -> None:
    token = issue(in_scope)
    if code == "passes.revoked":
        do([tell(actions.RevokePass(PASS), in_scope, 12)], in_scope)
    with pytest.raises(Refusal) as refused:
        actions.check_pass(text=token, gate=GATE, by=in_scope, incident=INCIDENT, now=later(hours))
    assert refused.value.code == code
    assert zh in refused.value.say("zh-hans")
    assert en in refused.value.say("en")


@pytest.mark.parametrize(
    ("text", "code"), [("rubbish", "passes.unreadable"), (f"{MARK}AAAA", "passes.unreadable")]
)
def test_what_is_no_pass_is_refused(gate: UUID, in_scope: Actor, text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        actions.check_pass(text=text, gate=GATE, by=in_scope, incident=INCIDENT, now=NOW)
    assert refused.value.code == code


def test_every_check_that_fails_has_its_refusal() -> None:
    assert set(actions.REFUSALS) == set(Check) - {Check.GOOD, Check.NOT_SHOWN}
    for check, refusal in actions.REFUSALS.items():
        assert refusal.code == f"passes.{check}"
        assert refusal.texts.keys() == {"zh", "en"}


def test_a_batch_of_scans_costs_as_many_statements_as_one(gate: UUID, in_scope: Actor) -> None:
    issue(in_scope)

    def cost(number: int) -> int:
        told = [tell(scanned(pass_id=PASS), in_scope, 1) for _ in range(number)]
        with CaptureQueriesContext(connection) as found:
            do(told, in_scope)
        return len(found)

    assert cost(100) == cost(1) <= 12
    assert Entry.objects.filter(action="passes.scan").count() == 2


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_order_and_repetition_of_scans_and_revocations_change_nothing(
    gate: UUID, commander: Actor, data: st.DataObject
) -> None:
    facts = [
        *(tell(scanned(pass_id=PASS), commander, n, derive_id("scan", n)) for n in range(4)),
        *(tell(actions.RevokePass(PASS), commander, n, derive_id("revoke", n)) for n in (2, 1)),
    ]
    mixed = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=4))))

    def seen(told: list[Told[Any]]) -> list[Any]:
        with scope(commander, INCIDENT):
            mark = transaction.savepoint()
            issue(commander)
            for one in told:
                do([one], commander)
            window: dict[str, Any] = {"from_at": later(0), "to_at": later(9)}
            found = [
                Pass.objects.get().revoked_at, queries.gate_hours(**window), queries.doubtful(**window),
                list(Trace.objects.order_by("id").values()),
            ]  # fmt: skip
            transaction.savepoint_rollback(mark)
        return found

    assert seen(mixed) == seen(facts)
    assert len(seen(mixed)[2]) == 3, "scans at or after the revocation at one o'clock"


def test_instants_are_whole_seconds_as_they_are_signed(gate: UUID, in_scope: Actor) -> None:
    token = issue(in_scope, valid_from=datetime(2022, 2, 18, 12, 0, 0, 900_000, tzinfo=UTC))
    assert read(token, 0).fault is None
    assert Pass.objects.get().valid_from == NOW
