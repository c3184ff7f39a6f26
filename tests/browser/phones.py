"""A phone as a test holds it: a Chromium profile of its own, killed and started again at will."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Page, expect

from tests.browser.phone_world import Served
from tests.browser.tabs import until

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
PIN = "2580"
# storage is never "persistent" without a screen: said to be, so that the banners of a test are its own
READY = """if (navigator.storage) { navigator.storage.persisted = async () => true; }
document.addEventListener('securitypolicyviolation',
    (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI));"""


def before_camera(film: Path | None) -> list[str]:
    """What makes a film the camera of a browser."""
    if film is None:
        return []
    fake = ("use-fake-device-for-media-stream", "use-fake-ui-for-media-stream")
    return [*(f"--{one}" for one in fake), f"--use-file-for-fake-video-capture={film}"]


class Phone:
    """One phone; `look` goes to the browser context."""

    def __init__(
        self, browsers: BrowserType, served: Served, profile: Path, film: Path | None = None, **look: Any
    ) -> None:
        self.browsers, self.served, self.profile = browsers, served, profile
        self.look = {
            "viewport": {"width": 390, "height": 844},
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
        } | look
        self.film = film
        self.faults: list[str] = []
        self.context: BrowserContext
        self.page: Page
        self.open()

    def open(self) -> None:
        """Start the browser with this profile."""
        self.context = self.browsers.launch_persistent_context(
            str(self.profile), executable_path=CHROMIUM, args=[*FLAGS, *before_camera(self.film)], **self.look
        )
        self.context.add_init_script(READY)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console", lambda said: self.faults.append(said.text) if "policy:" in said.text else None
        )

    def close(self) -> None:
        """Leave it, as people do."""
        self.context.close()

    def kill(self) -> None:
        """No goodbye: SIGKILL to every process of this profile."""
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if f"--user-data-dir={self.profile}".encode() in words:
                    os.kill(int(entry.name), signal.SIGKILL)
        for name in ("SingletonLock", "SingletonCookie", "SingletonSocket"):
            (self.profile / name).unlink(missing_ok=True)

    def join(self, code: str, pin: str = PIN) -> None:
        """Enrol with a code, choose a PIN, see the list."""
        self.page.goto(f"{self.served.url}/f/#join={code}")
        self.page.locator("form .key-main").click()
        self.page.locator("#pin").fill(pin)
        self.page.locator("#pin-again").fill(pin)
        self.page.locator("form .key-main").click()
        expect(self.page.locator(".cards .card").first).to_be_visible()
        until(self.page, "navigator.serviceWorker.controller !== null")

    def unlock(self, pin: str = PIN, who: str = "") -> None:
        """Start the app and say the PIN."""
        self.page.goto(f"{self.served.url}/f/")
        if who:
            self.page.get_by_label(who).check()
        self.page.locator("#pin").fill(pin)
        self.page.locator("form .key-main").click()
        expect(self.page.locator(".ways")).to_be_visible()

    def script(self, body: str, *values: Any) -> Any:
        """Run something with the shipped modules: `phone`, `outbox`, `sync`, `pack` are imported."""
        head = "async ([base, ...values]) => { const [phone, outbox, sync, pack] = await Promise.all(["
        head += "'phone', 'outbox', 'sync', 'pack'].map((name) => import(base + 'app/' + name + '.js')));"
        base = self.page.evaluate("new URL('.', location.href).pathname")
        return self.page.evaluate(head + body + "}", [base, *values])

    def device(self) -> str:
        """The number under which the server knows it."""
        found: str = self.script("return phone.phone().device;")
        return found

    def doors(self) -> list[str]:
        """The ids of all doors on the phone."""
        found: list[str] = self.script("return phone.rows('doors').map((one) => one.id);")
        return found

    def capture(self, doors: list[str], outcome: str = "done") -> list[str]:
        """Record visits by the shipped code; the ids that were said to be saved."""
        body = """const [doors, outcome] = values; const saved = [];
            for (const dwelling of doors) {
                saved.push(await phone.record('record_visit', { dwelling, outcome, persons: 2 }, { quiet: true }));
            }
            return saved;"""
        found: list[str] = self.script(body, doors, outcome)
        return found

    def counted(self) -> dict[str, Any]:
        """How many were made and are unsent."""
        found: dict[str, Any] = self.script("return outbox.count(phone.phone().device);")
        return found

    def held(self) -> list[str]:
        """The ids of everything in the outbox."""
        found: list[str] = self.script("return (await outbox.everything()).map((one) => one.id);")
        return found

    def send(self) -> str:
        """One round now; the state of the line after it."""
        body = """while (sync.state.sending) await new Promise((done) => setTimeout(done, 50));
            sync.state.retryAt = 0; await sync.run(); return sync.state.line;"""
        line: str = self.script(body)
        return line

    def until_sent(self, seconds: float = 90) -> None:
        """Rounds until nothing is unsent."""
        wait_for(lambda: self.send() == "online" and not self.counted()["unsent"], seconds)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Look again until it is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.2)
