"""Text pasted from chats: every line becomes somebody, and nothing of it is lost."""

from __future__ import annotations

import csv
import io

import pytest

from muster.interop.tables.pasted import HEADER, to_table
from muster.interop.tables.read import read_table

LINES = [
    ("张三 13800138000 荣华里3栋501", ("张三", "", "13800138000", "", "荣华里3栋501", "")),
    ("1、张三，138 0013 8000，中兴路3栋2单元501", ("张三", "", "138 0013 8000", "", "中兴路3栋2单元501", "")),
    ("姓名：李四 电话：+86 139-0000-0001 女", ("李四", "", "+86 139-0000-0001", "女", "", "")),
    ("王五\t440307199001011234\t\t花园3期12-B-1502", ("王五", "440307199001011234", "", "", "花园3期12-B-1502", "")),
    ("买买提·吐尔逊 0755-28881234", ("买买提·吐尔逊", "", "0755-28881234", "", "", "")),
    ("John Smith 13700000000 B栋1203", ("John Smith", "", "13700000000", "", "B栋1203", "")),
    ("13600000000", ("", "", "13600000000", "", "", "")),
    ("赵六", ("赵六", "", "", "", "", "")),
    ("（3）孙七 440307900101123 老人一个人住", ("孙七", "440307900101123", "", "", "", "老人一个人住")),
    ("王主任 10:23", ("", "", "", "", "", "王主任 10:23")),
    ("钱八 男 13500000000 杨美村东三巷12号302 发热", ("钱八", "", "13500000000", "男", "杨美村东三巷12号302", "发热")),
]  # fmt: skip


def rows(text: str) -> list[tuple[str, ...]]:
    listed = list(csv.reader(io.StringIO(to_table(text).decode())))
    assert tuple(listed[0]) == HEADER
    return [tuple(row) for row in listed[1:]]


@pytest.mark.parametrize(("line", "cells"), LINES)
def test_a_line_becomes_a_person(line: str, cells: tuple[str, ...]) -> None:
    assert rows(line) == [cells]


def test_several_people_in_a_line() -> None:
    assert [row[0] for row in rows("张三、李四、王五")] == ["张三", "李四", "王五"]
    assert [row[:3] for row in rows("张三 13800138000；李四 13900139000")] == [
        ("张三", "", "13800138000"),
        ("李四", "", "13900139000"),
    ]


def test_a_table_stays_the_table_it_is() -> None:
    for mark in "\t,":
        text = f"姓名{mark}电话\n张三{mark}13800138000\n"
        table = read_table(to_table(text), "pasted")
        assert (table.header, table.rows) == (("姓名", "电话"), [("张三", "13800138000")])


@pytest.mark.parametrize(
    "odd", ["=cmd|' /C calc'!A0", "张三\u202e\u200b", '"' * 50, "、" * 500, "\0", "x" * 100_000]
)
def test_odd_text_becomes_cells_and_is_never_lost(odd: str) -> None:
    listed = rows(odd)
    for letter in set(odd) - set(' 、"\u202e\u200b\0|'):
        assert any(letter in cell for row in listed for cell in row)
