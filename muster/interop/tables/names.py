"""Names: stored exactly as written; folded only for matching; sorted the way Chinese readers expect."""

import re
import unicodedata
from functools import lru_cache

from muster.interop.tables.clean import INVISIBLE, problem_of

MAX_CHARS = 100
_PLAIN = re.compile(r"[\u4e00-\u9fff]{2,6}").fullmatch
_DOTS = re.compile("[·•‧∙⋅・･.。﹒．⸱●᛫・‧ꞏ‐\u0387\u05c1\u2022\u30fb]")
_SPACES = re.compile(r"\s+")
_DIGITS = re.compile(r"\d{3,}")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

# Readings of characters that differ when they are surnames; two-character surnames first.
_SURNAMES = {
    "万俟": ("mo4", "qi2"), "尉迟": ("yu4", "chi2"), "长孙": ("zhang3", "sun1"), "令狐": ("ling2", "hu2"),
    "单于": ("chan2", "yu2"), "单": ("shan4",), "曾": ("zeng1",), "仇": ("qiu2",), "解": ("xie4",),
    "查": ("zha1",), "朴": ("piao2",), "区": ("ou1",), "盖": ("ge3",), "任": ("ren2",), "华": ("hua4",),
    "翟": ("zhai2",), "缪": ("miao4",), "员": ("yun4",), "折": ("she2",), "乐": ("yue4",), "冼": ("xian3",),
    "洗": ("xian3",), "种": ("chong2",), "秘": ("bi4",), "召": ("shao4",), "覃": ("qin2",), "葛": ("ge3",),
    "纪": ("ji3",), "沈": ("shen3",), "曲": ("qu1",), "石": ("shi2",), "车": ("che1",), "柏": ("bai3",),
    "贾": ("jia3",), "费": ("fei4",), "句": ("gou1",), "佴": ("nai4",), "繁": ("po2",), "逄": ("pang2",),
    "宓": ("mi4",), "隗": ("wei3",), "谌": ("chen2",), "臧": ("zang1",), "幺": ("yao1",),
}  # fmt: skip


def name(cell: str) -> tuple[str | None, str | None]:
    """A person's name: only the outer blanks of the cell go; refused when it cannot be shown safely."""
    value = cell.strip()
    if _PLAIN(value):
        return value, None
    if not value:
        return None, "name.missing"
    problem = problem_of(value)
    if problem:
        return None, problem
    if "\n" in value or "\r" in value or "\t" in value or "\x85" in value:
        return None, "text.control"
    if len(value) > MAX_CHARS:
        return None, "text.too_long"
    if not any(letter.isalpha() for letter in value):
        return None, "name.no_letters"
    if "?" in value or "？" in value or "□" in value:
        return value, "name.lost_character"
    if "*" in value or "＊" in value:
        return value, "name.masked"
    return value, "name.digits" if _DIGITS.search(value) else None


def match_key(text: str) -> str:
    """The form in which two spellings of one name are equal; never stored in place of the name."""
    if _PLAIN(text):
        return text
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).casefold())
    return _DOTS.sub("·", _SPACES.sub("", folded)).strip("·")


def sort_key(text: str) -> bytes:
    """Bytes whose order is the order of names: Latin first, then Han by pinyin and tone, surname aware."""
    text = text.strip()
    readings: list[bytes] = []
    surname = next((known for n in (2, 1) if (known := text[:n]) in _SURNAMES), "")
    if surname:
        readings.extend(b"\x02" + syllable.encode() for syllable in _SURNAMES[surname])
    readings.extend(map(_letter_key, text[len(surname) :]))
    # The characters themselves break ties, so that equal readings have one fixed order.
    return b"".join(readings) + b"\x00" + text.encode("gb18030", "replace")


@lru_cache(maxsize=30_000)
def _letter_key(letter: str) -> bytes:
    if not _HAN.match(letter):
        return b"\x01" + unicodedata.normalize("NFKC", letter).casefold().encode("utf-8", "replace")
    from pypinyin import Style, pinyin  # its dictionary takes a moment to load

    reading = pinyin(letter, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return b"\x02" + reading[0][0].encode() if reading else b"\x03"
