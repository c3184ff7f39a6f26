"""An edition as PDF, set by typst with a Chinese font that comes as a package: no font of the system is used."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from muster.reports.rendering import coverage
from muster.reports.rendering.sheet import Sheet

TEMPLATE = Path(__file__).parent / "sitrep.typ"
FONTS = "manimgx_fonts_cjk"
FONT = "NotoSansCJK-VF.otf.ttc"


class NotPrintable(RuntimeError):
    """The page could not be set without a warning, so that something on it would be wrong."""


def fonts() -> Path:
    """The folder of the packaged font."""
    found = importlib.util.find_spec(FONTS)
    if found is None or found.origin is None:
        raise NotPrintable(f"the font package {FONTS} is not installed")
    return Path(found.origin).parent


def render(sheet: Sheet) -> bytes:
    """The pages as bytes; the same sheet gives the same bytes."""
    return typeset(TEMPLATE, {"sheet": sheet})


def typeset(template: Path, values: Mapping[str, Any]) -> bytes:
    """The pages of a template, each value handed to it as JSON; the same values give the same bytes."""
    import typst

    folder = fonts()
    said = {
        name: coverage.showable(msgspec.json.encode(value).decode(), folder / FONT)
        for name, value in values.items()
    }
    made, warnings = typst.compile_with_warnings(
        str(template), root=str(template.parent), font_paths=[str(folder)], ignore_system_fonts=True, format="pdf",
        sys_inputs=said, timestamp=datetime(2000, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    if warnings:
        raise NotPrintable("; ".join(str(warning.message) for warning in warnings))
    if not isinstance(made, bytes):
        raise NotPrintable("no pages were made")
    return made
