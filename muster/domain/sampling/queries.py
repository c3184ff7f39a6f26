"""Reads of rounds, tubes and sites; who stands where in a round is in `standing`, slots in `appointments`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import connection, models
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Cast, Right, TruncHour

from muster.core.access import scope, span, system, visitor
from muster.core.models import Retraction
from muster.core.plans import by_index
from muster.domain.incidents import queries as incidents
from muster.domain.sampling.models import Round, SampleTaken, SiteTable, Tube
from muster.domain.sampling.rules import RECEIPT, Place, Result, TubeState, Wait, wait
from muster.protocols.ground import QueueBand


class Member(msgspec.Struct, frozen=True):
    """Somebody who sits in a tube, with where they were sampled."""

    resident: UUID
    seat: int | None
    at: datetime
    place: str
    area: int
    sample: UUID


class SiteBoard(msgspec.Struct, frozen=True):
    """A site: its tubes by state, flagged ones, and the last count on its table."""

    site: UUID
    tubes: dict[str, int]
    flagged: int
    seats: int
    table: SiteTable | None


class AtLab(msgspec.Struct, frozen=True):
    """A tube that was handed over and has no result yet."""

    tube: UUID
    code: str
    site: UUID | None
    handed_over_at: datetime
    hours: float
    late: bool


def rounds() -> QuerySet[Round]:
    """The rounds of this scope, newest first."""
    return Round.objects.order_by("-from_at", "id")


def round_at(area: int, incident: UUID, now: datetime) -> Round | None:
    """The newest round that goes on around an area: that of a whole district is told to each community."""
    going = Q(to_at=None) | Q(to_at__gt=now)
    with scope(system(), incident):
        held = list(rounds().filter(going, incident=incident, from_at__lte=now)[:50])
    return next((one for one in held if span(one.area)[0] <= area < span(one.area)[1]), None)


def tubes(*, site: UUID | None = None, state: str | None = None, flagged: bool = False) -> QuerySet[Tube]:
    """Tubes in the order they were begun."""
    found = Tube.objects.order_by("first_at", "id")
    if site is not None:
        found = found.filter(site=site)
    if state is not None:
        found = found.filter(state=state)
    return found.exclude(flags=[]) if flagged else found


def members(tubes: Iterable[UUID]) -> dict[UUID, list[Member]]:
    """Who sits in these tubes, by seat; somebody seated twice is named once, as first seen."""
    rows = SampleTaken.objects.filter(tube__in=list(tubes)).exclude(
        id__in=Retraction.objects.values("target")
    )
    found: dict[UUID, dict[UUID, Member]] = {}
    for row in rows.order_by("at", "id"):
        seated = found.setdefault(row.tube, {})
        seated.setdefault(row.resident, Member(row.resident, row.seat, row.at, row.place, row.area, row.id))
    return {tube: sorted(seated.values(), key=_by_seat) for tube, seated in found.items()}


def _by_seat(member: Member) -> tuple[bool, int, datetime]:
    return member.seat is None, member.seat or 0, member.at


def samples(facts: Iterable[UUID]) -> list[tuple[UUID, UUID, datetime]]:
    """Of these samples: who, in which tube, when."""
    found = SampleTaken.objects.filter(pk__in=list(facts)).order_by("at", "id")
    return list(found.values_list("resident", "tube", "at"))


def site_boards(sites: Iterable[UUID] | None = None) -> list[SiteBoard]:
    """What stands at each site."""
    found = Tube.objects.filter(site__isnull=False)
    tables = SiteTable.objects.all()
    if sites is not None:
        wanted = list(sites)
        found, tables = found.filter(site__in=wanted), tables.filter(pk__in=wanted)
    held = {table.id: table for table in tables}
    states: dict[UUID, dict[str, int]] = {site: {} for site in held}
    seats: dict[UUID, int] = {}
    for site, state, number, seated in found.values_list("site", "state").annotate(
        n=Count("id"), s=Sum("seats")
    ):
        states.setdefault(site, {})[state] = number
        seats[site] = seats.get(site, 0) + seated
    flagged = dict(found.exclude(flags=[]).values_list("site").annotate(n=Count("id")))
    return [
        SiteBoard(site, tubes, flagged.get(site, 0), seats.get(site, 0), held.get(site))
        for site, tubes in sorted(states.items())
    ]


class TubeCounts(msgspec.Struct, frozen=True):
    """The tubes of a stretch of areas: by state, positive ones, flagged ones, and tables whose count differs."""

    states: dict[str, int]
    positive: int
    flagged: int
    tables: int
    difference: int


def tube_counts(bounds: tuple[int, int], incident: UUID) -> TubeCounts:
    """How many tubes stand where."""
    held = {"incident": incident, "area__gte": bounds[0], "area__lt": bounds[1]}
    with by_index():
        rows = list(
            Tube.objects.filter(**held).values_list("state").order_by("state").annotate(
                n=Count("id"), positive=Count("id", filter=Q(result=Result.POSITIVE)),
                flagged=Count("id", filter=~Q(flags=[])),
            )
        )  # fmt: skip
    tables = SiteTable.objects.filter(**held).exclude(difference=None).exclude(difference=0)
    differences = list(tables.values_list("difference", flat=True))
    return TubeCounts(
        {row[0]: row[1] for row in rows}, sum(row[2] for row in rows), sum(row[3] for row in rows),
        len(differences), sum(abs(one or 0) for one in differences),
    )  # fmt: skip


def samples_by_hour(*, from_at: datetime, to_at: datetime, site: UUID | None = None) -> dict[datetime, int]:
    """Samples by hour (`to_at` exclusive), of one site or of all."""
    found = SampleTaken.objects.filter(at__gte=from_at, at__lt=to_at)
    found = found.filter(site=site) if site else found.filter(site__isnull=False)
    found = found.filter(place=Place.SITE).exclude(id__in=Retraction.objects.values("target"))
    return dict(
        found.annotate(hour=TruncHour("at")).values_list("hour").annotate(n=Count("id")).order_by("hour")
    )


def at_laboratory(incident: UUID, now: datetime, size: int = 200) -> list[AtLab]:
    """Tubes handed over without a result, longest waiting first; late by the protocol's promise."""
    testing = incidents.pack_of(incident).testing
    promise = timedelta(hours=testing.result_within_hours.value) if testing else None
    found = Tube.objects.filter(state=TubeState.HANDED_OVER).order_by("handed_over_at", "id")[:size]
    return [
        AtLab(
            tube.id, tube.code, tube.site, tube.handed_over_at,
            hours=round((now - tube.handed_over_at) / timedelta(hours=1), 1),
            late=promise is not None and now > tube.handed_over_at + promise,
        )
        for tube in found if tube.handed_over_at
    ]  # fmt: skip


