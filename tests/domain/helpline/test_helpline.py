"""Calls, requests, promises and sealed notes, through the real actions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.core.told import Done, Many, Told
from muster.domain.helpline import actions, queries
from muster.domain.helpline.commands import COMMANDS
from muster.domain.helpline.models import Call, Line, Request, RequestUpdate, Support
from muster.domain.helpline.rules import LineKind, RequestKind, Step, SupportKind
from muster.domain.incidents import queries as incidents
from tests.cast import COMMUNITY, ELSEWHERE, GRID, INCIDENT, NOW, SUBDISTRICT, person

SECRET = "她说夜里睡不着，想念母亲"
HOME = derive_id("test", "dwelling")


def tell(action: Many, bodies: Sequence[Any], by: Actor, at: datetime = NOW) -> Done:
    told = [Told(getattr(body, "id", new_id()), at, by.by, body) for body in bodies]
    return action(told=told, by=by, incident=INCIDENT, now=at)


@pytest.fixture
def counsellor() -> Actor:
    """Listens on the counselling line of the sub-district."""
    return person("counsellor", "counsellor", SUBDISTRICT)


@pytest.fixture
def line(in_scope: Actor) -> UUID:
    """A counselling line of the sub-district."""
    body = actions.AddLine(
        new_id(), SUBDISTRICT, LineKind.COUNSELLING, "心理热线", "0755-000", round_the_clock=True
    )
    assert not tell(actions.add_lines, [body], in_scope).refused
    return body.id


def ask(**fields: Any) -> actions.OpenRequest:
    plain = {"id": new_id(), "area": GRID, "kind": RequestKind.MEDICINE, "dwelling": HOME}
    return actions.OpenRequest(**{**plain, **fields})


def take_call(line: UUID, by: Actor) -> UUID:
    told = Told(new_id(), NOW, by.by, actions.TakeCall(line, "counselling", "listened", SECRET))
    assert not actions.take_calls(told=[told], by=by, incident=INCIDENT, now=NOW).waiting
    return told.id


def test_a_counselling_note_is_opened_by_a_counsellor_with_a_reason(line: UUID, counsellor: Actor) -> None:
    with scope(counsellor, INCIDENT):
        call = take_call(line, counsellor)
        read: dict[str, Any] = {"call": call, "by": counsellor, "incident": INCIDENT, "now": NOW}
        with pytest.raises(actions.ReasonNeeded) as refused:
            actions.read_note(reason="  ", **read)
        assert "理由" in refused.value.say("zh")
        assert "reason" in refused.value.say("en")
        assert not Entry.objects.filter(action="helpline.read").exists()
        assert actions.read_note(reason="回访前了解情况", **read) == SECRET
        entry = Entry.objects.get(action="helpline.read")
        assert (entry.actor, entry.subjects) == (counsellor.account, [str(call)])
        assert entry.reason is not None


@pytest.mark.parametrize("role", ["commander", "desk", "caller", "auditor", "grid_worker"])
def test_no_other_role_opens_a_counselling_note(line: UUID, counsellor: Actor, role: str) -> None:
    with scope(counsellor, INCIDENT):
        call = take_call(line, counsellor)
    other = person("curious", role, SUBDISTRICT)
    with scope(other, INCIDENT):
        with pytest.raises(NotAllowed):
            actions.read_note(call=call, reason="好奇", by=other, incident=INCIDENT, now=NOW)
        assert not Entry.objects.filter(action="helpline.read").exists()


def test_the_words_of_a_note_are_nowhere_in_clear_and_not_in_lists(line: UUID, counsellor: Actor) -> None:
    with scope(counsellor, INCIDENT):
        take_call(line, counsellor)
        body = ask(kind=RequestKind.COUNSELLING, note=SECRET)
        tell(actions.open_requests, [body], counsellor)
        with connection.cursor() as cursor:
            for table in ("helpline_call", "helpline_request", "core_entry"):
                cursor.execute(f"select string_agg(t::text, ' ') from {table} t")
                shown = cursor.fetchone()[0]
                assert SECRET not in shown
                assert SECRET.encode().hex() not in shown
        with CaptureQueriesContext(connection) as asked:
            list(queries.calls())
            list(queries.requests())
            queries.household(HOME, NOW)
        assert not [one for one in asked.captured_queries if "note_c" in one["sql"]]
        commander = person("commander", "commander", SUBDISTRICT)
        with pytest.raises(NotAllowed):
            actions.read_request_note(request=body.id, reason="x", by=commander, incident=INCIDENT, now=NOW)
        found = actions.read_request_note(
            request=body.id, reason="回访", by=counsellor, incident=INCIDENT, now=NOW
        )
        assert found == SECRET


def test_the_words_of_a_usual_request_open_for_who_serves_it(in_scope: Actor, grid_worker: Actor) -> None:
    body, bare = ask(note="胰岛素，每日两次"), ask()
    tell(actions.open_requests, [body, bare], in_scope)
    with scope(grid_worker, INCIDENT):
        read: dict[str, Any] = {"reason": "送药", "by": grid_worker, "incident": INCIDENT, "now": NOW}
        assert actions.read_request_note(request=body.id, **read) == "胰岛素，每日两次"
        assert actions.read_request_note(request=bare.id, **read) == ""
        with pytest.raises(NotFound):
            actions.read_request_note(request=new_id(), **read)


def test_only_the_desk_sets_up_lines(grid_worker: Actor, incident: UUID) -> None:
    with scope(grid_worker, incident):
        done = tell(
            actions.add_lines, [actions.AddLine(new_id(), COMMUNITY, LineKind.CARE, "x")], grid_worker
        )
        assert [r.code for r in done.refused.values()] == ["access.not_allowed"]


def test_a_call_on_an_unknown_line_waits(in_scope: Actor) -> None:
    done = tell(actions.take_calls, [actions.TakeCall(new_id(), "general")], in_scope)
    assert [r.code for r in done.waiting.values()] == ["sync.not_visible_yet"]
    assert not Call.objects.exists()


@pytest.mark.parametrize(
    ("vulnerable", "hours"), [("", 24), ("dialysis", 1), ("pregnant", 2), ("no-such-class", 24)]
)
def test_the_pack_promises_sooner_to_the_vulnerable(in_scope: Actor, vulnerable: str, hours: int) -> None:
    done = tell(actions.open_requests, [ask(vulnerable=vulnerable)], in_scope)
    row = Request.objects.get()
    assert (row.promised_at, row.next_change_at) == (NOW + timedelta(hours=hours),) * 2
    assert done.touched["helpline.request"] == {row.id}


def test_requests_come_vulnerable_first_and_the_board_counts_promises(in_scope: Actor) -> None:
    soon, late, first = (
        ask(promised_at=NOW + timedelta(minutes=59)),
        ask(promised_at=NOW),
        ask(vulnerable="dialysis"),
    )
    food = ask(kind=RequestKind.FOOD)
    tell(actions.open_requests, [soon, late, first, food], in_scope)
    later = NOW + timedelta(minutes=1)
    assert [one.id for one in queries.requests()] == [first.id, late.id, soon.id, food.id]
    assert [one.id for one in queries.late(later)] == [late.id]
    numbers = queries.promises(later)
    assert (numbers.open, numbers.within_hour, numbers.late) == (4, 2, 1)
    assert queries.open_by_kind() == {"food": 1, "medicine": 3}


def test_a_household_is_seen_whole(in_scope: Actor) -> None:
    done_one, open_one = ask(vulnerable="chronic", promised_at=NOW), ask()
    tell(actions.open_requests, [done_one, open_one, ask(dwelling=new_id())], in_scope)
    end = [actions.UpdateRequest(done_one.id, Step.DELIVERED)]
    tell(actions.update_requests, end, in_scope, NOW + timedelta(hours=1))
    seen = queries.household(HOME, NOW + timedelta(hours=2))
    assert (seen.open, seen.done, seen.late, seen.vulnerable) == (1, 1, 1, frozenset({"chronic"}))
    assert {one.id for one in seen.requests} == {done_one.id, open_one.id}


def test_an_update_taken_back_opens_the_request_again(in_scope: Actor) -> None:
    body = ask()
    tell(actions.open_requests, [body], in_scope)
    told = Told(new_id(), NOW, in_scope.by, actions.UpdateRequest(body.id, Step.CLOSED))
    actions.update_requests(told=[told], by=in_scope, incident=INCIDENT, now=NOW)
    assert Request.objects.get().state == "done"
    assert not queries.requests()
    tell(retract_facts, [RetractBody("helpline.requestupdate", told.id, "slip")], in_scope)
    done = actions.reconsider_updates({told.id}, INCIDENT, NOW)
    assert Request.objects.get().state == "open"
    assert done.touched["helpline.request"] == {body.id}
    assert not queries.updates(body.id)


def test_support_is_counted_and_elsewhere_waits(in_scope: Actor) -> None:
    bodies = [
        actions.RecordSupport(SupportKind.FAMILY_LETTER, COMMUNITY, 900),
        actions.RecordSupport(SupportKind.FAMILY_LETTER, GRID, 100),
        actions.RecordSupport(SupportKind.VISIT, ELSEWHERE, 1), actions.RecordSupport(SupportKind.VISIT, GRID, -1),
    ]  # fmt: skip
    done = tell(actions.record_support, bodies, in_scope)
    assert (len(done.waiting), len(done.refused)) == (1, 1)
    assert queries.support_by_kind() == {"family_letter": (2, 1000)}


def test_an_outsider_sees_nothing_of_the_helpline(line: UUID, in_scope: Actor, outsider: Actor) -> None:
    call, body = take_call(line, in_scope), ask()
    tell(actions.open_requests, [body], in_scope)
    tell(actions.update_requests, [actions.UpdateRequest(body.id, Step.TAKEN)], in_scope)
    tell(actions.record_support, [actions.RecordSupport(SupportKind.VISIT, GRID, 3)], in_scope)
    tables = (Line, Call, Request, RequestUpdate, Support)
    assert all(table.objects.exists() for table in tables)
    with scope(outsider, INCIDENT):
        assert not any(table.objects.exists() for table in tables)
        with pytest.raises(NotFound):
            actions.read_note(call=call, reason="x", by=outsider, incident=INCIDENT, now=NOW)
        done = tell(actions.update_requests, [actions.UpdateRequest(body.id, Step.CLOSED)], outsider)
        assert [r.code for r in done.waiting.values()] == ["sync.not_visible_yet"]


def test_a_batch_of_requests_costs_no_more_statements_than_one(in_scope: Actor) -> None:
    def statements(many: int) -> int:
        bodies = [ask(note="一") for _ in range(many)]
        incidents.forget_pack(INCIDENT)  # it is remembered for a second: read in both
        with CaptureQueriesContext(connection) as asked:
            tell(actions.open_requests, bodies, in_scope)
            tell(
                actions.update_requests,
                [actions.UpdateRequest(one.id, Step.TAKEN) for one in bodies],
                in_scope,
            )
        return len(asked)

    assert statements(100) == statements(1)


IDS = {"id": str(HOME), "area": 1}
UNREADABLE: list[tuple[str, dict[str, Any]]] = [
    ("add_line", {**IDS, "kind": "care", "name": "x" * 121}),
    ("add_line", {**IDS, "kind": "care", "name": "x", "phone": "\x00"}),
    ("take_call", {"line": str(HOME), "kind": "x" * 21}),
    ("open_request", {**IDS, "kind": "food", "vulnerable": "x" * 21}),
    ("open_request", {**IDS, "kind": "food", "promised_at": "2022-02-18T20:00:00"}),
    ("update_request", {"request": str(HOME), "step": "forgotten"}),
]


@pytest.mark.parametrize(("name", "body"), UNREADABLE)
def test_what_no_column_can_hold_is_unreadable(name: str, body: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, COMMANDS[name][0], strict=False)


def test_an_hour_nobody_can_promise_is_refused(in_scope: Actor) -> None:
    far, body = NOW.replace(year=9999), ask()
    assert tell(actions.open_requests, [ask(promised_at=far), body], in_scope).refused
    assert tell(
        actions.update_requests, [actions.UpdateRequest(body.id, Step.PROMISED, far)], in_scope
    ).refused
    assert (Request.objects.get().id, Request.objects.get().state) == (body.id, "open")


REQUEST = derive_id("test", "request")
STORIES = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(Step), st.integers(0, 50)), min_size=1, max_size=8
).map(list)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=STORIES, data=st.data())
def test_a_request_does_not_depend_on_how_its_updates_were_told(
    incident: UUID, commander: Actor, story: list[tuple[int, Step, int]], data: st.DataObject
) -> None:
    facts: list[Told[Any]] = [Told(REQUEST, NOW, commander.by, ask(id=REQUEST))]
    for number, (minute, step, promise) in enumerate(story):
        body = actions.UpdateRequest(
            REQUEST, step, NOW + timedelta(hours=promise) if step == Step.PROMISED else None
        )
        facts.append(Told(derive_id("update", number), NOW + timedelta(minutes=minute), commander.by, body))
    mixed = data.draw(st.permutations(facts + data.draw(st.lists(st.sampled_from(facts), max_size=4))))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(mixed) - 1), max_size=4)))
    batches = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
    assert told_as([facts], commander) == told_as(batches, commander)


def told_as(batches: list[list[Told[Any]]], by: Actor) -> list[Any]:
    """The request after these batches, sent as the server runs them; all of it is undone again."""
    with scope(by, INCIDENT):
        mark = transaction.savepoint()
        waiting: list[Told[Any]] = []
        for batch in [*batches, []]:
            queue = {one.id: one for one in [*waiting, *batch]}.values()
            asked = [one for one in queue if one.id == REQUEST]
            rest = [one for one in queue if one.id != REQUEST]
            actions.open_requests(told=asked, by=by, incident=INCIDENT, now=NOW)
            done = actions.update_requests(told=rest, by=by, incident=INCIDENT, now=NOW)
            waiting = [one for one in rest if one.id in done.waiting]
        assert not waiting
        found: list[Any] = list(Request.objects.values())
        assert RequestUpdate.objects.count() == len(
            {one.id for batch in batches for one in batch} - {REQUEST}
        )
        transaction.savepoint_rollback(mark)
    return found


@pytest.mark.parametrize("refusal", [actions.ReasonNeeded()])
def test_refusals_speak_both_languages(refusal: Refusal) -> None:
    assert refusal.say("zh") != refusal.say("en")
