"""Lines in front of sites and receipts of samples: said by people, read by everybody, in any order."""

from __future__ import annotations

import random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from muster.core.access import Actor, scope, visitor
from muster.core.ids import new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.domain.sampling import actions, queries
from muster.domain.sampling.rules import SIGNS, Result, receipt, receipt_end, wait
from tests.cast import INCIDENT
from tests.domain.sampling.cast import MEMBERS, SITE, do, later, sample, take_back, tell


def line(at: float) -> queries.SiteLine:
    return next(one for one in queries.site_lines(INCIDENT, later(at)) if one.site == SITE)


def test_the_wait_is_the_line_at_the_pace_of_the_last_half_hour(site: UUID, in_scope: Actor) -> None:
    assert line(0).wait is None
    do([tell(sample(one, seat=n), in_scope, 10 + n) for n, one in enumerate(MEMBERS[:3])], in_scope)
    do([tell(actions.ReportQueue(SITE, 9), in_scope, 20)], in_scope)
    found = line(25)
    assert found.wait is not None
    assert (found.wait.waiting, found.wait.minutes) == (9, 90)
    assert found.band is not None
    assert found.band.code == "jammed"


def test_the_newest_word_counts_whatever_came_first_and_an_old_one_says_nothing(
    site: UUID, in_scope: Actor
) -> None:
    words = [
        tell(actions.ReportQueue(SITE, n), in_scope, minutes) for n, minutes in ((40, 5), (0, 30), (7, 12))
    ]
    random.Random(3).shuffle(words)
    for one in [*words, *words]:
        do([one], in_scope)
    found = line(40)
    assert found.wait == wait(0, 0, 30)
    assert line(120).wait is None
    newest = next(one for one in words if one.body.waiting == 0)
    body = RetractBody("sampling.queuereported", newest.id, "slip")
    retract_facts(told=[tell(body, in_scope, 50)], by=in_scope, incident=INCIDENT, now=later(50))
    assert line(40).wait == wait(7, 0, 30)
    assert wait(7, 0, 30).stands_still


def test_a_receipt_opens_its_sample_for_a_visitor_and_says_nothing_of_whom(
    site: UUID, in_scope: Actor
) -> None:
    told = tell(sample(MEMBERS[0]), in_scope, 5)
    do([told], in_scope)
    found = queries.by_receipt(receipt_end(receipt(told.id)) or "")
    assert found is not None
    assert (found.state, found.result, found.pooled) == ("open", None, True)
    do([tell(actions.ReportResult(Result.POSITIVE, code="A1"), in_scope, 60)], in_scope)
    found = queries.by_receipt(receipt_end(receipt(told.id)) or "")
    assert found is not None
    assert found.result == "positive"
    take_back("sampling.sampletaken", [told.id], in_scope)
    assert queries.by_receipt(receipt_end(receipt(told.id)) or "") is None
    with scope(visitor(INCIDENT), INCIDENT):
        assert queries.by_receipt(f"{random.Random(1).randrange(16**12):012x}") is None


@given(st.uuids(), st.integers(0, SIGNS - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_receipt_is_read_as_people_write_it_and_one_wrong_sign_is_noticed(
    sample_id: UUID, at: int, sign: str
) -> None:
    code = receipt(sample_id)
    assert receipt_end(code) == str(sample_id)[-12:]
    assert (
        receipt_end(f" {code[:4].lower()} {code[4:8]}-{code[8:]}".replace("0", "o")) == str(sample_id)[-12:]
    )
    wrong = code[:at] + sign + code[at + 1 :]
    assert receipt_end(wrong) in (None, str(sample_id)[-12:]) or sign != code[at]
    assert receipt_end(code[:-1]) is None
    assert len({receipt(new_id()) for _ in range(50)}) == 50
