"""Doors of a made-up register and the ways people write them."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Home:
    """Where a household lives, in parts."""

    district: str
    street: str
    road: str
    number: int
    compound: str
    building: int
    unit: int
    floor: int
    room: int


NOWHERE = Home("", "", "", 0, "", 0, 0, 0, 0)


def spelled(home: Home, rand: random.Random, plain: bool) -> str:
    """District, sub-district, road or compound, building, unit, room: in full, or as somebody writes it."""

    def number(value: int) -> str:
        way = rand.random()
        return (
            chinese(value)
            if way < 0.25
            else chinese(value, "零壹贰叁肆伍陆柒捌玖", "拾")
            if way < 0.3
            else str(value)
        )

    if plain:
        return (
            f"{home.district}{home.street}{home.road}{home.number}号{home.compound}{home.building}栋"
            f"{home.unit}单元{home.floor}{home.room:02}室"
        )
    district = home.district if rand.random() < 0.5 else rand.choice(("", home.district[:-1]))
    street = home.street if rand.random() < 0.5 else rand.choice(("", home.street[:-2]))
    road = f"{home.road}{home.number}号" if not home.compound or rand.random() < 0.5 else ""
    sign = rand.choice("栋幢座#") if rand.random() < 0.8 else "号楼"
    room = f"{home.floor}{home.room:02}"
    if rand.random() < 0.2:
        tail = f"{sign}-{home.unit}-{room}" if rand.random() < 0.5 else f"-{home.unit}-{room}"
        return f"{district}{street}{road}{home.compound}{home.building}{tail}"
    unit = f"{number(home.unit)}单元"
    door = rand.choice((room, f"{room}室", f"{room}房", f"{number(home.floor)}楼{room}"))
    return f"{district}{street}{road}{home.compound}{number(home.building)}{sign}{unit}{door}"


def chinese(value: int, digits: str = "零一二三四五六七八九", ten: str = "十") -> str:
    """A number below 100 in characters."""
    tens, ones = divmod(value, 10)
    front = "" if not tens else ten if tens == 1 else digits[tens] + ten
    return front + (digits[ones] if ones or not tens else "")
