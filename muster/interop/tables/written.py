"""Tables out: a workbook of text cells only, so that no cell can become a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

Rows = Iterable[Sequence[object]]


def workbook(sheets: Mapping[str, Rows], footer: str = "") -> bytes:
    """Rows by the name of their sheet, written as they come; every cell is text, whatever it begins with."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                for column, text in enumerate(cells):
                    sheet.write_string(line, column, str(text))
            if footer:
                sheet.set_footer(footer)
    return target.getvalue()
