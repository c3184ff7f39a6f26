"""Reads of people: matching, pages and cards for the desk, counts of the registered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from muster.core import bulk, plans, prepared
from muster.core.access import span
from muster.core.models import Retraction, Share
from muster.core.vault import Vault, vault
from muster.domain.people import sealing
from muster.domain.people.models import Identity, Registration, Resident, SamePerson
from muster.domain.people.rules import (
    SHARED,
    Keys,
    Known,
    Match,
    Row,
    are_codes,
    decide,
    document_key,
    mask_document,
    mask_name,
    mask_phone,
    name_key,
    phone_key,
)
from muster.domain.people.sealing import Clear
from muster.domain.places import queries as places

Doors = Mapping[UUID, tuple[int, UUID]]


class Masked(msgspec.Struct, frozen=True):
    """A resident as lists show one."""

    name: str
    phone: str
    document: str


class Asked(msgspec.Struct, frozen=True):
    """What a page of residents is narrowed to. `words` is a whole name, number or telephone."""

    area: int = 0
    building: UUID | None = None
    dwelling: UUID | None = None
    vulnerability: str = ""
    partial: bool | None = None
    words: str = ""


class Card(msgspec.Struct, frozen=True):
    """All that is known here of one person: every record, household, registrations, decisions, shares."""

    person: UUID
    records: list[Resident]
    household: list[Resident]
    registrations: list[Registration]
    decisions: list[SamePerson]
    shares: list[Share]
    masked: dict[UUID, Masked]


def keys_of(held: Vault, rows: Sequence[Row], doors: Doors) -> list[Keys]:
    """The blind indexes of rows; the building of a row without one follows from its door."""
    return [_keys(held, row, doors) for row in rows]


def _keys(held: Vault, row: Row, doors: Doors) -> Keys:
    blind = row.blind or sealing.keys(held, Clear(row.name, row.document, row.phone))
    building = row.building or (doors[row.dwelling][1] if row.dwelling and row.dwelling in doors else None)
    place = sealing.place(held, blind.sound, building)
    return Keys(blind.document, blind.phone, blind.name, place, blind.sound, row.dwelling)


def problem_of(row: Row, doors: Doors) -> str:
    """Why a row cannot be enrolled, or nothing."""
    if row.dwelling and row.dwelling not in doors:
        return "doorless"
    if row.sex not in ("", "male", "female") or not are_codes(row.vulnerabilities):
        return "codes"
    if row.birth_year is not None and not 1850 <= row.birth_year <= 2200:
        return "codes"
    return "" if row.name.strip() or row.document.strip() or row.phone.strip() else "empty"


class Candidates:
    """Everybody visible who shares a document, a telephone, or a building and the sound of a name with some rows."""

    def __init__(self, asked: Sequence[Keys]) -> None:
        self._document: defaultdict[bytes, list[Known]] = defaultdict(list)
        self._phone: defaultdict[tuple[bytes, bytes | None], list[Known]] = defaultdict(list)
        self._callers: defaultdict[bytes, list[Known]] = defaultdict(list)
        self._place: defaultdict[bytes, list[Known]] = defaultdict(list)
        for known in _holding(
            {keys.document for keys in asked}, {keys.phone for keys in asked}, {keys.place for keys in asked}
        ):
            self.add(known)

    def add(self, known: Known) -> None:
        """Let later rows of the same file match this one as well."""
        keys = known.keys
        if keys.document:
            self._document[keys.document].append(known)
        if keys.phone:
            self._phone[keys.phone, keys.sound].append(known)
            callers = self._callers[keys.phone]
            if len(callers) <= SHARED:  # one more than may share it is enough to know that too many do
                callers.append(known)
        if keys.place:
            self._place[keys.place].append(known)

    def of(self, keys: Keys) -> tuple[list[Known], list[Known], list[Known]]:
        """Who shares the document, the telephone and the name's sound, the building and the name's sound of a row."""
        return (
            self._document.get(keys.document, []) if keys.document else [],
            self._on_phone(keys),
            self._place.get(keys.place, []) if keys.place else [],
        )

    def _on_phone(self, keys: Keys) -> list[Known]:
        """Of those with the telephone: who sounds so or has no name; of a row without one, the few who share it."""
        if not keys.phone:
            return []
        if keys.sound:
            return self._phone.get((keys.phone, keys.sound), []) + self._nameless(keys.phone)
        callers = self._callers.get(keys.phone, [])
        return callers if len(callers) <= SHARED else []

    def _nameless(self, phone: bytes) -> list[Known]:
        found = self._phone.get((phone, None), [])
        return found if len(found) <= SHARED else []


# Keys first, then each resident by its id: row security hides from the planner how many residents are visible,
# and it would rather walk through all of them.
HOLDING = (
    "with i as materialized (select resident, document_x, phone_x, name_x, place_x, sound_x"
    " from people_identity"
    " where document_x = any(%s::bytea[]) or phone_x = any(%s::bytea[]) or place_x = any(%s::bytea[]))"
    " select r.canonical, i.document_x, i.phone_x, i.name_x, i.place_x, i.sound_x, r.dwelling"
    " from i,"
    " lateral (select canonical, dwelling, withdrawn_at from people_resident where id = i.resident offset 0) r"
    " where r.withdrawn_at is null"
)


def _holding(*wanted: set[bytes | None]) -> list[Known]:
    """Who has one of these documents, telephones, or names in a building, each record once."""
    wanted = tuple(keys - {None} for keys in wanted)
    if not any(wanted):
        return []
    asked = ["{" + ",".join(['"\\\\x' + key.hex() + '"' for key in keys if key]) + "}" for keys in wanted]
    return [
        Known(person, Keys(document, phone, name, place, sound, dwelling))
        for person, document, phone, name, place, sound, dwelling in prepared.fetch(HOLDING, asked)
    ]


def match(incident: UUID, rows: Sequence[Row]) -> list[Match]:
    """Who rows of a list are, without writing anything: `matched`, `ambiguous` or `new`, in order."""
    doors = places.dwellings_at(row.dwelling for row in rows if row.dwelling)
    asked = keys_of(vault(incident), rows, doors)
    found = Candidates(asked)
    return [decide(keys, *found.of(keys)) for keys in asked]


def masked(ids: Iterable[UUID], incident: UUID) -> dict[UUID, Masked]:
    """How lists show these residents, where visible."""
    rows = list(Identity.objects.filter(pk__in=set(ids)))
    if not rows:
        return {}
    held = vault(incident)
    clear = {row.resident: sealing.opened(held, row) for row in rows}
    return {
        one: Masked(mask_name(words.name), mask_phone(words.phone), mask_document(words.document))
        for one, words in clear.items()
    }


def persons(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The canonical id of these residents, where visible."""
    return dict(Resident.objects.filter(pk__in=set(ids)).values_list("id", "canonical"))


