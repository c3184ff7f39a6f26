"""The plain way to take a Chinese address apart: one regular expression of optional levels, widest first.

Written before the parser is measured on tagged addresses, and honestly: it is what a programmer writes for a form.
"""

from __future__ import annotations

import re
import unicodedata

FORM = re.compile(
    r"(?:(?P<province>.{2,7}?(?:省|自治区)))?"
    r"(?:(?P<city>.{2,6}?(?:市|自治州|地区)))?"
    r"(?:(?P<district>.{1,6}?(?:区|县|旗|市)))?"
    r"(?:(?P<subdistrict>.{1,8}?(?:街道|镇|乡)))?"
    r"(?:(?P<community>.{1,8}?(?:社区|村|居委会|村委会)))?"
    r"(?:(?P<road>.{1,10}?(?:大道|路|街|巷)))?"
    r"(?:(?P<house>[0-9A-Za-z甲乙丙丁-]+(?:号|弄)))?"
    r"(?P<compound>[^0-9A-Za-z]{2,20}?(?=[0-9A-Za-z]|$))?"
    r"(?:(?P<building>[0-9A-Za-z一二三四五六七八九十]+(?:号楼|栋|幢|座)))?"
    r"(?:(?P<unit>[0-9A-Za-z一二三四五六七八九十]+单元))?"
    r"(?:(?P<floor>[0-9A-Za-z一二三四五六七八九十]+(?:层|楼|F)))?"
    r"(?:(?P<room>[0-9A-Za-z-]+(?:室|号|房)?))?"
)


def parse(text: str) -> dict[str, str]:
    """The levels that the expression finds, as written."""
    found = FORM.match(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)))
    return {field: value for field, value in found.groupdict().items() if value} if found else {}
