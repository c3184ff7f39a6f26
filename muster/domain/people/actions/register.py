"""Registering people at their doors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import connection

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.core.vault import Vault, vault
from muster.domain.people import sealing
from muster.domain.people.actions.joining import FACT, touch_persons
from muster.domain.people.models import Identity, Registration, Resident
from muster.domain.people.rules import are_codes, is_partial
from muster.domain.people.sealing import Clear
from muster.domain.places import queries as places

LIMITS = {"name": 200, "document": 60, "phone": 60, "address": 400}
SAID = ("household", "sex", "birth_year", "vulnerabilities", "partial", "said_at", "said_id")
RESIDENT = ("id", "incident", "area", "canonical", "dwelling", "source", *SAID)


class RegisterPerson(msgspec.Struct, frozen=True):
    """A person at a door, or in an area when there is no door. `id` is the resident's."""

    id: UUID
    dwelling: UUID | None = None
    area: int | None = None
    name: str = ""
    document: str = ""
    phone: str = ""
    address: str = ""
    sex: str = ""
    birth_date: date | None = None
    vulnerabilities: list[str] = []
    household: UUID | None = None

    @property
    def clear(self) -> Clear:
        """The words that are sealed."""
        return Clear(name=self.name, document=self.document, phone=self.phone, address=self.address)


Registered = Told[RegisterPerson]


