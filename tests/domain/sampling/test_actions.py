"""What happens to a tube."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core.access import Actor
from muster.domain.sampling import actions
from muster.domain.sampling.models import Coverage, SampleTaken, Tube
from muster.domain.sampling.rules import tube_id
from tests.cast import INCIDENT
from tests.domain.sampling.cast import MEMBERS, do, sample, settle_in, tell

TUBE = tube_id(INCIDENT, "A1")


@pytest.fixture
def site(incident: UUID) -> None:
    settle_in()


def test_a_tube_goes_from_the_first_sample_to_its_result(site: None, in_scope: Actor) -> None:
    done = do([tell(sample(one), in_scope, n) for n, one in enumerate(MEMBERS[:3])], in_scope)
    assert not done.refused
    assert not done.waiting
    assert done.touched["sampling.tube"] == {TUBE}
    tube = Tube.objects.get()
    assert (tube.id, tube.state, tube.seats, tube.flags) == (TUBE, "open", 3, [])
    do([tell(actions.SealTube(tube=TUBE, seats_said=3), in_scope, 5)], in_scope)
    do([tell(actions.HandOverTube(code=" a1 ", to="市疾控"), in_scope, 6)], in_scope)
    do([tell(actions.ReportResult(result=actions.Result.NEGATIVE, tube=TUBE), in_scope, 90)], in_scope)
    tube.refresh_from_db()
    assert (tube.state, tube.result, tube.flags) == ("resulted", "negative", [])
    assert Coverage.objects.filter(known=True, samples=1).count() == 3
    assert SampleTaken.objects.count() == 3
