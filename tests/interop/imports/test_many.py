"""R12 through the whole import: thousands of rows, some broken in twenty ways, and files of every encoding."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.errors import Refusal
from muster.domain.people.models import Identity, Resident
from muster.interop.imports import queries
from muster.interop.imports.outcomes import RESULTS
from muster.interop.models import ImportRow
from tests.interop.imports.files import Desk, csv_of, person
from tests.interop.tables import makers
from tests.interop.tables.test_report import BREAKS

ROWS = 5_000
HEADER = ("备注", "证件号码", "出生日期", "居民姓名", "手机", "现住址")
COLUMNS = {0: 5, 1: 4, 2: 3, 3: 1, 4: 2}


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    return Desk(desk, incident, now)


def broken_list() -> tuple[bytes, dict[int, int]]:
    """A list with one row in a hundred broken, and which way by row number."""
    target, ways = io.StringIO(newline=""), {}
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for at in range(ROWS):
        name, document, phone, address = person(at)
        row = ["", document, "", name, phone, address]
        if at % 100 == 7:
            way = at // 100 % 21
            ways[at + 2] = way
            if way == 20:
                row.append("错位")
            else:
                row[COLUMNS[BREAKS[way][0]]] = BREAKS[way][1]
        writer.writerow(row)
    return target.getvalue().encode("gb18030"), ways


def test_thousands_of_rows_are_all_accounted_for(at_desk: Desk) -> None:
    data, ways = broken_list()
    made = at_desk.preview(at_desk.upload(data))
    foreseen = {name: made.counts[name] for name in RESULTS}
    made = at_desk.run(made)
    assert {name: made.counts[name] for name in RESULTS} == foreseen
    assert sum(foreseen.values()) == ROWS
    with scope(at_desk.by, at_desk.incident):
        refused = set(ImportRow.objects.filter(upload=made, result="refused").values_list("row", flat=True))
        assert ImportRow.objects.filter(upload=made).count() == ROWS
        assert not ImportRow.objects.filter(upload=made, result="refused", code="").exists()
        assert Resident.objects.count() == foreseen["taken"]
    # no document and no name are no reason to refuse somebody with a telephone
    assert {row for row, way in ways.items() if way not in (7, 14)} == refused
    again = at_desk.whole(data, name="又一份.csv")
    assert again.counts["already"] == foreseen["taken"] + foreseen["already"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_every_encoding_brings_the_same_people(at_desk: Desk, encoding: str) -> None:
    rows = [person(n, "欧阳镕基") for n in range(40)]
    made = at_desk.whole(csv_of(rows, encoding=encoding))
    assert made.counts["taken"] == 40
    with scope(at_desk.by, at_desk.incident):
        from muster.core.vault import vault

        index = vault(at_desk.incident).index("name", "欧阳镕基")
        assert Identity.objects.filter(name_x=index).count() == 40
        assert queries.words(made)["header"][0] == "姓名"


@pytest.mark.parametrize("make", [makers.xlsx, makers.ods, makers.xls], ids=["xlsx", "ods", "xls"])
def test_every_workbook_brings_the_same_people(at_desk: Desk, make: object) -> None:
    rows = [["姓名", "身份证号", "联系电话", "现住址"], *(list(person(n)) for n in range(5))]
    assert callable(make)
    made = at_desk.whole(make(rows), name="名单")
    assert made.counts["taken"] == 5


@pytest.mark.parametrize(
    "name",
    [
        "张\u202e三",
        "张\u200b三",
        "a\x07b",
        "张\ufffd",
        "\ue000" * 200,
        "𠮷野",
        "阿依古丽·买买提",
        "＝1+1",
        "=cmd|' /C calc'!A0",
    ],
)
def test_a_name_is_stored_exactly_or_refused(at_desk: Desk, name: str) -> None:
    from muster.core.vault import vault
    from muster.domain.people import sealing

    made = at_desk.whole(csv_of([(name, "", "13800000001", "")]))
    with scope(at_desk.by, at_desk.incident):
        held = [sealing.opened(vault(at_desk.incident), row).name for row in Identity.objects.all()]
    assert held == [name] if made.counts["taken"] else made.counts["refused"] == 1


def test_hostile_workbooks_are_refused_with_a_code(at_desk: Desk) -> None:
    bomb = makers.packed(makers.parts(makers.sheet_xml([["姓名"], ["x" * 60_000_000]])))
    encrypted = makers.compound("EncryptedPackage", b"x")
    for data in (bomb, encrypted, makers.packed({"../x": "y"}), makers.packed(makers.parts(b"<not xml"))):
        with pytest.raises(Refusal) as refused:
            at_desk.upload(data)
        assert refused.value.code.startswith("tables.")
        assert refused.value.say("en") != refused.value.say("zh")
