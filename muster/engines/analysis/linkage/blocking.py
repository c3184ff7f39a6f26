"""Which pairs are worth comparing: they share a key, and no key brings too many pairs.

Keys are chosen from the data. Every column gives some (its value, its sound, part of it), and so do two
columns together. From the rarest on, keys are taken until the pairs they bring reach the budget; a single value
that too many rows share (a telephone on thousands of rows) brings none, and that is said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from muster.engines.analysis.linkage.rows import Compared, Rows

Codes = np.ndarray[Any, Any]

EVERY = 1_000_000  # below this many pairs all of them are compared
PER_ROW = 60  # candidates for each row, over all keys
WIDEST = 400_000  # pairs one value of a key may bring
# Derived columns that are keys as they are, and pieces of derived columns, by kind.
WHOLE = {"name": "pf", "phone": "s", "id": "sb", "address": "kn", "text": "pw"}
CUT: dict[str, dict[str, tuple[str, int | None, int | None]]] = {
    "name": {"p3": ("p", None, 3)},
    "date": {"ym": ("v", None, 6), "y": ("v", None, 4)},
    "phone": {"end": ("v", -4, None), "start": ("v", None, -4)},
    "id": {"end": ("v", -4, None), "start": ("v", None, -4)},
    "address": {"l3": ("l", -3, None)},
    "text": {"p4": ("p", None, 4)},
}


@dataclass
class Keys:
    """Key numbers for each row, and what was left out."""

    rows: list[Codes] = field(default_factory=list)
    codes: list[Codes] = field(default_factory=list)
    capped: dict[str, int] = field(default_factory=dict)
    cost: int = 0


def keys(rows: Rows, every: int | None = None) -> Keys:
    """The chosen keys as (row, key) lists."""
    chosen = Keys()
    if rows.pairs <= (EVERY if every is None else every):
        chosen.rows.append(np.arange(rows.size))
        chosen.codes.append(np.zeros(rows.size, dtype=np.int64))
        chosen.cost = rows.pairs
        return chosen
    offered = [(name, column.at, codes) for column in rows.compared for name, codes in _parts(column)]
    single = [(name, codes) for name, _, codes in offered]
    double = [(f"{a} + {b}", _joined(x, y)) for (a, i, x), (b, j, y) in combinations(offered, 2) if i != j]
    costs = sorted(
        ((*_cost(codes, rows), at) for at, (_, codes) in enumerate(single + double)), key=lambda one: one[0]
    )
    left, offset = PER_ROW * rows.size + EVERY, 0
    for cost, kept, dropped, at in costs:
        name, codes = (single + double)[at]
        if at < len(single) and dropped and name.endswith(" v") and codes.max() > 50 * dropped:
            chosen.capped[name[:-2]] = dropped
        if cost > left:
            continue
        left -= cost
        chosen.cost += cost
        chosen.rows.append(np.flatnonzero(kept))
        chosen.codes.append(codes[kept] + offset)
        offset += int(codes.max()) + 1
    return chosen


def _parts(column: Compared) -> list[tuple[str, Codes]]:
    """Whole values and parts of them, by kind."""
    forms, kind = column.forms, column.kind
    parts: dict[str, list[str | None]] = {"v": forms["v"]}
    parts |= {name: forms[name] for name in WHOLE.get(kind, "")}
    for name, (form, start, end) in CUT.get(kind, {}).items():
        parts[name] = [value and value[start:end] for value in forms[form]]
    if kind == "date":
        parts["md"] = [v and "".join(sorted((v[4:6], v[6:]))) for v in forms["v"]]
    if kind == "address":
        parts |= {"kn": _both(forms["k"], forms["n"]), "ln": _both(parts["l3"], forms["n"])}
    return [(f"{column.column.left} {name}", _coded(texts)) for name, texts in parts.items() if any(texts)]


def _both(a: list[str | None], b: list[str | None]) -> list[str | None]:
    return [x and y and f"{x}|{y}" for x, y in zip(a, b, strict=True)]


def _coded(texts: list[str | None]) -> Codes:
    """Small numbers for values; -1 for nothing."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(text, len(known)) if text else -1 for text in texts], dtype=np.int64)


def _joined(a: Codes, b: Codes) -> Codes:
    both = (a >= 0) & (b >= 0)
    joined = np.full(len(a), -1, dtype=np.int64)
    if both.any():
        wide = a[both] * (int(b.max()) + 1) + b[both]
        joined[both] = np.unique(wide, return_inverse=True)[1]
    return joined


def _cost(codes: Codes, rows: Rows) -> tuple[int, Codes, int]:
    """Pairs these keys bring, the rows that bring them, and how many values were too wide."""
    size = max(int(codes.max()) + 1, 1)
    left = np.bincount(codes[: rows.left][codes[: rows.left] >= 0], minlength=size)
    if rows.is_single:
        brought = left * (left - 1) // 2
    else:
        right = np.bincount(codes[rows.left :][codes[rows.left :] >= 0], minlength=size)
        brought = left * right
    fits = (brought <= WIDEST) & (brought > 0)
    kept = (codes >= 0) & fits[codes]
    return int(brought[fits].sum()), kept, int((brought > WIDEST).sum())
