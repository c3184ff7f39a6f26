"""Identity documents: citizen ids with their check digit, permits, passports, and what Excel did to them."""

import datetime as dt
import re
from functools import lru_cache

import msgspec
from stdnum.cn.ric import calc_check_digit

from muster.interop.tables.clean import number_text

# GB/T 2260 provinces, then residence permits (Hong Kong, Macau, Taiwan) and permanent residents.
_PROVINCES = (
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71"
    " 81 82 83 91 92"
)
PROVINCES = frozenset(_PROVINCES.split())
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]").fullmatch
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}").fullmatch
_SEPARATORS = re.compile(r"[\s\-—–－_./·]")
_HOME_RETURN = re.compile(r"([HM][0-9]{8})([0-9]{2})?").fullmatch
_PASSPORT = re.compile(
    r"[A-Z]{1,3}[0-9]{5,9}[A-Z]?|[0-9]{2}[A-Z]{2}[0-9]{5}|[A-Z][0-9]{2}[A-Z][0-9]{5}|[0-9]{9}"
).fullmatch
_FOREIGN_PERMIT = re.compile(r"[A-Z]{3}[0-9]{12}").fullmatch


class Document(msgspec.Struct, frozen=True):
    """A document number. `key` is the part that stays when the paper is renewed: match on it."""

    kind: str
    number: str
    key: str


@lru_cache(maxsize=50_000)
def _day(text: str) -> dt.date | None:
    try:
        day = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return day if 1880 <= day.year <= 2100 else None


def citizen_id(cell: str) -> tuple[str | None, str | None]:
    """An 18-character id (GB 11643), or a 15-digit old one lengthened to 18 and marked so."""
    value = cell
    if not _EIGHTEEN(value):
        value = number_text(cell)
        if not value:
            return None, "document.missing"
        if _SCIENTIFIC(value):
            return None, "document.scientific"
        if "*" in value:
            return None, "document.masked"
        value = _SEPARATORS.sub("", value.removesuffix(".0"))
    if _EIGHTEEN(value):
        return _checked(value)
    if len(value) == 15 and value.isdecimal():
        return _lengthened(value)
    if len(value.rstrip("X")) != len(value) - value.endswith("X") or not value.rstrip("X").isdecimal():
        return None, "document.characters"
    return None, "document.length"


def _checked(value: str) -> tuple[str | None, str | None]:
    # Excel keeps 15 digits and writes zeros after them; about one such number in eleven has a
    # check digit that fits by chance, so the zeros alone are reason to ask a person.
    if value.endswith("000"):
        fits = calc_check_digit(value) == "0"
        return (value, "document.maybe_rounded") if fits else (None, "document.rounded")
    if value[:2] not in PROVINCES:
        return None, "document.area"
    if _day(value[6:14]) is None:
        return None, "document.birth_date"
    return (value, None) if calc_check_digit(value) == value[-1] else (None, "document.check_digit")


def _lengthened(value: str) -> tuple[str | None, str | None]:
    """Ids from before 1999 have no century and no check digit; nothing proves them, so a person looks."""
    longer = f"{value[:6]}19{value[6:]}"
    if longer[:2] not in PROVINCES or _day(longer[6:14]) is None:
        return None, "document.length"
    return longer + calc_check_digit(longer + "0"), "document.old_form"


def birth_date_of(number: str) -> dt.date | None:
    """The birth date inside a citizen id."""
    return _day(number[6:14]) if _EIGHTEEN(number) else None


def sex_of(number: str) -> str | None:
    """`male` or `female` by the odd or even sequence of a citizen id."""
    if not _EIGHTEEN(number):
        return None
    return "male" if int(number[16]) % 2 else "female"


def home_return_permit(cell: str) -> tuple[str | None, str | None]:
    """The first nine characters of a Hong Kong or Macau home-return permit, which renewals keep."""
    found = _HOME_RETURN(_SEPARATORS.sub("", number_text(cell)))
    return (found.group(1), None) if found else (None, "document.characters")


def passport(cell: str) -> tuple[str | None, str | None]:
    """A passport number in upper case without separators."""
    value = number_text(cell)
    if _SCIENTIFIC(value):
        return None, "document.scientific"
    value = _SEPARATORS.sub("", value)
    return (value, None) if _PASSPORT(value) else (None, "document.characters")


def document(cell: str) -> tuple[Document | None, str | None]:
    """Any identity document, its kind told by its form."""
    number, problem = citizen_id(cell)
    if number is not None:
        return Document(_kind(number), number, number), problem
    value = _SEPARATORS.sub("", number_text(cell))
    if problem not in ("document.characters", "document.length"):
        return None, problem
    if found := _HOME_RETURN(value):
        return Document("home_return_permit", value, found.group(1)), None
    if _FOREIGN_PERMIT(value):
        return Document("foreign_permit", value, value), None
    if len(value) == 8 and value.isdecimal():
        return Document("taiwan_permit", value, value), None
    if _PASSPORT(value):
        return Document("passport", value, value), None
    return None, problem


def _kind(number: str) -> str:
    if number[:2] in ("81", "82", "83"):
        return "residence_permit"
    return "foreign_permit" if number[0] == "9" else "citizen_id"