class Box(msgspec.Struct, frozen=True):
    """Tubes that went into one box together: who has it since when. Until their results they are under way."""

    code: str
    to: str
    at: datetime
    tubes: list[UUID]


BOXES = """
select n.box, n."to", max(n.at), array_agg(n.tube order by n.tube) from (
    select distinct on (h.tube) h.tube, h.box, h."to", h.at from sampling_tube t
    join sampling_tubehandedover h on h.tube = t.id
    where t.incident = %s and t.state = 'handed_over'
        and not exists (select from core_retraction r where r.target = h.id)
    order by h.tube, h.at desc, h.id desc) n
where n.box <> '' group by 1, 2 order by 3, 1 limit 200
"""


def boxes(incident: UUID) -> list[Box]:
    """Boxes whose tubes have no result yet, by the newest hands each tube went through, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(BOXES, [incident])
        return [Box(*row) for row in cursor.fetchall()]


def sampled_at(residents: Iterable[UUID]) -> dict[UUID, list[datetime]]:
    """When each of these residents was sampled, retracted samples left out."""
    found: dict[UUID, list[datetime]] = {}
    rows = SampleTaken.objects.filter(resident__in=set(residents)).exclude(
        id__in=Retraction.objects.values("target")
    )
    for resident, at in rows.values_list("resident", "at"):
        found.setdefault(resident, []).append(at)
    return found


PACE = timedelta(minutes=30)  # the pace of a site is that of the last half hour
FRESH = timedelta(minutes=60)  # what was said about a line longer ago says nothing now
LINES = """
select p.id, p.name, p.area, p.address, q.at, q.waiting,
    (select count(*) from sampling_sampletaken s
        where s.site = p.id and s.place = 'site' and s.at > %(since)s and s.at <= %(now)s)
from places_point p left join lateral (
    select f.at, f.waiting from sampling_queuereported f
    where f.site = p.id and f.at > %(fresh)s and f.at <= %(now)s
        and not exists (select from core_retraction r where r.target = f.id)
    order by f.at desc, f.id desc limit 1) q on true
where p.kind = 'site' and p.incident = %(incident)s order by p.area, p.name, p.id limit 500
"""


class SiteLine(msgspec.Struct, frozen=True):
    """The line in front of a site: how long, said when, and what the protocol calls it; None is unknown."""

    site: UUID
    name: str
    area: int
    address: str
    at: datetime | None
    wait: Wait | None
    band: QueueBand | None


def site_lines(incident: UUID, now: datetime) -> list[SiteLine]:
    """The lines of all sites in scope, from what order keepers said and how many were sampled lately."""
    testing = incidents.pack_of(incident).testing
    with connection.cursor() as cursor:
        asked: dict[str, datetime | UUID] = {
            "since": now - PACE,
            "fresh": now - FRESH,
            "now": now,
            "incident": incident,
        }
        cursor.execute(LINES, asked)
        rows = cursor.fetchall()
    found = []
    for site, name, area, address, at, waiting, served in rows:
        stands = None if at is None else wait(waiting, served, PACE.total_seconds() / 60)
        band = testing.queue_band(stands.minutes) if testing and stands else None
        found.append(SiteLine(site, name, area, address, at, stands, band))
    return found


class Receipt(msgspec.Struct, frozen=True):
    """What somebody learns by the code of their sample: nothing of who they are."""

    incident: UUID
    at: datetime
    state: str
    result: str | None
    resulted_at: datetime | None
    pooled: bool
    due_at: datetime | None


def by_receipt(end: str) -> Receipt | None:
    """The sample whose receipt this is, in any open incident. For visitors: one probe of an index each."""
    for incident in incidents.open_ids():
        with scope(visitor(incident), incident):
            ends = SampleTaken.objects.annotate(end=Right(Cast("id", models.TextField()), RECEIPT)).filter(
                end=end
            )
            sample = ends.exclude(id__in=Retraction.objects.values("target")).first()
            tube = Tube.objects.filter(pk=sample.tube).first() if sample else None
            if sample is None or tube is None:
                continue
            testing = incidents.pack_of(incident).testing
            promised = timedelta(hours=testing.result_within_hours.value) if testing else None
            return Receipt(
                incident, sample.at, tube.state, tube.result, tube.resulted_at, tube.pool_size > 1,
                sample.at + promised if promised else None,
            )  # fmt: skip
    return None
