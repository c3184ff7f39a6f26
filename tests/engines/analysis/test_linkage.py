"""Linking: what is found without labels, on many rows and on few, and what is said of input that does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bench import register
from muster.engines.analysis.linkage import Linked, Options, blocking, link_frames, spec, tables
from muster.engines.analysis.problems import AnalysisError

Table = dict[str, list[str | None]]
SPEC = spec.read(
    {"id": "id", "columns": {"name": "name", "born": "date", "phone": "phone", "home": "address"}}
)


def columns(*rows: tuple[str | None, ...], names: str = "id name born phone home") -> Table:
    """A table of these rows."""
    return {name: [row[at] for row in rows] for at, name in enumerate(names.split())}


def ends(linked: Linked) -> set[tuple[str, str]]:
    """The pairs."""
    return {(pair.left_id, pair.right_id) for pair in linked.pairs}


def made(size: int, seed: int, keep: tuple[str, ...]) -> tuple[Table, Table, Any, set[tuple[str, str]]]:
    """A generated register with a spec that names other columns than the generator's example."""
    left, right, truth = register.make(size, seed)
    shown = [0, *(i for i, name in enumerate(register.LEFT) if name in keep)]
    first = {f"a{i}": [row[i] or None for row in left] for i in shown}
    second = {f"b{i}": [row[i] or None for row in right] for i in shown}
    listed = [
        {"left": f"a{i}", "right": f"b{i}", "kind": register.KINDS[register.LEFT[i]]} for i in shown[1:]
    ]
    asked = spec.read({"id": {"left": "a0", "right": "b0"}, "columns": listed})
    return first, second, asked, {(a, b) for a, b in truth}


@pytest.mark.slow
@pytest.mark.parametrize(
    "keep",
    [
        register.LEFT[1:],
        ("name", "birth", "document", "address"),
        ("name", "sex", "birth", "phone", "address"),
    ],
)
def test_a_generated_register(keep: tuple[str, ...]) -> None:
    """Precision and recall as demanded, on a seed nothing was set by, also with fewer columns."""
    left, right, asked, truth = made(3000, 20_260_714, keep)
    found = ends(link_frames(left, right, asked, Options(explain=False)))
    assert len(found & truth) / len(found) >= 0.995
    assert len(found & truth) / len(truth) >= 0.97


def test_twice_the_same() -> None:
    """The same tables and seed give the same pairs and probabilities."""
    left, right, asked, _ = made(400, 3, register.LEFT[1:])
    first, again = (link_frames(left, right, asked) for _ in "ab")
    assert first.pairs == again.pairs
    assert len(first.pairs) > 100


@pytest.mark.parametrize("is_left", [True, False])
def test_a_handful_against_a_register(is_left: bool) -> None:
    """Twenty leftovers are too few to learn from, on either side; beliefs carry them."""
    left, right, asked, truth = made(4000, 5, register.LEFT[1:])
    few = {name: cells[:20] for name, cells in (left if is_left else right).items()}
    found = ends(link_frames(few, right, asked) if is_left else link_frames(left, few, asked))
    ids = set(next(iter(few.values())))
    wanted = {pair for pair in truth if pair[0 if is_left else 1] in ids}
    assert len(found & wanted) >= 0.9 * len(wanted) > 5
    assert len(found - wanted) <= 1


@pytest.mark.spark
@pytest.mark.slow
def test_spark_finds_the_same() -> None:
    """One question, one answer, wherever it is computed; and again in the same session."""
    pytest.importorskip("pyspark", reason="NO SPARK: pyspark is not installed")
    left, right, asked, _ = made(200, 8, register.LEFT[1:])
    here = link_frames(left, right, asked, Options(threshold=0.2)).pairs
    for _ in range(2):
        there = link_frames(left, right, asked, Options(threshold=0.2, engine="spark")).pairs
        assert [(one.left_id, one.right_id) for one in there] == [(one.left_id, one.right_id) for one in here]
        assert [one.probability for one in there] == pytest.approx(
            [one.probability for one in here], abs=1e-6
        )
    assert len(here) > 50


def test_the_explanation_adds_up() -> None:
    """Start, parts and what speaks for a relative are the weight of the pair; levels have words in both languages."""
    left, right, asked, _ = made(400, 3, register.LEFT[1:])
    for pair in link_frames(left, right, asked).pairs:
        told = pair.start + pair.related + sum(part.weight for part in pair.parts)
        assert told == pytest.approx(pair.weight, abs=0.01)
        assert [part.column for part in pair.parts] == ["a1", "a2", "a3", "a4", "a5", "a6"]
        assert all(part.zh and part.en for part in pair.parts)


