"""Notes of an investigation: free text about people, sealed; read by who traces, and the reading is journalled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotFound
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.cases import queries
from muster.domain.cases.actions.shared import FACT, TRACE, head, note, sorted_out
from muster.domain.cases.models import Case, InvestigationNote

LONGEST = 4_000
TABLE = "cases_investigationnote"
Words = Annotated[str, msgspec.Meta(max_length=LONGEST, pattern=r"^[^\x00]*[^\s\x00][^\x00]*\Z")]


class NoteInvestigation(msgspec.Struct, frozen=True):
    """Something that was learnt about a case. A correction is another note, or taking this one back."""

    case: UUID
    note: Words


def note_investigations(
    *, told: Sequence[Told[NoteInvestigation]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Keep notes about cases, sealed."""
    done = Done()
    areas = dict(Case.objects.filter(pk__in={one.body.case for one in told}).values_list("id", "area"))
    places = {one.id: [areas[one.body.case]] if one.body.case in areas else [] for one in told}
    good, where = sorted_out(told, places, by, incident, done, TRACE)
    if good:
        words = vault(incident)
        rows = [
            (
                *head(one, incident, where[one.id]),
                one.body.case,
                words.seal(one.body.note.strip(), kind="note", table=TABLE, row=one.id, field="note_c"),
            )
            for one in good
        ]
        bulk.insert(InvestigationNote, (*FACT, "case", "note_c"), rows)
        note("cases.note", by, incident, list(where.values()), {one.body.case for one in good})
    return done


def read_notes(*, case: UUID, by: Actor, incident: UUID, now: datetime) -> dict[UUID, str]:
    """Open the notes of a case that stand: fact to words. An act of its own, written to the journal."""
    found = Case.objects.filter(pk=case).first()
    if found is None:
        raise NotFound
    by.require(TRACE, found.area, incident)
    notes = list(queries.standing(InvestigationNote.objects.filter(case=case)))
    journal.write(
        action="cases.read_notes",
        by=by,
        incident=incident,
        area=found.area,
        subjects=[case],
        count=len(notes),
    )
    words = vault(incident)
    return {
        one.id: words.open(one.note_c, kind="note", table=TABLE, row=one.id, field="note_c") for one in notes
    }
