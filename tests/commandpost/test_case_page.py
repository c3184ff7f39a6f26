"""The pages of a case and of a contact: confirming, naming, shared places, the link for a contact's own report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.domain.cases.models import Case, Contact, ExposureQuestion, FollowedUp, PlaceVisit
from muster.domain.helpline.models import Request
from muster.domain.people import actions as people
from muster.domain.people.models import Resident
from muster.domain.worklists.models import WorkItem
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import (
    BASE,
    CASE,
    CONTACT,
    LANGUAGES,
    NAME,
    OTHER,
    PERSON,
    door,
    signed_in,
    tell,
    text,
)

PAGE = f"{BASE}cases/{CASE}/"
THEIRS = f"{BASE}cases/contacts/{CONTACT}/"
AT = "2022-02-18T20:00"


@pytest.fixture(autouse=True)
def _tonight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def at_night(incident: UUID) -> Iterator[None]:
    """The clock of the database too: shares end by it. Only the owner may make it a training one."""
    held = connection.settings_dict
    told = "update core_installation set training = %s, clock_offset = %s"
    with psycopg.connect(host=held["HOST"], dbname=held["NAME"], user="app_owner", autocommit=True) as owner:
        owner.execute(told, [True, NOW - datetime.now(UTC)])
        yield
        owner.execute(told, [False, timedelta()])


def post(client: Client, path: str, **form: Any) -> Any:
    answer = client.post(path, form)
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return answer


def every(model: Any, incident: UUID) -> list[Any]:
    with scope(system(), incident):
        return list(model.objects.order_by("id"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "path", [PAGE, THEIRS, f"{PAGE}name/", f"{PAGE}ask/", f"{BASE}cases/confirm/", f"{BASE}exposure/"]
)
def test_the_pages_come_out_in_both_languages_without_names(
    night: UUID, tracer: Actor, path: str, language: str
) -> None:
    page = text(signed_in(tracer, language).get(path))
    assert NAME not in page
    assert "李四" not in page
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    assert ("？" in heading) == (language == "zh-hans")


def test_a_case_shows_its_clocks_its_contacts_by_class_and_its_chain(night: UUID, tracer: Actor) -> None:
    page = text(signed_in(tracer, "en").get(PAGE))
    assert "First investigation report" in page
    assert "Movement track known" in page
    assert f"contacts/{CONTACT}/" in page
    assert page.count("<rect") == 2
    assert "The chain as a list" in page
    assert "Close contact" in page


def test_a_clock_that_ran_out_is_late_and_one_that_was_kept_is_done(
    night: UUID, tracer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(tracer, "en")
    post(client, f"{PAGE}record/", step="reported", onset_date="2022-02-16")
    assert every(Case, night)[0].investigation == "finished"
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=30))
    page = text(client.get(PAGE))
    row = page.partition("First investigation report")[2].partition("</tr>")[0]
    assert "chip-done" in row
    row = page.partition("Movement track known")[2].partition("</tr>")[0]
    assert "chip-late" in row
    assert "2022-02-16" in page


def test_confirming_finds_the_person_by_a_whole_number(night: UUID, desk: Actor) -> None:
    client = signed_in(desk, "en")
    page = text(client.post(f"{BASE}cases/confirm/", {"words": "13900139000"}))
    assert str(OTHER) in page
    assert str(OTHER) not in text(client.get(f"{BASE}cases/confirm/?words=13900139000"))  # nothing by address
    identity = new_id()
    form = {"id": identity, "resident": OTHER, "positive_at": AT, "onset_date": "2022-02-15"}
    post(client, f"{BASE}cases/confirm/", **form)
    post(client, f"{BASE}cases/confirm/", **form)
    held = {one.id: one for one in every(Case, night)}
    assert len(held) == 2
    assert held[identity].onset_date.isoformat() == "2022-02-15"
    with scope(system(), night):
        assert Contact.objects.get(pk=CONTACT).state == "case"


@pytest.mark.parametrize(
    "wrong", [{"positive_at": "x"}, {"positive_at": "2032-02-18T20:00"}, {"onset_date": "1"}]
)
def test_a_confirmation_that_cannot_be_read_is_refused(
    night: UUID, desk: Actor, wrong: dict[str, str]
) -> None:
    form = {"id": new_id(), "resident": OTHER, "positive_at": AT} | wrong
    assert signed_in(desk).post(f"{BASE}cases/confirm/", form).status_code == 422
    assert len(every(Case, night)) == 1


def neighbour(incident: UUID, by: Actor, area: int = COMMUNITY, **more: Any) -> UUID:
    identity = new_id()
    body = people.RegisterPerson(id=identity, area=area, name="赵六", phone="13700137000", **more)
    with scope(by, incident):
        tell(people.register_people, body, by, incident)
    return identity


def test_who_lives_with_the_case_is_proposed_and_a_person_decides(
    night: UUID, tracer: Actor, commander: Actor
) -> None:
    with scope(commander, night):
        body = people.RegisterPerson(id=new_id(), dwelling=door("101"), name="王大明", phone="13600136000")
        tell(people.register_people, body, commander, night)
    client = signed_in(tracer, "en")
    assert str(body.id) in text(client.get(f"{PAGE}name/"))
    assert len(every(Contact, night)) == 1
    tie = {"contact_class": "close", "exposure": "household", "last_exposure_at": AT}
    post(client, f"{PAGE}name/", resident=[body.id], **tie)
    named = [one for one in every(Contact, night) if one.resident == body.id]
    assert [one.exposure for one in named] == ["household"]
    assert str(body.id) not in text(client.get(f"{PAGE}name/")).partition('<form class="stack"')[2]


def test_a_described_person_is_matched_in_the_whole_incident_and_opened_here(
    at_night: None, night: UUID, commander: Actor, desk: Actor
) -> None:
    elsewhere = neighbour(night, commander, 440307009001000)
    with scope(desk, night):
        assert not Resident.objects.filter(pk=elsewhere).exists()
    client = signed_in(desk, "en")
    form = {
        "id": new_id(),
        "name": "赵六",
        "phone": "13700137000",
        "contact_class": "close",
        "last_exposure_at": AT,
    }
    post(client, f"{PAGE}name/", **form)
    post(client, f"{PAGE}name/", **form)
    with scope(system(), night):
        named = Contact.objects.get(resident=elsewhere)
        assert (named.area, named.from_area) == (440307009001000, COMMUNITY)
        assert set(WorkItem.objects.filter(subject=elsewhere).values_list("area", flat=True)) == {
            440307009001000
        }


def test_somebody_nobody_knows_is_registered_where_they_are_said_to_live(night: UUID, desk: Actor) -> None:
    form = {"id": new_id(), "name": "孙七", "contact_class": "casual", "last_exposure_at": AT, "via": CONTACT}
    post(signed_in(desk, "en"), f"{PAGE}name/", **form)
    (named,) = [one for one in every(Contact, night) if one.id != CONTACT]
    assert (named.via, named.area) == (CONTACT, COMMUNITY)


def test_naming_nobody_is_refused(night: UUID, desk: Actor) -> None:
    form = {"id": new_id(), "contact_class": "close", "last_exposure_at": AT}
    assert signed_in(desk).post(f"{PAGE}name/", form).status_code == 422


def test_a_withdrawn_case_takes_no_more_forms(night: UUID, tracer: Actor) -> None:
    client = signed_in(tracer, "en")
    post(client, f"{PAGE}record/", what="withdraw", reason="false positive")
    page = text(client.get(PAGE))
    assert "confirmation withdrawn" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_contact_is_followed_up_moved_and_cared_for_on_one_page(night: UUID, tracer: Actor) -> None:
    client = signed_in(tracer, "en")
    ill = {"outcome": "seen_not_ok", "channel": "visit", "symptoms": ["fever", "cough"]}
    post(client, f"{THEIRS}record/", what="follow_up", **ill)
    post(client, f"{THEIRS}record/", what="transfer", stage="ordered")
    post(client, f"{THEIRS}record/", what="need", need="dialysis")
    page = text(client.get(THEIRS))
    for words in ("with symptoms", "unwell · Fever · Cough", "ordered", "dialysis", "To arrive by"):
        assert words in page
    with scope(system(), night):
        assert FollowedUp.objects.get().channel == "visit"
        assert Request.objects.get().kind == "transport"
        assert WorkItem.objects.filter(kind="transfer", state="open").count() == 1


def test_nonsense_about_a_contact_is_refused(night: UUID, tracer: Actor) -> None:
    client = signed_in(tracer)
    assert client.post(f"{THEIRS}record/", {"what": "dance"}).status_code == 422
    assert client.post(f"{THEIRS}record/", {"what": "follow_up", "outcome": "splendid"}).status_code == 422


def test_a_link_is_made_shown_once_and_ended(
    night: UUID, tracer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(tracer, "en")
    page = client.post(f"{THEIRS}link/", {"what": "make"})
    shown = text(page)
    assert "<svg" in shown
    address = shown.partition('readonly value="')[2].partition('"')[0]
    visitor = Client()
    assert visitor.get(address).status_code == 200
    post(client, f"{THEIRS}link/", what="end")
    assert visitor.get(address).status_code == 410


def visit(incident: UUID, person: UUID, place: UUID, minutes: int) -> None:
    with scope(system(), incident):
        PlaceVisit.objects.create(
            incident=incident, area=COMMUNITY, person=person, place=place, source="check_in", origin=new_id(),
            from_at=NOW - timedelta(hours=5), to_at=NOW - timedelta(hours=5) + timedelta(minutes=minutes),
            keep_until=NOW + timedelta(days=9),
        )  # fmt: skip


def asked(client: Client, incident: UUID) -> UUID:
    post(client, f"{PAGE}ask/", id=new_id(), reason="同店")
    (one,) = every(ExposureQuestion, incident)
    found: UUID = one.id
    return found


def test_shared_places_are_asked_approved_by_another_and_judged(
    at_night: None, night: UUID, tracer: Actor, desk: Actor, commander: Actor
) -> None:
    shop, there, here = new_id(), neighbour(night, commander, 440307009001000), neighbour(night, commander)
    for one in (PERSON, there, here):
        visit(night, one, shop, 60)
    asking, deciding = signed_in(tracer, "en"), signed_in(desk, "en")
    question = asked(asking, night)
    path = f"{BASE}exposure/{question}/"
    assert "Approve and look it up" not in text(asking.get(path))
    assert str(here) not in text(deciding.get(path))
    assert asking.post(f"{path}decide/", {"verb": "approve"}).status_code == 403
    post(deciding, f"{path}decide/", verb="approve")
    page = text(deciding.get(path))
    assert "somebody living elsewhere" in page
    assert "赵*" in page
    post(deciding, f"{path}judge/", person=[there], verb="accept", contact_class="close")
    post(deciding, f"{path}judge/", person=[here], verb="dismiss", reason="wore a mask")
    with scope(system(), night):
        named = Contact.objects.get(resident=there)
    assert (named.area, named.last_exposure_at) == (440307009001000, NOW - timedelta(hours=4))
    page = text(deciding.get(path))
    assert "0 to be decided" in page
    assert "dismissed" in page


def test_declining_looks_nothing_up(night: UUID, tracer: Actor, desk: Actor) -> None:
    shop = new_id()
    for one in (PERSON, OTHER):
        visit(night, one, shop, 60)
    question = asked(signed_in(tracer), night)
    client = signed_in(desk, "en")
    post(client, f"{BASE}exposure/{question}/decide/", verb="decline")
    page = text(client.get(f"{BASE}exposure/{question}/"))
    assert "declined" in page
    assert str(OTHER) not in page


def test_a_question_without_a_reason_is_refused(night: UUID, tracer: Actor) -> None:
    answer = signed_in(tracer).post(f"{PAGE}ask/", {"id": new_id(), "reason": " "})
    assert answer.status_code == 422
    assert every(ExposureQuestion, night) == []


@pytest.mark.parametrize(
    "tail", [f"cases/{CASE}/", f"cases/{CASE}/name/", f"cases/{CASE}/ask/", f"cases/contacts/{CONTACT}/"]
)
def test_an_outsider_finds_none_of_it(night: UUID, outsider: Actor, tail: str) -> None:
    client = signed_in(outsider)
    assert client.get(BASE + tail).status_code == 404
    assert client.post(f"{BASE}cases/contacts/{CONTACT}/link/", {"what": "make"}).status_code == 404
