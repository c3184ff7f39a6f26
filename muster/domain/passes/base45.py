"""Base45 (RFC 9285): bytes as the characters that a QR code holds most tightly."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VALUE = {character: value for value, character in enumerate(ALPHABET)}


def encode(data: bytes) -> str:
    """Two bytes become three characters, a last single byte two."""
    text = ""
    for at in range(0, len(data) - 1, 2):
        rest, first = divmod(data[at] << 8 | data[at + 1], 45)
        third, second = divmod(rest, 45)
        text += ALPHABET[first] + ALPHABET[second] + ALPHABET[third]
    if len(data) % 2:
        second, first = divmod(data[-1], 45)
        text += ALPHABET[first] + ALPHABET[second]
    return text


def decode(text: str) -> bytes:
    """The bytes; ValueError on a foreign character, a wrong length, or a group that is too large."""
    found = bytearray()
    for at in range(0, len(text), 3):
        group = [VALUE.get(character, -1) for character in text[at : at + 3]]
        if len(group) < 2 or min(group) < 0:
            raise ValueError("no base45")
        number = sum(value * 45**place for place, value in enumerate(group))
        if number >= 1 << 8 * (len(group) - 1):
            raise ValueError("no base45")
        found += number.to_bytes(len(group) - 1)
    return bytes(found)
