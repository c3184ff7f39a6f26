"""Set-based writing: one statement for a batch of rows, whatever its size."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models

from muster.core import plans, prepared

SERVER = {"recorded_at": "(select muster_now())", "tx": "(select muster_tx())"}
CHUNK = 5_000
LOOPED = 500


def _plain(value: object) -> str:
    if isinstance(value, memoryview):
        value = bytes(value)
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return str(value)


def array(values: Iterable[UUID]) -> str:
    """An array literal of ids: one parameter, however many, and cheaper to make than a list of parameters."""
    return "{" + ",".join([value.hex for value in values]) + "}"


_encode = msgspec.json.Encoder(enc_hook=_plain)


def _rows_json(model: type[models.Model], names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> str:
    record = _record(names)
    records = [record(*row) for row in rows]
    for name in _binary(model, names):
        for one in records:
            if (value := getattr(one, name)) is not None:
                setattr(one, name, _plain(value))
    return _encode.encode(records).decode()


@cache
def _record(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """A row as JSON: cheaper to make and to write than a dict."""
    return msgspec.defstruct("Record", [(name, Any) for name in names], gc=False)


def field_of(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A column's field by name."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field


@cache
def _binary(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(field_of(model, name), models.BinaryField))


@cache
def _shape(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str]:
    """Quoted table, and the record definition of these fields."""
    kinds = [f'"{name}" {_kind(field_of(model, name))}' for name in names]
    return f'"{model._meta.db_table}"', ", ".join(kinds)


def _kind(field: models.Field[Any, Any]) -> str | None:
    return field.rel_db_type(connection) if field.is_relation else field.db_type(connection)


@cache
def _unsaid(model: type[models.Model], names: tuple[str, ...]) -> tuple[models.Field[Any, Any], ...]:
    """Fields that were not named but have a default of the model (server defaults fill themselves)."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.name not in names
        and field.has_default()
        and not field.primary_key
        and field.name not in SERVER
    )


CONSTANT = frozenset(
    {"incident", "area", "by", "device", "account", "batch", "name", "result", "code", "skew"}
)


PLAIN = (str, int, float, UUID, datetime, type(None))  # what travels as a parameter just as it is


def _constants(
    names: tuple[str, ...], rows: list[Sequence[Any]]
) -> tuple[tuple[str, ...], dict[str, Any], list[Sequence[Any]]]:
    """Split off fields that are the same in every row: they travel once. In big batches any plain field may be."""
    first, many = rows[0], len(rows) > LOOPED
    same = {
        place: name
        for place, name in enumerate(names)
        if (name in CONSTANT or (many and isinstance(first[place], PLAIN)))
        and rows[-1][place] == first[place]
        and [row[place] for row in rows].count(first[place]) == len(rows)
    }
    if not same or len(rows) == 1:
        return names, {}, rows
    kept = [place for place in range(len(names)) if place not in same]
    pick = operator.itemgetter(*kept) if len(kept) > 1 else lambda row: (row[kept[0]],)
    values = {name: first[place] for place, name in same.items()}
    return tuple(names[place] for place in kept), values, [pick(row) for row in rows]


@cache
def _insert_sql(
    model: type[models.Model], said: tuple[str, ...], same: tuple[str, ...], update: tuple[str, ...]
) -> tuple[str, list[Any]]:
    """The statement (constants first, then defaults, then the rows) and the values of the defaults."""
    names = said + same
    table, kinds = _shape(model, said)
    columns = [field_of(model, name).column for name in names]
    picked = [f'x."{name}"' for name in said] + [f"%s::{_kind(field_of(model, name))}" for name in same]
    defaults = []
    for field in _unsaid(model, names):
        columns.append(field.column)
        picked.append(f"%s::{_kind(field)}")
        defaults.append(field.get_db_prep_save(field.get_default(), connection))
    for name in SERVER:
        if name not in names and any(field.name == name for field in model._meta.concrete_fields):
            columns.append(name)
            picked.append(SERVER[name])
    key = model._meta.pk.column
    written = ", ".join(
        f'"{field_of(model, n).column}" = excluded."{field_of(model, n).column}"' for n in update
    )
    action = f'("{key}") do update set {written}' if update else "do nothing"
    order = f' order by x."{model._meta.pk.name}"' if model._meta.pk.name in said else ""
    quoted = ", ".join(f'"{column}"' for column in columns)
    sql = (
        f"insert into {table} as t ({quoted}) select {', '.join(picked)}"  # noqa: S608 (the model's own columns)
        f" from json_to_recordset(%s::json) as x({kinds}){order}"
        f" on conflict {action}"
    )
    return sql, defaults


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    update: Sequence[str] = (),
) -> set[UUID]:
    """Insert rows (values in the order of `names`) and return the ids that were new.

    A row whose id is there already is left alone, or has its `update` fields overwritten. Fields that are not
    named get the model's defaults; `recorded_at` and `tx` of facts are filled by the server. Rows go in id
    order, so that two writers never deadlock.
    """
    told = f' returning t."{model._meta.pk.column}", (t.xmax = 0)'
    fresh: set[UUID] = set()
    for sql, values in _inserts(model, tuple(names), list(rows), tuple(update)):
        fresh.update(row[0] for row in prepared.fetch(sql + told, values) if row[1])
    return fresh


def write(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    update: Sequence[str] = (),
) -> None:
    """`insert` where nobody asks which rows were new."""
    for sql, values in _inserts(model, tuple(names), list(rows), tuple(update)):
        prepared.run(sql, values)


def _inserts(
    model: type[models.Model], names: tuple[str, ...], rows: list[Sequence[Any]], update: tuple[str, ...]
) -> Iterator[tuple[str, list[Any]]]:
    """The statement and the values of each part of the rows."""
    if not rows:
        return
    said, same, rows = _constants(names, rows)
    sql, defaults = _insert_sql(model, said, tuple(same), update)
    values = [*same.values(), *defaults]
    for start in range(0, len(rows), CHUNK):
        yield sql, [*values, _rows_json(model, said, rows[start : start + CHUNK])]


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set fields of many rows at once; the first name is the primary key. Returns how many rows changed."""
    listed = list(rows)
    if not listed:
        return 0
    table, kinds = _shape(model, tuple(names))
    sets = ", ".join(f'"{field_of(model, n).column}" = x."{n}"' for n in names[1:])
    sql = (
        f"update {table} t set {sets} from json_to_recordset(%s::json) as x({kinds})"  # noqa: S608
        f' where t."{model._meta.pk.column}" = x."{names[0]}" and t."{model._meta.pk.column}" = any(%s::uuid[])'
    )  # the ids are said twice: a plan that starts from anything but the key would read the whole table
    changed = 0
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        params = [_rows_json(model, tuple(names), chunk), array(row[0] for row in chunk)]
        changed += prepared.run(sql, params) if len(chunk) <= LOOPED else _hashed(sql, params)
    return changed


def _hashed(sql: str, params: Sequence[str]) -> int:
    """A big update: the planner expects few visible rows and would compare each with each."""
    with plans.by_hashing(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def lock(model: type[models.Model], ids: Iterable[UUID]) -> set[UUID]:
    """Lock the visible rows of these ids in id order; returns those that are visible."""
    wanted = sorted(set(ids))
    if not wanted:
        return set()
    key = model._meta.pk.column
    rows = prepared.fetch(
        f'select "{key}" from "{model._meta.db_table}" where "{key}" = any(%s::uuid[]) order by 1 for no key update',  # noqa: S608
        [array(wanted)],
    )
    return {row[0] for row in rows}
