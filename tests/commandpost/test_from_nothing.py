"""From an empty installation to a door that was knocked at, on pages and a telephone only: no program is written."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from muster.core.access import scope, system
from muster.core.ids import new_id
from tests.cast import COMMUNITY, DISTRICT, account_for, person
from tests.commandpost.desk import signed_in, text
from tests.commandpost.test_accounts import passwords
from tests.commandpost.test_imports import columns
from tests.commandpost.test_opening import shown
from tests.fieldapp.telephones import Telephone, results
from tests.interop.imports.files import csv_of
from tests.interop.imports.files import person as resident

BASE = "/i/rain-0720/"
FILES: dict[str, tuple[list[tuple[str, ...]], tuple[str, ...], int]] = {
    "areas": ([("440307006", "坂田街道"), (str(COMMUNITY), "杨美社区")], ("区划代码", "名称"), DISTRICT),
    "buildings": ([("杨美1栋", "杨美社区", "2", "2")], ("楼栋名称", "社区", "层数", "每层户数"), DISTRICT),
    "residents": ([(*resident(1)[:3], "杨美1栋201")], ("姓名", "身份证号", "联系电话", "现住址"), COMMUNITY),
    "responders": ([("欧阳明慧", "坂田第一小学", "杨美社区")], ("姓名", "单位", "社区"), DISTRICT),
}  # fmt: skip


def taken_in(client: Client, kind: str) -> dict[str, int]:
    """A file through upload, columns, look and run; what the report counts."""
    rows, header, area = FILES[kind]
    file = SimpleUploadedFile(f"{kind}.csv", csv_of(rows, header))
    answer = client.post(BASE + "imports/", {"kind": kind, "area": f"{area:015d}", "file": file})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    page = answer["Location"]
    columns(client, page)
    assert client.post(page + "run/").status_code == 302
    counts: dict[str, int] = client.get(page + "rows.json").json()["counts"]
    return counts


def test_a_command_post_begins_in_a_place_nobody_has_heard_of(db: None) -> None:
    with scope(system()):
        account_for(person("wang", "commander", DISTRICT))
    desk = signed_in(person("wang", "commander", DISTRICT))
    assert desk.post("/incidents/new/", shown(desk))["Location"] == BASE + "imports/"
    for kind, (rows, _, _) in FILES.items():
        assert taken_in(desk, kind)["taken"] == len(rows), kind

    made = {"names": "lin", "role": "grid_worker", "area": f"{COMMUNITY:015d}"}
    password = passwords(text(desk.post(BASE + "phones/accounts/make/", made)))["lin"]
    assert Client().login(username="lin", password=password)
    invited = text(
        desk.post(BASE + "phones/invite/", {"account": "lin", "area": f"{COMMUNITY:015d}", "label": "17"})
    )
    code = re.search(r'class="door-value code">([^<]+)<', invited)
    assert code
    phone = Telephone(code[1].replace("-", ""))

    page = text(desk.get(BASE + "buildings/"))
    building = re.search(r"href=\"([0-9a-f-]{36})/", page)
    assert building
    assert "杨美1栋" in page
    doors = set(re.findall(r"units/([0-9a-f-]{36})/", text(desk.get(f"{BASE}buildings/{building[1]}/"))))
    assert len(doors) == 4
    visit = {
        "id": str(new_id()), "name": "record_visit", "at": datetime.now(UTC).isoformat(),
        "body": {"dwelling": min(doors), "outcome": "done", "persons": 2},
    }  # fmt: skip
    assert results(phone.send(phone.seal(visit))) == ["stored"]
    assert results(phone.send(phone.items)) == ["duplicate"]
    assert re.search(r"door-value[^>]*>\s*3\s*<", text(desk.get(BASE)))
    assert "欧阳明慧" not in text(desk.get(BASE + "responders/"))
    assert "坂田第一小学" in text(desk.get(BASE + "responders/"))
