"""A roster: organisations and responders once, homonyms told apart, names nowhere in clear."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection
from django.utils.translation import override

from muster.commandpost import terms
from muster.core.access import Actor, scope, system
from muster.core.errors import NotAllowed
from muster.core.ids import new_id
from muster.core.told import Told
from muster.domain.places import actions as places
from muster.domain.responders import actions as responders
from muster.domain.responders.models import Organisation, Responder
from muster.domain.responders.rules import OrganisationKind
from muster.interop.imports import queries, texts
from muster.interop.imports.beginning_words import PROFESSION, SKILL, kind_of, organisation_kind
from muster.interop.imports.refusals import NoUndo
from muster.interop.tables import written
from muster.interop.tables.columns import header_key
from muster.interop.tables.pasted import to_table
from tests.cast import COMMUNITY, DISTRICT, ELSEWHERE, SUBDISTRICT
from tests.interop.imports.files import Desk, csv_of
from tests.interop.imports.test_areas import codes
from tests.interop.imports.test_residents import fates

HEADER = ("姓名", "单位", "类别", "职业", "技能", "社区", "联系电话")
ROWS = [
    ("欧阳明慧", "坂田第一小学", "", "教师", "电话核查、登记", "杨美社区", "13800138001"),
    ("王伟", "市城管局", "下沉干部", "公务员", "keeping order, 采样", "", ""),
    ("王伟", "市城管局", "下沉干部", "公务员", "采样 扫楼", "", ""),
    ("李梅", "杨美志愿者协会", "volunteer", "花艺师", "无", "杨美", ""),
]


@pytest.fixture
def at_desk(desk: Actor, incident: UUID, now: datetime) -> Desk:
    with scope(system(incident=incident), incident) as by:
        areas = [
            places.NewArea(SUBDISTRICT, "坂田街道", "subdistrict"), places.NewArea(COMMUNITY, "杨美社区", "community"),
            places.NewArea(ELSEWHERE, "翠竹社区", "community"),
        ]  # fmt: skip
        told = [Told(new_id(), now, by.by, places.AddAreas(areas))]
        assert not places.add_areas(told=told, by=by, incident=incident, now=now).refused
        add(by, incident, now, "市城管局")
    return Desk(desk, incident, now, SUBDISTRICT)


def add(by: Actor, incident: UUID, now: datetime, name: str) -> None:
    body = responders.OrganisationBody(new_id(), DISTRICT, name, OrganisationKind.AGENCY)
    told = [Told(new_id(), now, by.by, responders.AddOrganisations([body]))]
    assert not responders.add_organisations(told=told, by=by, incident=incident, now=now).refused


def enrolled(desk: Desk) -> set[tuple[str, str, str, tuple[str, ...], int]]:
    with scope(system(), desk.incident):
        rows = Responder.objects.values_list("organisation__name", "kind", "profession", "skills", "area")
        return {
            (name, kind, profession, tuple(skills), area) for name, kind, profession, skills, area in rows
        }


def test_a_roster_is_taken_in_once_and_two_of_one_name_are_two(at_desk: Desk) -> None:
    made = at_desk.preview(at_desk.upload(csv_of(ROWS, HEADER, "gb18030"), "responders", "花名册.csv"))
    assert (fates(made), enrolled(at_desk)) == ((4, 0, 0, 0), set())
    with scope(at_desk.by, at_desk.incident):
        shown = [row["words"] for row in queries.words(made)["first"]]
        assert Organisation.objects.count() == 1
    assert [words["name"] for words in shown] == ["欧**", "王*", "王*", "李*"]
    assert shown[0]["phone"] == "138****8001"
    assert fates(at_desk.run(made)) == (4, 0, 0, 0)
    assert enrolled(at_desk) == {
        ("坂田第一小学", "staff", "teacher", ("calling", "registering"), COMMUNITY),
        ("市城管局", "secondee", "official", ("order_keeping", "sampling"), SUBDISTRICT),
        ("市城管局", "secondee", "official", ("sampling", "sweeping"), SUBDISTRICT),
        ("杨美志愿者协会", "volunteer", "花艺师", (), COMMUNITY),
    }  # fmt: skip
    with scope(system(), at_desk.incident):
        organisations = dict(Organisation.objects.values_list("name", "kind"))
        Organisation.objects.filter(name="坂田第一小学").update(name="坂田一小")
    assert organisations == {"坂田第一小学": "school", "市城管局": "agency", "杨美志愿者协会": "volunteers"}
    book = written.workbook({"花名册": (HEADER, *reversed(ROWS), ROWS[0])})
    text = to_table("\n".join("\t".join(row) for row in [HEADER, *ROWS]), of_people=False)
    assert fates(at_desk.whole(book, "responders", "b.xlsx")) == (0, 0, 5, 0)
    assert fates(at_desk.whole(text, "responders", "粘贴的文字")) == (0, 0, 4, 0)
    with scope(system(), at_desk.incident):
        assert (Responder.objects.count(), Organisation.objects.count()) == (4, 3)
        assert Organisation.objects.filter(name="坂田一小").exists()
    with pytest.raises(NoUndo):
        at_desk.undo(made)


def test_names_and_telephones_stand_nowhere_in_clear(at_desk: Desk) -> None:
    made = at_desk.whole(csv_of(ROWS, HEADER), "responders")
    with scope(system(), at_desk.incident), connection.cursor() as cursor:
        clear = "|".join(["欧阳明慧", "李梅", "13800138001", "欧阳明慧".encode().hex(), b"13800138001".hex()])
        cursor.execute("select table_name from information_schema.tables where table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'select count(*) from "{table}" t where t::text ~ %s', [clear])
            assert cursor.fetchone() == (0,), table
        person = Responder.objects.get(profession="teacher")
    with scope(at_desk.by, at_desk.incident):
        names = responders.unmask(
            ids=[person.id], reason="电话联系", by=at_desk.by, incident=at_desk.incident, now=at_desk.now
        )
    assert (names, made.counts["taken"]) == ({person.id: "欧阳明慧"}, 4)


def test_rows_nobody_can_be_enrolled_by_are_said_one_by_one(at_desk: Desk, outsider: Actor) -> None:
    with scope(system(incident=at_desk.incident), at_desk.incident) as by:
        add(by, at_desk.incident, at_desk.now, "志愿队")
        add(by, at_desk.incident, at_desk.now, "志愿队")
    wrong = {
        ("", "市城管局", "", "", "", "", ""): ("name.missing", "name"),
        ("张\u202e三", "市城管局", "", "", "", "", ""): ("text.bidi", "name"),
        ("张?", "市城管局", "", "", "", "", ""): ("name.lost_character", "name"),
        ("张三", "", "", "", "", "", ""): ("imports.blank", "organisation"),
        ("张三", "甲" * 121, "", "", "", "", ""): ("text.too_long", "organisation"),
        ("张三", "志愿队", "", "", "", "", ""): ("imports.several_organisations", "organisation"),
        ("张三", "市城管局", "神仙", "", "", "", ""): ("imports.unknown_ground", "kind"),
        ("张三", "市城管局", "", "师" * 41, "", "", ""): ("text.too_long", "profession"),
        ("张三", "市城管局", "", "", "采样，飞行", "", ""): ("imports.unknown_skill", "skills"),
        ("张三", "市城管局", "", "", "", "火星社区", ""): ("imports.unknown_area", "community"),
        ("张三", "市城管局", "", "", "", "翠竹社区", ""): ("imports.area_outside", "community"),
        ("张三", "市城管局", "", "", "", "", "138****0000"): ("phone.masked", "phone"),
    }  # fmt: skip
    made = at_desk.whole(csv_of([*wrong, ROWS[1]], HEADER), "responders")
    assert fates(made) == (1, len(wrong), 0, 0)
    assert codes(at_desk, made) == dict(enumerate(wrong.values(), 2))
    for code, _field in wrong.values():
        assert texts.reason(code, "zh") != texts.reason(code, "en") != code
    for by in (outsider, Actor(outsider.account, ())):
        with pytest.raises(NotAllowed):
            Desk(by, at_desk.incident, at_desk.now, SUBDISTRICT).upload(csv_of(ROWS, HEADER), "responders")


def test_what_the_screens_call_things_is_understood_in_a_roster() -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            for code, label in terms.RESPONDER.items():
                assert kind_of(str(label)) == code
            for known, labels in ((PROFESSION, terms.PROFESSION), (SKILL, terms.SKILL)):
                for code, label in labels.items():
                    right = "order_keeping" if code == "order" else code
                    assert known[header_key(str(label))] == known[header_key(code)] == right
    guessed = (
        "深圳大学",
        "华为公司党支部",
        "杨美社区居委会",
        "坂田街道办事处",
        "杨美社区健康服务中心",
        "Smith Ltd",
        "水务局",
    )
    assert [organisation_kind(name) for name in guessed] == [
        "school", "branch", "community", "subdistrict", "hospital", "firm", "agency",
    ]  # fmt: skip
