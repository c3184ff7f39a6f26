"""Mosquito surveys: containers at doors, breeding sites outside homes, and what they are after all looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from muster.core import bulk, journal, prepared
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet
from muster.core.told import Done, Told
from muster.core.vault import vault
from muster.domain.incidents import queries as incidents
from muster.domain.worklists.actions.doorways import RIGHT, areas_of_buildings, doors_of, hold
from muster.domain.worklists.sweep_models import BreedingSite, BreedingSiteSeen, ContainerSurvey, DoorMark
from muster.domain.worklists.sweep_rules import (
    Sight,
    SiteState,
    Survey,
    counted,
    kinds_counted,
    mark_state,
    sight_state,
)
from muster.protocols import Pack
from muster.protocols.ground import Vector

FACT = ("id", "incident", "area", "at", "by", "device")
SURVEY = ("dwelling", "building", "inspected", "positive", "cleared", "kinds")
MARK = (
    "id", "incident", "area", "building", "mark", "inspected", "positive", "surveys", "last_at", "found_at",
    "recheck_at", "rechecked_at",
)  # fmt: skip
SITE = (
    "id", "incident", "area", "building", "kind", "place", "lat", "lon", "organisation", "owner_c", "deadline_at",
    "reported_at",
)  # fmt: skip
DAYS = 3  # until a recheck, where the pack in force knows no mosquitoes


class SurveyContainers(msgspec.Struct, frozen=True):
    """Containers with water at a door: how many looked into, how many with larvae, by kind where told."""

    dwelling: UUID
    inspected: int
    positive: int = 0
    cleared: bool = False
    kinds: dict[str, tuple[int, int]] = {}


class ReportBreedingSite(msgspec.Struct, frozen=True):
    """Standing water outside homes: what and where, whose it is, until when it must be gone."""

    id: UUID
    area: int
    kind: str
    place: str = ""
    building: UUID | None = None
    lat: float | None = None
    lon: float | None = None
    owner: str = ""
    organisation: UUID | None = None
    deadline_at: datetime | None = None
    photo: str = ""


class InspectBreedingSite(msgspec.Struct, frozen=True):
    """A look at a known breeding site."""

    site: UUID
    state: SiteState
    photo: str = ""


def vector_of(pack: Pack) -> Vector | None:
    """What the pack says of mosquitoes, if it says anything."""
    return pack.vector


def survey_containers(
    *, told: Sequence[Told[SurveyContainers]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Keep surveys and derive the marks of their doors again."""
    done = Done()
    vector = vector_of(incidents.pack_of(incident))
    known = frozenset(one.code for one in vector.containers) if vector else frozenset()
    doors, rows = doors_of(done, told, by, incident), []
    for one in done.stored(told):
        body, (area, building) = one.body, doors[one.body.dwelling]
        kinds = kinds_counted(body.kinds, known)
        inspected, positive = counted(
            max(body.inspected, sum(pair[0] for pair in kinds.values())),
            max(body.positive, sum(pair[1] for pair in kinds.values())),
        )
        said = (body.dwelling, building, inspected, positive, body.cleared, kinds)
        rows.append((one.id, incident, area, one.at, one.by, one.device, *said))
    if rows:
        touched = {row[6]: (row[2], row[7]) for row in rows}
        hold(touched)
        bulk.insert(ContainerSurvey, FACT + SURVEY, rows)
        recompute_marks(touched, incident)
        area = min(row[2] for row in rows)
        journal.write(
            action="worklists.survey", by=by, incident=incident, area=area, subjects=touched, count=len(rows)
        )
        done.touch("worklists.dwelling", touched)
    return done


SURVEYS = """
select s.dwelling, s.at, s.id, s.inspected, s.positive, s.cleared from worklists_containersurvey s
where s.dwelling = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = s.id)
"""


def recompute_marks(doors: dict[UUID, tuple[int, UUID]], incident: UUID) -> None:
    """Derive the marks of doors (id to area and building) from all their surveys."""
    vector = vector_of(incidents.pack_of(incident))
    days = vector.recheck_days.value if vector else DAYS
    surveys: dict[UUID, list[Survey]] = defaultdict(list)
    for dwelling, *fields in prepared.fetch(SURVEYS, [bulk.array(doors)]):
        surveys[dwelling].append(Survey(*fields))
    rows = []
    for dwelling, (area, building) in doors.items():
        s = mark_state(surveys.get(dwelling, ()), days)
        if s is not None:
            rows.append((dwelling, incident, area, building, *msgspec.structs.astuple(s)))
    bulk.insert(DoorMark, MARK, rows, update=MARK[4:])
    gone = set(doors) - set(surveys)
    if gone:
        DoorMark.objects.filter(pk__in=gone).delete()


