"""How a name sounds: equal for homophones and for the confusions of southern accents. Pure; never stored in clear."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from muster.domain.people.rules import name_key

# Readings of characters that differ when they are surnames.
SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "朴": "piao", "区": "ou", "盖": "ge",
    "任": "ren", "翟": "zhai", "缪": "miao", "员": "yun", "折": "she", "乐": "yue", "冼": "xian", "洗": "xian",
    "种": "chong",
    "秘": "bi", "召": "shao", "覃": "qin", "逄": "pang", "尉迟": "yuchi", "万俟": "moqi", "单于": "chanyu",
    "长孙": "zhangsun",
}  # fmt: skip
# zh/z, ch/c, sh/s and the endings ng/n sound alike on many telephones
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_LETTERS = re.compile(r"[^a-z]")


def sound_key(name: str) -> str:
    """The sound of a name; "" when there is none."""
    plain = name_key(name)
    surname = next((known for size in (2, 1) if (known := plain[:size]) in SURNAMES), "")
    spoken = [_folded(SURNAMES[surname])] if surname else []
    return "".join([*spoken, *map(_letter, plain[len(surname) :])])


@lru_cache(maxsize=30_000)
def _letter(letter: str) -> str:
    """The syllable of a character without its tone; letters and digits stand for themselves."""
    if letter.isascii():
        return letter if letter.isalnum() else ""
    from pypinyin.pinyin_dict import pinyin_dict  # a moment to load: only where names are heard

    reading = pinyin_dict.get(ord(letter))
    if reading is None:
        return letter
    syllable = unicodedata.normalize("NFD", reading.partition(",")[0])
    return _folded(_LETTERS.sub("", syllable))


def _folded(syllable: str) -> str:
    for written, heard in _ACCENTS:
        if syllable.startswith(written):
            syllable = heard + syllable[len(written) :]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable
