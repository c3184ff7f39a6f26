"""The chain of a phone's records: gaps, copies, set-backs and records taken out are seen, and nothing is refused."""

from __future__ import annotations

import copy
from random import Random
from uuid import UUID

import pytest

from muster.core import telephones
from muster.core.access import EVERYWHERE, Actor, scope, system
from muster.core.models import Link
from tests.cast import INCIDENT, account_for, open_incident
from tests.commandpost.desk import signed_in
from tests.fieldapp.telephones import Json, Telephone, code_for, results, works


@pytest.fixture
def account(fresh_db: str, commander: Actor) -> UUID:
    open_incident()
    with scope(system(), INCIDENT):
        return account_for(commander)


def captured(phone: Telephone, n: int) -> list[Json]:
    return phone.seal(*(works() for _ in range(n)))


def seen(phone: Telephone) -> telephones.Phone:
    with scope(system(), INCIDENT) as by:
        found = telephones.phones(by=by, incident=INCIDENT, bounds=EVERYWHERE)
    return next(one for one in found if str(one.device.id) == phone.device)


def arrives(phone: Telephone, items: list[Json], chance: Random) -> telephones.Phone:
    """Sent in any order, in pieces, some of them twice."""
    shuffled = items + chance.sample(items, len(items) // 3)
    chance.shuffle(shuffled)
    while shuffled:
        n = chance.randint(1, 5)
        said, shuffled = results(phone.send(shuffled[:n])), shuffled[n:]
        assert set(said) <= {"stored", "duplicate"}, "a chain is never a reason to refuse"
    return seen(phone)


def test_what_is_said_depends_on_the_records_and_not_on_their_order(account: UUID) -> None:
    chance = Random(7)
    for turn in range(3):
        phone = Telephone(code_for(account))
        captured(phone, 5)
        set_back = copy.deepcopy(phone.sealer), phone.made
        captured(phone, 4)
        phone.sealer, phone.made = set_back  # restored from a copy: 6 and 7 are made again
        captured(phone, 2)
        phone.sealer.prev = "b" * 43  # one that was never sent is said to come before
        captured(phone, 1)
        found = arrives(phone, phone.items, chance)
        assert (found.here, found.made, found.missing) == (9, 9, []), turn
        assert found.doubled == [(6, 8)]
        assert found.breaks == [(8, 8)]


def test_a_whole_chain_says_nothing_also_with_a_gap_that_is_filled_later(account: UUID) -> None:
    phone = Telephone(code_for(account))
    items = captured(phone, 8)
    phone.send([items[0], items[1], items[4], items[7]])
    found = seen(phone)
    assert (found.missing, found.doubled, found.breaks) == ([(3, 4), (6, 7)], [], [])
    phone.send(list(reversed(items)))
    found = seen(phone)
    assert (found.missing, found.doubled, found.breaks) == ([], [], [])
    assert Link.objects.count() == 8


def test_the_desk_reads_it_in_words(account: UUID, commander: Actor) -> None:
    phone = Telephone(code_for(account))
    captured(phone, 1)
    phone.sealer.prev = "c" * 43
    captured(phone, 213)
    phone.send([item for item in phone.items if item["seq"] not in (100, 101)])
    again = Telephone(code_for(account))  # installed anew: another phone, whose chain begins at 1
    again.send(captured(again, 2))
    cleared = Telephone(code_for(account))
    cleared.send(captured(cleared, 2))
    cleared.made, cleared.sealer.prev = 0, ""
    cleared.send(captured(cleared, 1))
    client = signed_in(commander, "en")
    page = client.get("/i/lg-0217/phones/").content.decode()
    assert "212 of 214" in page
    assert "1 record follows another than it says (2)" in page
    assert page.count("records do not fit") == 1
    assert "began again from record 1" in page
    assert "began again from record 1" in client.get("/i/lg-0217/phones/state/").content.decode()
    assert (seen(again).doubled, seen(again).breaks) == ([], [])
