"""Signing in: ten failures stop a name at its address; the others of the command post go on working."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.core.cache import cache
from django.test import Client

from muster.core.access import Actor, scope, system
from tests.cast import INCIDENT, account_for

PASSWORD = "night-shift-2022"


@pytest.fixture(autouse=True)
def people(incident: UUID, commander: Actor, desk: Actor) -> None:
    """Two people behind one address."""
    with scope(system(), INCIDENT):
        account_for(commander)
        account_for(desk)


def sign_in(username: str, password: str, address: str = "10.0.0.1") -> bool:
    client = Client(REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": username, "password": password})
    return "_auth_user_id" in client.session


def test_ten_failures_stop_this_name_here_and_nobody_else() -> None:
    assert sign_in("commander", PASSWORD)
    for _ in range(10):
        assert not sign_in("commander", "guess")
    assert not sign_in("commander", PASSWORD), "the right password is not tried any more"
    assert sign_in("desk", PASSWORD), "others at the same address get in"


def test_all_web_processes_count_together() -> None:
    """A count kept in one process would give every process ten tries of its own."""
    import subprocess
    import sys

    cache.set("told-by-one-process", 7, 60)
    ask = "import django; django.setup(); from django.core.cache import cache; print(cache.get('told-by-one-process'))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "7"


def test_nine_slips_stop_nobody() -> None:
    for _ in range(9):
        assert not sign_in("commander", "guess")
    assert sign_in("commander", PASSWORD)


def test_guessing_from_elsewhere_does_not_lock_the_owner_out() -> None:
    for _ in range(12):
        assert not sign_in("commander", "guess", address="10.9.9.9")
    assert sign_in("commander", PASSWORD, address="10.0.0.1")


def test_a_wrong_name_and_a_wrong_password_are_told_the_same() -> None:
    said = []
    for username in ("commander", "nobody-of-this-name"):
        answer = Client().post("/accounts/login/", {"login": username, "password": "guess"})
        said.append(
            answer.content.decode()
            .replace(username, "")
            .partition('id="messages"')[2]
            .partition("csrfmiddlewaretoken")
        )
    assert said[0][0] == said[1][0]
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"])
def test_nobody_makes_an_account_or_asks_for_a_password_from_outside(path: str) -> None:
    before = _accounts()
    fields = {"username": "intruder", "password1": "a-long-enough-1", "email": "x@example.org"}
    assert Client(raise_request_exception=False).post(path, fields).status_code < 500
    assert Client(raise_request_exception=False).get(path).status_code < 500
    assert _accounts() == before


def _accounts() -> int:
    from muster.core.models import Account

    return Account.objects.count()
