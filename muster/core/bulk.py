"""Set-based writing: one statement for a batch of rows, whatever its size."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, models

from muster.core import prepared

SERVER = {"recorded_at": "(select muster_now())", "tx": "(select muster_tx())"}
CHUNK = 5_000


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
    records = [dict(zip(names, row, strict=True)) for row in rows]
    for name in _binary(model, names):
        for record in records:
            if record[name] is not None:
                record[name] = _plain(record[name])
    return _encode.encode(records).decode()


@cache
def _binary(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if isinstance(model._meta.get_field(name), models.BinaryField))


@cache
def _shape(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, str, str]:
    """Quoted table, quoted column list and record definition of these fields."""
    fields = [model._meta.get_field(name) for name in names]
    columns = [f'"{field.column}"' for field in fields]
    kinds = [
        f'"{name}" {field.rel_db_type(connection) if field.is_relation else field.db_type(connection)}'
        for name, field in zip(names, fields, strict=True)
    ]
    return f'"{model._meta.db_table}"', ", ".join(columns), ", ".join(kinds)


@cache
def _unsaid(model: type[models.Model], names: tuple[str, ...]) -> tuple[models.Field[Any, Any], ...]:
    """Fields that were not named but have a default of the model (server defaults fill themselves)."""
    return tuple(
        field
        for field in model._meta.concrete_fields
        if field.name not in names and field.has_default() and not field.primary_key and field.name not in SERVER
    )


CONSTANT = frozenset({"incident", "area", "by", "device", "account", "batch", "name", "result", "code", "skew"})


def _constants(
    names: tuple[str, ...], rows: list[Sequence[Any]]
) -> tuple[tuple[str, ...], dict[str, Any], list[Sequence[Any]]]:
    """Split off fields that are the same in every row: they travel once."""
    first = rows[0]
    same = {
        place: name
        for place, name in enumerate(names)
        if name in CONSTANT and all(row[place] == first[place] for row in rows)
    }
    if not same or len(rows) == 1:
        return names, {}, rows
    kept = [place for place in range(len(names)) if place not in same]
    pick = operator.itemgetter(*kept) if len(kept) > 1 else lambda row: (row[kept[0]],)
    values = {name: first[place] for place, name in same.items()}
    return tuple(names[place] for place in kept), values, [pick(row) for row in rows]


def _cast(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    return f"%s::{field.rel_db_type(connection) if field.is_relation else field.db_type(connection)}"


def insert(
    model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]], *, update: Sequence[str] = ()
) -> set[UUID]:
    """Insert rows (values in the order of `names`) and return the ids that were new.

    A row whose id is there already is left alone, or has its `update` fields overwritten. Fields that are not
    named get the model's defaults; `recorded_at` and `tx` of facts are filled by the server. Rows go in id order, so that two writers never deadlock.
    """
    listed = list(rows)
    if not listed:
        return set()
    said, same, listed = _constants(tuple(names), listed)
    names = said + tuple(same)
    table, _, kinds = _shape(model, said)
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in names)
    picked = ", ".join([f'x."{name}"' for name in said] + [_cast(model, name) for name in same])
    for name in SERVER:
        if name not in names and any(field.name == name for field in model._meta.concrete_fields):
            columns, picked = f'{columns}, "{name}"', f"{picked}, {SERVER[name]}"
    defaults = list(same.values())
    for field in _unsaid(model, names):
        columns, picked = f'{columns}, "{field.column}"', f"{picked}, %s::{field.db_type(connection)}"
        defaults.append(field.get_db_prep_save(field.get_default(), connection))
    key = f'"{model._meta.pk.column}"'
    held = model._meta.pk.name in said
    action = "do nothing"
    if update:
        sets = ", ".join(f'"{model._meta.get_field(n).column}" = excluded."{model._meta.get_field(n).column}"' for n in update)
        action = f"({key}) do update set {sets}"
    order = f' order by x."{model._meta.pk.name}"' if held else ""
    sql = (
        f"insert into {table} as t ({columns}) select {picked} from json_to_recordset(%s::json) as x({kinds}){order}"
        f" on conflict {action} returning t.{key}, (t.xmax = 0)"
    )
    fresh: set[UUID] = set()
    for start in range(0, len(listed), CHUNK):
        rows_json = _rows_json(model, said, listed[start : start + CHUNK])
        fresh.update(row[0] for row in prepared.fetch(sql, [*defaults, rows_json]) if row[1])
    return fresh


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set fields of many rows at once; the first name is the primary key. Returns how many rows changed."""
    listed = list(rows)
    if not listed:
        return 0
    table, _, kinds = _shape(model, tuple(names))
    sets = ", ".join(f'"{model._meta.get_field(n).column}" = x."{n}"' for n in names[1:])
    sql = (
        f"update {table} t set {sets} from json_to_recordset(%s::json) as x({kinds})"
        f' where t."{model._meta.pk.column}" = x."{names[0]}" and t."{model._meta.pk.column}" = any(%s::uuid[])'
    )  # the ids are said twice: a plan that starts from anything but the key would read the whole table
    changed = 0
    for start in range(0, len(listed), CHUNK):
        chunk = listed[start : start + CHUNK]
        changed += prepared.run(sql, [_rows_json(model, tuple(names), chunk), array(row[0] for row in chunk)])
    return changed


def lock(model: type[models.Model], ids: Iterable[UUID]) -> set[UUID]:
    """Lock the visible rows of these ids in id order; returns those that are visible."""
    wanted = sorted(set(ids))
    if not wanted:
        return set()
    key = model._meta.pk.column
    rows = prepared.fetch(
        f'select "{key}" from "{model._meta.db_table}" where "{key}" = any(%s::uuid[]) order by 1 for no key update',
        [array(wanted)],
    )
    return {row[0] for row in rows}
