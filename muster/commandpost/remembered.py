"""Counts that are dear to count are counted now and then, and say when.

A count that took 10 ms is not taken again for a hundred times as long (1 s), so that counting never costs more than
a hundredth of the server's time; a quick one is always fresh. What a person may see is part of the key, so nobody
is shown another's count. Kept in the memory of one process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from muster.commandpost.frame import DeskRequest, bounds

V = TypeVar("V")
QUICK = 0.008  # seconds
REST = 100
LONGEST = 30.0
MOST = 500
_kept: dict[tuple[object, ...], tuple[float, datetime, Any]] = {}


def remembered(request: DeskRequest, name: str, count: Callable[[], V]) -> tuple[V, datetime]:
    """The count and the instant it was taken."""
    spans = tuple(request.actor.spans(None, request.incident.id))
    key = (name, request.incident.id, spans, bounds(request))
    held = _kept.get(key)
    if held is not None and time.monotonic() < held[0]:
        return held[2], held[1]
    began = time.monotonic()
    value = count()
    took = time.monotonic() - began
    _kept.pop(key, None)
    if took > QUICK:
        if len(_kept) >= MOST:
            _kept.pop(next(iter(_kept)))
        _kept[key] = (began + took + min(took * REST, LONGEST), request.now, value)
    return value, request.now


def forget() -> None:
    """Count everything again at the next question."""
    _kept.clear()
