"""Rows of a table to what they say, each with what is wrong or doubtful about it. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import msgspec

from muster.interop.imports.kinds import ADDRESS_PARTS, BATCHES, BUILDINGS, OF_PEOPLE, RESULTS, Kind
from muster.interop.tables import dates, values
from muster.interop.tables.addresses import Address, parse_address
from muster.interop.tables.clean import number_text
from muster.interop.tables.report import row_problem
from muster.interop.tables.shapes import Table

# Readings nothing proves: the row waits until a person has looked. Other remarks are shown with a taken row.
WAITS = frozenset({"document.maybe_rounded", "name.lost_character", "imports.implausible_date"})
MOST_PEOPLE, MOST_FLOORS, MOST_UNITS = 100_000, 200, 5_000
VULNERABLE = {
    "孕": "pregnant", "产妇": "pregnant", "pregnan": "pregnant", "婴": "infant", "infant": "infant",
    "透析": "dialysis", "dialysis": "dialysis", "化疗": "chemotherapy", "chemo": "chemotherapy",
    "独居": "alone", "孤寡": "alone", "alone": "alone", "老": "elderly", "elder": "elderly",
    "残": "disabled", "卧床": "bedridden", "disab": "disabled", "精神": "mental_health", "mental": "mental_health",
    "慢": "chronic", "chronic": "chronic", "儿童": "child", "child": "child",
}  # fmt: skip
parsed = lru_cache(maxsize=20_000)(parse_address)


class Reading(msgspec.Struct):
    """One row: what it says (None: refused) and the code of what is wrong with which field.

    `blind` and `parts`: the blind indexes of a person and what names their building, once they were made.
    """

    row: int
    said: Any = None
    code: str = ""
    field: str = ""
    about: str = ""
    blind: Any = None
    parts: Any = None

    @property
    def waits(self) -> bool:
        """Whether a person must look before the row is taken."""
        return self.said is not None and self.code in WAITS


class Person(msgspec.Struct, frozen=True, array_like=True):
    """A person as a row says."""

    name: str
    document: str
    phone: str
    text: str
    note: str
    sex: str
    birth_year: int | None
    vulnerabilities: tuple[str, ...]
    where: Address


class Squad(msgspec.Struct, frozen=True):
    """A batch of people as a row says: who sends how many where on which day."""

    organisation: str
    people: int
    day: date
    destination: str
    task: str
    vehicles: int
    total: int | None


class House(msgspec.Struct, frozen=True):
    """A building as a row says."""

    name: str
    compound: str
    number: str
    address: str
    community: str
    floors: int | None
    units_per_floor: int | None
    lat: float | None
    lon: float | None


class Finding(msgspec.Struct, frozen=True):
    """What a laboratory found in a tube, and when, as a row says; no instant means when the file came."""

    tube: str
    result: str
    at: datetime | None


class Wrong(Exception):
    """The row is refused because of a field."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


Cells = Callable[[str], str]


def read_rows(table: Table, kind: Kind, mapping: Mapping[str, int], year: int) -> Iterator[Reading]:
    """Every row of the table, in order. `year` fills in for days written without one."""
    read = person_of if kind.code in OF_PEOPLE else _reader(kind.code)
    width = len(table.header)
    fields = {field: at for field, at in mapping.items() if field in kind.fields and at < width}
    for number, row in zip(table.numbers, table.rows, strict=True):
        reading = Reading(number)
        if problem := row_problem(row, width):
            reading.code = problem
        else:
            cells = defaultdict(str, [(field, row[at]) for field, at in fields.items()])
            _fill(reading, read, cells.__getitem__, year)
        yield reading


def _reader(kind: str) -> Callable[..., Any]:
    # They read with the words of this module.
    from muster.interop.imports import beginning_reading, line_reading

    own = {BATCHES: _squad, BUILDINGS: _house, RESULTS: _finding}
    found: Callable[..., Any] = (own | line_reading.READERS | beginning_reading.READERS)[kind]
    return found


def _fill(reading: Reading, read: Callable[..., Any], cell: Cells, year: int) -> None:
    try:
        reading.said = read(cell, reading, year)
    except Wrong as wrong:
        reading.code, reading.field = wrong.code, wrong.field


def value_of(reading: Reading, field: str, cell: str, read: Callable[..., Any], *more: Any) -> Any:
    """The value of a filled cell; a doubtful reading is marked on the row, an impossible one ends it."""
    value, code = read(cell, *more)
    if code is not None:
        if value is None:
            raise Wrong(field, code)
        if not reading.code or code in WAITS:
            reading.code, reading.field = code, field
    return value


def person_of(cell: Cells, reading: Reading, year: int) -> Person:
    name, document, phone, birth = cell("name"), cell("document"), cell("phone"), cell("birth_date")
    name = value_of(reading, "name", name, values.name) if name.strip() else ""
    paper = value_of(reading, "document", document, values.document).number if document.strip() else ""
    phone = value_of(reading, "phone", phone, values.phone) if phone.strip() else ""
    if not (name or paper or phone):
        raise Wrong("", "imports.nobody")
    born = values.birth_date_of(paper) if paper else None
    if birth.strip():
        born = value_of(reading, "birth_date", birth, values.birth_date, paper or None)
    sex, problem = values.sex(cell("sex"), paper or None)
    if problem in ("sex.unknown", "sex.differs") and not reading.code:
        reading.code, reading.field = problem, "sex"
    note = value_of(reading, "note", cell("note"), values.text)
    text, where = _where(cell, reading)
    return Person(
        name,
        paper,
        phone,
        text,
        note,
        sex or "",
        born.year if born else None,
        _vulnerable(cell, reading),
        where,
    )


