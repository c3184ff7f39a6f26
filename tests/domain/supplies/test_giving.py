"""Donations bring stock in, donors stay sealed, and thanks are not forgotten."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from muster.core.access import Actor, scope
from muster.core.errors import NotFound
from muster.core.ids import derive_id, new_id
from muster.core.retractions import RetractBody, retract_facts
from muster.domain.supplies import queries
from muster.domain.supplies.actions import giving, moving
from muster.domain.supplies.models import Balance, Donation, Movement, Thanks
from muster.domain.supplies.rules import outside_id
from tests.cast import ELSEWHERE, NOW, SUBDISTRICT
from tests.domain.supplies.cast import BOOT, COAT, MAIN, tell, told

FIRM = derive_id("test", "firm")


def gift(**fields: object) -> giving.RecordDonation:
    return giving.RecordDonation(**{"item": BOOT, "quantity": 60, "to_store": MAIN, **fields})  # type: ignore[arg-type]


def test_a_donation_comes_into_the_store_and_hides_its_donor(stores: UUID, in_scope: Actor) -> None:
    one = told(gift(donor="张房东", donor_kind="landlord"), in_scope)
    done = giving.record_donations(told=[one, one], by=in_scope, incident=stores, now=NOW)
    assert done.touched["supplies.store"] == {MAIN}
    assert (Balance.objects.get().quantity, Movement.objects.get().from_store) == (60, outside_id(stores))
    assert queries.donor(one.id) == "张房东"
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(d::text, ' ') from supplies_donation d")
        assert "张房东" not in cursor.fetchone()[0]


def test_a_firm_is_known_and_a_missing_donation_is_said(stores: UUID, in_scope: Actor) -> None:
    tell(giving.record_donations, [gift(organisation=FIRM)], in_scope)
    row = Donation.objects.get()
    assert (row.organisation, queries.donor(row.id)) == (FIRM, "")
    with pytest.raises(NotFound):
        queries.donor(new_id())


def test_donations_without_thanks_are_listed(stores: UUID, in_scope: Actor) -> None:
    card = told(gift(donor="一个孩子"), in_scope)
    firm = told(gift(organisation=FIRM), in_scope, NOW + timedelta(hours=1))
    later = told(gift(organisation=FIRM, item=COAT), in_scope, NOW + timedelta(hours=5))
    giving.record_donations(told=[card, firm, later], by=in_scope, incident=stores, now=NOW)
    assert queries.donations(unthanked=True).count() == 3
    said = [
        told(giving.RecordThanks("card", donation=card.id), in_scope),
        told(
            giving.RecordThanks("letter", to_organisation=FIRM, area=SUBDISTRICT),
            in_scope,
            NOW + timedelta(hours=2),
        ),
    ]
    giving.record_thanks(told=said, by=in_scope, incident=stores, now=NOW)
    assert [one.id for one in queries.donations(unthanked=True)] == [later.id]
    tell(retract_facts, [RetractBody("supplies.thanks", said[0].id)], in_scope)
    assert {one.id for one in queries.donations(unthanked=True)} == {later.id, card.id}
    assert queries.donations().count() == 3


def test_a_donation_taken_back_takes_its_stock_along(stores: UUID, in_scope: Actor) -> None:
    one = told(gift(), in_scope)
    giving.record_donations(told=[one], by=in_scope, incident=stores, now=NOW)
    tell(retract_facts, [RetractBody("supplies.donation", one.id)], in_scope)
    moving.reconsider_movements({one.id}, stores, NOW)
    assert Balance.objects.get().quantity == 0
    assert not queries.donations()


def test_what_cannot_be_taken_waits_or_is_refused(stores: UUID, in_scope: Actor) -> None:
    bodies = [gift(to_store=new_id()), gift(item=new_id()), gift(quantity=0)]
    done = tell(giving.record_donations, bodies, in_scope)
    assert (len(done.waiting), len(done.refused)) == (2, 1)
    thanks = [
        giving.RecordThanks("card", donation=new_id()), giving.RecordThanks("card", to_organisation=FIRM),
        giving.RecordThanks("card", area=SUBDISTRICT),
        giving.RecordThanks("card", to_organisation=FIRM, area=ELSEWHERE),
    ]  # fmt: skip
    done = tell(giving.record_thanks, thanks, in_scope)
    assert sorted(r.code for r in done.waiting.values()) == ["access.not_allowed", "sync.not_visible_yet"]
    assert [r.code for r in done.refused.values()] == ["input.unreadable"] * 2
    assert not Donation.objects.exists()
    assert not Thanks.objects.exists()


def test_an_outsider_neither_gives_in_our_name_nor_sees_donors(
    stores: UUID, in_scope: Actor, outsider: Actor
) -> None:
    tell(giving.record_donations, [gift(organisation=FIRM)], in_scope)
    with scope(outsider, stores):
        assert not Donation.objects.exists()
        done = tell(giving.record_donations, [gift()], outsider)
        assert [r.code for r in done.waiting.values()] == ["access.not_allowed"]
