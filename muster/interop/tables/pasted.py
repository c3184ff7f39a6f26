"""Text pasted from a chat or a sheet: lines of people to a table. What is not understood becomes a note."""

import csv
import io
import re
import unicodedata

from muster.interop.tables import columns
from muster.interop.tables.clean import INVISIBLE

MOST_CHARS = 2_000_000
HEADER = ("姓名", "身份证号", "联系电话", "性别", "现住址", "备注")
_SPLIT = re.compile(r"[\t,，、;；|]+|\s+")
_PEOPLE = re.compile(r"[、;；]+")
_ORDINAL = re.compile(r"^\s*(?:[(（]?\d{1,4}[)）.、．](?!\d)|[①-⑳]|[-*•·])\s*")
_LABEL = re.compile(
    r"(?:姓名|名字|电话|手机号?|联系电话|联系方式|身份证号?码?|证件号?码?|住址|地址|现住址|性别|备注)\s*[:：]\s*"
)
_DOCUMENT = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|\d{15}|[HM]\d{8,10}|[EG]\d{8})(?![0-9A-Za-z])")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:\+|00)?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)"
    r"|(?<!\d)[4-79]\d{7}(?!\d)"
)
_NAME = re.compile(r"[\u3400-\u9fff]{1,4}(?:·[\u3400-\u9fff]{1,8})*|[A-Za-z][A-Za-z'.-]{1,30}").fullmatch
_PLACE = re.compile(r"[路街道巷弄村里苑园厦社区栋幢座楼层室房号镇乡市县组队]|\d-\d")
_TIME = re.compile(r"\d{1,2}:\d{2}")
SEXES = {"男", "女", "男性", "女性"}


def to_table(text: str, *, of_people: bool = True) -> bytes:
    """The bytes of a table: the text itself where it is one already, else a line or more for every person."""
    lines = [line for line in text[:MOST_CHARS].splitlines() if line.strip()]
    if not of_people or _is_table(lines):
        return "\n".join(lines).encode()
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(HEADER)
    for line in lines:
        writer.writerows(_read(part) for part in _persons(line))
    return target.getvalue().encode()


def _is_table(lines: list[str]) -> bool:
    """Whether the first line is a header of columns that we know, cut by tabs or commas."""
    for mark in "\t,":
        cells = lines[0].split(mark) if lines else []
        if len(cells) > 1 and sum(columns.field_of(cell)[0] is not None for cell in cells) > 1:
            return True
    return False


def _persons(line: str) -> list[str]:
    """One line may name several people: cut where each part has a telephone or a document, or is only a name."""
    plain = _LABEL.sub(" ", _ORDINAL.sub("", INVISIBLE.sub("", line)))
    plain = unicodedata.normalize("NFKC", plain.replace("、", "\ue000")).replace("\ue000", "、").strip()
    parts = [part.strip() for part in _PEOPLE.split(plain) if part.strip()]
    if len(parts) > 1 and (all(map(_is_sure, parts)) or all(map(_is_name, parts))):
        return parts
    return [plain]


def _is_sure(part: str) -> bool:
    return len(_PHONE.findall(part)) + len(_DOCUMENT.findall(part)) > 0 and any(
        map(_is_name, _SPLIT.split(part))
    )


def _is_name(word: str) -> bool:
    return _NAME(word) is not None and word not in SEXES and not (len(word) > 3 and _PLACE.search(word))


def _read(line: str) -> tuple[str, ...]:
    """Name, document, telephone, sex, address and what is left of one person's line."""
    found: dict[str, str] = {}
    rest = line
    for field, form in (("document", _DOCUMENT), ("phone", _PHONE)):
        if hit := form.search(rest):
            found[field] = hit.group()
            rest = f"{rest[: hit.start()]} {rest[hit.end() :]}"
    address, note = [], []
    for word in filter(None, _SPLIT.split(rest)):
        if word in SEXES and "sex" not in found:
            found["sex"] = word
        elif _is_name(word) and "name" not in found and not _TIME.search(rest):
            found["name"] = word
        elif _PLACE.search(word):
            address.append(word)
        else:
            note.append(word)
    if found.get("name", "").isascii() and note and note[0].isascii() and note[0].isalpha():
        found["name"] = f"{found.get('name', '')} {note.pop(0)}".strip()  # John Smith
    said = (found.get(field, "") for field in ("name", "document", "phone", "sex"))
    return (*said, " ".join(address), " ".join(note))
