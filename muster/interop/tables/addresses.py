"""Chinese address text to parts, and the key under which two writings of one address are equal."""

import re
import unicodedata

import msgspec

from muster.interop.tables.clean import INVISIBLE
from muster.interop.tables.divisions import read_wide
from muster.interop.tables.numerals import NUMERAL, number_of

MAX_CHARS = 200
_HAN = "[\u3400-\u9fff]"
_DASHES = re.compile("[—–―‐‑−~～_]+")
_NOISE = re.compile(r"[\s,，。;；:：、.·'\"]+")
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】")
# Numerals are folded only before a word that counts something; 五和大道 and 八一路 keep theirs.
_COUNTED = re.compile(
    rf"第?({NUMERAL}+)(?=巷|弄|坊|栋|幢|座|号|单元|梯|层|楼|室|房|期|组|队|区|网格|$)|第(?=\d+(?:栋|幢|座|单元|网格|层|楼|期))"
)
_ROAD_NUMERAL = re.compile(rf"{NUMERAL}+(?=路|街|道|横)")
_LETTER = r"(?:(?![区村])[\u3400-\u9fff])"
_COMMUNITY = re.compile(
    rf"({_LETTER}{{1,10}}?社区|{_LETTER}{{2,8}}?(?:居委会|村委会|行政村))(?:居委会|工作站|委员会)?"
)
_VILLAGE = re.compile(rf"({_LETTER}{{1,7}}?(?<!新)村)(?:民?委会?员?会?|村民委员会)?(?![路街道巷小中大口])")
_GRID = re.compile(rf"{_HAN}{{0,8}}?([A-Z]?\d+(?:-\d+)*)号?(?:综合|基础)?网格|网格([A-Z]?\d+)号?")
_BUILDING = re.compile(
    r"([A-Z]+\d*|\d+[A-Z]?|[甲乙丙丁戊东西南北中])(?:号楼|号院|栋|幢|座|#楼?|坊(?!\d+(?:巷|号|栋|横)))楼?"
)
_DASHED = re.compile(r"(?<![\dA-Z])(\d{1,3}|[A-Z]\d?)-(?:(\d{1,2}|[A-Z])-)?([A-Z]?\d{2,5}[A-Z]?)(?:室|房)?$")
_UNIT = re.compile(r"(?:宿舍楼|宿舍|公寓)?-?([A-Z]|\d+)(?:单元|梯|门|座|栋)-?|-?([A-Z]|\d{1,2})-(?=\d{3,5})")
_FLOOR = re.compile(r"(?:宿舍楼|宿舍|公寓)?-?(?:(负\d+|\d+|[BG]\d?)(?:层|楼|F)(?!栋))-?")
_ROOM = re.compile(
    r"(?:宿舍楼|宿舍|公寓)?-?([A-Z]?\d{1,5}(?:-\d{1,2})?[A-Z]?)(?:号房|号室|室|房间|房|号|单间)?(?![\dA-Z\u3400-\u9fff])"
)
_HOUSE = re.compile(r"(?:^|(?<=[路街道巷弄里村坊横屋围队组城]))(\d+(?:-\d+)?[A-Z]?)号(?!楼|院|栋)")
_ROAD = re.compile(
    r"(?:.*?(?:村|花园|小区|苑|公寓|新村|屋|围|家园|社区|旧区|新区|工业区|\d期|\d区|坊))?"
    r"((?:(?!村|小区|花园)[\u3400-\u9fffA-Z0-9]){1,10}(?:大道|路|街|巷|弄|胡同|横))$"
)
_ROAD_FIRST = re.compile(
    r"(.{1,12}?(?:开发区|高新区|工业园区?|工业区|产业园区?|科技园区?|园区))?"
    r"((?:(?!村|小区|花园|园区|工业|大厦)[\u3400-\u9fffA-Z0-9]){1,7}?(?:大道|公路|大街|路|街|巷|胡同))(?![口边旁道村站]|社区|小区|花园)"
)
_LANE = re.compile(r"(路|街)(\d+)弄(\d+[A-Z]?)(?:号楼|号|栋|幢|座)")
# A floor or a door after words that are no road: 美华大厦四楼, 东信大厦2279室.
_STOREY = re.compile(r"(?<=[\u3400-\u9fffA-Z])-?(?:负\d+|\d{1,2}|B\d)(?:层|楼(?!栋)|F)")
_DOOR = re.compile(
    r"(?<![\d路街巷弄道-])(?:(?<=[\u3400-\u9fff])|^)-?[A-Z]?\d{2,5}[A-Z]?(?:号房|号室|室|房)?$"
)
_BARE_HOUSE = re.compile(r"(\d+(?:-\d+)?[A-Z]?)号?")


