"""What is left behind where nobody looks: logs, folders for temporary files, cells that begin to count, counters."""

from __future__ import annotations

import csv
import io
import logging
import tempfile
import time
from uuid import UUID

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings

from muster.core.access import Actor, scope, system
from muster.interop.forms import actions as forms
from muster.interop.forms import exporting
from muster.interop.forms.filled import read_filled
from muster.interop.forms.models import FormMedia
from muster.interop.openrosa import sets
from muster.interop.openrosa.bodies import read_body
from muster.interop.openrosa.effects import Sender
from muster.interop.tables.written import comma_table
from muster.project.faults import Discreet
from muster.public import limits
from tests.cast import INCIDENT, NOW, account_for
from tests.interop.openrosa import scene
from tests.threats.browser import signed_in

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\u3000=1", "＝1+1", "＋1", "－1",
    "＠A1", "\u200b=1", "\ufeff=1",
)  # fmt: skip


def test_no_cell_of_a_comma_table_begins_like_a_formula() -> None:
    text = comma_table([[one] for one in FORMULAS]).decode("utf-8-sig")
    cells = [row[0] for row in csv.reader(io.StringIO(text, newline=""))]
    assert cells == [f"'{one}" for one in FORMULAS]
    assert comma_table([["张三", "3-2", "a=b", "  x"]]).decode("utf-8-sig").strip() == "张三,3-2,a=b,  x"


def test_a_long_number_in_a_table_of_a_form_is_masked_whatever_was_asked() -> None:
    """Forms ask for telephones and documents as whole numbers, too."""
    filled = read_filled(b'<data id="f" version="1"><tel>13800138000</tel><heads>12</heads></data>')
    said = [
        exporting._said(filled, (f"/data/{name}", "integer", ""), is_clear=clear)
        for name in ("tel", "heads")
        for clear in (False, True)
    ]
    assert said == ["***", "13800138000", "12", "12"]


def test_what_opens_something_is_in_no_line_of_the_log(incident: UUID) -> None:
    """Answers that are no success are logged with their address; that of a telephone or a resident is a key."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    client, secret = Client(raise_request_exception=False), "SECRETsecret-SECRETsecret_42"
    try:
        for path in (f"/key/{secret}/formList", f"/p/b/lg-0217/{secret}/", f"/p/r/lg-0217/{secret}/"):
            answer = client.get(path, headers={"X-OpenRosa-Version": "1.0"})
            assert answer.status_code in (403, 404), path
            client.get(path.rstrip("/") + "/no/such/thing")
    finally:
        logging.getLogger().removeHandler(handler)
    assert "lg-0217" in written.getvalue(), "where something went wrong is said"
    assert secret not in written.getvalue()


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever makes a temporary file fails."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a file in clear on the disk")

    for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", refuse)


def test_files_of_people_lie_in_clear_on_no_disk(incident: UUID, commander: Actor, no_disk: None) -> None:
    """A list of ten megabytes at the desk, a form with a large photograph: neither becomes a temporary file."""
    large = b"name\n" + b"x" * 10_000_000
    factory = RequestFactory()
    sent = factory.post("/", {"xml_submission_file": SimpleUploadedFile("f.xml", b"<a/>"),
                              "photo": SimpleUploadedFile("p.jpg", large)})  # fmt: skip
    assert [len(one.content) for one in read_body(sent).files] == [len(large)]
    with scope(system(), INCIDENT):
        client = signed_in(account_for(commander))
    given = {"file": SimpleUploadedFile("list.csv", large), "kind": "residents", "area": "440307006005000"}
    assert client.post("/i/lg-0217/imports/", given).status_code < 500
    with override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=1_000_000), pytest.MonkeyPatch.context() as patch:
        patch.setattr("muster.commandpost.imports.MAX_BYTES", 1_000_000)
        given["file"] = SimpleUploadedFile("list.csv", large)  # read once already
        answer = client.post("/i/lg-0217/imports/", given, headers={"Accept-Language": "en"})
    assert "too large" in answer.content.decode()


def test_a_list_given_to_a_form_lies_sealed(incident: UUID, commander: Actor) -> None:
    """What a desk hands out with a form may name people; telephones get it as it came."""
    form = scene.publish(incident, commander, NOW)
    listed = "name,label\n1,龘某某\n".encode()
    with scope(commander, incident):
        forms.add_media(form=form.id, name="people.csv", content=listed, by=commander, incident=incident)
        assert "龘".encode() not in bytes(FormMedia.objects.get(name="people.csv").content)
        found = {one.name: one.content for one in sets.media(form, Sender(commander, incident, NOW))}
    assert found["people.csv"] == listed


def test_wrong_tries_are_not_forgotten_by_making_others() -> None:
    """The counts lie in files; a shelf that is cleared when it is full would forget them."""
    wrong = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")
    for _ in range(8):
        limits.count_wrong(wrong, "result", minutes=10)
    for number in range(400):
        cache.set(f"somebody-else-{number}", 1, 600)
    with pytest.raises(limits.TooOften):
        limits.require_room(wrong, "result", most=8, minutes=10)


@override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1)
def test_behind_a_proxy_everybody_has_tries_of_their_own() -> None:
    """And nobody gets more by saying they come from elsewhere: what the proxy itself saw stands last."""

    def come(said: str) -> HttpRequest:
        return RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": said})

    for number in range(8):
        limits.count_wrong(come(f"1.2.3.{number}, 10.0.0.1"), "result", minutes=10)
    limits.require_room(come("10.0.0.2"), "result", most=8, minutes=10)
    with pytest.raises(limits.TooOften):
        limits.require_room(come("9.9.9.9, 10.0.0.1"), "result", most=8, minutes=10)
    assert limits.TooOften.status == 429


def test_another_address_of_the_same_network_is_no_other_guest() -> None:
    """Who has one address of IPv6 has 2^64 of them."""
    for number in range(8):
        limits.count_wrong(
            RequestFactory().get("/", REMOTE_ADDR=f"2001:db8:1:2::{number}"), "call", minutes=10
        )
    with pytest.raises(limits.TooOften):
        limits.require_room(
            RequestFactory().get("/", REMOTE_ADDR="2001:db8:1:2:9::7"), "call", most=8, minutes=10
        )
    for other in ("2001:db8:1:3::1", "::ffff:10.0.0.9"):
        limits.require_room(RequestFactory().get("/", REMOTE_ADDR=other), "call", most=8, minutes=10)


def test_a_wrong_try_counts_for_as_long_as_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = RequestFactory().get("/", REMOTE_ADDR="10.0.0.3")
    for _ in range(3):
        limits.count_wrong(wrong, "call", minutes=10)
    now = time.time()
    for minutes, stands in ((9, True), (11, False)):
        monkeypatch.setattr("django.core.cache.backends.filebased.time.time", lambda m=minutes: now + 60 * m)
        if stands:
            with pytest.raises(limits.TooOften):
                limits.require_room(wrong, "call", most=3, minutes=10)
    limits.require_room(wrong, "call", most=3, minutes=10)
