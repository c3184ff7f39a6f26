"""Lists pushed to us: every row names a person, known or new; each person is one item however many lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed
from muster.core.ids import deriving
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.people import actions as people
from muster.domain.people import queries as registry
from muster.domain.people.rules import Match, Row
from muster.domain.worklists.actions.wording import ListScript
from muster.domain.worklists.models import ListEntry, VerificationList
from muster.domain.worklists.rules import ItemKind, item_id

LIST = ("id", "incident", "area", "source", "purpose", "title", "received_at", "deadline_at", "script")
ENTRY = ("id", "incident", "area", "list", "row", "resident", "item", "how")
PURPOSES = ("verification", "key_person", "contact")


class ListRow(msgspec.Struct, frozen=True):
    """One row: a resident we know, or what the list says of a person (perhaps only a name or a phone)."""

    row: int
    resident: UUID | None = None
    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    area: int | None = None


class PushList(msgspec.Struct, frozen=True):
    """A list as it arrived, or a part of one (the same id with further rows)."""

    id: UUID
    area: int
    source: str
    purpose: str
    title: str
    rows: list[ListRow]
    deadline_at: datetime | None = None
    script: ListScript = ListScript()


def push_lists(
    *, told: Sequence[Told[PushList]], by: Actor, incident: UUID, now: datetime, are_heads: bool = False
) -> Done:
    """Take lists in. The same list again changes nothing; every row is found again by list and number.

    `are_heads`: the residents given were matched just now, so none of them is a record joined with another.
    """
    done = Done()
    allowed = by.allowed("worklists.list", (one.body.area for one in told), incident)
    for one in told:
        body = one.body
        if body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="worklists.list")
        elif body.purpose not in PURPOSES:
            done.refused[one.id] = BadInput(problem=body.purpose)
        else:
            done.data[one.id] = _push(one, by, incident, now, done, are_heads)
    return done


def _push(
    one: Told[PushList], by: Actor, incident: UUID, now: datetime, done: Done, are_heads: bool
) -> dict[str, Any]:
    body = one.body
    _store(one, incident)
    named, refused = _people(body, by, incident, now)
    heads = {} if are_heads else registry.joined(resident for resident, _ in named.values())
    entry = deriving(body.id)
    rows = [
        (
            entry(number),
            incident,
            body.area,
            body.id,
            number,
            resident,
            item_id(incident, ItemKind.VERIFY, heads.get(resident, resident), ""),
            how,
        )
        for number, (resident, how) in named.items()
    ]
    fresh = bulk.insert(ListEntry, ENTRY, rows)
    journal.write(
        action="worklists.list",
        by=by,
        incident=incident,
        area=body.area,
        subjects=[body.id],
        count=len(fresh),
        detail={"purpose": body.purpose, "rows": len(body.rows)},
    )
    done.touch("worklists.entry", (row[0] for row in rows))
    matched = sum(1 for _, how in named.values() if how not in ("new", "given", "unsure"))
    return {
        "rows": len(body.rows),
        "taken": len(fresh),
        "already": len(rows) - len(fresh),
        "matched": matched,
        "refused": refused,
        "items": {row[4]: row[6] for row in rows},
    }


def _store(one: Told[PushList], incident: UUID) -> None:
    """The list itself, once; without a deadline the pack's clock counts."""
    body = one.body
    clock = incidents.pack_of(incident).clocks.get("list_answered")
    deadline = body.deadline_at or (clock.deadline(one.at) if clock else None)
    words = (body.source[:80], body.purpose, body.title[:120])
    script = msgspec.to_builtins(body.script)
    bulk.insert(VerificationList, LIST, [(body.id, incident, body.area, *words, one.at, deadline, script)])


def _people(
    body: PushList, by: Actor, incident: UUID, now: datetime
) -> tuple[dict[int, tuple[UUID, str]], dict[int, str]]:
    """Who each row is (row to resident and how), and why rows are refused. Who is unsure stays
    a person apart, put before somebody beside whoever it may be."""
    named = {row.row: (row.resident, "given") for row in body.rows if row.resident is not None}
    refused: dict[int, str] = {}
    origin = people.Origin(source="list", batch=body.id, area=body.area)
    held = vault(incident)
    waiting = [(row, _asked(row, f"{body.id}:{row.row}")) for row in body.rows if row.resident is None]
    matches = _enrolled(waiting, origin, by, incident, now)
    unsure = []
    for (row, asked), match in zip(waiting, matches, strict=True):
        if match.resident is not None:
            named[row.row] = (match.resident, match.how if match.outcome == "matched" else "new")
        elif match.outcome == "ambiguous":
            words = held.index(
                "list_row", f"{asked.name}|{asked.document}|{asked.phone}|{asked.address}"
            ).hex()
            unsure.append((row, msgspec.structs.replace(asked, key=words, separate=True), match))
        else:
            refused[row.row] = match.how
    apart = _enrolled([(row, asked) for row, asked, _ in unsure], origin, by, incident, now)
    pairs = []
    for (row, _, first), match in zip(unsure, apart, strict=True):
        if match.resident is None:
            refused[row.row] = match.how
            continue
        named[row.row] = (match.resident, "unsure")
        pairs += [people.Pair(match.resident, other, first.how) for other in first.candidates]
    people.propose(pairs=pairs, batch=body.id, incident=incident, now=now)
    return named, refused


def _asked(row: ListRow, key: str) -> Row:
    return Row(
        name=row.name, document=row.document, phone=row.phone, address=row.address, area=row.area, key=key
    )


def _enrolled(
    rows: Sequence[tuple[ListRow, Row]], origin: people.Origin, by: Actor, incident: UUID, now: datetime
) -> list[Match]:
    if not rows:
        return []
    return people.enrol_many(
        rows=[asked for _, asked in rows], origin=origin, by=by, incident=incident, now=now
    )
