"""What people do at the desk: sign in, work the list by keyboard alone, switch language and theme, open names."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, sign_in
from tests.browser.stage import DESK, WALKER
from tests.browser.tabs import CODE, LANGUAGES, Look, Tabs, broken_rules, overflow, picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_signing_in_with_a_chinese_name(tabs: Tabs, language: str) -> None:
    page = tabs.open("/accounts/login/", Look(language=language))
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    page.locator("#id_login").focus()
    page.keyboard.insert_text(DESK)  # what an input method hands over
    expect(page.locator("#id_login")).to_have_value(DESK)
    picture(page, "signin", language)
    sign_in(page, DESK)
    expect(page).to_have_url(f"{tabs.url}/i/{CODE}/")
    tabs.go(page, "/?all")
    page.locator("main [data-open]").first.click()
    expect(page).to_have_url(f"{tabs.url}/i/{CODE}/")


@pytest.mark.parametrize(("language", "words"), [("zh", "密码"), ("en", "password")])
def test_a_wrong_password_is_said_in_words(tabs: Tabs, language: str, words: str) -> None:
    page = tabs.open("/accounts/login/", Look(language=language))
    sign_in(page, DESK, "没有这个密码")
    expect(page.locator("main")).to_contain_text(words)
    expect(page.locator("#id_login")).to_have_value(DESK)


def test_signing_out(tabs: Tabs) -> None:
    page = tabs.open("/accounts/login/", Look())
    sign_in(page, DESK)
    expect(page).to_have_url(f"{tabs.url}/i/{CODE}/")
    page.locator(".topbar form[action*=logout] button").click()
    tabs.go(page, "work/")
    expect(page.locator("#id_login")).to_be_visible()


def focused(page: Page) -> str:
    """The row that has the focus, by the value of its box."""
    found: str = page.evaluate(
        "document.activeElement.closest('[data-row]')?.querySelector('.pick input')?.value ?? ''"
    )
    return found


def test_the_work_list_by_keyboard_alone(at_desk: Open) -> None:
    page = at_desk("work/")
    values = [one.get_attribute("value") for one in page.locator("tbody .pick input").all()[:3]]
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert focused(page) == values[row]
    page.keyboard.press("Enter")
    drawer = page.locator("#drawer")
    expect(drawer.locator("h2").first).to_be_visible()
    expect(drawer).to_be_focused()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    assert focused(page) == values[1]
    page.keyboard.press("x")
    page.keyboard.press("k")
    page.keyboard.press("x")
    bar = page.locator("[data-bulkbar]")
    expect(bar.locator("button[value=assign]")).to_contain_text("2")
    page.keyboard.press("a")
    expect(page.locator("#bulk-team")).to_be_focused()
    page.keyboard.press("ArrowDown")
    team = page.locator("#bulk-team option:checked").inner_text()
    assert team
    page.keyboard.press("Tab")
    expect(bar.locator("button[value=assign]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("2")
    page.goto(page.url.split("?")[0])
    chosen = page.locator(f"tr:has(input[value='{values[0]}']) [data-open]")
    chosen.click()
    expect(page.locator("#drawer")).to_contain_text(team)


def test_a_drawer_has_an_address_of_its_own(at_desk: Open) -> None:
    page = at_desk("people/")
    address = page.locator("main [data-open]").first.get_attribute("href")
    name = page.locator("main [data-open]").first.inner_text()
    page.goto(page.url + str(address))
    expect(page.locator("main h1, main h2").first).to_contain_text(name)
    assert broken_rules(page) == []


def test_language_and_theme_stay_switched(at_desk: Open) -> None:
    page = at_desk("work/?due=late")
    assert page.locator("html").get_attribute("data-theme") == "day"
    page.locator("[data-theme-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    page.locator(".topbar button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("html")).to_have_attribute("data-theme", "night")
    assert "due=late" in page.url
    assert broken_rules(page) == []
    page.locator(".topbar button[name=language]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_a_sentence_answers_at_once_and_keeps_its_address(at_desk: Open) -> None:
    page = at_desk("work/")
    page.locator("select[name=kind]").select_option("verify")
    page.wait_for_url("**kind=verify**")
    expect(page.locator("select[name=kind]")).to_have_value("verify")
    expect(page.locator("tbody tr").first).to_be_visible()


def test_names_open_for_a_reason(at_desk: Open) -> None:
    page = at_desk("people/")
    page.locator("main [data-open]").first.click()
    drawer = page.locator("#drawer")
    expect(drawer).to_contain_text("*")
    drawer.locator("#unmask-reason").fill("上门核对住址")
    drawer.locator("#unmask-reason").press("Enter")
    name = drawer.locator("dl.kv dd").first
    expect(name).to_be_visible()
    expect(name).not_to_contain_text("*")
    assert broken_rules(page) == []
    assert "上门" not in page.url
    page.goto(page.url.replace("/people/", "/journal/"))
    expect(page.locator("main")).to_contain_text("上门核对住址")


def test_the_map_shows_buildings_and_opens_one(at_desk: Open) -> None:
    page = at_desk("map/")
    expect(page.locator("path.map-building")).not_to_have_count(0)
    page.locator("main tbody [data-open]").first.click()
    page.wait_for_url("**area=**")
    building = page.locator("path.map-building").first
    expect(building).to_be_visible()
    building.dispatch_event("click")
    expect(page.locator("#drawer h2").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_are_not_there_or_not_for_you(at_desk: Open, tabs: Tabs, language: str) -> None:
    tabs.expected = ("Failed to load resource",)
    page = at_desk(None, language=language)
    tabs.go(page, "/nowhere/", 404)
    texts = [page.locator("main").inner_text()]
    assert broken_rules(page) == []
    tabs.go(page, "buildings/00000000-0000-4000-8000-000000000000/", 404)
    texts.append(page.locator("main").inner_text())
    walker = at_desk(None, language=language, account=WALKER)
    tabs.go(walker, "work/", 403)
    texts.append(walker.locator("main").inner_text())
    assert broken_rules(walker) == []
    for text in texts:
        assert ("沒" in text or "没" in text or "权限" in text) == (language == "zh"), text


def test_without_scripts_lists_and_forms_still_work(at_desk: Open, tabs: Tabs) -> None:
    page = at_desk("work/", more={"java_script_enabled": False})
    page.locator("main tbody [data-open]").first.click()
    expect(page.locator("main h1, main h2").first).to_be_visible()
    assert "/drawer/" in page.url
    tabs.go(page, "work/")
    page.locator("select[name=kind]").select_option("verify")
    page.locator("form[data-sentence] noscript button, form[data-sentence] button").first.click()
    assert "kind=verify" in page.url
    tabs.go(page, "people/")
    page.locator("#words").fill("查无此人")
    page.locator("form:has(#words) button").click()
    expect(page.locator("main .empty")).to_be_visible()
