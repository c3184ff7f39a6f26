"""The field app's own files, served to a browser without the rest of the system: for its readers and checks alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

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
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(files, directory=str(FIELD)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
