"""Link two tables, or one with itself: compare, learn, weigh, decide, explain."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from muster.engines.analysis.linkage import blocking, decide, explaining, scoring, training, vectors
from muster.engines.analysis.linkage.engines import Engine, engine
from muster.engines.analysis.linkage.explaining import Pair
from muster.engines.analysis.linkage.rows import Rows, Table, prepare
from muster.engines.analysis.linkage.spec import Spec
from muster.engines.analysis.linkage.training import Model
from muster.engines.analysis.problems import AnalysisError

Numbers = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Options:
    """What may be chosen: the least probability, the engine, the seed of the random pairs, explanations."""

    threshold: float = 0.6
    engine: str = "duckdb"
    seed: int = 0
    explain: bool = True


@dataclass
class Linked:
    """The pairs, heaviest first for each left row, and what the reader should know (zh, en)."""

    pairs: list[Pair]
    notes: list[tuple[str, str]] = field(default_factory=list)
    candidates: int = 0


def link_frames(left: Table, right: Table | None, spec: Spec, options: Options | None = None) -> Linked:
    """The pairs of rows that are the same person, after the decision: consistent groups, none below the threshold.

    `left` and `right` are columns of text by name; without `right` the table is linked with itself. Works from
    beliefs alone on a handful of rows, and from the data on many. Raises AnalysisError for a spec or table that
    does not fit.
    """
    options = options or Options()
    if not 0 < options.threshold < 1:
        raise AnalysisError("阈值应在 0 与 1 之间", "the threshold lies between 0 and 1")
    rows = prepare(left, right, spec)
    linked = Linked([], _notes(rows))
    if rows.pairs == 0:
        return linked
    keys = blocking.keys(rows)
    linked.notes += [_capped(name, count) for name, count in keys.capped.items()]
    with engine(options.engine) as at:
        seen = vectors.compare(at, rows, keys, options.seed)
        linked.candidates = int(seen.candidates.counts.sum())
        model = training.train(rows, seen)
        found = _weigh(at, rows, model)
        pairs = _decide(rows, found, math.log(options.threshold / (1 - options.threshold)))
        linked.pairs = _told(at, rows, model, pairs, options.explain)
    return linked


def _notes(rows: Rows) -> list[tuple[str, str]]:
    return [
        (f"列 {one.column.left} 没有可用的值", f"the column {one.column.left} has no usable value")
        for one in rows.compared
        if not one.counts.any()
    ]


def _capped(name: str, count: int) -> tuple[str, str]:
    return (
        f"{name}：{count} 个值为太多行共有，不单独用来找候选对",
        f"{name}: {count} values are shared by too many rows and bring no candidates by themselves",
    )


def _weigh(at: Engine, rows: Rows, model: Model) -> dict[str, Numbers]:
    """Weights of the candidates; of two tables also of rows of one side that have a likely counterpart in common."""
    found = scoring.score(at, rows, model)
    likely = found["w"] > 0
    if rows.is_single or not likely.any():
        return found
    vectors.beside(at, found["n_l"][likely], found["n_r"][likely], rows)
    more = scoring.score(at, rows, model, "beside")
    return {name: np.concatenate([found[name], more[name]]) for name in ("n_l", "n_r", "w")}


def _decide(rows: Rows, found: dict[str, Numbers], cut: float) -> dict[tuple[int, int], float]:
    """Every pair that ends up together, with its own log odds or those of the step that joined it."""
    left, right, weights = found["n_l"], found["n_r"], found["w"]
    bound = np.zeros(rows.size, dtype=bool)
    likely = weights > min(cut, 0.0)
    bound[left[likely]] = bound[right[likely]] = True
    useful = bound[left] & bound[right]  # a row without a likely bond stays alone, whatever else it has
    left, right, weights = left[useful], right[useful], weights[useful]
    pairs = decide.join(left, right, weights, cut)
    for a, b, weight in zip(left.tolist(), right.tolist(), weights.tolist(), strict=True):
        if weight > pairs.get((a, b), weight):
            pairs[a, b] = weight
    if rows.is_single:
        return pairs
    return {pair: weight for pair, weight in pairs.items() if pair[0] < rows.left <= pair[1]}


def _told(
    at: Engine, rows: Rows, model: Model, pairs: dict[tuple[int, int], float], explain: bool
) -> list[Pair]:
    """Pairs as people read them."""
    order = sorted(pairs)
    if not explain or not order:
        return [explaining.bare(rows, pair, pairs[pair]) for pair in order]
    ends = np.array(order, dtype=np.int64)
    at.put(
        "decided",
        pa.table({"join_key_l": ends[:, 0], "join_key_r": ends[:, 1], "match_key": ["0"] * len(order)}),
    )
    vectors.vectors(at, rows, "decided", "told")
    own = scoring.score(at, rows, model, "told", floor=-math.inf)
    return explaining.explain(rows, model, own, pairs)
