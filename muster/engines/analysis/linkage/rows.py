"""Both tables as one frame of derived columns: the rows of the left first, then those of the right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from muster.engines.analysis.linkage.levels import LEVELS, NEEDS, Level
from muster.engines.analysis.linkage.spec import Column, Spec
from muster.engines.analysis.linkage.values import FORMS
from muster.engines.analysis.problems import AnalysisError

MEANT = 5  # rows that must know both a date and an identity number, before one speaks for the other

Table = Mapping[str, Sequence[str | None]]


@dataclass(frozen=True)
class Compared:
    """A compared column: its number, its derived columns, its levels, how often each value and each sound occurs."""

    at: int
    column: Column
    forms: dict[str, list[str | None]]
    levels: tuple[Level, ...]
    counts: np.ndarray[Any, Any]
    sounds: np.ndarray[Any, Any]

    @property
    def sound(self) -> int:
        """The number of the level of values that sound alike; of equal values where there is none."""
        codes = [level.code for level in reversed(self.levels)]
        return codes.index("sound" if "sound" in codes else "same")

    @property
    def kind(self) -> str:
        """The kind of its values."""
        return self.column.kind


@dataclass(frozen=True)
class Rows:
    """All rows: the first `left` of them stand in the left table; a single table has no right one."""

    ids: list[str]
    left: int
    compared: tuple[Compared, ...]

    @property
    def size(self) -> int:
        """Rows of both sides."""
        return len(self.ids)

    @property
    def is_single(self) -> bool:
        """Whether one table is looked through for repeated people."""
        return self.left == self.size

    @property
    def pairs(self) -> int:
        """How many pairs there are at all."""
        return self.left * (self.left - 1) // 2 if self.is_single else self.left * (self.size - self.left)


def prepare(left: Table, right: Table | None, spec: Spec) -> Rows:
    """Check ids and columns, and derive the forms of every value once."""
    ids = _ids(left, spec.left_id, "左表", "the left table")
    size = len(ids)
    if right is not None:
        ids = ids + _ids(right, spec.right_id, "右表", "the right table")
    derived = []
    for column in spec.columns:
        texts = list(_values(left, column.left, "左表", "the left table"))
        if right is not None:
            texts += _values(right, column.right, "右表", "the right table")
        derived.append(_forms(column.kind, texts))
    _births(spec, derived)
    return Rows(ids, size, tuple(_compared(at, spec.columns, forms) for at, forms in enumerate(derived)))


def _births(spec: Spec, derived: list[dict[str, list[str | None]]]) -> None:
    """Where a date is what identity numbers say of the birth, a number with a right check digit fills its gaps."""
    for date, days in zip(spec.columns, derived, strict=True):
        for number, forms in zip(spec.columns, derived, strict=True):
            if date.kind != "date" or number.kind != "id":
                continue
            told = [b if k == "1" else None for b, k in zip(forms["b"], forms["k"], strict=True)]
            both = [day == b for day, b in zip(days["v"], told, strict=True) if day and b]
            if len(both) < MEANT or sum(both) < 0.8 * len(both):
                continue
            for at, (day, b) in enumerate(zip(days["v"], told, strict=True)):
                if b and not day:
                    days["v"][at], days["s"][at], days["x"][at] = FORMS["date"][0](b)


def _values(table: Table, name: str, zh: str, en: str) -> Sequence[str | None]:
    if name not in table:
        there = ", ".join(table)
        raise AnalysisError(f"{zh}没有列 {name}；现有：{there}", f"{en} has no column {name}; it has {there}")
    return table[name]


def _ids(table: Table, name: str, zh: str, en: str) -> list[str]:
    found = _values(table, name, zh, en)
    ids = ["" if one is None else str(one) for one in found]
    if not ids:
        raise AnalysisError(f"{zh}没有数据行", f"{en} has no rows")
    if "" in ids:
        row = ids.index("") + 1
        raise AnalysisError(f"{zh}第 {row} 行没有编号（{name}）", f"row {row} of {en} has no {name}")
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        twice = next(one for one in ids if one in seen or seen.add(one))  # type: ignore[func-returns-value]
        raise AnalysisError(
            f"{zh}的编号 {name} 重复：{twice}（编号须唯一）",
            f"{name} is not unique in {en}: {twice} occurs twice",
        )
    return ids


def _forms(kind: str, texts: list[str | None]) -> dict[str, list[str | None]]:
    """The derived columns; each text is worked out once."""
    function, names = FORMS[kind]
    known: dict[str | None, tuple[str, ...]] = {text: function(text) for text in set(texts)}
    derived = [known[text] for text in texts]
    return {name: [one[i] or None for one in derived] for i, name in enumerate(names)}


def _compared(at: int, columns: tuple[Column, ...], forms: dict[str, list[str | None]]) -> Compared:
    counts = _counts(forms["v"])
    sounds = _counts(forms["p"]) if "p" in forms else counts
    return Compared(at, columns[at], forms, _levels(at, columns[at].kind, forms, columns), counts, sounds)


def _counts(values: list[str | None]) -> np.ndarray[Any, Any]:
    tally: dict[str | None, int] = {}
    for value in values:
        tally[value] = tally.get(value, 0) + 1
    return np.array([tally[value] if value is not None else 0 for value in values], dtype=np.int64)


def _levels(
    at: int, kind: str, forms: dict[str, list[str | None]], columns: tuple[Column, ...]
) -> tuple[Level, ...]:
    """The levels of a kind that can occur here; their SQL names this column."""
    others = [i for i, one in enumerate(columns) if one.kind == "name" and i != at]
    levels = []
    for level in LEVELS[kind]:
        need = NEEDS.get((kind, level.code))
        if need and not any(forms[need]):
            continue
        sql = level.sql.replace("L.", f"c{at}_@_l.").replace("R.", f"c{at}_@_r.")
        if level.code == "crossed":
            if not others:
                continue
            sql = " or ".join(f"c{at}_p_l = c{i}_p_r or c{i}_p_l = c{at}_p_r" for i in others)
        levels.append(Level(level.code, _named(sql), level.zh, level.en, level.m, level.u))
    return tuple(levels)


def _named(sql: str) -> str:
    return re.sub(r"c(\d+)_@_([lr])\.(\w)", r"c\1_\3_\2", sql)
