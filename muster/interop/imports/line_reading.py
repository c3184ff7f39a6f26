"""Rows of a line list to what they say: people by their ids there, days, codes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.domain.cases.rules import Channel
from muster.interop.imports.line_words import (
    CASE_WORDS,
    CASES,
    CONTACT_WORDS,
    CONTACTS,
    FOLLOW_UPS,
    NO_CASE,
    RELATION_WORDS,
    RELATIONS,
    STATUS,
    exposure_of,
)
from muster.interop.imports.reading import Cells, Person, Reading, Wrong, filled, person_of, value_of
from muster.interop.tables import dates

LONGEST_KEY = 80
NOON = time(12)
SPARED = ("phone", "document", "birth_date")  # a case with a number nobody can read is a case all the same
MASKABLE = ("name", "last_name", "phone", "document")
RISKY = ("=", "+", "-", "@")


class CaseLine(msgspec.Struct, frozen=True):
    """A case as a row says; `counts` is false for a suspicion and for what turned out to be none.

    `cells` are its filled cells as they were written, to be compared when the row is one of our own.
    """

    key: str
    person: Person
    positive: datetime
    onset: date | None
    counts: bool
    cells: dict[str, str] = {}


class ContactLine(msgspec.Struct, frozen=True):
    """A contact as a row says; without a case the row only makes the person known."""

    key: str
    person: Person
    case: str
    last: datetime | None
    contact_class: str
    exposure: str = ""
    cells: dict[str, str] = {}


class RelationLine(msgspec.Struct, frozen=True):
    """Who met which case, and when last."""

    case: str
    contact: str
    last: datetime
    exposure: str
    contact_class: str = ""
    cells: dict[str, str] = {}


class FollowUpLine(msgspec.Struct, frozen=True):
    """How a contact was on a day; `outcome` is empty where nobody was asked."""

    contact: str
    at: datetime
    outcome: str
    channel: str = "call"


def is_masked(text: str) -> bool:
    """Whether a word was made unreadable before it went out."""
    return "*" in text or "＊" in text


def _filled(cell: Cells, words: Mapping[str, str]) -> dict[str, str]:
    return {field: text for field in words if (text := cell(field).strip())}


def _key(cell: Cells, field: str, reading: Reading) -> str:
    text = filled(cell, field, reading).strip()
    if len(text) > LONGEST_KEY or "\x00" in text:
        raise Wrong(field, "text.too_long")
    return text


def _moment(cell: Cells, field: str, reading: Reading, year: int) -> datetime:
    """An instant; a day without an hour is its noon, so that no zone moves it to another day."""
    if not cell(field).strip():
        raise Wrong(field, "imports.blank")
    found: datetime = value_of(reading, field, cell(field), dates.moment, year)
    whole = found.time() == time() and ":" not in cell(field)
    zone = ZoneInfo(settings.TIME_ZONE)
    return datetime.combine(found.date(), NOON if whole else found.time(), zone)


def _day(cell: Cells, field: str, reading: Reading, year: int) -> date | None:
    if not cell(field).strip():
        return None
    found: date = value_of(reading, field, cell(field), dates.date, year)
    return found


def _somebody(cell: Cells, reading: Reading, year: int, key: str) -> Person:
    """The person of a row; one without any word goes by the id of the list, so that nobody is lost."""

    left_out: dict[str, str] = {}
    masked = {field.removeprefix("last_") for field in MASKABLE if is_masked(cell(field))}

    def joined(field: str) -> str:
        if field != "name":
            return "" if field in left_out or field in masked else cell(field)
        first, last = ("" if "name" in masked else cell(one).strip() for one in ("name", "last_name"))
        han = any("\u4e00" <= sign <= "\u9fff" for sign in first + last)
        return (last + first if han else f"{first} {last}").strip() or (
            "" if joined("document").strip() or joined("phone").strip() else key
        )

    while True:
        try:
            found = person_of(joined, reading, year)
        except Wrong as wrong:
            if wrong.field not in SPARED or wrong.field in left_out:
                raise
            left_out[wrong.field] = wrong.code
        else:
            for field, code in left_out.items():
                reading.field, reading.code = field, reading.code or code
            if masked:
                reading.code, reading.field = "imports.masked", " ".join(sorted(masked))
            return found


def _case(cell: Cells, reading: Reading, year: int) -> CaseLine:
    key = _key(cell, "key", reading)
    said = re.sub(r"[\s_-]", "", cell("classification")).casefold()
    onset = _day(cell, "onset", reading, year)
    if not cell("positive").strip() and onset is None:
        raise Wrong("positive", "imports.blank")
    zone = ZoneInfo(settings.TIME_ZONE)
    positive = (
        _moment(cell, "positive", reading, year)
        if cell("positive").strip()
        else datetime.combine(onset or date.min, NOON, zone)
    )
    counts = not any(word in said for word in NO_CASE)
    cells = _filled(cell, CASE_WORDS)
    return CaseLine(key, _somebody(cell, reading, year, key), positive, onset, counts, cells)


def _contact(cell: Cells, reading: Reading, year: int) -> ContactLine:
    key, case = _key(cell, "key", reading), cell("case").strip()
    last = _moment(cell, "last", reading, year) if case or cell("last").strip() else None
    return ContactLine(
        key, _somebody(cell, reading, year, key), case[:LONGEST_KEY], last, cell("class").strip(),
        exposure_of(cell("context")), _filled(cell, CONTACT_WORDS),
    )  # fmt: skip


def _relation(cell: Cells, reading: Reading, year: int) -> RelationLine:
    return RelationLine(
        _key(cell, "case", reading),
        _key(cell, "contact", reading),
        _moment(cell, "last", reading, year),
        exposure_of(cell("context")),
        cell("class").strip(),
        _filled(cell, RELATION_WORDS),
    )


def _follow_up(cell: Cells, reading: Reading, year: int) -> FollowUpLine:
    said = re.sub(r"[\s_-]", "", filled(cell, "status", reading)).casefold()
    if said not in STATUS:
        raise Wrong("status", "imports.unknown_status")
    how = cell("channel").strip()
    return FollowUpLine(
        _key(cell, "contact", reading), _moment(cell, "date", reading, year), STATUS[said],
        how if how in set(Channel) else Channel.CALL.value,
    )  # fmt: skip


def _unguarded(reader: Callable[..., Any], cell: Cells, reading: Reading, year: int) -> Any:
    """Read a row without the apostrophes that keep a spreadsheet from taking cells for formulas."""

    def bare(field: str) -> str:
        text = cell(field)
        return text[1:] if text[:1] == "'" and text[1:2] in RISKY else text

    return reader(bare, reading, year)


READERS: dict[str, Callable[..., Any]] = {
    CASES: partial(_unguarded, _case),
    CONTACTS: partial(_unguarded, _contact),
    RELATIONS: partial(_unguarded, _relation),
    FOLLOW_UPS: partial(_unguarded, _follow_up),
}
