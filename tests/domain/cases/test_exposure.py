"""Shared places from the live database: equal to counting minutes by hand, and to the engine on the same rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import derive_id, new_id
from muster.core.told import Told
from muster.domain.cases import actions as cases
from muster.domain.cases import queries
from muster.domain.cases.actions.exposure import AlreadyDecided, NeedsAnother, NoRule, ReasonMissing
from muster.domain.cases.models import CandidateJudged, ExposureCandidate, ExposureQuestion, PlaceVisit
from muster.domain.cases.queries.exposure import PIECE
from muster.domain.people import actions as people
from tests.cast import COMMUNITY, INCIDENT, NOW, SUBDISTRICT, account_for, person

ZERO = datetime(2022, 2, 16, tzinfo=UTC)
CASE = 0
STEP = 20  # minutes: bounds meet often, and a stay reaches over several pieces
VISITS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 60), st.integers(1, 30)), max_size=14
)
Found = set[tuple[int, int, int, int, int, int]]


def uid(kind: str, number: int) -> UUID:
    return derive_id("exposure", kind, number)


def at(minute: int) -> datetime:
    return ZERO + timedelta(minutes=minute)


def keep(visits: list[tuple[int, int, int, int]]) -> None:
    """Rows as the product keeps them: cut into pieces."""
    rows = []
    for who, where, start, length in visits:
        begin, end = at(start * STEP), at((start + length) * STEP)
        while begin < end:
            rows.append(
                PlaceVisit(
                    incident=INCIDENT, area=COMMUNITY, person=uid("person", who), place=uid("place", where),
                    source="check_in", origin=new_id(), from_at=begin, to_at=min(end, begin + PIECE),
                    keep_until=end + timedelta(days=9),
                )
            )  # fmt: skip
            begin += PIECE
    PlaceVisit.objects.bulk_create(rows)


def by_hand(
    visits: list[tuple[int, int, int, int]], window: tuple[int, int], least: int, generations: int
) -> Found:
    """Every minute of everybody, counted."""
    minutes: dict[tuple[int, int], set[int]] = defaultdict(set)
    for who, where, start, length in visits:
        minutes[who, where] |= set(range(start * STEP, (start + length) * STEP))
    sources, known, found = {CASE: window[0]}, {CASE}, set()
    for generation in range(1, generations + 1):
        fresh: dict[tuple[int, int], list[set[int]]] = defaultdict(list)
        for source, opens in sources.items():
            inside = set(range(opens, window[1]))
            for (who, where), there in minutes.items():
                shared = minutes.get((source, where), set()) & there & inside
                if who not in known and len(shared) >= least:
                    fresh[who, where].append(shared)
        for (who, where), parts in fresh.items():
            union = set().union(*parts)
            found.add((who, generation, where, min(union), max(union) + 1, sum(map(len, parts))))
        sources = {}
        for who, _, _, first, *_ in (one for one in found if one[1] == generation):
            sources[who] = min(first, sources.get(who, first))
        known |= sources.keys()
    return found


def asked(window: tuple[int, int], least: int, generations: int) -> Found:
    names = {uid("person", n): n for n in range(5)} | {uid("place", n): n for n in range(3)}
    met = queries.meetings(
        queries.Window(at(window[0]), at(window[1]), uid("person", CASE)),
        known={uid("person", CASE)},
        least=timedelta(minutes=least),
        generations=generations,
    )
    minute = timedelta(minutes=1)
    return {
        (
            names[one.person], one.generation, names[one.place], (one.first_at - ZERO) // minute,
            (one.last_at - ZERO) // minute, int(one.overlap_s) // 60,
        )
        for one in met
    }  # fmt: skip


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    visits=VISITS,
    opens=st.integers(0, 40),
    length=st.integers(1, 60),
    least=st.sampled_from([1, 15, STEP, STEP + 1, 3 * STEP]),
    generations=st.integers(1, 3),
)
def test_the_database_finds_what_counting_minutes_finds(
    in_scope: Actor,
    visits: list[tuple[int, int, int, int]],
    opens: int,
    length: int,
    least: int,
    generations: int,
) -> None:
    window = (opens * STEP, (opens + length) * STEP)
    with transaction.atomic():
        keep(visits)
        assert asked(window, least, generations) == by_hand(visits, window, least, generations)
        transaction.set_rollback(True)


def some_visits() -> list[tuple[int, int, int, int]]:
    """A fixed tangle: everybody in all places, long and short, overlapping themselves."""
    return [(n * 7 % 5, n * 5 % 3, n * 11 % 60, 1 + n * 13 % 25) for n in range(40)]


def test_the_engine_finds_the_same_on_the_same_rows(in_scope: Actor, tmp_path: Path) -> None:
    engine: Any = pytest.importorskip("muster.engines.analysis.exposure")
    visits, window = some_visits(), (100, 1300)
    keep(visits)
    with (tmp_path / "visits.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["person", "place", "start", "end"])
        for who, where, start, length in visits:
            lines.writerow(
                [who, where, at(start * STEP).isoformat(), at((start + length) * STEP).isoformat()]
            )
    with (tmp_path / "cases.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["case", "person", "from", "to"])
        lines.writerow(["c", CASE, at(window[0]).isoformat(), at(window[1]).isoformat()])
    assert asked(window, 15, 2) == engine_rows(engine, tmp_path, 15 * 60, 2)


def engine_rows(engine: Any, place: Path, least: int, generations: int) -> Found:
    """The answer of `muster exposure` as numbers."""
    from click.testing import CliRunner

    from muster.project.cli import cli

    out = place / "out.csv"
    words = ["exposure", "--visits", str(place / "visits.csv"), "--cases", str(place / "cases.csv")]
    words += ["--min-overlap", str(least), "--generations", str(generations), "--engine", "duckdb"]
    answer = CliRunner().invoke(cli, [*words, "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    minute = timedelta(minutes=1)
    with out.open() as file:
        return {
            (
                int(row["person"]), int(row["generation"]), int(row["place"]),
                (moment(row["first_at"]) - ZERO) // minute, (moment(row["last_at"]) - ZERO) // minute,
                round(float(row["overlap_s"])) // 60,
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def test_a_notice_of_a_place_finds_who_was_there_in_its_hours(in_scope: Actor) -> None:
    keep([(1, 0, 0, 3), (2, 0, 10, 3), (3, 1, 0, 3)])
    window = queries.Window(at(0), at(5 * STEP), place=uid("place", 0))
    met = queries.meetings(window, known=(), least=timedelta(minutes=15), generations=1)
    assert [one.person for one in met] == [uid("person", 1)]


def test_who_lives_with_a_source_is_found_without_any_visit(in_scope: Actor) -> None:
    from muster.domain.places import actions as places

    house = new_id()
    tell(
        places.add_buildings,
        places.AddBuilding(id=house, area=COMMUNITY, name="3栋", labels=["101"]),
        in_scope,
    )
    door = derive_id(house, "101")
    for number in (0, 1):
        body = people.RegisterPerson(id=uid("person", number), dwelling=door, name=f"居民{number}")
        tell(people.register_people, body, in_scope)
    keep([(1, 0, 30, 6), (2, 0, 30, 6)])
    assert asked_persons(2) == {uid("person", 1): 1, uid("person", 2): 2}


def asked_persons(generations: int) -> dict[UUID, int]:
    window = queries.Window(at(0), at(3000), uid("person", CASE))
    met = queries.meetings(
        window, known={uid("person", CASE)}, least=timedelta(minutes=15), generations=generations
    )
    return {one.person: one.generation for one in met}


def test_two_records_of_one_person_are_one_source_and_one_found(in_scope: Actor) -> None:
    for number in (0, 1, 2):
        body = people.RegisterPerson(id=uid("person", number), area=COMMUNITY, name=f"居民{number}")
        tell(people.register_people, body, in_scope)
    tell(people.join_residents, people.JoinResidents(uid("person", 1), uid("person", 2)), in_scope)
    keep([(0, 0, 0, 9), (1, 0, 0, 1), (2, 0, 1, 1)])
    met = queries.meetings(
        queries.Window(at(0), at(300), uid("person", 0)),
        known={uid("person", 0)}, least=timedelta(minutes=STEP + 1), generations=1,
    )  # fmt: skip
    assert [(one.person, one.overlap_s) for one in met] == [
        (min(uid("person", 1), uid("person", 2)), 2 * STEP * 60)
    ]


def tell(action: Any, body: Any, by: Actor) -> UUID:
    told = Told(new_id(), NOW, by.by, body)
    done = action(told=[told], by=by, incident=INCIDENT, now=NOW)
    assert not done.refused
    assert not done.waiting
    return told.id


@pytest.fixture
def case(in_scope: Actor) -> UUID:
    """A confirmed resident who met two people in a shop."""
    for number in range(3):
        body = people.RegisterPerson(id=uid("person", number), area=COMMUNITY, name=f"居民{number}")
        tell(people.register_people, body, in_scope)
    identity = new_id()
    tell(cases.confirm_cases, cases.ConfirmCase(identity, uid("person", CASE), at(3000)), in_scope)
    keep([(0, 0, 30, 6), (1, 0, 31, 6), (2, 0, 33, 2)])
    return identity


def question(case: UUID, by: Actor, reason: str = "查清同店人员") -> UUID:
    return cases.ask(question=cases.Question(new_id(), case, reason), by=by, incident=INCIDENT, now=NOW)


def test_nothing_is_looked_up_before_another_person_approves(case: UUID, tracer: Actor, desk: Actor) -> None:
    with scope(tracer, INCIDENT):
        asked_for = question(case, tracer)
        assert not ExposureCandidate.objects.exists()
        with pytest.raises(NotAllowed):
            cases.decide(question=asked_for, approved=True, by=tracer, incident=INCIDENT, now=NOW)
    with scope(desk, INCIDENT):
        assert cases.decide(question=asked_for, approved=True, by=desk, incident=INCIDENT, now=NOW) == 2
        assert {one.person for one in queries.candidates_of(case)} == {uid("person", 1), uid("person", 2)}
        with pytest.raises(AlreadyDecided):
            cases.decide(question=asked_for, approved=True, by=desk, incident=INCIDENT, now=NOW)


def test_who_asked_may_not_approve(case: UUID, commander: Actor, desk: Actor) -> None:
    with scope(commander, INCIDENT):
        asked_for = question(case, commander)
        with pytest.raises(NeedsAnother):
            cases.decide(question=asked_for, approved=True, by=commander, incident=INCIDENT, now=NOW)
    with scope(system(), INCIDENT):
        asked_by = account_for(commander)
        ExposureQuestion.objects.update(asked_by=asked_by)
    again = replace(desk, responder=commander.responder)
    with scope(again, INCIDENT), pytest.raises(NeedsAnother):  # the same person by another account
        cases.decide(question=asked_for, approved=True, by=again, incident=INCIDENT, now=NOW)


def test_a_declined_question_shows_nobody(case: UUID, tracer: Actor, desk: Actor) -> None:
    with scope(tracer, INCIDENT):
        asked_for = question(case, tracer)
    with scope(desk, INCIDENT):
        assert cases.decide(question=asked_for, approved=False, by=desk, incident=INCIDENT, now=NOW) == 0
        assert ExposureQuestion.objects.get().state == "declined"
        assert not ExposureCandidate.objects.exists()


def test_a_question_needs_a_reason_a_right_and_a_case_in_force(
    case: UUID, tracer: Actor, grid_worker: Actor, commander: Actor
) -> None:
    with scope(tracer, INCIDENT):
        with pytest.raises(ReasonMissing):
            question(case, tracer, " ")
        with pytest.raises(NotFound):
            question(new_id(), tracer)
    with scope(grid_worker, INCIDENT), pytest.raises(NotAllowed):
        question(case, grid_worker)
    with scope(commander, INCIDENT):
        tell(cases.withdraw_cases, cases.WithdrawCase(case), commander)
        with pytest.raises(NoRule):
            question(case, commander)


def test_the_reason_is_in_the_journal_and_sealed(case: UUID, tracer: Actor) -> None:
    from muster.core.models import Entry

    with scope(tracer, INCIDENT):
        question(case, tracer, "超市同时段")
    with scope(system(incident=INCIDENT), INCIDENT):
        entry = Entry.objects.get(action="cases.ask")
    assert str(case) in str(entry.subjects)
    assert entry.reason is not None
    assert "超市".encode() not in bytes(entry.reason)


def test_a_protocol_without_the_rule_answers_nothing(case: UUID, tracer: Actor) -> None:
    from muster.domain.incidents import queries as incidents
    from muster.domain.incidents.models import Incident

    with scope(system(), INCIDENT):
        Incident.objects.filter(pk=INCIDENT).update(pack="flood")
    incidents.forget_pack(INCIDENT)
    with scope(tracer, INCIDENT), pytest.raises(NoRule):
        question(case, tracer)


def test_what_was_decided_about_somebody_is_remembered(case: UUID, tracer: Actor, desk: Actor) -> None:
    with scope(tracer, INCIDENT):
        asked_for = question(case, tracer)
    with scope(desk, INCIDENT):
        cases.decide(question=asked_for, approved=True, by=desk, incident=INCIDENT, now=NOW)
        tell(cases.judge_candidates, cases.JudgeCandidate(case, uid("person", 1), "mask"), desk)
        assert CandidateJudged.objects.get().verdict == "dismissed"
        told = Told(new_id(), NOW, desk.by, cases.JudgeCandidate(case, uid("person", 4), "mask"))
        done = cases.judge_candidates(told=[told], by=desk, incident=INCIDENT, now=NOW)
        assert set(done.refused) == {told.id}


def test_another_sub_district_sees_neither_question_nor_answer(
    case: UUID, tracer: Actor, desk: Actor
) -> None:
    with scope(tracer, INCIDENT):
        asked_for = question(case, tracer)
    with scope(desk, INCIDENT):
        cases.decide(question=asked_for, approved=True, by=desk, incident=INCIDENT, now=NOW)
    other = person("elsewhere", "commander", SUBDISTRICT + 3_000_000)
    with scope(other, INCIDENT):
        assert not ExposureQuestion.objects.exists()
        assert not ExposureCandidate.objects.exists()
        assert not PlaceVisit.objects.exists()


def test_visits_are_deleted_when_their_time_is_over(in_scope: Actor) -> None:
    keep([(0, 0, 0, 3)])
    by = system(incident=INCIDENT)
    with scope(by, INCIDENT):
        assert cases.forget_visits(by=by, incident=INCIDENT, now=at(0)) == 0
        assert cases.forget_visits(by=by, incident=INCIDENT, now=at(0) + timedelta(days=10)) == 1
