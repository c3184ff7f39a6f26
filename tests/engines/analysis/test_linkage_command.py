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


ONE = "编 号,姓名,电话,证件\n1,张伟,13800138000.0,11010519491231002X\n"
OTHERS = "编 号,姓名,电话,证件\na,张玮,13800138000,11010519491231002X\nb,李娜,13900139000,\n"
KINDS = "id: 编 号\ncolumns: {姓名: name, 电话: phone, 证件: id}\n"


def test_one_row_against_a_few_in_files_with_names_of_any_kind(tmp_path: Path) -> None:
    """A single row finds its person; what cannot be read is said with its line, and nothing is written."""
    for name, said in (("一 行.csv", ONE), ("名 单.csv", OTHERS), ("规 格.yaml", KINDS)):
        (tmp_path / name).write_text(said, encoding="utf-8")
    words = ("一 行.csv", "名 单.csv", "--spec", "规 格.yaml", "--out", "结 果.csv", "--lang", "en")
    assert run(tmp_path, *words).exit_code == 0
    assert [(row["left_id"], row["right_id"]) for row in read(tmp_path / "结 果.csv")] == [("1", "a")]
    (tmp_path / "结 果.csv").unlink()
    (tmp_path / "名 单.csv").write_text(OTHERS.replace("b,李", '"b,李'), encoding="utf-8")
    told = run(tmp_path, *words)
    assert (told.exit_code, "line 3" in told.output) == (1, True)
    assert not (tmp_path / "结 果.csv").exists()