class Address(msgspec.Struct, frozen=True, array_like=True):
    """Parts of an address; numbers in Arabic digits without leading zeros. `rest` was not understood."""

    district: str = ""
    subdistrict: str = ""
    community: str = ""
    grid: str = ""
    compound: str = ""
    road: str = ""
    house: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""
    rest: str = ""

    @property
    def block(self) -> str:
        """What a sweep calls the building: its number in the compound, or the house number of a lane."""
        return self.building or self.house


def fold(text: str) -> str:
    """Half-width, upper case, no blanks, remarks or punctuation; counting numerals in digits."""
    plain = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).upper()
    plain = _NOISE.sub("", _REMARK.sub("", _DASHES.sub("-", plain))).removesuffix("电联")
    return _COUNTED.sub(lambda found: number_of(found.group(1)) if found.group(1) else "", plain)


def parse_address(text: str) -> Address:
    """The parts of an address, from the widest to the door."""
    value = fold(text)
    if len(value) > MAX_CHARS:
        return Address(rest=value)  # no address; the patterns below would take long over it
    wide = read_wide(value)
    parts = {"district": wide.district, "subdistrict": wide.subdistrict}
    at = wide.end
    for form in (_COMMUNITY, _VILLAGE) if at else (_COMMUNITY,):
        if found := form.match(value, at):
            parts["community"], at = found.group(1), found.end()
            break
    if "网格" in value and (found := _GRID.match(value, at)):
        parts["grid"] = _number(found.group(1) or found.group(2))
        at = found.end()
    local, tail = _split_building(value[at:].lstrip("-"), parts)
    _read_local(local, parts)
    _read_door(tail, parts)
    return Address(**parts)


def _split_building(value: str, parts: dict[str, str]) -> tuple[str, str]:
    """Find what names the building; give the text before it and the text after it."""
    if found := _LANE.search(
        value
    ):  # 柳营路669弄14号: the lane has the number of the road, the house that of the lane
        parts["house"], parts["building"] = _number(found.group(2)), _number(found.group(3))
        return value[: found.end(1)], value[found.end() :]
    if found := _BUILDING.search(value):
        parts["building"] = _number(found.group(1))
        before, after = value[: found.start()], value[found.end() :]
        return before, after
    if found := _DASHED.search(value):
        parts["building"], parts["room"] = _number(found.group(1)), _number(found.group(3))
        if found.group(2):
            parts["unit"] = _number(found.group(2))
        return value[: found.start()], ""
    if found := _HOUSE.search(value):
        tail = value[found.end() :]
        if _ROOM.match(tail) or _FLOOR.match(tail) or _UNIT.match(tail):
            return value[: found.end()], tail
    if found := _STOREY.search(value):
        return value[: found.start()], value[found.start() :]
    if found := _DOOR.search(value):
        return value[: found.start()], found.group()
    return value, ""


def _read_local(value: str, parts: dict[str, str]) -> None:
    """Compound, road and house number out of the text before the building."""
    value = value.strip("-")
    after = ""
    if found := _HOUSE.search(value):
        parts["house"] = _number(found.group(1))
        value, after = value[: found.start()], value[found.end() :].strip("-")
    if found := _ROAD_FIRST.match(value):
        parts["road"] = found.group(2)
        value = (found.group(1) or "") + value[found.end() :]
    elif found := _ROAD.match(value):
        parts["road"] = found.group(1)
        value = value[: found.start(1)]
    if (found := _BARE_HOUSE.match(value)) and "house" not in parts and "road" in parts:
        parts["house"], value = _number(found.group(1)), value[found.end() :]  # 江口路349
    if len(after) == 1:
        parts["rest"], after = after, ""  # 4号铺, 4号旁
    if compound := value + after:
        parts["compound"] = compound


def _read_door(value: str, parts: dict[str, str]) -> None:
    """Unit, floor and room out of the text after the building."""
    at = 0
    for field, form in (("unit", _UNIT), ("floor", _FLOOR), ("room", _ROOM)):
        if found := form.match(value, at):
            parts[field] = _number(next(group for group in found.groups() if group))
            at = found.end()
    if at < len(value):
        parts["rest"] = parts.get("rest", "") + value[at:]


def _number(text: str) -> str:
    """Without leading zeros: room 0501 is room 501."""
    return text.lstrip("0") or "0"


def address_key(text: str) -> str:
    """Equal for two writings of one address that name the same levels; "" when nothing is written."""
    return key_of(parse_address(text))


def key_of(address: Address) -> str:
    """The key of parsed parts. The room says the floor, so a floor counts only without a room."""
    road = _ROAD_NUMERAL.sub(lambda found: number_of(found.group()), address.road)
    wide = f"{address.district}|{address.subdistrict}|{address.community}|{address.grid}|"
    return "" if address == Address() else wide + local_key(address, road)


def local_key(address: Address, road: str | None = None) -> str:
    """The key below the community, for matching inside one whose name is known."""
    floor = "" if address.room else address.floor
    inside = (address.compound, address.road if road is None else road, address.house, address.building)
    return "|".join((*inside, address.unit, floor, address.room, address.rest))
