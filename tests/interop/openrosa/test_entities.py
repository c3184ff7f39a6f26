"""Lists of rows on telephones: what they carry, and what becomes of rows that were made or changed offline."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from defusedxml import ElementTree as Safe

from muster.core import clock
from muster.core.access import Actor, scope, system
from muster.core.ids import derive_id, new_id
from muster.domain.places.models import Building, Dwelling
from muster.domain.worklists.models import Attempt, DwellingState, Visit, WorkItem
from muster.interop.forms.models import EntityChange, Form, Submission
from muster.interop.forms.queries import arrived
from muster.interop.openrosa import branches
from muster.interop.openrosa import rows as rows_of
from tests.cast import COMMUNITY
from tests.interop.openrosa import scene
from tests.interop.openrosa.scene import HEAD, HOUSE, Phone

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
DOOR = derive_id(HOUSE, "101")
BRANCH = "5a5f0c5e-6d1f-4b0e-9f57-6f6f3a1f0a01"


@pytest.fixture
def doors(incident: UUID, commander: Actor, now: datetime) -> Form:
    """A house, and a form that changes its doors; nobody wrote a mapping."""
    scene.build(incident, commander, now)
    return scene.offer(scene.DOORS, incident, commander, now)


def change(
    n: int, *, base: int = 1, trunk: str = "1", branch: str = BRANCH, outcome: str = "done", form: str = "doors",
    row: UUID = DOOR, said: str = 'update="1"', called: str = "", name: str = "dwellings",
) -> str:  # fmt: skip
    """A filled-in form that makes or changes a row, as Collect writes it."""
    answers = f"<door>{row}</door><how>{outcome}</how><people>{n}</people>" if name == "dwellings" else called
    return (
        f'<data xmlns:orx="http://openrosa.org/xforms" id="{form}" version="1">{answers}<orx:meta>'
        f'<entity dataset="{name}" id="{row}" {said} baseVersion="{base}" trunkVersion="{trunk}" '
        f'branchId="{branch}"><label>井边小楼</label></entity>'
        f"<orx:instanceID>uuid:{derive_id('change', form, n)}</orx:instanceID></orx:meta></data>"
    )


def file_of(phone: Phone, form: Form) -> tuple[Any, list[list[str]]]:
    """The line of the manifest, and the rows of the list behind it."""
    (line,) = Safe.fromstring(phone.get(f"forms/{form.id}/manifest").content)
    content = phone.get(line.findtext(f"{MANIFEST}downloadUrl")).content.decode()
    return line, [row.split(",") for row in content.splitlines()]


def test_a_list_is_offered_as_rows_with_versions_and_its_hash_follows_them(
    phone: Phone,
    doors: Form,
    in_scope: Actor,
    incident: UUID,
    commander: Actor,
    outsider: Actor,
    now: datetime,
) -> None:
    line, rows = file_of(phone, doors)
    assert line.get("type") == "entityList"
    assert rows[0][:3] == ["name", "label", "__version"]
    assert {row[2] for row in rows[1:]} == {"1"}
    url, before = line.findtext(f"{MANIFEST}downloadUrl"), line.findtext(f"{MANIFEST}hash")
    mark = phone.get(url)["ETag"]
    again = phone.client.get(url, headers=HEAD | {"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    assert phone.send(change(2)).status_code == 201
    line, rows = file_of(phone, doors)
    assert line.findtext(f"{MANIFEST}hash") != before
    assert [row[2:] for row in rows if row[0] == str(DOOR)] == [["2", str(HOUSE), "1", "done"]]
    asked = f"{line.findtext(f'{MANIFEST}integrityUrl')}?id={DOOR},{new_id()},x"
    (entities,) = Safe.fromstring(phone.get(asked).content)
    assert [(one.get("id"), one.findtext("deleted")) for one in entities] == [(str(DOOR), "false")]
    theirs = scene.enrolled(outsider, incident, commander, now)
    assert theirs.get(f"forms/{doors.id}/rows/dwellings?id={DOOR}").status_code == 404


def test_the_mapping_of_such_a_form_is_read_from_the_form(doors: Form) -> None:
    fields = {"dwelling": "@entity", "outcome": "/data/how", "persons": "/data/people"}
    assert doors.steps == [{"command": "record_visit", "fields": fields, "repeat": "", "when": ""}]


def test_changes_made_offline_are_applied_in_their_order_whatever_order_they_arrive_in(
    phone: Phone, doors: Form, in_scope: Actor
) -> None:
    held = []
    labels = ("101", "102", "201", "202", "301", "302")
    for label, order in zip(labels, itertools.permutations((1, 2, 3)), strict=True):
        door, words = derive_id(HOUSE, label), []
        for n in order:
            xml = change(int(label) * 10 + n, base=n, row=door)
            words.append(phone.send(xml).content.decode())
            assert phone.send(xml).status_code == 201, "also while it is held"
        held.append((order, sum("等它前面" in text for text in words)))
        found = EntityChange.objects.filter(entity=door).order_by("base")
        expected = [("applied", n + 1, False) for n in (1, 2, 3)]
        assert [(one.state, one.version, one.is_conflict) for one in found] == expected
        assert Visit.objects.filter(dwelling=door).count() == 3
    assert dict(held) == {
        (1, 2, 3): 0, (1, 3, 2): 1, (2, 1, 3): 1, (2, 3, 1): 2, (3, 1, 2): 1, (3, 2, 1): 2,
    }  # fmt: skip
    assert Submission.objects.count() == 18


def test_two_telephones_that_changed_one_row_are_both_kept_and_the_desk_sees_it(
    phone: Phone, doors: Form, in_scope: Actor, incident: UUID, commander: Actor, now: datetime
) -> None:
    other = scene.enrolled(commander, incident, commander, now)
    assert phone.send(change(1)).status_code == 201
    assert other.send(change(4, branch="another", outcome="absent")).status_code == 201
    assert phone.send(change(2, base=2)).status_code == 201
    states = dict(EntityChange.objects.values_list("branch", "is_conflict").filter(base=1))
    assert states == {BRANCH: False, "another": True}
    assert EntityChange.objects.get(branch=BRANCH, base=2).is_conflict
    assert Visit.objects.count() == 3
    assert DwellingState.objects.get(pk=DOOR).visits == 3
    assert sum(row.change is not None and row.change.is_conflict for row in arrived(doors.id)) == 2


def test_what_waits_for_a_record_that_never_comes_is_applied_after_a_day(
    phone: Phone, doors: Form, in_scope: Actor, incident: UUID
) -> None:
    assert phone.send(change(3, base=3)).status_code == 201
    assert phone.send(change(2, base=2)).status_code == 201
    assert (Visit.objects.count(), branches.overdue(incident, clock.now() + timedelta(hours=1))) == (0, 0)
    assert branches.overdue(incident, clock.now() + timedelta(hours=25)) == 2
    assert Visit.objects.count() == 2
    assert branches.overdue(incident, clock.now() + timedelta(hours=50)) == 0


def test_an_unknown_building_is_made_on_the_spot_and_changes_to_it_wait_for_it(
    phone: Phone, in_scope: Actor, incident: UUID, commander: Actor, now: datetime
) -> None:
    scene.offer(scene.NEW_HOUSE, incident, commander, now)
    row = new_id()
    said = "<called>井边小楼</called><storeys>3</storeys><each>2</each>"
    make = change(
        1, form="new_house", row=row, said='create="1"', called=said, name="buildings", trunk="", base=0
    )
    later = change(2, form="new_house", row=row, called=said, name="buildings", trunk="", base=1)
    last = change(3, form="new_house", row=row, called=said, name="buildings", trunk="", base=2)
    for xml in (last, later):
        assert phone.send(xml).status_code == 201
    assert set(EntityChange.objects.values_list("state", flat=True)) == {"held"}
    assert phone.send(make).status_code == 201
    assert list(EntityChange.objects.order_by("base").values_list("state", "version", "is_conflict")) == [
        ("applied", 1, False),
        ("applied", 2, False),
        ("applied", 3, False),
    ]
    house = Building.objects.get(pk=row)
    assert (house.name, house.area, house.units) == ("井边小楼", COMMUNITY, 6)
    assert Dwelling.objects.filter(building=row).count() == 6


def test_ones_own_work_is_a_list_without_names_and_its_answer_an_attempt(
    phone: Phone, in_scope: Actor, incident: UUID, commander: Actor, grid_worker: Actor, now: datetime
) -> None:
    scene.build(incident, commander, now)
    form = scene.offer(scene.WORK, incident, commander, now)
    mine, others = new_id(), new_id()
    common = {
        "incident": incident, "area": COMMUNITY, "kind": "visit", "subject_kind": "dwelling", "subject": DOOR,
        "building": HOUSE, "due_at": now + timedelta(hours=3), "opened_at": now,
    }  # fmt: skip
    WorkItem.objects.create(id=mine, assignee=grid_worker.by, **common)
    WorkItem.objects.create(id=others, assignee=commander.by, **common)
    line, rows = file_of(phone, form)
    assert [row[0] for row in rows[1:]] == [str(mine)]
    assert "永安里 3 栋 101" in rows[1][1]
    xml = change(
        1, form="work", row=mine, name="work", called=f"<task>{mine}</task><how>no_answer</how>", branch="b"
    )
    assert phone.send(xml).status_code == 201
    tried = Attempt.objects.get()
    assert (tried.item, tried.outcome, tried.channel) == (mine, "no_answer", "door")
    assert rows_of.versions("work", [mine]) == {mine: 2}
    with scope(system(), incident):
        WorkItem.objects.filter(pk=mine).update(state="done")
    (entities,) = Safe.fromstring(phone.get(f"{line.findtext(f'{MANIFEST}integrityUrl')}?id={mine}").content)
    assert [one.findtext("deleted") for one in entities] == ["true"]
