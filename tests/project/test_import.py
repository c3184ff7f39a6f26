"""`muster import`: the same actions and the same report, as a named account."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from muster.core.access import Actor, scope, system
from muster.domain.people.models import Resident
from muster.project.commands_import import import_file
from tests.cast import COMMUNITY, ELSEWHERE, account_for
from tests.interop.imports.files import csv_of, person


@pytest.fixture
def account(desk: Actor, incident: UUID) -> str:
    with scope(system(), incident):
        account_for(desk)
    return desk.username


def call(file: Path, account: str, *more: str, kind: str = "residents", area: int = COMMUNITY) -> Result:
    words = [kind, str(file), "--incident", "lg-0217", "--area", str(area), "--as", account, *more]
    return CliRunner().invoke(import_file, words)


def people(actor: Actor, incident: UUID) -> int:
    with scope(actor, incident):
        return Resident.objects.count()


def test_a_file_is_looked_at_taken_in_and_known_again(
    account: str, desk: Actor, incident: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "名单.csv"
    file.write_bytes(csv_of([person(1), person(2), ("李四", "4.40399E+17", "", "")], encoding="gbk"))
    dry = call(file, account, "--dry-run", "--json")
    assert dry.exit_code == 1
    said = json.loads(dry.output)
    assert (said["rows"], said["taken"], said["refused"]) == (3, 2, 1)
    assert said["report"][0] | {"reason": ""} == {
        "row": 4, "result": "refused", "field": "document", "code": "document.scientific", "reason": "",
    }  # fmt: skip
    assert people(desk, incident) == 0
    assert "3 行/rows = 2 导入/taken + 1 拒绝/refused + 0" in call(file, account).output
    assert people(desk, incident) == 2
    again = json.loads(call(file.rename(tmp_path / "b.csv"), account, "--json").output)
    assert (again["taken"], again["already"]) == (0, 2)


def test_columns_can_be_named_and_a_list_has_options(account: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(csv_of([("x", "13800000001"), ("y", "13800000002")], ("甲", "乙")))
    assert call(file, account).exit_code == 1
    options = (
        "--option",
        "purpose=contact",
        "--option",
        "deadline=2022-02-19T18:00",
        "--column",
        "phone=2",
        "--json",
    )
    done = call(file, account, *options, kind="lists")
    assert (done.exit_code, json.loads(done.output)["taken"]) == (0, 2)
    assert call(file, account, "--column", "phone").exit_code == 2
    assert call(file, account, "--option", "deadline=soon", kind="lists").exit_code == 2


def test_what_is_refused_says_why_in_the_language_asked(account: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04 broken")
    for language, word in (("en", "damaged"), ("zh", "损坏")):
        refused = call(file, account, "--json", "--lang", language)
        assert (refused.exit_code, json.loads(refused.output)["code"]) == (2, "tables.broken")
        assert word in json.loads(refused.output)["reason"]
    file.write_bytes(csv_of([person(1)]))
    assert json.loads(call(file, account, "--json", area=ELSEWHERE).output)["code"] == "access.not_allowed"
    assert json.loads(call(file, "nobody", "--json").output)["code"] == "access.not_found"
