"""People without a desk: a laboratory and a counsellor have their own pages, and see nothing else."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.core.models import Entry
from muster.domain.sampling.models import Tube
from muster.interop.models import Import
from tests import cast
from tests.commandpost.desk import BASE, NAME, OTHER, PERSON, signed_in, text
from tests.commandpost.services import COUNSEL, LINE, REQUEST, SECRET, served, tube
from tests.interop.imports.files import csv_of, person

__all__ = ["served"]
DESKS = (
    "",
    "work/",
    "people/",
    "cases/",
    "sites/",
    "sites/tubes/",
    "lists/",
    "stock/",
    "journal/",
    "calling/",
)


def seated(incident: UUID, role: str, language: str = "zh-hans") -> Client:
    """A browser of somebody with this one role."""
    with scope(system(), incident):
        cast.account_for(cast.person(role, role, cast.SUBDISTRICT))
    return signed_in(cast.person(role, role, cast.SUBDISTRICT), language)


def rail(page: str) -> list[str]:
    """The doors at the side."""
    found = re.search(r'<nav class="rail".*?</nav>', page, re.S)
    assert found
    return re.findall(r'href="/i/lg-0217/([^"]*)"', found[0])


@pytest.mark.parametrize(
    ("role", "first", "doors"),
    [
        ("laboratory", "sites/laboratory/", ["sites/laboratory/", "imports/"]),
        ("counsellor", "requests/", ["requests/"]),
    ],
)
def test_they_sign_in_to_their_page_and_have_no_other(
    served: UUID, role: str, first: str, doors: list[str]
) -> None:
    client = seated(served, role)
    assert client.get("/")["Location"] == BASE + first
    assert rail(text(client.get(BASE + first))) == doors
    assert {client.get(BASE + one).status_code for one in DESKS} == {403}
    assert rail(client.get(BASE + "work/").content.decode()) == doors


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_laboratory_reports_tubes_and_sees_nobody_in_them(served: UUID, language: str) -> None:
    client = seated(served, "laboratory", language)
    assert "T4821" in text(client.get(BASE + "sites/laboratory/"))
    at = f"{BASE}sites/tubes/{tube(served, 'T4821')}/"
    shown = text(client.get(at + "drawer/"))
    assert "T4821" in shown
    assert not [word for word in (NAME, NAME[0] + "*", "8000", str(PERSON)) if word in shown]
    assert client.post(at + "result/", {"result": "positive"})["Location"] == BASE + "sites/laboratory/"
    with scope(system(), served):
        assert Tube.objects.get(code="T4821").result == "positive"
    shown = text(client.get(at + "drawer/"))
    assert not [word for word in (NAME, NAME[0] + "*", "8000", str(PERSON)) if word in shown]
    assert client.post(at + "notice/").status_code == 403


def test_a_laboratory_takes_its_own_tables_in_and_no_other(served: UUID, commander: Actor) -> None:
    others = signed_in(commander)
    file = SimpleUploadedFile("居民.csv", csv_of([person(1)]))
    wish = {"kind": "residents", "area": str(cast.COMMUNITY)}
    theirs = others.post(BASE + "imports/", wish | {"file": file})["Location"]

    client = seated(served, "laboratory")
    page = text(client.get(BASE + "imports/"))
    assert re.findall(r'<option value="([a-z_]+)">', page) == ["results"]
    assert theirs.split("/")[-2] not in page
    for part in ("", "working/", "rows.json", "report.xlsx"):
        assert client.get(theirs + part).status_code == 403, part
    for part in ("columns/", "run/", "undo/", "decide/"):
        assert client.post(theirs + part, {"column-name": "0"}).status_code == 403, part
    file = SimpleUploadedFile("居民.csv", csv_of([person(1)]))
    assert client.post(BASE + "imports/", wish | {"file": file}).status_code == 403

    rows = csv_of([("T4821", "阴性"), ("T9999", "阴性")], ("管号", "结果"))
    sent = {"kind": "results", "area": str(cast.COMMUNITY), "file": SimpleUploadedFile("结果.csv", rows)}
    own = client.post(BASE + "imports/", sent)["Location"]
    assert client.post(own + "columns/", {"column-tube": "0", "column-result": "1"}).status_code == 302
    assert client.post(own + "run/").status_code == 302
    assert "T9999" not in text(client.get(BASE + "imports/"))
    assert client.get(own + "rows.json").json()["counts"]["taken"] == 1
    assert client.get(own + "report.xlsx").status_code == 200
    assert client.post(own + "undo/").status_code == 302
    with scope(system(), served):
        assert sorted(Import.objects.values_list("kind", "state")) == [
            ("residents", "uploaded"),
            ("results", "undone"),
        ]
        assert Tube.objects.get(code="T4821").result is None


def test_a_counsellor_serves_what_counselling_was_asked_for(served: UUID) -> None:
    client = seated(served, "counsellor", "en")
    page = text(client.get(BASE + "requests/"))
    assert str(COUNSEL) in page
    assert str(REQUEST) not in page
    assert client.get(f"{BASE}requests/{REQUEST}/drawer/").status_code == 403
    assert client.post(f"{BASE}requests/{REQUEST}/update/", {"step": "taken"}).status_code == 403
    shown = text(client.get(f"{BASE}requests/{COUNSEL}/drawer/"))
    assert SECRET not in shown
    assert str(REQUEST) not in shown, "what else the household asked for is not theirs"
    assert client.post(f"{BASE}requests/{COUNSEL}/update/", {"step": "taken"}).status_code == 302
    assert SECRET in text(client.post(f"{BASE}requests/{COUNSEL}/words/", {"reason": "returning the call"}))
    new = text(client.get(f"{BASE}requests/new/drawer/?resident={OTHER}"))
    assert '<option value="counselling">' in new
    assert '<option value="medicine">' not in new
    assert 'name="resident"' not in new
    assert client.post(f"{BASE}requests/{REQUEST}/words/", {"reason": "x"}).status_code == 403
    assert client.post(BASE + "requests/broadcasts/").status_code == 403
    assert client.post(BASE + "requests/lines/").status_code == 403


def test_the_words_of_a_call_open_for_counsellors_and_a_reason(served: UUID, commander: Actor) -> None:
    words = "想和人说说话"
    client = seated(served, "counsellor")
    took = {"line": str(LINE), "kind": "counselling", "note": words}
    assert client.post(BASE + "requests/calls/take/", took).status_code == 302
    page = text(client.get(BASE + "requests/calls/"))
    assert words not in page
    (at,) = {f"{BASE}requests/calls/{one}/" for one in re.findall(r'href="([0-9a-f-]{36})/drawer/"', page)}
    assert words not in text(client.get(at + "drawer/"))
    assert client.post(at + "words/", {"reason": " "}).status_code == 422
    assert words in text(client.post(at + "words/", {"reason": "交班"}))
    with scope(system(), served):
        assert Entry.objects.filter(action="helpline.read", reason__isnull=False).count() == 1

    other = signed_in(commander)
    assert at not in text(other.get(BASE + "requests/calls/"))
    assert other.get(at + "drawer/").status_code == 403
    assert other.post(at + "words/", {"reason": "好奇"}).status_code == 403
