"""Who is left untested, at the door: a pair, tubes for one household, why not, and everything taken back again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.field_files import FIELD, open_screen, served
from muster.core.ids import derive_id
from muster.fieldapp.catalogue import in_languages
from tests.browser.tabs import broken_rules, overflow, picture
from tests.browser.test_line import NARROW, SITE, deeds, held, scan

HOUSE, ROUND, MATE = (str(derive_id("test", "left", name)) for name in ("house", "round", "mate"))
ZHAO, QIAN, SUN, LI = (str(derive_id("test", "left", name)) for name in ("赵", "钱", "孙", "李"))
PEOPLE = [(ZHAO, "赵*兰", "501", 2), (QIAN, "钱*", "501", 5), (SUN, "孙*明", "302", 5), (LI, "李**", "", 5)]
SIZE = "(size) => { document.documentElement.dataset.size = size; }"
DRAW = """async ([rest, language]) => {
    if (language) await (await import("/app/t.js")).speak(language);
    window.leave?.();
    document.querySelectorAll(".alarm, dialog").forEach((one) => one.remove());
    window.leave = await (await import("/app/screens/left.js")).show(document.getElementById("place"), rest);
}"""
CARDS = """async (name) => (await import(`/app/screens/${name}.js`)).cards()
    .map((one) => [one.title, one.state, one.word])"""


def door(label: str) -> str:
    return str(derive_id("test", "left", label)) if label else "none"


def task(who: str, name: str, label: str, priority: int, **more: Any) -> dict[str, Any]:
    at = {
        "dwelling": door(label),
        "label": label,
        "floor": int(label[:1] or 0),
        "unit": 1,
        "building": HOUSE,
        "house": "和悦花园3栋",
    }
    said = {"id": str(derive_id(who, more.get("kind", "test"))), "kind": "test", "step": "visit", "subject": who,
        "name": name, "due_at": "2099-01-01T00:00:00Z", "attempts": 0, "last_outcome": "", "priority": priority,
        "building": None, "round": ROUND}  # fmt: skip
    return said | (at if label else {}) | more


def rows() -> dict[str, Any]:
    excuses = [
        {"code": "infant", "zh": "婴幼儿", "en": "Infant", "standing": "exempt"},
        {"code": "travel", "zh": "外出不在本地", "en": "Travelling", "standing": "away"},
    ]
    usual = held()
    rules = usual["line"][0] | {"excuses": excuses}
    tasks = [task(*one) for one in PEOPLE] + [task(*PEOPLE[2], kind="resample", round=None)]
    return usual | {
        "line": [rules, {"id": ROUND, "round": "第三轮"}], "tasks": tasks,
        "team": [{"id": MATE, "code": "H207"}, {"id": str(derive_id("test", "other")), "code": "H311"}],
        "tubes": [*usual["tubes"], usual["tubes"][1] | {"id": "t4", "code": "T9004", "mixed": True}],
    }  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    texts = in_languages(FIELD / "app")
    with served({f"/texts/{code}.json": json.dumps(said).encode() for code, said in texts.items()}) as found:
        yield found


def begin(browser: Browser, address: str, *rest: str, size: str = "plain", language: str = "zh-hans") -> Page:
    page = browser.new_page(viewport=NARROW)
    page.set_default_timeout(15_000)
    open_screen(page, address, "left", HOUSE, rows(), language)
    page.evaluate(SIZE, size)
    page.evaluate(DRAW, [list(rest), language])
    return page


def standings(page: Page) -> list[str]:
    found: list[str] = page.locator("#behind .card").evaluate_all(
        "all => all.map((one) => one.dataset.standing)"
    )
    return found


def keeps_the_rules(page: Page) -> None:
    assert broken_rules(page) == []
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflow(page) <= 0


def plainly(page: Page, name: str, language: str, size: str) -> None:
    """A picture of the guide is in the usual size."""
    page.evaluate(SIZE, "plain")
    picture(page, name, language[:2])
    page.evaluate(SIZE, size)


@pytest.mark.parametrize(("language", "size"), [("zh-hans", "glove"), ("en", "elder")])
def test_a_pair_sees_who_is_left_and_says_why_not(
    chromium: Browser, address: str, language: str, size: str
) -> None:
    page = begin(chromium, address, HOUSE, size=size, language=language)
    expect(page.locator(".cards .card")).to_have_count(2)
    expect(page.locator("#mixed")).to_contain_text("T9004")
    keeps_the_rules(page)
    plainly(page, "phone-left", language, size)
    assert page.evaluate(CARDS, "task") == [], "tests at homes stand door by door, not one by one"
    assert [one[1:] for one in page.evaluate(CARDS, "left")] == [
        ["open", "0 of 3" if language == "en" else "0 / 3"], ["open", "0 of 1" if language == "en" else "0 / 1"],
    ]  # fmt: skip
    page.evaluate(DRAW, [[HOUSE, door("501")], language])
    keeps_the_rules(page)
    plainly(page, "phone-left-door", language, size)
    page.locator("#behind .card").nth(1).click()
    keeps_the_rules(page)
    page.locator("[data-why='exempt infant']").click()
    expect(page.locator("#behind .card-state").nth(1)).to_contain_text(
        "Infant" if language == "en" else "婴幼儿"
    )
    page.locator("#behind .card").nth(0).click()
    page.locator("[data-why='refused']").click()
    expect(page.locator("[data-standing=refused]")).to_have_count(1)
    page.locator("#behind .card").nth(0).click()
    page.locator("#take-back").click()
    expect(page.locator("[data-standing=unknown]")).to_have_count(1)
    told = [
        (one["resident"], one["standing"], one["reason"]) for _, one, _ in deeds(page, "explain_untested")
    ]
    assert told == [(QIAN, "exempt", "infant"), (ZHAO, "refused", "")]
    assert deeds(page, "retract_fact")[0][1]["kind"] == "sampling.untestedexplained"
    page.locator("#nobody").click()
    expect(page.locator("#nobody")).to_contain_text("Take back" if language == "en" else "撤回")
    page.evaluate(DRAW, [[HOUSE], language])
    expect(page.locator(".card-kind").first).to_contain_text(
        "nobody there" if language == "en" else "无人应门"
    )
    page.close()


def test_a_pair_fills_a_tube_for_each_household(chromium: Browser, address: str) -> None:
    page = begin(chromium, address, HOUSE, door("501"))
    scan(page, "T1001", f"MUSR:{ZHAO.upper()}")
    expect(page.locator(".alarm")).to_contain_text("两人一组")
    page.locator("#pair").select_option(MATE)
    scan(page, f"MUSR:{ZHAO.upper()}")
    expect(page.locator(".tube")).to_have_attribute("data-seats", "1")
    page.locator("#behind .card").nth(1).click()
    page.locator("#sample").click()
    expect(page.locator(".tube")).to_have_attribute("data-seats", "2")
    page.locator("#walk-in").click()
    page.locator("#w-name").fill("赵小妹")
    page.locator("#w-save").click()
    expect(page.locator("#behind .card")).to_have_count(3)
    assert standings(page) == ["done"] * 3
    ((_, sister, _),) = deeds(page, "register_person")
    assert (sister["name"], sister["dwelling"]) == ("赵小妹", door("501"))
    body = deeds(page, "take_sample")[0][1]
    assert {"code": "T1001", "site": SITE, "round": ROUND, "place": "home", "with_responder": MATE,
        "one_household": True, "seat": 1}.items() <= body.items()  # fmt: skip
    page.evaluate(DRAW, [[HOUSE, door("302")], ""])
    page.locator("#behind .card").click()
    page.locator("#sample").click()
    expect(page.locator(".alarm")).to_contain_text("另一户")
    scan(page, "T1002")
    expect(page.locator(".last")).to_contain_text("已开管")
    page.locator("#behind .card").click()
    page.locator("#sample").click()
    expect(page.locator("#behind [data-standing=done]")).to_have_count(1)
    assert [(one["code"], one["seats_said"]) for _, one, _ in deeds(page, "seal_tube")] == [
        ("T1001", 3),
        ("T1002", 1),
    ]
    assert deeds(page, "take_sample")[-1][1]["pool_size"] == 1, "who is resampled sits alone"
    page.locator("#undo").click()
    expect(page.locator("#behind [data-standing=unknown]")).to_have_count(1)
    page.evaluate(DRAW, [[HOUSE], ""])
    expect(page.locator(".figure dd").first).to_have_text("1")
    assert deeds(page, "retract_fact")[0][1]["kind"] == "sampling.sampletaken"
    page.close()
