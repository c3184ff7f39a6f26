"""A DuckDB connection that stays inside its memory, downloads nothing and reckons in UTC."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

MEMORY = "1400MB"  # of DuckDB's own; with Python and pyarrow the process stays under 2 GB


@contextmanager
def connection(
    *, memory: str = MEMORY, threads: int | None = None, spill: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """An in-memory database for one question; what does not fit is spilled under `spill` and removed with it."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="muster-duckdb-", dir=spill) as place:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": place,
            "autoinstall_known_extensions": "false",
            "TimeZone": "UTC",
        }
        if threads:
            settings["threads"] = threads
        with duckdb.connect(config=settings) as con:
            yield con
