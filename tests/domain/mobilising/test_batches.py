"""Call-outs, batches and roll-calls."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.domain.mobilising import queries
from muster.domain.mobilising.actions import batches, callouts
from muster.domain.mobilising.commands import RETRACTED
from muster.domain.mobilising.models import Batch, CalloutAnswered, RollCall
from muster.domain.mobilising.rules import Stage
from tests.cast import COMMUNITY, ELSEWHERE, SUBDISTRICT, person
from tests.domain.mobilising.scene import HOUR, Scene


def planned(scene: Scene, count: int = 50, **more: Any) -> batches.PlanBatch:
    more["organisation"] = more.get("organisation") or scene.organisation()
    body = batches.PlanBatch(id=new_id(), area=COMMUNITY, planned=count, planned_at=scene.now, **more)
    done = scene.tell(batches.plan_batches, body)
    assert not done.refused
    assert done.touched["mobilising.batch"] == {body.id}
    return body


def test_a_batch_counts_the_people_who_really_came(scene: Scene) -> None:
    people = scene.people(5)
    batch = planned(scene, count=6).id
    rolls = [
        batches.CallRoll(batch, Stage.ARRIVED, present=people[:4], vehicles=2),
        batches.CallRoll(batch, Stage.ARRIVED, present=people[2:]),
        batches.CallRoll(batch, Stage.MUSTERED, headcount=6),
    ]
    scene.tell(batches.call_rolls, *rolls)
    held = Batch.objects.get(pk=batch)
    assert (held.state, held.mustered, held.arrived, held.shortfall, held.vehicles_seen) == (
        "arrived",
        6,
        5,
        1,
        2,
    )
    assert RollCall.objects.filter(batch=batch).count() == 3
    card = queries.batch_card(batch, scene.now)
    assert card is not None
    assert card.present == sorted(people)
    assert card.batch.flags == ["short"]


def test_both_ends_see_and_call_a_batch_and_nobody_else(
    scene: Scene, outsider: Actor, incident: UUID, now: datetime
) -> None:
    batch = planned(scene, from_area=ELSEWHERE).id
    with scope(outsider, incident):
        theirs = Scene(outsider, incident, now)
        assert not theirs.tell(batches.call_rolls, batches.CallRoll(batch, Stage.DEPARTED, 48)).waiting
        assert Batch.objects.get(pk=batch).departed == 48
    third = person("third", "commander", 440305001002000)
    with scope(third, incident):
        assert queries.batch_rows(incident, now) == []
        done = Scene(third, incident, now).tell(batches.call_rolls, batches.CallRoll(batch, Stage.ARRIVED, 1))
        assert [refusal.code for refusal in done.waiting.values()] == ["sync.not_visible_yet"]
    scene.tell(batches.call_rolls, batches.CallRoll(batch, Stage.ARRIVED, 47))
    assert Batch.objects.get(pk=batch).state == "arrived"


def test_a_sending_area_plans_a_batch_into_another(
    outsider: Actor, scene: Scene, incident: UUID, now: datetime
) -> None:
    with scope(outsider, incident):
        theirs = Scene(outsider, incident, now)
        batch = planned(theirs, organisation=theirs.organisation(ELSEWHERE)).id
    assert Batch.objects.get(pk=batch).from_area == ELSEWHERE


def test_who_acts_for_neither_end_plans_nothing(scene: Scene, incident: UUID, now: datetime) -> None:
    office = scene.organisation()
    caller = person("caller", "caller", SUBDISTRICT)
    with scope(caller, incident):
        body = batches.PlanBatch(new_id(), COMMUNITY, office, 5, now)
        done = Scene(caller, incident, now).tell(batches.plan_batches, body)
        assert [refusal.code for refusal in done.refused.values()] == ["access.not_allowed"]
    assert not Batch.objects.exists()


def test_printed_figures_that_cannot_be_right_are_flagged(scene: Scene) -> None:
    office = scene.organisation()
    first = planned(scene, 50, organisation=office, printed_date=date(2022, 12, 18), printed_total=300)
    second = planned(scene, 100, organisation=office, printed_date=date(2022, 2, 19))
    other = planned(scene, 10, printed_total=10)
    rows = {row.id: row for row in queries.batch_rows(scene.incident, scene.now)}
    assert set(rows[first.id].flags) == {"implausible_date", "total_differs"}
    assert rows[first.id].suggested_date == date(2022, 2, 18)
    assert rows[second.id].flags == ["total_differs"]
    assert rows[other.id].flags == []
    (conflict,) = queries.total_conflicts(scene.incident, scene.now)
    assert (conflict.printed, conflict.planned) == (300, [50, 100])


def test_a_retracted_roll_call_does_not_count(scene: Scene) -> None:
    batch = planned(scene).id
    scene.tell(batches.call_rolls, batches.CallRoll(batch, Stage.MUSTERED, 50), at=scene.now - HOUR)
    scene.tell(batches.call_rolls, batches.CallRoll(batch, Stage.RELEASED, 50))
    slip = RollCall.objects.get(batch=batch, stage="released").id
    done = scene.tell(retract_facts, RetractBody("mobilising.rollcall", slip))
    again = RETRACTED["mobilising.rollcall"](
        done.touched["fact:mobilising.rollcall"], scene.incident, scene.now
    )
    assert again.touched["mobilising.batch"] == {batch}
    held = Batch.objects.get(pk=batch)
    assert (held.state, held.released, held.released_at) == ("mustered", None, None)


def test_people_are_here_on_the_road_or_gone(scene: Scene) -> None:
    here, road = planned(scene, 100).id, planned(scene, 30).id
    scene.tell(
        batches.call_rolls, batches.CallRoll(here, Stage.ARRIVED, 97), batches.CallRoll(here, Stage.RELEASED, 7),
        batches.CallRoll(road, Stage.DEPARTED, 29),
    )  # fmt: skip
    counts = queries.people_counts(scene.incident, scene.now)
    assert (counts.here, counts.on_the_road) == (90, 29)
    board = queries.batch_board(scene.incident, scene.now)
    assert [len(board[column]) for column in queries.COLUMNS] == [0, 0, 1, 0, 1]


def test_a_batch_that_nobody_mustered_is_late(scene: Scene) -> None:
    planned(scene)
    (row,) = queries.batch_rows(scene.incident, scene.now + HOUR)
    assert row.flags == ["late"]


def test_three_hundred_names_are_one_fact_and_one_line_of_the_journal(scene: Scene) -> None:
    people = scene.people(300)
    batch = planned(scene, count=300).id
    scene.tell(batches.call_rolls, batches.CallRoll(batch, Stage.MUSTERED, present=people))
    assert Batch.objects.get(pk=batch).mustered == 300
    assert RollCall.objects.count() == 1
    assert Entry.objects.filter(action="mobilising.roll_call").count() == 1


def test_an_organisation_elsewhere_reads_and_answers_a_callout(
    scene: Scene, outsider: Actor, incident: UUID, now: datetime
) -> None:
    ours = scene.organisation()
    with scope(outsider, incident):
        theirs = Scene(outsider, incident, now).organisation(ELSEWHERE)
    letter = callouts.SendCallout(new_id(), SUBDISTRICT, "倡议书", [ours, theirs])
    assert not scene.tell(callouts.send_callouts, letter).waiting
    with scope(outsider, incident):
        answer = callouts.AnswerCallout(letter.id, theirs, 30)
        assert not Scene(outsider, incident, now).tell(callouts.answer_callouts, answer).waiting
    for people, at in ((10, now), (25, now + timedelta(hours=1)), (12, now - timedelta(hours=1))):
        scene.tell(callouts.answer_callouts, callouts.AnswerCallout(letter.id, ours, people), at=at)
    (row,) = queries.callout_board(incident)
    assert (row.sent, row.answered, row.people) == (2, 2, 55)


def test_an_answer_for_somebody_else_waits(
    scene: Scene, outsider: Actor, incident: UUID, now: datetime
) -> None:
    ours = scene.organisation()
    letter = callouts.SendCallout(new_id(), SUBDISTRICT, "倡议书", [ours])
    scene.tell(callouts.send_callouts, letter)
    with scope(outsider, incident):
        done = Scene(outsider, incident, now).tell(
            callouts.answer_callouts, callouts.AnswerCallout(letter.id, ours, 3)
        )
        assert [refusal.code for refusal in done.waiting.values()] == ["access.not_allowed"]
    assert not CalloutAnswered.objects.exists()
