"""The words of a list: written by the list officer, read by whoever calls somebody of it, and plain."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id
from muster.core.models import Entry
from muster.domain.worklists.actions import lists
from muster.domain.worklists.actions.wording import ListScript
from muster.domain.worklists.models import VerificationList, WorkItem
from muster.interop.models import Import
from tests.cast import COMMUNITY, ELSEWHERE, INCIDENT, account_for, person
from tests.commandpost.desk import BASE, PERSON, signed_in, tell, text

FIRST, SECOND = derive_id("test", "list"), derive_id("test", "words")
HOSTILE = "<b>您好</b>，请问{name}本月去过集市吗？\n第二行"


@pytest.fixture
def second(night: UUID, commander: Actor) -> None:
    """Another sender's list that names the same person."""
    with scope(commander, INCIDENT):
        words = ListScript(zh="请核对疫苗接种时间。", en="Ask when they were vaccinated.")
        rows = [lists.ListRow(1, resident=PERSON)]
        pushed = lists.PushList(SECOND, COMMUNITY, "卫健委", "verification", "第二份", rows, script=words)
        tell(lists.push_lists, pushed, commander, INCIDENT)
        WorkItem.objects.filter(subject=PERSON, kind="verify").update(priority=0)  # taken first


def write(client: Client, pushed: UUID = FIRST, **words: str) -> Any:
    return client.post(f"{BASE}lists/{pushed}/script/", words)


def cockpit(client: Client) -> str:
    taken = client.post(f"{BASE}calling/take/", {"kind": "verify", "speak": "zh"})
    return text(client.get(str(taken["Location"])))


def kept(pushed: UUID = FIRST) -> dict[str, str]:
    with scope(system(), INCIDENT):
        found: dict[str, str] = VerificationList.objects.get(pk=pushed).script
    return found


def test_callers_read_the_words_of_every_list_with_its_sender(
    second: None, desk: Actor, commander: Actor, tracer: Actor
) -> None:
    officer = signed_in(desk, "en")
    assert "Write words for this list" in text(officer.get(f"{BASE}lists/{FIRST}/"))
    assert write(officer, script_zh=HOSTILE.replace("\n", "\r\n"), script_yue="你好").status_code == 302
    assert kept() == {"zh": HOSTILE, "yue": "你好"}
    assert "&lt;b&gt;您好" in text(officer.get(f"{BASE}lists/{FIRST}/"))
    page = cockpit(signed_in(tracer, "en"))
    assert "For the list of 市公安局" in page
    assert "For the list of 卫健委" in page
    assert '<p class="script-line" data-line="yue" lang="yue">你好</p>' in page
    assert '<p class="script-line" data-line="yue" lang="zh-Hans">请核对疫苗接种时间。</p>' in page
    assert "Ask when they were vaccinated." in page
    assert "<b>" not in page
    assert "{name}" in page, "words of a list are no template"
    assert write(officer).status_code == 302, "empty words: the list asks nothing of its own"
    assert kept() == {}
    with scope(system(), INCIDENT):
        told = Entry.objects.filter(action="worklists.script")
        assert told.count() == 2
        assert not [one for one in told if "集市" in str(one.detail)]
        history = VerificationList._meta.apps.get_model("worklists", "VerificationListEvent").objects
        assert {"zh": HOSTILE, "yue": "你好"} in [one.script for one in history.filter(id=FIRST)]


def test_work_that_was_sent_on_takes_the_words_along_and_not_the_list(second: None) -> None:
    there = person("there", "caller", ELSEWHERE)
    with scope(system(), INCIDENT):
        account_for(there)
        WorkItem.objects.filter(subject=PERSON).update(area=ELSEWHERE, from_area=COMMUNITY)
    page = cockpit(signed_in(there, "en"))
    assert "For the list of 卫健委" in page
    assert "请核对疫苗接种时间。" in page
    assert "第二份" not in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"script_zh": "长" * 1001},
        {"script_yue": "只有粤语"},
        {"script_zh": "a\x07b"},
        {"script_zh": "a\u202eb"},
    ],
)
def test_words_that_cannot_be_shown_are_refused_and_nothing_changes(
    night: UUID, desk: Actor, wrong: dict[str, str]
) -> None:
    client = signed_in(desk, "en")
    write(client, script_zh="原来的话")
    answer = write(client, FIRST, **wrong)
    assert answer.status_code == 422
    assert "Only plain words" in answer.content.decode()
    assert kept() == {"zh": "原来的话"}
    form = {"kind": "lists", "area": COMMUNITY, "text": "姓名,电话\n张三,13800138077", **wrong}
    assert client.post(f"{BASE}imports/", form).status_code == 422
    with scope(system(), INCIDENT):
        assert not Import.objects.exists()


def test_only_the_list_officer_writes_them(night: UUID, outsider: Actor, tracer: Actor) -> None:
    assert write(signed_in(outsider), script_zh="不").status_code == 404
    assert write(signed_in(tracer), script_zh="不").status_code == 403
    assert write(signed_in(tracer), derive_id("test", "no list"), script_zh="不").status_code == 404
    assert kept() == {}


def test_the_words_come_in_with_the_file(night: UUID, desk: Actor) -> None:
    client = signed_in(desk, "en")
    given = {"title": "新名单", "source": "区疾控", "purpose": "verification", "script_zh": "问疫苗"}
    form = {"kind": "lists", "area": COMMUNITY, "text": "姓名,电话\n张三,13800138077", **given}
    page = str(client.post(f"{BASE}imports/", form)["Location"])
    client.post(f"{page}columns/", {"column-name": "0", "column-phone": "1", "accepted": "on"})
    assert client.post(f"{page}run/").status_code == 302
    with scope(system(), INCIDENT):
        assert VerificationList.objects.get(title="新名单").script == {"zh": "问疫苗"}
