"""The registration line: tubes and people by scanner, refusals in words, the table before the courier signs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from stdnum.cn.ric import calc_check_digit

from bench import qr_images
from bench.field_files import FIELD, open_screen, served
from muster.core.ids import derive_id
from muster.domain.sampling.rules import receipt
from muster.fieldapp.catalogue import in_languages
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.phones import before_camera
from tests.browser.tabs import broken_rules, picture
from tests.interop.tables.makers import citizen

NARROW: ViewportSize = {"width": 390, "height": 844}
SITE = str(derive_id("test", "line", "site"))
DEEDS = """async () => (await import("/app/phone.js")).done().map((one) => [one.name, one.body, one.id])"""
Deeds = list[tuple[str, dict[str, Any], str]]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    texts = {
        f"/texts/{code}.json": json.dumps(said).encode() for code, said in in_languages(FIELD / "app").items()
    }
    with served(texts) as found:
        yield found


def held(**more: Any) -> dict[str, list[dict[str, Any]]]:
    pools = [
        {"code": "usual", "zh": "普通", "en": "usual", "size": 3},
        {"code": "household", "zh": "一户一管", "en": "one household", "size": 10},
        {"code": "single", "zh": "单管", "en": "single", "size": 1},
    ]
    site = {"id": SITE, "kind": "site", "name": "坂田小学采样点", "address": "和悦路1号", "mine": True}
    tubes = [
        {"id": "t1", "code": "T9001", "site": SITE, "state": "resulted", "seats": 10},
        {"id": "t2", "code": "T9002", "site": SITE, "state": "sealed", "seats": 10},
        {"id": "t3", "code": "T9003", "site": "elsewhere", "state": "open", "seats": 4},
    ]
    rows = {
        "line": [{"id": "rules", "pools": pools}],
        "tubes": tubes,
        "points": [site],
        "me": [{"id": "me", "area_code": 440307006005000}],
    }
    return {**rows, "shifts": [], "team": [], **more}


def begin(
    browser: Browser, address: str, screen: str = "line", language: str = "zh-hans", **more: Any
) -> Page:
    page = browser.new_page(viewport=NARROW)
    page.set_default_timeout(15_000)
    open_screen(page, address, screen, SITE, held(**more), language)
    return page


def scan(page: Page, *codes: str) -> None:
    for code in codes:
        page.locator(".wedge").focus()
        page.keyboard.insert_text(code)
        page.keyboard.press("Enter")
        page.wait_for_timeout(120)


def deeds(page: Page, name: str = "") -> Deeds:
    found: Deeds = page.evaluate(DEEDS)
    return [one for one in found if not name or one[0] == name]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_tube_and_its_people_take_no_tap_and_the_full_tube_closes_itself(
    chromium: Browser, address: str, language: str
) -> None:
    page = begin(chromium, address, language=language)
    people = [citizen(number, 100 + number) for number in (1, 2, 3)]
    scan(page, "T1001", *people[:2])
    expect(page.locator(".tube")).to_have_attribute("data-seats", "2")
    picture(page, "phone-line", language[:2])
    scan(page, people[2])
    expect(page.locator(".last")).to_contain_text("Next tube" if language == "en" else "下一管")
    told = [(name, body.get("seat") or body.get("seats_said")) for name, body, _ in deeds(page)]
    assert told == [
        ("register_person", None), ("take_sample", 1), ("register_person", None), ("take_sample", 2),
        ("register_person", None), ("take_sample", 3), ("seal_tube", 3),
    ]  # fmt: skip
    sample = deeds(page, "take_sample")[-1]
    assert (sample[1]["code"], sample[1]["site"], sample[1]["pool_size"]) == ("T1001", SITE, 3)
    assert page.evaluate(f"async () => (await import('/app/line.js')).receipt('{sample[2]}')") == receipt(
        UUID(sample[2])
    )
    page.close()


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        (["ID1"], "先扫试管"),
        (["T1", "ID1", "ID1"], "已在这一管"),
        (["T1", "ID1", "CLOSE", "T2", "ID1"], "已采过样"),
        (["T1", "ID1", "T2"], "先封好手上"),
        (["T1", "ID1", "CLOSE", "T1"], "已封管"),
        (["T9001"], "在别处用过"),
        (["T9003"], "别的采样点"),
        (["T1", "BAD"], "读错"),
        (["T1", "HTTPS://X"], "既不是试管"),
    ],
)
def test_what_must_not_be_is_said_in_words_and_nothing_is_recorded(
    chromium: Browser, address: str, codes: list[str], said: str
) -> None:
    page = begin(chromium, address)
    person = citizen(7, 7)
    bad = person[:-1] + ("0" if person[-1] != "0" else "1")
    real = {"ID1": person, "BAD": bad, "T1": "T1001", "T2": "T1002"}
    for code in codes[:-1]:
        if code == "CLOSE":
            page.locator("#close-tube").click()
            expect(page.locator(".last")).to_contain_text("下一管")
        else:
            scan(page, real.get(code, code))
    before = len(deeds(page))
    scan(page, real.get(codes[-1], codes[-1]))
    expect(page.locator(".alarm")).to_contain_text(said)
    assert len(deeds(page)) == before
    page.close()


def test_the_last_is_taken_back_and_a_child_sits_on_the_entry_of_the_parent(
    chromium: Browser, address: str
) -> None:
    page = begin(chromium, address)
    first, second = citizen(11, 11), citizen(12, 12)
    scan(page, "T1001", first, second)
    page.locator("#undo").click()
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1")
    scan(page, second)
    page.locator("#walk-in").click()
    page.locator("#w-name").fill("赵小二")
    page.get_by_text("上一位的孩子").click()
    page.locator("#w-save").click()
    expect(page.locator(".last")).to_contain_text("下一管")
    gone = deeds(page, "retract_fact")[0][1]
    assert (gone["kind"], gone["target"]) == ("sampling.sampletaken", deeds(page, "take_sample")[1][2])
    child = deeds(page, "register_person")[-1][1]
    assert (child["name"], child["household"]) == ("赵小二", deeds(page, "take_sample")[2][1]["resident"])
    assert deeds(page, "seal_tube")[0][1]["seats_said"] == 3
    page.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_courier_signs_only_when_table_and_system_agree_or_the_difference_is_known(
    chromium: Browser, address: str, language: str
) -> None:
    page = begin(chromium, address, "table", language)
    scan(page, "T7777")
    expect(page.locator(".tube")).to_have_attribute("data-even", "false")
    picture(page, "phone-table", language[:2])
    page.locator("#courier").fill("李司机")
    page.locator("#box").fill("b12")
    page.locator("#sign").click()
    assert deeds(page) == []
    page.locator("#agreed").check()
    scan(page, "T9002")
    page.locator("#sign").click()
    expect(page.locator(".toast")).to_contain_text("2")
    told = [(name, body.get("code"), body.get("counted")) for name, body, _ in deeds(page)]
    assert told == [
        ("count_tubes", None, 2),
        ("hand_over_tube", "T7777", None),
        ("hand_over_tube", "T9002", None),
    ]
    assert {body["box"] for _, body, _ in deeds(page, "hand_over_tube")} == {"B12"}
    page.close()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_length_of_the_line_is_reported_as_a_whole_number(
    chromium: Browser, address: str, language: str
) -> None:
    page = begin(chromium, address, "queue", language)
    for wrong in ("", "-3", "2.5"):
        page.locator("#waiting").fill(wrong)
        page.locator("#report").click()
        expect(page.locator("[role=alert].said")).not_to_be_empty()
    assert deeds(page) == []
    page.locator("#waiting").fill("37")
    page.locator("#report").click()
    expect(page.locator(".note")).to_contain_text("37")
    assert [(name, body) for name, body, _ in deeds(page)] == [
        ("report_queue", {"site": SITE, "waiting": 37})
    ]
    assert broken_rules(page) == []
    page.close()


AT_ONCE = """async (code) => {
  const field = document.querySelector(".wedge");
  document.getElementById("w-save").click();
  field.value = code;
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
}"""


def test_who_is_typed_in_and_who_is_scanned_at_once_take_no_seat_together(
    chromium: Browser, address: str
) -> None:
    page = begin(chromium, address)
    scan(page, "T1001")
    page.locator("#walk-in").click()
    page.locator("#w-name").fill("钱大")
    page.evaluate(AT_ONCE, citizen(31, 31))
    expect(page.locator(".tube")).to_have_attribute("data-seats", "2")
    assert [body["seat"] for _, body, _ in deeds(page, "take_sample")] == [1, 2]
    page.evaluate("() => { const key = document.getElementById('undo'); key.click(); key.click(); }")
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1")
    assert len(deeds(page, "retract_fact")) == 1
    page.close()


def test_the_zone_of_a_site_chooses_the_rule_and_the_registrar_may_choose_another(
    chromium: Browser, address: str
) -> None:
    (site,) = held()["points"]
    page = begin(chromium, address, points=[{**site, "pool": "single"}])
    expect(page.locator("#pool")).to_have_value("single")
    scan(page, "T1001", citizen(21, 21))
    expect(page.locator(".last")).to_contain_text("满")
    assert deeds(page, "take_sample")[-1][1]["pool_size"] == 1
    expect(page.locator("#unlike")).to_be_empty()
    page.locator("#pool").select_option("household")
    expect(page.locator("#unlike")).to_contain_text("单管 · 1")
    assert broken_rules(page) == []
    page.close()


def test_a_household_has_a_tube_of_its_own_and_a_minor_somebody_who_answers(
    chromium: Browser, address: str
) -> None:
    page = begin(chromium, address)
    page.locator("#pool").select_option("household")
    parent, other = citizen(21, 21), citizen(22, 22)
    scan(page, "T1001", parent)
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1")
    page.locator("#walk-in").click()
    page.locator("#w-name").fill("钱小三")
    minor = f"440399{datetime.now(UTC).year - 8}0101001"
    page.locator("#w-number").fill(minor + calc_check_digit(minor + "0"))
    page.locator("#w-save").click()
    expect(page.locator("dialog [role=alert]")).to_contain_text("监护人")
    page.get_by_text("监护人不在场").click()
    page.locator("#w-guardian").fill("钱大")
    page.locator("#w-reach").fill("13800138000")
    page.locator("#w-save").click()
    expect(page.locator(".tube")).to_have_attribute("data-seats", "2")
    scan(page, "T1002", other)  # the next household: its tube closes the one in hand
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1")
    assert [one["seats_said"] for _, one, _ in deeds(page, "seal_tube")] == [2]
    registered = {one.get("name") or one["document"]: one for _, one, _ in deeds(page, "register_person")}
    guardian, child = registered["钱大"], registered["钱小三"]
    assert (guardian["phone"], child["household"]) == ("13800138000", guardian["id"])
    assert "household" not in registered[other]
    assert len(deeds(page, "take_sample")) == 3, "the guardian is not sampled"
    page.close()


HEAR = """async () => {
    const scan = await import("/app/scan.js");
    window.heard = [];
    window.stop = scan.wedge(document.getElementById("place"), (text) => window.heard.push(text), "x");
}"""


def test_a_scanner_is_understood_through_any_keyboard(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    page.clock.install(time=datetime(2026, 1, 1, tzinfo=UTC))
    page.goto(f"{address}/blank.html")
    page.clock.pause_at(datetime(2026, 1, 2, tzinfo=UTC))  # a letter takes no time, however slow the machine
    page.evaluate(HEAR)
    devtools = page.context.new_cdp_session(page)
    page.keyboard.type("t1001")  # Caps Lock, and no Enter: silence ends it
    assert page.evaluate("window.heard") == []
    page.clock.run_for(150)
    assert page.evaluate("window.heard") == ["T1001"]
    page.keyboard.insert_text("Ｔ１００２")  # a Chinese keyboard in wide letters
    page.keyboard.press("Enter")
    assert page.evaluate("window.heard") == ["T1001", "T1002"]
    for typed in (
        "t",
        "t10",
        "t1003",
    ):  # an input method that keeps the letters to itself, and no key is known
        devtools.send("Input.imeSetComposition", {"text": typed, "selectionStart": 5, "selectionEnd": 5})
    page.clock.run_for(150)
    assert page.evaluate("window.heard") == ["T1001", "T1002", "T1003"]
    for letter in "T1004":  # Android sends letters without keys, one by one
        page.evaluate(LETTER, letter)
        page.clock.run_for(60)
    page.clock.run_for(150)
    assert page.evaluate("window.heard") == ["T1001", "T1002", "T1003", "T1004"]
    page.keyboard.type("abc")  # too short for a code
    page.keyboard.press("Enter")
    page.keyboard.type("T1005")
    page.keyboard.press("Enter")
    assert page.evaluate("window.heard") == ["T1001", "T1002", "T1003", "T1004", "T1005"]
    page.close()


LETTER = """(letter) => {
    const field = document.querySelector(".wedge");
    field.value += letter;
    field.dispatchEvent(new InputEvent("input"));
}"""
LAMP = """() => {
    window.lamp = [];
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async (how) => { window.lamp.push(how.advanced[0].torch); };
}"""


def test_a_tube_and_a_person_are_read_by_a_camera(chromium: Browser, address: str, tmp_path: Path) -> None:
    """Each code comes late and is never held still; the lamp is a key beside the picture."""
    film = tmp_path / "camera.y4m"
    film.write_bytes(qr_images.video(["T1001", citizen(5, 5)]))
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *before_camera(film)])
    page = browser.new_page(viewport=NARROW)
    page.add_init_script(f"({LAMP})()")
    open_screen(page, address, "line", SITE, held(), "zh-hans")
    page.locator(".torch").click()
    expect(page.locator(".torch")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1", timeout=15_000)
    ((_, sample, _),) = deeds(page, "take_sample")
    assert (sample["code"], sample["seat"], sample["site"]) == ("T1001", 1, SITE)
    assert page.evaluate("window.lamp") == [True]
    page.evaluate("window.leave()")
    expect(page.locator(".torch")).to_have_count(0)
    browser.close()


def test_a_scanner_is_tried_before_the_queue(chromium: Browser, address: str) -> None:
    page = begin(chromium, address, "scanner")
    scan(page, "T1001")
    expect(page.locator("#arrived li")).to_have_count(1)
    expect(page.locator("#arrived li").first).to_contain_text("正常")
    scan(page, "ｔ１００２")
    expect(page.locator("#arrived li").first).to_contain_text("全角")
    expect(page.locator("#arrived li").first).to_contain_text("T1002")
    assert broken_rules(page) == []
    assert deeds(page) == []
    page.close()
