"""Cells become values, doubts or refusals; nothing Excel spoiled slips through (R14)."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from muster.interop.tables import values
from muster.interop.tables.read import read_table
from tests.interop.tables.makers import citizen, xlsx

GOOD = citizen(5)


def test_an_id_passes_in_every_honest_writing() -> None:
    number = next(n for n in (citizen(1, seq) for seq in range(1, 99)) if n.endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    for written in (
        number,
        number.lower(),
        wide,
        f" {number}\t",
        f"'{number}",
        f'="{number}"',
        f"{number[:6]} {number[6:]}",
    ):
        assert values.citizen_id(written) == (number, None)


@given(st.integers(0, 900), st.integers(1, 999), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(serial: int, sequence: int, at: int, add: int) -> None:
    number = citizen(serial, sequence)
    digit = "X" if at == 17 and number[17] != "X" else str((int(number[at].replace("X", "0")) + add) % 10)
    wrong = number[:at] + digit + number[at + 1 :]
    if wrong != number:
        assert values.citizen_id(wrong)[1] is not None


def test_digits_of_other_scripts_are_never_stored() -> None:
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in citizen(2))
    assert values.citizen_id(wide) == (citizen(2), None)
    assert values.phone("13８００１３８０００") == ("+8613800138000", None)
    arabic = "".join(chr(0x660 + int(digit)) for digit in "13800138000")
    assert values.phone(arabic) == ("+8613800138000", None)
    found = values.document(arabic[:8])[0]
    assert found is not None
    assert found.number == "13800138"


def test_ids_agree_with_the_published_algorithm() -> None:
    source = random.Random(7)
    for _ in range(500):
        number = f"110105{source.randint(1950, 2004)}{source.randint(1, 12):02}{source.randint(1, 31):02}"
        number += f"{source.randint(1, 999):03}{source.choice('0123456789X')}"
        if not number.endswith("000"):
            assert (values.citizen_id(number)[0] == number) is ric.is_valid(number)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("4.40399E+17", "document.scientific"), ("5.1E+17", "document.scientific"),
        ("440399199001011000", "document.rounded"), (GOOD[:17], "document.length"), (GOOD[1:], "document.length"),
        ("4403**********1234", "document.masked"), ("", "document.missing"), ("无", "document.characters"),
        ("990399199001011234", "document.area"), ("440399199013011234", "document.birth_date"),
    ],
)  # fmt: skip
def test_a_spoiled_id_is_refused(written: str, problem: str) -> None:
    assert values.citizen_id(written) == (None, problem)


def test_every_id_that_excel_stored_as_a_number_is_detected() -> None:
    """R14: as number cells, as the text Excel shows, and as the zeros a csv export writes."""
    ids = [citizen(serial, serial % 998 + 1) for serial in range(300)]
    ids = [number for number in ids if not number.endswith("X")]
    stored = read_table(xlsx([["身份证号", "序号"], *[[int(n), 1] for n in ids]]), "x.xlsx")
    shown = [row[0] for row in stored.rows] + [f"{int(n):.5E}" for n in ids] + [f"{n[:15]}000" for n in ids]
    assert len(shown) == 3 * len(ids)
    assert all(values.citizen_id(text)[1] for text in shown)
    assert all(values.document(text)[1] for text in shown)


def test_old_ids_are_lengthened_and_marked() -> None:
    assert values.citizen_id("110105491231002") == ("11010519491231002X", "document.old_form")


@pytest.mark.parametrize(
    ("written", "kind", "key"),
    [
        (GOOD, "citizen_id", GOOD), ("810000199408230021", "residence_permit", "810000199408230021"),
        ("H01234567", "home_return_permit", "H01234567"), ("h0123456702", "home_return_permit", "H01234567"),
        ("M 0123 4567", "home_return_permit", "M01234567"), ("E12345678", "passport", "E12345678"),
        ("ED1234567", "passport", "ED1234567"), ("12345678", "taiwan_permit", "12345678"),
        ("USA123456789012", "foreign_permit", "USA123456789012"),
    ],
)  # fmt: skip
def test_documents_are_told_apart(written: str, kind: str, key: str) -> None:
    found, problem = values.document(written)
    assert problem is None
    assert found is not None
    assert (found.kind, found.key) == (kind, key)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"), ("+86 138-0013-8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"), ("１３８００１３８０００", "+8613800138000"),
        ("13800138000.0", "+8613800138000"), ("'13800138000", "+8613800138000"),
        ("86 13800138000", "+8613800138000"), ("91234567", "+85291234567"), ("+852 9123 4567", "+85291234567"),
        ("0755-83125678", "+8675583125678"), ("（0755）83125678转801", "+8675583125678;ext=801"),
        ("+1 650-253-0000", "+16502530000"),
    ],
)  # fmt: skip
def test_a_phone_has_one_form(written: str, number: str) -> None:
    assert values.phone(written) == (number, None)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("1.38E+10", "phone.scientific"), ("1.3800138E+10", "phone.scientific"), ("138****8000", "phone.masked"),
        ("75583125678", "phone.lost_zero"), ("83125678", "phone.no_area_code"), ("1380013800", "phone.length"),
        ("138001380001", "phone.length"), ("无", "phone.characters"), ("", "phone.missing"),
        ("12345", "phone.invalid"), ("12345678901", "phone.invalid"),
    ],
)  # fmt: skip
def test_a_spoiled_phone_is_refused(written: str, problem: str) -> None:
    assert values.phone(written) == (None, problem)


def test_of_several_phones_the_first_is_taken_and_marked() -> None:
    for written in ("13800138000/13900139000", "13800138000、13900139000", "13800138000\n13900139000"):
        assert values.phone(written) == ("+8613800138000", "phone.several")


@pytest.mark.parametrize(
    "written",
    [
        "2022-02-18", "2022/2/18", "2022.2.18", "20220218", "2022年2月18日", "2022年02月18号", "二〇二二年二月十八日",
        "２０２２－０２－１８", "18/02/2022", "2/18/2022", "44610", "44610.25", "2022-02-18 08:30",
        "2022-02-18T23:59:59",
        "2022年2月18日 星期五", "2022 年 2 月 18 日", "2022-02-17 24:00", "2022-02-18 下午3点", "2022-02-17T18:00:00Z",
    ],
)  # fmt: skip
def test_a_day_in_every_form(written: str) -> None:
    assert values.date(written) == (dt.date(2022, 2, 18), None)


def test_midnight_as_24_is_the_next_day() -> None:
    assert values.moment("2022年2月28日24时") == (dt.datetime(2022, 3, 1), None)  # noqa: DTZ001
    assert values.moment("2022-02-18 23:00") == (dt.datetime(2022, 2, 18, 23), None)  # noqa: DTZ001
    assert values.moment("2022-02-18 24:30") == (None, "date.time")


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("2022-02-30", "date.invalid"), ("2022-13-01", "date.invalid"), ("03/04/2022", "date.ambiguous"),
        ("2月18日", "date.no_year"), ("昨天", "date.form"), ("", "date.missing"), ("2022-02-18 25:00", "date.time"),
        ("05/06/07", "date.ambiguous"), ("2022-02-18 08:61", "date.time"),
    ],
)  # fmt: skip
def test_a_day_that_cannot_be_known_is_refused(written: str, problem: str) -> None:
    assert values.date(written) == (None, problem)


def test_days_without_a_full_year() -> None:
    assert values.date("2月18日", year=2022) == (dt.date(2022, 2, 18), None)
    assert values.date("22.2.18") == (dt.date(2022, 2, 18), "date.short_year")
    assert values.date("2/18/22") == (dt.date(2022, 2, 18), "date.short_year")


@given(st.dates(dt.date(1930, 1, 1), dt.date(2090, 1, 1)))
def test_every_day_survives_its_writings(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    for written in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日", str(serial)):
        assert values.date(written) == (day, None)


def test_a_misprinted_month_is_flagged_with_what_was_meant() -> None:
    start, end = dt.date(2022, 2, 14), dt.date(2022, 3, 20)
    found = values.implausible_date(dt.date(2022, 12, 18), start, end)
    assert found is not None
    assert found.suggestions == (dt.date(2022, 2, 18),)
    assert values.implausible_date(dt.date(2022, 2, 18), start, end) is None
    distant = values.implausible_date(dt.date(2019, 7, 29), start, end)
    assert distant is not None
    assert distant.suggestions == ()


def test_sex_and_birth_date_must_agree_with_the_id() -> None:
    man, woman = citizen(3, 121), citizen(3, 122)
    assert values.sex("男", man) == ("male", None)
    assert values.sex("", woman) == ("female", None)
    assert values.sex("男", woman) == ("female", "sex.differs")
    assert values.sex("未知") == (None, "sex.unknown")
    born = values.birth_date_of(man)
    assert born is not None
    assert values.birth_date("", man) == (born, None)
    assert values.birth_date(f"{born.year}年{born.month}月{born.day}日", man) == (born, None)
    assert values.birth_date("1950-01-01", man) == (born, "birth_date.differs")


@pytest.mark.parametrize(
    "spoiled", ["2022-02-01", "2022/2/1", "2月1日", "1-Feb", "Feb-01", "44593", "2022-02-01 00:00:00"]
)
def test_a_door_number_that_became_a_day_is_refused(spoiled: str) -> None:
    assert values.door(spoiled) == (None, "door.became_date")


def test_honest_door_numbers_pass() -> None:
    for door in ("2-1", "501", "A1203", "12801", "3栋2单元"):
        assert values.door(door) == (door, None)
    assert values.door("501.0") == ("501", None)
