"""What a figure is, and how one is asked for: plain values."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from muster.core.errors import Refusal

Basis = Literal["facts", "present"]
LATEST = 2**62


class Text(msgspec.Struct, frozen=True):
    """A text in both languages."""

    zh: str
    en: str

    def say(self, language: str) -> str:
        """The text in `language`; Chinese is the fallback."""
        return self.en if language.startswith("en") else self.zh


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One definition: code, words, measure, and the query in `sql/<query>.sql`.

    `basis` facts: the same for ever as of one point in commit order; present: derived state, true now only.
    `parts` says what a division of the figure is by ("" where there is none). A query that cannot give a thing
    twice says so in its second line (`-- counts, each row once: …`) and is not searched for doubles.
    """

    code: str
    title: Text
    definition: Text
    measure: str
    query: str
    basis: Basis = "facts"
    parts: str = ""
    accepts: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    fixed: dict[str, Any] = {}


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question: a figure, and what it is narrowed to. Empty tuples and None leave it wide.

    `since` ≤ at < `until`; `as_of` takes facts whose transaction number is smaller.
    """

    figure: str
    ref: str = ""
    organisations: tuple[UUID, ...] | None = None
    spans: tuple[tuple[int, int], ...] | None = None
    from_spans: tuple[tuple[int, int], ...] | None = None
    to_spans: tuple[tuple[int, int], ...] | None = None
    item: str | None = None
    since: datetime | None = None
    until: datetime
    as_of: int = LATEST
    note: Text | None = None


class Part(msgspec.Struct, frozen=True):
    """One part of a figure."""

    what: str
    value: int


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """The answer. None means it cannot be counted (`note` says why), which is not zero."""

    ref: str
    figure: str
    measure: str
    value: int | None
    parts: list[Part] = []
    until: datetime
    as_of: int | None
    note: Text | None = None


class Row(msgspec.Struct, frozen=True):
    """One row a figure is counted from: the fact, when, where, by whom, what, and how much it counts."""

    fact: UUID
    at: datetime | None
    area: int
    by: UUID | None
    what: str
    amount: int


class UnknownFigure(Refusal):
    """No figure has this code."""

    code = "reports.unknown_figure"
    status = 404
    texts = {
        "zh": "没有名为“{figure}”的数据指标。全部指标见“数据指标”说明。",
        "en": "There is no figure called “{figure}”. All figures are listed in the reference of figures.",
    }


class WrongParameter(Refusal):
    """A figure was asked with something it does not take, or without something it needs."""

    code = "reports.wrong_parameter"
    status = 422
    texts = {
        "zh": "指标“{figure}”的参数“{parameter}”不能用：{problem}。",
        "en": "The figure “{figure}” cannot use the parameter “{parameter}”: {problem}.",
    }
