"""One installation and one browser for all pages; only the database of the drill is used, never that of the tests."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from drill.play.script import COMMANDER
from muster.project import embedded
from tests.browser.phone_world import Served, served
from tests.browser.stage import DESK, PASSWORD, WALKER
from tests.browser.tabs import Kept, Look, Tabs
from tests.project.places import HOUSE, open_directory, own_environment

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
PATIENCE = 300
Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of the system. Without it these tests are left out loudly; a build machine must have it."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing: the pages cannot be tested")
        pytest.skip(f"NO BROWSER TESTS: {CHROMIUM} is missing (apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server(chromium: Browser) -> Iterator[str]:
    """The address of the training installation, played and served by processes of its own.

    MUSTER_STAGE names one that `python -m tests.browser.stage` serves already, while tests are being written.
    """
    if "MUSTER_STAGE" in os.environ:
        yield os.environ["MUSTER_STAGE"]
        return
    with open_directory() as place:
        command = [sys.executable, "-m", "tests.browser.stage", str(place)]
        with (place / "stage.log").open("w") as log:
            stage = subprocess.Popen(
                command, cwd=HOUSE, env=own_environment(place / "var"), stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert stage.stdout is not None
        assert stage.stdin is not None
        try:
            said = first_line(stage.stdout)
            assert said, (place / "stage.log").read_text()[-3000:]
            yield str(json.loads(said)["url"])
        finally:
            stage.stdin.close()
            stage.wait(60)
            embedded.Server(place / "var" / "pg").delete()


def first_line(stream: IO[bytes]) -> bytes:
    """The first line, or nothing when none came in time."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(stream, selectors.EVENT_READ)
        return stream.readline() if waiting.select(PATIENCE) else b""


@pytest.fixture(scope="package")
def states(chromium: Browser, server: str) -> dict[str, Any]:
    """Everybody signed in once, through the page."""
    found = {}
    for username in (COMMANDER, DESK, WALKER):
        context = chromium.new_context(locale="zh-CN")
        page = context.new_page()
        page.goto(f"{server}/accounts/login/")
        sign_in(page, username)
        page.wait_for_url(lambda url: "/accounts/" not in url)
        found[username] = context.storage_state()
        context.close()
    return found


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Fill the form of the page and send it."""
    page.locator("#id_login").fill(username)
    page.locator("#id_password").fill(password)
    page.keyboard.press("Enter")


@pytest.fixture(scope="package")
def world() -> Iterator[Served]:
    """One small installation for all telephones; each test counts what its own have sent."""
    with served() as found:
        yield found


@pytest.fixture(scope="package")
def kept() -> Kept:
    """The profiles of those signed in: files of the desk are loaded once."""
    return {}


@pytest.fixture
def tabs(chromium: Browser, server: str, states: dict[str, Any], kept: Kept) -> Iterator[Tabs]:
    """Tabs whose faults fail the test at its end."""
    found = Tabs(chromium, server, states, kept)
    yield found
    found.close()


@pytest.fixture
def at_desk(tabs: Tabs) -> Open:
    """Opens a page of the incident as somebody who works at the desk: `at_desk("work/", language="en")`."""

    def opened(path: str | None, **look: Any) -> Page:
        return tabs.open(path, Look(**{"account": DESK, **look}))

    return opened
