"""Coverage as a desk walks through it: from the round to a person, a reason, the loudspeaker, the doors; a site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Look, Tabs, broken_rules, overflow, picture
from tests.browser.walk import Walk

REASONS = {"zh": ("infant", "婴幼儿"), "en": ("recovered", "Recovered lately")}


def keeps_the_rules(page: Page) -> None:
    assert broken_rules(page) == []
    assert overflow(page) <= 0


def number(page: Page, standing: str) -> int:
    """The number on the door that opens people of this standing."""
    said = page.locator(f".doors a[href*='standing={standing}'] .door-value").inner_text()
    return int(re.sub(r"\D", "", said))


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_left_is_found_explained_and_reached(at_desk: Open, language: str) -> None:
    page = at_desk("sites/coverage/", language=language)
    keeps_the_rules(page)
    page.locator("tbody a[data-open]").first.click()
    keeps_the_rules(page)
    picture(page, "coverage", language)
    before, where = number(page, "exempt"), page.url.partition("?")[2]
    page.locator("tbody a[data-open]").first.click()
    keeps_the_rules(page)
    page.locator(".doors a[href*='standing=left']").click()
    expect(page.locator("select[name=standing]")).to_have_value("left")
    keeps_the_rules(page)
    code, word = REASONS[language]
    page.locator("input[name=resident]").first.check()
    page.locator("#why").select_option(code)
    page.locator("form[action='../coverage/explain/'] button").click()
    page.locator("select[name=standing]").select_option("exempt")
    expect(page.locator("tbody")).to_contain_text(word)
    page = at_desk(f"sites/coverage/?{where}", language=language, width=390)
    keeps_the_rules(page)
    assert number(page, "exempt") == before + 1
    for paper in ("loudspeaker", "doors"):
        sheet = at_desk(f"sites/coverage/{paper}/?{where}", language=language)
        expect(sheet.locator("tbody tr").first).to_be_visible()
        keeps_the_rules(sheet)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_site_is_set_up_and_somebody_is_booked_by_the_desk_and_by_themselves(
    at_desk: Open, tabs: Tabs, language: str
) -> None:
    page = at_desk("sites/", language=language)
    page.locator("tbody a[data-open]").first.click()
    page.locator("#n-people").fill("240")
    page.locator("#n-people").press("Enter")
    expect(page.locator("#u-lanes")).to_have_value("3")
    page.locator("form[action='set-up/'] button").click()
    expect(page.locator("#messages, .messages").first).to_contain_text(re.compile("seats|名额"))
    page.locator(".ask summary").click()
    page.locator("form[action='slots/'] button").click()
    expect(page.locator("tbody tr[data-row]").first).to_be_visible()
    keeps_the_rules(page)
    picture(page, "site", language)
    people = at_desk("sites/untested/", language=language)
    people.locator("tbody a[href*='/bookings/']").first.click()
    keeps_the_rules(people)
    people.locator("form[action='book/'] button").first.click()
    expect(people.locator("form[action='cancel/']")).to_be_visible()
    people.locator("form[action='cancel/'] button").click()
    expect(people.locator("form[action='book/']").first).to_be_visible()
    people.locator("form[action='link/'] button").click()
    keeps_the_rules(people)
    books_alone(tabs, urlsplit(people.locator("#address").input_value()).path, language)


def books_alone(tabs: Tabs, path: str, language: str) -> None:
    """Whoever has the link takes a slot and gives it back: each page as every page is looked at."""
    page = tabs.open(path, Look(language, width=390, height=844))
    page.locator("button[name=book]").first.click()
    expect(page.locator("button[name=cancel]")).to_be_visible()
    looked_at(tabs, page, path, language)
    picture(page, "public-booking", language)
    page.locator("button[name=cancel]").click()
    expect(page.locator("button[name=book]").first).to_be_visible()
    looked_at(tabs, page, path, language)


def looked_at(tabs: Tabs, page: Page, path: str, language: str) -> None:
    walk = Walk(tabs, page, language)
    walk.through([path.removeprefix("/")], follow=False)
    assert walk.seen
    assert not walk.faults, "\n".join(walk.faults)
