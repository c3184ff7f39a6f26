"""Learn, without labels, how often the same, related and unrelated people agree on each level.

Fellegi-Sunter with four classes: the same person, a relative (household, family), a twin (a relative born the same
day), a stranger. Expectation-maximisation runs over the patterns of the candidate pairs. How often any two people
agree is known from random pairs and, for equal values, from their counts; what of it is not the same or related is
the strangers' share. The beliefs in levels.py count as PRIOR pairs, so that twenty rows suffice to start from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from muster.engines.analysis.linkage.blocking import EVERY
from muster.engines.analysis.linkage.rows import Compared, Rows
from muster.engines.analysis.linkage.vectors import Patterns, Seen

Numbers = np.ndarray[Any, Any]

PRIOR = 20.0  # pairs
ROUNDS = 200
TWINS = 0.02  # of relatives, before any data
SURE = 0.3  # of the believed share of a rare level is not doubted, however few were drawn
ENOUGH = 500  # rows inside which relatives can be seen
REPEATED = 0.002  # of its rows: as many exact repetitions and more, and a table has people twice
PERSONAL = ("date", "id")  # kinds that relatives agree on by chance only
# How alike the names of twins are, beside what holds for all relatives.
TWIN_NAMES = {"same": 0.1, "sound": 0.05, "slip": 0.35, "alike": 0.1, "family": 0.3, "differ": 0.1}


@dataclass
class Shares:
    """Of one column, shares of its levels (from different to the same) in each class."""

    same: Numbers
    stranger: Numbers
    relative: Numbers
    twin: Numbers


CLASSES = ("same", "relative", "twin", "stranger")


@dataclass
class Model:
    """Shares of all columns, and how many of all pairs are of each class."""

    columns: list[Shares]
    same: float
    relative: float
    twin: float

    @property
    def stranger(self) -> float:
        """All other pairs."""
        return max(1 - self.same - self.relative - self.twin, 1e-9)


def train(rows: Rows, seen: Seen) -> Model:
    """Expectation-maximisation until nothing moves.

    A left table that repeats nobody shows relatives, twins and strangers undisguised: then these are learnt inside
    it, and only the same from the candidates.
    """
    overall = [_overall(rows, one, seen.drawn) for one in rows.compared]
    model = _first(rows, overall)
    if seen.inside and rows.left >= ENOUGH and not _repeats(rows, seen.within):
        start, model.same = model.same, 0.0
        _learn(rows, model, seen.within, seen.inside, overall)
        model.same = start
        _learn(rows, model, seen.candidates, rows.pairs, overall, kin=False)
    else:
        _learn(rows, model, seen.candidates, rows.pairs, overall)
    return model


def _repeats(rows: Rows, within: Patterns) -> bool:
    """Whether the left table has people twice: more than a few pairs of it agree in all that is known."""
    top = np.array([len(one.levels) - 1 for one in rows.compared])
    known = (within.levels >= 0).sum(axis=1)
    agree = (within.levels == top).sum(axis=1) >= np.maximum(known, min(3, len(top)))
    return bool(within.counts[agree].sum() > REPEATED * rows.left)


def _learn(
    rows: Rows, model: Model, patterns: Patterns, pairs: float, overall: list[Numbers], *, kin: bool = True
) -> None:
    """Learn from patterns that stand for so many pairs; with `kin`, what relatives are like, too."""
    before = 0.0
    for _ in range(ROUNDS):
        parts = _expect(model, patterns)
        for at, (column, shares) in enumerate(zip(rows.compared, model.columns, strict=True)):
            level = patterns.levels[:, at]
            if model.same:
                shares.same = _shares(level, parts[:, 0], _beliefs(column)[0])
            if kin:
                _kin(column, shares, level, parts, learn_twins=not model.same)
            _derive(model, column, shares, overall[at], _least(rows, column))
            if column.kind == "date":
                shares.twin = shares.same
        told = parts.sum(axis=0)
        if model.same:
            model.same = max(float(told[0]) / pairs, 1e-12)
        if kin:
            model.relative = max(float(told[1]) / pairs, 1e-12)
            model.twin = max((float(told[2]) + PRIOR * TWINS) / pairs, 1e-12) if model.twin else 0.0
        now = float(told[:3].sum())
        if abs(now - before) < 1e-4 * max(now, 1.0):
            break
        before = now


def _shares(level: Numbers, weights: Numbers, belief: Numbers, prior: float = PRIOR) -> Numbers:
    """Shares of the levels among weighted patterns; the belief counts as `prior` pairs."""
    known = level >= 0
    count = np.bincount(level[known], weights[known], minlength=len(belief)) + prior * belief
    return np.asarray(count / count.sum())


def _kin(column: Compared, shares: Shares, level: Numbers, parts: Numbers, *, learn_twins: bool) -> None:
    """What relatives and twins agree on; twins only where nobody can be taken for one."""
    if column.kind not in PERSONAL:
        shares.relative = _shares(level, parts[:, 1], shares.stranger)
    shares.twin = _twins(column, shares)
    if learn_twins and column.kind not in PERSONAL:
        shares.twin = _shares(level, parts[:, 2], shares.twin, PRIOR / 4)


def _overall(rows: Rows, column: Compared, drawn: Patterns) -> Numbers:
    """Shares of levels among all pairs: equal values by their counts, the others as drawn."""
    size = len(column.levels)
    told = drawn.levels[:, column.at]
    count = np.bincount(told[told >= 0], drawn.counts[told >= 0], minlength=size) + 0.5 * _beliefs(column)[1]
    shares = np.asarray(count / count.sum())
    u = _beliefs(column)[1]
    if column.sound < size - 1:
        sounding = _equal(rows, column, "p", u[column.sound] + u[-1])
        shares[column.sound] = max(sounding - _equal(rows, column, "v", u[-1]), 1e-9)
    shares[-1] = _equal(rows, column, "v", u[-1]) or shares[-1]
    shares[0] = max(1 - shares[1:].sum(), 1e-9)
    return shares


def _equal(rows: Rows, column: Compared, form: str, belief: float) -> float:
    """The share of pairs that are equal in a derived column, where both are known: of a handful, hardly more than
    is believed of strangers, since a row that stands alone has nobody else to be equal with.
    """
    tally: dict[str, list[int]] = {}
    for at, value in enumerate(column.forms[form]):
        if value is not None:
            tally.setdefault(value, [0, 0])[at >= rows.left] += 1
    counts = np.array(list(tally.values()), dtype=float).reshape(-1, 2)
    if rows.is_single:
        n = counts[:, 0]
        equal, known = (n * (n - 1)).sum() / 2, n.sum() * (n.sum() - 1) / 2
    else:
        equal, known = counts.prod(axis=1).sum(), counts[:, 0].sum() * counts[:, 1].sum()
    return float((equal + PRIOR * belief) / (known + PRIOR)) if equal else 0.0


def _beliefs(column: Compared) -> tuple[Numbers, Numbers]:
    """m and u of levels.py, from different to the same."""
    m = np.array([level.m for level in reversed(column.levels)])
    u = np.array([level.u for level in reversed(column.levels)])
    u[0] = 1 - u[1:].sum()
    return m / m.sum(), u


def _first(rows: Rows, overall: list[Numbers]) -> Model:
    """Where the learning starts: beliefs for the same, something between for relatives."""
    smaller = min(rows.left, rows.size - rows.left) or rows.left
    start = 0.3 * smaller / rows.pairs
    has_days = any(column.kind == "date" for column in rows.compared)
    model = Model([], start, start, TWINS * start if has_days else 0.0)
    for column, a in zip(rows.compared, overall, strict=True):
        m, _ = _beliefs(column)
        shares = Shares(m, a.copy(), a if column.kind in PERSONAL else 0.4 * m + 0.6 * a, a)
        shares.twin = _twins(column, shares)
        model.columns.append(shares)
    return model


def likelihoods(model: Model, patterns: Patterns) -> Numbers:
    """Log likelihood of each pattern in each of CLASSES."""
    total = np.zeros((len(patterns.counts), len(CLASSES)))
    for at, column in enumerate(model.columns):
        level = patterns.levels[:, at]
        table = np.log(np.column_stack([getattr(column, one) for one in CLASSES]).clip(1e-12))
        total += np.where(level[:, None] >= 0, table[level], 0.0)
    prior = np.log(np.array([getattr(model, one) for one in CLASSES]).clip(1e-300))
    return np.asarray(total + prior)


def _expect(model: Model, patterns: Patterns) -> Numbers:
    """How many pairs of each pattern are of each class."""
    logs = likelihoods(model, patterns)
    parts = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(parts * (patterns.counts / parts.sum(axis=1))[:, None])


def _least(rows: Rows, column: Compared) -> Numbers:
    """What strangers' shares do not fall below where they were drawn, not counted."""
    least = SURE * _beliefs(column)[1]
    least[[0, column.sound, -1]] = 0.0
    return least if rows.pairs > EVERY else np.zeros_like(least)


def _derive(model: Model, column: Compared, shares: Shares, overall: Numbers, least: Numbers) -> None:
    """What follows from the rest: strangers' shares are what is left, twins are relatives of one birth."""
    rest = np.asarray(overall - model.same * shares.same - model.relative * shares.relative)
    shares.stranger = np.maximum(rest, np.maximum(0.02 * overall, least))
    shares.stranger /= shares.stranger.sum()
    if column.kind in PERSONAL:
        shares.relative = shares.stranger
    elif model.same:  # what relatives share is mistyped as often as what is one's own
        slips = shares.relative[-1] * shares.same / shares.same[-1]
        slips[0] = 0.0
        shares.relative = np.maximum(shares.relative, slips)
        shares.relative /= shares.relative.sum()


def _twins(column: Compared, shares: Shares) -> Numbers:
    if column.kind == "date":
        return shares.same
    if column.kind == "name":
        names = np.array([TWIN_NAMES.get(level.code, 0.0) for level in reversed(column.levels)])
        return np.asarray(0.5 * shares.relative + 0.5 * names / names.sum())
    return shares.relative
