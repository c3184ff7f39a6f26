"""Text files: decoding without guessing libraries, and rows with quoted cells."""

import codecs
import csv
import io
import re

from muster.interop.tables.shapes import Caution, RawSheet, TableRefused

MAX_CELLS = 6_000_000
MAX_CELL_CHARS = 32_767
MAX_CELL_LINES = 50
DELIMITERS = ",;\t"
_QUOTED = re.compile(r'"[^"]*"')
_UTF8_CHARACTER = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


def decode(data: bytes, name: str) -> tuple[str, str, tuple[Caution, ...]]:
    """Text, encoding and cautions: UTF-16 only with its mark, else strict UTF-8, else GB18030."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = _strict(data, "utf-16", name), "utf-16"
    else:
        if b"\0" in data:
            raise TableRefused("tables.nul", name=name, position=data.index(b"\0") + 1)
        try:
            text, encoding = data.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError as error:
            if _mostly_utf8(data):
                raise TableRefused("tables.encoding", name=name, position=error.start + 1) from error
            text, encoding = _strict(data, "gb18030", name), "gb18030"
    if "\0" in text:
        raise TableRefused("tables.nul", name=name, position=text.index("\0") + 1)
    return text, encoding, _unsure(data, text, encoding)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise TableRefused("tables.encoding", name=name, position=error.start + 1) from error


def _mostly_utf8(data: bytes) -> bool:
    """Damaged UTF-8 (a cut or pasted-in character) must not be read as rare GB18030 characters.

    Three-byte Han of UTF-8 covers nearly every high byte of such a file; in GBK text, whose second
    byte is usually 0xA1 or above, such runs are rare.
    """
    high = len(_HIGH_BYTE.findall(data))
    return high > 0 and 3 * len(_UTF8_CHARACTER.findall(data)) > 0.6 * high


def _unsure(data: bytes, text: str, encoding: str) -> tuple[Caution, ...]:
    """Say so when the letters look like another encoding read wrongly."""
    sample = text[:200_000]
    if encoding == "gb18030":
        han = _HAN.findall(sample)
        common = "".join(han).encode("gb2312", "ignore").decode("gb2312")
        if len(common) < 0.85 * len(han) or not han:
            return (Caution("tables.encoding_unsure", {"encoding": encoding}),)
    if encoding == "utf-8" and not data.startswith(codecs.BOM_UTF8):
        letters = _NON_ASCII.findall(sample)
        if letters and all("\x80" <= letter <= "\u07ff" for letter in letters):
            return (Caution("tables.encoding_unsure", {"encoding": encoding}),)
    return ()


def sniff_delimiter(text: str) -> str:
    """The delimiter that appears equally often in most of the first lines; a comma if none does."""
    lines = [line for line in _QUOTED.sub("", text[:65_536]).splitlines()[:50] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count, default=0)
        if not usual:
            counts = [count for count in counts if count]
            usual = max(set(counts), key=counts.count, default=0)
        return counts.count(usual) if usual else 0, usual

    return max(DELIMITERS, key=fit)


def read_text(text: str, name: str, cautions: tuple[Caution, ...] = ()) -> RawSheet:
    """All filled records of a delimited text, with their record numbers."""
    if text.startswith("sep=") and len(text) > 5 and text[4] in DELIMITERS:
        delimiter, text = text[4], text[5:].lstrip("\r\n")
    else:
        delimiter = sniff_delimiter(text)
    if text.count(delimiter) + text.count("\n") + text.count("\r") > MAX_CELLS:
        raise TableRefused("tables.too_large", name=name, limit=MAX_CELLS)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    line, number = 0, 0
    try:
        for row in reader:
            number += 1
            if reader.line_num - line > 1 and any(_runs_away(cell) for cell in row):
                raise TableRefused("tables.quotes", name=name, line=line + 1)
            line = reader.line_num
            if any(row) and any(cell.strip() for cell in row):
                rows.append(row)
                numbers.append(number)
    except csv.Error as error:
        # The record that began after the last good line holds the stray or unclosed quote.
        raise TableRefused("tables.quotes", name=name, line=line + 1) from error
    return RawSheet("", rows, numbers, cautions)


def _runs_away(cell: str) -> bool:
    """A cell this long means that a quote was never closed and swallowed the rows after it."""
    return len(cell) > MAX_CELL_CHARS or cell.count("\n") + cell.count("\r") > MAX_CELL_LINES
