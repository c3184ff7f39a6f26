"""The field app's own files, served to a browser without the rest of the system: for its readers and checks alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIELD = Path(__file__).resolve().parents[1] / "muster" / "fieldapp" / "static" / "field"
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'"
)


class _Files(SimpleHTTPRequestHandler):
    """Files with the policy of the field app, and one empty page."""

    extensions_map = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm",
                      ".css": "text/css", ".html": "text/html"}  # fmt: skip

    def do_GET(self) -> None:
        if self.path != "/blank.html":
            super().do_GET()
            return
        body = b'<!doctype html><meta charset="utf-8"><title>.</title><main id="place"></main>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing: the measurement is the output."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the files; `/blank.html` is an empty page beside them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=str(FIELD)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
