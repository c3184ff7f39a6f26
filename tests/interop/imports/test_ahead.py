"""Reading ahead gives every row once and in order, raises what the source raises, and leaves no thread behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from muster.interop.imports import collector
from muster.interop.imports.ahead import chunks_ahead


def readers() -> int:
    return sum(thread.name.startswith("import-reader") for thread in threading.enumerate())


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 1_000])
def test_every_row_once_and_in_order(count: int) -> None:
    parts = list(chunks_ahead(iter(range(count)), 10))
    assert [row for part in parts for row in part] == list(range(count))
    assert all(len(part) <= 10 for part in parts)
    assert readers() == 0


def test_what_the_source_raises_is_raised_here() -> None:
    def broken() -> Iterator[int]:
        yield from range(25)
        raise ValueError("row 25")

    parts = chunks_ahead(broken(), 10)
    assert [next(parts), next(parts)] == [list(range(10)), list(range(10, 20))]
    with pytest.raises(ValueError, match="row 25"):
        next(parts)
    assert readers() == 0


def test_stopping_early_ends_the_thread() -> None:
    parts = chunks_ahead(iter(range(10**9)), 10)
    assert next(parts) == list(range(10))
    parts.close()  # type: ignore[attr-defined]
    assert readers() == 0


def test_the_collector_rests_until_the_last_pass_is_over() -> None:
    with collector.paused():
        with pytest.raises(ZeroDivisionError), collector.paused():
            _ = 1 / 0
        assert not gc.isenabled()
    assert gc.isenabled()