def reconsider_surveys(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive the marks of these doors again."""
    done = Done()
    found = ContainerSurvey.objects.filter(pk__in=facts).values_list("dwelling", "area", "building")
    doors = {dwelling: (area, building) for dwelling, area, building in found}
    if doors:
        hold(doors)
        recompute_marks(doors, incident)
        done.touch("worklists.dwelling", doors)
    return done


def report_breeding_sites(
    *, told: Sequence[Told[ReportBreedingSite]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Write breeding sites down, each with its first look. Told again, nothing changes."""
    done = Done()
    areas = areas_of_buildings(one.body.building for one in told if one.body.building)
    for one in told:
        body = one.body
        if problem := _bad_site(body):
            done.refused[one.id] = BadInput(problem=problem)
        elif body.building is not None and body.building not in areas:
            done.waiting[one.id] = NotVisibleYet()
    where = {
        one.id: areas[one.body.building] if one.body.building else one.body.area for one in done.stored(told)
    }
    allowed = by.allowed(RIGHT, where.values(), incident)
    done.waiting |= {one: NotAllowed(right=RIGHT) for one, area in where.items() if area not in allowed}
    good = sorted(done.stored(told), key=lambda one: (one.at, one.id), reverse=True)
    first = {one.body.id: one for one in good}
    rows = [_site(one, where[one.id], incident) for one in first.values()]
    bulk.insert(BreedingSite, SITE, rows)
    seen = bulk.lock(BreedingSite, first)
    done.waiting |= {one.id: NotVisibleYet() for one in good if one.body.id not in seen}
    looks = [(one, one.body.id, SiteState.OPEN, one.body.photo) for one in done.stored(told)]
    _look(looks, where, by, incident, done)
    return done


def _bad_site(body: ReportBreedingSite) -> str:
    if not 0 < body.area < 10**15:
        return "area"
    if (
        not 0 < len(body.kind) <= 20
        or len(body.place) > 200
        or len(body.owner) > 200
        or len(body.photo) > 100
    ):
        return "kind, place, owner, photo"
    if (body.lat is None) != (body.lon is None):
        return "lat, lon"
    if body.lat is not None and not (-90 <= body.lat <= 90 and -180 <= (body.lon or 0) <= 180):
        return "lat, lon"
    return "kind, place, photo" if "\0" in body.kind + body.place + body.photo else ""


def _site(one: Told[ReportBreedingSite], area: int, incident: UUID) -> tuple[object, ...]:
    body = one.body
    owner = None
    if body.owner:
        owner = vault(incident).seal(
            body.owner, kind="note", table="worklists_breedingsite", row=body.id, field="owner_c"
        )
    vector = vector_of(incidents.pack_of(incident))
    deadline = body.deadline_at or one.at + timedelta(days=vector.recheck_days.value if vector else DAYS)
    return (
        body.id, incident, area, body.building, body.kind, body.place, body.lat, body.lon, body.organisation, owner,
        deadline, one.at,
    )  # fmt: skip


def inspect_breeding_sites(
    *, told: Sequence[Told[InspectBreedingSite]], by: Actor, incident: UUID, now: datetime
) -> Done:
    """Keep looks at breeding sites and derive their state again."""
    done = Done()
    sites = {one.body.site for one in told}
    bulk.lock(BreedingSite, sites)
    areas = dict(BreedingSite.objects.filter(pk__in=sites).values_list("id", "area"))
    allowed = by.allowed(RIGHT, areas.values(), incident)
    for one in told:
        if len(one.body.photo) > 100 or "\0" in one.body.photo:
            done.refused[one.id] = BadInput(problem="photo")
        elif one.body.site not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif areas[one.body.site] not in allowed:
            done.waiting[one.id] = NotAllowed(right=RIGHT)
    good = done.stored(told)
    looks = [(one, one.body.site, one.body.state, one.body.photo) for one in good]
    _look(looks, {one.id: areas[one.body.site] for one in good}, by, incident, done)
    return done


Look = tuple[Told[ReportBreedingSite] | Told[InspectBreedingSite], UUID, SiteState, str]


def _look(looks: Sequence[Look], where: dict[UUID, int], by: Actor, incident: UUID, done: Done) -> None:
    rows = [
        (one.id, incident, where[one.id], one.at, one.by, one.device, site, state.value, photo)
        for one, site, state, photo in looks
    ]
    if not rows:
        return
    bulk.insert(BreedingSiteSeen, (*FACT, "site", "state", "photo"), rows)
    touched = {row[6] for row in rows}
    recompute_sites(touched)
    area = min(row[2] for row in rows)
    journal.write(
        action="worklists.breeding", by=by, incident=incident, area=area, subjects=touched, count=len(rows)
    )
    done.touch("worklists.breeding", touched)


SIGHTS = """
select s.site, s.at, s.id, s.state, s.photo from worklists_breedingsiteseen s
where s.site = any(%s::uuid[]) and not exists (select from core_retraction r where r.target = s.id)
"""


def recompute_sites(sites: set[UUID]) -> None:
    """Derive breeding sites from all looks; one whose every look was taken back is withdrawn."""
    sights: dict[UUID, list[Sight]] = defaultdict(list)
    for site, *fields in prepared.fetch(SIGHTS, [bulk.array(sites)]):
        sights[site].append(Sight(*fields))
    rows: list[tuple[object, ...]] = []
    for site in sites:
        s = sight_state(sights.get(site, ()))
        rows.append((site, *msgspec.structs.astuple(s)) if s else (site, "withdrawn", 0, None, None, "", ""))
    names = ("id", "state", "looks", "last_at", "cleared_at", "photo_before", "photo_after")
    bulk.update(BreedingSite, names, rows)


def reconsider_sights(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: derive these breeding sites again."""
    done = Done()
    sites = set(BreedingSiteSeen.objects.filter(pk__in=facts).values_list("site", flat=True))
    if sites:
        bulk.lock(BreedingSite, sites)
        recompute_sites(sites)
        done.touch("worklists.breeding", sites)
    return done
