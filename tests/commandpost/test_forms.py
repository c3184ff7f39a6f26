"""Forms at the desk: looked at before they are offered, faults in words, answers mapped, telephones set up."""

from __future__ import annotations

import base64
import json
import re
import zlib
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.core.access import Actor, scope
from muster.core.models import Device
from muster.interop.forms.models import Form, FormVersion, Submission
from tests.cast import COMMUNITY, NOW
from tests.commandpost.desk import BASE, LANGUAGES, door, play, signed_in, text

SHEET = """
| survey | | | |
| | type | name | label |
| | text | building | 楼栋 |
| | text | door | 门牌 |
| | select_one outcome | outcome | 结果 |
| | begin_repeat | people | 住户 |
| | text | name | 姓名 |
| | end_repeat | | |
| choices | | | |
| | list_name | name | label |
| | outcome | done | 完成 |
| settings | | |
| | form_title | form_id | version |
| | 夜间走访 | night | 3 |
"""
PAGE = f"{BASE}forms/"


@pytest.fixture
def stage(incident: UUID, commander: Actor, grid_worker: Actor, outsider: Actor) -> UUID:
    """The small night of the desk."""
    play(incident, commander, [commander, grid_worker, outsider])
    return incident


def upload(client: Client, sheet: str = SHEET, name: str = "night.md") -> Any:
    file = SimpleUploadedFile(name, sheet.encode())
    return client.post(f"{PAGE}preview/", {"file": file, "area": COMMUNITY})


def offered(client: Client) -> Form:
    """Look at the form, then offer it."""
    page = text(upload(client))
    packed = re.search(r'name="packed" value="([^"]+)"', page)
    assert packed
    said = {"packed": packed.group(1), "name": "night.md", "area": COMMUNITY}
    assert client.post(f"{PAGE}publish/", said).status_code == 302
    return Form.objects.get()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_is_looked_at_before_anybody_is_offered_it(
    stage: UUID, commander: Actor, language: str
) -> None:
    client = signed_in(commander, language)
    assert "夜间走访" in text(upload(client))
    with scope(commander, stage):
        assert not Form.objects.exists()
        made = offered(client)
        assert (made.code, made.version, made.is_open) == ("night", "3", True)
        assert FormVersion.objects.count() == 1
    assert "夜间走访" in text(client.get(PAGE))


