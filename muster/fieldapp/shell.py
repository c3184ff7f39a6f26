"""The phone's shell as one immutable tree: every file by its SHA-256, the whole named by one hash.

Everything lies below `/f/<build>/`; a new build is another tree, so a phone never mixes two. The service worker
alone has a fixed address, and it carries the list of what it must have before it takes over.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from muster.fieldapp import catalogue

ROOT = Path(__file__).parent / "static" / "field"
KINDS = {".mjs": "text/javascript", ".js": "text/javascript", ".wasm": "application/wasm"}
APART = {"worker.js", "vendor.lock", "LICENSE"}  # not part of what a page loads


@dataclass(frozen=True)
class File:
    """One file of the tree, plain and packed."""

    content: bytes
    packed: bytes
    kind: str
    digest: str


@dataclass(frozen=True)
class Build:
    """The tree of this version."""

    name: str
    files: dict[str, File]

    def precache(self) -> list[tuple[str, str]]:
        """What the worker must hold: path below `/f/<build>/` and SHA-256."""
        return [(path, file.digest) for path, file in sorted(self.files.items())]

    def packed_size(self) -> int:
        """What a phone loads once, in bytes over the air."""
        return sum(min(len(file.packed), len(file.content)) for file in self.files.values())


def _file(path: str, content: bytes) -> File:
    suffix = Path(path).suffix
    kind = KINDS.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind == "application/json":
        kind += "; charset=utf-8"
    return File(content, gzip.compress(content, 9, mtime=0), kind, hashlib.sha256(content).hexdigest())


def _generated() -> dict[str, bytes]:
    languages = catalogue.in_languages(ROOT / "app")
    manifest = {
        "id": "/f/",
        "name": "Muster 集结",
        "short_name": "集结",
        "start_url": "/f/",
        "scope": "/f/",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#0d1115",
        "theme_color": "#0d1115",
        "icons": [
            {"src": "look/mark.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": "look/mark-192.png", "sizes": "192x192", "type": "image/png", "purpose": "any maskable"},
            {"src": "look/mark-512.png", "sizes": "512x512", "type": "image/png", "purpose": "any maskable"},
        ],
    }
    return {
        f"texts/{code}.json": json.dumps(texts, ensure_ascii=False, sort_keys=True).encode()
        for code, texts in languages.items()
    } | {"manifest.webmanifest": json.dumps(manifest, ensure_ascii=False).encode()}


def _with_modules(page: bytes, paths: Iterable[str]) -> bytes:
    """The page names all modules, or a slow phone would find them one import after the other."""
    links = (
        f'<link rel="modulepreload" href="{path}">\n'
        for path in sorted(paths)
        if re.fullmatch(r"app/.*\.js", path)
    )
    return page.replace(b"</head>", "".join(links).encode() + b"</head>")


@lru_cache(maxsize=1)
def build() -> Build:
    """The tree as it lies on this machine, read once a process."""
    contents = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and path.name not in APART
    } | _generated()
    contents["index.html"] = _with_modules(contents["index.html"], contents)
    files = {path: _file(path, content) for path, content in contents.items()}
    whole = hashlib.sha256(worker_source())
    for path, file in sorted(files.items()):
        whole.update(f"{path}\0{file.digest}\0".encode())
    return Build(whole.hexdigest()[:16], files)


def worker_source() -> bytes:
    """The hand-written part of the service worker."""
    return (ROOT / "worker.js").read_bytes()


def worker() -> bytes:
    """The service worker of this build: its list, then the hand-written part."""
    mine = build()
    head = f"const BUILD = {json.dumps(mine.name)};\nconst FILES = {json.dumps(mine.precache())};\n"
    return head.encode() + worker_source()
