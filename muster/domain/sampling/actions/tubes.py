"""Opening rounds, taking samples, sealing, counting and handing over tubes, reporting results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from muster.core import bulk, journal
from muster.core.access import Actor
from muster.core.errors import BadInput, NotAllowed, NotVisibleYet, Refusal
from muster.core.tables import Fact
from muster.core.told import Done, Told
from muster.domain.incidents import queries as incidents
from muster.domain.people.models import Resident
from muster.domain.places.models import Point
from muster.domain.sampling import state
from muster.domain.sampling.models import (
    ResultReported,
    Round,
    SampleTaken,
    SiteTable,
    Tube,
    TubeHandedOver,
    TubesCounted,
    TubeSealed,
)
from muster.domain.sampling.rules import Place, Result, TubeState, tube_id

FACT = ("id", "incident", "area", "at", "by", "device")
RECORD = "sampling.record"
PLAIN = r"^[^\x00]*$"
Code = Annotated[str, msgspec.Meta(max_length=40, pattern=PLAIN)]
Name = Annotated[str, msgspec.Meta(max_length=80, pattern=PLAIN)]
Seats = Annotated[int, msgspec.Meta(ge=0, le=1_000)]
PoolSize = Annotated[int, msgspec.Meta(ge=1, le=100)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class RoundBackwards(Refusal):
    """A round that ends before it begins."""

    code = "sampling.round_backwards"
    status = 422
    texts = {
        "zh": "检测轮次的结束时间早于开始时间。请改正时间后重新提交。",
        "en": "The round ends before it begins. Correct the times and send it again.",
    }


class OpenRound(msgspec.Struct, frozen=True):
    """Plan a round of tests of an area."""

    id: UUID
    area: int
    name: Name
    from_at: datetime
    to_at: datetime | None = None
    purpose: Annotated[str, msgspec.Meta(max_length=20, pattern=PLAIN)] = ""


class TakeSample(msgspec.Struct, frozen=True, kw_only=True):
    """Seat a person in a tube, which is named by its printed code (or its id)."""

    resident: UUID
    tube: UUID | None = None
    code: Code = ""
    site: UUID | None = None
    round: UUID | None = None
    pool_size: PoolSize | None = None
    one_household: bool = False
    seat: Seats | None = None
    place: Place = Place.SITE
    area: int | None = None
    with_responder: UUID | None = None


class SealTube(msgspec.Struct, frozen=True):
    """Close a tube and say how many are in it."""

    tube: UUID | None = None
    seats_said: Seats | None = None
    code: Code = ""


class CountTubes(msgspec.Struct, frozen=True):
    """Count the tubes on the table of a site; those scanned one by one are named."""

    site: UUID
    counted: Count | None = None
    tubes: list[UUID] = []
    codes: list[Code] = []


class HandOverTube(msgspec.Struct, frozen=True):
    """Hand a tube to a courier or laboratory, perhaps in a box."""

    tube: UUID | None = None
    to: Name = ""
    code: Code = ""
    box: Code = ""


class ReportResult(msgspec.Struct, frozen=True):
    """What the laboratory found in a tube. A newer report corrects an older one."""

    result: Result
    tube: UUID | None = None
    code: Code = ""


def open_rounds(*, told: Sequence[Told[OpenRound]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Open rounds."""
    done = Done()
    allowed = by.allowed("sampling.plan", (one.body.area for one in told), incident)
    for one in told:
        if one.body.area not in allowed:
            done.refused[one.id] = NotAllowed(right="sampling.plan")
        elif one.body.to_at is not None and one.body.to_at <= one.body.from_at:
            done.refused[one.id] = RoundBackwards()
    rows = [
        (b.id, incident, b.area, b.name, b.purpose, b.from_at, b.to_at)
        for b in (one.body for one in done.stored(told))
    ]
    if rows:
        bulk.insert(Round, ("id", "incident", "area", "name", "purpose", "from_at", "to_at"), rows)
        area = min(row[2] for row in rows)
        journal.write(
            action="sampling.round", by=by, incident=incident, area=area, subjects=[row[0] for row in rows]
        )
    return done