@pytest.mark.parametrize(
    ("sheet", "zh"),
    [
        (SHEET.replace("| text | door |", "| txet | door |"), "不认识的问题类型“txet”"),
        (SHEET.replace("select_one outcome", "select_one nothing"), "第 4 行：choices 表里没有选项列表"),
        (SHEET.replace("| | end_repeat | | |\n", ""), "没有成对"),
        ("| survey | |\n| | type |\n", ""),
        ("no form at all", ""),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_words(
    stage: UUID, commander: Actor, sheet: str, zh: str
) -> None:
    answer = upload(signed_in(commander), sheet)
    assert answer.status_code == 422
    assert zh in answer.content.decode()
    english = upload(signed_in(commander, "en"), sheet)
    assert "cannot be used yet" in english.content.decode()


@pytest.mark.parametrize("name", ["x.exe", "x.xlsx", "x.xls"])
def test_other_files_are_refused(stage: UUID, commander: Actor, name: str) -> None:
    assert upload(signed_in(commander), "hello", name).status_code == 422


def test_other_content_under_the_same_version_is_refused(stage: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    with scope(commander, stage):
        offered(client)
    packed = base64.b64encode(SHEET.replace("门牌", "房号").encode()).decode()
    answer = client.post(f"{PAGE}publish/", {"packed": packed, "name": "night.md", "area": COMMUNITY})
    assert answer.status_code == 409


def test_answers_are_mapped_and_a_wrong_mapping_is_named(stage: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    with scope(commander, stage):
        made = offered(client)
        page = f"{PAGE}{made.id}/"
        assert 'name="field-dwelling"' in text(client.get(f"{page}?command=record_visit"))
        said = {
            "command": "record_visit",
            "field-dwelling": "/data/building + /data/door",
            "field-outcome": "/data/outcome",
        }
        assert client.post(f"{page}mapping/", said).status_code == 302
        wrong = client.post(f"{page}mapping/", said | {"field-outcome": "/data/nowhere"})
        assert wrong.status_code == 422
        assert "/data/nowhere" in wrong.content.decode()
        made.refresh_from_db()
        assert [one["command"] for one in made.steps] == ["record_visit"]
        assert "门牌" in text(client.get(page))
        client.post(f"{page}mapping/", {"verb": "remove", "number": "0"})
        made.refresh_from_db()
        assert made.steps == []


def test_a_form_is_closed_and_opened_again(stage: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    with scope(commander, stage):
        made = offered(client)
        for verb, is_open in (("close", False), ("open", True)):
            client.post(f"{PAGE}{made.id}/state/", {"verb": verb})
            made.refresh_from_db()
            assert made.is_open is is_open


def test_a_telephone_is_set_up_with_one_picture_and_hands_in(
    stage: UUID, commander: Actor, grid_worker: Actor
) -> None:
    from muster.interop.openrosa import provisioning

    client = signed_in(commander)
    with scope(commander, stage):
        offered(client)
    said = {"account": grid_worker.username, "label": "红米 3", "area": COMMUNITY}
    page = text(client.post(f"{PAGE}phone/", said))
    assert "data:image/svg+xml;base64," in page
    url = re.search(r"http://[^<\s]+/key/[^<\s]+", page)
    assert url
    packed = provisioning.packed(provisioning.settings_for(url.group(0), "Muster"))
    assert json.loads(zlib.decompress(base64.b64decode(packed)))["general"]["server_url"] == url.group(0)
    path = url.group(0).removeprefix("http://testserver")
    listed = Client().get(f"{path}/formList", headers={"X-OpenRosa-Version": "1.0"})
    assert b"<formID>night</formID>" in listed.content
    xml = (
        f'<data id="night" version="3"><building/><door>{door("101")}</door><outcome>done</outcome>'
        "<meta><instanceID>uuid:0b9b9c0e-8f0f-4c39-b3c2-6f1a9d1f0009</instanceID></meta></data>"
    )
    part = SimpleUploadedFile("a.xml", xml.encode())
    sent = Client().post(
        f"{path}/submission", {"xml_submission_file": part}, headers={"X-OpenRosa-Version": "1.0"}
    )
    assert sent.status_code == 201
    with scope(commander, stage):
        form = Form.objects.get()
        assert Submission.objects.filter(form=form.id).count() == 1
    assert re.search(r">\d\d-\d\d \d\d:\d\d</a></td>", text(client.get(f"{PAGE}{form.id}/")))
    assert "红米 3" in text(client.get("/i/lg-0217/phones/"))
    lost = Device.objects.get()
    client.post("/i/lg-0217/phones/decide/", {"verb": "revoke", "phone": str(lost.id)})
    gone = Client().get(f"{path}/formList", headers={"X-OpenRosa-Version": "1.0"})
    assert (lost.last_seen_at is None, gone.status_code) == (False, 403)


def test_what_was_filled_in_opens_only_for_a_reason_and_is_journalled(
    stage: UUID, commander: Actor, grid_worker: Actor, outsider: Actor
) -> None:
    from muster.core.models import Entry
    from muster.interop.openrosa.effects import Sender
    from muster.interop.openrosa.taking import File, Taken, take

    client = signed_in(commander)
    xml = (
        '<data id="night" version="3"><building>井边</building><door>阁楼</door><people><name>王小明</name></people>'
        "<meta><instanceID>uuid:0b9b9c0e-8f0f-4c39-b3c2-6f1a9d1f0010</instanceID></meta></data>"
    )
    with scope(commander, stage):
        form = offered(client)
        taken = take(xml.encode(), [File("门口.jpg", b"picture")], Sender(commander, stage, NOW))
    assert isinstance(taken, Taken)
    page = f"{PAGE}{form.id}/submissions/{taken.id}/"
    assert "王小明" not in text(client.get(page))
    assert client.post(page, {"reason": ""}).status_code == 422
    opened = text(client.post(page, {"reason": "核对门牌"}))
    for words in ("姓名", "王小明", "门牌", "阁楼", "门口.jpg", "data:image/jpeg;base64,cGljdHVyZQ=="):
        assert words in opened
    with scope(commander, stage):
        entry = Entry.objects.get(action="interop.opened")
        assert entry.reason is not None
        assert "核对门牌".encode() not in bytes(entry.reason)
    assert signed_in(outsider).post(page, {"reason": "好奇"}).status_code == 404
    assert signed_in(grid_worker).post(page, {"reason": "好奇"}).status_code == 403


def test_what_came_in_goes_out_as_a_table_masked_or_for_a_reason(
    stage: UUID, commander: Actor, grid_worker: Actor, outsider: Actor
) -> None:
    from muster.core.models import Entry
    from muster.interop.openrosa.effects import Sender
    from muster.interop.openrosa.taking import take

    client = signed_in(commander)
    xml = (
        '<data id="night" version="3"><building>=1+1</building><door>阁楼</door><outcome>done</outcome>'
        "<people><name>王小明</name></people><people><name>李四</name></people>"
        "<meta><instanceID>uuid:0b9b9c0e-8f0f-4c39-b3c2-6f1a9d1f0011</instanceID></meta></data>"
    )
    with scope(commander, stage):
        form = offered(client)
        take(xml.encode(), [], Sender(commander, stage, NOW))
    page = f"{PAGE}{form.id}/export/"
    masked = client.post(page)
    head, row = masked.content.decode("utf-8-sig").splitlines()
    assert masked["Content-Type"].startswith("text/csv")
    assert head.split(",")[6:] == ["building", "door", "outcome", "name"]
    assert row.split(",")[6:] == ["***", "***", "done", "***"]
    clear = client.post(page, {"reason": "核对门牌"}).content.decode("utf-8-sig").splitlines()[1]
    assert clear.split(",")[6:] == ["'=1+1", "阁楼", "done", "王小明 | 李四"]
    assert signed_in(grid_worker).post(page, {"reason": "好奇"}).status_code == 403
    assert "王小明" not in signed_in(grid_worker).post(page).content.decode("utf-8-sig")
    assert "阁楼" not in signed_in(outsider).post(page).content.decode("utf-8-sig")
    with scope(commander, stage):
        entries = Entry.objects.filter(action="interop.exported")
        assert sorted((one.detail["masked"], one.reason is None) for one in entries) == [
            (False, False),
            (True, True),
        ]


def test_without_the_right_nothing_is_offered_or_set_up(
    stage: UUID, grid_worker: Actor, outsider: Actor
) -> None:
    assert upload(signed_in(grid_worker)).status_code == 403
    for stranger in (grid_worker, outsider):
        client = signed_in(stranger)
        packed = base64.b64encode(SHEET.encode()).decode()
        answer = client.post(f"{PAGE}publish/", {"packed": packed, "name": "n.md", "area": COMMUNITY})
        assert answer.status_code == 403
    assert signed_in(grid_worker).get(f"{PAGE}phone/").status_code == 403
