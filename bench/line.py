"""How long a person takes at the registration line of a slow telephone, CPU at a sixth: the telephone's own part of it.

Somebody with a code: from the scanner's Enter to the word that the person and the sample are kept. Somebody without:
from the key to the same word, everything typed at once. What people need to hold out a card or to type comes on top.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from bench.field_files import open_screen, served
from bench.imports import citizen
from muster.core.ids import derive_id

SITE = str(derive_id("bench", "site"))
TUBE = 10
SCAN = """async (text) => {
  const field = document.querySelector(".wedge"), said = document.querySelector(".last");
  said.className = "note last";
  const begin = performance.now();
  field.value = text;
  field.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}));
  while (said.className === "note last") await new Promise((go) => setTimeout(go, 1));
  return performance.now() - begin;
}"""
WALK_IN = """async ([name, number]) => {
  const at = (id) => document.getElementById(id), said = document.querySelector(".last");
  said.className = "note last";
  const begin = performance.now();
  at("walk-in").click();
  at("w-name").value = name;
  at("w-number").value = number;
  at("w-save").click();
  while (said.className === "note last") await new Promise((go) => setTimeout(go, 1));
  return performance.now() - begin;
}"""


def held() -> dict[str, list[dict[str, Any]]]:
    """What a telephone at a site holds, with some hundred tubes of others."""
    usual = {"code": "usual", "zh": "普通", "en": "usual", "size": TUBE}
    tubes = [
        {"id": f"t{number}", "code": f"T{number}", "site": SITE, "state": "sealed", "seats": TUBE}
        for number in range(10_000, 10_300)
    ]
    point = {"id": SITE, "kind": "site", "name": "采样点", "address": "和悦路1号", "mine": True}
    return {
        "line": [{"id": "rules", "pools": [usual]}], "tubes": tubes, "points": [point], "shifts": [], "team": [],
        "me": [{"id": "me", "area_code": 440307006005000}],
    }  # fmt: skip


def measured(page: Page, number: int, throttle: int) -> tuple[list[float], list[float]]:
    """Milliseconds of so many people with a code and as many without, in tubes of ten."""
    coded, walked = [], []
    with served() as address:
        open_screen(page, address, "line", SITE, held())
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        for one in range(2 * number):
            if one % TUBE == 0:
                page.evaluate(SCAN, f"T{20_000 + one}")
            if one % 2:
                walked.append(page.evaluate(WALK_IN, [f"居民{one}", citizen(one)]))
            else:
                coded.append(page.evaluate(SCAN, citizen(one)))
        kept = page.evaluate("async () => (await import('/app/phone.js')).done().map((one) => one.name)")
    assert kept.count("take_sample") == 2 * number, "everybody is kept"
    return coded, walked
