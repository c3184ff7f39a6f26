"""Command bodies made from their types alone, so that a command added later is tried without being named here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import inspect

from muster.core.ids import new_id

AT = datetime(2022, 2, 18, 12, 0, tzinfo=UTC)
Aim = Callable[[str], list[UUID]]


def body(kind: type, *, aim: Aim, area: int, text: str) -> dict[str, Any]:
    """A full body: every field filled, ids aimed by the name of their field, areas and texts as told."""
    found = _value(inspect.type_info(kind), "", _Fill(aim, area, text))
    assert isinstance(found, dict)
    return found


class _Fill:
    def __init__(self, aim: Aim, area: int, text: str) -> None:
        self.aim, self.area, self.text = aim, area, text

    def identity(self, name: str) -> str:
        """Whose id a field of this name may hold; a creation's own id is new."""
        known = self.aim(name)
        return str(known[0] if known else new_id())


def _value(kind: inspect.Type, name: str, fill: _Fill) -> Any:
    match kind:
        case inspect.Metadata():
            return _value(kind.type, name, fill)
        case inspect.UnionType():
            return _value(
                next(one for one in kind.types if not isinstance(one, inspect.NoneType)), name, fill
            )
        case inspect.StructType():
            return {field.encode_name: _value(field.type, field.name, fill) for field in kind.fields}
        case inspect.ListType() | inspect.VarTupleType():
            return [_value(kind.item_type, name, fill)]
        case inspect.TupleType():
            return [_value(one, name, fill) for one in kind.item_types]
        case inspect.DictType():
            return {}
        case inspect.UUIDType():
            return fill.identity(name)
        case inspect.EnumType():
            return next(iter(kind.cls)).value
        case inspect.LiteralType():
            return kind.values[0]
        case _:
            return _plain(kind, name, fill)


def _plain(kind: inspect.Type, name: str, fill: _Fill) -> Any:
    match kind:
        case inspect.StrType():
            return (SPECIAL.get(name) or fill.text)[: kind.max_length or 20]
        case inspect.IntType():
            return fill.area if name in AREAS else kind.ge or 1
        case inspect.FloatType():
            return 22.5
        case inspect.BoolType():
            return False
        case inspect.DateTimeType():
            return (AT + timedelta(hours=name == "to_at")).isoformat()
        case inspect.DateType():
            return AT.date().isoformat()
        case _:
            raise AssertionError(f"no value known for {kind} ({name}): teach tests/threats/bodies.py")


AREAS = {"area", "from_area", "code", "parent"}
SPECIAL = {
    "pack": "covid-cn-v9", "level": "sealed", "contact_class": "close", "template": "1+3+N", "phone": "13800138000",
    "document": "", "sex": "female", "vulnerabilities": "pregnant", "needs": "medicine",
    "purpose": "verification", "cause": "deliver",
    "exposure": "household", "need": "dialysis", "symptoms": "fever", "jpeg": "/9j/4AAQ",
}  # fmt: skip
