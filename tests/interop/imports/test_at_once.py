"""A file of people taken in without a look before: the same comes of it, and it can be taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from muster.core import bulk
from muster.core.access import Actor, scope
from muster.core.ids import new_id
from muster.domain.people.models import Resident
from muster.domain.worklists.actions.reconciling import lock_items
from muster.domain.worklists.models import ListEntry, WorkItem
from muster.interop.imports import actions, queries
from muster.interop.imports.refusals import MustAccept, WrongState
from muster.interop.models import Import, ImportPart, ImportRow
from muster.interop.tables import read
from tests.interop.imports.files import FIELDS, Desk, csv_of, person

OPTIONS = {"purpose": "verification", "source": "市疾控", "title": "0301"}
HOUSES = csv_of([("杨美社区", "中兴路", "3栋", 2, 2)], ("社区", "小区名称", "楼栋号", "层数", "每层户数"))


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    return Desk(desk, incident, now)


def mapped(
    made: Import, at_desk: Desk, accepted: bool = True, mapping: dict[str, int] | None = None
) -> Import:
    """Its columns are named, and nobody has looked."""
    with scope(at_desk.by, at_desk.incident):
        return actions.map_columns(
            upload=made.id, mapping=mapping or made.mapping, accepted=accepted, by=at_desk.by,
            incident=at_desk.incident, now=at_desk.now,
        )  # fmt: skip


def rows() -> list[tuple[str, ...]]:
    """Some are known, one is broken, one is there twice."""
    listed: list[tuple[str, ...]] = [person(n) for n in range(12)]
    return [*listed, listed[4], (listed[6][0], "440399199001011239", "", "")]


def report(made: Import, at_desk: Desk) -> dict[str, Any]:
    """What the page shows, and what there is to do."""
    with scope(at_desk.by, at_desk.incident):
        return {
            "counts": made.counts,
            "rows": list(
                ImportRow.objects.filter(upload=made)
                .order_by("row")
                .values_list("row", "result", "code", "how")
            ),
            "first": queries.words(made)["first"],
            "open": WorkItem.objects.filter(state="open").count(),
        }


@pytest.mark.parametrize("kind", ["residents", "lists"])
def test_the_same_comes_of_it_as_after_a_look_and_it_is_taken_back(at_desk: Desk, kind: str) -> None:
    options = OPTIONS if kind == "lists" else {}
    at_desk.whole(csv_of([person(1), person(2)]), name="known.csv")
    looked = at_desk.whole(csv_of(rows()), kind, **options)
    expected = report(looked, at_desk)
    at_desk.undo(looked)
    made = at_desk.run(mapped(at_desk.upload(csv_of(rows()), kind, "again.csv", **options), at_desk))
    assert made.state == "run"
    assert report(made, at_desk) == expected
    assert (made.counts["taken"], made.counts["refused"]) == ((13, 1) if kind == "lists" else (10, 1))
    assert len(expected["first"]) == 14
    assert person(0)[1] not in str(expected["first"])
    gone = at_desk.undo(made)
    assert gone.state == "undone"
    with scope(at_desk.by, at_desk.incident):
        assert not ImportPart.objects.exists()
        assert not ListEntry.objects.filter(returned_at=None).exists()
        assert Resident.objects.filter(withdrawn_at=None).count() == 2


def test_columns_named_anew_after_a_look_count(at_desk: Desk) -> None:
    wrong = FIELDS | {"phone": 1, "document": 2}
    made = at_desk.upload(csv_of(rows()), "lists", **OPTIONS)
    made.mapping = wrong
    made = at_desk.preview(made)
    assert made.counts["refused"] == 14
    made = at_desk.run(mapped(made, at_desk, mapping=FIELDS))
    assert (made.counts["taken"], made.counts["refused"]) == (13, 1)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("buildings", HOUSES),
        ("results", csv_of([("T-0001", "阴性")], ("管号", "结果"))),
        ("batches", csv_of([("南山街道", 20, "2022-02-18")], ("派出单位", "人数", "日期"))),
    ],
)
def test_what_has_effects_at_once_is_looked_at_first(at_desk: Desk, kind: str, data: bytes) -> None:
    made = mapped(at_desk.upload(data, kind), at_desk)
    with pytest.raises(WrongState):
        at_desk.run(made)


def test_cautions_are_accepted_and_columns_named_before(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "CUT_LIMITS", (15,))
    made = at_desk.upload(csv_of(rows()), "lists", **OPTIONS)
    with pytest.raises(WrongState):
        at_desk.run(made)
    with pytest.raises(MustAccept):
        mapped(made, at_desk, accepted=False)
    with pytest.raises(WrongState):
        at_desk.run(made)
    assert at_desk.run(mapped(made, at_desk)).counts["rows"] == 14


def test_many_items_are_held_as_few_are(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_desk.whole(csv_of(rows()), "lists", **OPTIONS)
    with scope(at_desk.by, at_desk.incident):
        items = [*WorkItem.objects.values_list("id", flat=True), new_id()]
        few = lock_items(items)
        monkeypatch.setattr(bulk, "LOOPED", 3)
        many = lock_items(items)
    assert many == few
    assert list(many) == sorted(many)
    assert len(many) == len(items) - 1 > 3
