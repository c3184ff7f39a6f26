"""What a preview kept spares the run reading the file again, and changes nothing about what comes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from muster.core.access import Actor, scope
from muster.domain.people.models import Resident
from muster.domain.worklists.models import ListEntry, WorkItem
from muster.interop.imports import engine, kept, ready
from muster.interop.imports.reading import read_rows
from muster.interop.models import Import, ImportPart, ImportRow
from tests.interop.imports.files import Desk, csv_of, person

OPTIONS = {"purpose": "verification", "source": "市疾控", "title": "0301"}
BUILDING = ("社区", "小区名称", "楼栋号", "层数", "每层户数")


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    return Desk(desk, incident, now)


def rows() -> list[tuple[str, ...]]:
    """A list: people of whom some will be known by the time of the run, a door that is not there yet, a broken row."""
    listed: list[tuple[str, ...]] = [person(n) for n in range(30)]
    listed[3] = ("欧阳镕基", "", listed[3][2], "中兴路3栋202")
    listed[11] = (*listed[11][:3], "中兴路3栋202")
    listed[4] = ("", "", listed[4][2], "")
    listed[5] = (*listed[5][:2], "", "")
    listed[6] = (listed[6][0], "440399199001011239", "", "")
    return listed


def outcome(made: Import, at_desk: Desk) -> dict[str, Any]:
    """All that a run would leave behind."""
    with scope(at_desk.by, at_desk.incident), transaction.atomic():
        ran = at_desk.run(made)
        report = ("row", "result", "code", "field", "how", "subject", "candidates")
        left = {
            "counts": ran.counts,
            "report": list(ImportRow.objects.filter(upload=made).order_by("row").values_list(*report)),
            "people": set(Resident.objects.values_list("id", "area", "dwelling", "withdrawn_at")),
            "entries": set(ListEntry.objects.values_list("id", "resident", "item", "how")),
            "work": set(WorkItem.objects.values_list("id", "subject", "state", "causes", "area")),
        }
        assert not ImportPart.objects.exists()
        transaction.set_rollback(True)
    return left


def test_a_run_is_what_it_would_be_afresh_whatever_came_since(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 7)
    gone = at_desk.whole(csv_of([person(20), person(21)]))
    made = at_desk.preview(at_desk.upload(csv_of(rows()), "lists", **OPTIONS))
    before = outcome(made, at_desk)
    with scope(at_desk.by, at_desk.incident):
        assert ImportPart.objects.filter(upload=made.id).count() == 5
    # since the preview: people came, by document, telephone or name alone; a building; somebody was taken back
    at_desk.whole(
        csv_of([person(1), person(2), ("欧阳镕基", "", person(3)[2], ""), (*person(8)[:1], "", "", "")])
    )
    at_desk.whole(csv_of([("杨美社区", "中兴路", "3栋", 2, 2)], BUILDING), "buildings")
    at_desk.whole(csv_of([person(9), person(10)], encoding="gbk"), "lists", "other.csv", **OPTIONS)
    at_desk.undo(gone)
    from_kept = outcome(made, at_desk)
    with monkeypatch.context() as patched:
        patched.setattr(kept, "kept", lambda *_: None)
        afresh = outcome(made, at_desk)
    assert from_kept == afresh
    assert (before["counts"]["matched"], from_kept["counts"]["matched"]) == (2, 5)
    homes = [{door for _, _, door, _ in left["people"] if door} for left in (before, from_kept)]
    assert [len(doors) for doors in homes] == [0, 1]


def test_a_run_reads_no_file_that_was_previewed_and_an_older_release_s_rows_are_read_again(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reading(*given: Any) -> Any:
        read.append("file")
        return read_rows(*given)

    monkeypatch.setattr(engine, "read_rows", reading)
    made = at_desk.preview(at_desk.upload(csv_of(rows()), "lists", **OPTIONS))
    made = at_desk.preview(made)  # the second preview takes the place of the first
    with scope(at_desk.by, at_desk.incident):
        ((sealed,),) = ImportPart.objects.values_list("sealed")
    assert person(0)[2].encode() not in bytes(sealed)
    first = outcome(made, at_desk)
    assert len(read) == 2
    monkeypatch.setattr(ready, "__version__", "another")
    assert outcome(made, at_desk) == first
    assert len(read) == 3
