"""Enrolling residents from files: matched in sets, repeatable, undone by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.ids import derive_id
from muster.core.vault import Vault, vault
from muster.domain.people import queries, sealing
from muster.domain.people.actions.joining import settle_persons
from muster.domain.people.actions.likening import Pair, propose
from muster.domain.people.models import Identity, Resident
from muster.domain.people.rules import Keys, Known, Match, Row, decide, is_partial
from muster.domain.places import queries as places

CHUNK = 5_000
RESIDENT = (
    "id", "incident", "area", "canonical", "dwelling", "household", "sex", "birth_year", "vulnerabilities", "partial",
    "source", "batch", "said_at", "said_id", "enrolled_dwelling", "enrolled_area",
)  # fmt: skip


class Origin(msgspec.Struct, frozen=True):
    """Where rows come from: a code for the kind of file, the import, and the area of rows that name none."""

    source: str
    batch: UUID
    area: int


def enrol_many(
    *,
    rows: Sequence[Row],
    origin: Origin,
    by: Actor,
    incident: UUID,
    now: datetime,
    doors: queries.Doors | None = None,
) -> list[Match]:
    """Match rows against everybody visible and enrol those who are new; one Match per row, in order.

    Outcomes: `new` (with candidates for a person to look at when somebody is similar); `matched` (how: document,
    phone, place, sound, again for a row that an earlier run enrolled, elsewhere for one that has since moved out
    of sight); `ambiguous` with candidates, nothing is written; `refused` (how: right, doorless, codes). A second
    run of the same rows changes nothing. `doors`: area and building of the rows' doors, once they were looked up.
    """
    held = vault(incident)
    if doors is None:
        doors = places.dwellings_at(row.dwelling for row in rows if row.dwelling)
    matches: list[Match] = []
    fresh: set[UUID] = set()
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        found, added = _enrol_chunk(chunk, origin, by, (incident, now, held, doors))
        matches += found
        fresh |= added
    met = Counter([match.outcome for match in matches])
    counts = {outcome: met[outcome] for outcome in ("new", "matched", "ambiguous")}
    journal.write(
        action="people.enrol", by=by, incident=incident, area=origin.area, subjects=fresh, count=len(fresh),
        detail={"batch": str(origin.batch), **counts},
    )  # fmt: skip
    return matches


Setting = tuple[UUID, datetime, Vault, queries.Doors]


def _enrol_chunk(
    chunk: Sequence[Row], origin: Origin, by: Actor, setting: Setting
) -> tuple[list[Match], set[UUID]]:
    incident, _, held, doors = setting
    areas = [_area(row, origin, doors) for row in chunk]
    allowed = by.allowed("people.import", areas, incident)
    asked = queries.keys_of(held, chunk, doors)
    found = queries.Candidates(asked)
    matches: list[Match] = []
    new: dict[UUID, tuple[Row, Keys, int]] = {}
    for row, keys, area in zip(chunk, asked, areas, strict=True):
        if problem := queries.problem_of(row, doors) or ("" if area in allowed else "right"):
            matches.append(Match("refused", None, problem))
            continue
        match = Match("new") if row.separate else decide(keys, *found.of(keys))
        if match.outcome == "new":
            identity = _identity_of(row, keys, area, incident)
            again = identity in new
            match = (
                Match("matched", identity, "again")
                if again
                else msgspec.structs.replace(match, resident=identity)
            )
            new.setdefault(identity, (row, keys, area))
            if not row.separate:
                found.add(Known(identity, keys))
        matches.append(match)
    matches, added = _store(matches, new, origin, setting)
    pairs = [
        Pair(m.resident, b, m.how) for m in matches if m.outcome == "new" and m.resident for b in m.candidates
    ]
    propose(pairs=pairs, batch=origin.batch, incident=incident, now=setting[1])
    return matches, added


def _area(row: Row, origin: Origin, doors: queries.Doors) -> int:
    door = doors.get(row.dwelling) if row.dwelling else None
    return door[0] if door else row.area or origin.area


def _identity_of(row: Row, keys: Keys, area: int, incident: UUID) -> UUID:
    """The id that these words always lead to. Made of keyed indexes: an id must not give a number away."""
    if row.separate:
        words: tuple[object, ...] = ("separate", row.key)
    elif keys.document:
        words = ("document", keys.document.hex(), keys.name.hex() if keys.name else "")
    elif keys.phone and keys.name:
        words = ("phone", keys.phone.hex(), keys.name.hex())
    elif keys.place and keys.name:
        words = ("place", keys.place.hex(), keys.name.hex(), row.dwelling)
    elif keys.phone:  # a telephone alone is answered once, however many rows give it
        words = ("telephone", keys.phone.hex())
    else:
        words = ("row", keys.name.hex() if keys.name else "", row.key)
    return derive_id(incident, "resident", area // 1000, *words)


def _store(
    matches: list[Match], new: dict[UUID, tuple[Row, Keys, int]], origin: Origin, setting: Setting
) -> tuple[list[Match], set[UUID]]:
    """Write the new ones; those that were there already (another run, perhaps undone since) are matched."""
    incident, now, held, _ = setting
    rows = [
        (one, incident, area, one, row.dwelling, row.household, row.sex, row.birth_year, list(row.vulnerabilities),
         is_partial(row.name, row.document, row.phone), origin.source, origin.batch, now, one, row.dwelling, area)
        for one, (row, _, area) in new.items()
    ]  # fmt: skip
    fresh = bulk.insert(Resident, RESIDENT, rows)
    known = bulk.lock(Resident, new.keys() - fresh)
    words = [_identity(held, one, incident, new[one]) for one in fresh]
    bulk.write(Identity, sealing.COLUMNS, words)
    back = set(Resident.objects.filter(pk__in=known, withdrawn_at__isnull=False).values_list("id", flat=True))
    bulk.update(
        Resident, ("id", "withdrawn_at", "batch"), [(one, None, origin.batch) for one in sorted(back)]
    )
    settle_persons(back, incident)
    added = fresh | back
    return [_settled(match, added, known) for match in matches], added


def _settled(match: Match, fresh: set[UUID], known: set[UUID]) -> Match:
    if match.outcome != "new" or match.resident is None or match.resident in fresh:
        return match
    return Match("matched", match.resident, "again" if match.resident in known else "elsewhere")


def _identity(held: Vault, one: UUID, incident: UUID, made: tuple[Row, Keys, int]) -> tuple[object, ...]:
    row, keys, area = made
    clear = sealing.Clear(row.name, row.document, row.phone, row.address, row.note)
    sealed = sealing.sealed(held, one, clear)
    return (one, incident, area, *sealed, *sealing.columns_of(keys))


def withdraw_many(
    *, batch: UUID, by: Actor, incident: UUID, now: datetime, keep: Collection[UUID] = ()
) -> set[UUID]:
    """Undo an import: its residents are no longer listed, counted or matched; those in use since then stay.

    In use means that somebody registered the resident at a door, or decided about who it is, or that the
    caller knows a use (`keep`): work, cases, samples.
    """
    free = queries.unused_of_batch(batch)
    bulk.lock(Resident, free)
    free &= queries.unused_of_batch(batch) - set(keep)
    areas = dict(Resident.objects.filter(pk__in=free).values_list("id", "area"))
    allowed = by.allowed("people.import", areas.values(), incident)
    gone = {one for one, area in areas.items() if area in allowed}
    bulk.update(Resident, ("id", "withdrawn_at"), [(one, now) for one in sorted(gone)])
    if gone:
        area = min(areas[one] for one in gone)
        journal.write(
            action="people.withdraw",
            by=by,
            incident=incident,
            area=area,
            subjects=gone,
            detail={"batch": str(batch)},
        )
        settle_persons(gone, incident)
    return gone
