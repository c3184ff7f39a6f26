"""What follows from the words of a place: dwellings of a building, keys of addresses. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

import msgspec

MOST_FLOORS = 200
MOST_DWELLINGS = 5_000
LONGEST_KEY = 400
LEVELS = ("nation", "province", "city", "district", "subdistrict", "community", "grid")
CODE_LENGTHS = (2, 4, 6, 9, 12, 15)  # digits at which an official code ends with a level
_WIDTHS = (10**13, 10**11, 10**9, 10**6, 10**3, 1)
_NOISE = re.compile(r"[\s\-—–‐,，.。·#()（）]+")
_NUMBER = re.compile(r"^(.*?)(\d+)(?:号楼|幢|栋|座|号院|号)?$")


class PointKind(StrEnum):
    """What a place of work is."""

    SITE = "site"
    GATE = "gate"
    DESK = "desk"
    STORE = "store"
    COMMAND_POST = "command_post"
    HOSTEL = "hostel"
    LAB = "lab"
    MEAL = "meal"
    PLACE = "place"  # a shop, a market, a school: somewhere with a code at its door


class Parts(msgspec.Struct, frozen=True):
    """An address already taken apart: what names the building, and the door inside it."""

    building: str = ""
    compound: str = ""
    number: str = ""
    unit: str = ""
    dwelling: str = ""


class Found(msgspec.Struct, frozen=True):
    """Where an address is: one building (and door), or several that fit, or none."""

    building: UUID | None = None
    dwelling: UUID | None = None
    area: int | None = None
    candidates: tuple[UUID, ...] = ()


def parent_of(area: int) -> int | None:
    """The code one level up; None above a province."""
    for place, width in enumerate(_WIDTHS):
        if area % width == 0:
            return area // _WIDTHS[place - 1] * _WIDTHS[place - 1] if place else None
    return None


def level_of(area: int) -> str:
    """The level that a code of 15 digits stands for, by the zeros at its end."""
    return next(level for level, width in zip(LEVELS[1:], _WIDTHS, strict=True) if area % width == 0)


def door_labels(floors: int, units_per_floor: int, skipped: Collection[int] = ()) -> list[str]:
    """The usual labels of a building: floor 5, second unit is `502`. Floors nobody has (4, 13) are left out."""
    wide = 3 if units_per_floor > 99 else 2
    return [
        f"{floor}{unit:0{wide}d}"
        for floor in range(1, floors + 1)
        if floor not in skipped
        for unit in range(1, units_per_floor + 1)
    ]


class Walked(msgspec.Struct, frozen=True):
    """One building of a list made by walking: its place in the walk, what people call it, and its doors."""

    order: int
    name: str
    floors: int = 0
    units_per_floor: int = 0
    labels: tuple[str, ...] = ()


class Unwalked(msgspec.Struct, frozen=True):
    """A line that says no building, with its number."""

    line: int
    text: str


_SIZE = re.compile(r"^(\d{1,3})\s*(?:[x×*＊]|层\s*[x×*＊]?)\s*(\d{1,3})\s*(?:户|units?)?$", re.IGNORECASE)
MOST_WALKED = 300


def walked(text: str, skipped: Collection[int] = ()) -> tuple[list[Walked], list[Unwalked]]:
    """Read a list made by walking, one building a line: `blue iron gate | 6x3` or `shop by the well | 1A, 1B`.

    A building without a number is called by its landmark. Nothing after the bar: doors are added later.
    """
    found: list[Walked] = []
    wrong: list[Unwalked] = []
    for number, line in enumerate(text.splitlines()[:MOST_WALKED], start=1):
        if not line.strip():
            continue
        name, _, size = unicodedata.normalize("NFKC", line).replace("×", "x").partition("|")
        one = _walked(len(found) + 1, name.strip(), size.strip(), skipped)
        if one is None:
            wrong.append(Unwalked(number, line.strip()[:80]))
        else:
            found.append(one)
    return found, wrong


def _walked(order: int, name: str, size: str, skipped: Collection[int]) -> Walked | None:
    if not 0 < len(name) <= 120:
        return None
    if not size:
        return Walked(order, name)
    if told := _SIZE.match(size):
        floors, units = int(told.group(1)), int(told.group(2))
        if floors > MOST_FLOORS or floors * units > MOST_DWELLINGS:
            return None
        return Walked(order, name, floors, units, tuple(door_labels(floors, units, skipped)))
    labels = tuple(dict.fromkeys(one.strip() for one in re.split(r"[,;、]", size) if one.strip()))
    return Walked(order, name, labels=labels) if len(labels) > 1 and are_labels(labels) else None


def floor_and_unit(label: str) -> tuple[int | None, int | None]:
    """Floor and unit that a label such as `502` or `A1203` says, where it says any."""
    digits = re.sub(r"\D", "", label)
    if not 3 <= len(digits) <= 5 or not digits.isascii():
        return None, None
    return int(digits[:-2]), int(digits[-2:])


@lru_cache(maxsize=50_000)
def address_key(text: str) -> str:
    """The form in which two spellings of one address are equal: width, case, blanks and dashes go."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())[:LONGEST_KEY]


def building_keys(name: str, compound: str, number: str, address: str) -> set[str]:
    """Every key under which a building may be asked for."""
    words = {name, address, compound + name, compound + number if number else ""}
    keys = {address_key(word) for word in words if word}
    short = {found.group(1) + found.group(2) for key in keys if (found := _NUMBER.match(key))}
    return {key for key in keys | short if key}


def asked_keys(parts: Parts) -> list[str]:
    """The keys to look a written address up under, the surest first."""
    return _asked_keys(parts.compound, parts.number, parts.building)


@lru_cache(maxsize=50_000)
def _asked_keys(compound: str, number: str, building: str) -> list[str]:
    keys: list[str] = []
    for key in (address_key(word) for word in (compound + number, compound + building, building) if word):
        found = _NUMBER.match(key)
        keys += [key, *([found.group(1) + found.group(2)] if found else [])]
    return list(dict.fromkeys(key for key in keys if key))


def sort_key(name: str) -> bytes:
    """Bytes in whose order Chinese names stand by pronunciation, near enough for lists of areas."""
    return name.encode("gb18030", "replace")


def are_labels(labels: Iterable[str]) -> bool:
    """Whether these can be written on doors: not blank, not too long, no zero bytes."""
    return all(label.strip() and len(label) <= 40 and "\0" not in label for label in labels)
