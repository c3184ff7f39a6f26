"""What becomes of a row, and what a person decided about rows that wait. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

import msgspec

TAKEN, REFUSED, ALREADY, DOUBTFUL = "taken", "refused", "already", "doubtful"
RESULTS = (TAKEN, REFUSED, ALREADY, DOUBTFUL)
SAME, OTHER, TAKE, SKIP = "same", "other", "take", "skip"
CHOICES = (SAME, OTHER, TAKE, SKIP)
AMBIGUOUS, SKIPPED, SIMILAR, FORWARDED = (
    "imports.ambiguous", "imports.skipped", "imports.similar", "imports.forwarded",
)  # fmt: skip
OWN = "own"  # a row of our own line list that came back
UNMATCHED = ("", "new", "unsure")


class Choice(msgspec.Struct, frozen=True):
    """The decision on a row: the same person as `subject`, another person, take it as read, or leave it out."""

    choice: str
    subject: UUID | None = None


class Outcome(msgspec.Struct):
    """What became, or would become, of one row. `owner` is the area that its work goes on to, when not ours."""

    row: int
    result: str
    code: str = ""
    field: str = ""
    how: str = ""
    subject: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    owner: int | None = None


def owners(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many rows go on to each other area."""
    found = Counter(str(one.owner) for one in outcomes if one.owner is not None and one.result == TAKEN)
    return dict(sorted(found.items()))


def counted(rows: int, outcomes: Iterable[Outcome]) -> dict[str, object]:
    """Counts of an import: rows = taken + refused + already + doubtful, and the codes that occurred."""
    results: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    matched = 0
    for one in outcomes:
        results[one.result] += 1
        matched += one.how not in UNMATCHED
        if one.code:
            codes[f"{one.result}:{one.code}"] += 1
    return {
        "rows": rows,
        **{name: results[name] for name in RESULTS},
        "matched": matched,
        "codes": dict(codes),
    }


def is_balanced(counts: dict[str, object]) -> bool:
    """Whether every row of the file has exactly one fate."""
    return counts.get("rows", 0) == sum(int(str(counts.get(name, 0))) for name in RESULTS)
