"""The imports page: a file comes in through four steps, in both languages; bad files end on a page with a code."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from muster.core.access import Actor, scope, system
from muster.domain.people.models import Resident
from muster.domain.responders.models import Responder
from muster.domain.worklists.models import ListEntry
from muster.interop.models import Import
from tests.cast import COMMUNITY, account_for
from tests.interop.imports.files import csv_of, person
from tests.interop.tables import makers

BASE = "/i/lg-0217/imports/"


def signed_in(actor: Actor, incident: UUID, language: str = "zh-hans") -> Client:
    with scope(system(), incident):
        account_for(actor)
    client = Client(headers={"accept-language": language})
    assert client.login(username=actor.username, password="night-shift-2022")
    return client


@pytest.fixture
def at_desk(desk: Actor, incident: UUID) -> Client:
    return signed_in(desk, incident)


def send(client: Client, data: bytes, kind: str = "residents", name: str = "名单.csv", **more: str) -> str:
    """Upload a file; the address of its page."""
    file = SimpleUploadedFile(name, data)
    answer = client.post(BASE, {"file": file, "kind": kind, "area": str(COMMUNITY), **more})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer["Location"]


def columns(client: Client, page: str, **more: str) -> None:
    """Accept the columns as proposed."""
    html = client.get(page).content.decode()
    chosen = {
        field: found.group(1)
        for field, options in re.findall(r'<select id="(column-\w+)"[^>]*>(.*?)</select>', html, re.S)
        if (found := re.search(r'<option value="(\d+)" selected', options))
    }
    assert chosen
    assert client.post(page + "columns/", chosen | more).status_code == 302


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-hans", ("已导入", "已存在", "证件号")), ("en", ("Taken", "Already there", "Excel"))],
)
def test_a_file_goes_through_the_four_steps(
    desk: Actor, incident: UUID, language: str, words: tuple[str, ...]
) -> None:
    client = signed_in(desk, incident, language)
    rows = [person(1), person(2), person(2), ("李四", "4.40399E+17", "13900000000", "")]
    page = send(client, csv_of(rows, encoding="gb18030"))
    columns(client, page)
    html = client.get(page).content.decode()
    assert "张*" in html
    assert person(1)[1] not in html
    with scope(desk, incident):
        assert not Resident.objects.exists()
    assert client.post(page + "run/").status_code == 302
    html = client.get(page).content.decode()
    for word in words:
        assert word in html
    with scope(desk, incident):
        made = Import.objects.get()
    assert [made.counts[name] for name in ("rows", "taken", "refused", "already", "doubtful")] == [
        4,
        2,
        1,
        1,
        0,
    ]
    book = load_workbook(io.BytesIO(client.get(page + "report.xlsx").content))
    cells = [cell for row in book.active.iter_rows(min_row=3) for cell in row]
    assert len(cells) == 4 * 8
    assert not [
        cell for cell in cells if cell.data_type == "f" or (cell.value is not None and cell.data_type != "s")
    ]
    assert not [cell for cell in cells if person(1)[1] in str(cell.value)]
    assert client.post(page + "undo/").status_code == 302
    assert client.get(BASE).status_code == 200
    with scope(desk, incident):
        assert Import.objects.get().counts["gone"] == 2


def test_files_left_at_any_step_stay_in_the_list(at_desk: Client, desk: Actor, incident: UUID) -> None:
    left = send(at_desk, csv_of([person(1)]))
    assert re.search(
        r"<td>文件已保存</td>\s*<td class=\"num\">1</td>\s*<td class=\"num\">–</td>", listed(at_desk)
    )
    assert at_desk.get(left).status_code == 200
    with scope(desk, incident):
        Import.objects.update(state="mapped")
    assert at_desk.get(left).status_code == 200
    assert "已指定列" in listed(at_desk)


def listed(client: Client) -> str:
    """The page with all imports."""
    answer = client.get(BASE)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "tables.empty"), (b"%PDF-1.7", "tables.unknown_format"), (b"PK\x03\x04broken", "tables.broken"),
        (makers.packed(makers.parts() | {"xl/vbaProject.bin": b"x"}), "tables.macro"),
        ("姓名,电话\n张三,1\x00".encode(), "tables.nul"), ('姓名,电话\n"张三,1\n'.encode(), "tables.quotes"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_file_that_cannot_be_taken_ends_on_a_page_with_its_code(
    desk: Actor, incident: UUID, language: str, data: bytes, code: str
) -> None:
    client = signed_in(desk, incident, language)
    file = SimpleUploadedFile("名单.xlsx", data or b" ")
    answer = client.post(BASE, {"file": file, "kind": "residents", "area": str(COMMUNITY)})
    assert answer.status_code == 422
    assert code in answer.content.decode()
    with scope(desk, incident):
        assert not Import.objects.exists()


def test_a_decision_is_made_on_the_page(at_desk: Client, desk: Actor, incident: UUID) -> None:
    page = send(at_desk, csv_of([person(1, "王小明")]))
    columns(at_desk, page)
    at_desk.post(page + "run/")
    page = send(at_desk, csv_of([("李雷", person(1)[1], "13700000001", "")]), name="二.csv")
    columns(at_desk, page)
    html = at_desk.get(page).content.decode()
    assert "王**" in html
    found = re.search(r'<select name="row-2".*?</select>', html, re.S)
    assert found
    (candidate,) = re.findall(r'value="([0-9a-f-]{36})"', found.group())
    assert at_desk.post(page + "decide/", {"row-2": candidate}).status_code == 302
    at_desk.post(page + "run/")
    with scope(desk, incident):
        assert Import.objects.order_by("-id")[0].counts["already"] == 1
        assert Resident.objects.count() == 1


def test_others_do_not_get_in(
    at_desk: Client, incident: UUID, grid_worker: Actor, outsider: Actor, tracer: Actor
) -> None:
    page = send(at_desk, csv_of([person(1)]))
    assert signed_in(grid_worker, incident).get(page).status_code == 403
    for actor in (outsider,):
        client = signed_in(actor, incident)
        for url in ("", "working/", "report.xlsx", "rows.json"):
            assert client.get(page + url).status_code == 404
        for url in ("columns/", "decide/", "run/", "undo/"):
            assert client.post(page + url, {"column-name": "0"}).status_code in (403, 404)
    reader = signed_in(tracer, incident)
    assert reader.get(page).status_code == 200
    assert reader.post(page + "columns/", {"column-name": "0"}).status_code == 403
    assert Client().get(page).status_code == 302


def test_a_list_with_its_options_and_nonsense_in_the_form(
    at_desk: Client, desk: Actor, incident: UUID
) -> None:
    page = send(
        at_desk, csv_of([person(1), person(2)]), "lists", purpose="key_person", source="市疾控", title="0218",
        deadline="2022-02-19T18:00",
    )  # fmt: skip
    columns(at_desk, page)
    at_desk.post(page + "run/")
    with scope(desk, incident):
        made = Import.objects.get()
        items = {row: str(item) for row, item in ListEntry.objects.values_list("row", "item")}
    assert (made.options["deadline"], made.counts["taken"]) == ("2022-02-19T18:00:00+08:00", 2)
    told = at_desk.get(page + "rows.json").json()
    assert (told["state"], told["counts"]["taken"]) == ("run", 2)
    assert {int(row): item for row, item in told["items"].items()} == items
    file = SimpleUploadedFile("x.csv", csv_of([person(3)]))
    for form in ({"kind": "taxes"}, {"area": "x"}, {"deadline": "soon"}, {"file": ""}):
        file.seek(0)
        answer = at_desk.post(BASE, {"file": file, "kind": "lists", "area": str(COMMUNITY)} | form)
        assert answer.status_code == 422
    for query in ("?result=x&after=y", "?after=99999999999", "?result=taken&after=2"):
        assert at_desk.get(page + query).status_code == 200
    for url in ("columns/", "decide/", "run/", "undo/"):
        assert at_desk.get(page + url).status_code == 409
    assert at_desk.post(page + "decide/", {"row-x": "same", "row-2": "nonsense"}).status_code < 500


@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", ("直接导入", "撤销")), ("en", ("Take it in at once", "Undo"))]
)
def test_a_list_taken_in_at_once(desk: Actor, incident: UUID, language: str, words: tuple[str, str]) -> None:
    client = signed_in(desk, incident, language)
    page = send(
        client, csv_of([person(1), ("李四", "440399199001011239", "", "")]), "lists", purpose="verification"
    )
    assert words[0] in client.get(page).content.decode()
    columns(client, page, at_once="1")
    html = client.get(page).content.decode()
    assert words[1] in html
    assert words[0] not in html
    told = client.get(page + "rows.json").json()
    assert (told["state"], told["counts"]["taken"], told["counts"]["refused"]) == ("run", 1, 1)
    assert len(told["items"]) == 1


def test_a_place_begins_with_its_areas_and_a_pasted_roster(
    desk: Actor, commander: Actor, incident: UUID
) -> None:
    areas = ("areas of the place", "辖区表（区划代码）")
    client = signed_in(commander, incident)
    page = _pasted(client, "区划代码\t名称\n440307006005\t杨美社区\n440307\t外区")
    columns(client, page)
    html = client.get(page).content.decode()
    assert "所写辖区不在本次导入的辖区范围内。" in html
    assert "<td>社区</td>" in html
    assert client.post(page + "run/").status_code == 302
    assert areas[1] in listed(client)
    client = signed_in(desk, incident, "en")
    assert areas[0] not in listed(client)[: listed(client).index("<table")]
    page = _pasted(
        client, "姓名\t单位\t类别\t职业\t技能\t社区\n王伟\t水务局\t下沉\t教师\t采样 登记\t杨美", "responders"
    )
    columns(client, page)
    html = client.get(page).content.decode()
    for words in ("王*", "secondee", "teacher", "taking samples · registering"):
        assert f"<td>{words}</td>" in html
    assert client.post(page + "run/").status_code == 302
    assert "Undo this import" not in client.get(page).content.decode()
    with scope(desk, incident):
        assert Responder.objects.get().area == COMMUNITY


def _pasted(client: Client, text: str, kind: str = "areas") -> str:
    answer = client.post(BASE, {"text": text, "kind": kind, "area": str(COMMUNITY)})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return answer["Location"]


def test_results_are_looked_at_first(at_desk: Client, desk: Actor, incident: UUID) -> None:
    page = send(at_desk, csv_of([("T-0001", "阴性")], ("管号", "结果")), "results")
    assert "直接导入" not in at_desk.get(page).content.decode()
    html = at_desk.get(page).content.decode()
    chosen = dict(
        re.findall(
            r'<select id="(column-(?:tube|result))"[^>]*>.*?<option value="(\d+)" selected', html, re.S
        )
    )
    assert at_desk.post(page + "columns/", chosen | {"at_once": "1"}).status_code == 409
    with scope(desk, incident):
        assert Import.objects.get().state != "run"
