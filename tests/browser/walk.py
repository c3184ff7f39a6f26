"""A walk through every page: those the table of addresses names and those their links lead to, each kind once."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urlsplit
from uuid import UUID

from django.urls import Resolver404, resolve
from playwright.sync_api import Page, expect

from tests.browser.tabs import CODE, Tabs, broken_rules, overflow, picture
from tests.threats import addresses

BARE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}|\b[a-z]+_[a-z_]+\b|\bNone\b(?!\.| is| yet| that)|\{\{|%\("
)
HAN = re.compile(r"[\u4e00-\u9fff]")
FILE = re.compile(r"\.(json|xlsx|xml|csv|pdf|js)$|/print/$")
NARROW = (720, 390, 320)  # a desk of 1440 px at 200 %, a telephone, the narrowest that WCAG asks for
DESK = "i/<slug:incident>/"
DRAWN = {
    f"{DESK}map/": "path.map-building",
    f"{DESK}sweeps/split/": "main",
}  # what a script draws after the page came
NO_PAGE = (405, 422)  # forms are sent there, or it needs a question
SAMPLES = "gallery/"  # for builders; in Chinese on purpose
TELL = """() => ({
    lang: document.documentElement.lang,
    heading: document.querySelector('h1')?.innerText ?? '',
    main: document.querySelector('main')?.innerText ?? '',
    links: [...document.querySelectorAll('a[href]')].map((one) =>
        new URL(one.getAttribute('href'), location.href).href),
    drawers: [...document.querySelectorAll("main [hx-target='#drawer']")].map((one, place) =>
        [place, one.href || new URL(one.getAttribute('hx-get') ?? '', location.href).href,
         one.getClientRects().length > 0]),
})"""


def route_of(path: str) -> str:
    """The line of the table of addresses that answers a path; nothing when none does."""
    try:
        return str(resolve(path).route)
    except Resolver404:
        return ""


def named(before: str) -> list[str]:
    """Addresses that need nothing filled in but the incident."""
    routes = [one.route for one in addresses.patterns() if one.route.startswith(before)]
    return [one for one in routes if "<" not in one.removeprefix(DESK) and not FILE.search(one)]


class Walk:
    """One tab that goes everywhere and writes down what is wrong, instead of stopping at the first fault."""

    def __init__(self, tabs: Tabs, page: Page, language: str, pictures: dict[str, str] | None = None) -> None:
        self.tabs, self.page, self.language = tabs, page, language
        self.pictures = pictures or {}
        self.width = (page.viewport_size or {"width": 1440})["width"]
        self.seen: dict[str, str] = {}
        self.faults: list[str] = []
        self.ahead: deque[str] = deque()

    def through(self, routes: list[str], *, follow: bool = True) -> None:
        """Visit these, and one of each kind of page that they lead to."""
        self.ahead.extend("/" + one.replace("<slug:incident>", CODE) for one in routes)
        while self.ahead:
            path = self.ahead.popleft()
            if route_of(path) not in self.seen:
                self._visit(path, follow=follow)

    def _visit(self, path: str, *, follow: bool) -> None:
        self.seen[route_of(path)] = path
        answer = self.page.request.get(self.tabs.url + path)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status in NO_PAGE or not is_page:
            return
        here = route_of(urlsplit(answer.url).path)
        if not answer.ok:
            self.faults.append(f"{path}: {answer.status}")
        if not answer.ok or (here != route_of(path) and here in self.seen):
            return
        self.seen[here] = path
        self.page.goto(self.tabs.url + path)
        self._look(here)
        if follow:
            self._follow()

    def _look(self, route: str) -> None:
        """What holds for every page, at every width."""
        if route in DRAWN:
            expect(self.page.locator(DRAWN[route]).first).to_be_visible()
        told = self.page.evaluate(TELL)
        if route in self.pictures:
            picture(self.page, self.pictures[route], self.language)
        if not route.startswith(SAMPLES):
            self._words(route, told)
        self.faults += broken_rules(self.page)
        height = (self.page.viewport_size or {"height": 900})["height"]
        for width in (*NARROW, self.width):
            self.page.set_viewport_size({"width": width, "height": height})
            if (more := overflow(self.page)) > 0:
                self.faults.append(f"{self.page.url}: {more} px too wide at {width}")

    def _words(self, route: str, told: dict[str, str]) -> None:
        wanted = "zh-Hans" if self.language == "zh" else "en"
        is_named = "<" in route.removeprefix(
            DESK
        )  # a heading that carries the name of a person, a list, a building
        if told["lang"] != wanted or not (
            is_named or bool(HAN.search(told["heading"])) == (self.language == "zh")
        ):
            self.faults.append(f"{self.page.url}: in another language: {told['lang']} {told['heading']}")
        if bare := BARE.findall(told["main"]):
            self.faults.append(f"{self.page.url}: for machines only: {bare[:5]}")

    def _follow(self) -> None:
        """Remember one link of each kind, and open one drawer of each kind where it belongs."""
        told = self.page.evaluate(TELL)
        for place, link, shows in told["drawers"]:
            route = route_of(urlsplit(link).path)
            if shows and route not in self.seen:
                self.seen[route] = link
                self._drawer(int(place), route)
        for link in told["links"]:
            parts = urlsplit(link)
            if link.startswith(self.tabs.url) and not FILE.search(parts.path):
                route = route_of(parts.path)
                if route.startswith(DESK) and route not in self.seen:
                    self.ahead.append(parts.path)

    def _drawer(self, place: int, route: str) -> None:
        drawer = self.page.locator("#drawer")
        self.page.locator("main [hx-target='#drawer']").nth(place).click()
        expect(drawer.locator("h2").first).not_to_be_empty()
        if bare := BARE.findall(drawer.inner_text()):
            self.faults.append(f"{self.page.url} drawer: for machines only: {bare[:5]}")
        self.faults += broken_rules(self.page, "#drawer")
        if route in self.pictures:
            picture(self.page, self.pictures[route], self.language)
        self.page.keyboard.press("Escape")
        expect(drawer).to_be_hidden()

    def unseen(self) -> set[str]:
        """Kinds of pages with ids that no link led to: they say 404 of nothing; what is only sent to says 405."""
        found = set()
        for route in {one.route for one in addresses.patterns()} - self.seen.keys():
            if route.startswith(DESK) and not FILE.search(route):
                path = re.sub(r"<uuid:\w+>", str(UUID(int=0)), route.replace("<slug:incident>", CODE))
                path = re.sub(r"<\w+:\w+>", "1", path)
                if self.page.request.get(f"{self.tabs.url}/{path}", max_redirects=0).status == 404:
                    found.add(route.removeprefix(DESK))
        return found
