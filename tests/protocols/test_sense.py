"""A pack that contradicts itself is told where and why."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.protocols import Problem, check, path_of

Spoil = Callable[..., list[Problem]]

FOLLOW_UP = ("contacts", "classes", 0, "follow_up")
COVID = "covid-cn-v8"
CHIK = "chikungunya-2025"


@pytest.mark.parametrize(
    ("pack", "place", "to", "said"),
    [
        (COVID, ("name",), "Covid 8", "may only use"),
        (COVID, ("title", "zh"), "English text", "Chinese text is missing"),
        (COVID, ("title", "en"), " ", "English text is missing"),
        (COVID, ("title", "en"), "中文", "English text is missing"),
        (COVID, ("retention_days", "source"), "  ", "the source is empty"),
        (COVID, ("staffing", "posts", 1, "code"), "phone_verifier", "code phone_verifier is used twice"),
        (COVID, ("zones", 2, "code"), "中", "may only use"),
        (COVID, (*FOLLOW_UP, "test_days_central", "value"), [1, 4, 15], "test day 15 is beyond"),
        (COVID, (*FOLLOW_UP, "test_days_home", "value"), [8], "test day 8 is beyond"),
        (COVID, (*FOLLOW_UP, "test_days_central", "value"), [4, 1], "ascending"),
        (COVID, (*FOLLOW_UP, "test_days_central", "value"), [4, 4], "ascending"),
        (COVID, (*FOLLOW_UP, "every_hours", "value"), 0, "more than 0"),
        (COVID, FOLLOW_UP, None, "needs a follow_up"),
        (COVID, ("zones", 1, "phases", 1, "from_day", "value"), 1, "ascending"),
        (COVID, ("zones", 1, "phases", 0, "from_day", "value"), 2, "begin on day 1"),
        (COVID, ("zones", 1, "phases"), [], "begin on day 1"),
        (COVID, ("zones", 1, "restart", "becomes"), "locked", "no code locked"),
        (COVID, ("zones", 1, "release", "becomes"), "locked", "no code locked"),
        (COVID, ("zones", 3, "release", "after_zones"), ["locked"], "no code locked"),
        (COVID, ("zones", 0, "tests", "pool_size", "value"), 0, "more than 0"),
        (COVID, ("zones", 0, "tests", "days", "value"), [4, 1], "ascending"),
        (COVID, ("zones", 0, "unit", "value"), "radius", "needs radius_m"),
        (COVID, ("testing", "pool_size", "value"), 0, "more than 0"),
        (COVID, ("testing", "queue_bands", 2, "from_minutes", "value"), 5, "ascending"),
        (COVID, ("gates", "order", "value"), ["ask", "guess"], "no code guess"),
        (COVID, ("attempts", "to_hour", "value"), 8, "calling hours"),
        (COVID, ("attempts", "to_hour", "value"), 25, "calling hours"),
        (COVID, ("attempts", "max_tries", "value"), 0, "more than 0"),
        (COVID, ("sweep", "fields", 0, "kind"), "choice", "lists choices"),
        (COVID, ("sweep", "outcomes", 0, "recheck"), True, "both close and be rechecked"),
        (COVID, ("sweep", "outcomes"), [], "no outcome closes"),
        (COVID, ("sweep", "max_absent_visits", "value"), 0, "more than 0"),
        (COVID, ("staffing", "shift_hours", "value"), 13, "a shift exceeds"),
        (COVID, ("staffing", "volunteer_shift_hours", "value"), 9, "volunteer shift exceeds"),
        (COVID, ("staffing", "rest_hours", "value"), 13, "work and rest exceed a day"),
        (COVID, ("staffing", "span_min", "value"), 8, "more than span_max"),
        (COVID, ("staffing", "sites", "people_per_desk_min", "value"), 900, "more than people_per_desk_max"),
        (COVID, ("staffing", "sites", "people_per_sampler", "value"), 0, "more than 0"),
        (COVID, ("staffing", "posts", 1, "forbids", "value"), ["luck"], "no code luck"),
        (COVID, ("supplies", "per_shift", 0, "item"), "feather", "no code feather"),
        (COVID, ("supplies", "per_shift", 0, "post"), "jester", "no code jester"),
        (COVID, ("supplies", "burn_counts", "value"), 1, "at least two counts"),
        (CHIK, ("vector", "bands", 0, "from_index", "value"), 1, "begin at 0"),
        (CHIK, ("vector", "bands", 3, "from_index", "value"), 6, "ascending"),
        (CHIK, ("vector", "per_households", "value"), 0, "more than 0"),
        (CHIK, ("zones", 0, "radius_m", "value"), 0, "needs radius_m"),
        ("flood", ("checks", "groups", 0, "code"), "giants", "no code giants"),
    ],
)
def test_a_contradiction_is_named(
    spoil: Spoil, pack: str, place: tuple[str | int, ...], to: Any, said: str
) -> None:
    problems = spoil(*place, to=to, pack=pack)
    assert [problem.en for problem in problems if said in problem.en]
    assert all(problem.zh and problem.path for problem in problems)


def test_a_problem_names_the_line_it_is_on(tmp_path: Path) -> None:
    lines = path_of("flood").read_text("utf-8").splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("  max_tries:"))
    lines[at] = '  max_tries: {value: 0, source: "a slip", grade: M}'
    path = tmp_path / "pack.yaml"
    path.write_text("\n".join(lines), "utf-8")
    (problem,) = check(path)
    assert (problem.path, problem.line) == ("attempts.max_tries", at + 1)
