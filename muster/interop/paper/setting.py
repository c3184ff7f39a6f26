"""Pages set by typst with the packaged font; everything comes in as one JSON value, codes as vector pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from muster.reports.rendering.pdf import typeset

FOLDER = Path(__file__).parent


def qr(text: str, *, error: str = "m") -> str:
    """A code as a small SVG: black squares, no ground, no border (the page leaves one)."""
    import segno

    return str(segno.make_qr(text, error=error, boost_error=False).svg_inline(border=0, omitsize=True))


def pages(template: str, value: Any) -> bytes:
    """The pages of a template of this folder; the same value gives the same bytes."""
    return typeset(FOLDER / template, {"value": value})
