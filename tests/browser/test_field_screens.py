"""Every screen of the phone in both languages, both themes and all sizes: axe, width, targets, keyboard alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.phone_world import Served
from tests.browser.phones import PIN, Phone
from tests.browser.tabs import broken_rules, overflow, picture

# Chinese by day and English by night: pairs of everything in two walks. Pictures are by day.
LOOKS = [("zh", "day"), ("en", "day" if os.environ.get("MUSTER_PICTURES") == "1" else "night")]
HAN = re.compile(r"[\u4e00-\u9fff]")
SMALL = """[...document.querySelectorAll('main :is(button, a, input:not(.quiet), .choice)')].filter((one) => {
    const box = one.getBoundingClientRect();
    const alone = getComputedStyle(one).position !== 'fixed' && !one.closest('.choice:not(:scope)');
    return box.width && alone && box.height < 44;
}).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def phone(chromium: Browser, world: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phone]:
    found = Phone(chromium.browser_type, world, tmp_path_factory.mktemp("phone") / "profile")
    found.join(world.ask("invite")["code"])
    found.capture(found.doors()[:3])
    found.capture(found.doors()[3:5], "absent")
    found.capture(found.doors()[5:6], "refused")
    found.until_sent()
    yield found
    assert found.faults == []
    found.close()


def addresses(phone: Phone) -> dict[str, str]:
    """Every screen there is, each with something on it where this phone has something."""
    found: list[list[str]] = phone.script(
        """const { ROUTES } = await import(base + 'app/routes.js');
        const first = (section, kind) => phone.rows(section).find((one) => !kind || one.kind === kind)?.id ?? '';
        const about = { duty: first('shifts'), task: first('tasks'), sweep: first('buildings'),
            line: first('points', 'site'), table: first('points', 'site'), gate: first('points', 'gate'),
            queue: first('points', 'site') };
        return ROUTES.map(({ name }) => [name, `#/${name}/${about[name] ?? ''}`.replace(/\\/$/, '')]);"""
    )
    return dict(found)


def go(page: Page, address: str) -> None:
    """To a screen, drawn."""
    page.evaluate("(to) => { location.hash = '#/none'; location.hash = to; }", address)
    expect(page.locator("h1")).not_to_be_empty()
    expect(page.locator("main > *").first).to_be_attached()


def wear(page: Page, **look: str) -> None:
    """Choose theme and size."""
    page.evaluate(
        "(look) => { Object.assign(localStorage, look); dispatchEvent(new Event('muster:dress')); }", look
    )


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_screens_keep_the_rules(phone: Phone, language: str, theme: str) -> None:
    page = phone.page
    wear(page, theme=theme, size="plain")
    if (page.locator("html").get_attribute("lang") == "en") != (language == "en"):
        page.locator(".tongue").click()
    for name, address in addresses(phone).items():
        go(page, address)
        assert broken_rules(page) == [], name
        assert overflow(page) <= 0, name
        assert page.evaluate(SMALL) == [], name
        heading = page.locator("h1").inner_text()
        assert name == "sweep" or bool(HAN.search(heading)) == (language == "zh"), heading
        if theme == "day":
            picture(page, f"phone-{name}", language)
    go(page, addresses(phone)["sweep"])
    page.locator(".cell").nth(6).click()
    assert broken_rules(page) == []
    if theme == "day":
        picture(page, "phone-door", language)
    page.keyboard.press("Escape")
    if language == "en":
        counted = (
            "const { t } = await import(base + 'app/t.js'); return [1, 2].map((n) => t('{n} doors', { n }));"
        )
        assert phone.script(counted) == ["1 door", "2 doors"]


@pytest.mark.parametrize("size", ["plain", "elder", "glove"])
def test_nothing_is_wider_than_a_narrow_phone(phone: Phone, size: str) -> None:
    page = phone.page
    page.set_viewport_size({"width": 320, "height": 640})
    wear(page, theme="day", size=size)
    for name, address in addresses(phone).items():
        go(page, address)
        assert overflow(page) <= 0, (name, size)
    page.set_viewport_size({"width": 390, "height": 844})
    wear(page, size="plain")


