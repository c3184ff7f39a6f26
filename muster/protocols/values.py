"""The small values a pack is made of: texts in two languages, and numbers that say where they come from."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Generic, Literal, TypeVar

from msgspec import Struct

Grade = Literal["A", "B", "C", "M"]
T = TypeVar("T")


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a pack: read once, never changed, and strict about keys it does not know."""


class Text(Section, frozen=True):
    """One text in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The text for a language code such as `zh-hans` or `en`."""
        return self.zh if language.lower().startswith("zh") else self.en


class Valued(Section, Generic[T], frozen=True):
    """A value with its source and its grade (A read in full, B official quoted, C repost, M judgement)."""

    value: T
    source: str
    grade: Grade


class Coded(Section, frozen=True):
    """Something with a code for the machine and a title for people."""

    code: str
    title: Text


class NoSuchCodeError(KeyError):
    """The pack has nothing of this kind under this code."""

    def __init__(self, kind: str, code: str) -> None:
        """Remember what was asked for."""
        super().__init__(f"{kind}: {code}")
        self.kind = kind
        self.code = code


C = TypeVar("C", bound=Coded)


def by_code(items: Iterable[C], code: str, kind: str) -> C:
    """The item with this code; raises `NoSuchCodeError` when there is none."""
    for item in items:
        if item.code == code:
            return item
    raise NoSuchCodeError(kind, code)


def aware(moment: datetime) -> datetime:
    """The same moment, refused when it carries no time zone."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone")
    return moment


def after(moment: datetime, *, days: float = 0, hours: float = 0) -> datetime:
    """The moment so many full days and hours later."""
    return aware(moment) + timedelta(days=days, hours=hours)


def local_date(moment: datetime, tz: tzinfo) -> date:
    """The calendar day of a moment where the work happens."""
    return aware(moment).astimezone(tz).date()
