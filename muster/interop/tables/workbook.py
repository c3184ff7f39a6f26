"""Workbooks are opened in a process of their own, with limits, so that a hostile file hurts nobody."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from muster.interop.tables.shapes import RawSheet, TableRefused

TIMEOUT_SECONDS = 60
_CHILD = Path(__file__).with_name("workbook_child.py")
_SLOW_SIGNALS = {-signal.SIGXCPU, -signal.SIGKILL}


class _Answer(msgspec.Struct):
    """What the child writes: a sheet, or a code with details."""

    sheet: RawSheet | None = None
    code: str = ""
    details: dict[str, str | int] = {}


_ANSWER = msgspec.msgpack.Decoder(_Answer)


def read_workbook(data: bytes, name: str, sheet: str | None = None) -> RawSheet:
    """Read one sheet of an xlsx, xls or ods file; raises `TableRefused`."""
    command = [sys.executable, "-I", str(_CHILD)]
    if sheet is not None:
        command.append(sheet)
    try:
        # Empty environment: the child needs no secret of the server.
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=TIMEOUT_SECONDS, env={}, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TableRefused("tables.too_slow", name=name, seconds=TIMEOUT_SECONDS) from error
    if done.returncode in _SLOW_SIGNALS:
        raise TableRefused("tables.too_slow", name=name, seconds=TIMEOUT_SECONDS)
    if done.returncode < 0:
        # The reader aborts when it may not have the memory it asks for.
        raise TableRefused("tables.too_large", name=name)
    if done.returncode:
        raise TableRefused("tables.broken", name=name)
    answer = _ANSWER.decode(done.stdout)
    if answer.sheet is None:
        raise TableRefused(answer.code, name=name, **answer.details)
    return answer.sheet
