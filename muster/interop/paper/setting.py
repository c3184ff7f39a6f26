"""Pages set by typst with the packaged font; everything comes in as one JSON value, codes as vector pictures."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from muster.reports.rendering import coverage
from muster.reports.rendering.pdf import FONT, NotPrintable, fonts

FOLDER = Path(__file__).parent


def qr(text: str, *, error: str = "m") -> str:
    """A code as a small SVG: black squares, no ground, no border (the page leaves one)."""
    import segno

    return str(segno.make_qr(text, error=error, boost_error=False).svg_inline(border=0, omitsize=True))


def pages(template: str, value: Any) -> bytes:
    """The pages of a template of this folder; the same value gives the same bytes."""
    import typst

    folder = fonts()
    content = coverage.showable(msgspec.json.encode(value).decode(), folder / FONT)
    made, warnings = typst.compile_with_warnings(
        str(FOLDER / template), root=str(FOLDER), font_paths=[str(folder)], ignore_system_fonts=True, format="pdf",
        sys_inputs={"value": content}, timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    if warnings:
        raise NotPrintable("; ".join(str(warning.message) for warning in warnings))
    if not isinstance(made, bytes):
        raise NotPrintable("no pages were made")
    return made
