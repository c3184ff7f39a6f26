"""Workbooks of every kind give the text a person sees, ids unmangled."""

import io
from datetime import datetime as moment

import pytest
import xlsxwriter

from muster.interop.tables.read import read_table
from muster.interop.tables.shapes import Table, TableRefused
from tests.interop.tables import makers


def codes(table: Table) -> set[str]:
    """The caution codes of a table."""
    return {caution.code for caution in table.warnings}


def test_numbers_days_and_times_read_as_a_person_sees_them() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, ["姓名", "电话", "日期", "时间", "备注", "序号", "身份证号"])
        day, minute = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "hh:mm"})
        stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.write(1, 0, "  阿布都·热合曼 ")
        sheet.write(1, 1, 13800138000)
        sheet.write_datetime(1, 2, moment(2022, 2, 18), day)  # noqa: DTZ001
        sheet.write_number(1, 3, 0.5, minute)
        sheet.write_datetime(1, 4, moment(2022, 2, 18, 13, 30), stamp)  # noqa: DTZ001
        sheet.write(1, 5, 0.1 + 0.2)
        sheet.write(1, 6, 440399199001011234)
    row = read_table(target.getvalue(), "名单.xlsx").rows[0]
    assert row == (
        "  阿布都·热合曼 ", "13800138000", "2022-02-18", "12:00:00", "2022-02-18 13:30:00", "0.3",
        "4.40399199001011E+17",
    )  # fmt: skip


def test_an_old_xls_and_an_ods_read_like_an_xlsx() -> None:
    rows = [["姓名", "身份证号"], ["张三", makers.citizen(1)], ["李四", makers.citizen(2)]]
    tables = [read_table(make(rows), "名单") for make in (makers.xlsx, makers.xls, makers.ods)]
    assert all(table.header == ("姓名", "身份证号") for table in tables)
    assert all([list(row) for row in table.rows] == rows[1:] for table in tables)


def test_a_number_in_an_old_xls_keeps_no_decimal_point() -> None:
    assert read_table(makers.xls([["姓名", "电话"], ["张三", 13800138000.0]]), "x").rows == [
        ("张三", "13800138000")
    ]


def test_row_numbers_are_those_of_the_spreadsheet_program() -> None:
    rows = [["核查名单"], [], ["姓名", "电话"], ["张三", "1"], [], ["李四", "2"]]
    table = read_table(makers.xlsx(rows), "名单.xlsx")
    assert (table.header_number, table.numbers) == (3, [4, 6])
    assert "tables.title_rows" in codes(table)


def test_merged_cells_of_one_household_fill_every_row_and_say_so() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["住址", "姓名"])
        sheet.merge_range(1, 0, 3, 0, "3栋501")
        for at, name in enumerate(["张三", "李四", "王五"], start=1):
            sheet.write(at, 1, name)
    table = read_table(target.getvalue(), "x.xlsx")
    assert [row[0] for row in table.rows] == ["3栋501"] * 3
    assert "tables.merged_filled" in codes(table)


def test_other_filled_sheets_are_named_and_can_be_asked_for() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.add_worksheet("说明")
        for sheet in ("甲", "乙"):
            book.add_worksheet(sheet).write_column(0, 0, ["姓名", f"{sheet}人"])
    table = read_table(target.getvalue(), "x.xlsx")
    assert (table.sheet, table.rows) == ("甲", [("甲人",)])
    assert [c.details["sheets"] for c in table.warnings if c.code == "tables.other_sheets"] == ["乙"]
    assert read_table(target.getvalue(), "x.xlsx", sheet="乙").rows == [("乙人",)]
    with pytest.raises(TableRefused, match="no_sheet"):
        read_table(target.getvalue(), "x.xlsx", sheet="丙")


def test_formula_errors_are_counted_because_they_read_as_blank() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "电话"])
        sheet.write(1, 0, "张三")
        sheet.write_formula(1, 1, "=1/0", None, "#DIV/0!")
    assert [c.details["cells"] for c in read_table(target.getvalue(), "x").warnings] == [1]


@pytest.mark.parametrize(
    ("rows", "warned"), [(65_535, False), (65_536, True), (65_537, False), (1_048_576, True)]
)
def test_a_sheet_that_ends_at_a_limit_waits_for_a_person(rows: int, warned: bool) -> None:
    data = ("姓名\n" + "张三\n" * (rows - 1)).encode()
    table = read_table(data, "名单.csv")
    assert len(table.rows) == rows - 1
    assert any(c.code == "tables.cut_at_limit" and c.must_be_accepted for c in table.warnings) is warned
