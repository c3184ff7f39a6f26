"""A hostile or broken file becomes one clear problem, never a traceback."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.protocols import PackError, check, load, path_of
from muster.protocols.reading import MAX_BYTES, MAX_DEPTH, read

BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"name: [unclosed\n", "not valid YAML"),
        (b"name: a\n  title: b\n", "not valid YAML"),
        (b"\tname: a\n", "not valid YAML"),
        (b"a: 1\n---\nb: 2\n", "not valid YAML"),
        (b"name: \x00\n", "not valid YAML"),
        (b"name: 0x_\n", "not valid YAML"),
        (b"name: " + b"9" * 5000 + b"\n", "not valid YAML"),
        ("name: 方案\n".encode("gb18030"), "not UTF-8"),
        ("name: 方案\n".encode("utf-16"), "not UTF-8"),
        (b"x: " + b"y" * MAX_BYTES, "larger than"),
        (BOMB, "aliases"),
        (b"name: !!python/object/apply:os.system [ls]\n", "tags"),
        (b"name: !!int ''\n", "tags"),
        (b"[" * (MAX_DEPTH + 1), "nested deeper"),
        (b"{" * 100_000, "nested deeper"),
        (b"name: a\nname: b\n", "written twice"),
        (b"1: a\n", "a key must be text"),
        (b"? [a]\n: b\n", "a key must be text"),
        (b"just text\n", "must be a mapping"),
        (b"[1, 2]\n", "must be a mapping"),
    ],
)
def test_a_broken_file_is_reported_in_plain_words(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(content)
    problems = check(path)
    assert said in problems[0].en
    assert problems[0].zh
    with pytest.raises(PackError, match=said):
        load(path)


def test_a_missing_file_a_folder_and_an_impossible_name_are_problems_too(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.yaml", tmp_path, "a\x00b"):
        assert len(check(path)) == 1


def test_the_line_of_a_syntax_error_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_text("name: a\nversion: b\ntitle: [c\n", "utf-8")
    assert check(path)[0].line == 4


def test_a_byte_order_mark_and_unquoted_dates_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 2022-06-28\nnested:\n  - one\n")
    document = read(path)
    assert document.value == {"version": "2022-06-28", "nested": ["one"]}
    assert document.lines["nested[0]"] == 3


FLOOD = path_of("flood").read_bytes()
SLIPS = st.sampled_from(
    [b"", b"null", b"[]", b"{}", b"-1", b".nan", b"0x_", b"\x00", b"\xff", b"\n", b": ", b"- ", b"*a"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(FLOOD)), lost=st.integers(0, 40), slip=SLIPS)
def test_a_slip_anywhere_in_a_pack_never_ends_in_a_traceback(
    tmp_path: Path, at: int, lost: int, slip: bytes
) -> None:
    path = tmp_path / "pack.yaml"
    path.write_bytes(FLOOD[:at] + slip + FLOOD[at + lost :])
    for problem in check(path):
        assert problem.zh
        assert problem.en
