"""Lists handed in as files on the page of imports: uploaded, columns named, looked at, taken in."""

import csv
import io
from typing import Any

import xlsxwriter

from drill.client import Answer, Desk
from drill.play.script import Act, Json

COLUMNS = {"name": "姓名", "document": "证件号码", "phone": "联系电话", "address": "现住址"}
FIRST = 2  # the line of a file that its first row stands in
OPTIONS = {"purpose": "purpose", "source": "source", "title": "title", "deadline": "deadline_at"}


def hand_in(desk: Desk, act: Act) -> Answer:
    """Hand a list in and say what became of it; what is there already is not taken in again."""
    body: Any = act.body
    pages = f"/i/{act.incident}/imports/"
    options = {name: str(body[field]) for name, field in OPTIONS.items()}
    made = desk.form(pages, {"kind": "lists", "area": str(body["area"]), **options}, written(act))
    desk.form(f"{made}columns/", {f"column-{name}": str(at) for at, name in enumerate(COLUMNS)})
    looked = desk.read(f"{made}rows.json")
    fresh = looked["counts"]["taken"] > 0
    if fresh:
        desk.form(f"{made}run/", {})
        looked = desk.read(f"{made}rows.json")
    numbers = {str(line): row["row"] for line, row in enumerate(body["rows"], FIRST)}
    items = {str(numbers[line]): item for line, item in looked["items"].items()}
    return Answer(str(act.id), "stored" if fresh else "duplicate", data={"items": items})


def written(act: Act) -> tuple[str, bytes]:
    """The list as a file: a workbook, or a table as an old spreadsheet program writes it, in turn."""
    body: Any = act.body
    rows: list[Json] = body["rows"]
    lines = [list(COLUMNS.values()), *([str(row[name]) for name in COLUMNS] for row in rows)]
    name = f"{body['title']}-{rows[0]['row']}"
    return (f"{name}.csv", _table(lines)) if act.id.int % 2 else (f"{name}.xlsx", _workbook(lines))


def _table(lines: list[list[str]]) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows(lines)
    return target.getvalue().encode("gb18030")


def _workbook(lines: list[list[str]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("名单")
        for number, line in enumerate(lines):
            for at, cell in enumerate(line):
                sheet.write_string(number, at, cell)
    return target.getvalue()
