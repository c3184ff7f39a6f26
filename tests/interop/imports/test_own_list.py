"""Our own line list comes back: unchanged it does nothing, changed cells are taken or say why not, masks stay masks."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.core.models import Retraction
from muster.domain.cases import actions as cases
from muster.domain.cases.models import Case, CaseConfirmed, Contact, ContactNamed, FollowedUp
from muster.domain.cases.rules import Channel, Health
from muster.domain.people import actions as people
from muster.domain.people.models import Identity, Resident
from muster.interop import linelist
from muster.interop.models import Import, ImportRow
from tests.cast import COMMUNITY, ELSEWHERE, NOW, person
from tests.commandpost import desk as night
from tests.commandpost.desk import CASE, CONTACT, tell
from tests.interop.imports.files import Desk
from tests.interop.imports.test_residents import fates

THROUGH = derive_id("test", "through")
LATER = NOW + timedelta(days=1)
Row = dict[str, str]
FACTS = (CaseConfirmed, ContactNamed, FollowedUp, Case, Contact, Resident, Identity, Retraction)


@pytest.fixture
def lists(incident: UUID, commander: Actor) -> Desk:
    """A desk with a case, its contact, a contact of that contact, and a follow-up."""
    night.play(incident, commander, [])
    with scope(commander, incident):
        third = people.RegisterPerson(id=new_id(), area=COMMUNITY, name="赵六", phone="13700137000")
        tell(people.register_people, third, commander, incident)
        tie = cases.NameContact(
            THROUGH, CASE, third.id, "contact_of_contact", NOW - timedelta(hours=3), "household", CONTACT
        )
        tell(cases.name_contacts, tie, commander, incident)
        seen = cases.RecordFollowUp(CONTACT, Health.SEEN_OK, Channel.VISIT)
        tell(cases.record_follow_ups, seen, commander, incident)
    return Desk(commander, incident, LATER, COMMUNITY)


def exported(lists: Desk, sheet: str, reason: str = "移交", form: str = "csv") -> bytes:
    with scope(lists.by, lists.incident):
        wish = linelist.Wish(form, sheet, reason)
        return linelist.export(wish=wish, by=lists.by, incident=lists.incident, now=NOW)


def edited(data: bytes, edit: Callable[[Row], None]) -> bytes:
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    for row in rows:
        edit(row)
    target = io.StringIO(newline="")
    out = csv.DictWriter(target, list(rows[0]))
    out.writeheader()
    out.writerows(rows)
    return target.getvalue().encode()


def counted(incident: UUID) -> list[int]:
    with scope(system(), incident):
        return [model.objects.count() for model in FACTS]


def report(made: Import) -> list[tuple[str, str, str]]:
    with scope(system(), made.incident):
        rows = ImportRow.objects.filter(upload=made).order_by("row")
        return list(rows.values_list("result", "code", "field"))


@pytest.mark.parametrize("reason", ["", "移交"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_went_out_and_comes_back_changes_nothing(lists: Desk, reason: str, form: str) -> None:
    before = counted(lists.incident)
    for sheet, rows in (("cases", 1), ("contacts", 2), ("relations", 2), ("follow_ups", 1)):
        data = exported(lists, sheet, reason, form)
        looked = lists.preview(lists.upload(data, sheet, f"{sheet}.{form}"))
        assert fates(looked) == (0, 0, rows, 0), (sheet, looked.counts)
        made = lists.run(looked)
        assert fates(made) == (0, 0, rows, 0)
        assert made.counts["codes"] == {}
    assert counted(lists.incident) == before


def change(lists: Desk, sheet: str, edit: Callable[[Row], None], reason: str = "移交") -> Import:
    return lists.whole(edited(exported(lists, sheet, reason), edit), sheet, "back.csv")


def test_changed_cells_of_a_case_are_taken_or_say_why_not(lists: Desk) -> None:
    made = change(lists, "cases", lambda row: row.update(onset="2022/2/16"))
    assert report(made) == [("taken", "imports.changed", "onset")]
    with scope(system(), lists.incident):
        assert str(Case.objects.get().onset_date) == "2022-02-16"
    again = change(lists, "cases", lambda row: row.update(onset="2022-02-16"))
    assert fates(again) == (0, 0, 1, 0)
    other = change(
        lists,
        "cases",
        lambda row: row.update(onset="2022-02-15", telephone="13911112222", investigation="finished"),
    )
    assert report(other) == [("taken", "imports.partly", "onset !phone !investigation")]
    for field, text, name, code in (
        ("name", "王大明", "name", "on_card"), ("telephone", "13911112222", "phone", "on_card"),
        ("report_date", "2022-02-17 09:00", "positive", "fixed"), ("area", "别处", "area", "derived"),
        ("withdrawn", "2022-02-18 09:00", "withdrawn", "derived"),
    ):  # fmt: skip
        made = change(lists, "cases", lambda row, f=field, t=text: row.update({f: t}))  # type: ignore[misc]
        assert report(made) == [("refused", f"imports.{code}", name)]
    lists.undo(other)
    with scope(system(), lists.incident):
        assert str(Case.objects.get().onset_date) == "2022-02-16", "undone: the word before counts again"
        assert Resident.objects.filter(withdrawn_at=None).count() == 3


def test_changed_cells_of_a_contact_are_taken_or_say_why_not(lists: Desk) -> None:
    def edit(row: Row) -> None:
        if row["id"] == str(CONTACT):
            row |= {"class": "contact_of_contact", "last_exposure": "2022-02-18 10:00"}
        else:
            row |= {"via": str(THROUGH), "context": "dancing", "release": "2022-03-01 00:00"}

    made = change(lists, "contacts", edit)
    found = {row[1]: row for row in report(made)}
    assert (found["imports.changed"][0], set(found["imports.changed"][2].split())) == (
        "taken",
        {"class", "last"},
    )
    ((result, _, fields),) = (row for code, row in found.items() if code != "imports.changed")
    assert (result, set(fields.split())) == ("refused", {"via", "context", "release"})
    with scope(system(), lists.incident):
        one = Contact.objects.get(pk=CONTACT)
        assert (one.contact_class, one.last_exposure_at) == ("contact_of_contact", NOW - timedelta(hours=10))
        assert Contact.objects.get(pk=THROUGH).via == CONTACT
    made = change(lists, "relations", lambda row: row.update({"class": "friend"}))
    assert set(report(made)) == {("refused", "imports.unknown_class", "class")}
    made = change(lists, "relations", lambda row: row.update(last_exposure="2032-01-01 10:00"))
    assert set(report(made)) == {("refused", "imports.future", "last")}
    made = change(lists, "follow_ups", lambda row: row.update(date="2022-02-19 09:00", status="missed"))
    assert fates(made) == (1, 0, 0, 0)
    with scope(system(), lists.incident):
        assert set(FollowedUp.objects.values_list("contact", "outcome", "channel")) == {
            (CONTACT, "seen_ok", "visit"), (CONTACT, "missed", "visit")
        }  # fmt: skip


def test_a_mask_never_replaces_a_word_even_when_it_was_changed(lists: Desk) -> None:
    before = counted(lists.incident)
    made = change(lists, "cases", lambda row: row.update(name="李*", telephone="139****0000"), reason="")
    assert report(made) == [("refused", "imports.masked", "name phone")]
    assert counted(lists.incident) == before


def test_the_list_of_another_installation_is_new_and_its_masks_are_no_names(lists: Desk) -> None:
    def elsewhere(row: Row) -> None:
        for field in ("id", "case_id", "via", "contact", "contact_id"):
            if row.get(field):
                row[field] = str(derive_id("elsewhere", row[field]))

    before = counted(lists.incident)
    sheets = (("cases", 1), ("contacts", 2), ("follow_ups", 1), ("relations", 2))
    files = {sheet: edited(exported(lists, sheet, ""), elsewhere) for sheet, _ in sheets}
    for sheet, rows in sheets:
        data = files[sheet]
        made = lists.whole(data, sheet, f"{sheet}.csv")
        assert fates(made) == ((0, 0, rows, 0) if sheet == "relations" else (rows, 0, 0, 0)), sheet
        if sheet in ("cases", "contacts"):
            assert {row[1] for row in report(made)} == {"imports.masked"}
        assert fates(lists.whole(data, sheet, f"{sheet} again.csv")) == (0, 0, rows, 0)
    with scope(system(), lists.incident):
        assert Case.objects.count() == 2
        new = {one.id: one for one in Contact.objects.exclude(case=CASE)}
        (through,) = (one for one in new.values() if one.via)
        assert through.via in new
        assert (through.contact_class, through.exposure) == ("contact_of_contact", "household")
        assert not Identity.objects.filter(phone_x=None, name_x=None, document_x=None).exists()
    assert counted(lists.incident)[5] == before[5] + 3


def test_a_withdrawn_case_takes_no_change_and_is_not_taken_in_elsewhere(lists: Desk) -> None:
    with scope(lists.by, lists.incident):
        tell(cases.withdraw_cases, cases.WithdrawCase(CASE, "false"), lists.by, lists.incident)
    made = change(lists, "cases", lambda row: row.update(onset="2022-02-10"))
    assert report(made) == [("refused", "imports.withdrawn", "onset")]
    made = change(lists, "cases", lambda row: row.update(id="C-9"))
    assert report(made) == [("refused", "imports.withdrawn", "withdrawn")]


def test_who_may_not_see_a_case_cannot_change_it_by_its_id(lists: Desk) -> None:
    there = Desk(person("there", "desk", ELSEWHERE), lists.incident, LATER, ELSEWHERE)
    made = there.whole(exported(lists, "cases"), "cases", "found.csv")
    assert report(made) == [("refused", "sync.not_visible_yet", "key")]
    with scope(system(), lists.incident):
        assert Case.objects.count() == 1
