"""The report of an import as a workbook: text cells only, nobody recognisable, marked with who took it."""

from __future__ import annotations

import io
from datetime import datetime
from uuid import UUID

import xlsxwriter

from muster.core import journal
from muster.core.access import Actor
from muster.interop.imports import actions, queries, texts

HEADER = {
    "zh": ("行", "结果", "字段", "原因", "匹配方式", "姓名", "电话", "证件"),
    "en": ("Row", "Result", "Field", "Reason", "Recognised by", "Name", "Telephone", "Document"),
}
RESULT = {
    "taken": ("已导入", "taken"), "refused": ("未导入", "refused"), "already": ("已存在", "already there"),
    "doubtful": ("待判断", "waits for a decision"),
}  # fmt: skip
CHUNK = 5_000


def report(*, upload: UUID, result: str, language: str, by: Actor, incident: UUID, now: datetime) -> bytes:
    """The rows of an import, or those of one result, as xlsx."""
    made = actions.find(upload)
    by.require("desk.read", made.area, incident)
    english = language.startswith("en")
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"constant_memory": True, "in_memory": True}) as book:
        sheet = book.add_worksheet("report")
        mark = f"{by.username} · {now:%Y-%m-%d %H:%M} UTC · {made.id}"
        for line, cells in enumerate(((mark,), HEADER["en" if english else "zh"])):
            for column, text in enumerate(cells):
                sheet.write_string(line, column, text)
        line, after = 2, 0
        while listed := queries.rows(made, result, after, CHUNK):
            names = queries.names(listed, incident)
            for one in listed:
                who = names.get(one.subject) if one.subject else None
                cells = (
                    str(one.row), RESULT[one.result][english], one.field,
                    texts.reason(one.code, language) if one.code else "",
                    texts.how(one.how, language) if one.how else "",
                    who.name if who else "", who.phone if who else "", who.document if who else "",
                )  # fmt: skip
                for column, text in enumerate(cells):
                    sheet.write_string(line, column, text)
                line += 1
            after = listed[-1].row
    journal.write(
        action="imports.export", by=by, incident=incident, area=made.area, subjects=[made.id], count=line - 2
    )
    return target.getvalue()
