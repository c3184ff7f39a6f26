"""What the command line prints about a pack."""

from pathlib import Path

import pytest

from muster.protocols import PackError, Problem, check, load, path_of


def test_a_problem_prints_place_line_and_both_languages() -> None:
    problem = Problem("zones[0].code", "代码重复", "code used twice", 7)
    assert str(problem) == "zones[0].code (line 7 行): code used twice | 代码重复"
    assert problem.message("zh-hans") == "代码重复"
    assert problem.message("en") == "code used twice"


def test_a_problem_of_the_whole_file_prints_a_dot() -> None:
    assert str(Problem("", "空的", "empty")) == ".: empty | 空的"


def test_problems_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    text = path_of("flood").read_text("utf-8")
    path.write_text(
        text.replace("hazard: flood", "hazard: fire").replace("max_tries:", "most_tries:"), "utf-8"
    )
    problems = check(path)
    assert [problem.line for problem in problems] == sorted(problem.line or 0 for problem in problems)
    assert {problem.path for problem in problems} == {"hazard", "attempts.most_tries", "attempts.max_tries"}


def test_a_spoilt_pack_is_not_loaded_and_says_everything(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    text = path_of("flood").read_text("utf-8").replace("hazard: flood", "hazard: fire")
    path.write_text(text + "\nextra: 1\n", "utf-8")
    with pytest.raises(PackError) as caught:
        load(path)
    assert {problem.path for problem in caught.value.problems} == {"hazard", "extra"}
    assert str(caught.value).count("\n") == 1
