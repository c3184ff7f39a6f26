"""The strict part of CBOR that passes and lists are made of: one spelling for each value, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

DEEPEST = 4
SIMPLE = {0xF4: False, 0xF5: True, 0xF6: None}


class Malformed(ValueError):
    """These bytes are no CBOR that a pass may hold; the message says why."""


class Tagged(msgspec.Struct, frozen=True):
    """A value under a tag."""

    tag: int
    value: Any


def encode(value: Any) -> bytes:
    """The one spelling of a value: shortest lengths, keys in the order of their bytes."""
    match value:
        case bool() | None:
            return bytes([next(byte for byte, simple in SIMPLE.items() if simple is value)])
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            text = value.encode()
            return _head(3, len(text)) + text
        case Mapping():
            pairs = sorted((encode(key), encode(one)) for key, one in value.items())
            return _head(5, len(pairs)) + b"".join(key + one for key, one in pairs)
        case Sequence():
            return _head(4, len(value)) + b"".join(map(encode, value))
        case Tagged():
            return _head(6, value.tag) + encode(value.value)
    raise TypeError(type(value).__name__)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for size, info in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | info]) + number.to_bytes(size)
    raise OverflowError(number)


def decode(data: bytes) -> Any:
    """The one value these bytes hold; raises Malformed on anything looser."""
    value, end = _value(data, 0, 0)
    if end != len(data):
        raise Malformed("trailing bytes")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    if depth > DEEPEST:
        raise Malformed("too deep")
    if at >= len(data):
        raise Malformed("truncated")
    if data[at] >> 5 == 7:
        if data[at] not in SIMPLE:
            raise Malformed("no floats, no other simple values")
        return SIMPLE[data[at]], at + 1
    major, number, at = _number(data, at)
    match major:
        case 0:
            return number, at
        case 1:
            return -1 - number, at
        case 2 | 3:
            return _string(data, at, number, text=major == 3)
        case 4:
            return _array(data, at, number, depth)
        case 5:
            return _map(data, at, number, depth)
    value, at = _value(data, at, depth + 1)
    return Tagged(number, value), at


def _number(data: bytes, at: int) -> tuple[int, int, int]:
    major, info, at = data[at] >> 5, data[at] & 31, at + 1
    if info < 24:
        return major, info, at
    if info > 27:
        raise Malformed("indefinite length")
    size = 1 << info - 24
    if at + size > len(data):
        raise Malformed("truncated")
    number = int.from_bytes(data[at : at + size])
    if number < (24 if size == 1 else 1 << 4 * size):
        raise Malformed("a number longer than need be")
    return major, number, at + size


def _string(data: bytes, at: int, size: int, *, text: bool) -> tuple[Any, int]:
    if at + size > len(data):
        raise Malformed("truncated")
    found = data[at : at + size]
    if not text:
        return found, at + size
    try:
        return found.decode(), at + size
    except UnicodeDecodeError as error:
        raise Malformed("text that is no UTF-8") from error


def _array(data: bytes, at: int, size: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    if size > len(data) - at:
        raise Malformed("truncated")
    for _ in range(size):
        value, at = _value(data, at, depth + 1)
        found.append(value)
    return found, at


def _map(data: bytes, at: int, size: int, depth: int) -> tuple[dict[Any, Any], int]:
    found: dict[Any, Any] = {}
    if size > len(data) - at:
        raise Malformed("truncated")
    for _ in range(size):
        key, at = _value(data, at, depth + 1)
        if type(key) not in (int, str):
            raise Malformed("a key that is neither number nor text")
        if key in found:
            raise Malformed("a key twice")
        found[key], at = _value(data, at, depth + 1)
    return found, at