def test_one_table() -> None:
    """A table with itself: the slip, the homophone and the variant of an address are one person each."""
    people = [
        (
            str(at),
            f"{family}{given}",
            f"19{50 + at}-0{at % 9 + 1}-1{at % 10}",
            f"138{at:04}1234",
            f"环城路{at + 1}号3栋2单元{at + 1}01室",
        )
        for at, (family, given) in enumerate(
            zip("王李张刘陈杨黄赵吴周徐孙马朱胡郭", "伟芳娜敏静强磊军洋勇艳杰娟涛明超", strict=True)
        )
    ]
    again = [
        ("x", "李方", "1951.2.11", "+86 138 0001 1234", "环城路2号三幢二单元201"),
        ("y", "张娜", "1952-03-21", "13800021234", None),
    ]
    found = ends(link_frames(columns(*people, *again), None, SPEC))
    assert found == {("1", "x"), ("2", "y")}


def test_a_telephone_on_thirty_thousand_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that all rows share brings no candidates by itself, and that is said."""
    monkeypatch.setattr(blocking, "EVERY", 1000)
    monkeypatch.setattr(blocking, "WIDEST", 1000)
    numbers = [(None, "13800138000", f"139{at:08}")[at % 3] for at in range(600)]
    rows = [(str(at), f"王{chr(0x4E00 + at)}", None, number, None) for at, number in enumerate(numbers)]
    linked = link_frames(columns(*rows), None, SPEC, Options(explain=False))
    assert linked.candidates < 20_000
    assert any(en.startswith("phone: 1 values are shared by too many rows") for _, en in linked.notes)


def test_columns_without_values() -> None:
    """An empty column is named, and counts for nothing."""
    rows = [(str(at), f"王{chr(0x4E00 + at)}", "1980-01-01", None, None) for at in range(30)]
    linked = link_frames(columns(*rows), None, SPEC)
    assert {en for _, en in linked.notes} == {
        "the column phone has no usable value", "the column home has no usable value"
    }  # fmt: skip
    assert link_frames(columns(rows[0]), None, SPEC).pairs == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"columns": {"a": "name"}}, "`id` and `columns`"),
        ({"id": "i", "columns": {}}, "is empty"),
        ({"id": "i", "columns": {"a": "surname"}}, "no kind surname"),
        ({"id": "i", "columns": {"a": {"kind": "name", "weight": 3}}}, "weight is not known"),
        (
            {"id": "i", "columns": [{"column": "a", "kind": "name"}, {"column": "a", "kind": "text"}]},
            "named twice",
        ),
        ({"id": ["i"], "columns": {"a": "name"}}, "`id` is the name"),
        ({"id": "i", "columns": "name"}, "a mapping or a list"),
        ("id: i", "`id` and `columns`"),
    ],
)
def test_a_spec_that_does_not_fit(said: Any, words: str) -> None:
    """One clear sentence, in both languages."""
    with pytest.raises(AnalysisError, match="/") as problem:
        spec.read(said)
    assert words in problem.value.say("en")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in problem.value.say("zh"))


def test_ways_of_writing_a_spec() -> None:
    """A mapping, a list, and a column that has another name on the right are the same spec."""
    mapping = yaml.safe_load("{id: i, columns: {a: name, b: {kind: phone, right: tel}}}")
    listed = yaml.safe_load("{id: i, columns: [{column: a, kind: name}, {left: b, right: tel, kind: phone}]}")
    assert spec.read(mapping) == spec.read(listed)
    assert spec.read(mapping).columns[1].right == "tel"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"no": ["1"]}, "no column id"),
        (columns(("1", "a", "", "", ""), ("1", "b", "", "", "")), "not unique"),
        (columns(("1", "a", "", "", ""), (None, "b", "", "", "")), "row 2 of the left table has no id"),
        ({"id": [], "name": []}, "no rows"),
        ({"id": ["1"], "name": ["a"]}, "no column born"),
    ],
)
def test_a_table_that_does_not_fit(table: Table, words: str) -> None:
    """Missing and repeated ids, missing columns, no rows."""
    with pytest.raises(AnalysisError) as problem:
        link_frames(table, None, SPEC)
    assert words in problem.value.say("en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_files_of_text(tmp_path: Path, encoding: str) -> None:
    """Encodings, separators, blank cells and lines."""
    file = tmp_path / "a.csv"
    file.write_bytes("编号;姓名;电话\n1;张伟;\n\n2;李娜;138\n".encode(encoding))
    assert tables.read(file) == {"编号": ["1", "2"], "姓名": ["张伟", "李娜"], "电话": [None, "138"]}


def test_a_workbook(tmp_path: Path) -> None:
    """Whole numbers stay whole."""
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet().write_row(0, 0, ["id", "电话"])
        book.worksheets()[0].write_row(1, 0, [7, 13800138000])
    assert tables.read(tmp_path / "a.xlsx") == {"id": ["7"], "电话": ["13800138000"]}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a,a\n1,2\n", "two columns named a"),
        (b"a,b\n1,2,3\n", "row 2"),
        (b"PK\0\0\0", "not a table"),
    ],
)
def test_broken_files(tmp_path: Path, content: bytes, words: str) -> None:
    """What is wrong, and where."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(AnalysisError) as problem:
        tables.read(file)
    assert words in problem.value.say("en")
