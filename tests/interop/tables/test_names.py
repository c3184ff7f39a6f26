"""R17: names of every script are stored exactly or refused; folding is for matching alone."""

import csv
import io
import unicodedata

import pytest

from muster.interop.tables import values
from muster.interop.tables.clean import text
from muster.interop.tables.read import read_table

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO = "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2061\u2064\u206a\u3164\ufeff\uffa0"
CONTROL = "\x01\x02\x07\x08\x0b\x0c\x0e\x1b\x1f\x7f\x80\x9f\ufff9\ufffe\uffff\U000e0041\U0001fffe\ufdd0"
DOTS = "·•‧∙⋅・･．⸱●᛫"
RARE = "㐀㐂㛃㝧䶮䲜鿍鿫龘靐𠀀𠮷𡈁𢊁𣲘𤭢𥔲𦍌𧒽𨭎𩷶𪚥𪛖𫍯𫓧𫖮𫘝𬀩𬎆𬬻𬴂𮧵𰻝𰀀𱁬"
SCRIPTS = [
    "阿布都·热合曼", "ئابدۇراخمان", "བསྟན་འཛིན", "Ăăng", "Nguyễn Văn Ánh", "Søren Ærø", "O'Neill",
    "José Niño", "김철수",
    "山田太郎", "Иванов Иван", "Ταΐζης", "สมชาย", "محمد", "אברהם", "मोहन", "ᠮᠣᠩᠭᠣᠯ", "ꆈꌠ",
    "张Ｓａｎ", "陳大文", "﨑山", "神󠄀田",
    "葛\ufe00", "⽺羊", "Ⅳ世", "ﬁona", "Åsa", "A\u030asa", "e\u0301ric", "王  小明", "王　小明",
    "张三（小）", "张三丰-李", "李㊣",
]  # fmt: skip
BAD = [f"张{c}三" for c in BIDI + ZERO + CONTROL + "\0\ufffd"] + [f"{c}张三" for c in BIDI + ZERO[:9]]
FINE = (
    SCRIPTS
    + [f"张{c}" for c in RARE]
    + [f"买买提{c}艾力" for c in DOTS]
    + [f"李{chr(0xFF10 + n)}" for n in range(10)]
)
FINE += [chr(0x4E00 + 53 * n) + chr(0x20000 + 97 * n) for n in range(360)]


def test_the_list_is_long() -> None:
    assert len(BAD) + len(FINE) >= 500


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_a_name_is_stored_exactly_as_the_file_has_it(encoding: str) -> None:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([["姓名", "备注"], *[[name, "x"] for name in FINE]])
    table = read_table(target.getvalue().encode(encoding), "x.csv")
    for written, row in zip(FINE, table.rows, strict=True):
        assert values.name(row[0]) == (written, None)


@pytest.mark.parametrize("spoiled", BAD, ids=ascii)
def test_what_cannot_be_shown_safely_is_refused(spoiled: str) -> None:
    for read in (values.name, text):
        value, problem = read(spoiled)
        assert value is None
        assert problem in {"text.bidi", "text.zero_width", "text.control", "text.nul", "text.replacement"}


@pytest.mark.parametrize("break_", ["\n", "\r", "\t", "\x85"])
def test_a_name_has_no_line_breaks(break_: str) -> None:
    assert values.name(f"张{break_}三") == (None, "text.control")


def test_doubtful_names_are_marked_and_empty_ones_refused() -> None:
    assert values.name("张?") == ("张?", "name.lost_character")
    assert values.name("张**") == ("张**", "name.masked")
    assert values.name("张三13800138000") == ("张三13800138000", "name.digits")
    assert values.name(" \u3000") == (None, "name.missing")
    assert values.name("123456") == (None, "name.no_letters")
    assert values.name("张" * 101) == (None, "text.too_long")
    assert values.name(" 张三\u3000") == ("张三", None)


def test_spellings_of_one_name_share_a_key() -> None:
    dotted = {values.match_key(f"买买提{dot}艾力") for dot in DOTS}
    assert dotted == {"买买提·艾力"}
    assert values.match_key("王  小明") == values.match_key("王　小\u200b明") == "王小明"
    assert values.match_key("ＡＮＮ lee") == values.match_key("Ann Lee")
    assert values.match_key("A\u030asa") == values.match_key("Åsa")
    assert values.match_key("葛\U000e0100") == values.match_key("葛")
    assert values.match_key("张三") != values.match_key("张叁")


def test_a_key_of_a_key_is_itself() -> None:
    for name in FINE:
        key = values.match_key(name)
        assert values.match_key(key) == key
        assert values.match_key(unicodedata.normalize("NFD", name)) == values.match_key(name)


def test_people_sort_by_pinyin_with_the_surname_read_as_a_surname() -> None:
    expected = [
        "Ann",
        "阿明",
        "李二",
        "李四",
        "卢俊义",
        "吕布",
        "欧阳锋",
        "区志强",
        "仇英",
        "单雄信",
        "王五",
        "解珍",
        "曾志伟",
        "张三",
    ]
    assert sorted(sorted(expected), key=values.sort_key) == expected


def test_no_two_names_share_a_sort_key() -> None:
    assert len({values.sort_key(name) for name in FINE}) == len(set(FINE))
