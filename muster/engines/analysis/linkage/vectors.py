"""Candidate pairs and the levels on which their values agree, by Splink on either engine."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from muster.engines.analysis.linkage import blocking
from muster.engines.analysis.linkage.blocking import Keys
from muster.engines.analysis.linkage.engines import Engine
from muster.engines.analysis.linkage.rows import Compared, Rows

Numbers = np.ndarray[Any, Any]
RANDOM = 200_000  # pairs drawn to see how often strangers agree
INSIDE = 4_000_000  # keys shared inside the left table, to see what relatives are like; several make one pair


@dataclass(frozen=True)
class Patterns:
    """How often each combination of levels occurs; -1 is unknown, 0 different, more is closer."""

    levels: Numbers  # patterns x columns
    counts: Numbers


@dataclass(frozen=True)
class Seen:
    """Patterns of the candidates, of random pairs, and of pairs inside the left table (`inside` of them at all)."""

    candidates: Patterns
    drawn: Patterns
    within: Patterns
    inside: float


def compare(engine: Engine, rows: Rows, keys: Keys, seed: int) -> Seen:
    """Fill the table `vectors` of the engine with candidates (0), random pairs (1), pairs of the left table (2)."""
    inside = _put(engine, rows, keys, seed)
    vectors(engine, rows, "pairs", "vectors")
    gammas = ", ".join(f"gamma_c{one.at}" for one in rows.compared)
    found: list[Patterns] = []
    for sort in "012":
        told = engine.ask(
            f"select {gammas}, count(*) as pairs from vectors where match_key = '{sort}'"
            f" group by {gammas} order by {gammas}"
        )
        levels = np.column_stack([told[f"gamma_c{one.at}"] for one in rows.compared]).astype(np.int64)
        found.append(Patterns(levels, told["pairs"].astype(np.float64)))
    drawn = found[0] if rows.pairs <= blocking.EVERY else found[1]  # all pairs are better than some
    return Seen(found[0], drawn, found[2], inside)


def _put(engine: Engine, rows: Rows, keys: Keys, seed: int) -> float:
    """Hand over rows, keys and random pairs; make the table `pairs`; how many pairs inside the left it stands for."""
    columns: dict[str, Any] = {"n": pa.array(range(rows.size), pa.int64())}
    for one in rows.compared:
        columns |= {f"c{one.at}_{name}": pa.array(values, pa.string()) for name, values in one.forms.items()}
        columns |= {f"c{one.at}_t": pa.array(one.counts), f"c{one.at}_y": pa.array(one.sounds)}
    engine.put("people", pa.table(columns))
    engine.put("keys", _table(keys))
    left, right = draw(rows, seed)
    engine.put("drawn", pa.table({"a": left, "b": right}))
    order = "l.n < r.n" if rows.is_single else f"l.n < {rows.left} and r.n >= {rows.left}"
    within, step = ("keys", 0) if rows.is_single else _anchors(engine, rows, keys)
    sql = f"{_blocked('keys', order, '0')} union all select a, b, '1' from drawn"
    if step:
        sql += f" union all {_blocked(within, f'l.n < r.n and r.n < {rows.left} and l.n % {step} = 0', '2')}"
    engine.make("pairs", sql)
    return rows.left * (rows.left - 1) / 2 / step if step else 0.0


def _table(keys: Keys) -> pa.Table:
    return pa.table({"n": np.concatenate(keys.rows).astype(np.int64), "k": np.concatenate(keys.codes)})


def _blocked(keys: str, condition: str, sort: str) -> str:
    """The pairs that share a key."""
    return (
        f"select join_key_l, join_key_r, '{sort}' as match_key from (select distinct l.n as join_key_l,"
        f" r.n as join_key_r from {keys} l join {keys} r on l.k = r.k and {condition}) blocked{sort}"
    )


def _anchors(engine: Engine, rows: Rows, keys: Keys) -> tuple[str, int]:
    """Which keys tell pairs inside the left table, and every how many-th row is looked at."""
    if keys.cost < rows.pairs or rows.left**2 < 2 * blocking.EVERY:
        return "keys", 1 + int(keys.cost * rows.left / max(rows.size - rows.left, 1) / INSIDE)
    chosen = blocking.keys(rows, every=0)
    engine.put("anchored", _table(chosen))
    return "anchored", 1 + int(chosen.cost * rows.left / max(rows.size - rows.left, 1) / INSIDE)


def beside(engine: Engine, left: Numbers, right: Numbers, rows: Rows) -> None:
    """Fill the table `beside`: rows of one side that share a likely counterpart, to be told apart."""
    engine.put("likely", pa.table({"a": left, "b": right}))
    engine.make(
        "near",
        "select distinct x.a as join_key_l, y.a as join_key_r, '0' as match_key"
        " from likely x join likely y on x.b = y.b and x.a < y.a"
        " union all select distinct x.b, y.b, '0' from likely x join likely y on x.a = y.a and x.b < y.b",
    )
    vectors(engine, rows, "near", "beside")


def draw(rows: Rows, seed: int) -> tuple[Numbers, Numbers]:
    """Random pairs, the same for a seed; none where all pairs are candidates."""
    if rows.pairs <= blocking.EVERY:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    chance = np.random.default_rng(seed)
    if not rows.is_single:
        return chance.integers(0, rows.left, RANDOM), chance.integers(rows.left, rows.size, RANDOM)
    a, b = chance.integers(0, rows.size, RANDOM), chance.integers(0, rows.size - 1, RANDOM)
    b = b + (b >= a)
    return np.minimum(a, b), np.maximum(a, b)


def vectors(engine: Engine, rows: Rows, pairs: str, into: str) -> None:
    """Have Splink compare the pairs of a table."""
    from splink import Linker, SettingsCreator

    api = engine.api()
    people = api.register("people")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="n",
        comparisons=[_comparison(one) for one in rows.compared],
        blocking_rules_to_generate_predictions=[],
        additional_columns_to_retain=[f"c{one.at}_{name}" for one in rows.compared for name in "ty"],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )
    linker = Linker(people, settings, log_level=logging.ERROR, validate_settings=False)
    blocked = api.register(pairs)
    linker.table_management.register_blocked_pairs_for_predict(blocked)
    made = linker.inference.predict(warning_mode="never")
    kept = ", ".join(
        f"cast(round(mw_c{one.at}) as int) - 1 as gamma_c{one.at},"
        f" case when round(mw_c{one.at}) - 1 = {one.sound} then c{one.at}_y_l else c{one.at}_t_l end as t{one.at}"
        for one in rows.compared
    )
    engine.make(into, f"select n_l, n_r, match_key, {kept} from {made.physical_name}")


def _comparison(column: Compared) -> Any:
    """The levels as Splink wants them; m and u are such that the weight it tells, less one, is the level's number."""
    known = f"c{column.at}_v"
    levels: list[dict[str, Any]] = [
        {
            "sql_condition": f"{known}_l is null or {known}_r is null",
            "label_for_charts": "unknown",
            "is_null_level": True,
        }
    ]
    for place, level in enumerate(reversed(column.levels)):
        levels.insert(
            1,
            {
                "sql_condition": level.sql or "ELSE", "label_for_charts": level.code,
                "m_probability": 0.5, "u_probability": 0.5 ** (place + 2),
            },
        )  # fmt: skip
    return {"output_column_name": f"c{column.at}", "comparison_levels": levels}
