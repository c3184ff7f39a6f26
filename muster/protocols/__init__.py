"""Protocol packs: the numbers, rules and texts of a hazard as data, read into typed values. No Django."""

from functools import cache
from pathlib import Path

from muster.protocols.check import check, read_pack
from muster.protocols.difference import Difference, differences
from muster.protocols.pack import Pack
from muster.protocols.problems import PackError, Problem, UnknownPackError
from muster.protocols.values import NoSuchCodeError, Text, Valued

__all__ = [
    "Difference",
    "NoSuchCodeError",
    "Pack",
    "PackError",
    "Problem",
    "Text",
    "UnknownPackError",
    "Valued",
    "check",
    "differences",
    "load",
    "names",
    "path_of",
]

_SHIPPED = Path(__file__).parent / "packs"


@cache
def _files() -> dict[str, Path]:
    """The shipped packs by name."""
    return {path.stem: path for path in sorted(_SHIPPED.glob("*.yaml"))}


@cache
def _shipped(name: str) -> Pack:
    """A shipped pack, read once."""
    return read_pack(_files()[name])


def names() -> list[str]:
    """The names of the shipped packs."""
    return list(_files())


def path_of(name_or_path: str | Path) -> Path:
    """The file of a shipped pack, or the path itself; raises `UnknownPackError` when there is neither."""
    shipped = _files().get(str(name_or_path))
    if shipped is not None:
        return shipped
    if Path(name_or_path).is_file():
        return Path(name_or_path)
    raise UnknownPackError(str(name_or_path))


def load(name_or_path: str | Path) -> Pack:
    """A pack by its shipped name (kept) or its path (read each time); raises `UnknownPackError`, `PackError`."""
    if str(name_or_path) in _files():
        return _shipped(str(name_or_path))
    return read_pack(path_of(name_or_path))
