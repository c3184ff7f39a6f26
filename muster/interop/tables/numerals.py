"""Chinese numerals to Arabic ones."""

import re

_DIGITS = {
    "零": 0,
    "〇": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_TENS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = "[零〇○一二两三四五六七八九十百千]"
_RUN = re.compile(f"{NUMERAL}+")


def number_of(run: str) -> str:
    """十二 → 12, 二十 → 20, 一百零二 → 102, 五〇一 → 501 (read digit by digit)."""
    if not any(letter in _TENS for letter in run):
        return "".join(str(_DIGITS[letter]) for letter in run)
    total, digit = 0, 0
    for letter in run:
        if letter in _TENS:
            total += (digit or 1) * _TENS[letter]
            digit = 0
        else:
            digit = _DIGITS[letter]
    return str(total + digit)


def to_arabic(text: str) -> str:
    """All Chinese numerals of a text as Arabic ones; for dates, where nothing else can be meant."""
    return _RUN.sub(lambda found: number_of(found.group()), text)
