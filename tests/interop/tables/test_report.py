"""R12: a hundred thousand rows with one in a hundred broken in twenty ways are all accounted for."""

import csv
import io
from collections import Counter

import pytest

from muster.interop.tables import values
from muster.interop.tables.addresses import address_key
from muster.interop.tables.columns import propose_mapping
from muster.interop.tables.read import read_table
from muster.interop.tables.report import RowReport, Unbalanced, row_problem
from tests.interop.tables.makers import citizen

ROWS = 100_000
HEADER = ["现住址", "联系电话", "姓名", "证件号码", "出生日期"]
BREAKS: list[tuple[int, str]] = [
    (3, "4.40399E+17"), (3, "440399199001011000"), (3, "440399199001"), (3, "4403**********1234"),
    (3, "440399199002301234"), (3, "990399199001011234"), (3, "无"), (3, ""), (1, "1.38E+10"), (1, "138****0000"),
    (1, "1380000"), (1, "1380000000"), (1, "75583125678"), (1, "不详"), (2, ""), (2, "张\u202e三"), (2, "张\u200b三"),
    (2, "张\ufffd"), (2, "12345"), (4, "2022-02-30"),
]  # fmt: skip


def big_list() -> tuple[bytes, Counter[int]]:
    """The file, and how many rows were broken in each way (one in a hundred) or repeated (one in a thousand)."""
    target, broken = io.StringIO(newline=""), Counter[int]()
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for at in range(ROWS):
        serial = at - 1 if at % 1_000 == 501 else at
        row = [
            f"中兴路{serial % 90 + 1}栋{serial % 30 + 1}01",
            f"13{serial:09}",
            "张三",
            citizen(serial, serial % 997 + 1),
            "",
        ]
        if at % 100 == 7:
            way = at // 100 % 21
            broken[way] += 1
            if way == 20:
                row.append("错位")
            else:
                row[BREAKS[way][0]] = BREAKS[way][1]
        writer.writerow(row)
    return target.getvalue().encode("gb18030"), broken


def test_every_row_of_a_big_broken_list_has_one_fate() -> None:
    data, broken = big_list()
    table = read_table(data, "名单.csv")
    at = propose_mapping(table.header).fields
    readers = {"document": values.citizen_id, "phone": values.phone, "name": values.name}
    report, seen = RowReport(table.numbers), set[tuple[str, ...]]()
    for number, row in zip(table.numbers, table.rows, strict=True):
        problems = [(field, read(row[at[field]])[1]) for field, read in readers.items()]
        if row[at["birth_date"]]:
            problems.append(("birth_date", values.date(row[at["birth_date"]])[1]))
        if slipped := row_problem(row, len(table.header)):
            problems = [("", slipped)]
        address_key(row[at["address"]])
        found = [(field, code) for field, code in problems if code and code != "document.maybe_rounded"]
        for field, code in found:
            report.refuse(number, field, code)
        if not found and row in seen:
            report.duplicate(number)
        elif not found:
            seen.add(row)
            report.take(number)
    counts = report.finish()
    assert counts["rows"] == ROWS == counts["taken"] + counts["refused"] + counts["duplicate"]
    assert (counts["refused"], counts["duplicate"]) == (sum(broken.values()), ROWS // 1_000)
    assert len(broken) == 21
    assert {issue.row for issue in report.refusals} == {n + 2 for n in range(ROWS) if n % 100 == 7}
    assert all(issue.code for issue in report.refusals)


def test_a_row_counted_twice_or_never_is_an_error() -> None:
    report = RowReport([2, 3])
    report.take(2)
    with pytest.raises(Unbalanced):
        report.duplicate(2)
    with pytest.raises(Unbalanced):
        report.take(9)
    with pytest.raises(Unbalanced):
        report.finish()
    report.refuse(3, "phone", "phone.length")
    report.refuse(3, "name", "name.missing")
    assert report.finish() == {"rows": 2, "taken": 1, "refused": 1, "duplicate": 0}
    assert len(report.refusals) == 2
