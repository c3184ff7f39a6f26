"""Transactions that waited for each other in a circle: the database ended one, and it is taken again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from muster.core import prepared

V = TypeVar("V")
TURNS = 5
ONE_BY_ONE = "select pg_advisory_xact_lock(hashtext('muster.circles'))"


def untangled(work: Callable[[], V]) -> V:
    """Run `work` in a transaction; one that was ended for a circle is taken again, such ones one after the other.

    Nothing of an ended one was stored, so `work` must find whatever it needs inside.
    """
    for turn in range(1, TURNS + 1):
        try:
            with transaction.atomic():
                if turn > 1:
                    prepared.run(ONE_BY_ONE)
                return work()
        except OperationalError as error:
            if turn == TURNS or not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise AssertionError("unreachable")
