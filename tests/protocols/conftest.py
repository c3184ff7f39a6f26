"""A pack on disk that a test may spoil in one place."""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from muster.protocols import Problem, check, path_of

REMOVED = object()
Spoil = Callable[..., list[Problem]]


@cache
def shipped(pack: str) -> Any:
    """The plain document of a shipped pack."""
    return yaml.safe_load(path_of(pack).read_text("utf-8"))


@pytest.fixture
def removed() -> object:
    """The value that takes a key away instead of changing it."""
    return REMOVED


@pytest.fixture
def spoil(tmp_path: Path) -> Spoil:
    """Check a copy of a shipped pack in which one place (keys and positions) holds another value."""

    def spoil_one(*place: str | int, to: Any, pack: str = "covid-cn-v8") -> list[Problem]:
        document = copy.deepcopy(shipped(pack))
        part = document
        for key in place[:-1]:
            part = part[key]
        if to is REMOVED:
            del part[place[-1]]
        else:
            part[place[-1]] = to
        path = tmp_path / "copy.yaml"
        path.write_text(yaml.dump(document, Dumper=yaml.CSafeDumper, allow_unicode=True), "utf-8")
        return check(path)

    return spoil_one
