"""R13: text files of every encoding, line end and delimiter read right or are refused."""

import csv
import io
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.interop.tables.read import read_table
from muster.interop.tables.shapes import TableRefused

HEADER = ["姓名", "证件号码", "现住址"]
ROWS = [
    ["张三", "440399199001011234", "马安堂社区中兴路3栋2单元501"],
    ["欧阳娜娜", "H01234567", "杨美村东三巷12号302"],
    ["阿布都·热合曼", "", "说：“在家”, 已联系; 好"],
    ["𠮷田", "E12345678", "第一行\n第二行"],
    ["Ann O'Neill", "AB1234567", 'say "hi"'],
]
ENCODINGS = {
    "utf-8": "utf-8", "utf-8-sig": "utf-8", "gb18030": "gb18030", "gbk": "gb18030", "utf-16-le": "utf-16",
    "utf-16-be": "utf-16",
}  # fmt: skip
ENDS = {"lf": ["\n"], "crlf": ["\r\n"], "cr": ["\r"], "mixed": ["\n", "\r\n", "\r"]}


def written(rows: list[list[str]], delimiter: str, ends: list[str]) -> str:
    """The rows as a program writes them, each line with the next of the line ends."""
    lines = []
    for at, row in enumerate(rows):
        target = io.StringIO(newline="")
        csv.writer(target, delimiter=delimiter, lineterminator="\n").writerow(row)
        lines.append(target.getvalue()[:-1] + ends[at % len(ends)])
    return "".join(lines)


def encoded(text: str, encoding: str) -> bytes:
    """Bytes with the mark that UTF-16 needs."""
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding)


CASES = list(product(ENCODINGS, ENDS, ",;\t"))


def test_there_are_sixty_files() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("encoding", "end", "delimiter"), CASES)
def test_every_cell_arrives_as_written(encoding: str, end: str, delimiter: str) -> None:
    rows = [row for row in ROWS if encoding != "gbk" or "𠮷田" not in row]
    data = encoded(written([HEADER, *rows], delimiter, ENDS[end]), encoding)
    table = read_table(data, "名单.csv")
    assert table.header == tuple(HEADER)
    assert [list(row) for row in table.rows] == rows
    assert table.encoding == ENCODINGS[encoding]
    assert table.warnings == ()


BAD = {
    "nul": (b"\xe5\xa7\x93,a\n\0,b\n", "tables.nul"),
    "utf-16 without mark": ("姓名,a\n".encode("utf-16-le"), "tables.nul"),
    "utf-32": ("姓名,a\n张三,b\n".encode("utf-32"), "tables.nul"),
    "odd utf-16": (b"\xff\xfe" + "姓名\n张三".encode("utf-16-le") + b"\x00", "tables.encoding"),
    "half a surrogate": (b"\xff\xfe" + b"a\x00\n\x00\x42\xd8", "tables.encoding"),
    "utf-8 cut inside a letter": ("姓名,电话\n张三,1\n李四".encode()[:-1], "tables.encoding"),
    "gbk pasted into utf-8": (
        "姓名,现住址\n张三,马安堂社区\n".encode() + "李四".encode("gbk"),
        "tables.encoding",
    ),
    "gbk cut inside a letter": ("姓名,电话\n张三".encode("gbk")[:-1], "tables.encoding"),
    "latin-1": ("nom,ville\nRené,Orléans\n".encode("latin-1"), "tables.encoding"),
    "random": (bytes(range(128, 256)) * 4, "tables.encoding"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_damaged_text_is_refused(kind: str) -> None:
    data, code = BAD[kind]
    with pytest.raises(TableRefused) as refused:
        read_table(data, "x.csv")
    assert refused.value.code == code


SHORT = ["张三,1", "李四,2", "王小明,3", "陈,5", "欧阳锋,6", "张伟,王芳", "李娜,刘洋", "杨秀英,8"]
SHORT += ["黄强,赵磊", "联通,1", "阿明,x", "周,吴"]


@pytest.mark.parametrize("line", SHORT)
def test_the_shortest_gbk_lists_are_not_mistaken(line: str) -> None:
    table = read_table(f"姓名,备注\n{line}\n".encode("gbk"), "x.csv")
    assert table.rows[0][0] == line.split(",")[0]


def test_gbk_that_happens_to_be_valid_utf8_waits_for_a_person() -> None:
    data = b"ab\n" + b"\xd0\xa1\xcf\xa2"  # 小息 in GBK, two Cyrillic and Greek letters in UTF-8
    assert [c.must_be_accepted for c in read_table(data, "x.csv").warnings if "unsure" in c.code] == [True]


def test_a_big5_list_waits_for_a_person() -> None:
    data = "姓名,電話\n陳大文,1\n歐陽鋒,2\n黃飛鴻,3\n".encode("big5")
    assert any(c.must_be_accepted for c in read_table(data, "x.csv").warnings)


def test_a_line_that_names_the_delimiter_is_obeyed() -> None:
    assert read_table("sep=;\n姓名;电话\n张,三;1\n".encode(), "x.csv").rows == [("张,三", "1")]


def test_short_rows_are_padded_and_long_rows_stay_visible() -> None:
    table = read_table("姓名,电话\n张三\n李四,1,2\n王五,1,,\n".encode(), "x.csv")
    assert table.rows == [("张三", ""), ("李四", "1", "2"), ("王五", "1")]


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@given(st.lists(st.lists(cells.filter(str.strip), min_size=3, max_size=3), min_size=1, max_size=8))
def test_whatever_is_written_is_read(rows: list[list[str]]) -> None:
    target = io.StringIO(newline="")
    csv.writer(target, quoting=csv.QUOTE_ALL).writerows([["姓名", "电话", "备注"], *rows])
    table = read_table(target.getvalue().encode("utf-8-sig"), "x.csv")
    kept = [tuple(row) for row in rows]
    assert table.rows == kept[len(kept) - len(table.rows) :]
    assert table.header_number + len(table.rows) == len(rows) + 1
