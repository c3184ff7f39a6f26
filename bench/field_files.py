"""The field app's own files, served to a browser without the rest of the system: for its readers and checks alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from playwright.sync_api import Page

FIELD = Path(__file__).resolve().parents[1] / "muster" / "fieldapp" / "static" / "field"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'"
)
BLANK = (
    b'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>.</title>'
    b'<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/look/tokens.css">'
    b'<link rel="stylesheet" href="/look/field.css"><div id="field"><main id="place"></main></div>'
)


JOINED = {
    "phone": {
        "device": "01890a5d-ac96-774b-bcce-000000000017", "token": "none", "incident": "bench", "area": 0, "label": "",
        "account": "01890a5d-ac96-774b-bcce-000000000018", "responder": None, "name": "G01",
    },
    "incident": {"title": {"zh": "测量", "en": "Bench"}}, "signer": "", "seal": {"kid": "bench", "key": ""},
}  # fmt: skip


# A phone that has joined, unlocked, holding these rows, with this screen open.
BEGIN = """async ([screen, place, rows, language]) => {
  const [pack, phone, seal, words, shown, bytes] = await Promise.all(
    ["pack", "phone", "seal", "t", `screens/${screen}`, "bytes"].map((name) => import(`/app/${name}.js`)));
  if (language) await words.speak(language);
  document.documentElement.dataset.theme = "day";
  await pack.unlock(pack.newKey());
  const section = ([name, held]) => [name, {marks: "", buckets: {0: held}}];
  const sections = Object.fromEntries(Object.entries(rows).map(section));
  const now = new Date().toISOString();
  await pack.apply({sections, names: Object.keys(rows), etag: "x", issued_at: now, lease_until: "2099-01-01", cut: {}});
  const server = await crypto.subtle.generateKey({name: "ECDH", namedCurve: "P-256"}, false, ["deriveBits"]);
  const mine = await seal.newKeys();
  const device = crypto.randomUUID();
  phone.setPhone({device, kid: "bench", server: bytes.encode(await crypto.subtle.exportKey("raw", server.publicKey)),
    sign: mine.privateKey});
  phone.setPerson({id: device, name: "G01"});
  window.leave = await shown.show(document.getElementById("place"), [place]);
}"""


class _Shell(BaseHTTPRequestHandler):
    """The tree of this version under its addresses, somebody who lets every phone join, and nothing else."""

    def do_GET(self) -> None:
        from muster.fieldapp import shell

        path, build = self.path.removeprefix("/f/"), shell.build()
        inside = path.removeprefix(f"{build.name}/") or "index.html"
        if self.path == "/f/":
            self._say(302, b"", {"Location": f"/f/{build.name}/"})
        elif path == "worker.js":
            self._say(200, shell.worker(), {"Content-Type": "text/javascript"})
        elif inside in build.files:
            file = build.files[inside]
            packed = {
                "Content-Type": file.kind,
                "Content-Encoding": "gzip",
                "Content-Security-Policy": POLICY,
            }
            self._say(200, file.packed, packed)
        else:
            self._say(503, b"", {"Retry-After": "3600"})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/sync/join":
            self._say(200, json.dumps(JOINED).encode(), {"Content-Type": "application/json"})
        else:
            self._say(503, b"", {"Retry-After": "3600"})

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Nothing: the measurement is the output."""


class _Files(SimpleHTTPRequestHandler):
    """Files with the policy of the field app, and one empty page."""

    extensions_map = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm",
                      ".css": "text/css", ".html": "text/html"}  # fmt: skip

    more: ClassVar[dict[str, bytes]] = {}

    def do_GET(self) -> None:
        body = BLANK if self.path == "/blank.html" else self.more.get(self.path)
        if body is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8" if body is BLANK else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: the measurement is the output."""


@contextmanager
def served(more: dict[str, bytes] | None = None) -> Iterator[str]:
    """The address of the files; `/blank.html` is an empty page beside them, `more` what is made and not a file."""
    files = type("_Files", (_Files,), {"more": more or {}})
    with _serving(partial(files, directory=str(FIELD))) as address:
        yield address


def open_screen(
    page: Page, address: str, screen: str, place: str, held: Mapping[str, Any], language: str = ""
) -> None:
    """Open a screen for a place on an empty page, as a phone that holds these rows."""
    page.goto(f"{address}/blank.html")
    page.evaluate(BEGIN, [screen, place, held, language])


@contextmanager
def shell_served() -> Iterator[str]:
    """The address of the installable app of this version, with its worker."""
    with _serving(_Shell) as address:
        yield address


@contextmanager
def _serving(handler: Callable[..., BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
