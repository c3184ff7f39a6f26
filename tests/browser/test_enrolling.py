"""A desk begins from nothing: an organisation, its people by code, a team of them, a structure."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import Tabs, broken_rules, overflow

CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{8}\b")
SAID = {"zh": ("无人对应", "架构已建立"), "en": ("nobody, or not one alone", "The structure stands")}


def sends(page: Page, summary: str, **fields: str) -> None:
    """Open the form on the page, fill it and send it."""
    form = page.locator(summary)
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for name, value in fields.items():
        form.locator(f"[name={name}]").first.fill(value)
    assert broken_rules(page) == []
    assert overflow(page) <= 0
    form.locator("button.btn-main").click()


@pytest.mark.parametrize(("language", "width"), [("zh", 1440), ("en", 390)])
def test_a_desk_begins_from_nothing(at_desk: Open, tabs: Tabs, language: str, width: int) -> None:
    tabs.expected = ("status of 422",)  # a code that nobody has
    unknown, stands = SAID[language]
    ask, message = "main details.ask", "#messages"
    page = at_desk("responders/organisations/", language=language, width=width)
    sends(page, ask, name=f"石井中学 {language}")
    expect(page.locator("tbody")).to_contain_text(f"石井中学 {language}")
    page.goto(page.url.replace("organisations/", ""))
    page.locator("details.ask summary").click()
    page.locator("[name=organisation] >> nth=1").select_option(label=f"石井中学 {language}")
    page.locator("#e-driving").check()
    sends(page, ask, name="周晓燕")
    found = CODE.search(page.locator(message).inner_text())
    assert found
    page.goto(page.url.partition("responders/")[0] + "responders/teams/")
    sends(page, ask, name=f"石井一队 {language}", leader_code=found[0].lower(), codes="ZZZZ")
    expect(page.get_by_role("alert")).to_contain_text(unknown)
    expect(page.locator("#t-name")).to_have_value(f"石井一队 {language}")
    sends(page, ask, codes="")
    page.get_by_role("link", name=f"石井一队 {language}").last.click()
    drawer = page.locator("#drawer")
    leaves = drawer.locator("form[action$='/leave/'] button")
    expect(leaves).to_have_count(1)
    assert broken_rules(page) == []
    leaves.click()
    expect(leaves).to_have_count(0)
    drawer.locator("#j-codes").fill(found[0])
    drawer.locator("form[action$='/join/'] button").click()
    expect(leaves).to_have_count(1)
    page.goto(page.url.replace("teams/", "structure/"))
    sends(page, ask, committee=f"石井居委会 {language}", partners="物业\n超市")
    expect(page.locator(message)).to_contain_text(stands)
    expect(page.locator("main")).to_contain_text(f"石井居委会 {language}")
