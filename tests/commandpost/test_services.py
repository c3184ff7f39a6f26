"""What every page of the services does: it speaks both languages, tells outsiders nothing, minds no nonsense."""

from __future__ import annotations

from uuid import UUID

import pytest

from muster.core.access import Actor
from tests.commandpost import services
from tests.commandpost.desk import BASE, LANGUAGES, NONSENSE, signed_in, text
from tests.commandpost.services import served

__all__ = ["served"]
WORDS = {  # what its page says in Chinese and in English
    "requests/": ("中兴路3栋", "中兴路3栋"),
    "requests/calls/": ("坂田关爱专线", "坂田关爱专线"),
    "responders/": ("沙头角", "Shatoujiao"),
    "responders/organisations/": ("沙头角", "Shatoujiao"),
    "responders/teams/": ("南坑青年甲队", "南坑青年甲队"),
    "shifts/?day=2022-02-18": ("南坑东门", "南坑东门"),
    "shifts/sheets/?day=2022-02-18": ("南坑东门", "南坑东门"),
    "sites/": ("第1采样点", "第1采样点"),
    "sites/tubes/": ("T4822", "T4822"),
    "sites/laboratory/": ("T4821", "T4821"),
    "sites/gates/": ("通行证", "Passes"),
    "stock/": ("坂田总仓", "坂田总仓"),
    "stock/movements/": ("坂田总仓", "坂田总仓"),
    "stock/needs/": ("沙头角", "Shatoujiao"),
    "stock/donations/": ("坂田总仓", "坂田总仓"),
}
WRONG = (*NONSENSE, "?day=2022-99-99", "?day=x", "?from=-1", "?round=x", "?organisation=x", "?post=x")


@pytest.mark.parametrize("page", WORDS)
def test_every_page_is_there_in_both_languages(served: UUID, commander: Actor, page: str) -> None:
    for language, word in zip(LANGUAGES, WORDS[page], strict=True):
        shown = text(signed_in(commander, language).get(BASE + page))
        assert f'lang="{"zh-Hans" if language == "zh-hans" else "en"}"' in shown
        assert word in shown


@pytest.mark.parametrize("page", WORDS)
def test_an_outsider_sees_nothing(served: UUID, outsider: Actor, page: str) -> None:
    shown = text(signed_in(outsider).get(BASE + page))
    assert [canary for canary in services.CANARIES if canary in shown] == []


@pytest.mark.parametrize("page", WORDS)
def test_empty_pages_and_nonsense_are_no_error(night: UUID, commander: Actor, page: str) -> None:
    client = signed_in(commander)
    for wrong in ("", *WRONG, "?store=x&item=%00"):
        wrong = wrong.replace("?", "&") if "?" in page else wrong
        assert client.get(BASE + page + wrong).status_code == 200, wrong


@pytest.mark.parametrize("page", WORDS)
def test_a_grid_worker_has_no_desk(served: UUID, grid_worker: Actor, page: str) -> None:
    assert signed_in(grid_worker).get(BASE + page).status_code == 403
