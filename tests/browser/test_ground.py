"""On the ground with a phone: mosquitoes, household cards, buildings nobody knew, doors two teams settled, places."""

from __future__ import annotations

import json
import random
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect

from bench.field_files import FIELD, open_screen, served
from muster.core.ids import derive_id
from muster.fieldapp.catalogue import in_languages
from muster.fieldapp.ground import _vector
from muster.protocols import load
from tests.browser.tabs import broken_rules, overflow, picture
from tests.browser.test_field_screens import SMALL

NARROW: ViewportSize = {"width": 390, "height": 844}
HOUSE, POINT, SITE = (str(derive_id("test", "ground", name)) for name in ("house", "point", "site"))
AREA = 440307006005001
NOW = datetime.now(UTC)
OPEN = """async ([screen, ...rest]) => {
  if (typeof window.leave === "function") window.leave();
  location.hash = ["#", screen, ...rest].join("/");
  document.querySelectorAll("dialog").forEach((one) => one.remove());
  window.leave = await (await import(`/app/screens/${screen}.js`)).show(document.getElementById("place"), rest);
}"""
DEEDS = """async () => (await import("/app/phone.js")).done().map((one) => [one.name, one.body, one.id])"""
CARDS = """async () => {
  const routes = await import("/app/routes.js");
  await routes.load();
  return routes.failed.concat(routes.cards().map((one) => `${one.to} ${one.state}`));
}"""
SIZES = (
    """async () => (await (await import("/app/outbox.js")).everything()).map((one) => one.payload.length)"""
)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    texts = {
        f"/texts/{code}.json": json.dumps(said).encode() for code, said in in_languages(FIELD / "app").items()
    }
    with served(texts) as found:
        yield found


def held() -> dict[str, list[dict[str, Any]]]:
    """Six doors: one with larvae four days ago, one settled by two teams, one with somebody registered."""
    pack = load("chikungunya-2025")
    assert pack.vector
    ago = (NOW - timedelta(days=4)).isoformat()
    more: dict[str, dict[str, Any]] = {
        "101": {"outcome": "done", "persons": 3, "visits": 2, "last_at": ago, "doubled": True, "home": 4},
        "102": {"outcome": "absent", "persons": 0, "visits": 2, "last_at": ago, "home": 2},
        "201": {"mark": "larvae", "inspected": 3, "positive": 1, "mark_at": ago,
                "look_at": (NOW - timedelta(days=1)).isoformat()},
    }  # fmt: skip
    doors = [
        {"id": str(derive_id(HOUSE, label)), "building": HOUSE, "label": label, "floor": int(label[0]),
         "unit": int(label[2]), **more.get(label, {})}
        for label in ("101", "102", "201", "202", "301", "302")
    ]  # fmt: skip
    rules = {
        "id": "rules", "recheck_hours": 12, "most_absent": 3, "vector": _vector(pack.vector),
        "vulnerable": [{"code": one.code, "zh": one.title.zh, "en": one.title.en} for one in pack.helpline.vulnerable],
    }  # fmt: skip
    return {
        "me": [{"id": "me", "area_code": AREA}], "shifts": [], "team": [], "ground": [rules], "doors": doors,
        "buildings": [{"id": HOUSE, "name": "3栋", "compound": "和悦花园", "address": "和悦路3号", "area": AREA,
                       "floors": 3, "order": 0}],
        "breeding": [{"id": SITE, "kind": "tyre", "place": "修车铺后院", "building": HOUSE, "state": "open",
                      "deadline_at": (NOW - timedelta(hours=2)).isoformat(), "last_at": ago}],
        "places": [{"id": POINT, "name": "惠民超市", "address": "和悦路5号", "today": 41, "hour": 7}],
        "gate": [{"id": "rules", "keys": [], "keeps": True, "hours": 12, "exceptions": []}],
    }  # fmt: skip


