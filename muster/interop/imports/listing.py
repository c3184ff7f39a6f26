"""A pushed list: its persons enrolled, its rows as entries, the work they ask for reconciled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from muster.core.access import span
from muster.core.ids import derive_id, new_id
from muster.core.told import Told
from muster.domain.incidents import queries as incidents
from muster.domain.worklists import actions as worklists
from muster.domain.worklists.actions import returning
from muster.domain.worklists.actions.desk import TransferItems
from muster.domain.worklists.actions.lists import ListRow, PushList
from muster.domain.worklists.actions.wording import script_of
from muster.domain.worklists.models import ListEntry, WorkItem
from muster.interop.imports.outcomes import ALREADY, TAKEN, Outcome
from muster.interop.imports.people import Persons, Setting
from muster.interop.imports.reading import Reading
from muster.interop.models import Import
from muster.journeys import settle

NOT_OURS = "not_ours"
OLDER = frozenset(
    {"again", "elsewhere", "decided", "unsure"}
)  # these may name records that were joined since


def list_id(made: Import) -> UUID:
    """The list a file is: the same cells for the same purpose and area are the same list, whatever the name."""
    return derive_id(made.incident, "list", made.options["purpose"], made.area, bytes(made.digest).hex())


class Listing:
    """One pass over a list."""

    def __init__(self, setting: Setting, made: Import) -> None:
        self.setting, self.options = setting, made.options
        self.persons = Persons(setting, reach=span(incidents.get(setting.incident).area))
        self.list = list_id(made)
        rows = ListEntry.objects.filter(list=self.list, returned_at=None)
        self.known = set(rows.values_list("row", flat=True))

    def foresee(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """What a run would make of these rows."""
        return [self._as_entry(one) for one in self.persons.foresee(chunk)]

    def run(self, chunk: Sequence[Reading]) -> list[Outcome]:
        """Enrol the persons, enter the rows, reconcile the work."""
        setting = self.setting
        outcomes = self.persons.run(chunk)
        rows = [ListRow(row=one.row, resident=one.subject) for one in outcomes if one.subject is not None]
        if rows:
            told = [Told(new_id(), setting.now, setting.by.by, self._body(rows))]
            are_heads = OLDER.isdisjoint({one.how for one in outcomes})
            done = worklists.push_lists(
                told=told, by=setting.by, incident=setting.incident, now=setting.now, are_heads=are_heads
            )
            if refused := next(iter(done.refused.values()), None):
                raise refused
            if done.data[told[0].id]["already"]:
                returning.enter_again(done.touched["worklists.entry"])
            settle.settle([done.touched], incident=setting.incident, now=setting.now)
            self._forward(outcomes, done.data[told[0].id]["items"])
        return [self._as_entry(one) for one in outcomes]

    def _forward(self, outcomes: Sequence[Outcome], items: dict[int, UUID]) -> None:
        """Send the work of rows that are not ours on to whose they are; it stays visible here."""
        to: defaultdict[int, set[UUID]] = defaultdict(set)
        for one in outcomes:
            if one.owner is not None and one.row in items:
                to[one.owner].add(items[one.row])
        setting = self.setting
        listed = {item for area in to.values() for item in area}
        ours = WorkItem.objects.filter(pk__in=listed, area=setting.area, from_area=None, state="open")
        here = set(ours.values_list("id", flat=True)) if listed else set()
        told = [
            Told(
                new_id(),
                setting.now,
                setting.by.by,
                TransferItems(sorted(wanted & here), area, NOT_OURS),
            )
            for area, wanted in sorted(to.items())
            if wanted & here
        ]
        if told:
            worklists.transfer_items(told=told, by=setting.by, incident=setting.incident, now=setting.now)

    def _as_entry(self, one: Outcome) -> Outcome:
        if one.result in (TAKEN, ALREADY):
            one.result = ALREADY if one.row in self.known else TAKEN
        return one

    def _body(self, rows: list[ListRow]) -> PushList:
        deadline = self.options.get("deadline")
        return PushList(
            id=self.list, area=self.setting.area, source=self.options.get("source", ""),
            purpose=self.options["purpose"], title=self.options.get("title", ""), rows=rows,
            deadline_at=datetime.fromisoformat(deadline) if deadline else None, script=script_of(self.options),
        )  # fmt: skip
