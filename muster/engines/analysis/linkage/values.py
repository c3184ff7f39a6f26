"""Canonical forms of a name, date, phone, identity number, number and free text.

Each function takes the text as it stands and returns the derived columns of its kind (see FORMS), "" for
nothing. `v` is the value itself; the others are ways of being nearly the same. All are short ASCII or
Chinese strings, so that every engine compares them alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from muster.engines.analysis.linkage.addresses import address
from muster.engines.analysis.linkage.letters import blurred, has_han, one_byte, plain, sound

_DOUBLE = frozenset(
    re.findall("..", "欧阳司徒上官司马诸葛东方皇甫尉迟公孙慕容令狐宇文长孙端木夏侯南宫独孤申屠")
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_MONTHS = {m: i for i, m in enumerate(re.findall("...", "janfebmaraprmayjunjulaugsepoctnovdec"), 1)}
_WORDS = re.compile(r"[^\W_]+")


def name(text: str | None) -> tuple[str, ...]:
    """v letters, p sound, f blurred sound, s words in order of the alphabet, h edit letters, w family name."""
    words = _WORDS.findall(plain(text).replace("'", ""))
    if not words:
        return ("",) * 6
    is_han = any(map(has_han, words))
    value = "".join(words) if is_han else " ".join(words)
    spoken = sound(value)
    if is_han:
        family = value[:2] if value[:2] in _DOUBLE and len(value) > 2 else value[:1]
        ordered = spoken
    else:
        family = words[-1] if len(words) > 1 else ""
        ordered = "".join(sorted(words))
    return value, spoken, blurred(spoken, is_han), ordered, one_byte(value), family


def date(text: str | None) -> tuple[str, ...]:
    """v YYYYMMDD, s its digits sorted, x with day and month exchanged."""
    value = _day(plain(text))
    if not value:
        return "", "", ""
    return value, "".join(sorted(value)), value[:4] + value[6:] + value[4:6]


def _day(text: str) -> str:
    """Year first or last, any separator, months as words; eight digits as they are; else nothing."""
    parts = re.findall(r"\d+|[a-z]{3,}", text.split("t")[0] if re.match(r"\d{4}-\d\d-\d\dt", text) else text)
    parts = [f"{_MONTHS[p[:3]]:02}" if p[:3] in _MONTHS else p for p in parts]
    if not parts or not all(part.isdigit() for part in parts):
        return ""
    if len(parts[0]) >= 8:
        return _eight(parts[0])
    if len(parts) < 3:
        return ""
    if len(parts[0]) == 4:
        year, month, day = parts[:3]
    elif len(parts[2]) == 4:
        day, month, year = parts[:3]
    else:
        return ""
    if int(month) > 12 >= int(day):
        month, day = day, month
    return f"{year}{int(month):02}{int(day):02}"[:8]


def _eight(digits: str) -> str:
    """YYYYMMDD, also before a time; DDMMYYYY where only that can be meant."""
    digits = digits[:8]
    if not "1800" <= digits[:4] <= "2100" and "1800" <= digits[4:] <= "2100":
        return digits[4:] + digits[2:4] + digits[:2]
    return digits


def _whole(text: str) -> str:
    """A number that a table kept beside gaps, and wrote as 13800138000.0."""
    return re.sub(r"^(\d+)\.0+$", r"\1", text)


def phone(text: str | None) -> tuple[str, ...]:
    """v national digits of a mainland number, else all digits; s sorted."""
    digits = "".join(re.findall(r"\d", _whole(plain(text))))
    digits = digits[2:] if digits.startswith("00") else digits
    if digits.startswith("86") and len(digits) > 11:
        digits = digits[2:]
    digits = digits.lstrip("0") or ""
    return (digits, "".join(sorted(digits))) if len(digits) >= 5 else ("", "")


def identity(text: str | None) -> tuple[str, ...]:
    """v upper case, 15 digits made 18; s sorted; k whether its check digit is right (1), wrong (0), unknown."""
    value = "".join(_WORDS.findall(_whole(plain(text)))).upper()
    if not value or not value.strip("0X*"):
        return "", "", "", "", ""
    if len(value) == 15 and value.isdigit() and "01" <= value[8:10] <= "12":
        body = f"{value[:6]}19{value[6:]}"
        return _identity(body + check_digit(body), "")
    right = ""
    if len(value) == 18 and value[:17].isdigit():
        right = "1" if check_digit(value[:17]) == value[17] else "0"
    return _identity(value, right)


def _identity(value: str, right: str) -> tuple[str, ...]:
    is_citizen = len(value) == 18
    return value, "".join(sorted(value)), right, value[6:14] if is_citizen else "", one_byte(value)


def check_digit(body: str) -> str:
    """The last character of an 18-digit identity number (GB 11643)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def number(text: str | None) -> tuple[str, ...]:
    """v without leading zeros and separators, s sorted."""
    value = "".join(_WORDS.findall(_whole(plain(text))))
    value = value.lstrip("0") or value[:1]
    value = one_byte(value)
    return value, "".join(sorted(value))


def free_text(text: str | None) -> tuple[str, ...]:
    """v words, p sound, s words in order of the alphabet, h edit letters, w what stands before an @."""
    clean = plain(text)
    if not clean:
        return ("",) * 5
    words = _WORDS.findall(clean) or [clean]
    value = " ".join(words)
    front = clean.partition("@")[0] if clean.count("@") == 1 else ""
    return value, sound(value), "".join(sorted(words)), one_byte(sound(value)), front


# kind: (function, names of the derived columns)
FORMS: dict[str, tuple[Callable[[str | None], tuple[str, ...]], str]] = {
    "name": (name, "vpfshw"),
    "date": (date, "vsx"),
    "phone": (phone, "vs"),
    "id": (identity, "vskbh"),
    "number": (number, "vs"),
    "text": (free_text, "vpshw"),
    "address": (address, "vklnqh"),
}
