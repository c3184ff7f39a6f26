"""Zones: what holds, in both languages; designating, changing and releasing by those who may."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.utils import timezone

from muster.core.access import Actor, scope
from muster.core.ids import derive_id
from muster.core.models import Entry
from muster.domain.incidents.models import Zone, ZoneBuilding, ZoneChange
from muster.domain.notices import queries as notices
from muster.domain.notices.models import Notice
from tests.cast import COMMUNITY, ELSEWHERE
from tests.commandpost.desk import BASE, EMPTY_HOUSE, HOUSE, LANGUAGES, NONSENSE, ZONE, signed_in, text

PAGE = f"{BASE}zones/"


def form(**changes: object) -> dict[str, object]:
    """A form as the page sends it."""
    filled = {
        "area": str(COMMUNITY),
        "level": "controlled",
        "name": "中兴管控区",
        "from_at": "2022-02-18T21:00",
        "notice_number": "第4号",
        "hotlines": "0755-1，0755-2",
        "building": [str(EMPTY_HOUSE)],
    }
    return filled | changes


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_stand_in_the_reader_s_language_with_notice_and_hotline(
    night: UUID, commander: Actor, language: str
) -> None:
    page = text(signed_in(commander, language).get(PAGE))
    rule = "Nobody leaves the dwelling" if language == "en" else "足不出户"
    for words in ("南坑封控区", rule, "第3号", "0755-1234"):
        assert words in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_zone_opens_with_buildings_history_and_its_forms(
    night: UUID, commander: Actor, language: str
) -> None:
    page = text(signed_in(commander, language).get(f"{PAGE}{ZONE}/drawer/"))
    assert "中兴路3栋" in page
    assert f"{PAGE}{ZONE}/change/" in page


def test_a_tracer_reads_but_has_no_form(night: UUID, tracer: Actor) -> None:
    client = signed_in(tracer)
    assert "/change/" not in text(client.get(f"{PAGE}{ZONE}/drawer/"))
    assert "new/" not in text(client.get(PAGE))
    assert client.get(f"{PAGE}new/").status_code == 403


def test_a_zone_is_designated_over_the_buildings_ticked(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert "中兴路4栋" in text(client.get(f"{PAGE}new/?area={COMMUNITY}"))
    assert client.post(f"{PAGE}new/", form()).status_code == 302
    with scope(commander, night):
        zone = Zone.objects.get(name="中兴管控区")
        assert (zone.level, zone.area, zone.hotlines) == ("controlled", COMMUNITY, ["0755-1", "0755-2"])
        assert zone.from_at.isoformat() == "2022-02-18T13:00:00+00:00"
        assert list(ZoneBuilding.objects.filter(zone=zone).values_list("building", flat=True)) == [
            EMPTY_HOUSE
        ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"level": "x"},
        {"area": "1"},
        {"area": "x"},
        {"name": ""},
        {"name": "长" * 81},
        {"from_at": "soon"},
        {"from_at": "0001-01-01T00:00"},
    ],
)
def test_a_form_filled_in_wrongly_is_refused_in_words(
    night: UUID, commander: Actor, wrong: dict[str, object]
) -> None:
    response = signed_in(commander).post(f"{PAGE}new/", form(**wrong))
    assert response.status_code == 422
    assert "input.unreadable" in response.content.decode()
    with scope(commander, night):
        assert Zone.objects.count() == 1


def test_a_zone_elsewhere_is_not_ours_to_designate(night: UUID, commander: Actor) -> None:
    response = signed_in(commander).post(f"{PAGE}new/", form(area=str(ELSEWHERE)))
    assert response.status_code == 403


def test_a_zone_changes_and_is_released(night: UUID, commander: Actor) -> None:
    client = signed_in(commander)
    assert (
        client.post(
            f"{PAGE}{ZONE}/change/", {"verb": "change", "level": "precaution", "at": "2022-02-19T08:00"}
        ).status_code
        == 302
    )
    with scope(commander, night):
        assert Zone.objects.get(pk=ZONE).level == "precaution"
    assert (
        client.post(f"{PAGE}{ZONE}/change/", {"verb": "release", "at": "2022-02-20T08:00"}).status_code == 302
    )
    with scope(commander, night):
        assert Zone.objects.get(pk=ZONE).released_at is not None
        assert ZoneChange.objects.filter(zone=ZONE).count() == 3
    assert "/change/" not in text(client.get(f"{PAGE}{ZONE}/drawer/"))


def test_what_is_decided_for_later_is_said_to_come(night: UUID, commander: Actor) -> None:
    client, later = signed_in(commander, "en"), "2199-01-01T08:00"
    released = client.post(f"{PAGE}{ZONE}/change/", {"verb": "release", "at": later}, follow=True)
    assert "Decided. It takes effect at the hour given." in text(released)
    assert "next decision in force 01-01 08:00" in text(released)
    assert "released, to come" in text(client.get(f"{PAGE}{ZONE}/drawer/"))
    assert f"{PAGE}{ZONE}/change/" in text(client.get(f"{PAGE}{ZONE}/drawer/"))
    designated = client.post(f"{PAGE}new/", form(from_at=later), follow=True)
    assert "中兴管控区 will be" in text(designated)
    assert "not begun" in text(designated)
    assert "not begun" in text(client.get(BASE))
    assert "zone-controlled" not in text(client.get(f"{BASE}buildings/{EMPTY_HOUSE}/"))


def test_only_who_decides_on_zones_changes_one(night: UUID, desk: Actor, outsider: Actor) -> None:
    assert signed_in(desk).post(f"{PAGE}{ZONE}/change/", {"verb": "release"}).status_code == 403
    assert signed_in(outsider).post(f"{PAGE}{ZONE}/change/", {"verb": "release"}).status_code == 404


def test_an_outsider_finds_nothing(night: UUID, outsider: Actor) -> None:
    client = signed_in(outsider)
    page = text(client.get(PAGE))
    assert "南坑" not in page
    assert "通告三" not in page
    assert client.get(f"{PAGE}{ZONE}/drawer/").status_code == 404
    assert str(HOUSE) not in text(client.get(f"{PAGE}new/?area={COMMUNITY}"))


def test_nonsense_in_the_address_changes_nothing(night: UUID, commander: Actor) -> None:
    for query in NONSENSE:
        client = signed_in(commander)
        assert client.get(PAGE + query).status_code == 200
        assert client.get(f"{PAGE}new/{query}").status_code == 200


def test_a_notice_is_withdrawn_once_and_says_when(night: UUID, commander: Actor, tracer: Actor) -> None:
    notice = derive_id("test", "notice")
    address = f"{PAGE}notices/{notice}/withdraw/"
    reader = signed_in(tracer, "en")
    assert "Notice three" in text(reader.get(PAGE))
    assert address.removeprefix(PAGE) not in text(reader.get(PAGE))
    assert reader.post(address).status_code == 403
    client = signed_in(commander, "en")
    assert address.removeprefix(PAGE) in text(client.get(PAGE))
    for _ in range(2):
        assert client.post(address).status_code == 302
    with scope(commander, night):
        withdrawn = Notice.objects.get(pk=notice).withdrawn_at
        assert withdrawn is not None
        assert not notices.in_force().exists()
        assert Entry.objects.filter(action="notices.withdraw").count() == 1
    page = text(client.get(PAGE))
    assert "No notice is in force." in page
    assert f"withdrawn {timezone.localtime(withdrawn):%m-%d %H:%M}" in page
    assert address.removeprefix(PAGE) not in page
    assert client.post(f"{PAGE}notices/{ZONE}/withdraw/").status_code == 404
    assert client.get(address).status_code == 405


def test_a_notice_is_published_once_where_one_may(night: UUID, commander: Actor, tracer: Actor) -> None:
    client, reader = signed_in(commander), signed_in(tracer)
    found = re.search(r'name="id" value="([0-9a-f-]{36})"', text(client.get(PAGE)))
    assert found
    form = {
        "id": found[1], "area": f"{COMMUNITY:015d}", "zone": str(ZONE), "title_zh": "停水通知", "number": "第9号",
        "text_zh": "今晚十点起停水。\n" + "请储水。" * 100,
    }  # fmt: skip
    address = f"{PAGE}notices/publish/"
    for _ in range(2):
        assert client.post(address, form).status_code == 302
    with scope(commander, night):
        assert Notice.objects.filter(title_zh="停水通知", zone=ZONE, area=COMMUNITY).count() == 1
        assert Entry.objects.filter(action="notices.publish", subjects__contains=[found[1]]).count() == 1
    assert "停水通知" in text(reader.get(PAGE))
    assert 'action="notices/publish/"' not in text(reader.get(PAGE))
    assert reader.post(address, form | {"id": str(ZONE)}).status_code == 403
    for wrong in ({"area": "0"}, {"area": "440300000000000"}):
        assert client.post(address, form | {"id": str(ZONE)} | wrong).status_code == 403
    for wrong in ({"title_zh": " "}, {"text_zh": ""}, {"text_zh": "x" * 4_001}, {"title_zh": "x" * 201}):
        assert client.post(address, form | {"id": str(ZONE)} | wrong).status_code == 422
