"""Every screen in both languages: no error, no stranger asked, no rule of access broken, nothing too wide."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Tabs, broken_rules, overflow, picture

SCREENS = {
    "overview": "", "work": "work/", "buildings": "buildings/", "map": "map/", "batches": "batches/", "sites": "sites/",
    "stock": "stock/", "requests": "requests/", "cases": "cases/", "zones": "zones/", "people": "people/",
    "responders": "responders/", "shifts": "shifts/", "sitrep": "sitrep/", "lists": "lists/",
}  # fmt: skip
FURTHER = (
    "exposure/", "cases/confirm/", "cases/export/",
    "imports/", "journal/", "parked/", "requests/calls/", "responders/organisations/", "responders/teams/",
    "responders/structure/", "responders/services/", "shifts/sheets/", "sites/tubes/", "sites/coverage/",
    "sites/untested/", "sites/laboratory/", "sites/gates/", "stock/movements/", "stock/needs/", "stock/donations/",
    "phones/", "phones/state/", "zones/new/", "/gallery/", "/accounts/password/change/", "/accounts/2fa/",
)  # fmt: skip
BARE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\b[a-z]+_[a-z_]+\b|\bNone\b(?!\.)|\{\{|%\(")
HAN = re.compile(r"[\u4e00-\u9fff]")


def words(page: Page) -> str:
    """What stands on the page, without what people wrote themselves as codes."""
    text: str = page.locator("main").inner_text()
    return text


def check(page: Page, language: str) -> None:
    """What holds for every screen."""
    expect(page.locator("h1")).not_to_be_empty()
    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if language == "zh" else "en")
    assert not BARE.findall(words(page))
    heading = page.locator("h1").inner_text().partition("栋")
    assert bool(HAN.search(heading[2] or heading[0])) == (language == "zh"), heading
    assert broken_rules(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_keeps_the_rules(at_desk: Open, name: str, language: str) -> None:
    page = at_desk(SCREENS[name], language=language)
    if name == "map":
        expect(page.locator("path.map-building").first).to_be_visible()
    check(page, language)
    picture(page, name, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_further_pages_keep_the_rules(at_desk: Open, tabs: Tabs, language: str) -> None:
    page = at_desk(None, language=language)
    for path in FURTHER:
        tabs.go(page, path)
        if path != "/gallery/":  # samples for builders are in Chinese on purpose
            check(page, language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "link"),
    [
        ("work-drawer", "work/"), ("", "cases/"), ("", "zones/"), ("", "people/"),
        ("", "responders/"), ("", "batches/"), ("", "requests/"), ("", "sites/tubes/"), ("", "stock/needs/"),
    ],
)  # fmt: skip
def test_a_drawer_keeps_the_rules(at_desk: Open, name: str, link: str, language: str) -> None:
    page = at_desk(link, language=language)
    page.locator("main [hx-target='#drawer']").nth(2 if name else 0).click()
    drawer = page.locator("#drawer")
    expect(drawer.locator("h2").first).to_be_visible()
    assert not BARE.findall(drawer.inner_text())
    assert broken_rules(page) == []
    if name:
        picture(page, name, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_building_shows_its_doors(at_desk: Open, language: str) -> None:
    page = at_desk("buildings/", language=language)
    page.locator("main [data-open]").first.click()
    expect(page.locator(".grid-building .cell").first).to_be_visible()
    check(page, language)
    picture(page, "building", language)
    page.locator(".grid-building a.cell").first.click()
    expect(page.locator("#drawer h2").first).to_be_visible()
    assert broken_rules(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_night_and_telephone_have_their_pictures(at_desk: Open, language: str) -> None:
    night = at_desk("", language=language, theme="night")
    assert broken_rules(night) == []
    picture(night, "overview-night", language)
    phone = at_desk("", language=language, width=390, height=844)
    assert broken_rules(phone) == []
    assert overflow(phone) <= 0
    picture(phone, "phone-overview", language)


@pytest.mark.parametrize(
    "path", [*SCREENS.values(), "imports/", "journal/", "stock/needs/", "responders/structure/"]
)
def test_narrow_and_enlarged_pages_do_not_scroll_sideways(at_desk: Open, tabs: Tabs, path: str) -> None:
    """390 px is a telephone; 720 px is a desk of 1440 px at 200 %."""
    for width in (390, 720):
        page = at_desk(path, language="en", width=width, height=844)
        assert overflow(page) <= 0, width


def test_forced_colours_still_show_every_state(at_desk: Open) -> None:
    page = at_desk("buildings/", more={"forced_colors": "active"})
    chip = page.locator(".chip").first
    expect(chip).to_be_visible()
    assert chip.inner_text().strip()
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    edge = chip.evaluate("e => getComputedStyle(e).borderStyle + getComputedStyle(e).outlineStyle")
    assert edge != "nonenone"


def test_a_page_prints(at_desk: Open) -> None:
    page = at_desk("sitrep/")
    page.emulate_media(media="print")
    expect(page.locator(".rail")).to_be_hidden()
    expect(page.locator(".pagefoot .print-only")).to_be_visible()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF-")
    assert len(paper) > 20_000
