"""The batches board, for those who may see it and those who may not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.domain.mobilising.models import Batch, CalloutAnswered, RollCall
from tests.cast import COMMUNITY
from tests.commandpost import services
from tests.commandpost.desk import BASE, LANGUAGES, NONSENSE, signed_in, text
from tests.commandpost.services import BATCH, CALLOUT, OFFICE, served

__all__ = ["served"]

PAGE = BASE + "batches/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_board_shows_numbers_and_explains_flags(served: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert ("沙头角街道办" if language == "zh-hans" else "Shatoujiao office") in page
    assert "92" in page
    assert "2022-12-18" in page
    assert "2022-02-18" in page
    assert "300" in page
    assert ("少 8 人" if language == "zh-hans" else "8 short") in page


def test_the_sentence_narrows_the_board(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert str(BATCH) in text(client.get(PAGE + "?flag=implausible_date"))
    assert str(BATCH) not in text(client.get(PAGE + "?flag=uneven"))


def test_the_drawer_shows_every_roll_call(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    for headers in ({}, {"HX-Request": "true"}):
        page = text(client.get(f"{PAGE}{BATCH}/drawer/", headers=headers))
        assert "departed: 93" in page
        assert services.code_of(services.ANN) in page
        assert ("<html" in page) == (not headers)


def test_a_roll_call_by_name_and_vehicle(served: UUID, commander: Actor) -> None:
    client, ann = signed_in(commander, "en"), services.code_of(services.ANN)
    call = {"stage": "arrived", "headcount": "1", "named": f"粤b12345： {ann.lower()}，\n"}
    assert client.post(f"{PAGE}{BATCH}/roll-call/", call).status_code == 302
    with scope(commander, served):
        kept = RollCall.objects.filter(batch=BATCH).exclude(rides={}).get()
    assert (kept.rides, kept.present) == ({"粤B12345": [str(services.ANN)]}, [services.ANN])
    for wrong in ("粤B1: NOBODY", f": {ann}", f"{'9' * 21}: {ann}", " ".join([ann] * 9_000)):
        assert client.post(f"{PAGE}{BATCH}/roll-call/", call | {"named": wrong}).status_code == 422


def test_a_roll_call_is_recorded(served: UUID, commander: Actor) -> None:
    answer = signed_in(commander).post(
        f"{PAGE}{BATCH}/roll-call/", {"stage": "released", "headcount": "90", "vehicles": ""}
    )
    assert answer.status_code == 302
    with scope(commander, served):
        assert Batch.objects.get(pk=BATCH).state == "released"
        assert RollCall.objects.filter(batch=BATCH).count() == 4


def test_planning_twice_makes_one_batch(served: UUID, commander: Actor) -> None:
    identity = derive_id("test", "planned")
    form = {
        "id": str(identity), "organisation": str(OFFICE), "area": str(COMMUNITY), "planned": "40", "task": "采样",
        "planned_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"), "leader_code": services.code_of(services.ANN),
    }  # fmt: skip
    client = signed_in(commander)
    for _ in range(2):
        assert client.post(PAGE + "plan/", form).status_code == 302
    with scope(commander, served):
        planned = Batch.objects.get(pk=identity)
    assert (planned.planned, planned.leader) == (40, services.ANN)
    assert abs(planned.planned_at - timezone.now()) < timedelta(minutes=2)


@pytest.mark.parametrize(
    "wrong",
    [{"planned": "-3"}, {"planned": "x"}, {"planned_at": "soon"}, {"task": "x" * 500}, {"planned": "9" * 40}],
)
def test_a_wrong_form_is_refused_in_words_and_changes_nothing(
    served: UUID, commander: Actor, wrong: dict[str, str]
) -> None:
    form = {
        "organisation": str(OFFICE),
        "area": str(COMMUNITY),
        "planned": "40",
        "planned_at": "2022-02-18T20:00",
    } | wrong
    answer = signed_in(commander, "en").post(PAGE + "plan/", form)
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()
    with scope(commander, served):
        assert Batch.objects.count() == 1


def test_a_call_out_is_sent_and_answered(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    form = {"title": "再次召集", "area": str(COMMUNITY), "organisations": [str(OFFICE)], "text": "请派医护"}
    assert client.post(PAGE + "call-outs/", form).status_code == 302
    assert "再次召集" in text(client.get(PAGE))
    drawer = f"{PAGE}call-outs/{CALLOUT}/"
    assert "no answer yet" in text(client.get(drawer + "drawer/"))
    assert client.post(drawer + "answer/", {"organisation": str(OFFICE), "people": "55"}).status_code == 302
    with scope(commander, served):
        assert CalloutAnswered.objects.get(callout=CALLOUT).people == 55
    assert "55" in text(client.get(drawer + "drawer/"))


def test_an_outsider_sees_nothing(served: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    page = text(client.get(PAGE))
    assert [canary for canary in services.CANARIES if canary in page] == []
    assert client.get(f"{PAGE}{BATCH}/drawer/").status_code == 404
    assert client.get(f"{PAGE}call-outs/{CALLOUT}/drawer/").status_code == 404
    assert client.post(f"{PAGE}{BATCH}/roll-call/", {"stage": "released", "headcount": "1"}).status_code in (
        403,
        404,
    )


def test_a_tracer_may_look_but_not_plan(served: UUID, tracer: Actor) -> None:
    client = signed_in(tracer, "en")
    assert "Plan a batch" not in text(client.get(PAGE))
    answer = client.post(f"{PAGE}{BATCH}/roll-call/", {"stage": "released", "headcount": "1"})
    assert answer.status_code == 403
    assert "no right" in answer.content.decode()


def test_a_grid_worker_has_no_desk(served: UUID, grid_worker: Actor) -> None:
    assert signed_in(grid_worker).get(PAGE).status_code == 403


def test_nonsense_in_the_address_is_no_error(served: UUID, commander: Actor) -> None:
    for nonsense in (*NONSENSE, "?flag=%00", "?sender=x"):
        assert signed_in(commander).get(PAGE + nonsense).status_code == 200


def test_empty_page_says_how_to_start(night: UUID, commander: Actor) -> None:
    assert "then plan a batch" in text(signed_in(commander, "en").get(PAGE))
    assert reverse("batches", args=["lg-0217"]) == PAGE


def test_forms_are_only_posted(served: UUID, commander: Actor) -> None:
    assert signed_in(commander).get(PAGE + "plan/").status_code == 405
