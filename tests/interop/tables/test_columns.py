"""Headers in two languages and any order; title rows; data without a header."""

import random

import pytest

from muster.interop.tables.columns import find_header, propose_mapping
from muster.interop.tables.read import read_table

CHINESE = {
    "姓名": "name", "身份证号": "document", "联系电话": "phone", "性别": "sex",
    "出生日期": "birth_date", "现住址": "address",
    "街道": "subdistrict", "所属社区": "community", "网格": "grid", "小区": "compound",
    "楼栋": "building", "单元": "unit",
    "房号": "room", "户编号": "household", "特殊人群": "vulnerability", "备注": "note",
    "推送日期": "date", "名单来源": "list_source",
    "人员类别": "category",
}  # fmt: skip
ENGLISH = {
    "Name": "name", "ID number": "document", "Mobile": "phone", "Sex": "sex", "Date of birth": "birth_date",
    "Address": "address", "Community": "community", "Grid": "grid", "Building": "building",
    "Unit": "unit", "Room": "room",
    "Household ID": "household", "Remarks": "note", "List source": "list_source", "Category": "category",
}  # fmt: skip


@pytest.mark.parametrize("words", [CHINESE, ENGLISH])
def test_every_column_is_found_in_any_order(words: dict[str, str]) -> None:
    source = random.Random(3)
    for _ in range(20):
        header = source.sample(list(words), len(words))
        mapping = propose_mapping(header)
        assert {field: header[at] for field, at in mapping.fields.items()} == {f: w for w, f in words.items()}
        assert mapping.unmapped == ()


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (" 姓 名 ", "name"), ("姓名*", "name"), ("*身份证号码（18位）", "document"),
        ("手机号码【必填】", "phone"), ("ＮＡＭＥ", "name"),
        ("phone_number", "phone"), ("住户姓名", "name"), ("本人手机号", "phone"), ("疫情期间居住地址", "address"),
        ("联系电话\n(手机)", "phone"), ("DATE-OF-BIRTH", "birth_date"), ("证件号码：", "document"),
    ],
)  # fmt: skip
def test_a_header_may_be_decorated(written: str, field: str) -> None:
    assert propose_mapping([written]).fields == {field: 0}


def test_other_peoples_data_is_not_taken_for_the_persons() -> None:
    mapping = propose_mapping(["紧急联系人电话", "网格员电话", "户主姓名", "核查人姓名", "姓名", "联系电话"])
    assert (mapping.fields["name"], mapping.fields["phone"]) == (4, 5)
    assert mapping.unmapped == (1, 2, 3)


def test_of_two_columns_for_one_field_the_plainer_wins() -> None:
    mapping = propose_mapping(["居民备用手机号", "手机号", "电话"])
    assert mapping.fields == {"phone": 1}
    assert mapping.unmapped == (0, 2)


def test_the_header_is_found_under_titles() -> None:
    titles = [
        ["马安堂社区重点人员核查名单"],
        ["填报单位：某街道", "", "日期", "2022年2月18日"],
        ["注意：请核对姓名"],
    ]
    rows = [*titles, ["", "", ""], ["序号", "姓名", "电话"], ["1", "张三", "13800000000"]]
    assert find_header(rows) == 4


def test_the_lower_of_two_header_rows_names_the_columns() -> None:
    rows = [["姓名", "住址", "", ""], ["姓名", "楼栋", "单元", "房号"], ["张三", "3", "2", "501"]]
    assert find_header(rows) == 1


def test_a_header_printed_again_on_the_next_page_costs_no_rows() -> None:
    rows = [["姓名", "备注"], ["张三", ""], ["李四", ""], ["姓名", "备注"], ["王五", ""]]
    assert find_header(rows) == 0
    assert find_header([["姓名", "备注"], ["姓名", "备注"], ["王五", ""]]) == 0


def test_a_file_without_a_header_keeps_its_first_row() -> None:
    table = read_table("张三,13800000000\n李四,13900000000\n".encode(), "x.csv")
    assert len(table.rows) == 2
    assert [c.code for c in table.warnings] == ["tables.no_header"]


def test_unknown_words_above_data_are_still_a_header() -> None:
    assert find_header([["foo", "bar"], ["张三", "13800000000"]]) == 0
