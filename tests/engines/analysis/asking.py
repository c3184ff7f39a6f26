"""The engine asked through its tables, with whole seconds since 1970 in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.engines.analysis import duck, exposure
from muster.engines.analysis.workbench import Duck
from tests.engines.analysis.oracle import Asked, Case, Found, Visit


def rule(asked: Asked) -> exposure.Rule:
    return exposure.Rule(asked.least, asked.generations, asked.over_places, asked.within, asked.min_stay)


def ask(
    visits: Iterable[Visit], cases: Iterable[Case], asked: Asked, cells: Mapping[int, int] | None = None
) -> set[Found]:
    """The engine's rows on DuckDB."""
    with duck.connection(threads=1) as con:
        fill(con, "visits (person bigint, place bigint, starts timestamp, ends timestamp)", visits, (2, 3))
        fill(
            con,
            "cases (case_id bigint, person bigint, place bigint, opens timestamp, closes timestamp)",
            cases,
            (3, 4),
        )
        if cells is not None:
            fill(con, "cells (place bigint, cell bigint)", cells.items(), ())
        exposure.trace(Duck(con), rule(asked), in_cells=cells is not None, tell=lambda _: None)
        rows = con.execute(
            "select case_id, person, generation, place, epoch_us(first_at) // 1000000, "
            "epoch_us(last_at) // 1000000, us // 1000000 from found"
        ).fetchall()
    assert len(rows) == len(set(rows)), "one row per case, person, generation and place"
    return {Found(*row) for row in rows}


def fill(con, columns: str, rows: Iterable[tuple[object, ...]], instants: tuple[int, ...]) -> None:  # type: ignore[no-untyped-def]
    con.execute(f"create temp table {columns}")
    name = columns.split(" ", 1)[0]
    written = [
        ", ".join(
            "null"
            if value is None
            else f"make_timestamp(cast({value} as bigint) * 1000000)"
            if at in instants
            else str(value)
            for at, value in enumerate(row)
        )
        for row in rows
    ]
    if written:
        con.execute(f"insert into {name} values {', '.join(f'({row})' for row in written)}")
