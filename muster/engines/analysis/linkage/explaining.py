"""Why two rows are taken for one person: level and weight of each column, side by side."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from muster.engines.analysis.linkage import scoring
from muster.engines.analysis.linkage.rows import Compared, Rows
from muster.engines.analysis.linkage.training import Model, Shares

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Part:
    """One column of a pair: both canonical values, the level (code and words), and its weight in bits."""

    column: str
    left: str
    right: str
    level: str
    zh: str
    en: str
    weight: float


@dataclass(frozen=True)
class Pair:
    """Two rows that are one person.

    `probability` is that of the pair itself or of the best chain of rows that joins them, whichever is higher;
    `weight` is that of the pair itself in bits: `start` (how rare a match is) + parts + `related` (never positive:
    what speaks for a relative instead).
    """

    left_id: str
    right_id: str
    probability: float
    weight: float = 0.0
    start: float = 0.0
    related: float = 0.0
    parts: tuple[Part, ...] = ()


def bare(rows: Rows, pair: tuple[int, int], log_odds: float) -> Pair:
    """A pair without its explanation."""
    return Pair(rows.ids[pair[0]], rows.ids[pair[1]], _probability(log_odds), log_odds / math.log(2))


def explain(
    rows: Rows, model: Model, own: dict[str, Numbers], log_odds: dict[tuple[int, int], float]
) -> list[Pair]:
    """Pairs with their parts, in the order of `own`."""
    start = math.log2(model.same / model.stranger)
    pairs = []
    for at, (a, b) in enumerate(zip(own["n_l"].tolist(), own["n_r"].tolist(), strict=True)):
        weight = float(own["w"][at]) / math.log(2)
        parts = tuple(
            _part(
                rows,
                column,
                shares,
                (a, b),
                (int(own[f"gamma_c{column.at}"][at]), int(own[f"t{column.at}"][at])),
            )
            for column, shares in zip(rows.compared, model.columns, strict=True)
        )
        related = min(weight - start - sum(part.weight for part in parts), 0.0)
        pairs.append(
            Pair(rows.ids[a], rows.ids[b], _probability(log_odds[a, b]), weight, start, related, parts)
        )
    return pairs


def _part(
    rows: Rows, column: Compared, shares: Shares, pair: tuple[int, int], found: tuple[int, int]
) -> Part:
    values = column.forms["v"]
    level, count = found
    left, right = (values[row] or "" for row in pair)
    if level < 0:
        return Part(column.column.left, left, right, "unknown", "缺", "unknown", 0.0)
    told = column.levels[len(column.levels) - 1 - level]
    u = float(shares.stranger[level])
    if level in (column.sound, len(column.levels) - 1):
        u = scoring.rarity(column, count)
    weight = math.log2(max(float(shares.same[level]), 1e-12) / max(u, 1e-12))
    return Part(column.column.left, left, right, told.code, told.zh, told.en, weight)


def _probability(log_odds: float) -> float:
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    return math.exp(max(log_odds, -700)) / (1 + math.exp(max(log_odds, -700)))
