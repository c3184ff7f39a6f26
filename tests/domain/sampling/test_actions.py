"""What happens to tubes, and who may make it happen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Entry
from muster.core.tables import Fact
from muster.domain.people.models import Resident
from muster.domain.sampling import actions, queries
from muster.domain.sampling.models import (
    Coverage,
    ResultReported,
    Round,
    SampleTaken,
    SiteTable,
    Tube,
    TubeHandedOver,
    TubeSealed,
)
from muster.domain.sampling.rules import Flag, Place, Result, tube_id
from tests.cast import COMMUNITY, ELSEWHERE, INCIDENT, person
from tests.domain.sampling.cast import (
    BUILDINGS,
    FAR,
    FAR_SITE,
    MEMBERS,
    ROUND,
    SITE,
    do,
    later,
    sample,
    take_back,
    tell,
)

TUBE = tube_id(INCIDENT, "A1")


def filled(by: Actor, *, until: str = "result", result: Result = Result.NEGATIVE) -> Tube:
    """A tube with three people, as far as asked."""
    do([tell(sample(one), by, n) for n, one in enumerate(MEMBERS[:3])], by)
    steps = {
        "seal": actions.SealTube(tube=TUBE, seats_said=3), "handover": actions.HandOverTube(code=" a1 ", to="市疾控"),
        "result": actions.ReportResult(result=result, tube=TUBE),
    }  # fmt: skip
    for minutes, (step, body) in enumerate(steps.items(), 5):
        do([tell(body, by, minutes)], by)
        if step == until:
            break
    return Tube.objects.get(pk=TUBE)


def test_a_tube_goes_from_the_first_sample_to_its_result(site: UUID, in_scope: Actor) -> None:
    done = do([tell(sample(one), in_scope, n) for n, one in enumerate(MEMBERS[:3])], in_scope)
    assert done.touched["sampling.tube"] == {TUBE}
    assert (Tube.objects.get().state, Tube.objects.get().seats) == ("open", 3)
    tube = filled(in_scope)
    assert (tube.state, tube.result, tube.code, tube.area) == ("resulted", "negative", "A1", COMMUNITY)
    assert (tube.first_at, tube.sealed_at, tube.handed_over_at, tube.resulted_at) == tuple(
        map(later, (0, 5, 6, 7))
    )
    assert Entry.objects.filter(action__startswith="sampling.").count() == 5


def test_a_tube_of_one_household_says_when_two_sit_in_it(site: UUID, in_scope: Actor) -> None:
    """Three people live behind each door; a sample at home belongs to the table it is brought to."""
    at_home: dict[str, Any] = {"one_household": True, "place": Place.HOME}
    do([tell(sample(one, **at_home), in_scope, n) for n, one in enumerate(MEMBERS[:3])], in_scope)
    assert (Tube.objects.get().flags, Tube.objects.get().site) == ([], SITE)
    stranger = tell(sample(MEMBERS[3], **at_home), in_scope, 4)
    do([stranger], in_scope)
    assert Tube.objects.get().flags == [Flag.HOUSEHOLDS_MIXED, Flag.OVER_FULL]
    take_back("sampling.sampletaken", [stranger.id], in_scope)
    assert Tube.objects.get().flags == []
    assert not queries.samples_by_hour(from_at=later(0), to_at=later(60), site=SITE), (
        "nobody stood in the line"
    )
    with scope(system(), INCIDENT):
        Resident.objects.filter(pk=MEMBERS[2]).update(dwelling=derive_id(BUILDINGS[1], "101"))
    actions.reconsider_residents({MEMBERS[2]}, INCIDENT, later(9))
    assert Tube.objects.get().flags == [Flag.HOUSEHOLDS_MIXED], (
        "known only after they were registered at a door"
    )


def test_an_observation_sent_twice_counts_once(site: UUID, in_scope: Actor) -> None:
    told = [tell(sample(MEMBERS[0]), in_scope)]
    do(told, in_scope)
    do(told, in_scope)
    assert SampleTaken.objects.count() == 1
    assert Coverage.objects.get().samples == 1


def test_an_over_full_tube_is_stored_and_flagged(site: UUID, in_scope: Actor) -> None:
    done = do([tell(sample(one), in_scope) for one in MEMBERS[:4]], in_scope)
    assert not done.refused
    assert Tube.objects.get().flags == [Flag.OVER_FULL]


def test_a_person_in_two_tubes_of_a_round_is_flagged_on_both_until_one_is_taken_back(
    site: UUID, in_scope: Actor
) -> None:
    first, second = (
        tell(sample(MEMBERS[0]), in_scope),
        tell(sample(MEMBERS[0], "B7", site=FAR_SITE), in_scope, 9),
    )
    do([first], in_scope)
    do([second], in_scope)
    assert [tube.flags for tube in Tube.objects.all()] == [[Flag.SAME_PERSON_TWICE]] * 2
    assert Coverage.objects.get().samples == 2
    done = take_back("sampling.sampletaken", [second.id], in_scope)
    assert done.touched["sampling.tube"] == {tube_id(INCIDENT, "B7")}
    assert [tube.flags for tube in Tube.objects.all()] == [[], []]
    assert Coverage.objects.get().samples == 1
    take_back("sampling.sampletaken", [first.id], in_scope)
    assert Coverage.objects.get().samples == 0


def test_the_flag_reaches_a_tube_in_an_area_the_sampler_may_not_see(site: UUID, in_scope: Actor) -> None:
    """People are sampled outside their own area: the state must not depend on who recorded it."""
    near, far = person("near", "grid_worker", COMMUNITY), person("far", "grid_worker", FAR)
    for worker, code, place in ((near, "A1", SITE), (far, "B7", FAR_SITE)):
        with scope(worker, INCIDENT):
            assert not do([tell(sample(MEMBERS[0], code, site=place), worker)], worker).waiting
            assert Tube.objects.count() == 1
    assert [tube.flags for tube in Tube.objects.all()] == [[Flag.SAME_PERSON_TWICE]] * 2
    assert Coverage.objects.get().area == COMMUNITY


def test_a_person_under_two_records_is_one_person(site: UUID, in_scope: Actor) -> None:
    a, b = sorted(MEMBERS[:2])
    do([tell(sample(a), in_scope), tell(sample(b), in_scope)], in_scope)
    assert Tube.objects.get().seats == 2
    Resident.objects.filter(pk=b).update(canonical=a)
    actions.reconsider_residents({a, b}, INCIDENT, later(9))
    tube = Tube.objects.get()
    assert (tube.seats, tube.flags) == (1, [Flag.SAME_PERSON_TWICE])
    assert list(Coverage.objects.filter(known=True).values_list("resident", "samples")) == [(a, 2)]
    Resident.objects.filter(pk=b).update(canonical=b)
    actions.reconsider_residents({a, b}, INCIDENT, later(9))
    assert Tube.objects.get().flags == []
    assert set(Coverage.objects.filter(known=True).values_list("resident", "samples")) == {(a, 1), (b, 1)}


def test_a_seal_on_a_tube_that_has_not_arrived_waits(site: UUID, in_scope: Actor) -> None:
    told = [tell(actions.SealTube(code="A1", seats_said=1), in_scope, 5)]
    assert [w.code for w in do(told, in_scope).waiting.values()] == ["sync.not_visible_yet"]
    do([tell(sample(MEMBERS[0]), in_scope)], in_scope)
    assert not do(told, in_scope).waiting
    assert Tube.objects.get().state == "sealed"


def test_a_corrected_result_counts_and_a_late_older_one_does_not(site: UUID, in_scope: Actor) -> None:
    filled(in_scope, result=Result.POSITIVE)
    do([tell(actions.ReportResult(result=Result.NEGATIVE, tube=TUBE), in_scope, 60)], in_scope)
    assert (Tube.objects.get().result, Tube.objects.get().flags) == ("negative", [Flag.RESULTS_DISAGREE])
    late = tell(actions.ReportResult(result=Result.POSITIVE, tube=TUBE), in_scope, 30)
    assert do([late], in_scope).touched["sampling.tube"] == {TUBE}
    assert Tube.objects.get().result == "negative"


@pytest.mark.parametrize(
    ("kind", "model", "state"),
    [
        ("sampling.resultreported", ResultReported, "handed_over"),
        ("sampling.tubehandedover", TubeHandedOver, "resulted"),
        ("sampling.tubesealed", TubeSealed, "resulted"),
    ],
)
def test_steps_can_be_taken_back(
    site: UUID, in_scope: Actor, kind: str, model: type[Fact], state: str
) -> None:
    before = filled(in_scope)
    take_back(kind, [model._default_manager.get().id], in_scope)
    after = Tube.objects.get()
    assert after.state == state
    assert (after.flags, after.result) != (before.flags, before.result)


def test_tubes_on_the_table_are_held_against_those_in_the_system(site: UUID, in_scope: Actor) -> None:
    for number, code in enumerate(("A1", "A2", "A3")):
        do([tell(sample(MEMBERS[number], code), in_scope, number)], in_scope)
    do([tell(actions.HandOverTube(code="A3"), in_scope, 5)], in_scope)
    told = tell(actions.CountTubes(site=SITE, codes=["A1"]), in_scope, 9)
    do([told], in_scope)
    table = SiteTable.objects.get(pk=SITE)
    assert (table.counted, table.in_system, table.difference) == (1, 2, -1)
    assert table.missing == [tube_id(INCIDENT, "A2")]
    assert Tube.objects.get(code="A1").state == "counted"
    do([tell(sample(MEMBERS[4], "A4"), in_scope, 4)], in_scope)  # taken before the count, told after it
    assert SiteTable.objects.get(pk=SITE).in_system == 3
    take_back("sampling.tubescounted", [told.id], in_scope)
    assert SiteTable.objects.get(pk=SITE).counted is None
    assert Tube.objects.get(code="A1").state == "open"


def test_at_home_the_area_is_the_one_told_or_the_residents_own(site: UUID, in_scope: Actor) -> None:
    home = {"site": None, "place": Place.HOME}
    told = [
        tell(sample(MEMBERS[0], "H1", **home), in_scope), tell(sample(MEMBERS[1], "H2", area=FAR, **home), in_scope),
        tell(sample(new_id(), "H3", **home), in_scope),
    ]  # fmt: skip
    done = do(told, in_scope)
    assert list(done.waiting) == [told[2].id]
    assert dict(SampleTaken.objects.values_list("id", "area")) == {told[0].id: COMMUNITY, told[1].id: FAR}


def test_an_outsider_sees_no_tube_and_takes_no_sample_here(
    site: UUID, in_scope: Actor, outsider: Actor
) -> None:
    filled(in_scope, until="seal")
    with scope(outsider, INCIDENT):
        assert not Tube.objects.exists()
        assert not Coverage.objects.exists()
        told = [
            tell(sample(MEMBERS[3]), outsider),
            tell(sample(MEMBERS[3], site=None, area=COMMUNITY), outsider),
        ]
        codes = [do(told, outsider).waiting[one.id].code for one in told]
        assert codes == ["sync.not_visible_yet", "access.not_allowed"]
        assert do([tell(actions.ReportResult(result=Result.NEGATIVE, tube=TUBE), outsider)], outsider).waiting
    assert Tube.objects.get().state == "sealed"


def test_a_laboratory_reports_results_and_a_grid_worker_does_not(
    site: UUID, in_scope: Actor, grid_worker: Actor
) -> None:
    filled(in_scope, until="handover")
    laboratory = person("laboratory", "laboratory", COMMUNITY)
    for who, waits in ((grid_worker, ["access.not_allowed"]), (laboratory, [])):
        with scope(who, INCIDENT):
            done = do([tell(actions.ReportResult(result=Result.NEGATIVE, tube=TUBE), who, 9)], who)
            assert [w.code for w in done.waiting.values()] == waits
    assert Tube.objects.get().result == "negative"


def test_only_a_planner_opens_a_round_and_it_ends_after_it_begins(
    site: UUID, in_scope: Actor, grid_worker: Actor
) -> None:
    body = actions.OpenRound(id=new_id(), area=COMMUNITY, name="第二轮", from_at=later(0), to_at=later(60))
    backwards = actions.OpenRound(id=new_id(), area=COMMUNITY, name="反", from_at=later(9), to_at=later(0))
    with scope(grid_worker, INCIDENT):
        assert do([tell(body, grid_worker)], grid_worker).refused
    done = do([tell(body, in_scope), tell(backwards, in_scope)], in_scope)
    (refusal,) = done.refused.values()
    assert "早于" in refusal.say("zh-hans")
    assert "before it begins" in refusal.say("en")
    assert set(Round.objects.values_list("id", flat=True)) == {ROUND, body.id}


def test_a_sample_without_a_tube_cannot_be_read(site: UUID, in_scope: Actor) -> None:
    done = do([tell(sample(MEMBERS[0], " "), in_scope)], in_scope)
    assert [r.code for r in done.refused.values()] == ["input.unreadable"]


def test_without_a_pool_size_the_protocol_says_it(site: UUID, in_scope: Actor) -> None:
    do([tell(sample(MEMBERS[0], pool_size=None), in_scope)], in_scope)
    assert Tube.objects.get().pool_size == 20


def test_a_batch_costs_as_many_statements_as_one_command(site: UUID, in_scope: Actor) -> None:
    def cost(number: int) -> int:
        told = [
            tell(sample(derive_id("many", number, n), f"T{number}-{n % 10}"), in_scope, n)
            for n in range(number)
        ]
        with CaptureQueriesContext(connection) as queries:
            assert not do(told, in_scope).waiting
        return len(queries)

    assert cost(100) == cost(1) <= 32


def test_nothing_is_written_with_the_rights_of_the_system_afterwards(site: UUID, in_scope: Actor) -> None:
    """Deriving reads as the system; the sender's own scope is in force again after it."""
    do([tell(sample(MEMBERS[0]), in_scope)], in_scope)
    with scope(system(), INCIDENT):
        Tube.objects.create(incident=INCIDENT, area=ELSEWHERE, code="X", pool_size=1)
    assert Tube.objects.count() == 1
