"""Rows of a table of areas and of a roster to what they say. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from muster.core.access import span
from muster.domain.places.rules import CODE_LENGTHS, level_of
from muster.domain.responders.rules import ResponderKind
from muster.interop.imports.beginning_words import AREAS, LEVEL, PROFESSION, RESPONDERS, SKILL, kind_of
from muster.interop.imports.reading import WAITS, Cells, Reading, Wrong, degrees, filled, value_of
from muster.interop.tables import values
from muster.interop.tables.clean import number_text
from muster.interop.tables.columns import header_key

LONGEST = {"area": 80, "organisation": 120, "profession": 40}
NO_SKILLS = ("", "无", "none", "no")
_MARKS = re.compile(r"[、，,;；/|\n]+")


class Ward(msgspec.Struct, frozen=True):
    """An area as a row says; an empty level follows from the code."""

    code: int
    name: str
    level: str
    parent: int | None
    lat: float | None
    lon: float | None


class Recruit(msgspec.Struct, frozen=True):
    """A responder as a row says; the telephone only tells people of one name apart."""

    name: str
    organisation: str
    kind: ResponderKind
    profession: str
    skills: tuple[str, ...]
    home: str
    phone: str


def _area(cell: Cells, reading: Reading, year: int) -> Ward:
    code = _code(cell, "code")
    if code is None:
        raise Wrong("code", "imports.blank")
    name = _short(filled(cell, "name", reading), "name", LONGEST["area"])
    level = LEVEL.get(header_key(cell("level")), "?") if cell("level").strip() else ""
    if level and level != level_of(code):
        raise Wrong("level", "imports.unknown_level" if level == "?" else "imports.level_differs")
    parent = _code(cell, "parent")
    if parent is not None and not (parent != code and span(parent)[0] <= code < span(parent)[1]):
        raise Wrong("parent", "imports.not_above")
    lat, lon = degrees(cell, "lat", 90), degrees(cell, "lon", 180)
    if (lat is None) != (lon is None):
        raise Wrong("lat", "imports.number")
    return Ward(code, name, level, parent, lat, lon)


def _code(cell: Cells, field: str) -> int | None:
    """A code as officials write it, filled up with zeros to 15 digits."""
    text = number_text(cell(field)).removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) not in CODE_LENGTHS or not int(text):
        raise Wrong(field, "imports.code_digits")
    return int(text.ljust(15, "0"))


def _responder(cell: Cells, reading: Reading, year: int) -> Recruit:
    name = str(value_of(reading, "name", cell("name"), values.name))
    if reading.code in WAITS:
        raise Wrong("name", reading.code)
    kind = kind_of(cell("kind"))
    if kind is None:
        raise Wrong("kind", "imports.unknown_ground")
    profession = str(value_of(reading, "profession", cell("profession"), values.text))
    return Recruit(
        name,
        _short(filled(cell, "organisation", reading), "organisation", LONGEST["organisation"]),
        kind,
        _short(PROFESSION.get(header_key(profession), profession), "profession", LONGEST["profession"]),
        _skills(cell("skills")),
        value_of(reading, "community", cell("community"), values.text),
        value_of(reading, "phone", cell("phone"), values.phone) if cell("phone").strip() else "",
    )


def _skills(written: str) -> tuple[str, ...]:
    """Codes of skills; the words of one may have blanks between them, and blanks may stand between several."""
    if written.strip().casefold() in NO_SKILLS:
        return ()
    parts = [part for part in _MARKS.split(written) if part.strip()]
    words = [one for part in parts for one in ([part] if header_key(part) in SKILL else part.split())]
    if any(header_key(word) not in SKILL for word in words):
        raise Wrong("skills", "imports.unknown_skill")
    return tuple(dict.fromkeys(SKILL[header_key(word)] for word in words))


def _short(text: str, field: str, longest: int) -> str:
    if len(text) > longest:
        raise Wrong(field, "text.too_long")
    return text


READERS: dict[str, Callable[..., Any]] = {AREAS: _area, RESPONDERS: _responder}
