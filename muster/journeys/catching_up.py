"""Who is left of a round: one call or one test for each person, however many orders ask for it.

The source of every cause is the person. Whoever is sampled falls out as done; who is exempt, away or refused by
a word about them is asked no more; a word taken back, a move or a new registration asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from muster.core import bulk
from muster.core.access import span
from muster.core.told import Touched, no_touch
from muster.domain.people import queries as people
from muster.domain.sampling import standing
from muster.domain.sampling.models import CatchUp, Coverage, Round
from muster.domain.sampling.rules import Means, occasion
from muster.domain.worklists.models import WorkCause
from muster.domain.worklists.rules import ItemKind, Want

PERSON = "sampling.person"
SOURCE = "round"
KIND = {Means.CALL: ItemKind.VERIFY, Means.DOOR: ItemKind.TEST}
FIRST, USUAL = 2, 5
PEOPLE = """
select r.id, r.area, d.building_id,
    exists (select from people_identity i where i.resident = r.id and i.phone_x is not null)
from people_resident r left join places_dwelling d on d.id = r.dwelling
where r.id = any(%s::uuid[]) and r.canonical = r.id and r.withdrawn_at is null
"""
GIVE = """
update worklists_workitem w set assignee = k.team from sampling_catchup k, unnest(%s::uuid[]) about(id)
where k.id = any(%s::uuid[]) and w.subject = about.id and w.kind = 'test' and w.occasion = 'round:' || k.round
    and (k.building is null or w.building = k.building) and w.state = 'open' and w.assignee is null
"""


@dataclass(frozen=True)
class _Person:
    """Somebody as an order for catching up sees them."""

    id: UUID
    area: int
    building: UUID | None
    has_phone: bool


def asked_again(residents: set[UUID]) -> Touched:
    """These people, where anybody is caught up with at all."""
    touched = no_touch()
    if CatchUp.objects.exists():
        heads = people.heads(residents)
        touched[PERSON] |= residents | {head for head, _ in heads.values()}
    return touched


def begun_or_ended(orders: set[UUID]) -> Touched:
    """Everybody who is left where catching up began, and everybody it asked where it ended."""
    touched = no_touch()
    rounds = Round.objects.in_bulk()
    for order in CatchUp.objects.filter(pk__in=orders):
        low, high = span(order.area)
        asked = WorkCause.objects.filter(
            source_kind=SOURCE, area__gte=low, area__lt=high, incident=order.incident
        )
        touched[PERSON] |= set(asked.values_list("source", flat=True))
        if order.ended_at is None and order.round in rounds:
            wish = standing.Wish(area=order.area, building=order.building)
            left = standing.people(rounds[order.round], wish, size=2 * 10**4)
            touched[PERSON] |= {one.id for one in left}
    return touched


def wants(persons: set[UUID], incident: UUID, now: datetime) -> list[Want]:
    """What every order that goes on asks of these people."""
    orders = list(CatchUp.objects.filter(ended_at=None).order_by("begun_at", "id"))
    if not orders:
        return []
    rounds = {one.round for one in orders}
    known = {
        (row.round, row.resident): row
        for row in Coverage.objects.filter(round__in=rounds, resident__in=persons)
    }
    begun = set(
        WorkCause.objects.filter(source__in=persons, source_kind=SOURCE).values_list("item", flat=True)
    )
    first = standing.pressing(persons, incident, now)
    return [
        want
        for person in _people(persons)
        for order in _orders_of(person, orders)
        if (want := _want(person, order, known.get((order.round, person.id)), person.id in first))
        and (want.satisfied_at is None or want.item(incident) in begun)
    ]


def _people(persons: Iterable[UUID]) -> list[_Person]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, [bulk.array(persons)])
        return [_Person(*row) for row in cursor.fetchall()]


def _orders_of(person: _Person, orders: Iterable[CatchUp]) -> Iterator[CatchUp]:
    """The orders this person falls under, one for each piece of work: the first begun."""
    taken: set[tuple[UUID, str]] = set()
    for order in orders:
        low, high = span(order.area)
        here = order.building == person.building if order.building else low <= person.area < high
        reached = person.has_phone or order.means == Means.DOOR
        if here and reached and (order.round, order.means) not in taken:
            taken.add((order.round, order.means))
            yield order


def _want(person: _Person, order: CatchUp, known: Coverage | None, first: bool) -> Want | None:
    """Work for this person; none where somebody said why not."""
    sampled = known is not None and known.samples > 0
    if known is not None and known.excuse and not sampled:
        return None
    return Want(
        kind=KIND[Means(order.means)],
        subject_kind="resident",
        subject=person.id,
        occasion=occasion(order.round),
        area=person.area,
        source_kind=SOURCE,
        source=person.id,
        due_at=order.due_at,
        priority=FIRST if first else USUAL,
        satisfied_at=known.first_at if known is not None and sampled else None,
        building=person.building,
    )


def give(persons: set[UUID]) -> None:
    """Hand the tests of these people to the pair that was sent to them."""
    pairs = list(CatchUp.objects.filter(ended_at=None).exclude(team=None).values_list("id", flat=True))
    if persons and pairs:
        with connection.cursor() as cursor:
            cursor.execute(GIVE, [bulk.array(persons), bulk.array(pairs)])
