"""The telephone's budgets on a slow one: processor at a sixth, 400 kbit/s, the shipped shell with its worker.

muster bench phone --json
muster bench phone --throttle 1 --passes 20 --runs 1
Bytes it loads once; from a cold start without a network to the first code read; a share of 5,000 rows and 5 MB
checked, put in place and kept; a pass from its text to the colour; a person at the registration line, with a code and
without.
"""

from __future__ import annotations

import argparse
import base64
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, ViewportSize, sync_playwright

from bench import gate, line, qr_images
from bench.field_files import shell_served
from bench.qr import CHROMIUM, FLAGS

PIN = "2580"
MOST = {
    "precache_bytes": 1_200_000, "scanner_ready_ms": 3_000, "share_applied_ms": 3_000, "pass_ms_p95": 100,
    "known_person_ms_p95": 6_000, "walk_in_ms_p95": 20_000,
}  # fmt: skip
ROWS, SIZE = 5_000, 5_000_000
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PACK = """async ([base, rows]) => {
  const pack = await import(`${base}app/pack.js`);
  const bucket = ([name, held]) => [name, {marks: "", buckets: {0: held}}];
  const sections = Object.fromEntries(Object.entries(rows).map(bucket));
  const now = new Date().toISOString();
  await pack.apply({sections, names: Object.keys(rows), etag: "x", issued_at: now, lease_until: "2099-01-01", cut: {}});
}"""
# What sync.js does with the bytes of an answer, from the bytes to the disk.
APPLY = """async ([base, signer, signature, text]) => {
  const pack = await import(`${base}app/pack.js`);
  const body = new TextEncoder().encode(text);
  const begin = performance.now();
  if (!(await pack.isSigned(signer, signature, body))) throw new Error("not signed");
  await pack.apply(JSON.parse(new TextDecoder().decode(body)));
  return [performance.now() - begin, pack.rows("doors").length];
}"""
HELD = """async () => {
  while (!navigator.serviceWorker.controller) await new Promise((go) => setTimeout(go, 50));
}"""
UNLOCK = """async (pin) => {
  const field = document.getElementById("pin");
  const begin = performance.now();
  field.value = pin;
  field.form.requestSubmit();
  while (!document.querySelector(".verdict")) await new Promise((go) => setTimeout(go, 5));
  return performance.now() - begin;
}"""


