"""Who is the same person: keys of names, papers and telephones; matching; joining; masking. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

SAME, DIFFERENT = "same", "different"
MOST_CANDIDATES = 5
SHARED = 3  # a telephone of more people than this says nothing about a row without a name
_HAN_NAME = re.compile(r"[\u4e00-\u9fff]{2,6}").fullmatch
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\U000e0100-\U000e01ef]"
)
_DOTS = re.compile("[·•‧∙⋅・･.。﹒．⸱●᛫ꞏ‐\u0387\u05c1]")
_SPACES = re.compile(r"\s+")
_SEPARATORS = re.compile(r"[\s\-—–－_./·()（）]")
_MOBILE = re.compile(r"(?:\+|00)?(?:86)?(1[3-9]\d{9})").fullmatch
_HOME_RETURN = re.compile(r"([HM]\d{8})\d{2}").fullmatch
_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_CODE = re.compile(r"[a-z][a-z_]{0,29}").fullmatch


class Keys(msgspec.Struct, frozen=True):
    """The blind indexes of a row."""

    document: bytes | None = None
    phone: bytes | None = None
    name: bytes | None = None
    place: bytes | None = None
    sound: bytes | None = None
    dwelling: UUID | None = None


class Row(msgspec.Struct, frozen=True):
    """A person as a file or a list says: everything optional but something to go by.

    `key` tells apart rows that say nothing but a name (list and row number, so that a second run is the same).
    `separate` keeps the row a person of its own under its key: nobody has decided yet whose it is.
    `blind`: the indexes of name, document and telephone where they were made already.
    """

    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    sex: str = ""
    birth_year: int | None = None
    dwelling: UUID | None = None
    building: UUID | None = None
    area: int | None = None
    household: UUID | None = None
    vulnerabilities: tuple[str, ...] = ()
    key: str = ""
    separate: bool = False
    blind: Keys | None = None


class Known(msgspec.Struct, frozen=True):
    """A resident that a row may be: `person` is the canonical id."""

    person: UUID
    keys: Keys


class Match(msgspec.Struct, frozen=True):
    """What a row is: `new`, `matched` to a resident, `ambiguous` among candidates, or `refused`; and why.

    A new person may have candidates as well: somebody similar, whom a person should look at.
    """

    outcome: str
    resident: UUID | None = None
    how: str = ""
    candidates: tuple[UUID, ...] = ()


NOBODY = Match("new")


class Decision(msgspec.Struct, frozen=True):
    """Somebody said that two residents are, or are not, one person."""

    at: datetime
    id: UUID
    a: UUID
    b: UUID
    same: bool


class Twin(msgspec.Struct, frozen=True):
    """What makes two records one person without anybody deciding: document, name, community."""

    resident: UUID
    document: bytes
    name: bytes | None
    area: int


def name_key(name: str) -> str:
    """The form in which two spellings of one name are equal; never stored in place of the name."""
    if _HAN_NAME(name):
        return name
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _INVISIBLE.sub("", name)).casefold())
    return _DOTS.sub("·", _SPACES.sub("", folded)).strip("·")


def phone_key(phone: str) -> str:
    """A telephone number without blanks; mainland mobiles always with +86."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", phone))
    found = _MOBILE(digits)
    return f"+86{found.group(1)}" if found else digits


def document_key(document: str) -> str:
    """The part of a document number that stays when the paper is renewed; old 15-digit ids lengthened."""
    value = _SEPARATORS.sub("", unicodedata.normalize("NFKC", document)).upper()
    if found := _HOME_RETURN(value):
        return found.group(1)
    if len(value) == 15 and value.isascii() and value.isdigit():
        value = f"{value[:6]}19{value[6:]}"
        return value + check_digit(value)
    return value


