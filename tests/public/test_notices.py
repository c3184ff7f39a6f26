"""Notices for everybody: in both languages, with where they hold; what is withdrawn or still to come is not shown."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client

from muster.core import clock
from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.notices import actions
from tests.cast import COMMUNITY

PAGE = "/p/notices/"


def publish(incident: UUID, by: Actor, title: str, english: str = "", hours: int = -1) -> UUID:
    """One notice of the community, so many hours from now; its id."""
    at, notice = clock.now() + timedelta(hours=hours), new_id()
    body = actions.PublishNotice(
        id=notice,
        area=COMMUNITY,
        title_zh=title,
        text_zh="<b>第一行</b>\n第二行",
        title_en=english,
        text_en=english,
    )
    with scope(by, incident):
        told = [Told(new_id(), at, by.by, body)]
        assert not actions.publish_notices(told=told, by=by, incident=incident, now=at).refused
    return notice


def shown(language: str = "zh-hans") -> str:
    return Client().get(f"{PAGE}?lang={language}").content.decode()


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "甲通告"), ("en", "Notice A")])
def test_everybody_reads_what_holds_and_where(
    incident: UUID, commander: Actor, language: str, title: str
) -> None:
    publish(incident, commander, "甲通告", "Notice A")
    publish(incident, commander, "乙通告")
    page = shown(language)
    assert title in page
    assert page.index("乙通告") < page.index(title)  # the newest first, in Chinese where there is no other
    assert str(COMMUNITY) in page  # an area that nobody named stands for itself
    assert "<b>第一行" not in page
    assert "/p/notices/" in Client().get("/p/").content.decode()


def test_what_is_withdrawn_or_to_come_is_not_shown(incident: UUID, commander: Actor) -> None:
    assert "没有生效的通告" in shown()
    gone = publish(incident, commander, "丙通告")
    publish(incident, commander, "丁通告", hours=5)
    with scope(commander, incident):
        told = [Told(new_id(), clock.now(), commander.by, actions.WithdrawNotice(gone))]
        actions.withdraw_notices(told=told, by=commander, incident=incident, now=clock.now())
    page = shown()
    assert "丙通告" not in page
    assert "丁通告" not in page