def _where(cell: Cells, reading: Reading) -> tuple[str, Address]:
    """The address as written, and its parts; columns of their own win over what the text says."""
    text = value_of(reading, "address", cell("address"), values.text)
    if len(text) > 300:
        raise Wrong("address", "text.too_long")
    own = {part: value for part in ADDRESS_PARTS if (value := cell(part).strip())}
    if not own:
        return text, parsed(text)
    for part in ("building", "unit", "room"):
        if part in own:
            own[part] = value_of(reading, part, own[part], values.door)
    spoken = _spoken(own)
    outer = parsed(text) if text else Address()
    inner = parsed(spoken)
    parts = {part: getattr(inner, part) or getattr(outer, part) for part in Address.__struct_fields__}
    return text or spoken, Address(**parts)


def _spoken(own: Mapping[str, str]) -> str:
    """Parts in columns of their own as one address: 3, 2, 501 → 3栋2单元501."""
    words = {"building": "栋", "unit": "单元"}
    return "".join(
        value + (words[part] if part in words and value[-1:].isascii() else "")
        for part in ADDRESS_PARTS
        if (value := own.get(part, ""))
    )


def _vulnerable(cell: Cells, reading: Reading) -> tuple[str, ...]:
    words = cell("vulnerability").strip().casefold()
    if not words or words in ("无", "否", "no", "none", "-"):
        return ()
    found = tuple(dict.fromkeys(code for word, code in VULNERABLE.items() if word in words))
    if not found and not reading.code:
        reading.code, reading.field = "imports.unknown_group", "vulnerability"
    return found


def _squad(cell: Cells, reading: Reading, year: int) -> Squad:
    organisation = filled(cell, "organisation", reading)
    day = value_of(reading, "date", cell("date"), values.date, year)
    people = _count(cell, "people", MOST_PEOPLE)
    if not people:
        raise Wrong("people", "imports.number")
    return Squad(
        organisation, people, day, value_of(reading, "destination", cell("destination"), values.text),
        value_of(reading, "task", cell("task"), values.text)[:200], _count(cell, "vehicles", 1_000) or 0,
        _count(cell, "total", MOST_PEOPLE),
    )  # fmt: skip


def _house(cell: Cells, reading: Reading, year: int) -> House:
    text = {
        field: value_of(reading, field, cell(field), values.text)
        for field in ("name", "compound", "address", "community")
    }
    number = value_of(reading, "number", cell("number"), values.door) if cell("number").strip() else ""
    if not text["name"] and not number:
        raise Wrong("name", "imports.nameless")
    floors = _count(cell, "floors", MOST_FLOORS)
    per_floor = _count(cell, "units_per_floor", MOST_UNITS)
    units = _count(cell, "units", MOST_UNITS)
    if per_floor is None and units and floors:
        per_floor = -(-units // floors)
    if (floors or 0) * (per_floor or 0) > MOST_UNITS:
        raise Wrong("units", "imports.number")
    lat, lon = degrees(cell, "lat", 90), degrees(cell, "lon", 180)
    if (lat is None) != (lon is None):
        raise Wrong("lat", "imports.number")
    name = text["name"] or f"{text['compound']}{number}"
    if len(name) > 120 or len(text["compound"]) > 120 or len(text["address"]) > 300 or len(number) > 40:
        raise Wrong("name", "text.too_long")
    return House(
        name, text["compound"], number, text["address"], text["community"], floors, per_floor, lat, lon
    )


FOUND = {
    "negative": "阴性 阴 未检出 negative neg - n 0",
    "positive": "阳性 阳 检出 positive pos + p 1",
    "invalid": "无效 可疑 复检 重采 灰区 invalid inconclusive unclear repeat",
}
WORD_OF = {word: code for code, words in FOUND.items() for word in words.split()}


def _finding(cell: Cells, reading: Reading, year: int) -> Finding:
    tube = filled(cell, "tube", reading).strip()
    if len(tube) > 40:
        raise Wrong("tube", "text.too_long")
    said = re.sub(r"[\s()（）]", "", filled(cell, "result", reading)).casefold()
    said = said.rstrip("+-") or said
    if said not in WORD_OF:
        raise Wrong("result", "imports.unknown_result")
    at = (
        value_of(reading, "reported_at", cell("reported_at"), dates.moment, year)
        if cell("reported_at").strip()
        else None
    )
    return Finding(tube, WORD_OF[said], at)


def filled(cell: Cells, field: str, reading: Reading) -> str:
    if not cell(field).strip():
        raise Wrong(field, "imports.blank")
    return str(value_of(reading, field, cell(field), values.text))


def _count(cell: Cells, field: str, most: int) -> int | None:
    text = number_text(cell(field)).removesuffix(".0").rstrip("人名辆台层户套")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) > most:
        raise Wrong(field, "imports.number")
    return int(text)


def degrees(cell: Cells, field: str, most: int) -> float | None:
    text = number_text(cell(field))
    if not text:
        return None
    try:
        value = float(text)
    except ValueError as error:
        raise Wrong(field, "imports.number") from error
    if not -most <= value <= most:
        raise Wrong(field, "imports.number")
    return value
