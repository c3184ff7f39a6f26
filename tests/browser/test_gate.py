"""The gate on a telephone: scan, see the colour and the word, go on; by scanner, by hand, without papers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bench import gate
from bench.field_files import FIELD, open_screen, served
from muster.core.ids import short_code
from muster.domain.passes import lists
from muster.fieldapp.catalogue import in_languages
from tests.browser.tabs import picture

NARROW: ViewportSize = {"width": 390, "height": 844}
COUNT = """async () => {
  const outbox = await import("/app/outbox.js");
  return (await outbox.everything()).length;
}"""
DEEDS = """async () => (await import("/app/phone.js")).done().map((one) => [one.name, one.body])"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    texts = {
        f"/texts/{code}.json": json.dumps(said).encode() for code, said in in_languages(FIELD / "app").items()
    }
    with served(texts) as found:
        yield found


@pytest.fixture(params=["zh-hans", "en"])
def at_gate(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(viewport=NARROW)
    page = context.new_page()
    page.set_default_timeout(15_000)
    begin(page, address, str(request.param))
    yield page
    context.close()


def begin(page: Page, address: str, language: str = "zh-hans", **more: Any) -> None:
    open_screen(page, address, "gate", gate.GATE, gate.rows(revoked=50, listed=200, **more), language)


def scan(page: Page, text: str) -> None:
    page.locator(".wedge").focus()
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")


def test_a_good_pass_is_green_and_the_screen_comes_back_by_itself(at_gate: Page) -> None:
    scan(at_gate, gate.pass_of(1)[1])
    english = at_gate.evaluate("document.documentElement.lang") == "en"
    shown = at_gate.locator(".verdict")
    expect(shown).to_have_attribute("data-verdict", "pass")
    expect(shown.locator("strong")).to_have_text("放行" if not english else "PASS")
    expect(shown).to_contain_text("王*")
    picture(at_gate, "phone-gate", "en" if english else "zh")
    expect(shown).to_be_hidden(timeout=4_000)
    assert at_gate.evaluate(COUNT) == 1
    ((name, body),) = at_gate.evaluate(DEEDS)
    assert (name, body["verdict"], body["gate"]) == ("scan_pass", "pass", gate.GATE)
    assert body["token"].startswith("MUS1:"), "the protocol keeps who it was"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("https://example.org", "not_a_pass"), (gate.pass_of(1)[1][:-6] + "000000", None),
     (gate.pass_of(1, 1_645_185_700)[1], "expired")],
)  # fmt: skip
def test_what_does_not_hold_is_red_and_is_recorded_too(
    chromium: Browser, address: str, text: str, reason: str | None
) -> None:
    page = chromium.new_page(viewport=NARROW)
    begin(page, address)
    scan(page, text)
    shown = page.locator(".verdict")
    expect(shown).to_have_attribute("data-verdict", "stop")
    expect(shown.locator("strong")).to_have_text("停")
    if reason:
        expect(shown).to_have_attribute("data-reason", reason)
    expect(page.locator(".verdict")).to_be_hidden(timeout=6_000)
    assert [body["verdict"] for _, body in page.evaluate(DEEDS)] == ["stop"]
    assert "MUS1:" not in str(page.evaluate(DEEDS)) or reason == "expired", "what is no pass is counted only"
    page.close()


def test_a_pass_on_hold_is_red_whether_shown_or_found_by_hand(at_gate: Page, address: str) -> None:
    english = at_gate.evaluate("document.documentElement.lang") == "en"
    identity, code = gate.pass_of(3)
    held = gate.rows(revoked=5, listed=9)
    held["gate"].append({"id": "held", "held": base64.b64encode(lists.marks([identity])).decode()})
    open_screen(at_gate, address, "gate", gate.GATE, held, "en" if english else "zh-hans")
    scan(at_gate, code)
    shown = at_gate.locator(".verdict")
    expect(shown).to_have_attribute("data-reason", "on_hold")
    expect(shown).to_contain_text("On hold" if english else "暂缓放行")
    shown.click()
    at_gate.locator("#by-hand").click()
    at_gate.locator("#tail").fill(short_code(identity, 8)[-5:])
    at_gate.get_by_role("button", name=short_code(identity, 8)).click()
    expect(shown).to_have_attribute("data-verdict", "stop")


def test_an_old_list_lets_through_and_says_so(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport=NARROW)
    begin(page, address, hours=0)
    page.wait_for_timeout(20)
    scan(page, gate.pass_of(1)[1])
    expect(page.locator(".verdict")).to_have_attribute("data-verdict", "amber")
    expect(page.locator(".list-age")).to_contain_text("前更新")
    page.close()


def test_a_pass_id_leaves_the_phone_only_where_the_protocol_keeps_it(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport=NARROW)
    held = gate.rows(revoked=1, listed=5)
    held["gate"][0]["keeps"] = False
    open_screen(page, address, "gate", gate.GATE, held, "zh-hans")
    scan(page, gate.pass_of(1)[1])
    expect(page.locator(".verdict")).to_have_attribute("data-verdict", "pass")
    expect(page.locator(".verdict")).to_be_hidden(timeout=6_000)
    ((_, body),) = page.evaluate(DEEDS)
    assert set(body) == {"gate", "verdict", "reason"}
    page.close()


def test_somebody_without_a_code_is_found_by_the_end_of_a_number(at_gate: Page) -> None:
    from muster.core.ids import derive_id

    code = short_code(derive_id("bench", "pass", 3), 8)
    at_gate.locator("#by-hand").click()
    at_gate.locator("#tail").fill(code[-5:])
    at_gate.get_by_role("button", name=code).click()
    expect(at_gate.locator(".verdict")).to_have_attribute("data-verdict", "pass")
    expect(at_gate.locator(".verdict")).to_be_hidden(timeout=6_000)
    ((_, body),) = at_gate.evaluate(DEEDS)
    assert body["pass_id"] == str(derive_id("bench", "pass", 3))


def test_care_comes_first_and_somebody_answers_for_it(at_gate: Page) -> None:
    at_gate.locator("#no-papers").click()
    at_gate.locator("dialog .choice-key").first.click()
    expect(at_gate.locator("dialog")).to_be_hidden()
    at_gate.wait_for_timeout(500)
    deeds = at_gate.evaluate(DEEDS)
    assert [(name, body.get("kind", body.get("verdict"))) for name, body in deeds] == [
        ("open_exception", "medical"), ("scan_pass", "amber")
    ]  # fmt: skip


def test_nothing_on_the_gate_breaks_its_own_rules(at_gate: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    scan(at_gate, gate.pass_of(1)[1])
    expect(at_gate.locator(".verdict")).to_be_visible()
    tags = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
    found = Axe().run(at_gate, context=".verdict", options=tags).response["violations"]
    assert [one["id"] for one in found] == []
    expect(at_gate.locator(".verdict")).to_be_hidden(timeout=6_000)
    found = (
        Axe()
        .run(at_gate, context={"include": [["#place"]], "exclude": [[".wedge"]]}, options=tags)
        .response["violations"]
    )
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