def records_of(persons: QuerySet[Any, UUID]) -> QuerySet[Resident, UUID]:
    """All records of these persons (canonical ids), as a subquery."""
    return Resident.objects.filter(canonical__in=persons).values_list("id", flat=True)


# Joined door by door: a list of doors would be intersected with a bitmap of everybody in scope.
AT_DOORS = """
select r.id, r.dwelling, r.canonical from unnest(%s::uuid[]) door(id) join people_resident r on r.dwelling = door.id
where r.withdrawn_at is null
"""


def at_doors(dwellings: Iterable[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """Who lives behind these doors: record, door, person."""
    with connection.cursor() as cursor:
        cursor.execute(AT_DOORS, [list(set(dwellings))])
        return list(cursor.fetchall())


def registered_at(dwellings: Iterable[UUID]) -> dict[UUID, int]:
    """How many persons are registered behind each of these doors; those of none are left out."""
    sql = f"select dwelling, count(distinct canonical) from ({AT_DOORS}) home group by dwelling"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(set(dwellings))])
        return dict(cursor.fetchall())


# One by one: beside row security's areas the planner would gather everybody in scope.
HEADS = """
select one.id, r.canonical, r.area from unnest(%s::uuid[]) one(id)
cross join lateral (select canonical, area from people_resident p where p.id = one.id offset 0) r
"""


def heads(ids: Iterable[UUID]) -> dict[UUID, tuple[UUID, int]]:
    """The canonical id and the area of these residents, where visible."""
    found = prepared.fetch(HEADS, [bulk.array(set(ids))])
    return {one: (head, area) for one, head, area in found}


