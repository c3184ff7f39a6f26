"""The laboratory's file: once, corrected by a newer one, undone, and every bad row said."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.domain.sampling.models import ResultReported, Tube
from muster.domain.worklists.models import WorkItem
from muster.interop.models import Import, ImportRow
from tests.cast import DISTRICT, NOW
from tests.domain.sampling.cast import MEMBERS, do, sample, settle_in, tell
from tests.interop.imports.files import Desk, csv_of
from tests.interop.imports.test_residents import fates

HEADER = ("管号", "检测结果", "报告时间")


@pytest.fixture
def laboratory(incident: UUID, commander: Actor) -> Desk:
    """Tubes A1 (two people) and B2 (one) at the laboratory."""
    settle_in()
    with scope(system(), incident):
        for number, (code, member) in enumerate((("A1", 0), ("A1", 1), ("B2", 2))):
            do([tell(sample(MEMBERS[member], code), commander, number)], commander)
    return Desk(commander, incident, NOW + timedelta(hours=20), DISTRICT)


def results(desk: Desk) -> dict[str, str | None]:
    with scope(system(), desk.incident):
        return dict(Tube.objects.values_list("code", "result"))


def whole(desk: Desk, *rows: tuple[str, str, str], name: str = "结果.csv") -> Import:
    return desk.whole(csv_of(rows, HEADER), "results", name)


def at(desk: Desk, hours: int) -> str:
    from django.utils.timezone import localtime

    return localtime(desk.now - timedelta(hours=hours)).strftime("%Y-%m-%d %H:%M")


def test_a_file_reports_tubes_once_and_a_positive_pool_is_work_at_once(laboratory: Desk) -> None:
    rows = (("a1 ", "阳性（+）", at(laboratory, 3)), ("B2", "阴性", at(laboratory, 3)))
    assert fates(whole(laboratory, *rows)) == (2, 0, 0, 0)
    assert results(laboratory) == {"A1": "positive", "B2": "negative"}
    with scope(system(), laboratory.incident):
        assert WorkItem.objects.filter(kind="resample", state="open").count() == 2
    assert fates(whole(laboratory, *reversed(rows), name="再次.csv")) == (0, 0, 2, 0)
    with scope(system(), laboratory.incident):
        assert ResultReported.objects.count() == 2


def test_a_newer_row_corrects_and_undoing_its_file_brings_the_older_back(laboratory: Desk) -> None:
    whole(laboratory, ("A1", "positive", at(laboratory, 5)))
    second = whole(laboratory, ("A1", "negative", at(laboratory, 2)))
    assert results(laboratory)["A1"] == "negative"
    undone = laboratory.undo(second)
    assert undone.state == "undone"
    assert results(laboratory)["A1"] == "positive"
    with scope(system(), laboratory.incident):
        assert ResultReported.objects.count() == 2


def test_bad_rows_are_said_one_by_one_and_the_others_taken(laboratory: Desk) -> None:
    made = whole(
        laboratory, ("C9", "阴性", ""), ("A1", "也许", ""), ("", "阴性", ""), ("B2", "阴性", ""),
        ("A1", "阴性", at(laboratory, -3)), ("B2", "阴性", ""),
    )  # fmt: skip
    assert fates(made) == (1, 4, 1, 0)
    with scope(system(), laboratory.incident):
        said = set(ImportRow.objects.filter(upload=made, result="refused").values_list("row", "code"))
    assert {code for _row, code in said} == {
        "imports.unknown_tube", "imports.unknown_result", "imports.blank", "imports.future",
    }  # fmt: skip
