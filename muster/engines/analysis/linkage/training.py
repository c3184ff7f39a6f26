"""Learn, without labels, how often the same, related and unrelated people agree on each level.

Fellegi-Sunter with three classes: the same person (m), somebody of the same household or family (h), strangers (u).
Expectation-maximisation runs over the patterns of the candidate pairs. How often any two people agree (a) is known
from random pairs and, for equal values, from their counts; what of it is not the same or related is u. The beliefs in
levels.py count as PRIOR pairs, so that twenty rows suffice to start from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from muster.engines.analysis.linkage.rows import Compared, Rows
from muster.engines.analysis.linkage.vectors import Patterns

Numbers = np.ndarray[Any, Any]

PRIOR = 20.0  # pairs
ROUNDS = 200
PERSONAL = ("date", "id")  # kinds that a household does not share,
TWINS = 0.005  # but for this share of it


@dataclass
class Shares:
    """Of one column, shares of its levels (from different to the same) in each class."""

    m: Numbers
    u: Numbers
    h: Numbers


@dataclass
class Model:
    """Shares of all columns, and of all pairs the shares that are the same and related."""

    columns: list[Shares]
    same: float
    related: float


def train(rows: Rows, candidates: Patterns, drawn: Patterns) -> Model:
    """Expectation-maximisation until nothing moves."""
    overall = [_overall(rows, one, drawn) for one in rows.compared]
    model = _first(rows, overall)
    before = 0.0
    for _ in range(ROUNDS):
        parts = _expect(model, candidates)
        _maximise(model, rows, candidates, parts, overall)
        now = float(parts[0].sum())
        if abs(now - before) < 1e-4 * max(now, 1.0):
            break
        before = now
    return model


def _overall(rows: Rows, column: Compared, drawn: Patterns) -> Numbers:
    """Shares of levels among all pairs: equal values by their counts, the others as drawn."""
    size = len(column.levels)
    told = drawn.levels[:, column.at]
    count = np.bincount(told[told >= 0], drawn.counts[told >= 0], minlength=size) + 0.5 * _beliefs(column)[1]
    shares = count / count.sum()
    equal = _equal(rows, column)
    rest = shares[:-1] / max(shares[:-1].sum(), 1e-300)
    return np.append(rest * (1 - equal), equal) if column.levels[0].code == "same" and equal > 0 else shares


def _equal(rows: Rows, column: Compared) -> float:
    """The share of pairs whose values are equal, where both are known."""
    values = column.forms["v"]
    tally: dict[str, list[int]] = {}
    for at, value in enumerate(values):
        if value is not None:
            tally.setdefault(value, [0, 0])[at >= rows.left] += 1
    counts = np.array(list(tally.values()), dtype=float).reshape(-1, 2)
    if rows.is_single:
        n = counts[:, 0]
        return float((n * (n - 1)).sum() / max(n.sum() * (n.sum() - 1), 1))
    return float(counts.prod(axis=1).sum() / max(counts[:, 0].sum() * counts[:, 1].sum(), 1))


def _beliefs(column: Compared) -> tuple[Numbers, Numbers]:
    """m and u of levels.py, from different to the same."""
    m = np.array([level.m for level in reversed(column.levels)])
    u = np.array([level.u for level in reversed(column.levels)])
    u[0] = 1 - u[1:].sum()
    return m / m.sum(), u


def _first(rows: Rows, overall: list[Numbers]) -> Model:
    columns = []
    for column, a in zip(rows.compared, overall, strict=True):
        m, _ = _beliefs(column)
        h = _twins(a) if column.kind in PERSONAL else 0.4 * m + 0.6 * a
        columns.append(Shares(m, a.copy(), h.copy()))
    smaller = min(rows.left, rows.size - rows.left) or rows.left
    return Model(columns, 0.3 * smaller / rows.pairs, 0.3 * smaller / rows.pairs)


def likelihoods(model: Model, patterns: Patterns) -> Numbers:
    """Log likelihood of each pattern in each class (same, related, strangers)."""
    total = np.zeros((len(patterns.counts), 3))
    for at, column in enumerate(model.columns):
        level = patterns.levels[:, at]
        table = np.log(np.column_stack([column.m, column.h, column.u]).clip(1e-12))
        total += np.where(level[:, None] >= 0, table[level], 0.0)
    rest = max(1 - model.same - model.related, 1e-9)
    prior: Numbers = np.log(np.array([model.same, model.related, rest]).clip(1e-15))
    return total + prior


def _twins(u: Numbers) -> Numbers:
    """Related people agree on what is personal as strangers do, and a few more of them."""
    h = (1 - TWINS) * u
    h[-1] += TWINS
    return h


def _expect(model: Model, patterns: Patterns) -> tuple[Numbers, Numbers]:
    """How many pairs of each pattern are the same, and related."""
    logs = likelihoods(model, patterns)
    parts = np.exp(logs - logs.max(axis=1, keepdims=True))
    parts *= (patterns.counts / parts.sum(axis=1))[:, None]
    return parts[:, 0], parts[:, 1]


def _maximise(
    model: Model, rows: Rows, patterns: Patterns, parts: tuple[Numbers, Numbers], overall: list[Numbers]
) -> None:
    """Shares that make this most likely; the beliefs count as PRIOR pairs."""
    same, related = parts
    model.same = max(float(same.sum()) / rows.pairs, 1e-12)
    model.related = max(float(related.sum()) / rows.pairs, 1e-12)
    for column, shares, a in zip(rows.compared, model.columns, overall, strict=True):
        level = patterns.levels[:, column.at]
        known = level >= 0
        belief, _ = _beliefs(column)
        count = np.bincount(level[known], same[known], minlength=len(belief)) + PRIOR * belief
        shares.m = count / count.sum()
        rest = a - model.same * shares.m - model.related * shares.h
        shares.u = np.maximum(rest, 0.02 * a)
        shares.u /= shares.u.sum()
        if column.kind in PERSONAL:
            shares.h = _twins(shares.u)
            continue
        count = np.bincount(level[known], related[known], minlength=len(belief)) + PRIOR * a
        shares.h = count / count.sum()
