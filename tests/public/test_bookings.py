"""Booking by a link: what is free, one slot, given back; a wrong link, a full slot and a round that is over say so."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed, NotFound
from muster.core.ids import new_id
from muster.domain.sampling import actions
from muster.domain.sampling.actions.invitations import NoRound
from muster.domain.sampling.models import Booking, Round, Slot
from tests.cast import INCIDENT, person
from tests.domain.sampling.cast import FAR, MEMBERS, ROUND, SITE, settle_in

FREE = {"zh-hans": "没有空闲时段", "en": "No site near here has free slots"}


@pytest.fixture
def slots(incident: UUID, commander: Actor) -> list[Slot]:
    """Two slots for one person each, tomorrow."""
    settle_in()
    begin = clock.now() + timedelta(days=1)
    with scope(system(), incident):
        Round.objects.filter(pk=ROUND).update(from_at=clock.now() - timedelta(hours=1))
        times = [
            (begin + timedelta(minutes=20 * n), begin + timedelta(minutes=20 * n + 20)) for n in range(2)
        ]
        return [
            Slot.objects.create(
                incident=incident, area=440307006005000, site=SITE, from_at=a, to_at=b, capacity=1
            )
            for a, b in times
        ]


def address(member: UUID, by: Actor) -> str:
    with scope(by, INCIDENT):
        token = actions.invite(resident=member, by=by, incident=INCIDENT, now=clock.now())
    return f"/p/b/lg-0217/{token}/"


@pytest.mark.parametrize("language", FREE)
def test_a_resident_books_and_gives_back(slots: list[Slot], commander: Actor, language: str) -> None:
    page, other = address(MEMBERS[0], commander), address(MEMBERS[1], commander)
    client = Client()
    first, second = (str(slot.id) for slot in slots)
    assert first in client.get(page).content.decode()
    assert "第1采样点" in client.post(page, {"book": first}).content.decode()
    full = client.post(f"{other}?lang={language}", {"book": first})
    assert full.status_code == 409
    client.post(other, {"book": second})
    third = address(MEMBERS[2], commander)
    assert FREE[language] in client.get(f"{third}?lang={language}").content.decode()
    assert client.post(page, {"cancel": first}).status_code == 200
    assert first in client.get(third).content.decode()
    for nonsense in ({"book": "x"}, {"book": str(new_id())}, {"cancel": second}, {}):
        assert client.post(third, nonsense).status_code == 200
    with scope(system(), INCIDENT):
        assert Booking.objects.exclude(booked_at=None).get().resident == MEMBERS[1]


def test_a_link_is_for_one_person_in_one_round(slots: list[Slot], commander: Actor) -> None:
    client, page = Client(), address(MEMBERS[0], commander)
    token = page.split("/")[-2]
    for wrong in (token[:-2], "A" * len(token), token[:22] + "AAAA" + token[26:], "x"):
        assert client.get(f"/p/b/lg-0217/{wrong}/").status_code == 404
    assert client.get(f"/p/b/nothing/{token}/").status_code == 404
    with scope(system(), INCIDENT):
        Round.objects.filter(pk=ROUND).update(to_at=clock.now())
    assert client.get(page).status_code == 404
    assert [client.get(page).status_code for _ in range(20)][-1] == 429
    with scope(commander, INCIDENT), pytest.raises(NoRound):
        actions.invite(resident=MEMBERS[0], by=commander, incident=INCIDENT, now=clock.now())


def test_only_who_may_call_the_person_makes_a_link(slots: list[Slot], commander: Actor) -> None:
    far = person("far", "field_team", FAR)
    with scope(far, INCIDENT), pytest.raises(NotFound):
        actions.invite(resident=MEMBERS[0], by=far, incident=INCIDENT, now=clock.now())
    with scope(commander, INCIDENT), pytest.raises(NotAllowed):
        actions.invite(resident=MEMBERS[0], by=far, incident=INCIDENT, now=clock.now())