def joined(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The canonical id of those of these residents that were joined with an earlier record, where visible."""
    sql = "select id, canonical from people_resident where canonical <> id and id = any(%s::uuid[])"
    return dict(prepared.fetch(sql, [bulk.array(ids)]))


def joined_with(heads: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The other records of these persons (canonical ids), for those that were joined."""
    twins: defaultdict[UUID, set[UUID]] = defaultdict(set)
    sql = "select canonical, id from people_resident where canonical <> id and canonical = any(%s::uuid[])"
    for head, one in prepared.fetch(sql, [bulk.array(set(heads))]):
        twins[head].add(one)
    return twins


def residents_page(
    asked: Asked,
    incident: UUID,
    after: tuple[int, UUID] | None = None,
    size: int = 50,
    *,
    within: tuple[int, int] | None = None,
) -> list[Resident]:
    """Residents at or below an area (or `within` a stretch), by area and id, after the last one of the page before."""
    low, high = within or span(asked.area)
    found = Resident.objects.filter(
        incident=incident, area__gte=low, area__lt=high, withdrawn_at__isnull=True
    )
    if asked.dwelling:
        found = found.filter(dwelling=asked.dwelling)
    elif asked.building:
        found = found.filter(dwelling__in=[door.id for door in places.dwellings_of(asked.building)])
    if asked.vulnerability:
        found = found.filter(vulnerabilities__contains=[asked.vulnerability])
    if asked.partial is not None:
        found = found.filter(partial=asked.partial)
    if asked.words.strip():
        found = found.filter(pk__in=_spelled(asked.words, incident))
    if after:
        found = found.filter(area__gte=after[0]).extra(where=["(area, id) > (%s, %s)"], params=list(after))
    if asked.words.strip() or asked.dwelling or asked.building:
        return list(found.order_by("area", "id")[:size])
    with plans.in_index_order():
        return list(found.order_by("area", "id")[:size])


def _spelled(words: str, incident: UUID) -> list[UUID]:
    """Residents with exactly this name, document or telephone."""
    held = vault(incident)
    sought = {
        "name_x": held.index("name", name_key(words)),
        "document_x": held.index("document", document_key(words)),
        "phone_x": held.index("phone", phone_key(words)),
    }
    return [
        one
        for column, value in sought.items()
        for one in Identity.objects.filter(**{column: value}).values_list("resident", flat=True)[:500]
    ]


def residents(ids: Iterable[UUID]) -> list[Resident]:
    """These residents in the order asked for, where visible."""
    wanted = list(ids)
    found = Resident.objects.in_bulk(wanted)
    return [found[one] for one in wanted if one in found]


ALIKE = """
select distinct r.id from people_identity mine
join people_identity i on i.document_x = mine.document_x or i.phone_x = mine.phone_x or i.place_x = mine.place_x
join people_resident r on r.id = i.resident
where mine.resident = any(%s) and r.canonical <> %s and r.withdrawn_at is null order by r.id limit %s
"""


def alike(records: Iterable[UUID], person: UUID, size: int = 20) -> list[Resident]:
    """Records of others with the same document, telephone, or building and name: perhaps the same person."""
    with connection.cursor() as cursor:
        cursor.execute(ALIKE, [list(records), person, size])
        return residents(row[0] for row in cursor.fetchall())


def card(resident: UUID, incident: UUID) -> Card | None:
    """Everything known here of the person this record belongs to; None when not visible."""
    one = Resident.objects.filter(pk=resident).first()
    if one is None:
        return None
    records = list(Resident.objects.filter(canonical=one.canonical).order_by("id"))
    ids = {record.id for record in records}
    homes = {record.household for record in records if record.household}
    household = list(
        Resident.objects.filter(household__in=homes, withdrawn_at__isnull=True).exclude(pk__in=ids)
    )
    decisions = SamePerson.objects.filter(a__in=ids) | SamePerson.objects.filter(b__in=ids)
    return Card(
        person=one.canonical,
        records=records,
        household=household,
        registrations=list(
            Registration.objects.filter(resident__in=ids).exclude(_retracted()).order_by("at", "id")
        ),
        decisions=list(decisions.exclude(_retracted()).order_by("at", "id")),
        shares=list(Share.objects.filter(subject__in=ids).order_by("shared_at", "id")),
        masked=masked(ids | {other.id for other in household}, incident),
    )


def _retracted() -> Exists:
    return Exists(Retraction.objects.filter(target=OuterRef("id")))


REGISTERED = (
    "select {of}, count(distinct r.canonical) from people_registration g"
    " join places_dwelling d on d.id = g.dwelling join people_resident r on r.id = g.resident"
    " where {of} = any(%s) and r.withdrawn_at is null"
    " and not exists (select from core_retraction t where t.target = g.id) group by 1"
)


def registered_by_building(buildings: Iterable[UUID]) -> dict[UUID, int]:
    """How many persons were registered in each of these buildings."""
    return _registered("d.building_id", buildings)


def registered_by_dwelling(dwellings: Iterable[UUID]) -> dict[UUID, int]:
    """How many persons were registered behind each of these doors."""
    return _registered("g.dwelling", dwellings)


def _registered(column: str, ids: Iterable[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(REGISTERED.format(of=column), [list(set(ids))])
        return dict(cursor.fetchall())


def unused_of_batch(batch: UUID) -> set[UUID]:
    """Residents of an import whom nobody registered at a door or decided about since."""
    used = [
        Exists(Registration.objects.filter(resident=OuterRef("id"))),
        Exists(SamePerson.objects.filter(a=OuterRef("id"))),
        Exists(SamePerson.objects.filter(b=OuterRef("id"))),
    ]
    found = Resident.objects.filter(batch=batch, withdrawn_at__isnull=True)
    for use in used:
        found = found.exclude(use)
    return set(found.values_list("id", flat=True))
