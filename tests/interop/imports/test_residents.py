"""Residents from files: every row has one fate; the same file again changes nothing; undo keeps what is used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.errors import NotAllowed, NotFound
from muster.domain.people.models import Identity, Resident
from muster.interop.imports.outcomes import RESULTS
from muster.interop.imports.refusals import MustAccept, WrongState
from muster.interop.models import Import, ImportFile, ImportRow
from tests.interop.imports.files import Desk, csv_of, person


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    return Desk(desk, incident, now)


def fates(made: Import) -> tuple[int, ...]:
    assert made.counts["rows"] == sum(made.counts[name] for name in RESULTS)
    return tuple(made.counts[name] for name in RESULTS)


def test_a_preview_writes_nobody_and_says_what_a_run_then_does(at_desk: Desk) -> None:
    rows = [
        person(1),
        person(2),
        person(2),
        ("李四", "4.40399E+17", "13900000000", ""),
        ("", "", "", "中兴路1栋101"),
    ]
    made = at_desk.preview(at_desk.upload(csv_of(rows)))
    assert made.state == "previewed"
    assert fates(made) == (2, 2, 1, 0)
    with scope(at_desk.by, at_desk.incident):
        assert not Resident.objects.exists()
        found = list(ImportRow.objects.order_by("row").values_list("row", "result", "code", "field"))
    assert found == [(5, "refused", "document.scientific", "document"), (6, "refused", "imports.nobody", "")]
    made = at_desk.run(made)
    assert fates(made) == (2, 2, 1, 0)
    with scope(at_desk.by, at_desk.incident):
        assert Resident.objects.count() == 2
        assert ImportRow.objects.filter(upload=made).count() == 5


def test_the_same_list_in_another_encoding_and_name_changes_nothing(at_desk: Desk) -> None:
    rows = [person(n) for n in range(30)]
    at_desk.whole(csv_of(rows))
    again = at_desk.whole(csv_of(rows, encoding="gb18030"), name="other.txt")
    assert fates(again) == (0, 0, 30, 0)
    with scope(at_desk.by, at_desk.incident):
        assert Resident.objects.count() == Identity.objects.count() == 30


def test_nothing_of_the_file_lies_in_clear(at_desk: Desk) -> None:
    made = at_desk.whole(csv_of([person(7, "欧阳修远")]), name="欧阳修远.csv")
    with scope(at_desk.by, at_desk.incident):
        everything = [
            *Import.objects.values_list(),
            *ImportFile.objects.values_list(),
            *ImportRow.objects.values_list(),
        ]
    text = repr([bytes(v) if isinstance(v, memoryview) else v for row in everything for v in row])
    assert "欧阳" not in text
    assert person(7)[1] not in text
    assert "欧阳".encode() not in b"".join(
        bytes(v) for row in everything for v in row if isinstance(v, memoryview)
    )
    assert made.digest != made.name_x


def test_ambiguous_rows_wait_for_a_decision_that_is_remembered(at_desk: Desk) -> None:
    one = person(1, "王小明")
    at_desk.whole(csv_of([one]))
    other = ("李雷", one[1], "13700000001", "")
    made = at_desk.whole(csv_of([other, person(2)]))
    assert fates(made) == (1, 0, 0, 1)
    with scope(at_desk.by, at_desk.incident):
        waiting = ImportRow.objects.get(upload=made, result="doubtful")
        assert len(waiting.candidates) == 1
    with pytest.raises(NotFound):
        at_desk.decide(made, {waiting.row: ("same", made.id)})
    at_desk.decide(made, {waiting.row: ("other", None)})
    made = at_desk.run(made)
    assert fates(made) == (2, 0, 0, 0)
    again = at_desk.preview(at_desk.upload(csv_of([person(5), other]), name="second.csv"))
    assert fates(again) == (2, 0, 0, 0), "the decision was made for these words, whatever the file"
    assert fates(at_desk.run(again)) == (1, 0, 1, 0)
    with scope(at_desk.by, at_desk.incident):
        assert Resident.objects.count() == 4


def test_undo_takes_back_what_nobody_used(at_desk: Desk, commander: Actor) -> None:
    from muster.core.ids import new_id
    from muster.core.told import Told
    from muster.domain.people import actions as people

    made = at_desk.whole(csv_of([person(n) for n in range(5)]))
    with scope(commander, at_desk.incident):
        used, other = Resident.objects.order_by("id").values_list("id", flat=True)[:2]
        body = people.PartResidents(used, other)
        people.part_residents(
            told=[Told(new_id(), at_desk.now, commander.by, body)],
            by=commander,
            incident=at_desk.incident,
            now=at_desk.now,
        )
    undone = at_desk.undo(made)
    assert (undone.counts["gone"], undone.counts["kept"]) == (3, 2)
    with pytest.raises(WrongState):
        at_desk.undo(undone)
    again = at_desk.whole(csv_of([person(n) for n in range(5)]), name="again.csv")
    assert fates(again) == (3, 0, 2, 0)


def test_only_who_may_sees_and_touches_an_import(at_desk: Desk, outsider: Actor, grid_worker: Actor) -> None:
    made = at_desk.whole(csv_of([person(1)]))
    with pytest.raises(NotAllowed):
        Desk(grid_worker, at_desk.incident, at_desk.now).upload(csv_of([person(2)]))
    with pytest.raises(NotAllowed):
        Desk(grid_worker, at_desk.incident, at_desk.now).undo(made)
    with pytest.raises(NotFound):
        Desk(outsider, at_desk.incident, at_desk.now).undo(made)
    with pytest.raises(NotAllowed):
        Desk(outsider, at_desk.incident, at_desk.now).upload(csv_of([person(2)]))
    with scope(outsider, at_desk.incident):
        assert not Import.objects.exists()
        assert not ImportFile.objects.exists()


def test_a_caution_must_be_accepted(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from muster.interop.tables import read

    monkeypatch.setattr(read, "CUT_LIMITS", (3,))
    made = at_desk.upload(csv_of([person(1), person(2)]))
    with pytest.raises(MustAccept):
        at_desk.preview(made, accepted=False)
    assert at_desk.preview(made, accepted=True).state == "previewed"
