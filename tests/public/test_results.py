"""My result and the waiting times, as somebody without an account sees them."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.domain.sampling import actions
from muster.domain.sampling.rules import Result, receipt
from tests.cast import INCIDENT
from tests.domain.sampling.cast import MEMBERS, SITE, do, sample, settle_in, tell

PAGE = "/p/result/"
TEXTS = {"zh-hans": ("阴性", "逐人复检", "尚无结果"), "en": ("Negative", "tested again", "No result yet")}


@pytest.fixture
def slip(incident: UUID, commander: Actor) -> str:
    """The code of one sample in tube A1."""
    settle_in()
    with scope(system(), incident):
        told = tell(sample(MEMBERS[0]), commander, 5)
        do([told], commander)
    return receipt(told.id)


def say(incident: UUID, result: Result, by: Actor, minutes: float) -> None:
    with scope(system(), incident):
        do([tell(actions.ReportResult(result, code="A1"), by, minutes)], by)


@pytest.mark.parametrize("language", TEXTS)
def test_the_code_of_the_slip_shows_what_was_found(
    slip: str, incident: UUID, commander: Actor, language: str
) -> None:
    client = Client()
    negative, again, none = TEXTS[language]

    def shown(code: str) -> str:
        return str(client.post(f"{PAGE}?lang={language}", {"code": code}).content.decode())

    assert none in shown(slip)
    say(incident, Result.NEGATIVE, commander, 60)
    assert negative in shown(f"{slip[:4]} {slip[4:8]} {slip[8:]}".lower())
    say(incident, Result.POSITIVE, commander, 90)
    assert again in shown(slip)
    assert str(MEMBERS[0]) not in shown(slip)


def test_guessing_is_slow_and_says_why(slip: str) -> None:
    client = Client()
    wrong = slip[:-1] + ("0" if slip[-1] != "0" else "1")
    answers = [client.post(PAGE, {"code": wrong}) for _ in range(9)]
    assert [one.status_code for one in answers] == [404] * 8 + [429]
    assert client.post(PAGE, {"code": slip}).status_code == 429


def test_waiting_times_show_the_quick_sites_first_and_old_words_not_at_all(
    slip: str, incident: UUID, commander: Actor
) -> None:
    from muster.core import clock
    from muster.core.told import Told

    with scope(system(), incident):
        body = actions.ReportQueue(SITE, 0)
        actions.report_queues(
            told=[Told(incident, clock.now(), commander.by, body)],
            by=commander,
            incident=INCIDENT,
            now=clock.now(),
        )
    shown = Client().get("/p/queues/?lang=en").content.decode()
    assert shown.count("nobody reported lately") == 1
    assert shown.index("Free") < shown.index("nobody reported lately")
