"""Tabs of one browser, each with what it must not do written down: errors, refused policies, strange addresses."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

PICTURES = Path(__file__).parents[2] / "docs" / "images" / "screens"
CODE = "lg-0217"
LANGUAGES = {"zh": "zh-hans", "en": "en"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
# Console messages survive the way from page to page; a list in the page would not.
TELL_REFUSALS = """document.addEventListener('securitypolicyviolation',
    (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"""


@dataclass
class Look:
    """How a tab is opened."""

    language: str = "zh"
    theme: str = "day"
    width: int = 1440
    height: int = 900
    account: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class Tabs:
    """Opens tabs, signed in or not, and remembers every fault of each."""

    def __init__(self, browser: Browser, url: str, states: Mapping[str, Any]) -> None:
        self.browser, self.url, self.states = browser, url, states
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.expected: tuple[str, ...] = ()

    def open(self, path: str | None, look: Look) -> Page:
        """A page of the incident (`None` for none yet; a path from the root begins with a slash)."""
        options: dict[str, Any] = {
            "viewport": {"width": look.width, "height": look.height},
            "locale": "zh-CN" if look.language == "zh" else "en-GB",
            "timezone_id": "Asia/Shanghai",
            "reduced_motion": "reduce",
        }
        state = self.states.get(look.account)
        context = self.browser.new_context(**{**options, "storage_state": state, **look.more})
        self.contexts.append(context)
        cookies = {"django_language": LANGUAGES[look.language], "theme": look.theme}
        context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )
        context.add_init_script(TELL_REFUSALS)
        page = context.new_page()
        page.set_default_timeout(15_000)
        self._watch(page)
        if path is not None:
            self.go(page, path)
        return page

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
        for context in self.contexts:
            context.close()
        assert not self.faults, "\n".join(self.faults)


def broken_rules(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, each with the first places."""
    found = Axe().run(
        page, options={"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    )
    return [
        f"{page.url} {one['id']}: {[(node['html'][:160], node.get('any', [{}])[:1]) for node in one['nodes'][:3]]}"
        for one in found.response["violations"]
    ]


def picture(page: Page, name: str, language: str) -> None:
    """A picture of the guide, when asked for by MUSTER_PICTURES=1."""
    if os.environ.get("MUSTER_PICTURES") == "1":
        page.wait_for_load_state("networkidle")
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}-{language}.png")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
