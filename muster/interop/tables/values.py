"""The normalisers under one name: each takes a cell's text and returns `(value, problem code or None)`.

A value of None is refused. A value together with a problem is a doubtful reading: a person decides.
"""

import re
import unicodedata

from muster.interop.tables.clean import problem_of as problem_of
from muster.interop.tables.clean import text as text
from muster.interop.tables.dates import Implausible as Implausible
from muster.interop.tables.dates import birth_date as birth_date
from muster.interop.tables.dates import date as date
from muster.interop.tables.dates import implausible_date as implausible_date
from muster.interop.tables.dates import moment as moment
from muster.interop.tables.documents import Document as Document
from muster.interop.tables.documents import birth_date_of as birth_date_of
from muster.interop.tables.documents import citizen_id as citizen_id
from muster.interop.tables.documents import document as document
from muster.interop.tables.documents import home_return_permit as home_return_permit
from muster.interop.tables.documents import passport as passport
from muster.interop.tables.documents import sex_of as sex_of
from muster.interop.tables.names import match_key as match_key
from muster.interop.tables.names import name as name
from muster.interop.tables.names import sort_key as sort_key
from muster.interop.tables.phones import phone as phone

_SEX = {
    "男": "male", "男性": "male", "m": "male", "male": "male", "man": "male", "1": "male",
    "女": "female", "女性": "female", "f": "female", "female": "female", "woman": "female", "2": "female",
}  # fmt: skip
_DATE_LIKE = re.compile(
    r"[0-9]{4}[-/年][0-9]{1,2}[-/月][0-9]{1,2}日?( 00:00:00)?|[0-9]{1,2}月[0-9]{1,2}日"
    r"|[0-9]{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{1,2}|4[3-7][0-9]{3}"
).fullmatch


def sex(cell: str, citizen_number: str | None = None) -> tuple[str | None, str | None]:
    """`male` or `female`; without one written, the id's; where the two differ, the id's, marked so."""
    inside = sex_of(citizen_number) if citizen_number else None
    key = unicodedata.normalize("NFKC", cell).strip().casefold()
    if not key:
        return (inside, None) if inside else (None, "sex.missing")
    written = _SEX.get(key.removesuffix(".0"))
    if written is None:
        return None, "sex.unknown"
    return (inside, "sex.differs") if inside and inside != written else (written, None)


def door(cell: str) -> tuple[str | None, str | None]:
    """A building, unit or room number; Excel turns `2-1` into a day, which is refused, not guessed."""
    value = unicodedata.normalize("NFKC", cell).strip().removesuffix(".0")
    if not value:
        return None, "door.missing"
    if _DATE_LIKE(value):
        return None, "door.became_date"
    return text(value)
