"""R12 to R17 on every kind of import: broken, mis-encoded, spoiled, hostile and strange files; text pasted as well."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID

import pytest
from openpyxl import load_workbook

from muster.commandpost.import_labels import FIELD, KIND
from muster.core.access import Actor, scope, system
from muster.core.errors import Refusal
from muster.core.ids import derive_id, new_id
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import OrganisationKind
from muster.interop.imports import export, kinds
from muster.interop.imports.outcomes import RESULTS, is_balanced
from muster.interop.imports.refusals import MustAccept
from muster.interop.models import ImportRow
from muster.interop.tables.pasted import to_table
from muster.project.commands_import import KINDS
from tests.cast import CITY, COMMUNITY, DISTRICT, SUBDISTRICT
from tests.interop.imports.files import Desk, csv_of, person
from tests.interop.tables import makers

HEADERS = {
    "residents": ("姓名", "身份证号", "联系电话", "现住址"), "lists": ("姓名", "身份证号", "联系电话", "现住址"),
    "batches": ("日期", "派出单位", "人数", "支援街道", "任务"),
    "buildings": ("社区", "小区名称", "楼栋号", "层数", "每层户数"),
    "cases": ("病例编号", "姓名", "手机", "发病日期", "报告日期"),
    "areas": ("区划代码", "名称", "级别"),
    "responders": ("姓名", "单位", "类别", "技能", "社区"),
}  # fmt: skip
OPTIONS = {"lists": {"purpose": "verification"}}
PAYLOADS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")')


def good(kind: str, n: int) -> tuple[object, ...]:
    """A row of a kind that nothing is wrong with."""
    if kind == "batches":
        return ("2022-02-18", "市城管局", n + 1, "坂田街道", f"卡口{n}")
    if kind == "buildings":
        return ("杨美社区", "中兴路", f"{n + 1}栋", 3, 2)
    if kind == "cases":
        return (f"C-{n}", "张" + "三四五六"[n % 4], f"138001380{n:02}", "2022-02-14", "2022-02-16")
    if kind == "areas":
        return (f"440307006{n + 100}", f"第{n}社区", "社区")
    if kind == "responders":
        return ("张" + "三四五六"[n % 4], "市城管局", "志愿者", "采样、登记", "杨美社区")
    return person(n, "张" + "三四五六"[n % 4])


def broken(kind: str) -> list[tuple[object, ...]]:
    """Rows of a kind, each spoiled in another way, as spreadsheets and people spoil them."""
    if kind == "batches":
        return [
            ("昨天", "市城管局", 5, "坂田", ""), ("2022-02-18", "", 5, "坂田", ""),
            ("2022-02-18", "市城管局", "几个", "坂田", ""), ("2022-02-18", "没有的单位", 5, "坂田", ""),
            ("2022-02-18", "市城管局", 5, "火星街道", ""),
        ]  # fmt: skip
    if kind == "buildings":
        return [
            ("杨美社区", "", "", 3, 2), ("杨美社区", "甲", "1月2日", 3, 2), ("杨美社区", "甲", "9栋", 999, 2),
            ("杨美社区", "甲", "9栋", "x", 2), ("杨美社区", "甲" * 200, "9栋", 3, 2),
        ]  # fmt: skip
    if kind == "cases":
        return [
            ("", "李四", "", "2022-02-14", ""), ("C-90", "李四", "", "昨天", ""), ("C-91", "李四", "", "", ""),
            ("C-92", "李\u202e四", "", "2022-02-14", ""), ("C" * 200, "李四", "", "2022-02-14", ""),
        ]  # fmt: skip
    if kind == "areas":
        return [
            ("4.40307E+14", "甲社区", ""), ("440307006", "甲社区", "社区"), ("440303001002", "翠竹社区", ""),
            ("440307006900", "", ""), ("440307006901", "甲\u202e社区", ""),
        ]  # fmt: skip
    if kind == "responders":
        return [
            ("", "市城管局", "", "", ""), ("李四", "", "", "", ""), ("李四", "市城管局", "神仙", "", ""),
            ("李四", "市城管局", "", "飞行", ""), ("李\u202e四", "市城管局", "", "", ""),
        ]  # fmt: skip
    return [
        ("", "", "", ""), ("李四", "4.40399E+17", "", ""), ("李四", "", "1.38E+10", ""),
        ("李四", "440399194003010018", "", ""), ("李四", "", "138****0000", ""),
        ("李\ufffd", "", "13800000001", ""), ("李\u202e四", "", "13800000002", ""),
    ]  # fmt: skip


@pytest.fixture
def at_desk(
    desk: Actor, commander: Actor, incident: UUID, now: datetime, request: pytest.FixtureRequest
) -> Desk:
    with scope(system(incident=incident), incident) as by:
        areas = [
            places.NewArea(CITY, "深圳市", "city"), places.NewArea(DISTRICT, "龙岗区", "district"),
            places.NewArea(SUBDISTRICT, "坂田街道", "subdistrict"), places.NewArea(COMMUNITY, "杨美社区", "community"),
        ]  # fmt: skip
        places.add_areas(
            told=[Told(new_id(), now, by.by, places.AddAreas(areas))], by=by, incident=incident, now=now
        )
        body = responders.OrganisationBody(
            id=derive_id("test", "sender"), name="市城管局", kind=OrganisationKind.AGENCY, area=CITY
        )
        told = [Told(new_id(), now, by.by, responders.AddOrganisations([body]))]
        responders.add_organisations(told=told, by=by, incident=incident, now=now)
    kind = request.node.callspec.params.get("kind") if hasattr(request.node, "callspec") else None
    return Desk(commander if kind == "areas" else desk, incident, now, SUBDISTRICT)


def test_the_page_and_the_command_line_know_every_kind() -> None:
    assert set(KIND) == set(KINDS) == set(kinds.KINDS)
    assert {field for kind in kinds.KINDS.values() for field in kind.fields} <= set(FIELD)


@pytest.mark.parametrize("kind", HEADERS)
def test_every_row_has_one_fate_and_every_refusal_a_reason(at_desk: Desk, kind: str) -> None:
    rows = [good(kind, n) for n in range(60)] + broken(kind) + [good(kind, 0)]
    made = at_desk.whole(csv_of(rows, HEADERS[kind]), kind, **OPTIONS.get(kind, {}))
    assert made.rows == len([row for row in rows if any(str(cell) for cell in row)])
    assert is_balanced(made.counts)
    assert made.counts["taken"] >= 60
    assert made.counts["refused"] + made.counts["doubtful"] >= len(broken(kind)) - 2
    with scope(at_desk.by, at_desk.incident):
        assert not ImportRow.objects.filter(upload=made, result="refused", code="").exists()
        assert set(ImportRow.objects.filter(upload=made).values_list("result", flat=True)) <= set(RESULTS)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gbk", "gb18030"])
@pytest.mark.parametrize("kind", HEADERS)
def test_every_encoding_says_the_same(at_desk: Desk, kind: str, encoding: str) -> None:
    rows = [good(kind, n) for n in range(12)]
    made = at_desk.whole(csv_of(rows, HEADERS[kind], encoding), kind, **OPTIONS.get(kind, {}))
    assert made.counts["taken"] == 12
    again = at_desk.whole(csv_of(rows, HEADERS[kind]), kind, "另一个名字.csv", **OPTIONS.get(kind, {}))
    assert (again.counts["taken"], again.counts["already"]) == (0, 12)


@pytest.mark.parametrize("kind", sorted(kinds.KINDS))
def test_hostile_files_are_refused_whatever_they_say_they_are(at_desk: Desk, kind: str) -> None:
    bomb = makers.packed(makers.parts(makers.sheet_xml([["姓名"], ["x" * 60_000_000]])))
    for data in (
        bomb, makers.compound("EncryptedPackage", b"x"), makers.packed({"../x": "y"}),
        makers.packed(makers.parts(b"<not xml")),
        b"%PDF-1.7", b"<html><table>", b"\0" * 64, b"", '姓名,"电话\n'.encode() + b"x" * 40_000,
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            at_desk.upload(data, kind, **OPTIONS.get(kind, {}))
        assert refused.value.code.startswith("tables.")


@pytest.mark.parametrize("kind", HEADERS)
def test_a_sheet_that_ends_at_the_limit_stops_for_a_person(at_desk: Desk, kind: str) -> None:
    first, last = (",".join(map(str, row)) for row in (good(kind, 1), good(kind, 2)))
    data = (",".join(HEADERS[kind]) + "\n" + first + "\n" * 65_534 + last).encode()
    made = at_desk.upload(data, kind, **OPTIONS.get(kind, {}))
    assert "tables.cut_at_limit" in {one["code"] for one in made.cautions}
    with pytest.raises(MustAccept):
        at_desk.preview(made, accepted=False)


@pytest.mark.parametrize("kind", HEADERS)
def test_no_report_holds_a_formula(at_desk: Desk, kind: str, now: datetime) -> None:
    place = {"batches": 4, "buildings": 1, "cases": 1, "areas": 1, "responders": 1}.get(kind, 0)
    rows = []
    for n, payload in enumerate(PAYLOADS):
        row = list(good(kind, n))
        row[place] = payload
        rows.append(row)
    made = at_desk.whole(csv_of(rows, HEADERS[kind]), kind, **OPTIONS.get(kind, {}))
    with scope(at_desk.by, at_desk.incident):
        book = export.report(
            upload=made.id, result="", language="zh", by=at_desk.by, incident=at_desk.incident, now=now
        )
    for sheet in load_workbook(io.BytesIO(book)):
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_pasted_text_goes_the_same_way(at_desk: Desk) -> None:
    text = "张三 13800138000 荣华里3栋501\n=cmd|' /C calc'!A0\n李\u202e四 13800138001\n王五\n\n13800138002"
    made = at_desk.whole(to_table(text), "lists", "粘贴的文字", purpose="verification")
    assert is_balanced(made.counts)
    assert made.counts["taken"] >= 3
    with pytest.raises(Refusal) as refused:
        at_desk.upload(to_table("张三\0 13800138000"), "lists", purpose="verification")
    assert refused.value.code == "tables.nul"
