"""A gate for one night: a telephone enrolled by its code, cut off, before a camera; its counts reach the desk later."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from bench import qr_images
from muster.core.ids import derive_id
from tests.browser.phone_world import GUARD, Served
from tests.browser.phones import Phone, wait_for
from tests.browser.tabs import broken_rules

GATE = str(derive_id("phone world", "gate"))
SHOWN = {"good": "pass good", "gone": "stop revoked", "old": "stop expired", "foreign": "stop unknown_key"}
SCANS = "return phone.done('scan_pass').map((one) => `${one.body.verdict} ${one.body.reason}`);"
# The code of a paper pass, as it is printed, read by the shipped reader.
PRINTED = """const [svg] = values;
    const { reader } = await import(base + 'app/scan.js');
    const image = new Image();
    image.src = 'data:image/svg+xml;base64,' + btoa(svg.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"'));
    await image.decode();
    const canvas = new OffscreenCanvas(640, 640), pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.fillStyle = '#fff'; pen.fillRect(0, 0, 640, 640); pen.drawImage(image, 40, 40, 560, 560);
    const [found] = await (await reader())(pen.getImageData(0, 0, 640, 640));
    return found?.text ?? '';"""


def at_the_gate(phone: Phone) -> None:
    phone.page.evaluate("(gate) => { location.hash = '#/gate/' + gate; }", GATE)
    expect(phone.page.locator(".list-age")).not_to_be_empty()


def typed(phone: Phone, text: str, verdict: str) -> None:
    """By a scanner that types; until the screen is back."""
    phone.page.locator(".wedge").focus()
    phone.page.keyboard.insert_text(text)
    phone.page.keyboard.press("Enter")
    expect(phone.page.locator(".verdict")).to_have_attribute("data-verdict", verdict)
    phone.page.locator(".verdict").click()


def test_a_night_at_the_gate(chromium: Browser, world: Served, tmp_path: Path) -> None:
    shown = world.ask("passes")
    film = tmp_path / "camera.y4m"
    film.write_bytes(qr_images.video([shown[name] for name in SHOWN], late=2.4))
    phone = Phone(chromium.browser_type, world, tmp_path / "profile", film=film)
    phone.join(world.ask("invite", GUARD)["code"])
    phone.context.set_offline(True)
    at_the_gate(phone)
    wait_for(lambda: set(phone.script(SCANS)) >= set(SHOWN.values()))
    assert broken_rules(phone.page) == []
    phone.close()

    phone.film = None  # another telephone holder with a scanner; a cold start without any network
    phone.open()
    phone.context.set_offline(True)
    phone.unlock()
    at_the_gate(phone)
    expect(phone.page.locator(".list-age")).not_to_have_class("is-old")
    assert phone.script(PRINTED, shown["paper"]) == shown["good"]
    typed(phone, shown["good"], "pass")
    phone.page.locator("#no-papers").click()
    phone.page.locator("dialog .choice-key").first.click()
    wait_for(lambda: len(phone.script("return phone.done('open_exception');")) == 1)

    phone.page.clock.install()
    phone.page.clock.fast_forward("13:00:00")
    phone.unlock()  # nobody touched it for half a day
    at_the_gate(phone)
    expect(phone.page.locator(".list-age.is-old")).to_be_visible()
    typed(phone, shown["good"], "amber")
    typed(phone, shown["gone"], "stop")
    told = phone.script(SCANS)
    assert told[-2:] == ["amber list_old", "stop revoked"]

    phone.context.set_offline(False)
    phone.until_sent()
    arrived = world.ask("count", phone.device())
    assert sorted(f"{verdict} {reason}" for verdict, reason in arrived["scans"]) == sorted(told)
    assert arrived["parked"] == 0
    ((owner, hours),) = arrived["exceptions"]
    assert owner == phone.script("return phone.person().id;")
    assert hours == 24, "what the protocol says"
    assert phone.faults == []
    phone.close()
