"""Lists that are not all ours: rows of others go on to their owners, similar people are put before somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.people import pairs
from muster.domain.people.models import Resident
from muster.domain.places import actions as places
from muster.domain.worklists.models import ListEntry, Transfer, WorkItem
from tests.cast import CITY, COMMUNITY, DISTRICT, ELSEWHERE, SUBDISTRICT
from tests.interop.imports.files import Desk, csv_of, person
from tests.interop.imports.test_residents import fates

NEXT_DOOR = 440307007001000
OPTIONS = {"purpose": "verification", "source": "区指挥部"}
HEADER = ("社区", "居民姓名", "证件号码", "手机")


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    with scope(system(incident=incident), incident) as by:
        areas = [
            places.NewArea(CITY, "深圳市", "city"), places.NewArea(DISTRICT, "龙岗区", "district"),
            places.NewArea(SUBDISTRICT, "坂田街道", "subdistrict"), places.NewArea(COMMUNITY, "杨美社区", "community"),
            places.NewArea(NEXT_DOOR, "甘坑社区", "community"), places.NewArea(ELSEWHERE, "翠竹社区", "community"),
        ]  # fmt: skip
        told = [Told(new_id(), now, by.by, places.AddAreas(areas))]
        assert not places.add_areas(told=told, by=by, incident=incident, now=now).refused
    return Desk(desk, incident, now, SUBDISTRICT)


def rows_of_three_areas() -> list[tuple[str, ...]]:
    """Forty of a hundred rows are of another area of this incident, ten of an area outside it."""
    area = ("甘坑社区",) * 4 + ("杨美社区",) * 5 + ("翠竹社区",)
    return [(area[n % 10], f"张{'一二三四五六七八九十'[n // 10]}", *person(n)[1:3]) for n in range(100)]


def test_work_of_others_goes_on_and_stays_in_sight(at_desk: Desk, outsider: Actor) -> None:
    made = at_desk.preview(at_desk.upload(csv_of(rows_of_three_areas(), HEADER), "lists", **OPTIONS))
    assert (fates(made), made.counts["owners"]) == ((90, 10, 0, 0), {str(NEXT_DOOR): 40})
    made = at_desk.run(made)
    assert (fates(made), made.counts["owners"]) == ((90, 10, 0, 0), {str(NEXT_DOOR): 40})
    with scope(at_desk.by, at_desk.incident):
        assert ListEntry.objects.count() == 90
        gone = WorkItem.objects.filter(area=NEXT_DOOR)
        assert (gone.count(), WorkItem.objects.count()) == (40, 90)
        assert set(gone.values_list("from_area", "state")) == {(SUBDISTRICT, "open")}
        assert set(Transfer.objects.values_list("reason", "returned")) == {("not_ours", False)}
    again = at_desk.whole(csv_of(rows_of_three_areas(), HEADER), "lists", "另一个名字.csv", **OPTIONS)
    assert fates(again) == (0, 10, 90, 0)
    with scope(at_desk.by, at_desk.incident):
        assert (WorkItem.objects.count(), Transfer.objects.count()) == (90, 40)
    undone = at_desk.undo(made)
    assert undone.counts["gone"] == 90
    with scope(at_desk.by, at_desk.incident):
        assert not WorkItem.objects.filter(state="open").exists()


def test_somebody_similar_is_work_at_once_and_a_question(at_desk: Desk) -> None:
    at_desk.whole(csv_of([("王伟", person(1)[1], "13812341234", ""), ("王伟", "", "13900000001", "")]))
    rows = [
        ("汪玮", "", "13812341234", ""),  # sounds alike on one telephone
        ("马小明", person(1)[1], "", ""),  # another name on a known document
        ("", "", "13900000001", ""),  # only a telephone
        ("李雷", "", "", ""),  # only a name: nobody in particular
    ]  # fmt: skip
    made = at_desk.whole(csv_of(rows), "lists", **OPTIONS)
    assert fates(made) == (4, 0, 0, 0)
    assert made.counts["codes"] == {"taken:imports.similar": 2, "taken:imports.ambiguous": 1}
    with scope(at_desk.by, at_desk.incident):
        assert sorted(one.how for one in pairs.waiting((0, 10**15))) == ["document", "phone", "sound"]
        assert WorkItem.objects.filter(state="open").count() == 4
        assert Resident.objects.filter(partial=True).count() == 2
    other = at_desk.whole(csv_of([*rows, ("韩梅梅", "", "13700000000", "")]), "lists", "二.csv", **OPTIONS)
    assert fates(other) == (5, 0, 0, 0)
    with scope(at_desk.by, at_desk.incident):
        assert pairs.count((0, 10**15)) == 3
