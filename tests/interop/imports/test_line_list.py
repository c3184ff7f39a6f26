"""Line lists of other systems: Go.Data's training outbreak and a SORMAS-like file; twice, in parts, undone."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.domain.cases.models import Case, Contact, FollowedUp, ListedPerson
from muster.domain.people.models import Resident
from muster.domain.worklists.models import WorkItem
from muster.interop.models import Import, ImportRow
from tests.cast import COMMUNITY
from tests.interop.imports.files import Desk, csv_of
from tests.interop.imports.test_residents import fates

GODATA = Path(__file__).parents[4] / "shared" / "data" / "interop" / "godata"
NOW = datetime(2022, 2, 18, 12, tzinfo=UTC)
CASES = ("caze_uuid", "person_firstName", "person_lastName", "person_sex", "symptoms_onsetDate", "reportDate")
CONTACTS = ("contact_uuid", "caze_uuid", "person_firstName", "person_lastName", "person_phone", "lastContactDate",
            "contactClassification")  # fmt: skip
VISITS = ("contact_uuid", "visitDateTime", "visitStatus")


@pytest.fixture
def lists(incident: UUID, desk: Actor) -> Desk:
    """The desk of the sub-district."""
    return Desk(desk, incident, NOW, COMMUNITY)


def case_file(lists: Desk, *rows: tuple[str, ...], name: str = "cases.csv") -> Import:
    return lists.whole(csv_of(rows, CASES), "cases", name)


def contact_file(lists: Desk, *rows: tuple[str, ...], name: str = "contacts.csv") -> Import:
    return lists.whole(csv_of(rows, CONTACTS), "contacts", name)


ONE = ("C-1", "Ada", "Chen", "Female", "2022-02-14", "2022-02-16")
MET = ("K-1", "C-1", "Bo", "Lin", "13800138011", "2022-02-15", "close")


def codes(made: Import, incident: UUID) -> Counter[str]:
    with scope(system(), incident):
        rows = ImportRow.objects.filter(upload=made, result="refused").values_list("code", flat=True)
        return Counter(rows)


def test_a_file_of_the_other_system_is_recognised_by_its_headers(lists: Desk) -> None:
    made = lists.upload(csv_of([MET], CONTACTS), "contacts", "contacts.csv")
    assert set(made.mapping) == {"key", "case", "name", "last_name", "phone", "last", "class"}


def test_cases_and_contacts_come_in_with_their_work_once(lists: Desk) -> None:
    assert fates(case_file(lists, ONE)) == (1, 0, 0, 0)
    assert fates(contact_file(lists, MET)) == (1, 0, 0, 0)
    assert fates(case_file(lists, ONE, name="again.csv")) == (0, 0, 1, 0)
    assert fates(contact_file(lists, MET, name="again.csv")) == (0, 0, 1, 0)
    sure = [("K-2", *MET[1:4], "13800138012", MET[5], "UNCONFIRMED"), ("K-3", *MET[1:6], "NOT_CONTACT")]
    assert fates(contact_file(lists, *sure, name="sormas.csv")) == (1, 1, 0, 0), (
        "how sure they are is no class"
    )
    with scope(system(), lists.incident):
        (case,), found = Case.objects.all(), Contact.objects.all()
        assert str(case.onset_date) == "2022-02-14"
        assert [(one.case, one.contact_class) for one in found] == [(case.id, "close")] * 2
        assert WorkItem.objects.filter(kind="investigate", state="open").count() == 1
        assert WorkItem.objects.filter(kind="follow_up", state="open").count() == 2
        assert Resident.objects.filter(withdrawn_at=None).count() == 3


def test_follow_ups_of_other_systems_become_facts_of_their_day(lists: Desk) -> None:
    case_file(lists, ONE)
    contact_file(lists, MET)
    rows = [
        ("K-1", "2022-02-16", "SEEN_OK"), ("K-1", "2022-02-17", "uncooperative"), ("K-9", "2022-02-16", "SEEN_OK"),
        ("K-1", "2022-02-18", "NOT_PERFORMED"), ("K-1", "2022-03-18", "SEEN_OK"), ("K-1", "2022-02-16", "dancing"),
    ]  # fmt: skip
    made = lists.whole(csv_of(rows, VISITS), "follow_ups", "visits.csv")
    assert fates(made) == (2, 4, 0, 0)
    assert codes(made, lists.incident) == {
        "imports.not_performed": 1,
        "imports.unknown_contact": 1,
        "imports.future": 1,
        "imports.unknown_status": 1,
    }
    with scope(system(), lists.incident):
        assert sorted(FollowedUp.objects.values_list("outcome", flat=True)) == ["missed", "seen_ok"]


def test_a_number_nobody_can_read_is_remarked_and_the_case_taken(lists: Desk) -> None:
    made = contact_file(lists, ("K-3", "", "Sara", "Garcia", "0124", "", ""))
    assert fates(made) == (1, 0, 0, 0)
    with scope(system(), lists.incident):
        row = ImportRow.objects.get(upload=made)
    assert (row.code, row.field) == ("phone.invalid", "phone")


def test_what_cannot_be_taken_is_said_row_by_row(lists: Desk) -> None:
    made = case_file(
        lists, ("", "A", "B", "", "2022-02-14", "2022-02-16"), ("C-2", "A", "B", "", "", ""),
        ("C-3", "A", "B", "", "2022-02-30", "2022-02-16"), ("C-4", "A", "B", "", "", "2032-02-16"),
    )  # fmt: skip
    assert fates(made) == (0, 4, 0, 0)
    found = codes(made, lists.incident)
    assert found["imports.blank"] == 2
    assert found["imports.future"] == 1
    lost = contact_file(lists, ("K-2", "C-99", "A", "B", "", "2022-02-15", "close"), (*MET[:6], "friend"))
    assert set(codes(lost, lists.incident)) == {"imports.unknown_case", "imports.unknown_class"}


def test_a_person_with_nothing_but_a_number_is_kept_under_it(lists: Desk) -> None:
    assert fates(case_file(lists, ("C-7", "", "", "", "", "2022-02-16"))) == (1, 0, 0, 0)
    assert fates(case_file(lists, ("C-7", "", "", "", "", "2022-02-17"), name="later.csv")) == (1, 0, 0, 0)
    with scope(system(), lists.incident):
        assert Resident.objects.filter(withdrawn_at=None).count() == 1
        assert ListedPerson.objects.count() == 1


def test_undoing_takes_the_work_back_keeps_the_facts_and_the_file_may_come_again(lists: Desk) -> None:
    first = case_file(lists, ONE)
    second = contact_file(lists, MET)
    lists.undo(second)
    with scope(system(), lists.incident):
        assert Contact.objects.get().state == "withdrawn"
        assert not WorkItem.objects.filter(kind="follow_up", state="open").exists()
    lists.undo(first)
    with scope(system(), lists.incident):
        assert Case.objects.get().withdrawn_at is not None
        assert not WorkItem.objects.filter(state="open").exists()
        assert not Resident.objects.filter(withdrawn_at=None).exists()
    assert fates(case_file(lists, ONE, name="third.csv")) == (1, 0, 0, 0)
    with scope(system(), lists.incident):
        assert Case.objects.get().withdrawn_at is None
        assert WorkItem.objects.filter(kind="investigate", state="open").count() == 1


def godata(name: str) -> bytes:
    place = GODATA / f"{name}_clean.csv"
    if not place.exists():
        pytest.skip(f"the Go.Data training outbreak is not here: {place}")
    return place.read_bytes()


def rows_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(godata(name).decode("utf-8-sig").splitlines()))


def test_the_training_outbreak_of_go_data_comes_in_whole(lists: Desk) -> None:
    made = {
        kind: lists.whole(godata(name), kind, f"{name}.csv")
        for kind, name in (
            ("cases", "cases"), ("contacts", "contacts"), ("relations", "relationships"), ("follow_ups", "followups"),
        )
    }  # fmt: skip
    cases, relations = rows_of("cases"), rows_of("relationships")
    counted = [row for row in cases if row["classification"] in ("CONFIRMED", "PROBABLE")]
    ids = {row["uuid"] for row in counted}
    with scope(system(), lists.incident):
        assert Case.objects.count() == len(counted) == 46
        known = {row["uuid"] for row in [*counted, *rows_of("contacts")]}
        tied = {
            (row["source_uuid"], row["target_uuid"])
            for row in relations
            if row["source_uuid"] in ids and row["target_uuid"] in known
        }
        assert Contact.objects.count() == len(tied)
        asked = [row for row in rows_of("followups") if not row["followup_status"].startswith("NOT_")]
        reached = {target for _, target in tied}
        assert FollowedUp.objects.count() == sum(row["contact_uuid"] in reached for row in asked)
    for kind, name in (("cases", "cases"), ("follow_ups", "followups")):
        again = lists.whole(godata(name), kind, f"{name} again.csv")
        assert fates(again)[0] == 0
        assert fates(again)[2] == fates(made[kind])[0] + fates(made[kind])[2]
