"""Household cards: who lives behind a door and what they need, as far as they want it written down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.people.rules import are_codes
from muster.domain.worklists.actions.doorways import doors_of, hold
from muster.domain.worklists.sweep_models import HouseholdCard
from muster.domain.worklists.sweep_rules import Language

FACT = ("id", "incident", "area", "at", "by", "device")
SAID = ("dwelling", "building", "persons", "languages", "vulnerabilities", "needs", "consent", "note_c")
LONGEST_NOTE = 1_000


class RecordHousehold(msgspec.Struct, frozen=True):
    """What a household told: without its consent only the number of persons is kept."""

    dwelling: UUID
    persons: int = 0
    languages: list[Language] = []
    vulnerabilities: list[str] = []
    needs: list[str] = []
    consent: bool = False
    note: str = ""


def record_households(
    *, told: Sequence[Told[RecordHousehold]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Keep household cards; the newest of a door is the one that is shown."""
    done = Done()
    for one in told:
        if not are_codes(one.body.vulnerabilities + one.body.needs) or len(one.body.note) > LONGEST_NOTE:
            done.refused[one.id] = BadInput(problem="vulnerabilities, needs, note")
    doors = doors_of(done, told, by, incident)
    held, rows = vault(incident), []
    for one in done.stored(told):
        body, (area, building) = one.body, doors[one.body.dwelling]
        ours = body if body.consent else RecordHousehold(body.dwelling, body.persons)
        note = None
        if ours.note:
            note = held.seal(
                ours.note, kind="note", table="worklists_householdcard", row=one.id, field="note_c"
            )
        said = (
            body.dwelling, building, max(0, min(body.persons, 32_000)), [spoken.value for spoken in ours.languages][:8],
            list(dict.fromkeys(ours.vulnerabilities)), list(dict.fromkeys(ours.needs)), body.consent, note,
        )  # fmt: skip
        rows.append((one.id, incident, area, one.at, one.by, one.device, *said))
    hold({row[6] for row in rows})
    bulk.insert(HouseholdCard, FACT + SAID, rows)
    if rows:
        area = min(row[2] for row in rows)
        journal.write(
            action="worklists.household",
            by=by,
            incident=incident,
            area=area,
            subjects={row[6] for row in rows},
        )
        done.touch("worklists.household", {row[6] for row in rows})
    return done


def reconsider_cards(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the card before it is shown again by itself; what was asked for is looked at again."""
    done = Done()
    cards = HouseholdCard.objects.filter(pk__in=facts)
    done.touch("worklists.household", cards.values_list("dwelling", flat=True))
    return done
