"""The denominator: who is done, exempt, away, refused or unknown, by community, building, door and person."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.domain.people.models import Resident
from muster.domain.sampling import actions, standing
from muster.domain.sampling.models import Coverage, Round
from muster.domain.sampling.rules import Standing
from muster.domain.sampling.standing import Wish
from muster.domain.worklists.models import DwellingState, WorkItem
from tests.cast import COMMUNITY, DISTRICT, INCIDENT, NOW, person
from tests.domain.sampling.cast import (
    BUILDINGS,
    FAR,
    MEMBERS,
    ROUND,
    do,
    later,
    sample,
    take_back,
    tell,
    why,
)


def held() -> Round:
    return Round.objects.get(pk=ROUND)


def where(area: int | None = None) -> dict[UUID, str]:
    return {
        one.id: one.standing
        for kind in Standing
        for one in standing.people(held(), Wish(area, standing=kind))
    }


def shut(building: UUID, outcome: str, minutes: float) -> None:
    """A door that teams found shut."""
    at = later(minutes)
    door = derive_id(building, "101")
    DwellingState.objects.create(
        id=door, incident=INCIDENT, area=COMMUNITY, building=building, outcome=outcome, visits=1, persons=0, last_at=at
    )  # fmt: skip


def called(resident: UUID, outcome: str, minutes: float, occasion: str = "") -> None:
    """A person whom somebody called."""
    WorkItem.objects.create(
        incident=INCIDENT, area=COMMUNITY, kind="verify", subject_kind="resident", subject=resident, occasion=occasion,
        last_outcome=outcome, last_at=later(minutes), opened_at=NOW,
    )  # fmt: skip


def test_a_sample_counts_most_then_words_then_doors_and_calls(site: UUID, in_scope: Actor) -> None:
    do([tell(sample(MEMBERS[0]), in_scope, 5)], in_scope)
    do(
        [
            tell(why(MEMBERS[0], "refused"), in_scope, 9),
            tell(why(MEMBERS[1], "exempt", "infant"), in_scope, 9),
        ],
        in_scope,
    )
    shut(BUILDINGS[0], "refused", 7)
    shut(BUILDINGS[1], "absent", 7)
    called(MEMBERS[3], "refused", 8, f"round:{ROUND}")  # newer than the door
    called(MEMBERS[4], "refused", 8)  # about something else: the door counts
    called(MEMBERS[5], "moved", 6)  # the door is newer, and says the same
    assert where() == dict(
        zip(MEMBERS, ["done", "exempt", "refused", "refused", "away", "away"], strict=True)
    )
    (community,) = standing.by_community(held())
    assert (community.key, community.counts) == (COMMUNITY, standing.Counts(6, 1, 1, 2, 2))
    assert (community.counts.left, community.counts.unknown, community.counts.asked) == (4, 0, 5)
    houses = {one.key: one.counts for one in standing.by_building(held(), COMMUNITY)}
    assert houses == {
        BUILDINGS[0]: standing.Counts(3, 1, 1, 0, 1),
        BUILDINGS[1]: standing.Counts(3, 0, 0, 2, 1),
    }
    (door,) = standing.by_dwelling(held(), BUILDINGS[0])
    assert (door.name, door.counts) == ("101", houses[BUILDINGS[0]])
    assert standing.count_left(held(), COMMUNITY, BUILDINGS[1]) == 3


def test_what_was_said_before_the_round_or_about_somebody_new_says_nothing(
    site: UUID, in_scope: Actor
) -> None:
    shut(BUILDINGS[0], "absent", -5)
    called(MEMBERS[3], "moved", -5)  # registered again since
    called(MEMBERS[4], "refused", -5)
    assert set(where().values()) == {"unknown"}
    assert standing.by_community(held())[0].counts == standing.Counts(6)


def test_the_newest_word_counts_and_one_taken_back_counts_no_more(site: UUID, in_scope: Actor) -> None:
    old, new = (
        tell(why(MEMBERS[0], "away", "travel"), in_scope, 1),
        tell(why(MEMBERS[0], "refused"), in_scope, 2),
    )
    do([new, old], in_scope)
    assert where()[MEMBERS[0]] == "refused"
    take_back("sampling.untestedexplained", [new.id], in_scope)
    assert (where()[MEMBERS[0]], Coverage.objects.get().reason) == ("away", "travel")
    take_back("sampling.untestedexplained", [old.id], in_scope)
    assert where()[MEMBERS[0]] == "unknown"


def test_words_go_with_the_person_when_records_join(site: UUID, in_scope: Actor) -> None:
    do([tell(why(MEMBERS[1], "exempt"), in_scope)], in_scope)
    Resident.objects.filter(pk=MEMBERS[1]).update(canonical=MEMBERS[0])
    actions.reconsider_residents({MEMBERS[1]}, INCIDENT, later(9))
    assert (where()[MEMBERS[0]], MEMBERS[1] in where()) == ("exempt", False)
    assert standing.by_community(held())[0].counts == standing.Counts(5, 0, 1)


def test_an_unregistered_person_is_not_counted(site: UUID, in_scope: Actor) -> None:
    stranger = new_id()
    do([tell(sample(stranger), in_scope)], in_scope)
    assert standing.by_community(held())[0].counts == standing.Counts(6)
    assert do([tell(why(stranger, "away"), in_scope)], in_scope).waiting
    Resident.objects.create(
        id=stranger, canonical=stranger, incident=INCIDENT, area=FAR, said_at=later(0), said_id=new_id()
    )
    actions.reconsider_residents({stranger}, INCIDENT, later(9))
    assert [(one.key, one.counts) for one in standing.by_community(held())] == [
        (FAR, standing.Counts(1, 1)), (COMMUNITY, standing.Counts(6))
    ]  # fmt: skip


def test_lists_come_in_pages_by_building_and_door_and_only_of_ones_own_area(
    site: UUID, in_scope: Actor
) -> None:
    do([tell(sample(MEMBERS[0]), in_scope), tell(sample(MEMBERS[3], "B1"), in_scope)], in_scope)
    first = standing.people(held(), Wish(COMMUNITY), size=2)
    rest = standing.people(held(), Wish(COMMUNITY), after=(first[-1].area, first[-1].id), size=9)
    assert [one.id for one in first + rest] == sorted({*MEMBERS} - {MEMBERS[0], MEMBERS[3]})
    inside = standing.people(held(), Wish(building=BUILDINGS[0]))
    assert inside == standing.people(held(), Wish(dwelling=derive_id(BUILDINGS[0], "101")))
    assert {one.id for one in inside} == {MEMBERS[1], MEMBERS[2]}
    far = person("far", "grid_worker", FAR)
    with scope(far, INCIDENT):
        told = tell(why(MEMBERS[1], "exempt"), far)
        assert (
            standing.by_community(held_by_system()),
            standing.people(held_by_system(), Wish(DISTRICT)),
        ) == ([], [])
        assert do([told], far).waiting.keys() == {told.id}


def held_by_system() -> Round:
    return Round(id=ROUND, area=DISTRICT, from_at=NOW)


@pytest.mark.parametrize("kind", ["done", "exempt"])
def test_the_counts_of_a_district_are_read_from_an_index(site: UUID, in_scope: Actor, kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_bitmapscan = off")
        which = "c.samples > 0" if kind == "done" else "c.samples = 0 and c.excuse <> ''"
        cursor.execute(
            "explain (format json) select c.area / 1000, c.excuse, count(*) from sampling_coverage c where "
            + standing.KNOWN + f" and {which} group by 1, 2",
            {"round": ROUND, "low": 0, "high": 10**15},
        )  # fmt: skip
        plan = cursor.fetchone()[0]
    wanted = "sampling_coverage_done" if kind == "done" else "sampling_coverage_excused"
    assert wanted in _indexes(plan if not isinstance(plan, str) else json.loads(plan))


def _indexes(node: Any) -> set[str]:
    """The names of all indexes of a plan."""
    if isinstance(node, list):
        return set().union(*map(_indexes, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {node["Index Name"]} if "Index Name" in node else set()
    return own.union(*map(_indexes, node.values()))


def test_doors_count_within_the_round_only(site: UUID, in_scope: Actor) -> None:
    with scope(system(), INCIDENT):
        Round.objects.filter(pk=ROUND).update(to_at=NOW + timedelta(hours=1))
    shut(BUILDINGS[0], "empty", 90)
    assert set(where().values()) == {"unknown"}


def test_the_old_and_the_vulnerable_come_first(site: UUID, in_scope: Actor) -> None:
    Resident.objects.filter(pk=MEMBERS[0]).update(birth_year=NOW.year - 60)
    Resident.objects.filter(pk=MEMBERS[1]).update(birth_year=NOW.year - 59)
    Resident.objects.filter(pk=MEMBERS[2]).update(vulnerabilities=["dialysis"])
    assert standing.pressing(MEMBERS, INCIDENT, NOW) == {MEMBERS[0], MEMBERS[2]}
