"""Two lists pasted in, and the people they share decided by keyboard alone: same, taken back, different, later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, broken_rules, overflow, picture

KNOWN = "贺兰敏之 1371111{n}1 男\n贺兰进明 1371111{n}2 男\n独孤信陵 1371111{n}3"
PUSHED = "贺兰敏芝 1371111{n}1\n贺兰晋明 1371111{n}2\n独孤心陵 1371111{n}3\n1371111{n}4\n公孙一"
NUMBERS = {"zh": "200", "en": "300"}


def paste(page: Page, text: str, kind: str) -> None:
    """From the pasted text to the report, without touching the mouse more than a person would."""
    page.goto(page.url.rsplit("/i/", 1)[0] + "/i/lg-0217/imports/")
    page.locator("#import-text").fill(text)
    page.locator("#import-kind").select_option(kind)
    page.locator("#import-area").select_option(index=page.locator("#import-area option").count() - 1)
    page.locator("form[enctype] button").click()
    page.locator("#columns button.btn-main").click()
    page.locator("#found form[action$='run/'] button").click()
    expect(page.locator("#report")).to_be_visible()


def shown(page: Page) -> str:
    """The pair that stands side by side."""
    action = page.locator("#pair form").get_attribute("action")
    assert action is not None
    return action.split("/matching/")[1].split("/")[0]


def listed(page: Page, pair: str) -> Locator:
    """Its row among those that wait: others may come and go, as what is left over is weighed meanwhile."""
    return page.locator(f"main tbody a[href*='{pair}']")


@pytest.mark.parametrize("language", LANGUAGES)
def test_people_are_compared_by_keyboard_alone(at_desk: Open, language: str) -> None:
    page = at_desk("imports/", language=language)
    page.on("dialog", lambda dialog: dialog.dismiss())
    paste(page, KNOWN.format(n=NUMBERS[language]), "residents")
    paste(page, PUSHED.format(n=NUMBERS[language]), "lists")
    page.locator("a[href$='/matching/']").last.click()
    expect(page.locator("#pair")).to_be_visible()
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    picture(page, "matching", language)
    assert page.locator("main tbody tr[data-row]").count() >= 3
    first = shown(page)
    page.keyboard.press("j")
    page.wait_for_url("**/matching/?pair=*")
    assert shown(page) != first
    page.keyboard.press("k")
    expect(page.locator("#pair form")).to_have_attribute("action", re.compile(first))
    page.keyboard.press("1")
    expect(page.locator("#messages .message")).to_be_visible()
    expect(listed(page, first)).to_have_count(0)
    page.keyboard.press("u")
    expect(listed(page, first)).to_have_count(1)
    second = shown(page)
    page.keyboard.press("2")
    expect(listed(page, second)).to_have_count(0)
    third = shown(page)
    page.keyboard.press("3")
    expect(page.locator("#pair form")).not_to_have_attribute("action", re.compile(third))
    expect(listed(page, third)).to_have_count(1)
    page.locator("#unmask-reason").focus()
    page.keyboard.insert_text("核对同音姓名")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer td.code").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()


def test_the_screen_on_a_telephone(at_desk: Open) -> None:
    page = at_desk("matching/", width=390, height=844)
    assert overflow(page) <= 0
    assert broken_rules(page) == []
