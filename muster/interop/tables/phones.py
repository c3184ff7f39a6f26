"""Phone numbers in E.164: a quick way for mainland mobiles, phonenumbers for all others."""

import re

from muster.interop.tables.clean import number_text

_MOBILE = re.compile(r"1[3-9][0-9]{9}").fullmatch
_PREFIX = re.compile(r"^(?:\+|00)86(?=1[3-9][0-9]{9}$)")
_NOISE = re.compile(r"[\s\-—–‐‑()_.]")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}").fullmatch
_SEVERAL = re.compile(r"[/、,;|\n\\]|或")
_EXTENSION = re.compile(r"^(.*?)(?:转|EXT\.?|分机|#)([0-9]{1,6})$")
_LOST_ZERO = re.compile(r"(?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}").fullmatch
_HONG_KONG_MOBILE = re.compile(r"[4-79][0-9]{7}").fullmatch


def phone(cell: str) -> tuple[str | None, str | None]:
    """One number in E.164 (an extension as `;ext=`); of several in a cell the first, marked so."""
    if _MOBILE(cell):
        return "+86" + cell, None
    value = number_text(cell)
    if not value:
        return None, "phone.missing"
    if _SCIENTIFIC(value):
        return None, "phone.scientific"
    if "*" in value:
        return None, "phone.masked"
    parts = [part for part in _SEVERAL.split(value) if part.strip()]
    if len(parts) > 1:
        first, problem = phone(parts[0])
        return (first, "phone.several") if first and not problem else (None, "phone.several")
    return _one(value)


def _one(value: str) -> tuple[str | None, str | None]:
    value = re.sub(r"\.0+$", "", value)
    extension = ""
    if found := _EXTENSION.match(value):
        value, extension = found.group(1), f";ext={found.group(2)}"
    digits = _PREFIX.sub("", _NOISE.sub("", value))
    if _MOBILE(digits):
        return f"+86{digits}{extension}", None
    if not digits.removeprefix("+").isdecimal():
        return None, "phone.characters"
    if len(digits) == 8:
        # In Shenzhen eight digits are a Hong Kong mobile or a local line without its area code.
        return (
            ("+852" + digits + extension, None) if _HONG_KONG_MOBILE(digits) else (None, "phone.no_area_code")
        )
    if digits.startswith("1") and len(digits) in (10, 12):
        return None, "phone.length"
    if not digits.startswith(("0", "+")) and _LOST_ZERO(digits):
        return None, "phone.lost_zero"
    return _international(digits, extension)


def _international(digits: str, extension: str) -> tuple[str | None, str | None]:
    import phonenumbers  # large tables, needed for few rows

    try:
        number = phonenumbers.parse("+" + digits[2:] if digits.startswith("00") else digits, "CN")
    except phonenumbers.NumberParseException:
        return None, "phone.invalid"
    if not phonenumbers.is_valid_number(number):
        return None, "phone.invalid"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension, None
