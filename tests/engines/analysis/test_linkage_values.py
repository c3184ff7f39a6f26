"""Canonical forms: what is written in two ways becomes one, and what differs stays apart."""

from __future__ import annotations

import pytest

from muster.engines.analysis.linkage import values
from muster.engines.analysis.linkage.addresses import address

V, K, L, N = 0, 1, 2, 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王超海", "王 超 海"), ("ＡＮＮＡ", "anna"), ("Žižek", "zizek"), ("买买提·吐尔逊", "买买提吐尔逊"),
        ("O'Brien", "obrien"),
    ],
)  # fmt: skip
def test_spellings_of_one_name(one: str, other: str) -> None:
    """Width, case, accents, dots and blanks say nothing."""
    assert values.name(one)[V] == values.name(other)[V] != ""


@pytest.mark.parametrize(
    ("han", "heard"), [("张伟", "章炜"), ("王超海", "WANG CHAO HAI"), ("吕青", "Lv Qing")]
)
def test_names_of_one_sound(han: str, heard: str) -> None:
    """Homophones and pinyin have the sound in common, but not the letters."""
    assert values.name(han)[1] == values.name(heard)[1]
    assert values.name(han)[V] != values.name(heard)[V]


def test_word_order_of_a_latin_name() -> None:
    """Words in another order agree in the sorted form only."""
    one, other = values.name("Mary Ann Smith"), values.name("Smith, Mary Ann")
    assert one[V] != other[V]
    assert one[3] == other[3]


@pytest.mark.parametrize(
    "text",
    [
        "1986-07-06",
        "1986/7/6",
        "1986年7月6日",
        "19860706",
        "1986.07.06",
        "6 Jul 1986",
        "1986-07-06 00:00:00",
        "１９８６-7-6",
    ],
)
def test_one_day(text: str) -> None:
    """All usual ways of writing a day."""
    assert values.date(text)[V] == "19860706"


def test_day_before_month() -> None:
    """Where only one reading is possible it is taken; month 13 cannot be."""
    assert values.date("25/12/1990")[V] == "19901225"
    assert values.date("1990-25-12")[V] == "19901225"
    assert values.date("soon")[V] == ""


@pytest.mark.parametrize(
    "text", ["13800138000", "+86 138-0013-8000", "0086 13800138000", "138 0013 8000", "8613800138000"]
)
def test_one_telephone(text: str) -> None:
    """Country code and grouping say nothing."""
    assert values.phone(text)[V] == "13800138000"


def test_identity_numbers() -> None:
    """Fifteen digits become eighteen; the check digit is known right or wrong, of made-up ones not at all."""
    whole = "440399198607162476"
    assert values.identity(whole.lower())[:3:2] == (whole, "1")
    assert values.identity(whole[:6] + whole[8:17])[0] == whole
    assert values.identity("440399198607162477")[2] == "0"
    assert values.identity("6988048")[2] == ""


@pytest.mark.parametrize(
    "text",
    [
        "东湖区关山街道环城路302号丽富新村6栋3单元804室", "环城路302号丽富新村六幢三单元804", "关山丽富新村6#楼3-804",
        "东湖区丽富新村6号楼叁单元8楼804", "丽富新村 6-3-804", "丽富新村6座3单元804房",
    ],
)  # fmt: skip
def test_one_door(text: str) -> None:
    """Signs of a building, numerals, and what may be left out."""
    forms = address(text)
    assert forms[N] == "6-3-804"
    assert forms[L].endswith("丽富新村")
    assert forms[K] in ("", "环城路302")


def test_other_doors_stay_apart() -> None:
    """Another unit, another room, another road."""
    doors = {
        address(f"环城路302号{door}")[V]
        for door in ("6栋3单元804室", "6栋2单元804室", "6栋3单元805室", "7栋3单元804室")
    }
    assert len(doors) == 4
    assert address("环城路302号6栋")[K] != address("环城路303号6栋")[K]


@pytest.mark.parametrize("nothing", [None, "", "  ", "无", "N/A", "-"])
def test_nothing_is_nothing(nothing: str | None) -> None:
    """What only says that nothing is known is no value, in any kind."""
    for function, names in values.FORMS.values():
        assert function(nothing) == ("",) * len(names)
