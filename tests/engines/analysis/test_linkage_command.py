"""`muster link` from files to files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bench import register
from muster.project.commands_link import link


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A small register with its list and spec."""
    register.write(tmp_path, register.make(300, 12))
    return tmp_path


def run(place: Path, *words: str) -> Result:
    """The command, with files of this directory."""
    return CliRunner().invoke(link, [str(place / word) if "." in word else word for word in words])


def read(file: Path) -> list[dict[str, str]]:
    """Rows of a csv."""
    with file.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_pairs_and_reasons(place: Path) -> None:
    """Nearly all true pairs with hardly a false one, and for each of them a weight for every column."""
    told = run(
        place, "left.csv", "right.csv", "--spec", "spec.yaml", "--out", "pairs.csv", "--explain", "why.csv"
    )
    assert told.exit_code == 0, told.output
    pairs, truth = read(place / "pairs.csv"), read(place / "truth.csv")
    found = {(row["left_id"], row["right_id"]) for row in pairs}
    true = {(row["left_id"], row["right_id"]) for row in truth}
    assert len(found & true) >= 0.97 * len(true)
    assert len(found - true) <= 2
    assert list(pairs[0]) == ["left_id", "right_id", "probability"]
    assert all(0.6 <= float(row["probability"]) <= 1 for row in pairs)
    why = read(place / "why.csv")
    assert len(why) == 8 * len(pairs)
    assert {row["meaning"] for row in why if row["column"] == "name"} >= {"相同"}


def test_a_list_in_gbk(place: Path) -> None:
    """Another encoding, the same pairs."""
    assert run(place, "left.csv", "right.csv", "--spec", "spec.yaml", "--out", "one.csv").exit_code == 0
    text = (place / "right.csv").read_text(encoding="utf-8")
    (place / "right.csv").write_bytes(text.replace("•", "·").encode("gb18030"))
    assert run(place, "left.csv", "right.csv", "--spec", "spec.yaml", "--out", "two.csv").exit_code == 0
    assert (place / "one.csv").read_bytes() == (place / "two.csv").read_bytes()


@pytest.mark.parametrize(("language", "words"), [("zh", "没有列 row_no"), ("en", "has no column row_no")])
def test_what_does_not_fit(place: Path, language: str, words: str) -> None:
    """One line, no traceback, nothing written."""
    told = run(place, "left.csv", "left.csv", "--spec", "spec.yaml", "--out", "pairs.csv", "--lang", language)
    assert told.exit_code == 1
    assert words in told.output
    assert not (place / "pairs.csv").exists()


def test_a_threshold_out_of_range(place: Path) -> None:
    """A probability lies between 0 and 1."""
    told = run(place, "left.csv", "--spec", "spec.yaml", "--out", "pairs.csv", "--threshold", "2")
    assert told.exit_code == 1
    assert "0 与 1 之间" in told.output
