"""The words of a situation report in both languages: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from muster.reports.changes import Changes
from muster.reports.figures import catalogue
from muster.reports.figures.definition import Text, Value

UNITS = {
    "people": Text("人", "people"), "person_times": Text("人次", "person-times"), "records": Text("条", "records"),
    "buildings": Text("栋", "buildings"), "dwellings": Text("户", "dwellings"), "teams": Text("个小组", "teams"),
    "agencies": Text("个单位", "agencies"), "samples": Text("人次", "samples"), "tubes": Text("管", "tubes"),
    "calls": Text("通", "calls"), "scans": Text("次", "scans"), "requests": Text("件", "requests"),
    "needs": Text("项", "needs"), "items": Text("件", "items"), "items:piece": Text("件", "pieces"),
    "items:metre": Text("米", "metres"), "items:vehicle": Text("辆", "vehicles"),
    "items:pair": Text("双", "pairs"), "items:portion": Text("份", "portions"), "items:box": Text("箱", "boxes"),
    "items:work": Text("项", "items of work"),
}  # fmt: skip
ONE = {"people": "person", "agencies": "agency", "boxes": "box", "items of work": "item of work"}
NONE = Text("–", "–")


def is_english(language: str) -> bool:
    """Whether the words shall be English; Chinese otherwise."""
    return language.startswith("en")


def unit(measure: str, language: str, count: int | None = None) -> str:
    """The unit of a measure, of one thing where the count says so; an unknown one stands for itself."""
    known = UNITS.get(measure)
    word = known.say(language) if known else measure.removeprefix("items:")
    return ONE.get(word, word.removesuffix("s")) if count == 1 and is_english(language) else word


def number(value: int | None) -> str:
    """A number as people read it; not known is not zero."""
    return NONE.zh if value is None else f"{value:,}"


def local(at: datetime) -> str:
    """An instant on the clock of the place."""
    return f"{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M}"


def line(value: Value, language: str) -> str:
    """One figure as a sentence."""
    title = catalogue.get(value.figure).title.say(language)
    colon = ": " if is_english(language) else "："
    blank = " " if is_english(language) else ""
    return f"{title}{colon}{number(value.value)}{blank}{unit(value.measure, language, value.value)}"


def summary(values: Sequence[Value], changed: Changes, now: datetime, language: str) -> str:
    """The text of an edition for which nobody wrote one: what is not nothing, then what changed."""
    told = [line(value, language) for value in values if value.value and not value.ref]
    new, late, corrected = (
        sum(one.count for one in kind) for kind in (changed.new, changed.late, changed.corrected)
    )
    if is_english(language):
        head, tail = f"As of {local(now)}. ", f"{new:,} new facts"
        if changed.since is not None:
            tail += f" since edition {changed.since}, of which {late:,} late; {corrected:,} facts taken back"
        return head + "; ".join(told) + ("; " if told else "") + tail + "."
    head, tail = f"截至{local(now)}，", f"新增记录{new:,}条"
    if changed.since is not None:
        tail = f"较第{changed.since}期{tail}，其中迟到{late:,}条，撤回更正{corrected:,}条"
    return head + "；".join(told) + ("；" if told else "") + tail + "。"
