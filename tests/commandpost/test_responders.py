"""Responders: by code, masked, opened only for a reason."""

from __future__ import annotations

from uuid import UUID

from muster.core.access import Actor, scope, system
from muster.core.models import Entry
from muster.domain.mobilising.models import MealServed
from muster.domain.responders.models import FitnessLimit
from tests import cast
from tests.commandpost import services
from tests.commandpost.desk import BASE, signed_in, text
from tests.commandpost.services import ANN, BEN, TEAM, served

__all__ = ["served"]
PAGE = BASE + "responders/"


def test_names_stay_masked_until_a_reason_is_given(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    card = f"{PAGE}{ANN}/"
    assert "陈建国" not in text(client.get(PAGE)) + text(client.get(card + "drawer/"))
    assert client.post(card + "unmask/", {"reason": " "}).status_code == 422
    opened = client.post(card + "unmask/", {"reason": "联系家属"}, headers={"HX-Request": "true"})
    assert "陈建国" in text(opened)
    assert opened["Cache-Control"] == "no-store"
    with scope(system(), served):
        assert Entry.objects.filter(action="responders.unmask").count() == 1


def test_a_supply_clerk_cannot_open_a_name(served: UUID) -> None:
    clerk = cast.person("clerk", "supply", cast.DISTRICT)
    with scope(system(), served):
        cast.account_for(clerk)
    client = signed_in(clerk)
    assert client.get(f"{PAGE}{ANN}/drawer/").status_code == 200
    assert client.post(f"{PAGE}{ANN}/unmask/", {"reason": "好奇"}).status_code == 403


def test_limits_are_codes_without_a_reason(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    assert "not standing for long" in text(client.get(f"{PAGE}{BEN}/drawer/"))
    assert client.post(f"{PAGE}{BEN}/limits/", {"limits": ["night"]}).status_code == 302
    with scope(system(), served):
        assert FitnessLimit.objects.filter(responder=BEN).latest("at").limits == ["night"]


def test_a_meal_is_recorded(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert client.post(f"{PAGE}{ANN}/serve/", {"kind": "lodging"}).status_code == 302
    assert client.post(f"{PAGE}{ANN}/serve/", {"kind": "gold"}).status_code == 422
    with scope(system(), served):
        assert sorted(MealServed.objects.filter(responder=ANN).values_list("kind", flat=True)) == [
            "lodging",
            "meal",
        ]
    assert "1 person" in text(signed_in(commander, "en").get(PAGE + "services/?day=2022-02-18"))


def test_filters_narrow_the_list(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    codes = [services.code_of(one) for one in (ANN, BEN)]
    assert all(code in text(client.get(PAGE + "?skill=nurse")) for code in codes)
    assert not any(f">{code}<" in text(client.get(PAGE + "?skill=diver")) for code in codes)
    assert f">{codes[1]}<" not in text(client.get(PAGE + f"?code={codes[0]}"))


def test_an_outsider_opens_no_card_and_no_team(served: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    for address in (f"{ANN}/drawer/", f"teams/{TEAM}/drawer/"):
        assert client.get(PAGE + address).status_code == 404
    assert client.post(f"{PAGE}{ANN}/unmask/", {"reason": "x"}).status_code == 404
    assert not any(services.code_of(one) in text(client.get(PAGE)) for one in (ANN, BEN))


def test_the_structure_is_a_tree(served: UUID, commander: Actor) -> None:
    assert "1+3+N" in text(signed_in(commander).get(PAGE + "structure/"))
    assert services.code_of(ANN) in text(signed_in(commander).get(f"{PAGE}teams/{TEAM}/drawer/"))
