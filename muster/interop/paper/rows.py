"""The codes on paper: a pack, its sheets, its rows. A row's code and its pack determine the id of what is recorded.

Pure. Nothing is stored when a pack is printed: the header says everything, so a pack printed before a server died
is typed in at another one. Crockford base 32 (no I, L, O, U), one check character.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import msgspec

from muster.core import ids
from muster.core.ids import ALPHABET, derive_id, short_code

VERSION = 1
HEADER, ROW = "MUH1:", "MUR1:"
CODE = 9  # eight and a check
ID = 26
ROWS = 10  # one tube
MOST_SHEETS = 60


class Form(StrEnum):
    """What a sheet is for."""

    SITE = "S"
    BUILDING = "B"
    GATE = "G"


class Misread(ValueError):
    """No code of ours, or one that was mistyped."""


class Sheet(msgspec.Struct, frozen=True):
    """One sheet of a pack: what for, where, which pack, which sheet of it."""

    form: Form
    place: UUID
    pack: int
    number: int

    @property
    def pack_id(self) -> UUID:
        """The id of the pack: of the form, the place and the number."""
        return derive_id("paper", str(self.form), self.place, self.pack)

    @property
    def header(self) -> str:
        """What stands in the code at the head of the sheet: {form, place, pack, sheet, rows, version}."""
        first, last = self.first, self.first + ROWS - 1
        body = f"{self.form}.{spelled(self.place)}.{self.pack}.{self.number}.{first}-{last}.{VERSION}"
        return f"{HEADER}{body}.{_check(body)}"

    @property
    def first(self) -> int:
        """The number of the first row, counted through the pack."""
        return (self.number - 1) * ROWS + 1

    def code(self, row: int | UUID) -> str:
        """The code of a row (its number in the pack, or the door it is about): eight characters and a check."""
        return short_code(derive_id(self.pack_id, row), CODE)

    def row_text(self, row: int | UUID) -> str:
        """What stands in the code beside a row."""
        return f"{ROW}{spelled(self.pack_id)}{self.code(row)}"


def spelled(identity: UUID) -> str:
    """An id in 26 characters that nobody mistakes for others."""
    return ids.spelled(identity.int, ID)


def _unspelled(text: str) -> UUID:
    number = ids.spelled_number(text)
    if len(text) != ID or number >> 128:
        raise Misread("id")
    return UUID(int=number)


def _check(body: str) -> str:
    """Two characters that change when any one character does, or two neighbours are swapped."""
    total = sum((place + 1) * ord(character) for place, character in enumerate(body))
    return ALPHABET[total % 31] + ALPHABET[(total // 31) % 31]


def read_header(text: str) -> Sheet:
    """The sheet whose header was scanned or typed; raises Misread."""
    found = text.strip().upper()
    if not found.startswith(HEADER):
        raise Misread("mark")
    body, _, check = found.removeprefix(HEADER).rpartition(".")
    if not body or check != _check(body):
        raise Misread("check")
    try:
        form, place, pack, number, span, version = body.split(".")
        sheet = Sheet(Form(form), _unspelled(place), int(pack), int(number))
    except ValueError as error:
        raise Misread("header") from error
    if version != str(VERSION) or span != f"{sheet.first}-{sheet.first + ROWS - 1}":
        raise Misread("version")
    return sheet


def typed(code: str) -> str:
    """A row's code as it was typed: small letters, spaces, O for 0, I and L for 1; Misread if the check fails."""
    found = ids.checked(code, CODE)
    if found is None:
        raise Misread("code")
    return found


def record_of(pack: UUID, code: str) -> UUID:
    """The id of what is recorded of the row with this code in this pack."""
    return derive_id(pack, typed(code))


def read_row(text: str) -> tuple[UUID, str]:
    """Pack and code of a row that was scanned; raises Misread."""
    found = text.strip().upper()
    if not found.startswith(ROW) or len(found) != len(ROW) + ID + CODE:
        raise Misread("row")
    body = found.removeprefix(ROW)
    try:
        return _unspelled(body[:ID]), typed(body[ID:])
    except ValueError as error:
        raise Misread("row") from error
