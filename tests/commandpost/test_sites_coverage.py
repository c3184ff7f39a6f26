"""Coverage at the desk: numbers that open their people, reasons, calls, the loudspeaker, pairs at the doors."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.models import Entry
from muster.core.retractions import RetractBody, retract_facts
from muster.domain.notices.models import Broadcast, Notice
from muster.domain.responders.models import Team
from muster.domain.sampling import actions as sampling
from muster.domain.sampling.models import CatchUp, UntestedExplained
from muster.domain.worklists.models import WorkItem
from muster.journeys.settle import settle
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import (
    BASE,
    HOUSE,
    LANGUAGES,
    NONSENSE,
    OTHER,
    PERSON,
    door,
    signed_in,
    tell,
    text,
)
from tests.commandpost.services import ANN, BEN, ROUND, code_of, served

__all__ = ["served"]
PAGE = BASE + "sites/"
HERE = f"?round={ROUND}&area={COMMUNITY}"
JOURNAL = {"sampling.catch_up", "responders.team"}
PAGES = ("coverage/", "untested/", "coverage/loudspeaker/", "coverage/doors/")


def items(by: Actor, incident: UUID, kind: str) -> list[WorkItem]:
    with scope(by, incident):
        return list(WorkItem.objects.filter(kind=kind, occasion=f"round:{ROUND}"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_masked_and_for_those_of_the_area_only(
    served: UUID, commander: Actor, outsider: Actor, grid_worker: Actor, language: str
) -> None:
    client, stranger, worker = signed_in(commander, language), signed_in(outsider), signed_in(grid_worker)
    for page in PAGES:
        shown = text(client.get(PAGE + page + HERE))
        assert "第一轮" in shown
        assert [secret for secret in ("李四", "13900139000") if secret in shown] == []
        assert str(OTHER) not in stranger.get(PAGE + page + HERE).content.decode()
        assert worker.get(PAGE + page + HERE).status_code == 403
        for nonsense in ("", *NONSENSE, "?round=x", "?building=x&standing=%00", "?after=x~y"):
            assert client.get(PAGE + page + nonsense).status_code == 200, nonsense


def test_numbers_lead_from_the_round_to_the_person(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    first = text(client.get(PAGE + "coverage/"))
    assert "1 of 2 tested (50 %)" in first
    assert "sites 1, desks 1, samplers 1. Sites there now: 1." in first
    assert "中兴路3栋" in text(client.get(PAGE + "coverage/" + HERE))
    assert "301" in text(client.get(f"{PAGE}coverage/{HERE}&building={HOUSE}"))
    assert "301" in text(client.get(f"{PAGE}untested/{HERE}&building={HOUSE}&door={door('301')}"))
    left = text(client.get(PAGE + "untested/" + HERE))
    assert str(OTHER) in left
    assert str(PERSON) not in left
    assert str(PERSON) in text(client.get(PAGE + "untested/" + HERE + "&standing=done"))


def test_a_reason_takes_somebody_out_of_those_left(served: UUID, commander: Actor, tracer: Actor) -> None:
    client = signed_in(commander, "en")
    said = {"round": str(ROUND), "resident": [str(OTHER)], "reason": "infant"}
    assert client.post(PAGE + "coverage/explain/", said).status_code == 302
    page = text(client.get(PAGE + "coverage/"))
    assert "1 of 1 tested (100 %)" in page
    assert "1 exempt" in page
    assert "Infant" in text(client.get(PAGE + "untested/" + HERE + "&standing=exempt"))
    assert "Nobody is left here" in text(client.get(PAGE + "coverage/loudspeaker/" + HERE))
    wrongs: tuple[dict[str, Any], ...] = ({"reason": "nonsense"}, {"resident": []}, {"round": "x"})
    for wrong in wrongs:
        assert client.post(PAGE + "coverage/explain/", said | wrong).status_code == 422
    stranger = signed_in(tracer).post(PAGE + "coverage/explain/", said | {"resident": [str(new_id())]})
    assert stranger.status_code == 404


def test_one_call_for_each_person_that_falls_out_by_itself(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    order = {"id": str(new_id()), "means": "call", "round": str(ROUND), "area": str(COMMUNITY)}
    for identity in (order["id"], order["id"], str(new_id())):  # sent twice, and asked for twice
        assert client.post(PAGE + "coverage/begin/", order | {"id": identity}).status_code == 302
    (call,) = items(commander, served, "verify")
    assert (call.subject, call.state, call.causes, call.step) == (OTHER, "open", 1, "call")
    with scope(commander, served):
        first, second = CatchUp.objects.order_by("begun_at", "id")
        tell(sampling.explain_untested, sampling.ExplainUntested(ROUND, OTHER, "away"), commander, served)
    assert items(commander, served, "verify")[0].state == "withdrawn"
    with scope(commander, served):
        fact = UntestedExplained.objects.get().id
        tell(retract_facts, RetractBody("sampling.untestedexplained", fact), commander, served)
        settle([sampling.reconsider_explained({fact}, served, NOW).touched], incident=served, now=NOW)
    assert items(commander, served, "verify")[0].state == "open"
    assert client.post(PAGE + "coverage/end/", {"catch_up": str(first.id)}).status_code == 302
    assert items(commander, served, "verify")[0].state == "open"  # the other order goes on
    assert client.post(PAGE + "coverage/end/", {"catch_up": str(second.id)}).status_code == 302
    assert items(commander, served, "verify")[0].state == "withdrawn"
    client.post(PAGE + "coverage/begin/", order | {"id": str(new_id())})
    sample = sampling.TakeSample(resident=OTHER, code="T9", round=ROUND, area=COMMUNITY)
    with scope(commander, served):
        tell(sampling.take_samples, sample, commander, served)
    assert items(commander, served, "verify")[0].state == "done"


def test_homes_are_sampled_in_pairs(served: UUID, commander: Actor, outsider: Actor) -> None:
    client = signed_in(commander, "en")
    order = {"means": "door", "round": str(ROUND), "area": str(COMMUNITY)}
    ann, ben = code_of(ANN), code_of(BEN)
    for codes in (ann, f"{ann} {ann}"):
        answer = client.post(PAGE + "coverage/begin/", order | {"codes": codes})
        assert (answer.status_code, "in pairs" in answer.content.decode()) == (422, True)
    assert client.post(PAGE + "coverage/begin/", order | {"codes": f"{ann} nobody"}).status_code == 404
    assert client.post(PAGE + "coverage/begin/", order | {"round": str(new_id())}).status_code == 404
    assert signed_in(outsider).post(PAGE + "coverage/begin/", order).status_code in (403, 404)
    assert client.post(PAGE + "coverage/begin/", order | {"codes": f"{ann}, {ben}"}).status_code == 302
    (test,) = items(commander, served, "test")
    with scope(commander, served):
        team = Team.objects.get(kind="sampling")
    assert (test.subject, test.step, test.assignee) == (OTHER, "visit", team.id)
    assert test.priority == 2  # followed as a contact: first
    page = text(client.get(PAGE + "coverage/" + HERE))
    assert "Tests at the door" in page
    with scope(commander, served):
        assert set(Entry.objects.values_list("action", flat=True)) >= JOURNAL


def test_what_is_read_out_is_published_and_what_is_taken_along_is_journalled(
    served: UUID, commander: Actor
) -> None:
    client = signed_in(commander, "en")
    assert "1 person is still to be tested" in text(client.get(PAGE + "coverage/loudspeaker/" + HERE))
    notice = new_id()
    for _ in range(2):
        assert client.post(PAGE + "coverage/announce/" + HERE, {"notice": str(notice)}).status_code == 302
    sheets = text(client.get(PAGE + "coverage/doors/" + HERE))
    assert "中兴路3栋" in sheets
    book = client.get(PAGE + "coverage/left.xlsx" + HERE)
    assert (book.status_code, book["Cache-Control"]) == (200, "no-store")
    with scope(commander, served):
        held = Notice.objects.get(pk=notice)
        assert "还有1人未做检测" in held.text_zh
        assert "1 person" in held.text_en
        assert Broadcast.objects.filter(notice=notice, channel="loudspeaker", audience=1).count() == 1
        taken = Entry.objects.filter(action__in=("sampling.print_doors", "sampling.export_left"))
        assert sorted(taken.values_list("action", "count")) == [
            ("sampling.export_left", 1), ("sampling.print_doors", 1),
        ]  # fmt: skip
