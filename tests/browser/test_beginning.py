"""A commander makes accounts; a counsellor and a laboratory sign in with them to pages of their own, and work there."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Open, sign_in
from tests.browser.tabs import LANGUAGES, Look, Tabs, broken_rules, overflow, picture


def keeps_the_rules(page: Page) -> None:
    assert broken_rules(page) == []
    assert overflow(page) <= 0


def account(page: Page, name: str, role: str) -> str:
    """Made on the page; its password, shown once."""
    page.locator("details.ask summary").click()
    page.locator("#a-names").fill(name)
    page.locator("#a-role").select_option(role)
    page.locator("details.ask button").click()
    expect(page.locator("#made tbody tr")).to_have_count(1)
    return page.locator("#made tbody td").nth(1).inner_text()


def signed_in(chromium: Browser, server: str, states: dict[str, Any], name: str, password: str) -> str:
    """Keep the session of somebody new; the page they come to."""
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{server}/accounts/login/")
    sign_in(page, name, password)
    page.wait_for_url(lambda url: "/accounts/" not in url)
    states[name], url = context.storage_state(), page.url
    context.close()
    return url


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_has_no_desk_gets_an_account_and_a_page(
    at_desk: Open, tabs: Tabs, chromium: Browser, server: str, states: dict[str, Any], language: str
) -> None:
    page = at_desk("phones/accounts/", language=language)
    keeps_the_rules(page)
    picture(page, "accounts", language)
    listener, clerk = f"listener-{language}", f"clerk-{language}"
    passwords = {
        name: account(page, name, role) for name, role in ((listener, "counsellor"), (clerk, "laboratory"))
    }
    keeps_the_rules(page)

    assert signed_in(chromium, server, states, listener, passwords[listener]).endswith("/requests/")
    page = tabs.open("requests/calls/", Look(language, width=390, height=844, account=listener))
    page.locator("details.ask summary").first.click()
    page.locator("#c-note").fill("想和人说说话")
    page.locator("form[action='take/'] button").click()
    page.locator("main a[href$='/drawer/']").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer #w-reason")).to_be_visible()
    assert "想和人说说话" not in page.content()
    page.locator("#w-reason").fill("交班")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer dl")).to_contain_text("想和人说说话")
    keeps_the_rules(page)

    assert signed_in(chromium, server, states, clerk, passwords[clerk]).endswith("/sites/laboratory/")
    page = tabs.open("sites/laboratory/", Look(language, width=390, height=844, account=clerk))
    keeps_the_rules(page)
    expect(page.locator(".rail a")).to_have_count(2)
    page.locator(".rail a").last.click()
    expect(page.locator("#import-kind option")).to_have_count(1)
    keeps_the_rules(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_incident_that_cannot_be_is_refused_and_what_was_typed_stays(
    at_desk: Open, tabs: Tabs, language: str
) -> None:
    tabs.expected = ("Failed to load resource",)
    page = at_desk("/incidents/new/", language=language, width=390, height=844)
    picture(page, "opening", language)
    for field, words in (("zh", "暴雨"), ("code", "rain-1"), ("at", "2022-02-18T08:00")):
        page.locator(f"#i-{field}").fill(words)
    page.locator("details summary").click()
    page.locator("#i-place").fill("110000")
    page.locator("#i-name").fill("北京")
    page.locator("form.card button").click()
    expect(page.locator(".refusal")).to_contain_text("access.not_allowed")
    expect(page.locator("#i-zh")).to_have_value("暴雨")
    keeps_the_rules(page)
