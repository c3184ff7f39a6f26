"""Days and times as lists write them, and days that must be misprints."""

import datetime as dt
import re
import unicodedata

import msgspec

from muster.interop.tables.documents import birth_date_of
from muster.interop.tables.numerals import to_arabic

_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001  local by definition
_SERIALS = (10_000, 80_000)
_SHANGHAI = dt.timezone(dt.timedelta(hours=8))
_ISO = re.compile(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]").fullmatch
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?").fullmatch
_YMD = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})(?:[日号]|(?![0-9]))")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_MD = re.compile(r"([0-9]{1,2})[-/.月]([0-9]{1,2})(?:[日号]|(?![0-9/.-]))")
_THREE = re.compile(r"([0-9]{1,2})[-/.年]([0-9]{1,2})[-/.月]([0-9]{4}|[0-9]{2})(?:[日号]|(?![0-9]))")
_WEEKDAY = re.compile(r"^\(?(?:星期|周|礼拜)[1-6一二三四五六日天]\)?\s*")
_HALF = "上午|下午|凌晨|早上|中午|晚上|AM|PM"
_TIME = re.compile(
    rf"[T,]?\s*(?P<half>{_HALF})?\s*(?P<hour>[0-9]{{1,2}})(?::|时|点)"
    rf"(?P<minute>[0-9]{{1,2}})?分?(?::?(?P<second>[0-9]{{1,2}})(?:\.[0-9]+)?秒?)?\s*(?P<late>AM|PM)?"
)
_ZONE = re.compile(r"\s*(Z|[+-][0-9]{2}:?[0-9]{2})$")
_AFTERNOON = ("下午", "晚上", "PM")

Reading = tuple[dt.datetime | None, str | None]


class Implausible(msgspec.Struct, frozen=True):
    """A day outside its window, and the days inside it that one slip of the hand away would give."""

    value: dt.date
    suggestions: tuple[dt.date, ...]


def moment(cell: str, year: int | None = None) -> Reading:
    """A local (Asia/Shanghai) moment without a zone; 24:00 is 00:00 of the next day.

    `year` fills in for writings without one. A doubtful reading comes with its problem.
    """
    value = unicodedata.normalize("NFKC", cell).strip().upper()
    if not value:
        return None, "date.missing"
    if _SERIAL(value) and _SERIALS[0] <= float(value) < _SERIALS[1]:
        # Excel's own count of days; whole seconds, since the fraction is never exact.
        return _EPOCH + dt.timedelta(seconds=round(float(value) * 86_400)), None
    if "月" in value:
        value = re.sub(r"\s*([年月日号时点分])\s*", r"\1", to_arabic(value))
    for form, read in ((_YMD, _year_first), (_COMPACT, _year_first), (_THREE, _year_last)):
        if found := form.match(value):
            return _with_time(*read(*found.groups()), value[found.end() :])
    if found := _MD.match(value):
        if year is None:
            return None, "date.no_year"
        return _with_time(*_year_first(str(year), *found.groups()), value[found.end() :])
    return None, "date.form"


def date(cell: str, year: int | None = None) -> tuple[dt.date | None, str | None]:
    """The local day of `moment`."""
    if _ISO(cell):
        try:
            return dt.date.fromisoformat(cell), None
        except ValueError:
            return None, "date.invalid"
    read, problem = moment(cell, year)
    return (read.date() if read else None), problem


def _year_first(year: str, month: str, day: str) -> Reading:
    made = _made(int(year), int(month), int(day))
    return made, None if made else "date.invalid"


def _year_last(first: str, second: str, third: str) -> Reading:
    """18/02/2022, 2/18/22 or 22.2.18: taken only where one reading alone is a day."""
    a, b, c = int(first), int(second), int(third)
    long = [(c, b, a), (c, a, b)]
    orders = long if len(third) == 4 else [(2000 + a, b, c), (2000 + c, a, b), (2000 + c, b, a)]
    readings = {made for order in orders if (made := _made(*order))}
    if len(readings) == 1:
        return readings.pop(), None if len(third) == 4 else "date.short_year"
    if len(third) == 2 and 20 <= a <= 30 and (made := _made(2000 + a, b, c)) and c not in range(20, 31):
        return made, "date.short_year"
    return None, "date.ambiguous" if readings else "date.invalid"


def _made(year: int, month: int, day: int) -> dt.datetime | None:
    try:
        return dt.datetime(year, month, day)  # noqa: DTZ001  local by definition
    except ValueError:
        return None


def _with_time(day: dt.datetime | None, problem: str | None, rest: str) -> Reading:
    """Add the time of day, if one is written, and bring another zone's time to Shanghai."""
    if day is None:
        return None, problem
    rest = _WEEKDAY.sub("", rest.strip()).strip()
    if not rest:
        return day, problem
    zone = _ZONE.search(rest)
    found = _TIME.fullmatch(rest[: zone.start()] if zone else rest)
    if found is None:
        return None, "date.form"
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if (found["half"] or found["late"]) in _AFTERNOON and hour < 12:
        hour += 12
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        return None, "date.time"
    read = day + dt.timedelta(hours=hour, minutes=minute, seconds=second)
    if zone:
        aware = dt.datetime.fromisoformat(read.isoformat() + zone[1].replace("Z", "+00:00"))
        read = aware.astimezone(_SHANGHAI).replace(tzinfo=None)
    return read, problem


def implausible_date(value: dt.date, window_from: dt.date, window_to: dt.date) -> Implausible | None:
    """None inside [window_from, window_to); else the day with the slips that would bring it inside.

    Slips: one wrong digit (12-18 for 02-18), two neighbouring digits swapped, month and day swapped.
    """
    if window_from <= value < window_to:
        return None
    written = f"{value:%Y%m%d}"
    slips = {written[:at] + digit + written[at + 1 :] for at in range(8) for digit in "0123456789"}
    slips |= {written[:at] + written[at + 1] + written[at] + written[at + 2 :] for at in range(7)}
    slips.add(written[:4] + written[6:] + written[4:6])
    days = {made.date() for slip in slips if (made := _made(int(slip[:4]), int(slip[4:6]), int(slip[6:])))}
    return Implausible(value, tuple(sorted(day for day in days if window_from <= day < window_to)))


def birth_date(cell: str, citizen_number: str | None = None) -> tuple[dt.date | None, str | None]:
    """A birth date that agrees with the id; without one written, the id's own."""
    inside = birth_date_of(citizen_number) if citizen_number else None
    if not cell.strip():
        return (inside, None) if inside else (None, "birth_date.missing")
    read, problem = date(cell)
    if read is None:
        return None, problem
    if inside and read != inside:
        return inside, "birth_date.differs"
    return read, problem
