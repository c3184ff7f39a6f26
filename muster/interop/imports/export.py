"""The report of an import as a workbook: text cells only, nobody recognisable, marked with who took it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from muster.core import journal
from muster.core.access import Actor
from muster.interop.imports import actions, kinds, queries, texts
from muster.interop.models import Import
from muster.interop.tables import written

HEADER = {
    "zh": ("行", "结果", "字段", "原因", "匹配方式", "姓名", "电话", "证件"),
    "en": ("Row", "Result", "Field", "Reason", "Recognised by", "Name", "Telephone", "Document"),
}
RESULT = {
    "taken": ("已导入", "taken"), "refused": ("未通过", "refused"), "already": ("已存在", "already there"),
    "doubtful": ("待判断", "waits for a decision"),
}  # fmt: skip
CHUNK = 5_000


def report(*, upload: UUID, result: str, language: str, by: Actor, incident: UUID, now: datetime) -> bytes:
    """The rows of an import, or those of one result, as xlsx."""
    made = actions.find(upload)
    if not by.may("desk.read", made.area, incident):  # a laboratory reads the reports of its own files
        by.require(kinds.KINDS[made.kind].right, made.area, incident)
    english = language.startswith("en")
    mark = f"{by.username} · {now:%Y-%m-%d %H:%M} UTC · {made.id}"
    listed = list(_listed(made, result, language, incident))
    data = written.workbook({"report": ((mark,), HEADER["en" if english else "zh"], *listed)})
    journal.write(
        action="imports.export",
        by=by,
        incident=incident,
        area=made.area,
        subjects=[made.id],
        count=len(listed),
    )
    return data


def _listed(made: Import, result: str, language: str, incident: UUID) -> Iterator[Sequence[str]]:
    """The rows in words, masked, some thousand at a time."""
    english, after = language.startswith("en"), 0
    while rows := queries.rows(made, result, after, CHUNK):
        names = queries.names(rows, incident)
        for one in rows:
            who = names.get(one.subject) if one.subject else None
            yield (
                str(one.row), RESULT[one.result][english], one.field,
                texts.reason(one.code, language) if one.code else "",
                texts.how(one.how, language) if one.how else "",
                who.name if who else "", who.phone if who else "", who.document if who else "",
            )  # fmt: skip
        after = rows[-1].row
