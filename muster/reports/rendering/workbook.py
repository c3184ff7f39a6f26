"""An edition as a workbook: texts are text cells whatever they begin with, and nothing is a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from muster.reports.rendering.sheet import Sheet

Cell = str | int | None


def render(sheet: Sheet) -> bytes:
    """The workbook as bytes."""
    words = sheet.labels
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    stamp = f"{sheet.code} · {sheet.edition} · {words['journal']} {sheet.journal_head}"
    figures = [(f.code, f.title, f.number, f.unit, f.before, f.parts, f.definition) for f in sheet.figures]
    head = [
        (words["sitrep"], sheet.title), ("", sheet.incident), (words["edition"].format(n=""), sheet.edition),
        (words["until"], sheet.until), (words["published"], sheet.published), (words["segment"], sheet.segment),
        (words["journal"], sheet.journal_head), (words["text"], sheet.text),
    ]  # fmt: skip
    _page(book, words["text"], stamp, [], head, (16, 100))
    names = ("code", "figure", "value", "unit", "before", "parts", "definition")
    _page(
        book, words["figures"], stamp, [words[name] for name in names], figures, (28, 28, 12, 12, 12, 30, 80)
    )
    _page(
        book, words["new"], stamp, [sheet.changes, words["kind"], words["count"]], sheet.kinds, (20, 28, 12)
    )
    if sheet.compared:
        columns = ("ref", "published_value", "relation", "derived", "status", "why")
        rows = [(c.ref, c.published, c.relation, c.derived, c.word, c.why) for c in sheet.compared]
        _page(
            book, words["compared"], stamp, [words[name] for name in columns], rows, (8, 12, 12, 12, 24, 80)
        )
    book.close()
    return target.getvalue()


def _page(
    book: xlsxwriter.Workbook, title: str, stamp: str, heads: Sequence[str], rows: Sequence[Sequence[Cell]],
    widths: Sequence[int],
) -> None:  # fmt: skip
    page = book.add_worksheet(title[:31])
    bold, wrap = (
        book.add_format({"bold": True, "bottom": 1}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    for column, width in enumerate(widths):
        page.set_column(column, column, width)
    for column, head in enumerate(heads):
        page.write_string(0, column, head, bold)
    first = 1 if heads else 0
    for line, row in enumerate(rows, first):
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                page.write_number(line, column, cell, wrap)
            elif cell is not None:
                page.write_string(line, column, cell[:32_767], wrap)
    if heads:
        page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    # an ampersand in a footer begins a command: ours are doubled
    page.set_footer(f"&L{stamp[:200].replace('&', '&&')}&R&P / &N")
