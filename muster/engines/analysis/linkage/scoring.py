"""The weight of every candidate pair, in SQL: log odds of the same person against somebody else."""

from __future__ import annotations

from typing import Any

import numpy as np

from muster.engines.analysis.linkage.engines import Engine
from muster.engines.analysis.linkage.rows import Compared, Rows
from muster.engines.analysis.linkage.training import CLASSES, Model, Shares

RARE = 0.5  # what a value counts that only the two rows themselves have
FLOOR = -12.0  # lighter pairs are of no use to any decision


def score(
    engine: Engine, rows: Rows, model: Model, table: str = "vectors", floor: float = FLOOR
) -> dict[str, np.ndarray[Any, Any]]:
    """n_l, n_r, w (natural log odds), levels and t of the candidates that weigh more than `floor`."""
    kept = ", ".join(f"gamma_c{one.at}, t{one.at}" for one in rows.compared)
    others = [f"l_{one}" for one in CLASSES[1:]]
    heaviest = f"greatest({', '.join(others)})"
    rest = " + ".join(f"exp({one} - {heaviest})" for one in others)
    sql = (
        f"select n_l, n_r, {kept}, l_same - {heaviest} - ln({rest}) as w from"
        f" (select n_l, n_r, {kept}, {classes(rows, model)} from {table} where match_key = '0') weighed"
    )
    told = engine.ask(f"select * from ({sql}) scored where w > {_double(max(floor, -1e9))} order by n_l, n_r")
    told["w"] = told["w"].round(9)  # what engines compute differently in the last bits must not break ties
    return told


def classes(rows: Rows, model: Model) -> str:
    """Log likelihoods of a row of vectors in each class, l_same and so on."""
    columns = list(zip(rows.compared, model.columns, strict=True))
    told = []
    for one in CLASSES:
        start = float(np.log(max(getattr(model, one), 1e-300)))
        told.append(
            " + ".join([_double(start), *(_case(column, shares, one) for column, shares in columns)])
            + f" as l_{one}"
        )
    return ", ".join(told)


def _case(column: Compared, shares: Shares, one: str) -> str:
    """The log share of the level in a class; equal values and sounds by how rare they are, unless shared."""
    table = getattr(shares, one)
    whens = [f"when {at} then {_double(np.log(max(share, 1e-12)))}" for at, share in enumerate(table)]
    if one != "same":
        for at in {column.sound, len(table) - 1}:
            chance = float(shares.stranger[at])
            shared = max((float(table[at]) - chance) / (1 - chance + 1e-12), 0.0)
            whens[at] = f"when {at} then ln({_double(shared)} + {_double(1 - shared)} * {frequency(column)})"
    return f"(case gamma_c{column.at} {' '.join(whens)} else 0e0 end)"


def _double(number: float) -> str:
    """A literal that is binary floating point on every engine; 0.5 would be a decimal, and lose digits."""
    return f"{float(number):.17e}"


def frequency(column: Compared) -> str:
    """How often a value occurs beside the two rows that share it."""
    return f"((greatest(t{column.at} - 2, 0) + {_double(RARE)}) / {_double(_known(column))})"


def rarity(column: Compared, count: int) -> float:
    """The same of one value that occurs `count` times."""
    return (max(count - 2, 0) + RARE) / _known(column)


def _known(column: Compared) -> int:
    return max(int((column.counts > 0).sum()), 1)
