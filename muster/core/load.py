"""How full the server is: a few at work, a few waiting, the rest told to come back. Seen by all web processes."""

from __future__ import annotations

import math
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

REMEMBERED = 900  # seconds a shedding stays on the page of what is degraded
KEY = "load/shed/{}"
OLD = 0.8  # how much of the known time of service stays when a new one is measured
LONGEST = 120  # seconds anybody is sent away for


@dataclass
class Lane:
    """One kind of work: `slots` at a time, as many waiting as can begin within `patience` seconds."""

    name: str
    slots: int
    most_waiting: int
    patience: float = 1.0
    spent: float = 0.05
    waiting: int = 0
    shed: int = 0
    _turn: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _free: threading.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = threading.Semaphore(self.slots)

    def enter(self) -> bool:
        """Whether one may work now; waits a little. False: shed, at once."""
        if self._free.acquire(blocking=False):
            return True
        with self._lock:
            expected = (self.waiting + 1) * self.spent / self.slots
            if self.waiting >= self.most_waiting or expected > self.patience:
                self.shed += 1
                return False
            self.waiting += 1
        try:
            return self._free.acquire(timeout=2 * self.patience)
        finally:
            with self._lock:
                self.waiting -= 1

    def leave(self, seconds: float) -> None:
        """Work is done; learn how long it takes."""
        with self._lock:
            self.spent = OLD * self.spent + (1 - OLD) * seconds
        self._free.release()

    def come_back(self) -> int:
        """Seconds after which to try again: those who were sent away stand in a line, each behind the last.

        So they come back as fast as they can be served, few at once and nobody later than needed.
        """
        with self._lock:
            now, each = time.monotonic(), self.spent / self.slots
            begins = max(self._turn, now + (self.waiting + 1) * each)
            self._turn = min(begins + each, now + LONGEST)
            return max(1, math.ceil(self._turn - now))


_told: dict[str, float] = {}


def note_shed(lane: Lane, now: float | None = None) -> None:
    """Let the other processes and the page know, once a second at most."""
    now = time.time() if now is None else now
    if now - _told.get(lane.name, 0.0) < 1:
        return
    _told[lane.name] = now
    about = {"at": now, "lane": lane.name, "shed": lane.shed, "spent": lane.spent}
    cache.set(KEY.format(f"{lane.name}/{os.getpid()}"), about, REMEMBERED)
    known = set(cache.get(KEY.format("all"), ()))
    cache.set(KEY.format("all"), known | {f"{lane.name}/{os.getpid()}"}, REMEMBERED)


def recent() -> list[dict[str, Any]]:
    """Where load was shed in the last quarter of an hour, the latest first."""
    found = cache.get_many(KEY.format(name) for name in cache.get(KEY.format("all"), ()))
    return sorted(found.values(), key=lambda one: -float(one["at"]))
