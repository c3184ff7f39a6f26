"""Logs and pages of faults: nobody's data in them, and words in both languages."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client

from muster.core import accounts
from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.journeys import settle
from muster.project.faults import Discreet
from tests.cast import INCIDENT, account_for
from tests.threats.browser import signed_in

NAME, PHONE, DOCUMENT = "龘某某", "13812345678", "440307199001011234"
PERSONAL = (NAME, PHONE, DOCUMENT, json.dumps(NAME).strip('"'))
PAGES = {
    "400": ("请求无法识别", "The request cannot be read"),
    "403": ("您没有权限", "Not for you"),
    "403_csrf": ("表单已过期", "The form has expired"),
    "404": ("没有这个页面", "Nothing is here"),
    "500": ("服务器未能完成", "The server could not do this"),
    "503": ("数据库没有响应", "The database does not answer"),
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as the product's own formatter writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.setLevel(logging.DEBUG)
    root = logging.getLogger()
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)


@pytest.fixture
def client(incident: UUID, commander: Actor) -> Client:
    """The commander's browser."""
    with scope(system(), INCIDENT):
        return signed_in(account_for(commander))


def batch(**more: object) -> str:
    body = {
        "id": str(new_id()),
        "area": 440307006005000,
        "name": NAME,
        "phone": PHONE,
        "document": DOCUMENT,
        "address": NAME,
    }
    one = {"id": str(new_id()), "name": "register_person", "at": "2022-02-18T12:00:00Z", "body": body | more}
    return json.dumps(
        {
            "incident": str(INCIDENT),
            "commands": [one, {**one, "id": NAME}, {**one, "id": str(new_id()), "name": NAME}],
        }
    )


def post(client: Client, content: str) -> tuple[int, str]:
    answer = client.post("/sync", content, content_type="application/json")
    return answer.status_code, answer.content.decode()


def break_inside(*_: object, **__: object) -> None:
    """A fault whose message quotes the row, as databases do."""
    with connection.cursor() as cursor:
        cursor.execute("select cast(%s as integer)", [f"{NAME} {PHONE} {DOCUMENT}"])


def lose_database(*_: object, **__: object) -> None:
    """The connection breaks while a person is being written."""
    raise OperationalError(f"server closed the connection while sending {NAME} {PHONE} {DOCUMENT}")


def assert_silent(text: str) -> None:
    assert [secret for secret in PERSONAL if secret in text] == []


def test_a_fault_is_logged_without_the_person(
    client: Client, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "settle", break_inside)
    status, page = post(client, batch())
    assert status == 500
    assert_silent(page)
    written = log.getvalue()
    assert "InvalidTextRepresentation 22P02" in written, "the fault itself must be in the log"
    assert "break_inside" in written
    assert_silent(written)


def test_a_lost_database_is_said_so_without_the_person(
    client: Client, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own transaction goes on
    monkeypatch.setattr(settle, "settle", lose_database)
    status, page = post(client, batch())
    assert status == 503
    assert_silent(page + log.getvalue())


@pytest.mark.parametrize("content", [batch(), batch(sex=7), batch()[:-3], batch(birth_date="gestern")])
def test_what_is_taken_or_refused_leaves_nobody_in_the_log(
    client: Client, log: io.StringIO, content: str
) -> None:
    status, _ = post(client, content)
    assert status in (200, 422)
    assert_silent(log.getvalue())


def test_searching_for_a_person_leaves_nobody_in_the_log(client: Client, log: io.StringIO) -> None:
    for path in ("/i/lg-0217/people/", "/i/lg-0217/work/", "/i/lg-0217/nothing/"):
        client.get(path, {"q": NAME, "name": NAME, "phone": PHONE})
        client.post(path, {"name": NAME, "phone": PHONE, "document": DOCUMENT})
    client.post("/accounts/login/", {"login": NAME, "password": DOCUMENT})
    assert_silent(log.getvalue())


def test_a_database_that_is_away_is_a_503_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "actor", lose_database)
    answer = client.get("/i/lg-0217/work/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert_silent(answer.content.decode())


def test_a_fault_is_a_500_page_that_says_nothing_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "actor", break_inside)
    answer = client.get(f"/i/lg-0217/work/?q={NAME}", headers={"Accept-Language": "en"})
    text = answer.content.decode()
    assert answer.status_code == 500
    assert PAGES["500"][1] in text
    assert "Traceback" not in text
    assert_silent(text)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", [0, 1], ids=["zh-hans", "en"])
def test_every_page_of_a_fault_exists_in_both_languages(page: str, language: int) -> None:
    from django.template import loader
    from django.utils import translation

    with translation.override(("zh-hans", "en")[language]):
        text = loader.render_to_string(f"{page}.html")
    assert PAGES[page][language] in text
    assert PAGES[page][1 - language] not in text


def test_a_missing_page_and_an_old_form_are_said_in_words(incident: UUID) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    missing = client.get("/no/such/page/", headers={"Accept-Language": "en"})
    assert (missing.status_code, PAGES["404"][1] in missing.content.decode()) == (404, True)
    old = client.post("/accounts/login/", {"login": "x"}, headers={"Accept-Language": "zh-hans"})
    assert (old.status_code, PAGES["403_csrf"][0] in old.content.decode()) == (403, True)


def test_the_product_logs_with_the_discreet_formatter() -> None:
    assert any(isinstance(handler.formatter, Discreet) for handler in logging.getLogger().handlers)


def test_debug_is_off_and_cannot_be_switched_on_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.DEBUG is False
    source = (Path(settings.SOURCE) / "project" / "settings.py").read_text(encoding="utf-8")
    assert "\nDEBUG = False\n" in source
