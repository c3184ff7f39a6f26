"""Verification lists, letters about batches and registers of buildings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.told import Told
from muster.domain.mobilising.models import Batch
from muster.domain.people.models import Resident
from muster.domain.places import actions as places
from muster.domain.places.models import Building, Dwelling
from muster.domain.responders import actions as responders
from muster.domain.responders.rules import OrganisationKind
from muster.domain.worklists import actions as worklists
from muster.domain.worklists.actions.calls import RecordAttempt
from muster.domain.worklists.models import ListEntry, VerificationList, WorkItem
from muster.domain.worklists.rules import Outcome
from muster.interop.imports.refusals import ColumnsMissing, NoUndo, WrongKind
from muster.interop.models import ImportRow
from tests.cast import CITY, COMMUNITY, DISTRICT, ELSEWHERE, SUBDISTRICT
from tests.interop.imports.files import Desk, csv_of, person
from tests.interop.imports.test_residents import fates

OPTIONS = {"purpose": "contact", "source": "市疾控", "title": "密接 0218"}
SENDER = derive_id("test", "sender")


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    with scope(system(incident=incident), incident) as by:
        areas = [
            places.NewArea(CITY, "深圳市", "city"), places.NewArea(DISTRICT, "龙岗区", "district"),
            places.NewArea(SUBDISTRICT, "坂田街道", "subdistrict"),
            places.NewArea(COMMUNITY, "杨美社区居委会", "community"),
            places.NewArea(ELSEWHERE, "翠竹社区居委会", "community"),
        ]  # fmt: skip
        told = [Told(new_id(), now, by.by, places.AddAreas(areas))]
        assert not places.add_areas(told=told, by=by, incident=incident, now=now).refused
        body = responders.OrganisationBody(
            id=SENDER, name="市城管局", kind=OrganisationKind.AGENCY, area=CITY
        )
        responders.add_organisations(
            told=[Told(new_id(), now, by.by, responders.AddOrganisations([body]))],
            by=by,
            incident=incident,
            now=now,
        )
    return Desk(desk, incident, now, SUBDISTRICT)


def test_a_list_becomes_entries_and_work_once(at_desk: Desk) -> None:
    at_desk.whole(csv_of([person(1)]))
    rows = [person(1), person(2), person(3)]
    made = at_desk.preview(at_desk.upload(csv_of(rows), "lists", **OPTIONS))
    assert (fates(made), made.counts["matched"]) == ((3, 0, 0, 0), 1)
    made = at_desk.run(made)
    assert (fates(made), made.counts["matched"]) == ((3, 0, 0, 0), 1)
    with scope(at_desk.by, at_desk.incident):
        assert ListEntry.objects.count() == WorkItem.objects.filter(state="open").count() == 3
        found = VerificationList.objects.get()
    assert (found.purpose, found.source, found.title) == ("contact", "市疾控", "密接 0218")
    again = at_desk.whole(csv_of(rows, encoding="utf-16"), "lists", "other.csv", **OPTIONS)
    assert fates(again) == (0, 0, 3, 0)
    with scope(at_desk.by, at_desk.incident):
        assert (ListEntry.objects.count(), VerificationList.objects.count()) == (3, 1)


def test_undo_returns_the_rows_whose_work_nobody_touched(at_desk: Desk, commander: Actor) -> None:
    made = at_desk.whole(csv_of([person(n) for n in range(4)]), "lists", **OPTIONS)
    with scope(commander, at_desk.incident):
        item = WorkItem.objects.order_by("id").first()
        assert item is not None
        told = [Told(new_id(), at_desk.now, commander.by, RecordAttempt(item.id, Outcome.NO_ANSWER))]
        worklists.record_attempts(told=told, by=commander, incident=at_desk.incident, now=at_desk.now)
    undone = at_desk.undo(made)
    assert (undone.counts["gone"], undone.counts["kept"]) == (3, 1)
    with scope(commander, at_desk.incident):
        assert WorkItem.objects.filter(state="withdrawn").count() == 3
        assert ListEntry.objects.filter(returned_at=None).count() == 1
        assert Resident.objects.filter(withdrawn_at=None).count() == 1
    again = at_desk.whole(csv_of([person(n) for n in range(4)]), "lists", "again.csv", **OPTIONS)
    assert fates(again) == (3, 0, 1, 0)
    with scope(commander, at_desk.incident):
        assert WorkItem.objects.filter(state="open").count() == 4


def test_rows_that_name_another_area_are_refused(at_desk: Desk) -> None:
    header = ("社区", "备注", "手机", "居民姓名", "证件号码")
    rows = [
        ("翠竹社区" if n % 5 < 2 else "杨美社区", "", person(n)[2], "张三", person(n)[1]) for n in range(20)
    ]
    made = at_desk.whole(csv_of(rows, header), "lists", **OPTIONS)
    assert fates(made) == (12, 8, 0, 0)
    assert made.counts["codes"] == {"refused:imports.other_area": 8}
    with scope(at_desk.by, at_desk.incident):
        assert set(Resident.objects.values_list("area", flat=True)) == {COMMUNITY}


def test_a_purpose_and_the_columns_are_needed(at_desk: Desk) -> None:
    with pytest.raises(WrongKind):
        at_desk.upload(csv_of([person(1)]), "lists", purpose="taxes")
    with pytest.raises(WrongKind):
        at_desk.upload(csv_of([person(1)]), "taxes")
    made = at_desk.upload(csv_of([("x", "y")], ("甲", "乙")))
    with pytest.raises(ColumnsMissing):
        at_desk.preview(made, note=0)


def test_a_day_that_cannot_be_right_waits_with_a_suggestion(at_desk: Desk) -> None:
    header = ("日期", "派出单位", "人数", "支援街道", "任务")
    rows = [
        ("2022-02-18", "市城管局", "100人", "坂田街道", "卡口"), ("2022-12-18", "市城管局", 60, "坂田街道", "扫楼"),
        ("2022-02-19", "不存在的单位", 5, "坂田", ""), ("2022-02-19", "市城管局", "几个", "坂田", ""),
        ("2022-02-19", "市城管局", 5, "火星街道", ""),
    ]  # fmt: skip
    made = at_desk.whole(csv_of(rows, header), "batches", "函.csv")
    assert fates(made) == (1, 3, 0, 1)
    with scope(at_desk.by, at_desk.incident):
        row = ImportRow.objects.get(result="doubtful")
        codes = set(ImportRow.objects.filter(result="refused").values_list("code", flat=True))
    assert codes == {"imports.unknown_organisation", "imports.number", "imports.unknown_area"}
    assert (row.row, row.code) == (3, "imports.implausible_date")
    at_desk.decide(made, {3: ("take", None)})
    assert fates(at_desk.run(made)) == (2, 3, 0, 0)
    with scope(at_desk.by, at_desk.incident):
        batch = Batch.objects.get(planned=60)
    assert (batch.printed_date, batch.suggested_date) == (date(2022, 12, 18), date(2022, 2, 18))
    assert batch.planned_at == datetime(2022, 2, 18, 0, 0, tzinfo=UTC)
    assert fates(at_desk.whole(csv_of(rows, header), "batches", "函2.csv")) == (0, 3, 2, 0)
    with pytest.raises(NoUndo):
        at_desk.undo(made)


def test_buildings_come_with_their_doors_and_addresses_find_them(at_desk: Desk) -> None:
    header = ("社区", "小区名称", "楼栋号", "层数", "每层户数")
    rows = [
        ("杨美社区", "杨美村东三巷", "12号", 3, 2),
        ("杨美社区", "中兴路", "3栋", 2, 2),
        ("翠竹社区", "中兴路", "4栋", 2, 2),
    ]
    made = at_desk.whole(csv_of(rows, header), "buildings", "楼.csv")
    assert fates(made) == (2, 1, 0, 0)
    with scope(at_desk.by, at_desk.incident):
        assert (Building.objects.count(), Dwelling.objects.count()) == (2, 10)
    assert fates(at_desk.whole(csv_of(rows, header), "buildings", "楼2.csv")) == (0, 1, 2, 0)
    people = [
        ("甲", "", "13800000001", "龙岗区坂田街道杨美社区中兴路3栋202"),
        ("乙", "", "13800000002", "杨美社区杨美村东三巷12号301室"),
        ("丙", "", "13800000003", "中兴路 三栋 101"),
    ]  # fmt: skip
    at_desk.whole(csv_of(people))
    with scope(at_desk.by, at_desk.incident):
        doors = Dwelling.objects.filter(pk__in=Resident.objects.values("dwelling")).values_list(
            "label", flat=True
        )
        assert sorted(doors) == ["101", "202", "301"]