def check_digit(seventeen: str) -> str:
    """The last character of a citizen id (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, seventeen, strict=True))
    return "10X98765432"[total % 11]


def is_partial(name: str, document: str, phone: str) -> bool:
    """Whether too little is known to find this person again."""
    return not (name.strip() and (document.strip() or phone.strip()))


def are_codes(words: Iterable[str]) -> bool:
    """Whether these are codes, not sentences: a vulnerability is never free text about a person."""
    return all(_CODE(word) for word in words)


def mask_name(name: str) -> str:
    """王* of 王伟, J*** of John Smith."""
    shown = name.strip()
    if not shown:
        return ""
    return shown[0] + "*" * (3 if shown[0].isascii() else max(1, min(2, len(shown) - 1)))


def mask_phone(phone: str) -> str:
    """138****1234 of +8613812341234."""
    digits = phone_key(phone).removeprefix("+86")
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 8 else f"{digits[:2]}****{digits[-2:]}"


def mask_document(document: str) -> str:
    """440***********1X of a citizen id, wide digits of a pushed list as plain ones."""
    value = unicodedata.normalize("NFKC", document).strip()
    if len(value) < 8:
        return "*" * len(value)
    return value[:3] + "*" * (len(value) - 5) + value[-2:]


def decide(
    asked: Keys, by_document: Sequence[Known], by_phone: Sequence[Known], by_place: Sequence[Known]
) -> Match:
    """Which of the residents found a row is. The document decides, then telephone and name, then door and name.

    A document under another name goes to a person: children are often written with a parent's number. A
    telephone alone says nothing: families and shops share one. Who only sounds alike is a person of their own
    until somebody has looked, unless telephone and building agree as well.
    """
    if not (by_document or by_phone or by_place):
        return NOBODY
    if by_document:
        fitting = [known for known in by_document if _is_named(known.keys, asked)]
        return _one(fitting, "document") or _unsure(by_document, "document")
    for how, found in (("phone", by_phone), ("place", by_place)):
        if asked.name is None:
            break
        fitting = [known for known in found if known.keys.name == asked.name]
        fitting = [known for known in fitting if _fits(known.keys.document, asked.document)]
        if how == "place":
            fitting = [known for known in fitting if _fits(known.keys.dwelling, asked.dwelling)]
        if fitting:
            return _one(fitting, how) or _unsure(fitting, how)
    return _similar(asked, by_phone, by_place)


def _similar(asked: Keys, by_phone: Sequence[Known], by_place: Sequence[Known]) -> Match:
    """Nobody is certain: the one whose name sounds so with both telephone and building, else whom to look at."""
    homophones = [
        {
            known.person for known in found
            if known.keys.sound == asked.sound and _fits(known.keys.document, asked.document)
        }
        for found in (by_phone, by_place)
    ] if asked.sound else [set(), set()]  # fmt: skip
    both = homophones[0] & homophones[1]
    if len(both) == 1:
        return Match("matched", both.pop(), "sound")
    how = "sound" if homophones[0] | homophones[1] else "phone"
    candidates = {known.person for known in by_phone} | homophones[1]
    return Match("new", None, how if candidates else "", tuple(sorted(candidates)[:MOST_CANDIDATES]))


def _is_named(one: Keys, other: Keys) -> bool:
    """Whether two names are equal, sound equal, or are not known on one side."""
    return _fits(one.name, other.name) or _fits(one.sound, other.sound)


def _fits(one: object, other: object) -> bool:
    """Equal, or not known on one side."""
    return one is None or other is None or one == other


def _one(found: Sequence[Known], how: str) -> Match | None:
    people = {known.person for known in found}
    return Match("matched", people.pop(), how) if len(people) == 1 else None


def _unsure(found: Sequence[Known], how: str) -> Match:
    return Match("ambiguous", None, how, tuple(sorted({known.person for known in found})))


def twins(records: Iterable[Twin]) -> set[tuple[UUID, UUID]]:
    """Pairs that are one person by themselves: same document, no other name, same community."""
    groups: dict[tuple[bytes, int], list[Twin]] = {}
    for record in records:
        groups.setdefault((record.document, record.area // 1000), []).append(record)
    pairs: set[tuple[UUID, UUID]] = set()
    for group in groups.values():
        ordered = sorted(group, key=lambda twin: twin.resident)
        for place, one in enumerate(ordered):
            pairs |= {
                (one.resident, two.resident) for two in ordered[place + 1 :] if _fits(one.name, two.name)
            }
    return pairs


def canonical(
    residents: Iterable[UUID], decisions: Iterable[Decision], alike: Iterable[tuple[UUID, UUID]] = ()
) -> dict[UUID, UUID]:
    """The smallest id among all records that are one person, for each resident.

    Of the decisions on a pair the newest counts (ties by id), whatever order they arrived in; `alike` pairs
    are one person unless somebody decided otherwise.
    """
    newest: dict[tuple[UUID, UUID], Decision] = {}
    for decision in decisions:
        pair = (min(decision.a, decision.b), max(decision.a, decision.b))
        held = newest.get(pair)
        if held is None or (decision.at, decision.id) > (held.at, held.id):
            newest[pair] = decision
    joined = {pair for pair, decision in newest.items() if decision.same} | (set(alike) - newest.keys())
    root: dict[UUID, UUID] = {resident: resident for resident in residents}

    def find(one: UUID) -> UUID:
        root.setdefault(one, one)
        while root[one] != one:
            root[one] = one = root[root[one]]
        return one

    for a, b in joined:
        low, high = sorted((find(a), find(b)))
        root[high] = low
    return {resident: find(resident) for resident in list(root)}
