"""Holds a document against the typed pack and names every difference, not only the first."""

from collections.abc import Iterator

from msgspec import inspect

from muster.protocols.pack import Pack
from muster.protocols.problems import Problem, join
from muster.protocols.reading import Plain
from muster.protocols.values import Valued

# A number beyond this is a slip of the keyboard, and would break the arithmetic of dates.
MAX_NUMBER = 1_000_000
PACK = inspect.type_info(Pack)
_NAMES = {
    "StructType": ("一组键值", "a mapping"),
    "DictType": ("一组键值", "a mapping"),
    "VarTupleType": ("列表", "a list"),
    "IntType": ("整数", "a whole number"),
    "FloatType": ("数字", "a number"),
    "StrType": ("文字", "text"),
    "BoolType": ("true 或 false", "true or false"),
    "NoneType": ("空", "nothing"),
}


def problems(value: Plain, kind: inspect.Type = PACK, path: str = "") -> Iterator[Problem]:
    """Everything in the value that does not fit the type, with its path."""
    if isinstance(kind, inspect.UnionType):
        # Only "this or absent" is used in a pack; an explicit null is as good as absent.
        inner = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        if value is not None:
            yield from problems(value, inner[0], path)
    elif isinstance(kind, inspect.StructType):
        yield from _struct(value, kind, path)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _list(value, kind, path)
    elif isinstance(kind, inspect.DictType):
        yield from _mapping(value, kind, path)
    elif isinstance(kind, inspect.LiteralType):
        if value not in kind.values:
            allowed = ", ".join(map(str, kind.values))
            yield Problem(path, f"只能是其中之一：{allowed}", f"must be one of: {allowed}")
    elif not _fits(value, kind):
        yield _unfit(kind, path)
    elif isinstance(value, (int, float)) and not 0 <= value <= MAX_NUMBER:
        yield Problem(path, f"应在 0 和 {MAX_NUMBER} 之间", f"must be between 0 and {MAX_NUMBER}")


def _struct(value: Plain, kind: inspect.StructType, path: str) -> Iterator[Problem]:
    """Unknown keys, missing keys, and the parts."""
    if not isinstance(value, dict):
        # A generic such as Valued[int] names the class it was made from.
        valued = getattr(kind.cls, "__origin__", kind.cls) is Valued
        yield _bare(path) if valued else _unfit(kind, path)
        return
    fields = {field.encode_name: field for field in kind.fields}
    for key in value.keys() - fields.keys():
        yield Problem(join(path, key), f"不认识的键 {key}", f"unknown key {key}")
    for name, field in fields.items():
        if name in value:
            yield from problems(value[name], field.type, join(path, name))
        elif field.required:
            yield Problem(join(path, name), f"缺少 {name}", f"{name} is missing")


def _list(value: Plain, kind: inspect.VarTupleType, path: str) -> Iterator[Problem]:
    """Every element of a list."""
    if not isinstance(value, list):
        yield _unfit(kind, path)
        return
    for index, item in enumerate(value):
        yield from problems(item, kind.item_type, join(path, index))


def _mapping(value: Plain, kind: inspect.DictType, path: str) -> Iterator[Problem]:
    """Every value of a mapping with free keys."""
    if not isinstance(value, dict):
        yield _unfit(kind, path)
        return
    for key, item in value.items():
        yield from problems(item, kind.value_type, join(path, key))


def _fits(value: Plain, kind: inspect.Type) -> bool:
    """Whether a single value is of the kind; true and false are no numbers."""
    if isinstance(kind, inspect.BoolType):
        return isinstance(value, bool)
    if isinstance(kind, inspect.IntType):
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(kind, inspect.FloatType):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if isinstance(kind, inspect.StrType):
        return isinstance(value, str)
    raise TypeError(f"a pack may not hold {kind}")


def _unfit(kind: inspect.Type, path: str) -> Problem:
    """What was expected here."""
    zh, en = _NAMES[type(kind).__name__]
    return Problem(path, f"应为{zh}", f"must be {en}")


def _bare(path: str) -> Problem:
    """A value that does not say where it comes from."""
    form = "{value: …, source: …, grade: A|B|C|M}"
    return Problem(path, f"缺少来源和等级，请写成 {form}", f"has no source and grade: write {form}")
