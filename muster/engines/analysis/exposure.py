"""Who shared a place and time with a case, for how long, generation by generation.

Intervals are half-open. For each source, person and place the time together inside the source's window is
summed, visits of one person that overlap or touch counting once, and must reach the minimum. A contact is found
in one generation only; its own window begins where its earliest qualifying time together began and ends with
the case's. The questions stand in exposure.sql; DuckDB and Spark answer them with the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from muster.engines.analysis.workbench import Workbench, parts

SECOND = 1_000_000
KEYS = "case_id, person, place"
SHARED_KEYS = "case_id, source, person, place"


@dataclass(frozen=True)
class Rule:
    """What counts as an exposure. Seconds throughout; None leaves an option of the pack's rule out."""

    min_overlap: float
    generations: int = 1
    over_places: bool = False  # the minimum counts over all places together
    within: float | None = None  # the minimum is reached inside one stretch of this length
    min_stay: float | None = None  # and the contact stayed there this long inside the source's window


@dataclass(frozen=True)
class Generation:
    """What one generation brought."""

    generation: int
    rows: int
    people: int
    sources: int
    sources_seen: int


def trace(
    bench: Workbench, rule: Rule, *, in_cells: bool, tell: Callable[[Generation], None]
) -> list[Generation]:
    """Fill the table `found` from the tables `visits`, `cases` and, where asked, `cells` of a workbench."""
    asked = _Asked(bench, rule, in_cells)
    asked.make("sources")
    asked.make("known")
    steps: list[Generation] = []
    for number in range(1, rule.generations + 1):
        asked.fill["generation"] = number
        steps.append(asked.generation(number))
        tell(steps[-1])
        asked.make("known", "known_so_far")
        asked.make("sources", "next_sources")
    return steps


class _Asked:
    """One question on one workbench: which part of the SQL file answers which step."""

    def __init__(self, bench: Workbench, rule: Rule, in_cells: bool) -> None:
        self.bench, self.rule, self.in_cells = bench, rule, in_cells
        self.parts = parts("exposure.sql")
        self.fill: dict[str, Any] = {
            "pool": "cast(null as int)" if rule.over_places else "place",
            "least": _micros(rule.min_overlap),
            "within": _micros(rule.within or 0),
            "stay": _micros(rule.min_stay or 0),
        }

    def make(self, table: str, part: str | None = None, /, **fill: object) -> None:
        self.bench.make(table, self.parts[part or table].format_map({**self.fill, **fill}))

    def name(self, table: str, part: str | None = None, /, **fill: object) -> None:
        self.bench.name(table, self.parts[part or table].format_map({**self.fill, **fill}))

    def span(self, table: str, first: str, last: str) -> None:
        """Bound the next pass over the visits; an empty table bounds it to nothing."""
        ((low, high),) = self.bench.rows(
            f"select unix_micros(min({first})), unix_micros(max({last})) from {table}"
        )
        self.fill |= {"lo": self.bench.instant(low or 0), "hi": self.bench.instant(high or 0)}

    def generation(self, number: int) -> Generation:
        self.stays(number)
        self.span("stays", "a", "b")
        self.name("doors", "doors_of_cells" if self.in_cells else "doors")
        self.make("pieces")
        self.name("strangers")
        self.name("merged", "merge", keys=SHARED_KEYS, table="strangers")
        self.make("shared")
        self.make("sums")
        self.keep()
        self.make("fresh")
        self.bench.make("found", "select * from fresh" if number == 1 else self.parts["found"])
        return self.counted(number)

    def keep(self) -> None:
        """The sums that count. Without an option of the pack's rule each stands for itself."""
        if not (self.rule.over_places or self.rule.within or self.rule.min_stay):
            self.name("kept")
            return
        self.name("reached", "reached_within" if self.rule.within else "reached")
        if self.rule.min_stay:
            self.stayed()
        self.name("kept", "kept_of", passed="stayed" if self.rule.min_stay else "reached")

    def stays(self, number: int) -> None:
        """Where the sources were, with the notices in the first generation."""
        self.span("sources", "opens", "closes")
        self.make("near")
        table = "near"
        if number == 1:
            self.name("told")
            table = "told"
        if self.in_cells:
            self.name("seen", "in_cells", table=table)
            table = "seen"
        self.make("stays", "merge", keys=KEYS, table=table)

    def stayed(self) -> None:
        """The companion's rule: the whole stay of those who met, where they met."""
        self.name("spans")
        self.span("spans", "opens", "closes")
        self.name("met", "met_in_cells" if self.in_cells else "met")
        self.make("lived")
        self.name("lived_merged", "merge", keys=SHARED_KEYS + ", pool", table="lived")
        self.make("stayed")

    def counted(self, number: int) -> Generation:
        ((rows, people),) = self.bench.rows("select count(*), count(distinct person) from fresh")
        sources = "cases" if number == 1 else "sources"
        ((total,),) = self.bench.rows(
            f"select count(*) from (select distinct case_id, person from {sources}) t"
        )
        ((seen,),) = self.bench.rows("select count(*) from (select distinct case_id, person from stays) t")
        return Generation(number, rows, people, total, seen)


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)