def register_people(*, told: Sequence[Registered], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record people at their doors. Each record stays; records with one document and name become one person."""
    done = Done()
    doors = places.dwellings_at(one.body.dwelling for one in told if one.body.dwelling)
    areas = _areas(told, doors, done)
    allowed = by.allowed("people.register", areas.values(), incident)
    done.waiting |= {
        one: NotAllowed(right="people.register") for one, area in areas.items() if area not in allowed
    }
    good = done.stored(told)
    if not good:
        return done
    held = vault(incident)
    buildings = {dwelling: building for dwelling, (_, building) in doors.items()}
    newest = {one.body.id: one for one in sorted(good, key=lambda one: (one.at, one.id))}
    _hold_papers(held, good)
    fresh = bulk.insert(
        Resident, RESIDENT, [_resident(one, incident, areas[one.id]) for one in newest.values()]
    )
    seen = bulk.lock(Resident, newest)
    done.waiting |= {one.id: NotVisibleYet() for one in good if one.body.id not in seen}
    good = done.stored(good)
    newer = _newer([one for one in newest.values() if one.body.id in seen - fresh])
    bulk.update(Resident, ("id", *SAID), [(one.body.id, *_said(one)) for one in newer])
    words = [one for one in newest.values() if one.body.id in fresh] + newer
    identities = [_identity(held, one, incident, areas[one.id], buildings) for one in words]
    bulk.insert(Identity, sealing.COLUMNS, identities, update=(*sealing.SEALED, *sealing.BLIND))
    facts = [
        (one.id, incident, areas[one.id], one.at, one.by, one.device, one.body.id, one.body.dwelling, 1)
        for one in good
    ]
    bulk.insert(Registration, (*FACT, "resident", "dwelling", "persons"), facts)
    several = {one.body.id for one in good if newest[one.body.id] is not one}
    settle_homes((seen - fresh) | several, incident)
    touch_persons(done, seen, incident)
    if good:
        area = min(areas[one.id] for one in good)
        journal.write(
            action="people.register", by=by, incident=incident, area=area, subjects=seen, count=len(good)
        )
    return done


def _areas(told: Sequence[Registered], doors: dict[UUID, tuple[int, UUID]], done: Done) -> dict[UUID, int]:
    """Where each registration belongs; those that cannot be read are refused, those without a door yet wait."""
    areas: dict[UUID, int] = {}
    for one in told:
        body = one.body
        problem = next((field for field, most in LIMITS.items() if len(getattr(body, field)) > most), "")
        if not problem and body.sex not in ("", "male", "female"):
            problem = "sex"
        if not problem and not are_codes(body.vulnerabilities):
            problem = "vulnerabilities"
        if not problem and body.dwelling is None and (body.area is None or not 0 < body.area < 10**15):
            problem = "dwelling, area"
        if problem:
            done.refused[one.id] = BadInput(problem=problem)
        elif body.dwelling is None:
            areas[one.id] = body.area or 0
        elif body.dwelling in doors:
            areas[one.id] = doors[body.dwelling][0]
        else:
            done.waiting[one.id] = NotVisibleYet()
    return areas


def _hold_papers(held: Vault, told: Iterable[Registered]) -> None:
    """Registrations of one document wait for each other, so that the second sees the first."""
    papers = {sealing.keys(held, one.body.clear).document for one in told} - {None}
    numbers = sorted(int.from_bytes(paper[:8], signed=True) for paper in papers if paper)
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(n) from unnest(%s::bigint[]) n", [numbers])


def _said(one: Registered) -> tuple[object, ...]:
    body = one.body
    year = body.birth_date.year if body.birth_date else None
    partial = is_partial(body.name, body.document, body.phone)
    codes = list(dict.fromkeys(body.vulnerabilities))
    return (body.household, body.sex, year, codes, partial, one.at, one.id)


def _resident(one: Registered, incident: UUID, area: int) -> tuple[object, ...]:
    return (one.body.id, incident, area, one.body.id, one.body.dwelling, "registered", *_said(one))


def _identity(
    held: Vault, one: Registered, incident: UUID, area: int, buildings: dict[UUID, UUID]
) -> tuple[object, ...]:
    body = one.body
    building = buildings[body.dwelling] if body.dwelling else None
    keys = sealing.keys(held, body.clear, building)
    return (
        body.id, incident, area, *sealing.sealed(held, body.id, body.clear),
        *sealing.columns_of(keys),
    )  # fmt: skip


def _newer(told: Sequence[Registered]) -> list[Registered]:
    """Those that were said after what the record holds: the newest words count, whatever arrives last."""
    rows = Resident.objects.filter(pk__in=[one.body.id for one in told]).values_list(
        "id", "said_at", "said_id"
    )
    held = {resident: (at, said) for resident, at, said in rows}
    return [one for one in told if (one.at, one.id) > held[one.body.id]]


def settle_homes(residents: set[UUID], incident: UUID) -> None:
    """Derive where residents live from their newest registration that stands, else from their import."""
    if not residents:
        return
    held = vault(incident)
    with scope(system(incident=incident), incident):
        bulk.lock(Resident, residents)
        facts = Registration.objects.filter(resident__in=residents).exclude(
            id__in=Retraction.objects.filter(kind="people.registration").values("target")
        )
        ordered = facts.order_by("at", "id").values_list("resident", "dwelling", "area")
        homes = {resident: (dwelling, area) for resident, dwelling, area in ordered}
        rows = Resident.objects.filter(pk__in=residents).values_list(
            "id", "area", "enrolled_dwelling", "enrolled_area"
        )
        for resident, area, enrolled, enrolled_area in rows:
            homes.setdefault(resident, (enrolled, enrolled_area or area))
        doors = places.dwellings_at(dwelling for dwelling, _ in homes.values() if dwelling)
        sounds = dict(Identity.objects.filter(pk__in=homes).values_list("resident", "sound_x"))
        bulk.update(Resident, ("id", "dwelling", "area"), [(one, *home) for one, home in homes.items()])
        keys = [
            (
                one,
                area,
                sealing.place(
                    held, bytes(sound) if (sound := sounds[one]) else None, _building(doors, dwelling)
                ),
            )
            for one, (dwelling, area) in homes.items()
        ]
        bulk.update(Identity, ("resident", "area", "place_x"), keys)


def _building(doors: dict[UUID, tuple[int, UUID]], dwelling: UUID | None) -> UUID | None:
    return doors[dwelling][1] if dwelling in doors and dwelling else None


def reconsider_registrations(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: where these people live follows from the registrations that are left."""
    done = Done()
    residents = set(Registration.objects.filter(pk__in=facts).values_list("resident", flat=True))
    settle_homes(residents, incident)
    touch_persons(done, residents, incident)
    return done
