"""A tracer lead by keyboard and mouse: a case, its contacts, a follow-up, a link, a question about shared places."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Tabs, broken_rules, overflow, picture


def first_case(page: Page, tabs: Tabs) -> str:
    """The page of the first case in force."""
    tabs.go(page, "cases/")
    path = page.locator("#cases tbody tr td:first-child a:not([data-open])").first.get_attribute("href")
    assert path
    tabs.go(page, f"cases/{path}")
    return f"cases/{path}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_case_and_a_contact_keep_the_rules_at_both_widths(at_desk: Open, tabs: Tabs, language: str) -> None:
    page = at_desk(None, language=language)
    case = first_case(page, tabs)
    picture(page, "case", language)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for path in (case, f"{case}name/", f"{case}ask/", "exposure/", "cases/confirm/", "cases/export/"):
            tabs.go(page, path)
            expect(page.locator("h1")).not_to_be_empty()
            assert broken_rules(page) == []
            assert overflow(page) <= 0, path


def test_a_contact_is_opened_and_followed_up_by_keyboard_alone(at_desk: Open, tabs: Tabs) -> None:
    page = at_desk(None, language="en")
    first_case(page, tabs)
    page.locator("#contacts tbody a:not([data-open])").first.focus()
    page.keyboard.press("Enter")
    page.locator("button[name=outcome][value=seen_ok]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_contain_text("Recorded.")
    expect(page.locator(".timeline")).to_contain_text("well")
    page.locator("button[name=what][value=make]").focus()
    page.keyboard.press("Enter")
    address = page.locator("#address").input_value()
    picture(page, "report-link", "en")
    page.goto(address)
    expect(page.locator("h1")).to_have_text("How do you feel today?")
    page.locator("button[value=well]").click()
    expect(page.locator("[role=status]")).to_contain_text("has arrived")
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_are_written_opened_and_taken_back_in_the_drawer(
    at_desk: Open, tabs: Tabs, language: str
) -> None:
    page = at_desk(None, language=language)
    first_case(page, tabs)
    page.locator('a[hx-get="drawer/"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#drawer #case-note")).to_be_visible()
    standing = page.locator("#drawer #notes li:not(.is-retracted)")
    words, before = f"去过集市 {language}", standing.count()
    page.locator("#drawer #case-note").fill(words)
    page.locator("#drawer #case-note").press("Tab")
    page.keyboard.press("Enter")
    expect(standing).to_have_count(before + 1)
    expect(page.locator("#drawer #notes")).not_to_contain_text(words)
    page.locator('#drawer #notes form[action$="/notes/read/"] button').press("Enter")
    expect(page.locator("#drawer #notes")).to_contain_text(words)
    assert broken_rules(page) == []
    page.set_viewport_size({"width": 390, "height": 900})
    assert overflow(page) <= 0
    page.locator('#drawer #notes form[action$="/take-back/"] button').first.press("Enter")
    expect(standing).to_have_count(before)
    expect(page.locator("#drawer #notes")).not_to_contain_text(words)


def test_a_button_pressed_the_moment_it_appears_works_in_the_drawer(at_desk: Open, tabs: Tabs) -> None:
    page = at_desk(None, language="en")
    first_case(page, tabs)
    page.evaluate(
        """new MutationObserver((_, observer) => {
            const button = document.querySelector('#drawer form[action$="/notes/"] button');
            if (!button) return;
            observer.disconnect();
            document.querySelector('#case-note').value = 'pressed at once';
            button.click();
        }).observe(document.querySelector('#drawer'), { childList: true });
        document.querySelector('a[hx-get="drawer/"]').click();"""
    )
    expect(page.locator("#drawer #notes li").first).to_be_visible()


def test_who_asked_cannot_approve_and_nothing_is_shown_before(at_desk: Open, tabs: Tabs) -> None:
    page = at_desk(None, language="en")
    case = first_case(page, tabs)
    tabs.go(page, f"{case}ask/")
    page.locator("#reason").fill("same shop on Friday")
    page.locator("form[method=post] button.btn-main").last.click()
    expect(page.locator("main")).to_contain_text("Another person must approve this.")
    expect(page.locator("#found")).to_have_count(0)
    expect(page.locator("button[value=approve]")).to_have_count(0)
