"""A table of areas: official codes of any length, names brought up to date, others refused row by row."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed
from muster.domain.places.models import Area
from muster.interop.imports import texts
from muster.interop.imports.refusals import NoUndo
from muster.interop.models import Import, ImportRow
from muster.interop.tables.pasted import to_table
from tests.cast import COMMUNITY, DISTRICT, GRID, SUBDISTRICT
from tests.interop.imports.files import Desk, csv_of
from tests.interop.imports.test_residents import fates

HEADER = ("区划代码", "名称", "级别", "上级代码", "纬度", "经度")
ROWS = [
    ("440307", "龙岗区", "", "", "", ""), ("440307006", "坂田街道", "街道", "440307", "22.63", "114.06"),
    ("440307006005", "杨美社区", "community", "", "", ""), (str(GRID), "杨美第一网格", "", "", "", ""),
]  # fmt: skip


@pytest.fixture
def at_desk(commander: Actor, incident: UUID, now: datetime) -> Desk:
    return Desk(commander, incident, now, DISTRICT)


def areas(desk: Desk) -> dict[int, tuple[str, str, int | None]]:
    with scope(system(), desk.incident):
        rows = Area.objects.values_list("code", "name", "level", "parent")
        return {code: (name, level, parent) for code, name, level, parent in rows}


def codes(desk: Desk, made: Import) -> dict[int, tuple[str, str]]:
    """What was said of rows: code and field."""
    with scope(system(), desk.incident):
        rows = ImportRow.objects.filter(upload=made).exclude(code="")
        return {row: (code, field) for row, code, field in rows.values_list("row", "code", "field")}


def test_a_place_nobody_has_heard_of_gets_its_areas(at_desk: Desk) -> None:
    made = at_desk.preview(at_desk.upload(csv_of(ROWS, HEADER, "gb18030"), "areas", "区划.csv"))
    assert (fates(made), areas(at_desk)) == ((4, 0, 0, 0), {})
    assert fates(at_desk.run(made)) == (4, 0, 0, 0)
    assert areas(at_desk) == {
        DISTRICT: ("龙岗区", "district", 440300000000000), SUBDISTRICT: ("坂田街道", "subdistrict", DISTRICT),
        COMMUNITY: ("杨美社区", "community", SUBDISTRICT), GRID: ("杨美第一网格", "grid", COMMUNITY),
    }  # fmt: skip
    text = "\n".join("\t".join(row) for row in [HEADER, *ROWS])
    again = at_desk.whole(to_table(text, of_people=False), "areas", "粘贴的文字")
    assert fates(again) == (0, 0, 4, 0)
    renamed = at_desk.whole(csv_of([("440307006", "坂田新街道")], ("代码", "名称")), "areas")
    assert (fates(renamed), codes(at_desk, renamed)) == (
        (1, 0, 0, 0), {2: ("imports.area_changed", "name")},
    )  # fmt: skip
    with scope(system(), at_desk.incident):
        area = Area.objects.get(code=SUBDISTRICT)
    assert (area.name, area.level, area.lat, area.lon) == ("坂田新街道", "subdistrict", 22.63, 114.06)
    with pytest.raises(NoUndo):
        at_desk.undo(renamed)


def test_rows_that_cannot_be_areas_are_said_one_by_one(at_desk: Desk) -> None:
    wrong = {
        ("4403070", "甲", "", "", "", ""): ("imports.code_digits", "code"),
        ("4.40307E+11", "甲", "", "", "", ""): ("imports.code_digits", "code"),
        ("", "甲", "", "", "", ""): ("imports.blank", "code"),
        ("440307001", "", "", "", "", ""): ("imports.blank", "name"),
        ("440307001", "甲" * 81, "", "", "", ""): ("text.too_long", "name"),
        ("440307001", "甲", "大区", "", "", ""): ("imports.unknown_level", "level"),
        ("440307", "甲社区", "社区", "", "", ""): ("imports.level_differs", "level"),
        ("440307001", "甲", "", "440303", "", ""): ("imports.not_above", "parent"),
        ("440307001", "甲", "", "", "22.6", ""): ("imports.number", "lat"),
        ("440303001", "翠竹街道", "", "", "", ""): ("imports.area_outside", "code"),
        ("4403", "深圳市", "", "", "", ""): ("imports.area_outside", "code"),
        ("440307006", "另一个名字", "", "", "", ""): ("imports.code_twice", "code"),
    }  # fmt: skip
    made = at_desk.whole(csv_of([*ROWS, *wrong, ROWS[0]], HEADER), "areas")
    assert fates(made) == (4, len(wrong), 1, 0)
    assert codes(at_desk, made) == dict(enumerate(wrong.values(), 2 + len(ROWS)))
    for code, _field in wrong.values():
        assert texts.reason(code, "zh") != texts.reason(code, "en") != code
    assert areas(at_desk).keys() == {DISTRICT, SUBDISTRICT, COMMUNITY, GRID}


def test_only_who_commands_the_area_names_what_lies_in_it(
    at_desk: Desk, desk: Actor, outsider: Actor
) -> None:
    for by, area in ((desk, SUBDISTRICT), (outsider, DISTRICT), (at_desk.by, 440300000000000)):
        with pytest.raises(NotAllowed):
            Desk(by, at_desk.incident, at_desk.now, area).upload(csv_of(ROWS, HEADER), "areas")
