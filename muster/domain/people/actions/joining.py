"""Joining two records of one person, and taking them apart again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Q

from muster.core import bulk, journal
from muster.core.access import Actor, scope, system
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.models import Retraction
from muster.core.told import Done, Told
from muster.domain.people.actions.likening import settle_likeness
from muster.domain.people.models import Identity, Resident, SamePerson
from muster.domain.people.rules import DIFFERENT, SAME, Decision, Twin, canonical, twins

FACT = ("id", "incident", "area", "at", "by", "device")


class JoinResidents(msgspec.Struct, frozen=True):
    """These two records are one person."""

    a: UUID
    b: UUID


class PartResidents(msgspec.Struct, frozen=True):
    """These two records are two people."""

    a: UUID
    b: UUID


def join_residents(*, told: Sequence[Told[JoinResidents]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Decide that two records are one person. Whoever decides must be allowed to where each of them is."""
    return _decide(told, SAME, by, incident)


def part_residents(*, told: Sequence[Told[PartResidents]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Decide that two records are two people, whatever was decided or seemed so before."""
    return _decide(told, DIFFERENT, by, incident)


def _decide(
    told: Sequence[Told[JoinResidents]] | Sequence[Told[PartResidents]],
    decision: str,
    by: Actor,
    incident: UUID,
) -> Done:
    done = Done()
    named = {resident for one in told for resident in (one.body.a, one.body.b)}
    bulk.lock(Resident, named)
    areas = dict(Resident.objects.filter(pk__in=named).values_list("id", "area"))
    allowed = by.allowed("people.join", areas.values(), incident)
    rows = []
    for one in told:
        a, b = one.body.a, one.body.b
        if a == b:
            done.refused[one.id] = BadInput(problem="a = b")
        elif a not in areas or b not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif not {areas[a], areas[b]} <= allowed:
            done.waiting[one.id] = NotAllowed(right="people.join")
        else:
            rows.append((one.id, incident, areas[a], one.at, one.by, one.device, a, b, decision))
    if rows:
        bulk.insert(SamePerson, (*FACT, "a", "b", "decision"), rows)
        pairs = {resident for row in rows for resident in row[6:8]}
        touch_persons(done, pairs, incident)
        settle_likeness(pairs, incident)
        journal.write(
            action=f"people.{decision}",
            by=by,
            incident=incident,
            area=min(row[2] for row in rows),
            subjects=pairs,
        )
    return done


def reconsider_decisions(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: settle again whom these decisions were about."""
    done = Done()
    rows = SamePerson.objects.filter(pk__in=facts).values_list("a", "b")
    pairs = {resident for row in rows for resident in row}
    touch_persons(done, pairs, incident)
    settle_likeness(pairs, incident)
    return done


def touch_persons(done: Done, residents: set[UUID], incident: UUID) -> None:
    """Settle who these are, and say so; apart who was joined with another record or parted from one."""
    changed = settle_persons(residents, incident)
    done.touch("people.joined", changed)
    done.touch("people.resident", changed | residents)


def settle_persons(residents: Iterable[UUID], incident: UUID) -> set[UUID]:
    """Derive `canonical` again for everybody connected with these; returns for whom it changed, from whom and to whom.

    Decisions of all areas count, so this looks with the system's eyes; one such settling at a time, or two
    that meet in the middle would each miss the other.
    """
    touched = set(residents)
    if not touched:
        return set()
    with scope(system(incident=incident), incident):
        held = set(Resident.objects.filter(pk__in=touched).values_list("canonical", flat=True))
        touched |= set(Resident.objects.filter(canonical__in=held).values_list("id", flat=True))
        _, decisions, alike = _neighbours(touched)
        if not decisions and not alike:
            return _write({resident: resident for resident in touched})
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"people.same/{incident}"]
            )
        reached, decisions, alike = _connected(touched)
        return _write(canonical(reached, decisions.values(), alike))


def _connected(start: set[UUID]) -> tuple[set[UUID], dict[UUID, Decision], set[tuple[UUID, UUID]]]:
    reached, frontier = set(start), set(start)
    decisions: dict[UUID, Decision] = {}
    alike: set[tuple[UUID, UUID]] = set()
    while frontier:
        beyond, found, pairs = _neighbours(frontier)
        decisions |= found
        alike |= pairs
        frontier = beyond - reached
        reached |= frontier
    return reached, decisions, alike


def _neighbours(frontier: set[UUID]) -> tuple[set[UUID], dict[UUID, Decision], set[tuple[UUID, UUID]]]:
    """Everybody one step away, with the decisions and likenesses that lead there."""
    facts = {fact.id: fact for fact in SamePerson.objects.filter(Q(a__in=frontier) | Q(b__in=frontier))}
    back = (
        set(Retraction.objects.filter(target__in=facts.keys()).values_list("target", flat=True))
        if facts
        else set()
    )
    decisions = {
        one: Decision(fact.at, one, fact.a, fact.b, fact.decision == SAME)
        for one, fact in facts.items()
        if one not in back
    }
    alike = _alike(frontier)
    ends = {end for one in decisions.values() for end in (one.a, one.b)}
    ends |= {end for pair in alike for end in pair}
    return ends - frontier, decisions, alike


def _alike(frontier: set[UUID]) -> set[tuple[UUID, UUID]]:
    """Pairs of records with one document, at least one of each in the frontier; withdrawn ones are nobody."""
    mine = Identity.objects.filter(pk__in=frontier, document_x__isnull=False).values_list(
        "document_x", flat=True
    )
    papers = {bytes(paper) for paper in mine if paper}
    rows = Identity.objects.filter(document_x__in=papers).values_list(
        "resident", "document_x", "name_x", "area"
    )
    records = [
        Twin(one, bytes(paper), bytes(name) if name else None, area)
        for one, paper, name, area in rows
        if paper
    ]
    if len(records) == len(papers):
        return set()
    listed = [record.resident for record in records]
    gone = set(
        Resident.objects.filter(pk__in=listed, withdrawn_at__isnull=False).values_list("id", flat=True)
    )
    return twins(record for record in records if record.resident not in gone)


def _write(persons: dict[UUID, UUID]) -> set[UUID]:
    bulk.lock(Resident, persons)
    held = dict(Resident.objects.filter(pk__in=persons).values_list("id", "canonical"))
    changed = [(one, persons[one]) for one in held if persons[one] != held[one]]
    bulk.update(Resident, ("id", "canonical"), changed)
    return {end for one, person in changed for end in (one, person, held[one])}
