"""Tabs of one browser, each with what it must not do written down: errors, refused policies, strange addresses."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "screens"
CODE = "lg-0217"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
RUN_AXE = """async ([within, values]) => {
    const how = {runOnly: {type: 'tag', values}, resultTypes: ['violations'], preload: false};
    const {violations} = await axe.run(within, how);
    return violations.map((one) => `${location.pathname} ${one.id}: ` + one.nodes.slice(0, 3).map((node) =>
        `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join(' | '));
}"""
# Console messages survive the way from page to page; a list in the page would not.
TELL_REFUSALS = """document.addEventListener('securitypolicyviolation',
    (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""

Kept = dict[tuple[str, str], BrowserContext]


@dataclass
class Look:
    """How a tab is opened."""

    language: str = "zh"
    theme: str = "day"
    width: int = 1440
    height: int = 900
    account: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def until(page: Page, true: str, told: Any = None, seconds: float = 20) -> None:
    """Wait for what a script says; asked from outside, since a page that forbids `eval` cannot ask itself."""
    end = time.monotonic() + seconds
    while not page.evaluate(true, told):
        assert time.monotonic() < end, f"still not so: {true}"
        page.wait_for_timeout(25)


class Tabs:
    """Opens tabs, signed in or not, and remembers every fault of each; `kept` are the profiles of accounts."""

    def __init__(self, browser: Browser, url: str, states: Mapping[str, Any], kept: Kept) -> None:
        self.browser, self.url, self.states, self.kept = browser, url, states, kept
        self.contexts: list[BrowserContext] = []
        self.pages: list[Page] = []
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()

    def open(self, path: str | None, look: Look) -> Page:
        """A page of the incident (`None` for none yet; a path from the root begins with a slash)."""
        context = self._profile(look)
        cookies = {"django_language": LANGUAGES[look.language], "theme": look.theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )
        page = context.new_page()
        page.set_viewport_size({"width": look.width, "height": look.height})
        page.set_default_timeout(15_000)
        self.pages.append(page)
        self._watch(page)
        if path is not None:
            self.go(page, path)
        return page

    def _profile(self, look: Look) -> BrowserContext:
        """The profile of this account in this language, used again; one of its own for strangers and odd browsers."""
        key = (look.account, look.language)
        if key in self.kept and not look.more:
            return self.kept[key]
        options: dict[str, Any] = {
            "locale": "zh-CN" if look.language == "zh" else "en-GB",
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",
            "storage_state": self.states.get(look.account),
        }
        context = self.browser.new_context(**options, **look.more)
        context.add_init_script(TELL_REFUSALS)
        if look.account in self.states and not look.more:
            self.kept[key] = context
        else:
            self.contexts.append(context)
        return context

    def go(self, page: Page, path: str, status: int = 200) -> None:
        """Follow an address of the incident."""
        answer = page.goto(self.url + (path if path.startswith("/") else f"/i/{CODE}/{path}"))
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"

    def _watch(self, page: Page) -> None:
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("pageerror", lambda error: self._fault(f"script: {error}"))
        page.on("request", lambda asked: self._address(asked.url))

    def _said(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self._fault(f"console: {text}")

    def _address(self, url: str) -> None:
        if not url.startswith((f"{self.url}/", "data:", "blob:")):
            self._fault(f"asked {url}")

    def _fault(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.faults.append(text)

    def close(self) -> None:
        """Close everything; whatever went wrong fails the test."""
        for page in self.pages:
            page.close()
        for context in self.contexts:
            context.close()
        assert not self.faults, "\n".join(self.faults)


def broken_rules(page: Page, within: str = "html") -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with the first places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN_AXE, [within, TAGS])
    return found


def picture(page: Page, name: str, language: str) -> None:
    """A picture of the guide, when asked for by MUSTER_PICTURES=1."""
    if os.environ.get("MUSTER_PICTURES") == "1":
        page.wait_for_load_state("networkidle")
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{language}.png")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    after_drawing = (
        "requestAnimationFrame(() => done(document.documentElement.scrollWidth - window.innerWidth))"
    )
    return int(page.evaluate(f"new Promise((done) => {after_drawing})"))
