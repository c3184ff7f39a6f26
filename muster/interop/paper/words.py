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
    "pack": ("批号", "pack"), "sheet": ("页", "sheet"), "rows": ("行", "rows"), "date": ("日期", "Date"),
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
        ("phone", 40, ("电话", "Telephone"), []),
        ("taken", 20, ("已采", "Taken"), [("采", "yes")]), ("note", 24, ("备注", "Note"), []),
        ("slip", 28, ("凭条（撕下给本人）", "Slip for the person"), []),
    ],
    Form.BUILDING: [
        ("label", 26, ("门牌", "Door"), []),
        ("outcome", 94, ("结果", "Result"),
         [("已登记", "done"), ("无人", "nobody in"), ("拒绝", "refused"), ("空置", "empty")]),
        ("persons", 26, ("居住人数", "People"), []), ("note", 0, ("备注", "Note"), []),
    ],
    Form.GATE: [
        ("time", 30, ("时间", "Time"), []), ("pass", 56, ("通行证末四位", "End of pass no."), []),
        ("verdict", 100, ("决定", "Decision"),
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


PASS_LIST = {
    "title": ("有效通行证名单", "Passes that hold"),
    "how": (
        "手机或网络都用不了时查这张表：核对编号、尾号和截止时间。名单上没有的，先登记后联系指挥部；急危重症先放行。",
        "When neither phone nor network works: compare number, end of document and date. Not on it? Write it down and "
        "ask the command post. Emergencies pass first.",
    ),
    "printed": ("打印于", "printed"), "count": ("共", "passes:"), "left": ("未列出", "not listed:"),
    "code": ("编号", "Number"), "kind": ("类别", "Kind"), "who": ("持证人", "Holder"), "tail": ("尾号", "Ends in"),
    "to": ("有效至", "Until"), "none": ("现在没有有效的通行证。", "No pass holds now."),
}  # fmt: skip
CONTACTS = {
    "title": ("应急联络表", "Emergency contacts"),
    "printed": ("打印于", "printed"), "lines": ("电话", "Telephone lines"),
    "always": ("24 小时", "day and night"), "zones": ("管控区", "Zones"), "notice": ("通告", "notice"),
    "places": ("地点", "Places"), "own": ("值班电话（手写）", "On duty (write here)"),
    "role": ("岗位", "Post"), "name": ("姓名", "Name"), "phone": ("电话", "Telephone"),
    "steps": ("系统停了怎么办", "If the system is dead"),
    "step_1": (
        "手机照常使用：记录都在手机里，网络恢复后自动上传。",
        "Go on with the phones: records stay on them and go up later.",
    ),
    "step_2": (
        "没有手机：用本点的纸质登记表，每行一人，码和行不要写错位。",
        "No phone: use the printed sheets of this place, one row each.",
    ),
    "step_3": (
        "健康码打不开：用身份证；没有身份证：写姓名和手机号。",
        "Codes do not work: identity card; without one, name and telephone.",
    ),
    "step_4": (
        "急危重症、透析、孕产、火警：先放行、先转运，手续后补。",
        "Emergencies, dialysis, births, fire: let pass first, papers follow.",
    ),
    "step_5": (
        "每小时一次，用电话向指挥部报人数和缺的东西。",
        "Once an hour tell the command post by telephone: how many, and what is missing.",
    ),
}  # fmt: skip
PLACES = {
    "command_post": ("指挥部", "Command post"), "site": ("采样点", "Sampling site"), "gate": ("卡口", "Gate"),
    "desk": ("登记台", "Desk"), "store": ("仓库", "Store"), "hostel": ("住宿点", "Hostel"),
    "lab": ("实验室", "Laboratory"), "meal": ("供餐点", "Meals"),
}  # fmt: skip


def of(said: dict[str, tuple[str, str]], language: str) -> dict[str, str]:
    """One language of a table of words."""
    place = 1 if language == "en" else 0
    return {key: pair[place] for key, pair in said.items()}
