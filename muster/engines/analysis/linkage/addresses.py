"""Canonical forms of an address: Chinese by its parts, others by words and numbers."""

from __future__ import annotations

import re

from muster.engines.analysis.linkage.letters import has_han, one_byte, plain

_DIGITS = {
    c: i
    for line in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "○壹貳參肆伍陸柒捌玖")
    for i, c in enumerate(line)
} | {"两": 2}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100}
_NUMERAL = re.compile(
    "["
    + "".join(_DIGITS)
    + "".join(_TENS)
    + r"]+(?=号楼|栋|幢|座|号|#|单元|楼|层|室|房|门|弄|巷|路|街|期|组|队|坊|-|$)"
)
_HOUSE = re.compile(r"([0-9]+|[a-z]|[甲乙丙丁])(?:号楼|号院|#楼|栋楼|[幢座坊#栋])-?")
_DOOR = re.compile(
    r"(?:(?P<house>[0-9]+|[a-z]|[甲乙丙丁])(?:栋|-))?(?:(?P<unit>[0-9]+|[a-z])(?:单元|门|-))?"
    r"(?:(?P<floor>[0-9]+)(?:楼|层))?-?(?P<room>[0-9]+[a-z]?)?(?:室|房|户|号房)?$"
)
_ROAD = re.compile(
    r"(?P<name>[\u4e00-\u9fff0-9]*?[\u4e00-\u9fff0-9](?:大道|路|街|道|巷|弄|胡同))(?P<number>[0-9]+)(?:号|弄)"
)
_DIVISION = re.compile(
    r"^.{1,8}?(?:省|自治区|市|区|县|街道办事处|街道办|街道|镇|乡|社区居委会|社区|居委会)(?=.{2})"
)
_WORD = re.compile(r"[a-z]+|[0-9]+[a-z]?")


def address(text: str | None) -> tuple[str, ...]:
    """v all parts, k road and number, l compound, n door (house-unit-room), q door without unit, h edit letters."""
    clean = plain(text)
    if not clean:
        return ("",) * 6
    return _chinese(clean) if has_han(clean) else _other(clean)


def _other(text: str) -> tuple[str, ...]:
    """Words for the place, numbers for the door."""
    words = _WORD.findall(text)
    doors = [word for word in words if word[0].isdigit()]
    place = "".join(word for word in words if not word[0].isdigit())
    whole = " ".join(words)
    return whole, place, "", "-".join(doors), "", one_byte(whole.replace(" ", ""))


def _chinese(text: str) -> tuple[str, ...]:
    text = (
        re.sub(r"[\s,.;:、。，()（）\[\]【】_]+", "", text)
        .replace("－", "-")
        .replace("—", "-")
        .replace("–", "-")
    )
    text = _NUMERAL.sub(lambda found: str(_number(found.group())), text)
    text = _HOUSE.sub(r"\1栋", text)
    found = _DOOR.search(text)
    rest, door, short = text, "", ""
    if found and found.group():
        rest, door, short = text[: found.start()], *_door(found)
    road, compound = _place(rest)
    whole = f"{road}|{compound}|{door}"
    return whole, road, compound, door, short, one_byte(f"{compound or road}{door}")


def _door(found: re.Match[str]) -> tuple[str, str]:
    """House-unit-room, and house-room where both are known; the floor goes when the room says it."""
    house, unit, floor, room = (found[part] or "" for part in ("house", "unit", "floor", "room"))
    room = room.lstrip("0")
    if floor and room and not room.startswith(floor):
        room = floor + room.zfill(2)
    if not house and unit and room and "单元" not in found.group() and "门" not in found.group():
        house, unit = unit, ""
    if not room and not house:
        return "", ""
    return f"{house}-{unit}-{room or floor}", f"{house}-{room}" if house and room else ""


def _place(rest: str) -> tuple[str, str]:
    """Road with number, told by its last letters because the district before it may lack its sign; compound."""
    road, compound = "", rest
    if found := _ROAD.search(rest):
        name = _undivided(found["name"])
        sign = 2 if name.endswith(("大道", "胡同")) else 1
        road = f"{name[-(sign + 2) :]}{found['number']}"
        compound = rest[found.end() :]
        return road, compound.strip("-")
    return road, _undivided(compound).strip("-")


def _undivided(text: str) -> str:
    """Without the districts in front of it."""
    while shorter := _DIVISION.sub("", text, count=1):
        if shorter == text:
            break
        text = shorter
    return text


def _number(text: str) -> int:
    """Chinese numerals, also those for cheques; digit by digit where there is no ten."""
    if not any(c in _TENS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = digit = 0
    for c in text:
        if c in _TENS:
            total, digit = total + (digit or 1) * _TENS[c], 0
        else:
            digit = _DIGITS[c]
    return total + digit
