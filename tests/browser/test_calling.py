"""A caller at work by keyboard alone, and a resident who checks the call on a telephone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Look, Tabs, broken_rules, overflow, picture

HELD = re.compile(r"/calling/[0-9a-f-]{36}/")
FREE = re.compile(r"/calling/\?")


def take(page: Page) -> str:
    """The next one by Enter; whom it is about. What a test before left held is given back first."""
    give_back(page)
    expect(page.locator(".calling-next")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(HELD)
    return page.locator("#who").inner_text()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def give_back(page: Page) -> None:
    """Leave nothing held for the next test."""
    if HELD.search(page.url):
        page.keyboard.press("g")
        page.wait_for_url(FREE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_list_stand_above_the_script(at_desk: Open, tabs: Tabs, language: str) -> None:
    page = at_desk("lists/", language=language)
    lists = [str(one.get_attribute("href")) for one in page.locator("a[data-open]").all()]
    for one in lists:
        tabs.go(page, f"lists/{one}")
        if not page.locator("details[open] #script-zh").count():
            page.locator("details summary", has=page.locator("xpath=..//*[@id='script-zh']")).press("Enter")
        page.locator("#script-zh").fill("请问本月打过疫苗吗？")
        page.locator("#script-en").fill("Were you vaccinated this month?")
        page.locator('form[action="script/"] button').press("Enter")
        expect(page.locator(".message")).not_to_be_empty()
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert broken_rules(page) == []
        assert overflow(page) <= 0
    tabs.go(page, "calling/")
    take(page)
    spoken = page.locator(".script-list .script-line.is-spoken").first
    expect(spoken).to_have_text(
        "请问本月打过疫苗吗？" if language == "zh" else "Were you vaccinated this month?"
    )
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    give_back(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_by_keyboard_alone(at_desk: Open, language: str) -> None:
    page = at_desk("calling/", language=language)
    picture(page, "calling", language)
    assert broken_rules(page) == []
    name = take(page)
    assert "*" not in name
    assert broken_rules(page) == []
    picture(page, "call", language)
    here = page.locator(".script-step.is-here")
    expect(here).to_have_attribute("data-step", "hello")
    press(page, "a")
    expect(here).to_have_attribute("data-step", "proof")
    press(page, "l")
    expect(here.locator(".script-line.is-spoken")).to_have_attribute(
        "lang", "yue" if language == "zh" else "zh-Hans"
    )
    press(page, "ArrowLeft")
    expect(here).to_have_attribute("data-step", "hello")
    press(page, "c")
    expect(page.locator(".outcome.is-next")).to_have_attribute("value", "wrong_number")
    press(page, "n")
    page.keyboard.type("12 note 34")
    expect(page.locator("#note")).to_have_value("12 note 34")
    press(page, "Escape", "2")
    page.wait_for_url(FREE)
    expect(page.locator("#messages")).to_contain_text("无人接听" if language == "zh" else "no answer")
    press(page, "u")
    expect(page.locator("#messages")).to_contain_text("撤回" if language == "zh" else "Taken back")
    take(page)
    press(page, "8")
    expect(page.locator("#needs")).to_be_focused()
    press(page, "ArrowDown", "Enter")
    page.wait_for_url(FREE)
    expect(page.locator("#messages")).to_contain_text("需要帮助" if language == "zh" else "needs help")


def test_a_follow_up_asks_how_they_feel_by_keyboard_alone(at_desk: Open) -> None:
    page = at_desk("calling/?kind=follow_up&speak=zh", language="en", width=390, height=844)
    take(page)
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without TLS
    press(page, "p")
    expect(page.locator("[data-copy]")).to_contain_text("copied")
    press(page, "n", "Control+v")
    number = str(page.locator(".cockpit-phone a").get_attribute("href")).removeprefix("tel:")
    expect(page.locator("#note")).to_have_value(number)
    press(page, "Control+a", "Delete", "Escape")
    press(page, "1")
    expect(page.locator("#health")).to_be_focused()
    press(page, "Enter")  # nothing is said of them yet: they are asked first
    expect(page.locator("#health")).to_be_focused()
    page.locator(".outcome[value=reached_verified]").click()
    expect(page.locator("#health")).to_be_focused()
    press(page, "ArrowDown", "ArrowDown", "Enter")
    page.wait_for_url(FREE)
    expect(page.locator("#messages")).to_contain_text("reached, verified")
    press(page, "u")
    expect(page.locator("#messages")).to_contain_text("Taken back")


def test_nothing_of_one_person_comes_back(at_desk: Open, tabs: Tabs) -> None:
    tabs.expected = ("409",)
    page = at_desk("calling/")
    first = take(page)
    address = page.url
    press(page, "n")
    page.keyboard.type("canary of the first")
    page.reload()
    expect(page.locator("#note")).to_have_value("canary of the first")
    press(page, "2")
    page.wait_for_url(FREE)
    second = take(page)
    assert second != first
    for shown in (page.content(), str(page.evaluate("JSON.stringify([sessionStorage, localStorage])"))):
        assert first not in shown
        assert "canary of the first" not in shown
    here = page.url
    page.goto(address)
    assert first not in page.content()
    for step in (page.go_back, page.go_back, page.go_forward, page.go_back):
        step()
        page.wait_for_load_state()
        assert first not in page.content(), page.url
    page.goto(here)
    give_back(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_checks_the_call_on_a_telephone(at_desk: Open, tabs: Tabs, language: str) -> None:
    tabs.expected = ("404",)
    desk = at_desk("calling/", language=language)
    name = take(desk)
    code = desk.locator(".proof .code").inner_text()
    phone = tabs.open("/p/call/", Look(language=language, width=390, height=844))
    assert broken_rules(phone) == []
    phone.locator("#code").fill(code)
    phone.keyboard.press("Enter")
    expect(phone.locator(".is-good")).to_contain_text("是的" if language == "zh" else "Yes")
    assert name not in phone.content()
    assert overflow(phone) <= 0
    picture(phone, "public-call", language)
    assert broken_rules(phone) == []
    press(desk, "1")
    desk.wait_for_url(FREE)
    tabs.go(phone, "/p/call/?elder=1")
    phone.locator("#code").fill(code)
    phone.keyboard.press("Enter")
    expect(phone.locator(".is-bad")).to_be_visible()
    assert overflow(phone) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cockpit_on_a_telephone(at_desk: Open, language: str) -> None:
    page = at_desk("calling/", language=language, width=390, height=844)
    assert overflow(page) <= 0
    page.locator(".calling-next").click()
    page.wait_for_url(HELD)
    assert overflow(page) <= 0
    assert str(page.locator(".cockpit-phone a").get_attribute("href")).startswith("tel:")
    picture(page, "call-phone", language)
    page.locator(".outcome[value=busy]").click()
    page.wait_for_url(FREE)
