"""What a device tells the server, and what an action answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from muster.core.errors import Refusal

B = TypeVar("B")
Touched = defaultdict[str, set[UUID]]


class Told(msgspec.Struct, Generic[B], frozen=True):
    """One command as it reached an action: `id` is also the id of the fact it becomes.

    `at` is when it happened (already corrected for a wrong device clock), `by` the responder (or the
    account, for people without a responder record), `device` the telephone or None at a desk.
    """

    id: UUID
    at: datetime
    by: UUID
    body: B
    device: UUID | None = None


def no_touch() -> Touched:
    """An empty record of touched things: kind (`domain.thing`) to ids."""
    return defaultdict(set)


@dataclass
class Done:
    """What became of many commands: those not named were stored.

    `refused` are answered for good and kept for a person to see; `waiting` are kept and tried again when
    rights change or things arrive. `touched` names what must be looked at by `journeys.settle`;
    `data` is told back with the answer of a claim.
    """

    refused: dict[UUID, Refusal] = field(default_factory=dict)
    waiting: dict[UUID, Refusal] = field(default_factory=dict)
    touched: Touched = field(default_factory=no_touch)
    data: dict[UUID, Any] = field(default_factory=dict)

    def touch(self, kind: str, ids: Iterable[UUID]) -> None:
        """Remember that things of this kind have new facts."""
        self.touched[kind].update(ids)

    def stored(self, told: Iterable[Told[B]]) -> list[Told[B]]:
        """Those of the commands that were neither refused nor parked."""
        return [one for one in told if one.id not in self.refused and one.id not in self.waiting]


Many = Callable[..., Done]
