"""Count figures of a snapshot, by day and district, on DuckDB or Spark: the numbers of the live figures.

What is counted once (a person, a dwelling) counts where and when it first appeared, so that days and districts
add up to the total, as on the desk.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from muster.engines.analysis import duck, spark
from muster.engines.analysis.problems import AnalysisError
from muster.engines.analysis.workbench import Duck, Spark, Workbench

# figure: the table of facts, and the column of which different values are counted (None: each fact)
FIGURES: dict[str, tuple[str, str | None]] = {
    "samples_taken": ("sampling_sampletaken", None),
    "people_sampled": ("sampling_sampletaken", "person"),
    "persons_registered": ("people_registration", "person"),
    "doors_visited": ("worklists_visit", "dwelling"),
    "contacts": ("cases_contactnamed", "person"),
    "scans": ("passes_passscanned", None),
}
EACH = "select day, district, count(*) as number from facts group by day, district order by day, district"
ONCE = """
select day, district, count(*) as number
from (select day, district, row_number() over (partition by {unit} order by nth) as turn
      from facts where {unit} is not null) t
where turn = 1 group by day, district order by day, district
"""


@dataclass(frozen=True)
class Count:
    """A figure of one day and district."""

    figure: str
    day: str
    district: str
    number: int


def count(snapshot: Path, engine: str = "duckdb") -> list[Count]:
    """All figures of a snapshot; raises AnalysisError when the directory is none."""
    if not (snapshot / "manifest.json").is_file():
        raise AnalysisError(f"{snapshot} 不是快照目录", f"{snapshot} is no snapshot: it has no manifest.json")
    with tempfile.TemporaryDirectory(prefix="muster-figures-") as work:
        if engine == "spark":
            bench = Spark(spark.session(), Path(work))
            with spark.failures():
                return _counted(bench, snapshot)
        with duck.connection() as con:
            return _counted(Duck(con), snapshot)


def _counted(bench: Workbench, snapshot: Path) -> list[Count]:
    found: list[Count] = []
    asked = {
        code: (f"facts/{table}", ONCE.format(unit=unit) if unit else EACH)
        for code, (table, unit) in FIGURES.items()
    }
    for code, (folder, question) in {**asked, "visits": ("visits", EACH)}.items():
        place = snapshot / folder
        if any(place.rglob("*.parquet")):
            bench.folder("facts", place)
            found += [
                Count(code, str(day), str(district), int(number))
                for day, district, number in bench.rows(question)
            ]
    return found


def totals(counts: list[Count]) -> dict[str, int]:
    """Each figure over all days and districts; nothing there is zero."""
    made = dict.fromkeys((*FIGURES, "visits"), 0)
    for one in counts:
        made[one.figure] += one.number
    return made
