"""The honest report of an import: every row of the file is accounted for exactly once."""

from collections import Counter

import msgspec


class RowIssue(msgspec.Struct, frozen=True):
    """Why a row was refused, or what is doubtful about it. `row` as a spreadsheet program counts."""

    row: int
    column: str
    code: str
    written: str = ""


class Unbalanced(Exception):
    """A row was counted twice, or never: the report would lie."""


class RowReport:
    """Counts rows as taken, refused or duplicate while a run goes on; `finish` proves that none is missing."""

    def __init__(self, numbers: list[int]) -> None:
        self._expected = frozenset(numbers)
        self._fate: dict[int, str] = {}
        self.refusals: list[RowIssue] = []
        self.doubts: list[RowIssue] = []

    def take(self, row: int) -> None:
        """The row was stored."""
        self._settle(row, "taken")

    def refuse(self, row: int, column: str, code: str, written: str = "") -> None:
        """The row was not stored; a row may have several reasons but one fate."""
        if self._fate.get(row) != "refused":
            self._settle(row, "refused")
        self.refusals.append(RowIssue(row, column, code, written))

    def duplicate(self, row: int) -> None:
        """The row says what is already known."""
        self._settle(row, "duplicate")

    def doubt(self, row: int, column: str, code: str, written: str = "") -> None:
        """The row goes on, but a person should look at it."""
        self.doubts.append(RowIssue(row, column, code, written))

    def _settle(self, row: int, fate: str) -> None:
        if row not in self._expected or row in self._fate:
            raise Unbalanced(f"row {row} cannot become {fate}: {self._fate.get(row, 'unknown row')}")
        self._fate[row] = fate

    def finish(self) -> dict[str, int]:
        """Counts with `rows = taken + refused + duplicate`; raises `Unbalanced` when a row has no fate."""
        counts = Counter(self._fate.values())
        if len(self._fate) != len(self._expected):
            raise Unbalanced(f"{len(self._expected) - len(self._fate)} rows have no fate")
        return {"rows": len(self._expected)} | {
            fate: counts[fate] for fate in ("taken", "refused", "duplicate")
        }


def row_problem(row: tuple[str, ...], width: int) -> str | None:
    """A row with more cells than the header has slipped sideways: nothing in it can be trusted."""
    return "row.too_many_cells" if len(row) > width else None
