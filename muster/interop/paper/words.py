"""What stands on paper, in both languages."""

from __future__ import annotations

from typing import Any

import msgspec

from muster.interop.paper.rows import Form

KINDS = {
    "resident": {"zh": "居民", "en": "Resident"}, "staff": {"zh": "工作", "en": "Staff"},
    "visitor": {"zh": "访客", "en": "Visitor"}, "delivery": {"zh": "配送", "en": "Delivery"},
    "medical": {"zh": "就医", "en": "Medical"},
}  # fmt: skip
COMMON = {
    "pack": ("批号", "pack"), "sheet": ("第", "sheet"), "rows": ("行", "rows"), "date": ("日期", "Date"),
    "time": ("开始时间", "From (time)"), "who": ("填写人", "Written by"),
    "no": ("行", "No."), "code": ("行码", "Row code"),
    "sticker": ("贴试管条码于此\n十行一管", "Stick the label of the tube here\nten rows, one tube"),
    "sealed": ("已封管", "Sealed"), "counted": ("管内人数", "People in it"),
}  # fmt: skip
TITLES = {
    Form.SITE: ("采样登记表", "Sampling sheet"), Form.BUILDING: ("上门登记表", "Door sheet"),
    Form.GATE: ("卡口登记表", "Gate sheet"),
}  # fmt: skip
HOW = {
    Form.SITE: (
        "每行一人，按顺序采入同一管；画√。回网后在“纸质补录”页扫表头码录入，重复录入不会重复计数。",
        "One person a row, in order, into one tube; tick. Typed in later by the code at the head: twice counts once.",
    ),
    Form.BUILDING: (
        "每行一户，勾选一个结果并写居住人数。无人的稍后再敲一次，勾最后一次的结果。",
        "One door a row: tick one result, write how many live there. Nobody in? Knock again later and tick the last.",
    ),
    Form.GATE: (
        "每行一次放行或劝返；写通行证编号末四位，不写姓名。急危重症先放行后补手续。",
        "One row for each person let through or turned away; the end of the pass number, no name. Emergencies first.",
    ),
}  # fmt: skip
# key, width in millimetres (0 takes what is left), title, boxes to tick
COLUMNS: dict[Form, list[tuple[str, int, tuple[str, str], list[tuple[str, str]]]]] = {
    Form.SITE: [
        ("name", 46, ("姓名", "Name"), []), ("document", 0, ("证件号", "Document"), []),
        ("phone", 44, ("电话", "Telephone"), []),
        ("taken", 24, ("已采", "Taken"), [("采", "yes")]), ("note", 30, ("备注", "Note"), []),
    ],
    Form.BUILDING: [
        ("label", 26, ("门牌", "Door"), []),
        ("outcome", 128, ("结果", "Result"),
         [("已登记", "done"), ("无人", "nobody in"), ("拒绝", "refused"), ("空置", "empty")]),
        ("persons", 24, ("居住人数", "People"), []), ("note", 0, ("备注", "Note"), []),
    ],
    Form.GATE: [
        ("time", 30, ("时间", "Time"), []), ("pass", 56, ("通行证末四位", "End of pass no."), []),
        ("verdict", 112, ("决定", "Decision"),
         [("放行", "let through"), ("劝返", "turned away"), ("先放行", "papers follow")]),
        ("note", 0, ("原因", "Reason"), []),
    ],
}  # fmt: skip


class Said(msgspec.Struct, frozen=True):
    """The words and columns of a sheet in one language."""

    words: dict[str, str]
    columns: list[dict[str, Any]]


def sheet(form: Form, language: str) -> Said:
    """What stands on the sheets of a form."""
    place = 1 if language == "en" else 0
    words = {key: pair[place] for key, pair in COMMON.items()}
    words |= {"title": TITLES[form][place], "how": HOW[form][place]}
    columns = [
        {"key": key, "width": width, "title": title[place], "ticks": [tick[place] for tick in ticks]}
        for key, width, title, ticks in COLUMNS[form]
    ]
    return Said(words, columns)