def take_samples(*, told: Sequence[Told[TakeSample]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Record samples. A tube begins with the first sample anybody tells of."""
    done = Done()
    areas = _sample_areas(told)
    allowed = by.allowed(RECORD, areas.values(), incident)
    for one in told:
        if one.body.tube is None and not one.body.code.strip():
            done.refused[one.id] = BadInput(problem="tube")
        elif one.id not in areas:
            done.waiting[one.id] = NotVisibleYet()
        elif areas[one.id] not in allowed:
            done.waiting[one.id] = NotAllowed(right=RECORD)
    good = done.stored(told)
    if not good:
        return done
    usual = _usual_pool(incident) if any(one.body.pool_size is None for one in good) else 1
    tubes: list[tuple[object, ...]] = []
    samples: list[tuple[object, ...]] = []
    for one in good:
        b, area = one.body, areas[one.id]
        tube, size = _tube_of(b.tube, b.code, incident), b.pool_size or usual
        tubes.append(
            (tube, incident, area, b.code.strip().upper(), b.site, b.round, size, TubeState.OPEN, 0, [])
        )
        samples.append(
            (one.id, incident, area, one.at, one.by, one.device, tube, b.resident, b.seat, b.place, b.site,
             b.round, size, b.one_household, b.with_responder)
        )  # fmt: skip
    header = ("id", "incident", "area", "code", "site", "round", "pool_size", "state", "seats", "flags")
    bulk.insert(Tube, header, tubes)
    names = (
        *FACT, "tube", "resident", "seat", "place", "site", "round", "pool_size", "one_household", "with_responder",
    )  # fmt: skip
    bulk.insert(SampleTaken, names, samples)
    pairs = {(one.body.round, one.body.resident) for one in good if one.body.round}
    begun = {_tube_of(one.body.tube, one.body.code, incident) for one in good}
    state.derive(incident=incident, tubes=begun, pairs=pairs)
    _write_down("sampling.sample", by, incident, samples, begun, done)
    done.touch("sampling.sample", [one.id for one in good])
    done.touch(state.ASKED, {one.body.resident for one in good})
    return done


def _sample_areas(told: Sequence[Told[TakeSample]]) -> dict[UUID, int]:
    """Where each sample was taken: at its site; at home, in the area told or the resident's own."""
    sites = {one.body.site for one in told if one.body.site}
    homes = {one.body.resident for one in told if one.body.area is None and _is_home(one.body)}
    points = dict(Point.objects.filter(pk__in=sites).values_list("id", "area")) if sites else {}
    lives = dict(Resident.objects.filter(pk__in=homes).values_list("id", "area")) if homes else {}
    found = {}
    for one in told:
        b = one.body
        area = (b.area or lives.get(b.resident)) if _is_home(b) or b.site is None else points.get(b.site)
        if area is not None:
            found[one.id] = area
    return found


def _is_home(body: TakeSample) -> bool:
    return body.place == Place.HOME or body.site is None


def _usual_pool(incident: UUID) -> int:
    testing = incidents.pack_of(incident).testing
    return testing.pool_size.value if testing else 1


def _tube_of(tube: UUID | None, code: str, incident: UUID) -> UUID:
    return tube or tube_id(incident, code)


def _write_down(
    action: str, by: Actor, incident: UUID, rows: Sequence[tuple[object, ...]], tubes: set[UUID], done: Done
) -> None:
    """One journal entry for what was recorded, and the tubes to be looked at."""
    area = min(int(str(row[2])) for row in rows)
    journal.write(action=action, by=by, incident=incident, area=area, subjects=tubes, count=len(rows))
    done.touch("sampling.tube", tubes)


Body = SealTube | HandOverTube | ReportResult


@dataclass(frozen=True)
class _Kind:
    """A kind of fact about a known tube: its table, the columns of what was said, the right, the journal's word."""

    model: type[Fact]
    said: tuple[str, ...]
    right: str
    action: str


SEAL = _Kind(TubeSealed, ("seats_said",), RECORD, "sampling.seal")
HANDOVER = _Kind(TubeHandedOver, ("to", "box"), RECORD, "sampling.handover")
RESULT = _Kind(ResultReported, ("result",), "sampling.result", "sampling.result")


def _record(told: Sequence[Told[Any]], kind: _Kind, by: Actor, incident: UUID) -> Done:
    """What sealing, handing over and reporting share: the tube must be known here, and the right held in its area."""
    done = Done()
    named: dict[UUID, UUID] = {}
    for one in told:
        if one.body.tube is None and not one.body.code.strip():
            done.refused[one.id] = BadInput(problem="tube")
        else:
            named[one.id] = _tube_of(one.body.tube, one.body.code, incident)
    areas = dict(Tube.objects.filter(pk__in=set(named.values())).values_list("id", "area"))
    allowed = by.allowed(kind.right, areas.values(), incident)
    for command, tube in named.items():
        if tube not in areas:
            done.waiting[command] = NotVisibleYet()
        elif areas[tube] not in allowed:
            done.waiting[command] = NotAllowed(right=kind.right)
    rows = [
        (
            one.id,
            incident,
            areas[tube],
            one.at,
            one.by,
            one.device,
            tube,
            *(getattr(one.body, k) for k in kind.said),
        )
        for one in done.stored(told)
        if (tube := named[one.id])
    ]
    if rows:
        bulk.insert(kind.model, (*FACT, "tube", *kind.said), rows)
        tubes = {row[6] for row in rows}
        state.derive(incident=incident, tubes=tubes)
        _write_down(kind.action, by, incident, rows, tubes, done)
    return done


def seal_tubes(*, told: Sequence[Told[SealTube]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Close tubes."""
    return _record(told, SEAL, by, incident)


def hand_over_tubes(*, told: Sequence[Told[HandOverTube]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Hand tubes over."""
    return _record(told, HANDOVER, by, incident)


def report_results(*, told: Sequence[Told[ReportResult]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Report what was found in tubes."""
    return _record(told, RESULT, by, incident)


def count_tubes(*, told: Sequence[Told[CountTubes]], by: Actor, incident: UUID, now: datetime) -> Done:
    """Count tubes on tables, and hold each count against what the system has at that site."""
    done = Done()
    areas = dict(Point.objects.filter(pk__in={one.body.site for one in told}).values_list("id", "area"))
    allowed = by.allowed(RECORD, areas.values(), incident)
    rows = []
    for one in told:
        b = one.body
        area = areas.get(b.site)
        if area is None:
            done.waiting[one.id] = NotVisibleYet()
        elif area not in allowed:
            done.waiting[one.id] = NotAllowed(right=RECORD)
        else:
            tubes = sorted({*b.tubes, *(tube_id(incident, code) for code in b.codes)})
            counted = len(tubes) if b.counted is None else b.counted
            rows.append((one.id, incident, area, one.at, one.by, one.device, b.site, counted, tubes))
    if rows:
        bulk.insert(TubesCounted, (*FACT, "site", "counted", "tubes"), rows)
        sites = {row[6] for row in rows}
        bulk.insert(
            SiteTable, ("id", "incident", "area", "missing"), [(s, incident, areas[s], ()) for s in sites]
        )
        tubes_named = {tube for row in rows for tube in row[8]}
        state.derive(incident=incident, tubes=tubes_named, sites=sites)
        _write_down("sampling.count", by, incident, rows, tubes_named, done)
    return done


def _reconsider(incident: UUID, tubes: set[UUID], pairs: set[state.Pair], sites: set[UUID]) -> Done:
    done = Done()
    state.derive(incident=incident, tubes=tubes, pairs=pairs, sites=sites)
    done.touch("sampling.tube", tubes)
    return done


def reconsider_samples(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: these samples' tubes, and whether those people were sampled at all."""
    rows = list(SampleTaken.objects.filter(pk__in=facts).values_list("tube", "round", "resident"))
    done = _reconsider(
        incident, {row[0] for row in rows}, {(row[1], row[2]) for row in rows if row[1]}, set()
    )
    done.touch("sampling.sample", facts)
    done.touch(state.ASKED, {row[2] for row in rows})
    return done


StepFact = type[TubeSealed] | type[TubeHandedOver] | type[ResultReported]


def _reconsider_kind(model: StepFact) -> Callable[[set[UUID], UUID, datetime], Done]:
    def again(facts: set[UUID], incident: UUID, now: datetime) -> Done:
        tubes = {fact.tube for fact in model._default_manager.filter(pk__in=facts)}
        return _reconsider(incident, tubes, set(), set())

    return again


reconsider_seals = _reconsider_kind(TubeSealed)
reconsider_handovers = _reconsider_kind(TubeHandedOver)
reconsider_results = _reconsider_kind(ResultReported)


def reconsider_counts(facts: set[UUID], incident: UUID, now: datetime) -> Done:
    """After a retraction: the tables and tubes that were counted."""
    counts = list(TubesCounted.objects.filter(pk__in=facts))
    return _reconsider(incident, {t for c in counts for t in c.tubes}, set(), {c.site for c in counts})


def reconsider_residents(residents: set[UUID], incident: UUID, now: datetime) -> Done:
    """After people were registered, moved, joined or parted: where and as whom their samples count."""
    tubes, pairs = state.seats_of(residents, incident)
    done = _reconsider(incident, tubes, pairs, set())
    done.touch(state.ASKED, residents)
    return done
