"""Tables out: workbooks and CSV of texts only, so that no cell can become a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter

Rows = Iterable[Sequence[object]]
# blanks of any width before the sign, and its full-width form, are a formula to some programs
RISKY = re.compile(r"[\s\ufeff\u200b-\u200d]*[=+\-@＝＋－＠]|[\t\r\n]").match


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


def comma_table(rows: Rows) -> bytes:
    """CSV that a spreadsheet opens as it is; a cell that would become a formula begins with an apostrophe."""
    target = io.StringIO(newline="")
    texts = ([str(cell) for cell in row] for row in rows)
    csv.writer(target).writerows([f"'{one}" if RISKY(one) else one for one in row] for row in texts)
    return target.getvalue().encode("utf-8-sig")
