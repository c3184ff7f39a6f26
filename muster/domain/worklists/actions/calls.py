"""Calls and visits about people: how they ended, what was said of it, and what the person needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.core.vault import Vault, vault
from muster.domain.worklists.actions.reconciling import Locked, lock_items, recompute_items, retry_items
from muster.domain.worklists.models import Attempt, WorkItem
from muster.domain.worklists.rules import REACHED, ItemKind, Outcome

FACT = ("id", "incident", "area", "at", "by", "device")
ATTEMPT = (*FACT, "item", "subject", "channel", "outcome", "callback_at", "language", "needs", "note_c")
LONGEST = 2_000
Language = Literal["", "zh", "yue", "en", "other"]
Need = Literal["", "medicine", "food", "transport", "counselling", "family_letter", "other"]
LANGUAGES: tuple[str, ...] = get_args(Language)
NEEDS: tuple[str, ...] = get_args(Need)
Note = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class RecordAttempt(msgspec.Struct, frozen=True):
    """How a call or a visit about an item ended; what a person needs who needs help or another language."""

    item: UUID
    outcome: Outcome
    channel: str = "phone"
    callback_at: datetime | None = None
    language: Language = ""
    needs: Need = ""
    note: Note = ""


def record_attempts(*, told: Sequence[Told[RecordAttempt]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Store how calls and visits ended, and derive the items again. Never refused for lateness or repetition."""
    done = Done()
    known = lock_items(one.body.item for one in told)
    allowed = by.allowed("worklists.record", (item.area for item in known.values()), incident)
    words = vault(incident) if any(one.body.note for one in told) else None
    rows = []
    for one in told:
        held = known.get(one.body.item)
        if held is None:
            done.waiting[one.id] = NotVisibleYet()
        elif held.area not in allowed:
            done.waiting[one.id] = NotAllowed(right="worklists.record")
        else:
            rows.append(_row(one, held, incident, words))
    if rows:
        done.touch("worklists.listed", _store_attempts(rows, known, by, incident))
        done.touch("worklists.item", {row[6] for row in rows})
        _touch_people(done, rows)
    return done


def _row(one: Told[RecordAttempt], held: Locked, incident: UUID, words: Vault | None) -> tuple[Any, ...]:
    """The columns of `ATTEMPT`; the note is sealed."""
    said = one.body
    note = None
    if words is not None and said.note.strip():
        note = words.seal(
            said.note.strip(), kind="note", table="worklists_attempt", row=one.id, field="note_c"
        )
    fact = (one.id, incident, held.area, one.at, one.by, one.device)
    what = (said.item, held.subject, said.channel, said.outcome.value, said.callback_at)
    return (*fact, *what, said.language, said.needs, note)


def _touch_people(done: Done, rows: Sequence[tuple[Any, ...]]) -> None:
    """People who were reached are left in peace; who needs help is handed to the helpline."""
    reached = {row[7] for row in rows if row[9] in REACHED}
    if reached:
        done.touch("worklists.reached", reached)
    if needy := {row[0] for row in rows if row[9] == Outcome.NEEDS_HELP}:
        done.touch("worklists.needs_help", needy)


def _store_attempts(
    rows: list[tuple[Any, ...]], known: dict[UUID, Locked], by: Actor, incident: UUID
) -> set[UUID]:
    """The items that lists must be told of: done now and not before, or the other way round."""
    bulk.insert(Attempt, ATTEMPT, rows)
    items = {row[6] for row in rows}
    turned = retry_items({item: known[item] for item in items}, incident)
    kept = {row[6] for row in rows if row[9] == Outcome.MOVED_WITHIN}  # who holds it says where it goes
    said_by = {(row[6], row[4]) for row in rows} | {(item, by.by) for item in items}
    if held := [item for item in items - kept if (item, known[item].leased_by) in said_by]:
        WorkItem.objects.filter(pk__in=held).update(leased_by=None, leased_at=None, leased_until=None)
    area = min(row[2] for row in rows)
    journal.write(
        action="worklists.attempt", by=by, incident=incident, area=area, subjects=items, count=len(rows)
    )
    return {item for item in turned if known[item].kind == ItemKind.VERIFY}


def reconsider_attempts(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the items of these attempts again."""
    done = Done()
    about = list(Attempt.objects.filter(pk__in=facts).values_list("item", "subject", "id", "outcome"))
    items = {item for item, *_ in about}
    recompute_items(items, incident)
    done.touch("worklists.item", items)
    done.touch("worklists.listed", items)
    done.touch("worklists.reached", {subject for _, subject, *_ in about})
    done.touch("worklists.needs_help", {fact for *_, fact, how in about if how == Outcome.NEEDS_HELP})
    return done
