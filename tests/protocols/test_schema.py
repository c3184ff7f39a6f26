"""A pack of the wrong form is told every fault with its place."""

from collections.abc import Callable
from typing import Any

import pytest

from muster.protocols import Problem, check, path_of

Spoil = Callable[..., list[Problem]]

FOLLOW_UP = ("contacts", "classes", 0, "follow_up")


@pytest.mark.parametrize(
    ("place", "to", "said"),
    [
        (("colour",), "red", "unknown key colour"),
        (("attempts", "max_trys"), 3, "unknown key max_trys"),
        (("attempts", "max_tries"), 3, "no source and grade"),
        (("attempts", "max_tries"), {"value": 3, "grade": "B"}, "source is missing"),
        (("attempts", "max_tries"), {"value": 3, "source": "x"}, "grade is missing"),
        (("attempts", "max_tries", "grade"), "D", "must be one of: A, B, C, M"),
        (("attempts", "max_tries", "grade"), ["A"], "must be one of: A, B, C, M"),
        (("attempts", "max_tries", "value"), "three", "must be a whole number"),
        (("attempts", "max_tries", "value"), True, "must be a whole number"),
        (("attempts", "max_tries", "value"), 2.5, "must be a whole number"),
        (("attempts", "max_tries", "value"), -1, "must be between"),
        (("attempts", "max_tries", "value"), 10**400, "must be between"),
        (("attempts", "cool_down_hours", "value"), "4 h", "must be a number"),
        (("attempts", "cool_down_hours", "value"), float("nan"), "must be between"),
        (("attempts", "cool_down_hours", "value"), float("inf"), "must be between"),
        ((*FOLLOW_UP, "test_days_central", "value"), 4, "must be a list"),
        ((*FOLLOW_UP, "test_days_central", "value"), [1, "four"], "must be a whole number"),
        (("contacts", "classes", 0, "traced", "value"), "yes", "must be true or false"),
        (("contacts", "classes", 0, "code"), False, "must be text"),
        (("contacts",), "none", "must be a mapping"),
        (("clocks",), [1], "must be a mapping"),
        (("clocks", "first_report"), 24, "must be a mapping"),
        (("title",), "English only", "must be a mapping"),
        (("hazard",), "comet", "must be one of"),
        (("supplies", "items", 0, "unit"), "bag", "must be one of"),
        (("zones", 0, "phases", 0, "movement", "value"), "roam", "must be one of"),
        (("zones", 0, "phases"), None, "must be a list"),
    ],
)
def test_a_wrong_form_is_named(spoil: Spoil, place: tuple[str | int, ...], to: Any, said: str) -> None:
    problems = spoil(*place, to=to)
    assert len(problems) == 1
    assert said in problems[0].en
    assert problems[0].line is not None


@pytest.mark.parametrize(
    "section", ["attempts", "sweep", "staffing", "supplies", "helpline", "clocks", "title"]
)
def test_a_section_every_hazard_needs_cannot_be_absent(spoil: Spoil, removed: object, section: str) -> None:
    (problem,) = spoil(section, to=removed)
    assert (problem.path, problem.en) == (section, f"{section} is missing")


@pytest.mark.parametrize("section", ["contacts", "testing", "gates", "zones"])
def test_a_section_a_hazard_does_not_know_may_be_absent(spoil: Spoil, removed: object, section: str) -> None:
    assert spoil(section, to=removed) == []


def test_a_missing_language_is_named_with_its_place(spoil: Spoil, removed: object) -> None:
    (problem,) = spoil("zones", 0, "title", "en", to=removed)
    assert problem.path == "zones[0].title.en"


def test_every_fault_is_told_not_only_the_first(spoil: Spoil) -> None:
    problems = spoil("attempts", to={"from_hour": 8, "nonsense": 1})
    assert {problem.path for problem in problems} >= {
        "attempts.from_hour",
        "attempts.nonsense",
        "attempts.to_hour",
    }


def test_the_check_of_a_shipped_pack_is_clean_before_it_is_spoilt() -> None:
    assert check(path_of("covid-cn-v8")) == []
