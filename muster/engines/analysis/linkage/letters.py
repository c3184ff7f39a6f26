"""What all kinds of values share: width, case, accents, Chinese characters, their sound, edit letters."""

from __future__ import annotations

import re
import unicodedata
import zlib
from functools import lru_cache

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NOTHING = {
    "",
    "-",
    "--",
    "/",
    "n/a",
    "na",
    "nan",
    "none",
    "null",
    "nil",
    "无",
    "不详",
    "未知",
    "空",
    "unknown",
}
# Sounds that speakers of southern dialects, and lists typed by ear, do not keep apart.
_BLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
_ALIKE = (("ph", "f"), ("ck", "k"), ("gh", "g"), ("c", "k"), ("q", "k"), ("z", "s"), ("v", "f"), ("y", "i"))
_POSITIONS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ!$%&()*+,./:;<=>?@[]^_{|}~"


def plain(text: str | None) -> str:
    """Half width, lower case, no accents, single blanks; what only says "nothing" is nothing."""
    if not text:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = " ".join(text.lower().split())
    return "" if text in _NOTHING else text


def has_han(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return not text.isascii() and HAN.search(text) is not None


@lru_cache(maxsize=50_000)
def _syllable(letter: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionary takes a moment to load

    return "".join(lazy_pinyin(letter)).replace("ü", "v")


def sound(text: str) -> str:
    """Chinese characters as pinyin without tones; the rest as it is, without blanks."""
    if text.isascii():
        return text.replace(" ", "")
    return "".join(_syllable(c) if HAN.match(c) else c for c in text if c != " ")


def blurred(spoken: str, is_han: bool) -> str:
    """A coarser sound: zh/z, ng/n for pinyin; for other names consonants that sound alike, no inner vowels."""
    if is_han:
        for full, short in _BLURRED:
            spoken = spoken.replace(full, short)
        return spoken
    for full, short in _ALIKE:
        spoken = spoken.replace(full, short)
    kept = spoken[:1] + re.sub("[aeiouhw]", "", spoken[1:])
    return re.sub(r"(.)\1+", r"\1", kept)


@lru_cache(maxsize=100_000)
def _position(letter: str) -> str:
    return _POSITIONS[zlib.crc32(letter.encode()) % len(_POSITIONS)]


def one_byte(text: str) -> str:
    """One ASCII letter for each character, so that edit distances count characters on every engine."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else _position(c) for c in text)
