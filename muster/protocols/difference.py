"""What changes when another pack comes into force: value by value."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from muster.protocols.pack import Pack
from muster.protocols.problems import join


class Difference(NamedTuple):
    """One value that changes; None where it did not exist before or no longer does."""

    path: str
    old: Any
    new: Any


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Every value that differs, by path; lists are matched by code, sources and grades are not compared."""
    before, now = dict(_leaves(old, "")), dict(_leaves(new, ""))
    paths = [*before, *(path for path in now if path not in before)]
    return [
        Difference(path, before.get(path), now.get(path))
        for path in paths
        if before.get(path) != now.get(path)
    ]


def _leaves(part: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every single value of a pack with its path; a valued number is one value."""
    plain = msgspec.to_builtins(part)
    yield from _plain_leaves(plain, path)


def _plain_leaves(part: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The values under a plain part."""
    if isinstance(part, dict) and part.keys() == {"value", "source", "grade"}:
        yield from _plain_leaves(part["value"], path)
    elif isinstance(part, dict):
        for key, item in part.items():
            yield from _plain_leaves(item, join(path, key))
    elif isinstance(part, (list, tuple)) and any(isinstance(item, dict) for item in part):
        for index, item in enumerate(part):
            yield from _plain_leaves(item, f"{path}[{_key(item) or index}]")
    elif part is not None:
        yield path, part


def _key(item: Any) -> str | None:
    """What tells an element of a list from its neighbours, wherever it stands."""
    if not isinstance(item, dict):
        return None
    names = [item[name] for name in ("code", "post", "item") if name in item]
    return " ".join(names) or None
