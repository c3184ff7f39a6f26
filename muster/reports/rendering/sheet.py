"""What stands on a situation report, in one language, before it becomes text, cells or pages: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from muster.reports import wording
from muster.reports.changes import Changes
from muster.reports.figures import catalogue
from muster.reports.figures.definition import Text, Value
from muster.reports.models import Edition
from muster.reports.reconciliation import Outcome
from muster.reports.rendering import labels

LABELS = {
    "sitrep": Text("疫情防控情况报告", "Situation report"), "edition": Text("第{n}期", "Edition {n}"),
    "until": Text("截至", "As of"), "published": Text("发布", "Published"),
    "journal": Text("日志链头", "Journal head"), "segment": Text("日志段", "Segment"),
    "figures": Text("数据", "Figures"), "figure": Text("指标", "Figure"), "value": Text("数值", "Value"),
    "unit": Text("单位", "Unit"), "before": Text("上期", "Last edition"), "parts": Text("分项", "Parts"),
    "definition": Text("口径", "Definition"), "code": Text("代码", "Code"),
    "changes": Text("与第{n}期相比", "Since edition {n}"), "first": Text("首期报告", "First edition"),
    "new": Text("新增记录", "New facts"), "late": Text("迟到记录", "Late facts"),
    "corrected": Text("撤回更正", "Facts taken back"), "kind": Text("记录类别", "Kind of fact"),
    "count": Text("条数", "Count"),
    "compared": Text("公布数与实录数对照", "Published against derived"), "ref": Text("编号", "Ref."),
    "published_value": Text("公布数", "Published"), "relation": Text("关系", "Relation"),
    "derived": Text("实录数", "Derived"), "status": Text("结论", "Result"), "why": Text("说明", "Explanation"),
    "page": Text("第 {a} 页 / 共 {b} 页", "Page {a} of {b}"), "text": Text("综述", "Summary"),
    "present": Text("发布时状态", "state when published"),
}  # fmt: skip
STATUS = {
    "agrees": Text("一致", "agrees"), "bound_met": Text("达到下限", "bound met"),
    "conflict_reported": Text("公布数自相矛盾，已说明", "conflict reported"), "missing": Text("缺少记录", "missing"),
    "wrong": Text("不一致", "wrong"),
}  # fmt: skip
RELATION = {
    "exact": Text("等于", "exactly"), "at_least": Text("不少于", "at least"), "about": Text("约", "about"),
    "conflict": Text("自相矛盾", "conflict"),
}  # fmt: skip
MOST_PARTS = 12


class Line(msgspec.Struct, frozen=True):
    """One figure: words, number, the number of the last edition where it differs, parts."""

    code: str
    title: str
    definition: str
    number: int | None
    value: str
    unit: str
    before: str
    parts: str


class Compared(msgspec.Struct, frozen=True):
    """One published figure against the derived one."""

    ref: str
    published: str
    relation: str
    derived: str
    status: str
    word: str
    why: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the report, in words of one language."""

    language: str
    labels: dict[str, str]
    incident: str
    code: str
    title: str
    edition: str
    until: str
    published: str
    journal_head: str
    segment: str
    text: str
    figures: list[Line]
    changes: str
    kinds: list[tuple[str, str, str]]
    compared: list[Compared]


def sheet(
    held: Edition, incident: Mapping[str, str], language: str, *, outcomes: Sequence[Outcome] = (),
    added: Sequence[Value] = (),
) -> Sheet:  # fmt: skip
    """The sheet of an edition; `incident` has code, zh, en; `added` are figures counted again for its point."""
    changed = msgspec.convert(held.changes, Changes)
    words = {name: text.say(language) for name, text in LABELS.items()}
    known = {(one["ref"], one["figure"]) for one in held.figures}
    values = [
        *msgspec.convert(held.figures, list[Value]),
        *(v for v in added if (v.ref, v.figure) not in known),
    ]
    moved = {(one.ref, one.figure): one.before for one in changed.figures}
    since = words["first"] if changed.since is None else words["changes"].format(n=changed.since)
    return Sheet(
        language="en" if wording.is_english(language) else "zh", labels=words,
        incident=incident["en" if wording.is_english(language) else "zh"], code=incident["code"],
        title=held.title or words["sitrep"], edition=words["edition"].format(n=held.number),
        until=wording.local(held.until_at), published=wording.local(held.published_at),
        journal_head=held.journal_head, segment=str(held.segment),
        text=held.text_en if wording.is_english(language) else held.text_zh,
        figures=[_line(one, moved, words, language) for one in values], changes=since,
        kinds=_kinds(changed, words, language), compared=[_compared(one, language) for one in outcomes],
    )  # fmt: skip


def _line(
    one: Value, moved: Mapping[tuple[str, str], int | None], words: Mapping[str, str], language: str
) -> Line:
    figure = catalogue.get(one.figure)
    title = figure.title.say(language)
    if figure.basis == "present":
        title += f" ({words['present']})" if wording.is_english(language) else f"（{words['present']}）"
    key = (one.ref, one.figure)
    named = figure.parts not in ("", "batch") and len(one.parts) <= MOST_PARTS
    shown = [
        f"{labels.part(part.what, language)} {part.value:,}" if named else f"{part.value:,}"
        for part in one.parts[:MOST_PARTS]
    ]
    parts = (" · " if named else " + ").join(shown) + (" …" if len(one.parts) > MOST_PARTS else "")
    return Line(
        code=f"{one.ref} {one.figure}".strip(), title=title,
        definition=one.note.say(language) if one.note else figure.definition.say(language), number=one.value,
        value=wording.number(one.value), unit=wording.unit(one.measure, language, one.value),
        before=wording.number(moved[key]) if key in moved else "", parts=parts,
    )  # fmt: skip


def _kinds(changed: Changes, words: Mapping[str, str], language: str) -> list[tuple[str, str, str]]:
    """Rows (what, kind, count) of what is new, late and taken back."""
    groups = (("new", changed.new), ("late", changed.late), ("corrected", changed.corrected))
    return [
        (words[name], labels.kind(one.kind, language), f"{one.count:,}")
        for name, listed in groups
        for one in listed
    ]


def _compared(one: Outcome, language: str) -> Compared:
    return Compared(
        ref=one.ref, published=f"{one.published:,}", relation=RELATION[one.relation].say(language),
        derived=wording.number(one.derived), status=one.status, word=STATUS[one.status].say(language),
        why=one.explanation.say(language),
    )  # fmt: skip
