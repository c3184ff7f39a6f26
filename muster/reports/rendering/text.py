"""An edition for a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.reports.rendering.sheet import Sheet


def render(sheet: Sheet, *, width: int = 120) -> str:
    """Plain text; columns stay straight with Chinese in them."""
    words = sheet.labels
    out = Console(file=io.StringIO(), width=width, color_system=None, highlight=False, markup=False)
    out.print(f"{sheet.incident} ({sheet.code})")
    out.print(f"{sheet.title} · {sheet.edition}")
    out.print(f"{words['until']} {sheet.until} · {words['published']} {sheet.published}")
    out.print(f"{words['journal']} {sheet.journal_head} · {words['segment']} {sheet.segment}\n")
    out.print(sheet.text)
    _table(out, words["figures"], [words["figure"], words["value"], words["unit"], words["before"], words["parts"]],
           [(f.title, f.value, f.unit, f.before, f.parts) for f in sheet.figures], {1, 3})  # fmt: skip
    _table(out, sheet.changes, ["", words["kind"], words["count"]], sheet.kinds, {2})
    if sheet.compared:
        heads = [words[name] for name in ("ref", "published_value", "relation", "derived", "status", "why")]
        rows = [(c.ref, c.published, c.relation, c.derived, c.word, c.why) for c in sheet.compared]
        _table(out, words["compared"], heads, rows, {1, 3})
    assert isinstance(out.file, io.StringIO)
    return "\n".join(line.rstrip() for line in out.file.getvalue().splitlines()) + "\n"


def _table(
    out: Console, title: str, heads: list[str], rows: Sequence[tuple[str, ...]], numeric: set[int]
) -> None:
    out.print(f"\n{title}")
    if rows:
        table = Table(box=SIMPLE, pad_edge=False)
        for place, head in enumerate(heads):
            table.add_column(Text(head), justify="right" if place in numeric else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell, overflow="fold") for cell in row))
        out.print(table)
