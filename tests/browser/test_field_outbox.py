"""Two hundred records through everything that can happen to a phone; a thousand while the server is dead."""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType, expect

from tests.browser.phone_world import Served
from tests.browser.phones import PIN, Phone, wait_for
from tests.project.places import HOUSE

SECOND_PIN = "1357"


@pytest.fixture
def browsers(chromium: Browser) -> BrowserType:
    """What starts browsers with profiles of their own."""
    return chromium.browser_type


@pytest.fixture
def world(world: Served) -> Iterator[Served]:
    """That of all telephones, really stopped and started here, and left as it was."""
    yield world
    world.stop()
    world.start()


class Portal(BaseHTTPRequestHandler):
    """The sign-in page of somebody's network: 200 and HTML, whatever was asked."""

    def _say(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = "<html><body>请登录 Wi-Fi</body></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_GET = do_POST = do_HEAD = _say  # noqa: N815 (the names http.server asks for)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def captive_portal(port: int) -> Iterator[None]:
    """Somebody else answers at the server's address."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), Portal) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


def killed_while_saving(phone: Phone, doors: list[str]) -> set[str]:
    """Record as fast as it goes and end the browser in the middle; the ids that were said to be saved."""
    said: list[str] = []
    phone.page.expose_function("saved", lambda identity: said.append(identity))
    phone.script(
        """const [doors] = values;
        (async () => { for (const dwelling of doors) {
            await window.saved(await phone.record('record_visit', { dwelling, outcome: 'absent' }, { quiet: true }));
        } })();""",
        doors,
    )
    while len(said) < 12:
        phone.page.wait_for_timeout(20)
    phone.kill()
    return set(said)


def next_version(place: Path) -> Path:
    """A copy of the program with another shell: what an update brings."""
    house = place / "next"
    shutil.copytree(HOUSE / "muster", house / "muster", ignore=shutil.ignore_patterns("__pycache__"))
    script = house / "muster" / "fieldapp" / "static" / "field" / "app" / "t.js"
    script.write_text(script.read_text() + "\n// the next version\n")
    return house


def another_person(phone: Phone) -> str:
    """Somebody of the team gets a PIN of their own; their code."""
    phone.script("location.hash = '#/people';")
    somebody = phone.page.locator(".cards button.card").first
    code = somebody.locator("b").inner_text()
    somebody.click()
    phone.page.locator("#pin").fill(SECOND_PIN)
    phone.page.locator("#pin-again").fill(SECOND_PIN)
    phone.page.locator("form .key-main").click()
    expect(phone.page.get_by_text(code).first).to_be_visible()
    return code


def test_two_hundred_records_arrive_once_whatever_happens(
    browsers: BrowserType, world: Served, tmp_path: Path
) -> None:
    phone = Phone(browsers, world, tmp_path / "profile")
    phone.join(world.ask("invite")["code"])
    doors = phone.doors()
    assert len(doors) == 80
    code = another_person(phone)

    world.stop()
    saved = set(phone.capture(doors[:40]))
    assert phone.send() == "offline"
    assert phone.counted()["unsent"] == 40

    phone.close()
    phone.open()
    phone.unlock()  # a cold start without any server
    assert phone.counted()["unsent"] == 40

    saved |= killed_while_saving(phone, doors[:40])
    phone.open()
    phone.unlock()
    held = set(phone.held())
    assert saved <= held, "said to be saved, and gone"
    extra = held - saved  # on the disk before the page could say so
    assert len(extra) <= 3

    with captive_portal(world.port):
        saved |= set(phone.capture(doors[:20], "absent"))
        assert phone.send() == "portal"
    assert set(phone.held()) == saved | extra

    saved |= quota_full(phone, doors[0])

    phone.page.clock.install(time="2034-05-06T07:08:09+08:00")
    saved |= set(phone.capture(doors[20:40], "refused"))
    phone.page.clock.resume()

    phone.close()
    phone.open()
    phone.unlock(SECOND_PIN, code)  # passed on to somebody else
    missing = 200 - len(saved | extra)
    saved |= set(phone.capture((doors * 2)[:missing], "empty"))

    updated_in_the_middle(phone, world, code)
    phone.until_sent()
    told = world.ask("count", phone.device())
    assert len(saved | extra) == 200
    assert (told["visits"], told["stored"], told["parked"]) == (200, 200, 0)
    assert told["phones"] == [[200, 200, []]]
    assert len(told["by"]) == 2
    assert told["oldest"] > "2026", "the wrong clock was corrected"

    phone.script("await outbox.sendAgain();")
    phone.until_sent()
    assert world.ask("count", phone.device())["visits"] == 200
    assert phone.faults == []
    phone.close()


def quota_full(phone: Phone, door: str) -> set[str]:
    """No room: nothing is half-saved, and it is said loudly. The ids saved while the browser still had room in hand."""
    devtools = phone.context.new_cdp_session(phone.page)
    origin = f"{phone.served.url}/"
    before = set(phone.held())
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1})
    for _ in range(45):
        refused = phone.script(
            """try { await phone.record('record_visit', { dwelling: values[0], outcome: 'done' }); return ''; }
            catch (error) { return error.name; }""",
            door,
        )
        if refused:
            break
        phone.page.wait_for_timeout(2_000)  # the browser asks for its room now and then only
    assert refused == "QuotaExceededError"
    expect(phone.page.locator("#toast")).to_have_text(re.compile("没有保存"))
    held = set(phone.held())
    opened_while_full(phone)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    assert phone.counted()["made"] == len(held), "a number was spent on nothing"
    return held - before


def opened_while_full(phone: Phone) -> None:
    """A full phone still counts wrong PINs, opens, and gives its records away: also while it is locked."""
    phone.page.evaluate("dispatchEvent(new Event('muster:lock'))")
    with phone.page.expect_download() as given:
        phone.page.locator("#leaving button").first.click()
    carried = json.loads(given.value.path().read_text())
    assert {one["id"] for one in carried["items"]} == set(phone.held())
    phone.page.locator("#pin").fill("0000")
    phone.page.locator("#unlock .key-main").click()
    expect(phone.page.get_by_role("alert")).to_contain_text(" 9 ")
    phone.page.locator("#pin").fill(PIN)
    phone.page.locator("#unlock .key-main").click()
    expect(phone.page.get_by_role("link", name=re.compile("设置"))).to_be_visible()


def updated_in_the_middle(phone: Phone, world: Served, who: str) -> None:
    """The server comes back with another version; the new worker waits, takes over, and the outbox is as it was."""
    build = phone.page.url.split("/f/")[1].split("/")[0]
    held = phone.held()
    house = next_version(world.place)
    world.start(house=house)
    registration = "navigator.serviceWorker.getRegistration('/f/').then((one) => "
    phone.page.evaluate(registration + "one.update().then(() => true))")
    wait_for(lambda: phone.page.evaluate(registration + "one.waiting !== null)"), 60)
    assert phone.held() == held
    phone.page.evaluate(registration + "one.waiting.postMessage('take over'))")
    phone.page.wait_for_url(lambda url: "/f/" in url and build not in url)
    phone.page.locator("#pin").wait_for()
    phone.unlock(SECOND_PIN, who)
    assert phone.held() == held


def test_a_thousand_records_wait_for_a_dead_server(
    browsers: BrowserType, world: Served, tmp_path: Path
) -> None:
    phone = Phone(browsers, world, tmp_path / "profile")
    phone.join(world.ask("invite")["code"])
    doors = phone.doors()
    world.stop()
    saved = {one for _ in range(13) for one in phone.capture(doors)}
    assert len(saved) == 1_040
    assert phone.send() == "offline"
    world.start()
    phone.until_sent(240)
    told = world.ask("count", phone.device())
    assert (told["visits"], told["doors"], told["parked"]) == (1_040, 80, 0)
    assert told["phones"] == [[1_040, 1_040, []]]
    phone.close()
