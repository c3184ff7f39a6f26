"""The line list as a workbook or CSV: cases, contacts, follow-ups. Masked, unless somebody with the right says why.

Every cell is text: nothing is a formula, a number that loses its zeros, or a day that moves. The headers are those
that the import of line lists knows, so that what goes out of one installation comes into another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.utils.timezone import localtime

from muster.core import journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput
from muster.domain.cases.models import Case, Contact, FollowedUp
from muster.domain.cases.queries import standing
from muster.domain.people import actions as people
from muster.domain.people import queries as registry
from muster.domain.places import queries as places
from muster.interop.line_dialects import DIALECTS, translated
from muster.interop.tables import written

SHEETS = ("cases", "contacts", "relations", "follow_ups")
HEADERS = {
    "cases": ("id", "name", "telephone", "document", "area", "onset", "report_date", "investigation", "withdrawn"),
    "contacts": (
        "id", "name", "telephone", "document", "area", "case_id", "via", "class", "context", "last_exposure", "state",
        "stays", "release",
    ),
    "relations": ("case_id", "contact_id", "last_exposure", "context", "class", "via"),
    "follow_ups": ("contact", "date", "status", "channel"),
}  # fmt: skip
# the fields of the import that these headers are
FIELDS = {
    "cases": ("key", "name", "phone", "document", "area", "onset", "positive", "investigation", "withdrawn"),
    "contacts": (
        "key", "name", "phone", "document", "area", "case", "via", "class", "context", "last", "state", "stays",
        "release",
    ),
}  # fmt: skip
MOST = 200_000
BATCH = 2_000
Row = tuple[str, ...]


class Wish(msgspec.Struct, frozen=True):
    """What goes out: in which form, which sheet of a CSV in whose words, and why with full names (nothing: masked)."""

    form: str = "xlsx"
    sheet: str = "cases"
    reason: str = ""
    dialect: str = ""  # our own, or one of another system


def export(*, wish: Wish, by: Actor, incident: UUID, now: datetime) -> bytes:
    """The line list of what is visible here, journalled with how many rows went out."""
    if wish.form not in ("xlsx", "csv") or wish.sheet not in SHEETS:
        raise BadInput(problem=f"{wish.form} {wish.sheet}")
    if wish.dialect and wish.sheet not in DIALECTS.get(wish.dialect, ()):
        raise BadInput(problem=f"{wish.dialect} {wish.sheet}")
    area = by.spans("desk.read", incident)[0][0]
    sheets = SHEETS if wish.form == "xlsx" else (wish.sheet,)
    rows = {sheet: list(_rows(sheet, wish.reason, by, incident, now)) for sheet in sheets}
    journal.write(
        action="cases.export", by=by, incident=incident, area=area, count=sum(map(len, rows.values())),
        reason=wish.reason.strip() or None, detail={"form": wish.form, "masked": not wish.reason.strip()},
    )  # fmt: skip
    mark = f"{by.username} · {now:%Y-%m-%d %H:%M} UTC"
    if wish.form == "csv" and wish.dialect:
        return written.comma_table(
            translated(wish.dialect, wish.sheet, HEADERS[wish.sheet], rows[wish.sheet])
        )
    if wish.form == "csv":
        return written.comma_table((HEADERS[wish.sheet], *rows[wish.sheet]))
    return written.workbook({sheet: (HEADERS[sheet], *listed) for sheet, listed in rows.items()}, mark)


def _rows(sheet: str, reason: str, by: Actor, incident: UUID, now: datetime) -> Iterator[Row]:
    if sheet == "follow_ups":
        yield from _follow_ups(incident)
        return
    if sheet == "relations":
        for tie in Contact.objects.order_by("named_at", "id")[:MOST]:
            last = _at(tie.last_exposure_at)
            yield (str(tie.case), str(tie.id), last, tie.exposure, tie.contact_class, str(tie.via or ""))
        return
    found: Sequence[Case | Contact] = (
        list(Case.objects.order_by("positive_at", "id")[:MOST])
        if sheet == "cases"
        else list(Contact.objects.order_by("named_at", "id")[:MOST])
    )
    areas = places.area_names({one.area for one in found})
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        words = _words([one.resident for one in part], reason, by, incident, now)
        for one in part:
            who = (*words.get(one.resident, ("", "", "")), areas[one.area])
            yield _case(one, who) if isinstance(one, Case) else _contact(one, who)


def _words(
    residents: Sequence[UUID], reason: str, by: Actor, incident: UUID, now: datetime
) -> dict[UUID, tuple[str, str, str]]:
    """Names, telephones and documents: masked, or in full where the right and a reason are there."""
    if not reason.strip():
        return {one: (w.name, w.phone, w.document) for one, w in registry.masked(residents, incident).items()}
    clear = people.unmask(residents, reason, by=by, incident=incident, now=now)
    return {one: (w.name, w.phone, w.document) for one, w in clear.items()}


def fields_of(one: Case | Contact, who: Row) -> dict[str, str]:
    """What goes out about a case or a contact, by the fields of the import; `who`: name, telephone, document, area."""
    if isinstance(one, Case):
        return dict(zip(FIELDS["cases"], _case(one, who), strict=True))
    return dict(zip(FIELDS["contacts"], _contact(one, who), strict=True))


def _case(one: Case, who: Row) -> Row:
    return (
        str(one.id), *who, _day(one.onset_date), _at(one.positive_at), one.investigation, _at(one.withdrawn_at),
    )  # fmt: skip


def _contact(one: Contact, who: Row) -> Row:
    return (
        str(one.id), *who, str(one.case), str(one.via or ""), one.contact_class, one.exposure,
        _at(one.last_exposure_at), one.state, one.place, _at(one.release_at),
    )  # fmt: skip


def _follow_ups(incident: UUID) -> Iterator[Row]:
    """Of the contacts visible here, wherever the follow-up was recorded."""
    seen = list(Contact.objects.order_by("id").values_list("id", flat=True)[:MOST])
    with scope(system(incident=incident), incident):
        for start in range(0, len(seen), BATCH):
            facts = standing(FollowedUp.objects.filter(contact__in=seen[start : start + BATCH]))
            rows = facts.order_by("contact", "at", "id").values_list("contact", "at", "outcome", "channel")
            yield from [(str(contact), _at(at), outcome, channel) for contact, at, outcome, channel in rows]


def _at(instant: datetime | None) -> str:
    return f"{localtime(instant):%Y-%m-%d %H:%M}" if instant else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