@pytest.mark.parametrize("door", ["join", "pin", "lock"])
@pytest.mark.parametrize("language", ["zh-CN", "en-GB"])
def test_the_doors_keep_the_rules(
    chromium: Browser, world: Served, tmp_path: Path, door: str, language: str
) -> None:
    phone = Phone(chromium.browser_type, world, tmp_path / "profile", locale=language)
    page = phone.page
    if door == "join":
        page.goto(f"{world.url}/f/")
        expect(page.locator("#code")).to_be_focused()
    else:
        page.goto(f"{world.url}/f/#join={world.ask('invite')['code']}")
        page.locator("form .key-main").click()
        expect(page.locator("#pin-again")).to_be_visible()
        if door == "lock":
            page.locator("#pin").fill(PIN)
            page.locator("#pin-again").fill(PIN)
            page.locator("form .key-main").click()
            expect(page.locator(".cards .card").first).to_be_visible()
            phone.context.set_offline(True)
            phone.capture(phone.doors()[:2])
            page.evaluate("dispatchEvent(new Event('muster:lock'))")
            expect(page.locator("#pin")).to_be_focused()
            expect(page.locator("#leaving button")).to_have_count(2)
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    picture(page, f"phone-{door}", language[:2])
    phone.close()


def test_a_door_is_done_by_keyboard_alone(phone: Phone, world: Served) -> None:
    page = phone.page
    before = world.ask("count", phone.device())["visits"]
    go(page, "#/shift")
    page.locator(".card", has_text="1栋").focus()
    page.keyboard.press("Enter")
    page.locator(".grid .cell[data-door='301']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.dataset.outcome") == "done":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".cell-done[data-door='301']")).to_be_visible()
    phone.until_sent()
    assert world.ask("count", phone.device())["visits"] == before + 1


def test_a_whole_floor_is_said_at_once_and_taken_back_door_by_door(phone: Phone) -> None:
    page = phone.page
    go(page, addresses(phone)["sweep"])
    house = addresses(phone)["sweep"].rpartition("/")[2]
    floor: list[str] = phone.script(
        "return phone.rows('doors').filter((one) => one.building === values[0] && /^20.$/.test(one.label))"
        ".map((one) => one.id);",
        house,
    )
    phone.capture(floor, "absent")  # whatever others found there before
    go(page, addresses(phone)["sweep"])
    made = phone.counted()["made"]
    row = page.locator("tr", has=page.locator("[data-door='201']"))
    undone = row.locator("[data-door]:not(.cell-done)").count()
    row.locator(".floor").click()
    page.locator("dialog[open] .choice-key").last.click()
    expect(page.locator(".cell-blocked[data-door='202']")).to_be_visible()
    assert phone.counted()["made"] == made + undone
    page.locator("[data-door='202']").click()
    page.locator("dialog[open] .key", has_text=re.compile("撤回|Take back")).click()
    expect(page.locator(".cell-absent[data-door='202']")).to_be_visible()
    expect(page.locator(".cell-blocked[data-door='203']")).to_be_visible()


def test_a_call_ends_with_one_key_and_a_shift_begins_with_one_touch(phone: Phone, world: Served) -> None:
    page = phone.page
    go(page, addresses(phone)["task"])
    assert (page.locator(".key-call").get_attribute("href") or "").startswith("tel:1380013800")
    here = page.url
    page.keyboard.press("2")
    expect(page).not_to_have_url(here)  # on to the next one by itself
    go(page, addresses(phone)["duty"])
    page.locator(".thumb .key-main").click()
    expect(page.locator(".thumb .key-main")).to_have_text(re.compile("下岗|End shift"))
    go(page, "#/handover")
    expect(page.locator(".ticks input")).not_to_have_count(0)
    phone.until_sent()
    told = world.ask("count", phone.device())
    assert (told["attempts"], told["parked"]) == (1, 0)


def test_a_follow_up_says_how_the_contact_is_and_is_taken_back_with_the_call(
    phone: Phone, world: Served
) -> None:
    page, item = phone.page, world.ask("contact")["item"]
    phone.until_sent()
    phone.unlock()
    go(page, f"#/task/{item}")
    expect(page.locator(".choice-key")).to_have_count(10)
    assert overflow(page) <= 0
    page.keyboard.press("0")
    phone.until_sent()
    assert world.ask("count", phone.device())["followed"] == [["seen_not_ok", "call"]]
    go(page, f"#/task/{item}")
    page.locator(".said-now .key-small").click()
    phone.until_sent()
    told = world.ask("count", phone.device())
    assert (told["followed"], told["parked"]) == ([], 0)
