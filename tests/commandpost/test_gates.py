"""Passes, exceptions and places at the desk; paper that is printed and typed in."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.passes import actions as passes
from muster.domain.passes import exceptions, keys, lists, queries, token
from muster.domain.passes.models import ExceptionMade, Pass
from muster.domain.responders import queries as responders
from muster.interop.paper.rows import Form, Sheet
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import BASE, HOUSE, LANGUAGES, NONSENSE, PERSON, signed_in, tell, text
from tests.commandpost.services import ANN, GATE, SITE, served

__all__ = ["served"]
PASSES, GATES, PAPER = BASE + "sites/gates/passes/", BASE + "sites/gates/", BASE + "paper/"


def issued(client: Client, **more: str) -> UUID:
    identity = new_id()
    form = {"id": str(identity), "kind": "visitor", "area": f"{COMMUNITY:015d}"} | more
    assert client.post(PASSES + "issue/", form).status_code == 302
    return identity


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", [PASSES, GATES, PAPER])
def test_every_page_is_there_in_both_languages_and_nonsense_is_no_error(
    served: UUID, commander: Actor, page: str, language: str
) -> None:
    client = signed_in(commander, language)
    for nonsense in ("", *NONSENSE, "?code=%00", "?resident=x", "?q=%00"):
        assert client.get(page + nonsense).status_code == 200, nonsense


def test_a_pass_is_issued_found_and_revoked(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    identity = issued(client, resident=str(PERSON))
    with scope(commander, served):
        held = Pass.objects.get(pk=identity)
    assert held.resident == PERSON
    page = text(client.get(f"{PASSES}?code={held.code[-5:].lower()}"))
    assert held.code in page
    assert "王" in page
    assert "王小明" not in page, "names are masked"
    assert client.post(f"{PASSES}{identity}/revoke/").status_code == 302
    assert held.code in text(client.get(PASSES + "?state=gone"))
    assert held.code not in text(client.get(PASSES + "?state=good"))


def test_paper_passes_are_pages_of_a6_with_the_code_of_the_pass(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    chosen = [issued(client, resident=str(PERSON)), issued(client)]
    made = client.get(PASSES + "print/?" + "&".join(f"pass={one}" for one in chosen))
    assert made.content.startswith(b"%PDF")
    assert b"/Count 2" in made.content
    assert client.get(PASSES + f"print/?pass={new_id()}").status_code == 404
    assert client.get(PASSES + "print/?pass=x").status_code == 404


def test_signed_lists_are_taken_out_as_files(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    gone, good = issued(client), issued(client)
    client.post(f"{PASSES}{gone}/revoke/")
    known = keys.known(served)
    revoked = lists.read(client.get(GATES + "lists/revoked/").content, known)
    white = lists.read(client.get(GATES + "lists/whitelist/").content, known)
    assert (gone in revoked, good in revoked, good in white, gone in white) == (True, False, True, False)
    assert client.get(GATES + "lists/other/").status_code == 404


def test_only_an_office_issues_prints_and_takes_lists_out(
    served: UUID, commander: Actor, tracer: Actor
) -> None:
    identity = issued(signed_in(commander))
    client = signed_in(tracer, "en")
    assert "Issue a pass" not in text(client.get(PASSES))
    form = {"id": str(new_id()), "kind": "visitor", "area": f"{COMMUNITY:015d}"}
    assert client.post(PASSES + "issue/", form).status_code == 403
    assert client.post(f"{PASSES}{identity}/revoke/").status_code == 403
    assert client.get(f"{PASSES}print/?pass={identity}").status_code == 403
    assert client.get(GATES + "lists/revoked/").status_code == 403
    assert client.get(f"{GATES}places/{GATE}/code/").status_code in (403, 422)


def test_an_outsider_opens_none_of_it(served: UUID, commander: Actor, outsider: Actor) -> None:
    identity = issued(signed_in(commander))
    client = signed_in(outsider)
    assert str(identity) not in text(client.get(PASSES))
    for address in (f"{PASSES}print/?pass={identity}", f"{GATES}places/{GATE}/code/",
                    f"{PAPER}pack/?place=G~{GATE}&sheets=1", f"{PAPER}type/G/{GATE}/7/1/"):  # fmt: skip
        assert client.get(address).status_code == 404, address
    assert client.post(f"{PASSES}{identity}/revoke/").status_code == 404


def test_an_exception_is_given_to_somebody_and_closed(served: UUID, commander: Actor) -> None:
    with scope(commander, served):
        tell(exceptions.open_exceptions, exceptions.OpenException(GATE, "medical"), commander, served,
             clock.now() - timedelta(hours=30))  # fmt: skip
        held = ExceptionMade.objects.get().id
    client = signed_in(commander, "en")
    page = text(client.get(GATES))
    assert "medical care" in page
    assert "is-late" in page, "the day is over and nobody brought papers"
    with scope(commander, served):
        code = responders.known([ANN])[ANN].code
    assert client.post(f"{GATES}exceptions/{held}/", {"owner_code": code.lower()}).status_code == 302
    assert code in text(client.get(GATES))
    assert client.post(f"{GATES}exceptions/{held}/", {"owner_code": "NOBODY"}).status_code == 422
    assert client.post(f"{GATES}exceptions/{held}/", {"closing": "whatever"}).status_code == 422
    assert client.post(f"{GATES}exceptions/{held}/", {"closing": "papers"}).status_code == 302
    assert "papers brought" in text(client.get(GATES))


def test_a_place_code_is_printed_once_somebody_answers_for_it(served: UUID, commander: Actor) -> None:
    client = signed_in(commander, "en")
    assert client.get(f"{GATES}places/{GATE}/code/").status_code == 422
    with scope(commander, served):
        code = responders.known([ANN])[ANN].code
    assert client.post(f"{GATES}places/{GATE}/administrator/", {"owner_code": code}).status_code == 302
    assert client.get(f"{GATES}places/{GATE}/code/").content.startswith(b"%PDF")
    place = new_id()
    shop = {"id": str(place), "name": "惠民超市", "area": COMMUNITY}
    assert [client.post(f"{GATES}places/", shop).status_code for _ in range(2)] == [302, 302]
    with scope(commander, served):
        for _ in range(3):
            came = passes.CheckInPlace(place)
            tell(passes.check_in_places, came, commander, served, clock.now())
    assert re.search(r"惠民超市</td>.{0,60}<td class=\"num\">3</td>", text(client.get(GATES)), re.DOTALL)


@pytest.mark.parametrize(("form", "place"), [("S", SITE), ("G", GATE), ("B", HOUSE)])
def test_a_pack_is_printed_and_its_sheet_is_opened_by_its_header(
    served: UUID, commander: Actor, form: str, place: UUID
) -> None:
    client = signed_in(commander, "en")
    made = client.get(f"{PAPER}pack/?place={form}~{place}&sheets=2")
    assert made.content.startswith(b"%PDF")
    assert re.search(rf"pack-{form}-\d{{12}}\.pdf", made["Content-Disposition"]), "to the second"
    sheet = Sheet(Form(form), place, 2202182312, 1)
    found = client.get(PAPER + "find/", {"header": sheet.header})
    assert found.status_code == 302
    page = text(client.get(f"{PAPER}find/", {"header": sheet.header}, follow=True))
    assert 'data-record="' in page
    same = client.get(f"{PAPER}find/?place={form}~{place}&pack=2202182312&sheet=1")
    assert same["Location"] == found["Location"]


@pytest.mark.parametrize(
    "ask", ["find/?header=rubbish", "find/?place=S~x&pack=1&sheet=1", "pack/?place=Z&sheets=1", "find/",
            f"pack/?place=S~{SITE}&sheets=1000", f"find/?place=S~{SITE}&pack=-1&sheet=1"]
)  # fmt: skip
def test_what_names_no_sheet_is_said_so(served: UUID, commander: Actor, ask: str) -> None:
    assert signed_in(commander).get(PAPER + ask).status_code == 422


def test_no_sheet_beyond_a_house_or_of_an_unknown_place(served: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    for ask in (
        f"B/{HOUSE}/7/60/",
        f"S/{GATE}/7/1/",
        f"G/{new_id()}/7/1/",
        f"S/{SITE}/7/61/",
        f"Q/{SITE}/7/1/",
    ):
        assert client.get(f"{PAPER}type/{ask}").status_code == 404, ask


def test_a_printed_pass_says_what_the_database_says(served: UUID, commander: Actor) -> None:
    identity = issued(signed_in(commander))
    with scope(commander, served):
        said = token.verify(
            queries.token_of(Pass.objects.get(pk=identity)), keys.known(served), NOW.timestamp() + 9e9
        )
    assert said.claims is not None
    assert said.claims.id == identity
