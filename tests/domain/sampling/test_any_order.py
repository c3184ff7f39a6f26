"""Any order, repetition and split of the same observations, through the real actions, gives the same tubes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.core.told import Told
from muster.domain.sampling import actions
from muster.domain.sampling.models import Coverage, SiteTable, Tube
from muster.domain.sampling.rules import Result, tube_id
from tests.cast import INCIDENT
from tests.domain.sampling.cast import FAR_SITE, MEMBERS, SITE, do, sample, tell, why

A1, A2 = tube_id(INCIDENT, "A1"), tube_id(INCIDENT, "A2")


def night(by: Actor) -> list[Told[Any]]:
    """Two tubes with everything that goes wrong in one night."""
    bodies = [
        (0, sample(MEMBERS[0])), (1, sample(MEMBERS[1])), (2, sample(MEMBERS[2])), (2, sample(MEMBERS[3])),
        (3, sample(MEMBERS[0], "A2", site=FAR_SITE, pool_size=5)), (4, sample(MEMBERS[4], "A2")),
        (2, sample(MEMBERS[2], "A3", one_household=True)), (4, sample(MEMBERS[5], "A3")),
        (5, actions.SealTube(code="A1", seats_said=3)), (5, actions.SealTube(code="A2", seats_said=2)),
        (6, sample(MEMBERS[5], "A2")), (7, actions.CountTubes(site=SITE, counted=2, codes=["A1"])),
        (8, actions.HandOverTube(code="A1", to="市疾控")), (15, actions.ReportResult(result=Result.INVALID, code="A2")),
        (20, actions.ReportResult(result=Result.POSITIVE, code="A1")),
        (20, actions.ReportResult(result=Result.NEGATIVE, code="A1")), (0, why(MEMBERS[5], "refused")),
        (3, why(MEMBERS[3], "away", "travel")), (1, why(MEMBERS[3], "exempt")), (3, why(MEMBERS[1], "away")),
    ]  # fmt: skip
    return [
        tell(body, by, minutes, derive_id("night", number)) for number, (minutes, body) in enumerate(bodies)
    ]


def tell_all(batches: list[list[Told[Any]]], by: Actor) -> None:
    """Each batch goes as the server runs it: by kind; what must wait is tried again until nothing gets in."""
    waiting: list[Told[Any]] = []
    for batch in [*batches, [], []]:
        queue, waiting = [*waiting, *batch], []
        for kind in dict.fromkeys(type(one.body) for one in queue):
            told = [one for one in queue if isinstance(one.body, kind)]
            done = do(told, by)
            assert not done.refused
            waiting += [one for one in told if one.id in done.waiting]
    assert not waiting


def picture() -> list[Any]:
    return [
        list(Tube.objects.order_by("id").values()),
        list(Coverage.objects.order_by("id").values()),
        list(SiteTable.objects.order_by("id").values()),
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_tubes_coverage_and_tables_do_not_depend_on_how_they_were_told(
    site: UUID, commander: Actor, data: st.DataObject
) -> None:
    facts = night(commander)
    twice = data.draw(st.lists(st.sampled_from(facts), max_size=6))
    mixed = data.draw(st.permutations(facts + twice))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(mixed) - 1), max_size=6)))
    batches = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
    assert seen([facts], commander) == seen(batches, commander)


def seen(batches: list[list[Told[Any]]], by: Actor) -> list[Any]:
    """What is there after these batches; all of it is undone again."""
    with scope(by, INCIDENT):
        mark = transaction.savepoint()
        tell_all(batches, by)
        found = picture()
        transaction.savepoint_rollback(mark)
    return found
