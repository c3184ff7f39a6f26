"""The codes on paper: read back as printed, refused when mistyped, and always of the same record."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.ids import ALPHABET, derive_id
from muster.interop.paper.rows import (
    ROWS,
    Form,
    Misread,
    Sheet,
    _check,
    read_header,
    read_row,
    record_of,
    spelled,
    typed,
)

PLACE = derive_id("test", "place")
SHEET = Sheet(Form.SITE, PLACE, 2202182312, 3)
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@given(form=st.sampled_from(Form), place=st.uuids(), pack=st.integers(0, 10**10), number=st.integers(1, 60))
def test_a_header_is_read_back_as_it_was_printed(form: Form, place: UUID, pack: int, number: int) -> None:
    sheet = Sheet(form, place, pack, number)
    assert read_header(f" {sheet.header.lower()}\n") == sheet
    assert set(sheet.header) <= QR_ALPHANUMERIC


@given(at=st.integers(0, len(SHEET.header) - 1), character=st.sampled_from(ALPHABET + ".-:"))
def test_no_mistyped_header_is_taken_for_another_sheet(at: int, character: str) -> None:
    text = SHEET.header[:at] + character + SHEET.header[at + 1 :]
    if text != SHEET.header:
        with pytest.raises(Misread):
            read_header(text)


@given(text=st.text(max_size=80))
def test_whatever_is_scanned_is_answered(text: str) -> None:
    for read in (read_header, read_row, typed):
        with pytest.raises(Misread):
            read(text + "?")
    with pytest.raises(Misread):
        read_header("MUH1:" + text)


def test_a_header_of_another_kind_of_version_is_misread() -> None:
    body = SHEET.header.removeprefix("MUH1:").rpartition(".")[0]
    assert read_header(f"MUH1:{body}.{_check(body)}") == SHEET
    for version in ("X", "2", "٢"):
        other = body[:-1] + version
        with pytest.raises(Misread):
            read_header(f"MUH1:{other}.{_check(other)}")


@given(pack=st.uuids(), row=st.integers(1, 600))
def test_a_row_is_read_back_and_names_the_same_record(pack: UUID, row: int) -> None:
    sheet = Sheet(Form.GATE, pack, 7, (row - 1) // ROWS + 1)
    found, code = read_row(sheet.row_text(row))
    assert (found, code) == (sheet.pack_id, sheet.code(row))
    assert (
        record_of(found, code.lower()) == record_of(sheet.pack_id, sheet.code(row)) == derive_id(found, code)
    )


def test_a_code_is_typed_as_people_write_it() -> None:
    code = next(one for one in map(SHEET.code, range(1, 400)) if "0" in one and "1" in one)
    assert typed(code.lower().replace("0", "o").replace("1", "l")) == code
    assert typed(f"{code[:4]} {code[4:]}") == typed(f"{code[:4]}-{code[4:]}") == code


@given(row=st.integers(1, 600), at=st.integers(0, 8), character=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(row: int, at: int, character: str) -> None:
    code = SHEET.code(row)
    bent = code[:at] + character + code[at + 1 :]
    values = ALPHABET.index(code[at]), ALPHABET.index(character)
    if bent != code and (values[0] - values[1]) % 31:
        with pytest.raises(Misread):
            typed(bent)


def test_no_two_rows_share_a_code_or_a_record() -> None:
    sheets = [Sheet(form, PLACE, pack, 1) for form in Form for pack in (1, 2)]
    records = [record_of(one.pack_id, one.code(row)) for one in sheets for row in range(1, 601)]
    assert len(set(records)) == len(records)
    codes = [SHEET.code(row) for row in range(1, 601)]
    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {9}


def test_rows_are_counted_through_the_pack() -> None:
    assert [Sheet(Form.SITE, PLACE, 1, number).first for number in (1, 2, 3)] == [1, 11, 21]
    assert ".21-30.1." in SHEET.header


def test_an_id_is_spelled_with_letters_nobody_mistakes() -> None:
    assert spelled(UUID(int=0)) == "0" * 26
    assert len(spelled(UUID(int=2**128 - 1))) == 26
    assert not set("ILOU") & set(spelled(PLACE))
