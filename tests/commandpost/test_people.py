"""People: masked by default, found by exact words, opened for a reason, joined and parted."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.commandpost import lookups
from muster.core import journal
from muster.core.access import Actor, scope
from muster.core.models import Entry, Share
from muster.domain.people.models import Resident
from tests.cast import ELSEWHERE
from tests.commandpost.desk import BASE, LANGUAGES, NAME, NONSENSE, OTHER, PERSON, signed_in, text

PAGE = f"{BASE}people/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_is_masked(night: UUID, commander: Actor, language: str) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    assert "王**" in page
    assert "138****8000" in page
    assert NAME not in page


@pytest.mark.parametrize("words", [NAME, "138 0013 8000"])
def test_a_search_finds_exact_words_and_keeps_them_out_of_addresses(
    night: UUID, commander: Actor, words: str
) -> None:
    response = signed_in(commander).post(PAGE, {"words": words})
    page = text(response)
    assert f"{PERSON}/drawer/" in page
    assert f"{OTHER}/drawer/" not in page
    assert words not in page


@pytest.mark.parametrize("page", [PAGE, f"{BASE}cases/confirm/"])
def test_who_tries_name_after_name_is_stopped_for_a_while(
    night: UUID, commander: Actor, desk: Actor, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "MOST", 2)
    client = signed_in(commander, "en")
    assert [client.post(page, {"words": f"1380013800{n}"}).status_code for n in range(3)] == [200, 200, 429]
    refused = client.post(PAGE, {"words": NAME}).content.decode()
    assert "wait a little" in refused
    assert str(PERSON) not in refused
    assert client.get(page).status_code == 200
    assert client.post(page, {"words": ""}).status_code in (200, 422)
    assert signed_in(desk).post(page, {"words": NAME}).status_code == 200


def test_a_part_of_a_name_finds_nobody(night: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").post(PAGE, {"words": "王小"}))
    assert str(PERSON) not in page
    assert "Nobody with exactly these words" in page


def test_a_card_shows_records_work_and_history_masked(night: UUID, commander: Actor) -> None:
    page = text(signed_in(commander, "en").get(f"{PAGE}{PERSON}/drawer/"))
    assert "verification" in page
    assert "registered" in page
    assert NAME not in page


def test_names_open_for_a_reason_that_stays_in_the_journal(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    page = text(client.post(f"{PAGE}unmask/", {"resident": str(PERSON), "reason": "上门核对"}))
    assert NAME in page
    assert "13800138000" in page.replace("+86", "")
    with scope(commander, night):
        entry = Entry.objects.filter(action="people.unmask").get()
        assert journal.reason(entry) == "上门核对"


@pytest.mark.parametrize("reason", ["", "   ", "长" * 401])
def test_without_a_reason_nothing_opens(night: UUID, commander: Actor, reason: str) -> None:
    response = signed_in(commander).post(f"{PAGE}unmask/", {"resident": str(PERSON), "reason": reason})
    assert response.status_code == 422
    assert NAME not in response.content.decode()


def test_an_auditor_sees_no_names(night: UUID, commander: Actor) -> None:
    from muster.core.access import system
    from tests.cast import DISTRICT, account_for, person

    auditor = person("auditor", "auditor", DISTRICT)
    with scope(system(), night):
        account_for(auditor)
    client = signed_in(auditor)
    assert client.post(f"{PAGE}unmask/", {"resident": str(PERSON), "reason": "看看"}).status_code == 403
    assert "unmask" not in text(client.get(f"{PAGE}{PERSON}/drawer/"))
    assert (
        client.post(f"{PAGE}decide/", {"resident": [str(PERSON), str(OTHER)], "verb": "join"}).status_code
        == 403
    )


def test_two_records_become_one_person_and_two_again(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    both = {"resident": [str(PERSON), str(OTHER)]}
    for verb, persons in (("join", 1), ("part", 2)):
        assert client.post(f"{PAGE}decide/", both | {"verb": verb}).status_code == 302
        with scope(commander, night):
            assert Resident.objects.values("canonical").distinct().count() == persons


def test_one_record_alone_cannot_be_joined(night: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    response = client.post(f"{PAGE}decide/", {"resident": str(PERSON), "verb": "join"}, follow=True)
    assert "Select exactly two records" in text(response)


def test_a_person_is_shared_with_another_area(night: UUID, commander: Actor, outsider: Actor) -> None:
    elsewhere = signed_in(outsider)
    assert elsewhere.get(f"{PAGE}{PERSON}/drawer/").status_code == 404
    sent = signed_in(commander).post(
        f"{PAGE}{PERSON}/share/", {"area": str(ELSEWHERE), "cause": "lives_there"}
    )
    assert sent.status_code == 302
    with scope(commander, night):
        assert Share.objects.filter(subject=PERSON, area=ELSEWHERE).exists()
    assert "王**" in text(elsewhere.get(f"{PAGE}{PERSON}/drawer/"))


@pytest.mark.parametrize(
    "wrong", [{"area": "x"}, {"area": ""}, {"area": str(ELSEWHERE), "cause": "不是代码"}]
)
def test_a_share_filled_in_wrongly_is_refused(night: UUID, commander: Actor, wrong: dict[str, str]) -> None:
    assert signed_in(commander).post(f"{PAGE}{PERSON}/share/", wrong).status_code == 422


def test_an_outsider_finds_nobody(night: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    assert "王*" not in text(client.get(PAGE))
    assert str(PERSON) not in text(client.post(PAGE, {"words": NAME}))
    assert client.post(f"{PAGE}unmask/", {"resident": str(PERSON), "reason": "看看"}).status_code in (
        202,
        403,
        404,
    )
    assert (
        client.post(f"{PAGE}decide/", {"resident": [str(PERSON), str(OTHER)], "verb": "join"}).status_code
        == 404
    )


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in (*NONSENSE, "?group=x", "?group=%00", "?unsure=1", "?partial=1"):
        assert signed_in(commander).get(PAGE + query).status_code == 200
