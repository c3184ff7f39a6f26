"""What a list asks callers to say, beside the script of its purpose: plain words, few, in up to three languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotFound, Refusal
from muster.core.told import Done, Told
from muster.domain.worklists.models import VerificationList

LONGEST = 1_000
# no control signs but line breaks and tabs, and none that turn the direction of what follows
PLAIN = r"^[^\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]*\Z"
Words = Annotated[str, msgspec.Meta(max_length=LONGEST, pattern=PLAIN)]


class WordsUnfit(Refusal):
    """The words cannot be shown as they are."""

    code = "worklists.words_unfit"
    status = 422
    texts = {
        "zh": "话术须为纯文字，每种语言不超过 1000 字；填写粤语或英语时也须填写普通话。原有话术未变。",
        "en": "Only plain words, at most 1,000 signs for each language; with Cantonese or English also Mandarin. "
        "Nothing was changed.",
    }


class ListScript(msgspec.Struct, frozen=True, omit_defaults=True):
    """The words of one list: Mandarin, and perhaps Cantonese and English."""

    zh: Words = ""
    yue: Words = ""
    en: Words = ""

    def __post_init__(self) -> None:
        if (self.yue or self.en) and not self.zh.strip():
            raise ValueError("zh")


class WriteScript(msgspec.Struct, frozen=True):
    """Callers say this for a list from now on."""

    list: UUID
    script: ListScript


def script_of(given: Mapping[str, str]) -> ListScript:
    """The script of a form or of the options of a file (`script_zh`, `script_yue`, `script_en`), checked."""
    said = {
        code: given.get(f"script_{code}", "").replace("\r\n", "\n").strip()
        for code in ListScript.__struct_fields__
    }
    try:
        return msgspec.convert(said, ListScript)
    except msgspec.ValidationError as error:
        raise WordsUnfit from error


def write_scripts(*, told: Sequence[Told[WriteScript]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Change what lists ask callers to say. The words before stay in the history of the list."""
    done = Done()
    bulk.lock(VerificationList, [one.body.list for one in told])
    areas = dict(
        VerificationList.objects.filter(pk__in={one.body.list for one in told}).values_list("id", "area")
    )
    allowed = by.allowed("worklists.list", areas.values(), incident)
    for one in told:
        if one.body.list not in areas:
            done.refused[one.id] = NotFound()
        elif areas[one.body.list] not in allowed:
            done.refused[one.id] = NotAllowed(right="worklists.list")
    rows = [(one.body.list, msgspec.to_builtins(one.body.script)) for one in done.stored(told)]
    if rows:
        bulk.update(VerificationList, ("id", "script"), rows)
        journal.write(
            action="worklists.script", by=by, incident=incident, area=min(areas[row[0]] for row in rows),
            subjects=[row[0] for row in rows],
        )  # fmt: skip
    return done
