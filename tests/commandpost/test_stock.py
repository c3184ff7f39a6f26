"""Stock: balances, needs and offers, donations and thanks."""

from __future__ import annotations

from uuid import UUID

from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.supplies.models import Balance, Donation, Movement, Need, Thanks
from tests import cast
from tests.commandpost.desk import BASE, signed_in, text
from tests.commandpost.services import BOOT, NEED, OFFER, STORE, served

__all__ = ["served"]
PAGE = BASE + "stock/"


def test_an_overdrawn_store_is_said(served: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(PAGE))
    assert "overdrawn: count it" in page
    assert "-18" in page
    assert "坂田总仓" in text(signed_in(commander).get(PAGE + "?which=overdrawn"))


def test_a_movement_changes_the_balance(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    form = {"item": str(BOOT), "quantity": "100", "kind": "receive", "from_store": "", "to_store": str(STORE)}
    assert client.post(PAGE + "move/", form).status_code == 302
    with scope(commander, served):
        assert Balance.objects.get(store=STORE, item=BOOT).quantity == 82
    for wrong in (
        {"quantity": "0"},
        {"quantity": "-5"},
        {"quantity": "9" * 30},
        {"kind": "magic"},
        {"to_store": ""},
    ):
        assert client.post(PAGE + "move/", form | wrong).status_code in (404, 409, 422), wrong
    with scope(commander, served):
        assert Movement.objects.count() == 3


def test_an_offer_is_promised_to_a_need_once(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    drawer = f"{PAGE}needs/{NEED}/"
    assert "Shatoujiao" in text(client.get(drawer + "drawer/")) or "沙头角" in text(
        client.get(drawer + "drawer/")
    )
    form = {"offer": str(OFFER), "quantity": "500"}
    assert client.post(drawer + "allocate/", form).status_code == 302
    answer = client.post(drawer + "allocate/", form)
    assert answer.status_code == 409
    assert "refusal" in answer.content.decode()
    with scope(commander, served):
        assert Need.objects.get(pk=NEED).allocated == 500


def test_a_need_and_an_offer_are_stated(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    area = "440307006005000"
    form = {
        "area": area,
        "item": str(BOOT),
        "quantity": "7",
        "urgency": "normal",
        "needed_by": "2022-02-19T08:00",
    }
    assert client.post(PAGE + "needs/state/", form).status_code == 302
    assert (
        client.post(PAGE + "needs/offer/", {"area": area, "item": str(BOOT), "quantity": "9"}).status_code
        == 302
    )
    with scope(commander, served):
        assert Need.objects.filter(quantity=7, needed_by__isnull=False).count() == 1


def test_thanks_are_given_once_due(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    with scope(commander, served):
        given = Donation.objects.get().id
    page = text(client.get(PAGE + "donations/?thanks=due"))
    assert str(given) in page
    assert "赵无名" not in page
    assert client.post(f"{PAGE}donations/{given}/thanks/", {"kind": "gold"}).status_code == 422
    assert client.post(f"{PAGE}donations/{given}/thanks/", {"kind": "letter"}).status_code == 302
    assert str(given) not in text(client.get(PAGE + "donations/?thanks=due"))
    with scope(commander, served):
        assert Thanks.objects.get(donation=given).kind == "letter"


def test_a_donation_is_recorded_with_its_giver_sealed(served: UUID, commander: Actor) -> None:
    form = {"item": str(BOOT), "quantity": "5", "to_store": str(STORE), "donor": "周不愿具名"}
    client = signed_in(commander)
    assert client.post(PAGE + "donations/record/", form).status_code == 302
    assert "周不愿具名" not in text(client.get(PAGE + "donations/"))
    with scope(commander, served):
        assert Donation.objects.count() == 2


def test_strangers_change_nothing(served: UUID, outsider: Actor, tracer: Actor) -> None:
    assert signed_in(outsider).get(f"{PAGE}needs/{NEED}/drawer/").status_code == 404
    form = {"offer": str(OFFER), "quantity": "1"}
    assert signed_in(tracer).post(f"{PAGE}needs/{NEED}/allocate/", form).status_code == 403


def test_goods_and_stores_are_added_at_the_desk(served: UUID, commander: Actor) -> None:
    client, store = signed_in(commander), str(new_id())
    goods = {"code": "lamp", "name_zh": "应急灯", "name_en": "Lamp", "unit": "piece", "area": cast.COMMUNITY}
    assert client.post(PAGE + "items/", goods).status_code == 302
    made = {"id": store, "name": "应急库", "kind": "store", "area": cast.COMMUNITY}
    assert client.post(PAGE + "stores/", made).status_code == 302
    shown = text(client.get(PAGE))
    assert "应急灯" in shown
    assert "应急库" in shown
