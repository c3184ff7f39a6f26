"""Forms and sweeps as people do them: a form from a spreadsheet, a split on the map, a walk, a breeding site."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Tabs, broken_rules, overflow, picture

SHEET = """
| survey | | | |
| | type | name | label |
| | text | building | 楼栋 |
| | text | door | 门牌 |
| | select_one outcome | outcome | 结果 |
| choices | | | |
| | list_name | name | label |
| | outcome | done | 完成 |
| settings | | |
| | form_title | form_id | version |
| | 夜间走访 | night-{language} | 1 |
"""


def spreadsheet(text: str) -> FilePayload:
    """A file as the browser is given it."""
    return {"name": "night.md", "mimeType": "text/markdown", "buffer": text.encode()}


def keeps_the_rules(page: Page) -> None:
    assert broken_rules(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_form_goes_from_a_spreadsheet_to_telephones(at_desk: Open, language: str) -> None:
    page = at_desk("forms/", language=language)
    file = spreadsheet(SHEET.format(language=language))
    page.set_input_files("#form-file", files=[file])
    page.locator("form[action='preview/'] button").click()
    expect(page.locator("h1")).to_contain_text("夜间走访")
    expect(page.locator("tbody tr")).to_have_count(3)
    keeps_the_rules(page)
    page.locator("form[action='../publish/'] button").click()
    expect(page).to_have_url(re.compile(r"/forms/[0-9a-f-]{36}/$"))
    page.locator("#command").select_option("record_visit")
    expect(page.locator("#f-outcome")).to_be_visible()
    page.locator("#f-dwelling").fill("/data/building + /data/door")
    page.locator("#f-outcome").fill("/data/outcome")
    page.locator("form[action='mapping/'] button.btn-main").click()
    expect(page.locator("#mapping")).to_contain_text("楼栋 + 门牌")
    keeps_the_rules(page)
    picture(page, "form", language)


def test_what_is_wrong_with_a_form_is_said_on_the_page(at_desk: Open, tabs: Tabs) -> None:
    tabs.expected = ("422",)
    page = at_desk("forms/")
    wrong = SHEET.format(language="x").replace("select_one outcome", "select_one nothing")
    file = spreadsheet(wrong)
    page.set_input_files("#form-file", files=[file])
    page.locator("form[action='preview/'] button").click()
    expect(page.locator("main")).to_contain_text("choices 表里没有选项列表")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_area_is_split_on_the_map(at_desk: Open, language: str) -> None:
    page = at_desk("map/", language=language)
    page.locator("main a[data-open][href^='?area=']").first.click()
    area = re.search(r"area=(\d+)", page.url)
    assert area
    page = at_desk(f"sweeps/split/?area={area.group(1)}&teams=3", language=language)
    expect(page.locator(".map-label").first).to_be_visible()
    assert {one.inner_text() for one in page.locator(".map-label").all()} == {"1", "2", "3"}
    expect(page.locator(".grounds tbody tr")).to_have_count(3)
    keeps_the_rules(page)
    picture(page, "sweeps-split", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_buildings_are_written_down_by_walking(at_desk: Open, language: str) -> None:
    page = at_desk("sweeps/walk/", language=language)
    page.locator("#walk-text").fill("永安 3 栋 | 18 x 4\n蓝色铁门对面 | 6 x 2\n老榕树后院")
    page.locator("#walk-skip").fill("4, 13, 14")
    page.locator("button[value=look]").click()
    expect(page.locator("tbody tr").first).to_contain_text("1804")
    expect(page.locator("button[value=add]")).to_contain_text("70")
    keeps_the_rules(page)
    picture(page, "sweeps-walk", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_breeding_site_is_written_down_and_seen_to_be_gone(at_desk: Open, language: str) -> None:
    page = at_desk("sweeps/", language=language)
    page.locator("details summary").first.click()
    page.locator("#site-place").fill(f"修车铺后院 {language}")
    page.locator("form[action='sites/'] button").click()
    row = page.locator("li", has_text=f"修车铺后院 {language}")
    expect(row).to_be_visible()
    keeps_the_rules(page)
    picture(page, "sweeps", language)
    row.locator("a").click()
    drawer = page.locator("#drawer")
    expect(drawer.locator("button[value=cleared]")).to_be_visible()
    assert broken_rules(page) == []
    drawer.locator("button[value=cleared]").click()
    expect(page.locator("li", has_text=f"修车铺后院 {language}").locator(".chip-done")).to_be_visible()


@pytest.mark.parametrize(
    "path", ["forms/", "sweeps/", "sweeps/split/", "sweeps/circle/?q=栋", "sweeps/walk/"]
)
def test_narrow_pages_of_sweeps_do_not_scroll_sideways(at_desk: Open, path: str) -> None:
    page = at_desk(path, language="en", width=390, height=844)
    keeps_the_rules(page)
