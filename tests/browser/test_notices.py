"""A notice goes from the desk to everybody; a zone decided for later is shown as still to come."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Look, Tabs, broken_rules, overflow, picture

WORDS = {
    "zh": ("核酸检测安排", "今晚 19:00–22:00，请到就近采样点检测。\n行动不便的居民请致电社区，将上门采样。"),
    "en": ("Testing tonight", "19:00–22:00 at the nearest site.\nIf you cannot walk, call us: a team comes."),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_resident_reads_what_the_desk_publishes(at_desk: Open, tabs: Tabs, language: str) -> None:
    desk = at_desk("zones/", language=language)
    desk.locator("details.ask summary").click()
    for field, words in zip(("n-title", "n-text"), WORDS["zh"], strict=True):
        desk.locator(f"#{field}").fill(words)
    for field, words in zip(("n-title-en", "n-text-en"), WORDS["en"], strict=True):
        desk.locator(f"#{field}").fill(words)
    desk.locator("#n-number").fill("第 8 号")
    desk.locator("form[action='notices/publish/'] button").click()
    phone = tabs.open("/p/notices/", Look(language=language, width=390, height=844))
    notice = phone.locator("article").first
    expect(notice).to_contain_text(WORDS[language][0])
    expect(notice).to_contain_text("第 8 号")
    assert broken_rules(phone) == []
    assert overflow(phone) <= 0
    picture(phone, "public-notices", language)
    desk.locator("form[action$='/withdraw/'] button").first.evaluate("button => button.form.requestSubmit()")
    expect(desk.locator(".message")).to_be_visible()
    phone.reload()
    expect(phone.locator("main")).not_to_contain_text("第 8 号")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_zone_decided_for_later_is_not_in_force_yet(at_desk: Open, tabs: Tabs, language: str) -> None:
    page = at_desk("zones/", language=language)
    page.locator("tbody a[data-open]").first.press("Enter")
    page.locator("#drawer #zone-at").fill("2199-01-01T08:00")
    page.locator("#drawer button[value=release]").press("Enter")
    expect(page.locator(".message")).to_contain_text("生效" if language == "zh" else "takes effect")
    expect(page.locator("tbody tr").first).to_contain_text("01-01 08:00")
    page.locator("tbody a[data-open]").first.press("Enter")
    expect(page.locator("#drawer .timeline")).to_contain_text("未生效" if language == "zh" else "to come")
    assert broken_rules(page) == []
    page.set_viewport_size({"width": 390, "height": 900})
    assert overflow(page) <= 0
