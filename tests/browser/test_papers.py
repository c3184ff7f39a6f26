"""Files in and out through the page: a list taken in and taken back, a broken one refused, an edition downloaded."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.tabs import LANGUAGES, Tabs, broken_rules, overflow, picture
from tests.interop.imports.files import csv_of, person

AREA = "马安堂"


def numbers(page: Page) -> list[int]:
    """The equation: rows, taken, refused, already there."""
    shown = page.locator(".equation .door-value").all_inner_texts()
    return [int(text.replace(",", "")) for text in shown[:4]]


def upload(page: Page, name: str, data: bytes) -> None:
    """Hand a file in as a resident register of one community."""
    page.locator("#import-file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.locator("#import-kind").select_option("residents")
    page.locator("#import-area").select_option(label=AREA)
    page.locator("form:has(#import-file) button").click()


@pytest.mark.parametrize(("language", "first"), [("zh", 7000), ("en", 7100)])
def test_a_chinese_list_goes_in_and_out_again(at_desk: Open, language: str, first: int) -> None:
    people = [
        person(first + number, name)
        for number, name in enumerate(("欧阳明月", "李雷", "韩梅梅", "王芳", "赵铁柱"))
    ]
    rows = [*people, people[0], ("陈错", "440307199001011234", "12", "")]
    page = at_desk("imports/", language=language)
    upload(page, "南坑村名单.csv", csv_of(rows, encoding="gb18030"))
    expect(page.locator("#columns")).to_be_visible()
    expect(page.locator("#column-document option:checked")).to_contain_text("身份证号")
    assert broken_rules(page) == []
    page.locator("#columns button.btn-main").click()
    expect(page.locator("#found")).to_be_visible()
    whole, taken, refused, already = numbers(page)
    assert whole == len(rows) == taken + refused + already
    assert (taken, already) == (5, 1)
    assert people[0][1] not in page.content()
    picture(page, "imports", language)
    assert broken_rules(page) == []
    page.locator("#found form[action$='run/'] button").click()
    expect(page.locator("#messages")).to_contain_text("5")
    expect(page.locator("#report")).to_be_visible()
    with page.expect_download() as coming:
        page.locator("#report a[href*='report.xlsx']").click()
    book = load_workbook(io.BytesIO(Path(coming.value.path()).read_bytes()))
    assert book.active.max_row >= len(rows)
    assert broken_rules(page) == []
    page.locator("#report form[action$='undo/'] button").click()
    expect(page.locator("#messages")).to_contain_text("5")
    expect(page.locator("#report form[action$='undo/']")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "first", "words"), [("zh", 7200, "直接导入"), ("en", 7300, "Take it in at once")]
)
def test_a_file_is_taken_in_without_looking_first(
    at_desk: Open, language: str, first: int, words: str
) -> None:
    page = at_desk("imports/", language=language)
    upload(page, "今夜名单.csv", csv_of([person(first + number, "王芳") for number in range(3)]))
    page.get_by_role("button", name=words).click()
    expect(page.locator("#report")).to_be_visible()
    assert numbers(page) == [3, 3, 0, 0]
    assert broken_rules(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"PK\x03\x04broken", "tables.broken"), ('姓名,电话\n"张三,1\n'.encode(), "tables.quotes")],
)
def test_a_broken_file_is_refused_in_words(at_desk: Open, tabs: Tabs, data: bytes, code: str) -> None:
    tabs.expected = ("Failed to load resource",)
    page = at_desk("imports/")
    upload(page, "坏文件.xlsx", data)
    expect(page.locator(".refusal")).to_contain_text(code)
    assert broken_rules(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_is_published_and_downloaded(at_desk: Open, language: str) -> None:
    page = at_desk("sitrep/", language=language)
    before = page.locator("a[href^='editions/']").count()
    page.locator("#e-title").fill("夜班交接")
    page.locator("form[action='publish/'] button").click()
    expect(page.locator("#messages .success")).to_be_visible()
    links = page.locator("a[href^='editions/']")
    expect(links).to_have_count(before + 1)
    links.first.click()
    expect(page.locator("h1")).to_contain_text("夜班交接")
    assert broken_rules(page) == []
    for form, start in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        with page.expect_download() as coming:
            page.locator(f".actions a[href='{form}/']").click()
        assert Path(coming.value.path()).read_bytes().startswith(start)
        assert coming.value.suggested_filename.endswith(f".{form}")
