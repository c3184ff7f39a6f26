"""Counting figures: the number, its parts, its spread over areas, and the rows behind it, from one query each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from muster.core.access import SPANS
from muster.reports.figures import catalogue, persons
from muster.reports.figures.definition import LATEST, Ask, Figure, Part, Row, Value

FOLDER = Path(__file__).parent / "sql"
PAGE = 100

# Facts as of a point in commit order: those taken back by then are left out.
SEEN = """(select f.* from {table} f where f.incident = %(incident)s and f.tx < %(as_of)s and not exists
    (select from core_retraction r where r.target = f.id and r.tx < %(as_of)s))"""
# The same, within the hours and the area asked for.
FACTS = """(select f.* from {table} f where f.incident = %(incident)s and f.tx < %(as_of)s
    and f.at < %(until)s and (%(since)s::timestamptz is null or f.at >= %(since)s)
    and (%(spans)s::int8multirange is null or f.area <@ %(spans)s::int8multirange) and not exists
    (select from core_retraction r where r.target = f.id and r.tx < %(as_of)s))"""
# Records of residents and the person each was at that point.
PERSONS = """(select p.id, coalesce(u.person, p.canonical) as person from people_resident p
    left join json_to_recordset(%(undone)s::json) as u(id uuid, person uuid) on u.id = p.id
    where p.incident = %(incident)s)"""
ONCE = "-- counts, each row once: "
UNITS = "(select distinct on (unit) * from ({rows}) x order by unit, amount desc, at, fact)"


@cache
def source(query: str) -> str:
    """The query of a figure: one row for each thing counted (unit, fact, at, area, by, what, amount)."""
    text = (FOLDER / f"{query}.sql").read_text(encoding="utf-8")
    text = re.sub(r"--[^\n]*", "", text)
    text = re.sub(r"\{facts (\w+)\}", lambda found: FACTS.format(table=found[1]), text)
    text = re.sub(r"\{seen (\w+)\}", lambda found: SEEN.format(table=found[1]), text)
    return text.replace("{persons}", PERSONS).strip()


def ranges(spans: Iterable[tuple[int, int]] | None) -> str | None:
    """Spans of areas as PostgreSQL reads them."""
    return None if spans is None else "{" + ",".join(f"[{low},{high})" for low, high in spans) + "}"


def _ids(ids: Iterable[UUID] | None) -> str | None:
    return None if ids is None else "{" + ",".join(map(str, ids)) + "}"


def _bound(figure: Figure, ask: Ask, incident: UUID) -> dict[str, Any]:
    """The values of a query's parameters; a figure's own fixed ones win."""
    undone = persons.undone(incident, ask.as_of) if "{persons}" in _raw(figure.query) else {}
    rows = [{"id": one, "person": person} for one, person in undone.items()]
    return {
        "incident": incident,
        "as_of": ask.as_of,
        "since": ask.since,
        "until": ask.until,
        "organisations": _ids(ask.organisations),
        "spans": ranges(ask.spans),
        "from_spans": ranges(ask.from_spans),
        "to_spans": ranges(ask.to_spans),
        "item": ask.item,
        "undone": msgspec.json.encode(rows).decode(),
        **figure.fixed,
    }


@cache
def _raw(query: str) -> str:
    return (FOLDER / f"{query}.sql").read_text(encoding="utf-8")


def _fetch(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a query that reads most of its tables.

    Row security makes the planner expect a few rows where there are hundreds of thousands, and it would join
    them one by one: whole tables are joined by hashing instead.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop to off; set local work_mem to '64MB'")
        cursor.execute(sql, values)
        found = list(cursor.fetchall())
        cursor.execute("set local enable_nestloop to default; set local work_mem to default")
    return found


def _units(figure: Figure) -> str:
    """One row for each thing counted, the one that stands for it."""
    rows = source(figure.query)
    return f"({rows})" if ONCE in _raw(figure.query) else UNITS.format(rows=rows)


def _totals(figure: Figure) -> str:
    """The amounts only, which costs no sorting."""
    rows = source(figure.query)
    if ONCE in _raw(figure.query):
        return f"({rows})"
    return f"(select unit, max(amount) as amount from ({rows}) x group by unit)"  # noqa: S608


def value(ask: Ask, incident: UUID) -> Value:
    """The number in this scope, with its parts where the figure has them."""
    figure = catalogue.get(ask.figure)
    number: int | None = None
    parts: list[Part] = []
    if ask.note is None:
        units = _units(figure)
        values = _bound(figure, ask, incident)
        if figure.parts:
            found = _fetch(f"select what, sum(amount) from {units} y group by what order by what", values)  # noqa: S608
            parts = [Part(what, int(amount)) for what, amount in found]
            number = sum(part.value for part in parts)
        else:
            ((total,),) = _fetch(f"select coalesce(sum(amount), 0) from {_totals(figure)} y", values)  # noqa: S608
            number = int(total)
    as_of = None if figure.basis == "present" or ask.as_of >= LATEST else ask.as_of
    return Value(
        ref=ask.ref, figure=figure.code, measure=figure.measure, value=number, parts=parts, until=ask.until,
        as_of=as_of, note=ask.note,
    )  # fmt: skip


def values(asks: Iterable[Ask], incident: UUID) -> list[Value]:
    """Many figures at once."""
    return [value(ask, incident) for ask in asks]


def rows(ask: Ask, incident: UUID, *, offset: int = 0, limit: int = PAGE) -> list[Row]:
    """A page of the rows the figure is counted from; their amounts add up to the figure."""
    if ask.note is not None:
        return []
    figure = catalogue.get(ask.figure)
    units = _units(figure)
    sql = (
        f"select fact, at, area, by, what, amount from {units} y"  # noqa: S608
        " order by at, fact, unit limit %(limit)s offset %(offset)s"
    )
    bound = _bound(figure, ask, incident) | {"limit": limit, "offset": offset}
    return [
        Row(fact, at, area, by, what, int(amount)) for fact, at, area, by, what, amount in _fetch(sql, bound)
    ]


def by_area(ask: Ask, incident: UUID, *, width: int = SPANS[1]) -> dict[int, int]:
    """The figure of each area; `width` 10³ divides by community, 10⁶ by sub-district, 10⁹ by district."""
    if ask.note is not None:
        return {}
    figure = catalogue.get(ask.figure)
    units = _units(figure)
    sql = f"select area / %(width)s * %(width)s as place, sum(amount) from {units} y group by 1 order by 1"  # noqa: S608
    return {
        place: int(amount) for place, amount in _fetch(sql, _bound(figure, ask, incident) | {"width": width})
    }
