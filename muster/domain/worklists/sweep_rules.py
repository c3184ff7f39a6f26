"""What doors and blocks are after a mosquito survey, and what the indices say: pure.

Numbers come from the protocol pack; here is only arithmetic. Every state is a function of the set of facts, ties
broken by (at, id).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

MOST_CONTAINERS = 32_000
EARLY = timedelta(days=1)  # a recheck counts from the day before it is due


class Mark(StrEnum):
    """The colour mark of a door or place: green, yellow, red."""

    CLEAR = "clear"
    WATER = "water"
    LARVAE = "larvae"


class SiteState(StrEnum):
    """What was seen at a breeding site."""

    OPEN = "open"
    CLEARED = "cleared"


class Language(StrEnum):
    """What is spoken at a door."""

    MANDARIN = "zh"
    CANTONESE = "yue"
    HAKKA = "hak"
    TEOCHEW = "nan"
    ENGLISH = "en"
    SIGN = "sign"
    OTHER = "other"


class Survey(msgspec.Struct, frozen=True):
    """One unretracted survey of containers at a door."""

    at: datetime
    id: UUID
    inspected: int
    positive: int
    cleared: bool


class MarkState(msgspec.Struct, frozen=True):
    """What a door's containers are after all surveys.

    `recheck_at` is set while larvae were found and no clean survey followed in time; `rechecked_at` when one did.
    """

    mark: str
    inspected: int
    positive: int
    surveys: int
    last_at: datetime
    found_at: datetime | None
    recheck_at: datetime | None
    rechecked_at: datetime | None


def counted(inspected: int, positive: int) -> tuple[int, int]:
    """Counts as they can be: not below nothing, no more positive ones than there are containers."""
    positive = max(0, min(positive, MOST_CONTAINERS))
    return max(positive, max(0, min(inspected, MOST_CONTAINERS))), positive


def mark_state(surveys: Iterable[Survey], recheck_days: int) -> MarkState | None:
    """The newest survey is the mark; larvae want a clean survey after the pack's days. None without surveys."""
    ordered = sorted(surveys, key=lambda one: (one.at, one.id))
    if not ordered:
        return None
    last = ordered[-1]
    found = [one.at for one in ordered if one.positive]
    due = found[-1] + timedelta(days=recheck_days) if found else None
    clean = [one.at for one in ordered if due and not one.positive and one.at >= due - EARLY]
    mark = Mark.LARVAE if last.positive else Mark.WATER if last.inspected and not last.cleared else Mark.CLEAR
    return MarkState(
        mark=mark.value,
        inspected=last.inspected,
        positive=last.positive,
        surveys=len(ordered),
        last_at=last.at,
        found_at=found[-1] if found else None,
        recheck_at=due,
        rechecked_at=min(clean, default=None),
    )


class Counts(msgspec.Struct, frozen=True):
    """What was inspected in a block: houses, houses with larvae, containers, containers with larvae."""

    houses: int = 0
    positive_houses: int = 0
    containers: int = 0
    positive_containers: int = 0

    @property
    def breteau(self) -> float | None:
        """Containers with larvae per hundred houses inspected."""
        return self.positive_containers * 100 / self.houses if self.houses else None

    @property
    def house_index(self) -> float | None:
        """Houses with larvae per hundred houses inspected."""
        return self.positive_houses * 100 / self.houses if self.houses else None

    @property
    def container_index(self) -> float | None:
        """Containers with larvae per hundred containers inspected."""
        return self.positive_containers * 100 / self.containers if self.containers else None

    def plus(self, other: Counts) -> Counts:
        """Two blocks together."""
        return Counts(
            self.houses + other.houses,
            self.positive_houses + other.positive_houses,
            self.containers + other.containers,
            self.positive_containers + other.positive_containers,
        )


class Sight(msgspec.Struct, frozen=True):
    """One unretracted look at a breeding site outside homes."""

    at: datetime
    id: UUID
    state: str
    photo: str = ""


class SightState(msgspec.Struct, frozen=True):
    """What a breeding site is after all looks: the first photograph before, the newest cleared one after."""

    state: str
    looks: int
    last_at: datetime
    cleared_at: datetime | None
    before: str
    after: str


def sight_state(sights: Iterable[Sight]) -> SightState | None:
    """The newest look counts; water that came back opens the site again. None when all were taken back."""
    ordered = sorted(sights, key=lambda one: (one.at, one.id))
    if not ordered:
        return None
    last = ordered[-1]
    cleared_at = None
    for one in reversed(ordered):
        if one.state != SiteState.CLEARED:
            break
        cleared_at = one.at
    photos = _photos(ordered)
    return SightState(last.state, len(ordered), last.at, cleared_at, *photos)


def _photos(ordered: Sequence[Sight]) -> tuple[str, str]:
    before = next((one.photo for one in ordered if one.photo and one.state == SiteState.OPEN), "")
    after = next((one.photo for one in reversed(ordered) if one.photo and one.state == SiteState.CLEARED), "")
    return before, after


def kinds_counted(kinds: Mapping[str, Sequence[int]], known: frozenset[str]) -> dict[str, tuple[int, int]]:
    """Containers by kind as they can be; kinds the pack does not know are counted as others."""
    found: dict[str, tuple[int, int]] = {}
    for kind, (inspected, positive) in sorted(kinds.items()):
        code = kind if kind in known else "other"
        before = found.get(code, (0, 0))
        now = counted(inspected, positive)
        found[code] = (before[0] + now[0], before[1] + now[1])
    return found
