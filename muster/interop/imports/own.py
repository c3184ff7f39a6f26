"""Rows of our own line list that come back: cell by cell against what stands here, and what a change may do.

A row is ours when its id is that of a case or contact of this incident. A cell that says what our export would say
now, masked or in full, is no change, and an empty one says nothing. What is masked is never taken in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from muster.core.access import scope, system
from muster.core.ids import derive_id
from muster.core.vault import vault
from muster.domain.cases import actions as cases
from muster.domain.cases.models import Case, Contact, FollowedUp
from muster.domain.cases.queries import standing
from muster.domain.people import queries as registry
from muster.domain.people import sealing
from muster.domain.people.models import Identity
from muster.domain.people.sealing import Clear
from muster.domain.places import queries as places
from muster.interop import linelist
from muster.interop.imports.line_reading import CaseLine, ContactLine, FollowUpLine, RelationLine, is_masked
from muster.interop.imports.outcomes import ALREADY, OWN, REFUSED, Outcome
from muster.interop.imports.people import Setting
from muster.interop.imports.reading import Reading

MASKED, ON_CARD, DERIVED, FIXED, WITHDRAWN, FUTURE = (
    "imports.masked", "imports.on_card", "imports.derived", "imports.fixed", "imports.withdrawn", "imports.future",
)  # fmt: skip
CHANGED, PARTLY, HIDDEN = "imports.changed", "imports.partly", "sync.not_visible_yet"
PERSON = ("name", "phone", "document")
MINUTE = timedelta(minutes=1)
Line = tuple[UUID, datetime, Any]
Held = Case | Contact


class Refused(Exception):
    """Why a changed cell is not taken in."""


def as_id(key: str) -> UUID | None:
    """The id a cell holds, if it is one."""
    try:
        return UUID(key)
    except ValueError:
        return None


class Own:
    """The cases and contacts that the rows of a file name by our own ids."""

    def __init__(self, setting: Setting, classes: Mapping[str, str], exposures: Mapping[str, str]) -> None:
        self.setting, self.classes, self.exposures = setting, classes, exposures
        self.cases: dict[str, Case] = {}
        self.contacts: dict[str, Contact] = {}
        self.hidden: set[str] = set()
        self._cells: dict[UUID, dict[str, str]] = {}
        self._words: dict[UUID, Identity] = {}
        self._seen: set[tuple[UUID, datetime, str]] = set()

    def look(self, lines: Iterable[Any]) -> None:
        """Find what these rows name."""
        said = list(lines)
        keys = {one for line in said for one in _keys(line)}
        ids = {key: one for key in keys if (one := as_id(key)) is not None}
        held_cases = Case.objects.in_bulk(set(ids.values()))
        held_contacts = Contact.objects.in_bulk(set(ids.values()))
        self.cases = {key: held_cases[one] for key, one in ids.items() if one in held_cases}
        self.contacts = {key: held_contacts[one] for key, one in ids.items() if one in held_contacts}
        rest = {key: one for key, one in ids.items() if key not in self.cases and key not in self.contacts}
        with scope(system(incident=self.setting.incident), self.setting.incident):
            there = {
                one
                for model in (Case, Contact)
                for one in model.objects.filter(pk__in=set(rest.values())).values_list("id", flat=True)
            }
            if any(isinstance(line, FollowUpLine) for line in said):
                self._see_follow_ups(held_contacts)
        self.hidden = {key for key, one in rest.items() if one in there}
        if any(isinstance(line, CaseLine | ContactLine | RelationLine) for line in said):
            self._read([*held_cases.values(), *held_contacts.values()])

    def _see_follow_ups(self, contacts: Iterable[UUID]) -> None:
        rows = standing(FollowedUp.objects.filter(contact__in=list(contacts)))
        self._seen = {
            (contact, _minute(at), outcome)
            for contact, at, outcome in rows.values_list("contact", "at", "outcome")
        }

    def _read(self, held: list[Held]) -> None:
        """What our export would say of these now, masked."""
        residents = {one.resident for one in held}
        masked = registry.masked(residents, self.setting.incident)
        areas = places.area_names({one.area for one in held})
        self._words = Identity.objects.in_bulk(residents)
        for one in held:
            who = masked.get(one.resident)
            words = (who.name, who.phone, who.document) if who else ("", "", "")
            self._cells[one.id] = linelist.fields_of(one, (*words, areas[one.area]))

    def followed(self, contact: UUID, at: datetime, outcome: str) -> bool:
        """Whether this follow-up is here already, to the minute."""
        return (contact, _minute(at), outcome) in self._seen

    def contact_of(self, key: str, case: UUID) -> UUID | None:
        """The contact of this case that a cell names by our id."""
        held = self.contacts.get(key)
        return held.id if held is not None and held.case == case else None

    def judge(self, reading: Reading, held: Held) -> Line | Outcome:
        """What a row that came back says anew; what cannot be taken is named."""
        taken: dict[str, Any] = {}
        refused: dict[str, str] = {}
        for field, text in reading.said.cells.items():
            try:
                if (change := self._change(field, text, reading.said, held)) is not None:
                    taken[field] = change
            except Refused as why:
                refused[field] = str(why)
        if taken and _is_gone(held):
            refused |= dict.fromkeys(taken, WITHDRAWN)
            taken = {}
        code = next(iter(refused.values()), "")
        if not taken:
            fields = " ".join(refused)
            result = REFUSED if refused else ALREADY
            return Outcome(reading.row, result, code, fields, OWN, held.resident)
        reading.code = PARTLY if refused else CHANGED
        reading.field = " ".join([*taken, *(f"!{field}" for field in refused)])
        fact = derive_id(held.id, "came back", self.setting.upload)
        return fact, self.setting.now, _body(held, taken)

    def _change(self, field: str, text: str, said: Any, held: Held) -> Any:
        """The new value of a cell; none where it says what stands here."""
        if text == self._cells[held.id].get(field, text):
            return None
        if field in PERSON:
            return self._person(field, text, held)
        if field in ("onset", "positive"):
            assert isinstance(held, Case)
            return _case_day(field, said, held)
        if field in ("class", "context", "last", "via"):
            assert isinstance(held, Contact)
            return self._contact(field, text, said, held)
        raise Refused(FIXED if field == "case" else DERIVED)

    def _person(self, field: str, text: str, held: Held) -> None:
        """Words in full are compared blind. Who somebody is is never changed by a line list."""
        if is_masked(text):
            raise Refused(MASKED)
        words = self._words.get(held.resident)
        asked = sealing.keys(vault(self.setting.incident), Clear(**{field: text}))
        mine = getattr(words, f"{field}_x", None)
        if mine is None or bytes(mine) != getattr(asked, field):
            raise Refused(ON_CARD)

    def _contact(self, field: str, text: str, said: Any, held: Contact) -> Any:
        if field == "class":
            return _differs(self._known(self.classes, text, "imports.unknown_class"), held.contact_class)
        if field == "context":
            return _differs(self._known(self.exposures, text, "imports.unknown_context"), held.exposure)
        if field == "via":
            via = self.contact_of(text, held.case)
            if via is None or via == held.id:
                raise Refused("imports.unknown_contact")
            return _differs(via, held.via)
        if said.last > self.setting.now:
            raise Refused(FUTURE)
        return _differs(said.last, _minute(held.last_exposure_at))

    def _known(self, words: Mapping[str, str], text: str, code: str) -> str:
        found = words.get(text.casefold())
        if found is None:
            raise Refused(code)
        return found


def _keys(line: Any) -> list[str]:
    named = [getattr(line, field, "") for field in ("key", "case", "contact")]
    return [one for one in (*named, getattr(line, "cells", {}).get("via", "")) if one]


def _minute(at: datetime) -> datetime:
    """An instant as the export writes it."""
    return at.replace(second=0, microsecond=0)


def _differs(new: Any, old: Any) -> Any:
    return None if new == old else new


def _case_day(field: str, said: CaseLine, held: Case) -> Any:
    if field == "positive":
        if said.positive != _minute(held.positive_at):
            raise Refused(FIXED)
        return None
    return _differs(said.onset, held.onset_date)


def _is_gone(held: Held) -> bool:
    return held.withdrawn_at is not None if isinstance(held, Case) else held.state == "withdrawn"


def _body(held: Held, taken: Mapping[str, Any]) -> Any:
    """The case or the contact said again, with what changed."""
    if isinstance(held, Case):
        return cases.ConfirmCase(held.id, held.resident, held.positive_at, taken["onset"])
    return cases.NameContact(
        held.id, held.case, held.resident, taken.get("class", held.contact_class),
        taken.get("last", held.last_exposure_at), taken.get("context", held.exposure), taken.get("via", held.via),
    )  # fmt: skip
