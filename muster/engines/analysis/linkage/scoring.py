"""The weight of every candidate pair, in SQL: log odds of the same person against somebody else."""

from __future__ import annotations

from typing import Any

import numpy as np

from muster.engines.analysis.linkage.engines import Engine
from muster.engines.analysis.linkage.rows import Compared, Rows
from muster.engines.analysis.linkage.training import Model, Shares

RARE = 0.5  # what a value counts that only the two rows themselves have
FLOOR = -12.0  # lighter pairs are of no use to any decision


def score(
    engine: Engine, rows: Rows, model: Model, table: str = "vectors", floor: float = FLOOR
) -> dict[str, np.ndarray[Any, Any]]:
    """n_l, n_r, w (natural log odds), levels and t of the candidates that weigh more than `floor`."""
    kept = ", ".join(f"gamma_c{one.at}, t{one.at}" for one in rows.compared)
    sql = (
        f"select n_l, n_r, {kept}, ls - (greatest(lh, lu) + ln(1 + exp(-abs(lh - lu)))) as w from"
        f" (select n_l, n_r, {kept}, {classes(rows, model)} from {table} where match_key = '0') weighed"
    )
    return engine.ask(f"select * from ({sql}) scored where w > {max(floor, -1e9)} order by n_l, n_r")


def classes(rows: Rows, model: Model) -> str:
    """Log likelihoods ls, lh, lu of a row of vectors."""
    prior = {"s": model.same, "h": model.related, "u": max(1 - model.same - model.related, 1e-9)}
    columns = list(zip(rows.compared, model.columns, strict=True))
    return ", ".join(
        f"{np.log(max(prior[sort], 1e-15))!r} + ".replace("np.float64(", "").replace(")", "")
        + " + ".join(_case(column, shares, sort) for column, shares in columns)
        + f" as l{sort}"
        for sort in "shu"
    )


def _case(column: Compared, shares: Shares, sort: str) -> str:
    """The log share of the level in a class; equal values by how rare they are, unless shared or the same."""
    table = {"s": shares.m, "h": shares.h, "u": shares.u}[sort]
    top = len(table) - 1
    whens = [f"when {at} then {float(np.log(max(share, 1e-12)))!r}" for at, share in enumerate(table)]
    if sort != "s":
        shared = (
            0.0 if sort == "u" else max((shares.h[top] - shares.u[top]) / (1 - shares.u[top] + 1e-12), 0.0)
        )
        whens[top] = f"when {top} then ln({float(shared)!r} + {float(1 - shared)!r} * {frequency(column)})"
    return f"(case gamma_c{column.at} {' '.join(whens)} else 0.0 end)"


def frequency(column: Compared) -> str:
    """How often a value occurs beside the two rows that share it."""
    return f"((greatest(t{column.at} - 2, 0) + {RARE}) / {float(_known(column))!r})"


def rarity(column: Compared, count: int) -> float:
    """The same of one value that occurs `count` times."""
    return (max(count - 2, 0) + RARE) / _known(column)


def _known(column: Compared) -> int:
    return max(int((column.counts > 0).sum()), 1)
