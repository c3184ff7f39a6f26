"""Who was tested, who is left, what stands at the sites and at the laboratory."""

from __future__ import annotations

from uuid import UUID

from muster.core.access import Actor
from muster.domain.sampling import actions, queries
from muster.domain.sampling.rules import Result, tube_id
from tests.cast import COMMUNITY, INCIDENT
from tests.domain.sampling.cast import (
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


def sampled(by: Actor) -> list[UUID]:
    """Two of the first building, one of the second; the last one at the far site."""
    told = [
        tell(sample(MEMBERS[0], seat=2), by), tell(sample(MEMBERS[1], seat=1), by, 61),
        tell(sample(MEMBERS[3], "B1", site=FAR_SITE), by, 62),
    ]  # fmt: skip
    do(told, by)
    return [one.id for one in told]


def test_members_are_named_by_seat_and_positive_ones_are_wanted_again(site: UUID, in_scope: Actor) -> None:
    facts = sampled(in_scope)
    members = queries.members([TUBE])[TUBE]
    assert [(one.resident, one.seat, one.place, one.area) for one in members] == [
        (MEMBERS[1], 1, "site", COMMUNITY), (MEMBERS[0], 2, "site", COMMUNITY)
    ]  # fmt: skip
    assert queries.samples(facts[:1]) == [(MEMBERS[0], TUBE, later(0))]
    take_back("sampling.sampletaken", facts[:1], in_scope)
    assert [one.resident for one in queries.members([TUBE])[TUBE]] == [MEMBERS[1]]


def test_the_board_of_a_site_shows_tubes_samples_and_the_last_count(site: UUID, in_scope: Actor) -> None:
    facts = sampled(in_scope)
    do([tell(sample(MEMBERS[2], "A2"), in_scope, 63), tell(sample(MEMBERS[2], "A2"), in_scope, 64)], in_scope)
    do([tell(actions.SealTube(code="A1"), in_scope, 70)], in_scope)
    do([tell(actions.CountTubes(site=SITE, counted=3), in_scope, 80)], in_scope)
    (board,) = queries.site_boards([SITE])
    assert (board.tubes, board.flagged, board.seats) == ({"sealed": 1, "open": 1}, 1, 3)
    assert board.table is not None
    assert (board.table.counted, board.table.difference) == (3, 1)
    assert [tube.code for tube in queries.tubes(site=SITE, flagged=True)] == ["A2"]
    assert [tube.code for tube in queries.tubes(state="sealed")] == ["A1"]
    by_hour = queries.samples_by_hour(from_at=later(0), to_at=later(120))
    assert by_hour == {later(0): 1, later(60): 4}
    take_back("sampling.sampletaken", facts[1:2], in_scope)
    assert queries.samples_by_hour(from_at=later(0), to_at=later(120), site=SITE) == {
        later(0): 1,
        later(60): 2,
    }


def test_the_laboratory_board_shows_what_waits_and_what_is_late(site: UUID, in_scope: Actor) -> None:
    sampled(in_scope)
    handed = [
        tell(actions.HandOverTube(code=code), in_scope, minutes)
        for code, minutes in (("A1", 100), ("B1", 160))
    ]
    do(handed, in_scope)
    (first, second) = queries.at_laboratory(INCIDENT, later(100 + 24 * 60 + 30))
    assert (first.code, first.hours, first.late) == ("A1", 24.5, True)
    assert (second.code, second.late) == ("B1", False)
    do([tell(actions.ReportResult(result=Result.INVALID, code="A1"), in_scope, 200)], in_scope)
    assert [one.code for one in queries.at_laboratory(INCIDENT, later(300))] == ["B1"]
    assert list(queries.rounds().values_list("id", flat=True)) == [ROUND]
