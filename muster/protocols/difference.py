"""What changes when another pack comes into force: value by value."""

from typing import Any, NamedTuple

from muster.protocols.leaves import leaves
from muster.protocols.pack import Pack


class Difference(NamedTuple):
    """One value that changes; None where it did not exist before or no longer does."""

    path: str
    old: Any
    new: Any


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Every value that differs, by path; lists are matched by code, sources and grades are not compared."""
    before = {leaf.path: leaf.value for leaf in leaves(old)}
    now = {leaf.path: leaf.value for leaf in leaves(new)}
    paths = [*before, *(path for path in now if path not in before)]
    return [
        Difference(path, before.get(path), now.get(path))
        for path in paths
        if before.get(path) != now.get(path)
    ]
