"""`muster account`: the first way into an installation."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from muster.core import accounts
from muster.core.access import scope, system
from muster.core.models import Account
from muster.project.commands_account import account
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE

ASKED = ["wang", "--role", "commander", "--area", str(DISTRICT)]


@pytest.mark.django_db
def test_an_account_is_made_with_its_role_in_its_area() -> None:
    """The new account may what a commander may, there and nowhere else; its password is shown and not kept in clear."""
    said = CliRunner().invoke(account, ASKED)
    assert said.exit_code == 0, said.output
    password = said.output.split(": ")[-1].strip()
    with scope(system()):
        made = Account.objects.get(username="wang")
        actor = accounts.actor(made.pk)
    assert made.check_password(password)
    assert actor.may("incidents.open", COMMUNITY, None)
    assert not actor.may("incidents.open", ELSEWHERE, None)


@pytest.mark.django_db
def test_a_name_is_given_once() -> None:
    """The second account of a name is refused and the first stays as it was."""
    runner = CliRunner()
    assert runner.invoke(account, [*ASKED, "--password", "night-shift-2022"]).exit_code == 0
    assert runner.invoke(account, [*ASKED, "--password", "another-one-2022"]).exit_code == 1
    with scope(system()):
        assert Account.objects.get(username="wang").check_password("night-shift-2022")


@pytest.mark.django_db
def test_an_unknown_role_is_answered_with_those_there_are() -> None:
    """Nothing is made, and the roles are named."""
    said = CliRunner().invoke(account, ["wang", "--role", "boss", "--area", "0"])
    assert said.exit_code == 1
    assert "grid_worker" in said.output
    assert not Account.objects.filter(username="wang").exists()


@pytest.mark.django_db
def test_a_right_ends_when_it_was_said_to() -> None:
    """An account whose right is over has none."""
    assert CliRunner().invoke(account, [*ASKED, "--until", "2022-03-01"]).exit_code == 0
    with scope(system()):
        actor = accounts.actor(Account.objects.get(username="wang").pk)
    assert not actor.may("incidents.open", DISTRICT, None)
