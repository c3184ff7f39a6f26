"""Rows of a line list to what they say: people by their ids there, days, codes. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from muster.interop.imports.line_words import (
    CASES,
    CONTACTS,
    FOLLOW_UPS,
    NO_CASE,
    RELATIONS,
    STATUS,
    exposure_of,
)
from muster.interop.imports.reading import Cells, Person, Reading, Wrong, filled, person_of, value_of
from muster.interop.tables import dates

LONGEST_KEY = 80
NOON = time(12)
SPARED = ("phone", "document", "birth_date")  # a case with a number nobody can read is a case all the same


class CaseLine(msgspec.Struct, frozen=True):
    """A case as a row says; `counts` is false for a suspicion and for what turned out to be none."""

    key: str
    person: Person
    positive: datetime
    onset: date | None
    counts: bool


class ContactLine(msgspec.Struct, frozen=True):
    """A contact as a row says; without a case the row only makes the person known."""

    key: str
    person: Person
    case: str
    last: datetime | None
    contact_class: str


class RelationLine(msgspec.Struct, frozen=True):
    """Who met which case, and when last."""

    case: str
    contact: str
    last: datetime
    exposure: str


class FollowUpLine(msgspec.Struct, frozen=True):
    """How a contact was on a day; `outcome` is empty where nobody was asked."""

    contact: str
    at: datetime
    outcome: str


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
    whole = found.time() == time()
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

    def joined(field: str) -> str:
        if field in left_out:
            return ""
        if field != "name":
            return cell(field)
        first, last = cell("name").strip(), cell("last_name").strip()
        han = any("\u4e00" <= sign <= "\u9fff" for sign in first + last)
        return (last + first if han else f"{first} {last}").strip() or (
            "" if cell("document").strip() or cell("phone").strip() else key
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
    return CaseLine(key, _somebody(cell, reading, year, key), positive, onset, counts)


def _contact(cell: Cells, reading: Reading, year: int) -> ContactLine:
    key, case = _key(cell, "key", reading), cell("case").strip()
    last = _moment(cell, "last", reading, year) if case or cell("last").strip() else None
    return ContactLine(
        key, _somebody(cell, reading, year, key), case[:LONGEST_KEY], last, cell("class").strip()
    )


def _relation(cell: Cells, reading: Reading, year: int) -> RelationLine:
    return RelationLine(
        _key(cell, "case", reading),
        _key(cell, "contact", reading),
        _moment(cell, "last", reading, year),
        exposure_of(cell("context")),
    )


def _follow_up(cell: Cells, reading: Reading, year: int) -> FollowUpLine:
    said = re.sub(r"[\s_-]", "", filled(cell, "status", reading)).casefold()
    if said not in STATUS:
        raise Wrong("status", "imports.unknown_status")
    return FollowUpLine(_key(cell, "contact", reading), _moment(cell, "date", reading, year), STATUS[said])


READERS: dict[str, Callable[..., Any]] = {
    CASES: _case,
    CONTACTS: _contact,
    RELATIONS: _relation,
    FOLLOW_UPS: _follow_up,
}
