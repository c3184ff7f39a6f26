"""A big file is read in a process of its own: the same rows come of it, and a reader that dies takes nothing half."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from muster.core.access import Actor, scope
from muster.core.blind import BlindIndex
from muster.domain.worklists.models import ListEntry
from muster.interop.imports import actions, apart, engine, keeping, kinds
from muster.interop.imports.reading import read_rows
from muster.interop.imports.ready import ready
from muster.interop.models import ImportRow
from muster.interop.tables.shapes import Table
from tests.interop.imports.files import FIELDS, Desk, csv_of, person

HELD = BlindIndex(b"k" * 32)
OPTIONS = {"purpose": "verification"}
LISTS = kinds.KINDS[kinds.LISTS]


def table(count: int) -> Table:
    """Rows of every sort: whole, without a number, broken, too long, full-width, in other scripts."""
    rows: list[tuple[str, ...]] = [person(n, "欧阳镕基") for n in range(count)]
    odd: list[tuple[str, ...]] = [
        ("", "", "", "布龙路12号"),
        ("王伟", "44039919900101123", "", ""),
        ("Ａｎｎａ", "", "１３８００００１２３４", "荣华里３栋５０１"),
        ("𠮷田", "P1234567", "", "杨美社区布龙路12号"),
        ("零\u200b宽", "", "", ""),
        ("a", "b", "c", "d", "e"),
    ]
    return keeping.read(csv_of(odd + rows), "x.csv", "lists")


@pytest.mark.parametrize("count", [1, 5_001])
def test_the_same_rows_as_read_here(count: int) -> None:
    given = table(count)
    here = [ready(HELD, one) for one in read_rows(given, LISTS, FIELDS, 2022)]
    parts = list(apart.read_apart(given, LISTS, FIELDS, 2022, HELD))
    assert [len(part) for part in parts] == ([5_000, 7] if count > 5_000 else [7])
    assert [one for part in parts for one in part] == here
    assert {one.code for one in here} > {"", "imports.nobody", "row.too_many_cells"}


def test_the_reader_is_told_nothing_but_the_table_and_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[dict[str, Any]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, command: Any, **more: Any) -> None:
            begun.append({"command": command, **more})
            super().__init__(command, **more)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    list(apart.read_apart(table(1), LISTS, FIELDS, 2022, HELD))
    (one,) = begun
    assert set(one["env"]) == {"PYTHONPATH"}
    assert "k" * 32 not in str(one)
    assert (one["command"][0], one["stderr"]) == (sys.executable, subprocess.DEVNULL)


@pytest.mark.parametrize("words", [b"", b"\0\0\1", b"\0\0\1\0\7"])
def test_a_reader_that_ends_too_soon_is_no_end_of_the_file(
    monkeypatch: pytest.MonkeyPatch, words: bytes
) -> None:
    source = f"import sys; sys.stdin.buffer.read(); sys.stdout.buffer.write({words!r})"
    monkeypatch.setattr(apart, "COMMAND", (sys.executable, "-c", source))
    with pytest.raises(apart.Broken):
        list(apart.read_apart(table(5_001), LISTS, FIELDS, 2022, HELD))


def test_whoever_stops_early_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    class Watched(subprocess.Popen[bytes]):
        def __init__(self, command: Any, **more: Any) -> None:
            super().__init__(command, **more)
            begun.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    parts = apart.read_apart(table(20_000), LISTS, FIELDS, 2022, HELD)
    assert len(next(parts)) == 5_000
    parts.close()  # type: ignore[attr-defined]
    assert begun[0].returncode == -signal.SIGKILL


def test_nothing_is_left_of_an_import_whose_reader_dies(
    desk: Actor, incident: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ALONE", 3)
    at_desk = Desk(desk, incident, now)
    made = at_desk.upload(csv_of([person(n) for n in range(9)]), "lists", **OPTIONS)
    with scope(desk, incident):
        actions.map_columns(
            upload=made.id, mapping=made.mapping, accepted=True, by=desk, incident=incident, now=now
        )
    with monkeypatch.context() as patched:
        patched.setattr(apart, "COMMAND", (sys.executable, "-c", "import sys; sys.stdin.buffer.read()"))
        with pytest.raises(apart.Broken):
            at_desk.run(made)
    with scope(desk, incident):
        assert not ImportRow.objects.filter(upload=made).exists()
        assert not ListEntry.objects.exists()
    assert at_desk.run(made).counts["taken"] == 9


def test_the_reader_loads_no_framework() -> None:
    """It starts in a moment, and has no way to the database."""
    source = "import sys; import muster.interop.imports.apart_child; print([m for m in sys.modules if 'django' in m])"
    done = subprocess.run(
        [*apart.COMMAND[:3], "-c", source], env={"PYTHONPATH": apart.HOUSE}, capture_output=True, check=True
    )
    assert done.stdout.strip() == b"[]"
    assert Path(apart.HOUSE, "muster").is_dir()