def share() -> tuple[str, str, str]:
    """The public key, the signature and the text of a full share: as many rows and bytes as a phone may hold."""
    padding = "园山街道和悦路" * (SIZE // ROWS // 21 - 7)
    doors = [
        {"id": f"01890a5d-ac96-774b-bcce-{number:012}", "building": "b", "label": f"{number}", "floor": number % 30,
         "unit": number % 8, "state": "open", "last": None, "address": padding}
        for number in range(ROWS)
    ]  # fmt: skip
    buckets: dict[str, list[Any]] = {str(number): doors[number::64] for number in range(64)}
    content = {
        "sections": {"doors": {"marks": "A" * 342, "buckets": buckets}}, "names": ["doors"], "etag": "full",
        "issued_at": "2026-01-01T00:00:00Z", "lease_until": "2099-01-01T00:00:00Z", "cut": {},
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False)
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, proof = key.public_key().public_bytes_raw(), key.sign(text.encode())
    return base64.b64encode(public).decode(), base64.b64encode(proof).decode(), text


class Slow:
    """A slow telephone with a profile of its own; each `start` is a cold one."""

    def __init__(self, playwright: Playwright, folder: Path, throttle: int) -> None:
        self.playwright, self.folder, self.throttle = playwright, folder, throttle
        film = folder / "camera.y4m"
        film.write_bytes(qr_images.video([gate.pass_of(1)[1]], seconds=3, late=0))
        fake = ("use-fake-device-for-media-stream", "use-fake-ui-for-media-stream")
        self.args = [*FLAGS, *(f"--{one}" for one in fake), f"--use-file-for-fake-video-capture={film}"]

    def start(self) -> tuple[BrowserContext, Page, CDPSession]:
        """The browser with this profile, slowed down."""
        context = self.playwright.chromium.launch_persistent_context(
            str(self.folder / "profile"), executable_path=CHROMIUM, args=self.args, locale="zh-CN",
            viewport={"width": 390, "height": 844},
        )  # fmt: skip
        page = context.pages[0]
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": self.throttle})
        return context, page, devtools

    def install(self, address: str) -> None:
        """Join, choose a PIN, wait until the worker holds everything, and take what a gate holds."""
        context, page, devtools = self.start()
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        devtools.send("Network.emulateNetworkConditions", SLOW | {"downloadThroughput": -1, "latency": 0})
        page.goto(f"{address}/f/#join=BENCH")
        page.locator("form .key-main").click()
        for field in ("#pin", "#pin-again"):
            page.locator(field).fill(PIN)
        page.locator("form .key-main").click()
        page.evaluate(HELD)
        base = page.evaluate("new URL('.', location.href).pathname")
        page.evaluate(PACK, [base, gate.rows()])
        context.close()

    def ready(self, address: str) -> float:
        """Milliseconds of the machine from the start to the first code read; a person's PIN is not counted."""
        context, page, _ = self.start()
        context.set_offline(True)
        page.goto(f"{address}/f/#/gate/{gate.GATE}", wait_until="commit")
        page.locator("#pin").wait_for()
        door: float = page.evaluate("performance.now()")
        inside: float = page.evaluate(UNLOCK, PIN)
        context.close()
        return door + inside


def measured(address: str, wish: argparse.Namespace) -> Iterator[tuple[str, float]]:
    """Each budget with what it costs."""
    from muster.fieldapp import shell

    yield "precache_bytes", shell.build().packed_size()
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        slow = Slow(playwright, Path(kept), wish.throttle)
        slow.install(address)
        yield "scanner_ready_ms", statistics.median(slow.ready(address) for _ in range(wish.runs))
        context, page, _ = slow.start()
        page.goto(f"{address}/f/#/none")
        page.locator("#pin").wait_for()
        base = page.evaluate("new URL('.', location.href).pathname")
        page.evaluate(
            "async (base) => { const p = await import(base + 'app/pack.js'); await p.unlock(p.newKey()); }",
            base,
        )
        applied = [page.evaluate(APPLY, [base, *share()]) for _ in range(wish.runs)]
        assert all(rows == ROWS for _, rows in applied)
        yield "share_applied_ms", statistics.median(ms for ms, _ in applied)
        context.close()
        plain = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS
        )  # with no camera to be read meanwhile
        size: ViewportSize = {"width": 390, "height": 844}
        yield (
            "pass_ms_p95",
            gate.measured(plain.new_page(viewport=size), wish.passes, wish.throttle)["ms_p95"],
        )
        coded, walked = line.measured(plain.new_page(viewport=size), wish.passes, wish.throttle)
        yield "known_person_ms_p95", statistics.quantiles(coded, n=20)[-1]
        yield "walk_in_ms_p95", statistics.quantiles(walked, n=20)[-1]
        plain.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what each budget costs; exit 1 when one is exceeded."""
    if not settings.configured:
        from muster.project import installation

        installation.setup_django()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--throttle", type=int, default=6)
    parser.add_argument("--passes", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    wish = parser.parse_args(arguments)
    with shell_served() as address:
        found = {name: round(value, 1) for name, value in measured(address, wish)}
    if wish.json:
        print(
            json.dumps([{"name": name, "ours": value, "budget": MOST[name]} for name, value in found.items()])
        )
    else:
        print("\n".join(f"{name} {value} of {MOST[name]}" for name, value in found.items()))
    if wish.throttle >= 6 and any(value > MOST[name] for name, value in found.items()):
        sys.exit(1)


if __name__ == "__main__":
    main()
