"""A sheet is opened by its code and typed in by keyboard alone; twice counts once."""

from __future__ import annotations

import re
from uuid import UUID

from playwright.sync_api import Page, expect

from muster.interop.paper.rows import Form, Sheet, read_header
from tests.browser.conftest import Open
from tests.browser.tabs import picture


def sheet_of(page: Page) -> str:
    """The header of the first sheet of a pack for the first gate, as a scanner would type it."""
    place = page.locator("#h-place option[value^='G~']").first.get_attribute("value")
    assert place is not None
    return Sheet(Form.GATE, UUID(place.removeprefix("G~")), 2202182312, 1).header


def fill(page: Page) -> None:
    """Date, time, then two rows, by keyboard."""
    page.locator("#t-date").fill("2022-02-18")
    page.locator("#t-time").fill("20:15")
    page.locator("#t-time").press("Enter")
    for steps in (1, 2):  # let through, turned away
        for _ in range(steps):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("Save the sheet")).press("Enter")


def test_a_sheet_is_typed_in_by_keyboard_and_twice_counts_once(at_desk: Open) -> None:
    page = at_desk("paper/", language="en")
    header = sheet_of(page)
    picture(at_desk(f"paper/find/?header={header}", language="zh"), "paper-type", "zh")
    assert read_header(header).number == 1
    for words in ("✓ saved", "✓ was there already"):
        page.locator("#f-header").fill(header)
        page.locator("#f-header").press("Enter")
        expect(page.locator("h1")).to_contain_text("sheet 1 of pack 2202182312")
        fill(page)
        expect(page.locator("#sum")).to_contain_text("2 rows saved")
        expect(page.locator("td.said").first).to_have_text(words)
        expect(page.locator("td.said").nth(2)).to_have_text("")
        picture(page, "paper-type", "en")
        page.get_by_role("link", name="Another sheet").click()
