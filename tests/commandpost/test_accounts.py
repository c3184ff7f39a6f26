"""A commander makes accounts, gives and ends roles, helps who forgot a password, and reaches no further."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.test import Client

from muster.core import accounts, clock
from muster.core.access import Actor, scope, system
from muster.core.models import Account, Entry, Grant
from tests import cast
from tests.commandpost.desk import BASE, signed_in, text

PAGE = BASE + "phones/accounts/"
FORM = {
    "names": "lin\nzhou.2, lin",
    "role": "grid_worker",
    "area": str(cast.COMMUNITY),
    "until": "2099-02-20T08:00",
}


def browser(actor: Actor, language: str = "zh-hans") -> Client:
    with scope(system(), cast.INCIDENT):
        cast.account_for(actor)
    return signed_in(actor, language)


def passwords(page: str) -> dict[str, str]:
    """What is shown once."""
    made = re.search(r'id="made".*?</table>', page, re.S)
    assert made
    return dict(re.findall(r'<tr><td class="code">([^<]+)</td><td class="code">([\w-]*)', made[0]))


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "网格员"), ("en", "grid worker")])
def test_accounts_are_made_and_sign_in(incident: UUID, commander: Actor, language: str, words: str) -> None:
    client = browser(commander, language)
    answer = client.post(PAGE + "make/", FORM)
    made = passwords(text(answer))
    assert answer["Cache-Control"] == "no-store"
    assert list(made) == ["lin", "zhou.2"]
    assert len(set(made.values())) == 2
    assert min(map(len, made.values())) >= 12
    assert Client().login(username="lin", password=made["lin"])
    again = passwords(text(client.post(PAGE + "make/", FORM | {"names": "lin", "role": "caller"})))
    assert again == {"lin": ""}, "known: the role is added, the password stays"
    assert Client().login(username="lin", password=made["lin"])
    page = text(client.get(PAGE))
    assert words in page
    assert made["lin"] not in page
    assert "zhou.2" not in text(client.get(PAGE + "?name=lin"))
    with scope(system(), incident):
        lin = Account.objects.get(username="lin")
        held = list(Grant.objects.filter(account=lin.id).order_by("role"))
        assert [(one.role, one.area, one.incident) for one in held] == [
            (role, cast.COMMUNITY, incident) for role in ("caller", "grid_worker")
        ]
        assert accounts.actor(lin.id).may("people.register", cast.COMMUNITY, incident)
    assert client.post(f"{PAGE}grants/{held[1].id}/end/").status_code == 302
    with scope(system(), incident):
        ended = Grant.objects.get(pk=held[1].id).until
        assert ended is not None
        assert ended <= clock.now()
        assert Entry.objects.filter(action="access.end").count() == 1
    new = passwords(text(client.post(f"{PAGE}{lin.id}/renew/")))["lin"]
    assert Client().login(username="lin", password=new)
    assert not Client().login(username="lin", password=made["lin"])


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"names": ""}, 422), ({"names": "lin <b>"}, 422), ({"names": " ".join(f"u{n}" for n in range(51))}, 422),
        ({"role": "emperor"}, 422), ({"area": "x"}, 422), ({"until": "soon"}, 422),
        ({"area": str(cast.ELSEWHERE)}, 403), ({"area": "0"}, 403), ({"area": "440300000000000"}, 403),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_made(
    incident: UUID, commander: Actor, wrong: dict[str, str], status: int
) -> None:
    client = browser(commander)
    answer = client.post(PAGE + "make/", FORM | wrong)
    assert answer.status_code == status
    with scope(system(), incident):
        assert Account.objects.count() == 1
    page = answer.content.decode()
    assert "refusal" in page
    if "names" not in wrong:
        assert "zhou.2" in page, "what was typed stays"


def test_nobody_reaches_further_than_they_may(
    incident: UUID, commander: Actor, desk: Actor, outsider: Actor
) -> None:
    client, other = browser(commander), browser(desk)
    with scope(system(), incident):
        peer = cast.account_for(cast.person("peer", "commander", cast.SUBDISTRICT))
        away = cast.account_for(outsider)
        theirs = Grant.objects.get(account=away)
        worker = cast.account_for(cast.person("worker", "grid_worker", cast.COMMUNITY))
        wide = cast.account_for(cast.person("wide", "grid_worker", 0))
    for path in ("", "make/", f"{worker}/renew/", f"grants/{theirs.id}/end/"):
        assert (other.get if not path else other.post)(PAGE + path).status_code == 403, path
    for account in (
        peer,
        away,
        wide,
    ):  # a commander's is given on the server, the others reach further than we
        assert client.post(f"{PAGE}{account}/renew/").status_code == 403
    assert client.post(f"{PAGE}{worker}/renew/").status_code == 200
    assert client.post(f"{PAGE}{incident}/renew/").status_code == 404
    assert client.post(f"{PAGE}grants/{theirs.id}/end/").status_code == 403
    assert "outsider" not in text(client.get(PAGE))
    with scope(system(), incident):
        assert Grant.objects.get(pk=theirs.id).until is None
