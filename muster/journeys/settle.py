"""After facts: collect what is wanted for everything touched, and reconcile the work."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from muster.core.told import Touched


def settle(touched: Iterable[Touched], *, incident: UUID, now: datetime) -> int:
    """Reconcile the work wanted for everything touched."""
    return 0


def wake(*, incident: UUID, now: datetime) -> int:
    """Reconsider what is due by the clock."""
    return 0