@pytest.fixture(params=["zh-hans", "en"])
def phone(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    page = chromium.new_page(viewport=NARROW)
    page.set_default_timeout(8_000)
    open_screen(page, address, "mosquito", "", held(), str(request.param))
    yield page
    page.close()


def show(page: Page, *address: str) -> None:
    page.evaluate(OPEN, list(address))


def look(page: Page, name: str) -> None:
    """What every screen must be by day, by night and on a narrow phone; and its picture for the guide."""
    english = page.evaluate("document.documentElement.lang") == "en"
    page.evaluate(
        "(theme) => { document.documentElement.dataset.theme = theme; }", "night" if english else "day"
    )
    assert [one for one in broken_rules(page) if 'class="wedge"' not in one] == []
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert overflow(page) <= 0
    page.set_viewport_size(NARROW)
    assert overflow(page) <= 0
    page.evaluate("() => { document.documentElement.dataset.theme = 'day'; }")
    picture(page, name, "en" if english else "zh")


def deeds(page: Page, name: str) -> list[dict[str, Any]]:
    found: list[tuple[str, dict[str, Any], str]] = page.evaluate(DEEDS)
    return [body for said, body, _ in found if said == name]


def noise(width: int = 900, height: int = 700) -> FilePayload:
    """A picture that no codec makes small, as PNG."""
    rows = random.Random(7).randbytes(width * height * 3)
    lines = b"".join(b"\0" + rows[at * width * 3 : (at + 1) * width * 3] for at in range(height))

    def part(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    whole = (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(lines, 0))
        + part(b"IEND", b"")
    )
    return {"name": "yard.png", "mimeType": "image/png", "buffer": whole}


def test_containers_are_counted_by_a_tap_and_the_index_follows_at_once(phone: Page) -> None:
    assert phone.evaluate(CARDS) == [
        f"#/place/{POINT} open", "#/mosquito late", f"#/sweep/{HOUSE} doing", "#/place open", "#/found open",
    ]  # fmt: skip
    figures = phone.locator(".figures")
    expect(figures).to_have_attribute("data-index", "100.0")
    expect(phone.locator("[data-again='201']")).to_be_visible()
    look(phone, "phone-mosquito")
    show(phone, "mosquito", HOUSE)
    phone.locator("[data-door='102']").click()
    phone.locator("[data-kind='bucket']").click(click_count=2)
    phone.locator("[data-step='1'] button").last.click()
    look(phone, "phone-containers")
    phone.locator("#save-survey").click()
    expect(figures).to_have_attribute("data-index", "100.0")
    for label in ("202", "301"):
        phone.locator(f"[data-door='{label}']").click()
        phone.locator("#save-survey").click()
    expect(figures).to_have_attribute("data-index", "50.0")
    show(phone, "mosquito", HOUSE, "again")  # clean on the day it was due: not looked at again
    phone.locator("[data-again='201']").click()
    phone.locator("#save-survey").click()
    expect(phone.locator("[data-again]")).to_have_count(0)
    show(phone, "mosquito", HOUSE)
    expect(figures).to_have_attribute("data-index", "25.0")
    phone.locator("[data-door='102']").click()
    phone.locator("dialog .key", has_text="撤回" if is_zh(phone) else "Take back").click()
    expect(figures).to_have_attribute("data-index", "0.0")
    first = deeds(phone, "survey_containers")[0]
    assert first["kinds"] == {"bucket": [2, 1]}
    assert (first["inspected"], first["positive"], first["cleared"]) == (2, 1, False)


def is_zh(page: Page) -> bool:
    return str(page.evaluate("document.documentElement.lang")) != "en"


def test_a_breeding_site_has_two_small_photographs_each_a_record_of_its_own(phone: Page) -> None:
    show(phone, "breeding", "new", HOUSE)
    phone.locator("#b-kind").select_option("tyre")
    phone.locator("#b-place").fill("水井旁")
    phone.locator("#b-owner").fill("李老板")
    phone.set_input_files("#photo", files=[noise()])
    expect(phone.locator(".photo-shown img")).to_be_visible()
    look(phone, "phone-breeding")
    phone.evaluate("() => { const key = document.getElementById('b-save'); key.click(); key.click(); }")
    expect(phone).to_have_url(re.compile("#/mosquito$"))
    show(phone, "mosquito")
    expect(phone.locator(".card", has_text="水井旁")).to_be_visible()
    expect(phone.locator(".card-late", has_text="修车铺后院")).to_be_visible()
    show(phone, "breeding", SITE)
    phone.set_input_files("#photo", files=[noise(300, 200)])
    expect(phone.locator(".photo-shown img")).to_be_visible()
    phone.locator("#b-gone").click()
    expect(phone).to_have_url(re.compile("#/mosquito$"))
    told = {one[2]: one for one in phone.evaluate(DEEDS)}
    (report,) = deeds(phone, "report_breeding_site")  # two quick taps are one site
    gone = deeds(phone, "inspect_breeding_site")[0]
    assert told[report["photo"]][:2] == ["keep_photograph", {"about": report["id"]}], (
        "no picture stays readable"
    )
    assert told[gone["photo"]][1] == {"about": SITE}
    assert "owner" not in report, "whose it is stays sealed"
    assert (gone["state"], report["area"], report["building"]) == ("cleared", AREA, HOUSE)
    assert max(phone.evaluate(SIZES)) < 115_000
    held = [{"payload": "x" * 110_000}] * 9
    light = "async (held) => (await import('/app/sync.js')).light(held).length"
    assert phone.evaluate(light, held) == 5, "a slow line carries a few of them before anybody gives up"
    show(phone, "mosquito")
    expect(phone.locator(".card-done", has_text="修车铺后院")).to_be_visible()


def test_a_building_nobody_knew_is_written_down_and_its_doors_are_there_at_once(phone: Page) -> None:
    show(phone, "found")
    phone.locator("#f-name").fill("蓝色铁门对面")
    phone.locator(".stepper").first.locator("button").last.click(click_count=2)
    phone.locator(".choice-slim input").first.check()
    look(phone, "phone-found")
    phone.locator("#f-save").click()
    expect(phone.locator(".walk li")).to_have_count(1)
    body = deeds(phone, "add_building")[0]
    assert (body["floors"], body["units_per_floor"], body["walk"], body["area"]) == (8, 2, 1, AREA)
    assert body["labels"][:2] + body["labels"][-1:] == ["101", "102", "802"]
    assert not any(label.startswith("4") for label in body["labels"])
    for door in body["doors"]:
        assert UUID(door["id"]) == derive_id(body["id"], door["label"]), "as the server derives it"
    show(phone, "sweep", body["id"])
    phone.locator("[data-door='802']").click()
    phone.locator("[data-outcome='absent']").click()
    expect(phone.locator("[data-door='802'].cell-absent")).to_be_visible()
    phone.locator("#add-door").click()
    phone.locator("#labels").fill("阁楼，9A")
    phone.locator("dialog .key-main").click()
    expect(phone.locator("[data-door='阁楼']")).to_be_visible()
    assert deeds(phone, "record_visit")[0]["dwelling"] == str(derive_id(body["id"], "802"))


def test_a_household_card_asks_for_consent_before_anything_but_the_number(phone: Page) -> None:
    show(phone, "sweep", HOUSE)
    doubled = phone.locator("[data-door='101']")
    expect(doubled).to_contain_text("×2")
    expect(doubled).to_contain_text("3/4")
    look(phone, "phone-sweep-doors")
    doubled.click()
    expect(phone.locator("dialog")).to_contain_text("两支队伍" if is_zh(phone) else "Two teams")
    home = phone.locator("dialog a[href^='#/home/']").get_attribute("href") or ""
    show(phone, "home", home.rsplit("/", 1)[1])
    expect(phone.locator("#with-consent")).to_be_hidden()
    phone.locator("#consent").check()
    for code in ("yue", "dialysis", "medicine"):
        phone.locator(f"#with-consent input[value='{code}']").first.check()
    phone.evaluate("() => scrollTo(0, 0)")
    look(phone, "phone-home")
    phone.locator("#save-card").click()
    expect(phone).to_have_url(re.compile("#/sweep/"))
    show(phone, "home", home.rsplit("/", 1)[1])  # they think again
    phone.locator("#consent").uncheck()
    phone.locator("#save-card").click()
    expect(phone).to_have_url(re.compile("#/sweep/"))
    full, bare = deeds(phone, "record_household")
    door = str(derive_id(HOUSE, "101"))
    assert bare == {"dwelling": door, "persons": 3, "consent": False}
    assert (full["consent"], full["languages"], full["needs"]) == (True, ["yue"], ["medicine"])
    assert full["vulnerabilities"] == ["dialysis"]


def test_only_numbers_are_shown_of_a_place(phone: Page) -> None:
    show(phone, "place", POINT)
    phone.locator("#one-more").click()
    expect(phone.locator("#today")).to_contain_text("42")
    somebody = str(derive_id("test", "somebody"))
    phone.locator(".wedge").focus()
    phone.keyboard.insert_text(f"MUSR:{somebody.upper()}")
    phone.keyboard.press("Enter")
    expect(phone.locator("#today")).to_contain_text("43")
    look(phone, "phone-place")
    assert deeds(phone, "check_in_place") == [{"point": POINT}] * 2, "who it was is sealed and not kept here"
    elsewhere = str(derive_id("test", "elsewhere"))
    phone.keyboard.insert_text(f"MUSP:{elsewhere.upper()}")
    phone.keyboard.press("Enter")
    expect(phone).to_have_url(re.compile(f"#/place/{elsewhere}$"))
    show(phone, "place", elsewhere)
    phone.locator("#one-more").click()
    expect(phone.locator(".last.state-done")).to_be_visible()
    expect(phone.locator("#today")).to_have_count(0)
